//! The targets of `tests/fuzz` without coverage: every seed, every case that was ever found, and a bounded
//! number of mutations, always the same ones.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};

use targets::mutate::{Chance, changed};
use targets::{TARGETS, held, kept, named, root, told};

/// Looks at one input; one that breaks a law is kept for a look by hand.
fn look(target: &str, from: &str, input: &[u8]) {
    let run = named(target).run;
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| held(run, input))) {
        let folder = root().join("target/fuzz/found").join(target);
        fs::create_dir_all(&folder).expect("made");
        let path = folder.join("of-the-suite");
        fs::write(&path, input).expect("written");
        panic!("{} ({from}): {}", path.display(), told(&*panic));
    }
}

fn replayed(name: &str) {
    let target = named(name);
    let seeds = (target.seeds)();
    assert!(seeds.len() >= 4, "{name} has seeds");
    for (at, seed) in seeds.iter().enumerate() {
        look(name, &format!("seed {at}"), seed);
    }
    for (path, input) in ["seeds", "found"].map(|folder| kept(folder, name)).concat() {
        look(name, &path.display().to_string(), &input);
    }
}

fn mutated(name: &str) {
    let target = named(name);
    let own = ["seeds", "found"].map(|folder| kept(folder, name)).concat();
    let mut seeds = (target.seeds)();
    seeds.extend(own.into_iter().map(|(_, input)| input));
    // Of long ones most mutations are of what nobody reads.
    seeds.retain(|seed| seed.len() < 20_000);
    let words = (target.words)();
    assert!(seeds.len() >= 4 && words.len() > 20, "{name} has short seeds and words");
    let mut chance = Chance::from(20_260_621);
    for at in 0..target.tried {
        let other = &seeds[chance.below(seeds.len())];
        let seed = &seeds[chance.below(seeds.len())];
        look(name, &format!("mutation {at}"), &changed(seed, other, &words, &mut chance));
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(mod $name {
            #[test]
            fn every_seed_and_every_case_that_was_found() {
                super::replayed(stringify!($name));
            }

            #[test]
            fn so_many_mutations() {
                super::mutated(stringify!($name));
            }
        })*

        #[test]
        fn no_target_is_left_out() {
            assert_eq!(TARGETS.map(|target| target.name), [$(stringify!($name)),*]);
        }
    };
}

targets! { record rows packet attachment inspect extract http }

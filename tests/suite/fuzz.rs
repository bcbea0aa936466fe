//! The targets of `tests/fuzz` without coverage: every seed, every case that was ever found, and a bounded
//! number of mutations, always the same ones.

#[path = "../fuzz/targets/mod.rs"]
mod targets;

use std::panic::{AssertUnwindSafe, catch_unwind};

use targets::watch::told;
use targets::{TARGETS, each_kept, each_mutation, held, keep, named};

/// Looks at one input; one that breaks a law is kept for a look by hand.
fn look(target: &str, from: &str, input: &[u8]) {
    let run = named(target).run;
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| held(run, input))) {
        let path = keep(target, "of-the-suite", input);
        panic!("{} ({from}): {}", path.display(), told(&*panic));
    }
}

macro_rules! targets {
    ($($name:ident)*) => {
        $(mod $name {
            use super::*;

            const NAME: &str = stringify!($name);

            #[test]
            fn every_seed_and_every_case_that_was_found() {
                each_kept(named(NAME), &mut |from, input| look(NAME, from, input));
            }

            #[test]
            fn so_many_mutations() {
                let target = named(NAME);
                each_mutation(target, target.tried, &mut |from, input| look(NAME, from, input));
            }
        })*

        #[test]
        fn no_target_is_left_out() {
            assert_eq!(TARGETS.map(|target| target.name), [$(stringify!($name)),*]);
        }
    };
}

targets! { record rows packet attachment inspect extract http }

//! One target with libFuzzer (`tests/fuzz/run` builds it so); built as usual, it looks at single files, or at
//! what the suite looks at: `cargo test --test fuzz -- TARGET [FILE…]`.

#![allow(unexpected_cfgs, reason = "tests/fuzz/rustc sets it")]
#![allow(dead_code, reason = "some is for the suite, some for libFuzzer")]
#![cfg_attr(fuzzing, no_main)]
#![expect(clippy::expect_used, clippy::panic, reason = "a law that is broken is told by a panic")]

mod targets;

#[cfg(fuzzing)]
mod engine;

/// Looks at files, or at seeds and mutations, each of which must fulfil the laws of the target.
#[cfg(not(fuzzing))]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, paths)) = arguments.split_first() else {
        let names = targets::TARGETS.map(|target| target.name).join(" | ");
        return println!("fuzz {names} [FILE…]");
    };
    let target = targets::named(name);
    for path in paths {
        let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        targets::held(target.run, &bytes);
        println!("{path}: fulfilled");
    }
    if paths.is_empty() {
        let mut broken = 0;
        targets::each_kept(target, &mut |from, input| {
            broken += usize::from(!is_held(target, from, input))
        });
        let most = target.tried * 10;
        targets::each_mutation(target, most, &mut |from, input| {
            broken += usize::from(!is_held(target, from, input));
        });
        println!("{name}: {broken} broken");
    }
}

/// Keeps an input that breaks a law, and goes on.
#[cfg(not(fuzzing))]
fn is_held(target: &targets::Target, from: &str, input: &[u8]) -> bool {
    let run = || targets::held(target.run, input);
    let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)) else {
        return true;
    };
    let path = targets::keep(target.name, &from.replace(['/', ' '], "-"), input);
    println!("{}: {}", path.display(), targets::watch::told(&*panic));
    false
}

//! One target with libFuzzer (`tests/fuzz/run` builds it so); built as usual, it looks at single files:
//! `cargo test --test fuzz -- record FILE…`.

#![cfg_attr(fuzzing, no_main)]
#![allow(dead_code, reason = "what the suite needs, and what only libFuzzer needs")]
#![expect(clippy::expect_used, clippy::panic, reason = "a law that is broken is told by a panic")]

mod targets;

#[cfg(fuzzing)]
mod engine;

/// Looks at files, each of which must fulfil the laws of the target.
#[cfg(not(fuzzing))]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let Some(name) = arguments.next() else {
        let names = targets::TARGETS.map(|target| target.name).join(" | ");
        return println!("fuzz {names} FILE…");
    };
    let target = targets::named(&name);
    for path in arguments {
        let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        targets::held(target.run, &bytes);
        println!("{path}: fulfilled");
    }
}

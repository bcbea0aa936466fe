//! What libFuzzer calls.

#![expect(unsafe_code, reason = "libFuzzer is C++ and is told where bytes lie")]

use std::ffi::{c_char, c_int, c_uint};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::slice;
use std::sync::OnceLock;

use crate::targets::mutate::{Chance, in_values};
use crate::targets::watch::told;
use crate::targets::{Target, held, kept, named};

/// The target, and its words.
fn target() -> &'static (&'static Target, Vec<Vec<u8>>) {
    static TARGET: OnceLock<(&Target, Vec<Vec<u8>>)> = OnceLock::new();
    TARGET.get_or_init(|| {
        let name = variable("FUZZ_TARGET").expect("tests/fuzz/run names the target");
        let target = named(&name);
        (target, (target.words)())
    })
}

#[expect(clippy::disallowed_methods, reason = "libFuzzer keeps the command line to itself")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Writes the seeds and the dictionary into `$FUZZ_BEGIN` before libFuzzer looks for them.
#[unsafe(no_mangle)]
extern "C" fn LLVMFuzzerInitialize(_count: *mut c_int, _values: *mut *mut *mut c_char) -> c_int {
    let (target, words) = target();
    let Some(folder) = variable("FUZZ_BEGIN") else { return 0 };
    let seeds = (target.seeds)();
    let of_folders = ["seeds", "found"].map(|folder| kept(folder, target.name)).concat();
    let all = seeds.into_iter().chain(of_folders.into_iter().map(|(_, bytes)| bytes));
    let seeds = std::path::Path::new(&folder).join("seeds");
    std::fs::create_dir_all(&seeds).expect("a folder");
    for (at, bytes) in all.enumerate() {
        std::fs::write(seeds.join(format!("{at:04}")), bytes).expect("written");
    }
    let escaped =
        |word: &Vec<u8>| word.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    // libFuzzer has room for 64 bytes in a word.
    let words = words.iter().filter(|word| (1..=64).contains(&word.len()));
    let lines: Vec<String> = words.map(|word| format!("\"{}\"\n", escaped(word))).collect();
    std::fs::write(std::path::Path::new(&folder).join("words"), lines.concat()).expect("written");
    0
}

#[unsafe(no_mangle)]
extern "C" fn LLVMFuzzerTestOneInput(data: *const u8, size: usize) -> c_int {
    let input = if size == 0 { &[] } else { unsafe { slice::from_raw_parts(data, size) } };
    if let Err(panic) = catch_unwind(AssertUnwindSafe(|| held(target().0.run, input))) {
        eprintln!("broken: {}", told(&*panic));
        std::process::abort();
    }
    0
}

unsafe extern "C" {
    fn LLVMFuzzerMutate(data: *mut u8, size: usize, most: usize) -> usize;
}

/// Half of the changes are of values where there is JSON; the rest are libFuzzer's own.
#[unsafe(no_mangle)]
extern "C" fn LLVMFuzzerCustomMutator(
    data: *mut u8,
    size: usize,
    most: usize,
    seed: c_uint,
) -> usize {
    let input = if size == 0 { &[] } else { unsafe { slice::from_raw_parts(data, size) } };
    let mut chance = Chance::from(u64::from(seed));
    if chance.below(2) == 0
        && let Some(changed) = in_values(input, &target().1, &mut chance)
        && changed.len() <= most
    {
        unsafe { slice::from_raw_parts_mut(data, changed.len()) }.copy_from_slice(&changed);
        return changed.len();
    }
    unsafe { LLVMFuzzerMutate(data, size, most) }
}

//! What strangers' bytes may do to the program: targets, each with the laws that must hold of every input.
//!
//! The same targets are run by libFuzzer (`tests/fuzz/run`) and, with every seed, every case that was ever
//! found and a bounded number of mutations, by the suite.

pub(crate) mod attachment;
mod extract;
mod http;
mod inspect;
pub(crate) mod laws;
pub(crate) mod mutate;
mod packet;
mod pdf;
mod record;
mod rows;
pub(crate) mod watch;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use chengwen::app::{App, Most, MostOfAttachments, Setup};
use chengwen::catalog::Places;
use chengwen::packet::MostAttached;

use mutate::{Chance, changed};
pub(crate) use watch::held;

/// A door through which strangers' bytes come in.
pub(crate) struct Target {
    /// Its name on the command line and of its folders.
    pub(crate) name: &'static str,
    /// Looks at one input; panics if a law is broken.
    pub(crate) run: fn(&[u8]),
    /// What the search begins with, made from what lies in the repository.
    pub(crate) seeds: fn() -> Vec<Vec<u8>>,
    /// What is worth putting into an input.
    pub(crate) words: fn() -> Vec<Vec<u8>>,
    /// How many mutations of its seeds the suite tries.
    pub(crate) tried: usize,
}

/// All of them.
pub(crate) const TARGETS: [Target; 7] = [
    record::TARGET,
    rows::TARGET,
    packet::TARGET,
    attachment::TARGET,
    inspect::TARGET,
    extract::TARGET,
    http::TARGET,
];

/// The target of this name.
pub(crate) fn named(name: &str) -> &'static Target {
    let names = || TARGETS.map(|target| target.name).join(", ");
    TARGETS.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("{name}? {}", names()))
}

/// The root of the repository, which is a home.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The program, opened once, with limits that keep one input short.
fn app() -> &'static App {
    static APP: OnceLock<App> = OnceLock::new();
    APP.get_or_init(opened)
}

/// The program, with the same limits.
fn opened() -> App {
    let places = Places { flag: Some(root().to_owned()), ..Places::default() };
    let made = MostAttached { pages: 20, pixels: 1_000_000, resolution: 100.0 };
    let attachments = MostOfAttachments { made, count: 20, ..MostOfAttachments::default() };
    let most = Most { rows: 200, pages: 30, pixels: 2_000_000, attachments };
    App::open(&Setup { places, most, ..Setup::default() }).expect("the home has no faults")
}

/// The files of a folder of the repository with one of these endings, in their order.
fn files(folder: &str, endings: &[&str]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root().join(folder)).expect("the folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if endings.iter().any(|ending| name.ends_with(ending)) {
            found.push((name, fs::read(entry.path()).expect("readable")));
        }
    }
    assert!(!found.is_empty(), "{folder} holds {endings:?}");
    found.sort();
    found
}

/// The samples' bytes with the names of their documents.
fn samples() -> Vec<(String, Vec<u8>)> {
    let documents = app().catalog().documents();
    let samples = documents.flat_map(|document| {
        let paths = document.samples.values();
        paths.map(|path| (document.id.to_string(), fs::read(path).expect("a sample")))
    });
    samples.collect()
}

/// The files of `tests/fuzz/<folder>/<target>`; none if there is no such folder.
pub(crate) fn kept(folder: &str, target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = root().join("tests/fuzz").join(folder).join(target);
    let entries = fs::read_dir(folder).map(|it| it.flatten().collect()).unwrap_or_else(|_| vec![]);
    let mut paths: Vec<PathBuf> = entries.iter().map(fs::DirEntry::path).collect();
    paths.sort();
    let read = |path: PathBuf| fs::read(&path).map(|bytes| (path, bytes)).expect("readable");
    paths.into_iter().map(read).collect()
}

/// Every seed, and every case that was kept, with where it comes from.
pub(crate) fn each_kept(target: &Target, look: &mut dyn FnMut(&str, &[u8])) {
    let seeds = (target.seeds)();
    assert!(seeds.len() >= 4, "{} has seeds", target.name);
    for (at, seed) in seeds.iter().enumerate() {
        look(&format!("seed {at}"), seed);
    }
    for (path, input) in ["seeds", "found"].map(|folder| kept(folder, target.name)).concat() {
        look(&path.display().to_string(), &input);
    }
}

/// So many mutations of these, always the same ones.
pub(crate) fn each_mutation(target: &Target, number: usize, look: &mut dyn FnMut(&str, &[u8])) {
    let own = ["seeds", "found"].map(|folder| kept(folder, target.name)).concat();
    let mut seeds = (target.seeds)();
    seeds.extend(own.into_iter().map(|(_, input)| input));
    // Of long ones most mutations are of what nobody reads.
    seeds.retain(|seed| seed.len() < 20_000);
    let words = (target.words)();
    assert!(seeds.len() >= 4 && words.len() > 20, "{} has short seeds and words", target.name);
    let mut chance = Chance::from(20_260_621);
    for at in 0..number {
        let other = &seeds[chance.below(seeds.len())];
        let seed = &seeds[chance.below(seeds.len())];
        look(&format!("mutation {at}"), &changed(seed, other, &words, &mut chance));
    }
}

/// Keeps an input that breaks a law for a look by hand.
pub(crate) fn keep(target: &str, name: &str, input: &[u8]) -> PathBuf {
    let folder = root().join("target/fuzz/found").join(target);
    fs::create_dir_all(&folder).expect("made");
    let path = folder.join(name);
    fs::write(&path, input).expect("written");
    path
}

/// The first line of an input says what the rest is; an input without one is nothing.
fn headed(input: &[u8]) -> Option<(&str, &[u8])> {
    let end = input.iter().position(|byte| *byte == b'\n')?;
    Some((std::str::from_utf8(&input[..end]).ok()?, &input[end + 1..]))
}

/// A line and what follows it.
fn with_head(head: &str, body: &[u8]) -> Vec<u8> {
    [head.as_bytes(), b"\n", body].concat()
}

/// One input in so many, always the same ones: for looks that take long.
fn one_in(number: u64, input: &[u8]) -> bool {
    let mixed = input.iter().fold(0xcbf2_9ce4_8422_2325_u64, |mixed, byte| {
        (mixed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (mixed >> 20).is_multiple_of(number)
}

/// The keys, labels and choices of all schemas, as they stand in JSON.
fn words_of_schemas() -> Vec<Vec<u8>> {
    let mut words: Vec<Vec<u8>> = [
        "null",
        "true",
        "{}",
        "[]",
        "\"\"",
        "{\"reason\":\"未填原因\"}",
        "\\u0000",
        "\\ud800",
        "1e999",
    ]
    .map(|word| word.as_bytes().to_vec())
    .into();
    for document in app().catalog().documents() {
        gather(&document.schema.bundled, &mut words);
    }
    words.sort();
    words.dedup();
    words
}

fn gather(schema: &serde_json::Value, words: &mut Vec<Vec<u8>>) {
    use serde_json::Value;
    match schema {
        Value::Object(entries) => {
            for (key, value) in entries {
                match (key.as_str(), value) {
                    ("properties", Value::Object(fields)) => {
                        words.extend(fields.keys().map(|key| format!("\"{key}\"").into_bytes()));
                    }
                    ("title" | "const", Value::String(text)) => {
                        words.push(Value::from(text.as_str()).to_string().into_bytes());
                    }
                    ("enum", Value::Array(choices)) => {
                        words.extend(choices.iter().map(|it| it.to_string().into_bytes()));
                    }
                    _ => {}
                }
                gather(value, words);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, words)),
        _ => {}
    }
}

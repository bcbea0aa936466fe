//! Every text of every document: markup, code and template syntax print as they are written, or are refused
//! where they stand.

use std::collections::{BTreeMap, BTreeSet};

use chengwen::app::{App, Options, Refusal, Rendered};
use chengwen::catalog::{Document, Shape};
use serde_json::{Value, json};

use super::HOSTILE;
use crate::support::{Sample, app, run, samples, set, try_render};

/// A place of a record that holds a text, and whether any text may stand there.
struct Place {
    pointer: String,
    free: bool,
}

/// The places of all texts of a record, as its schema walks it.
fn places(shape: &Shape, value: &Value, pointer: &str, found: &mut Vec<Place>) {
    match value {
        Value::Object(map) => {
            for (key, shapes) in shape.fields_of(value) {
                let Some(inner) = map.get(key) else { continue };
                places(shapes[0], inner, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(items) => {
            let Some(shape) = shape.items_of(value) else { return };
            for (at, inner) in items.iter().enumerate() {
                places(shape, inner, &format!("{pointer}/{at}"), found);
            }
        }
        Value::String(_) => {
            let format = shape.format_of(value);
            let free = shape.choices_of(value).is_empty()
                && format.is_none_or(|format| format.starts_with("printable"));
            found.push(Place { pointer: pointer.to_owned(), free });
        }
        _ => {}
    }
}

/// The pointer without the numbers of items: all rows of a list are alike.
fn alike(pointer: &str) -> String {
    let step = |step: &str| {
        if step.parse::<usize>().is_ok() { "*".to_owned() } else { step.to_owned() }
    };
    pointer.split('/').map(step).collect::<Vec<_>>().join("/")
}

/// What poppler reads, in the order in which it is drawn, so that cells stay whole; without white space.
fn drawn(pdf: &[u8]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    std::fs::write(&path, pdf).expect("written");
    let read = run("pdftotext", &["-raw", &path.to_string_lossy(), "-"]);
    assert!(read.status.success() && read.stderr.is_empty(), "{read:?}");
    dense(&String::from_utf8(read.stdout).expect("UTF-8"))
}

/// Without white space, and without the places at which a long word may be broken.
fn dense(text: &str) -> String {
    text.chars().filter(|mark| !mark.is_whitespace() && *mark != '\u{200B}').collect()
}

/// A text that fits, and that stands nowhere else.
fn fitted(text: &str, number: usize, most: usize) -> String {
    let tail = format!("第{number}处");
    let room = most.saturating_sub(tail.chars().count());
    text.chars().take(room).chain(tail.chars()).collect::<String>().trim().to_owned()
}

/// The sample with these texts, as far as they are taken: what is refused where it stands is put back as it
/// was. Gives what was printed, what stands where, and what was refused with which code.
fn printed(
    app: &App,
    sample: &Sample,
    wanted: &mut BTreeMap<String, String>,
) -> (Rendered, BTreeMap<String, String>) {
    let given = sample.record();
    let mut refused = BTreeMap::new();
    for _ in 0..8 {
        let mut record = given.clone();
        for (pointer, text) in &*wanted {
            set(&mut record, pointer, json!(text));
        }
        let problems = match try_render(app, &sample.document, &record, Options::default()) {
            Ok(made) => return (made, refused),
            Err(Refusal::Problems(problems)) => problems,
            Err(other) => panic!("{}: {other:?} of {record:#}", sample.name),
        };
        let mut mended = false;
        for problem in problems.to_mend() {
            // A list is told of items that no longer differ, or a group of a field within it.
            let at = |pointer: &&String| chengwen::intake::overlap(pointer, &problem.pointer);
            let Some(pointer) = wanted.keys().find(at).cloned() else { continue };
            mended = true;
            let text = wanted.remove(&pointer).expect("it is wanted");
            let limit = problem.facts.get("limit").and_then(Value::as_u64);
            match limit.filter(|_| problem.code == "field.too-long") {
                Some(limit) => {
                    let number = text.rsplit('第').next().expect("a number");
                    let number = number.trim_end_matches('处').parse().expect("a number");
                    wanted.insert(pointer, fitted(&text, number, limit as usize));
                }
                None => {
                    refused.insert(pointer, problem.code.clone());
                }
            }
        }
        assert!(mended, "{}: told of places that nobody changed: {problems:#?}", sample.name);
    }
    panic!("{}: always something else: {wanted:#?}", sample.name)
}

/// Of each document the samples that hold texts at places of their own, with these places.
fn chosen<'a>(document: &Document, samples: &'a [Sample]) -> Vec<(&'a Sample, Vec<Place>)> {
    let mut known = BTreeSet::new();
    let mut chosen = Vec::new();
    for sample in samples.iter().filter(|it| it.document == document.id.to_string()) {
        let record = sample.record();
        let mut found = Vec::new();
        let shape = &document.schema.shape;
        match record.as_array() {
            Some(_) => continue,
            None => places(shape, &record, "", &mut found),
        }
        found.retain(|place| known.insert(alike(&place.pointer)));
        if !found.is_empty() {
            chosen.push((sample, found));
        }
    }
    chosen
}

/// Hostile texts at every place of one document's records.
fn every_text_of(name: &str) {
    let app = app();
    let samples = samples(&app);
    let document = app.catalog().document(name).expect("it is there");
    let unprinted: Vec<&str> =
        document.manifest.unprinted.keys().map(|it| it.get_ref().as_str()).collect();
    let mut stood = BTreeSet::new();
    let (mut free, mut formed) = (BTreeSet::new(), BTreeSet::new());
    for (sample, places) in chosen(document, &samples) {
        free.extend(places.iter().filter(|it| it.free).map(|it| alike(&it.pointer)));
        for text in HOSTILE {
            let mut wanted: BTreeMap<String, String> = places
                .iter()
                .enumerate()
                .map(|(at, place)| (place.pointer.clone(), fitted(text, at, 1000)))
                .collect();
            let (made, refused) = printed(&app, sample, &mut wanted);
            assert_eq!(made.warnings, [""; 0]);
            let page = drawn(&made.bytes);
            for (pointer, text) in &wanted {
                let shown = page.contains(&dense(text));
                assert!(
                    shown || unprinted.contains(&pointer.as_str()),
                    "{} {pointer}: {text} not in {page}",
                    sample.name
                );
                stood.insert(alike(pointer));
            }
            // A text of a form of its own, as an address is, is none of these.
            formed
                .extend(refused.iter().filter(|it| it.1.ends_with(".form")).map(|it| alike(it.0)));
            assert!(!made.file_name.contains(['/', '\\', '"', '*', '<', '>', '|', ':', '?']));
        }
    }
    free.retain(|place| !formed.contains(place));
    let never: Vec<_> = free.difference(&stood).collect();
    assert_eq!(never, Vec::<&String>::new(), "{name}: never taken, whatever was written");
    assert!(!free.is_empty(), "{name} takes texts");
}

#[test]
fn every_text_of_the_application() {
    every_text_of("shanxi/application");
}

#[test]
fn every_text_of_the_letter() {
    every_text_of("shanxi/commitment");
}

#[test]
fn every_text_of_the_summary() {
    every_text_of("shanxi/summary");
}

#[test]
fn every_text_of_notices() {
    every_text_of("shanxi/notice");
    every_text_of("shanxi/revocation");
}

#[test]
fn every_text_of_the_certificate() {
    every_text_of("shanxi/certificate");
}

#[test]
fn every_document_is_tried() {
    let app = app();
    let tried = ["application", "certificate", "commitment", "notice", "revocation", "summary"];
    let tried = tried.map(|name| format!("shanxi/{name}"));
    let found: Vec<String> = app.catalog().documents().map(|it| it.id.to_string()).collect();
    assert_eq!(found, tried, "each document has a test above");
}

//! Records: a document's name, then JSON. It is a record or has problems, and a record stays one.

use chengwen::app::{App, Input, Options, Output, Refusal};
use chengwen::catalog::Document;
use chengwen::intake::{Record, kept};
use serde_json::Value;

use super::{Target, app, headed, laws, one_in, samples, with_head, words_of_schemas};

pub(super) const TARGET: Target =
    Target { name: "record", run, seeds, words: words_of_schemas, tried: 1500 };

fn seeds() -> Vec<Vec<u8>> {
    samples().into_iter().map(|(document, bytes)| with_head(&document, &bytes)).collect()
}

fn run(input: &[u8]) {
    let Some((name, json)) = headed(input) else { return };
    let app = app();
    let Some(document) = app.catalog().document(name) else { return };
    let examined = match app.check(name, json) {
        Ok(examined) => examined,
        Err(Refusal::OverLimit(said)) => return laws::sentence(&said),
        Err(other) => panic!("{other:?}"),
    };
    laws::problems(&examined.problems);
    // Of a key that stands twice the program takes the first value, and serde_json the last.
    let twice = examined.problems.all().iter().any(|it| it.code == "json.duplicate-key");
    if let Ok(given) = serde_json::from_slice::<Value>(json)
        && !twice
    {
        laws::places(&examined.problems, &given);
    }
    assert_eq!(examined.records.is_empty(), !examined.problems.is_sound());
    for record in &examined.records {
        stays(app, document, record);
    }
    if one_in(16, input) {
        printed(app, name, json, &examined.records);
    }
}

/// Canonical JSON is the same record with the same digest, and is canonical.
fn stays(app: &App, document: &Document, record: &Record) {
    let (name, canonical) = (document.id.to_string(), record.canonical());
    let examined = app.check(&name, canonical.as_bytes());
    let mut again = examined.unwrap_or_else(|refusal| panic!("{refusal:?}"));
    let again = again.records.pop().unwrap_or_else(|| panic!("{:#?}", again.problems));
    assert_eq!(again.canonical(), canonical);
    assert_eq!(again.digest(), record.digest());
    assert_eq!(again.date(), record.date());
    assert_eq!(again.complete(), record.complete());
    let kept = kept(document, canonical, record.digest().as_str());
    let kept = kept.unwrap_or_else(|fault| panic!("{fault}"));
    assert_eq!(kept.complete(), record.complete());
}

/// A record makes a paper that carries it or its digest, or says why not; whatever is not one can be seen.
fn printed(app: &App, name: &str, json: &[u8], records: &[Record]) {
    let output = Output::Png { page: 1, pixels_per_point: 0.3 };
    match app.render(name, Input::Unfinished(json), Options { output, ..Options::default() }) {
        Ok(seen) => assert!(seen.bytes.starts_with(b"\x89PNG") && seen.pages > 0),
        Err(refusal) => laws::refusal(&refusal),
    }
    match app.render(name, Input::Record(json), Options::default()) {
        Ok(made) => {
            assert!(!records.is_empty(), "printed, but not sound");
            let file = laws::paper(&made.bytes);
            assert_eq!(file.pages.len(), made.pages);
            assert!(file.pages.iter().all(|page| page.boxes == 0), "a box is printed");
            let carried: Vec<&Vec<u8>> = file.carried.values().collect();
            assert!(carried.iter().all(|own| own.as_slice() == records[0].canonical().as_bytes()));
            laws::sentence(&made.file_name);
            assert!(!made.file_name.contains(['/', '\\', ':', '"', '<', '>', '|', '?', '*']));
        }
        Err(refusal) => laws::refusal(&refusal),
    }
}

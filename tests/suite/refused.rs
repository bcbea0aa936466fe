//! Bad inputs with their exact expected problems: one idea each, a file each.
//!
//! `tests/refused/<document>/<case>.json` is a sample and what is changed in it (null takes a field
//! out, `{"$null": true}` makes it null), or a raw text. `<case>.txt` is what is found. The cases of
//! `tests/advised` are sound and draw advice.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use chengwen::intake::Problems;
use chengwen::values::Level;
use serde_json::Value;

use crate::support::{app, assert_golden, root, sample, set};

fn cases(folder: &str) -> Vec<(String, PathBuf)> {
    let mut found = Vec::new();
    for document in fs::read_dir(root().join("tests").join(folder)).expect("the folder").flatten() {
        let name = document.file_name().to_string_lossy().replacen('-', "/", 1);
        for case in fs::read_dir(document.path()).expect("a folder").flatten() {
            if case.path().extension().is_some_and(|end| end == "json") {
                found.push((name.clone(), case.path()));
            }
        }
    }
    found.sort();
    found
}

fn input(app: &chengwen::app::App, path: &PathBuf) -> Vec<u8> {
    let case: Value = serde_json::from_slice(&fs::read(path).expect("readable")).expect("JSON");
    if let Some(raw) = case["raw"].as_str() {
        return raw.as_bytes().to_vec();
    }
    let mut record = sample(app, case["base"].as_str().expect("a sample")).record();
    for (pointer, value) in case["set"].as_object().expect("changes") {
        if value == &serde_json::json!({ "$null": true }) {
            *record.pointer_mut(pointer).expect("a field") = Value::Null;
        } else {
            set(&mut record, pointer, value.clone());
        }
    }
    record.to_string().into_bytes()
}

fn told(problems: &Problems) -> String {
    problems
        .all()
        .iter()
        .map(|problem| {
            let level = if problem.level == Level::Problem { "problem" } else { "advice" };
            format!("{level} {} {}\n  {}\n", problem.pointer, problem.code, problem.sentence)
        })
        .collect()
}

#[test]
fn every_refusal_says_exactly_what_is_wrong() {
    let app = app();
    let cases = cases("refused");
    assert!(cases.len() >= 40);
    for (document, path) in cases {
        let examined = app.check(&document, &input(&app, &path)).expect("no fault");
        assert!(!examined.problems.is_sound(), "{} is sound", path.display());
        assert!(examined.records.is_empty());
        assert_golden(&path.with_extension("txt"), &told(&examined.problems));
    }
}

#[test]
fn advice_does_not_refuse() {
    let app = app();
    for (document, path) in cases("advised") {
        let examined = app.check(&document, &input(&app, &path)).expect("no fault");
        assert!(!examined.records.is_empty(), "{}: {}", path.display(), told(&examined.problems));
        assert!(examined.problems.advice().count() > 0, "{} draws none", path.display());
        assert_golden(&path.with_extension("txt"), &told(&examined.problems));
    }
}

#[test]
fn every_sentence_reads_like_one() {
    let app = app();
    let mut codes = BTreeSet::new();
    for (document, path) in cases("refused").into_iter().chain(cases("advised")) {
        for problem in app.check(&document, &input(&app, &path)).expect("no fault").problems {
            let sentence = &problem.sentence;
            assert!(!sentence.contains("“”") && !sentence.contains("空值年"), "{sentence}");
            assert!(!sentence.ends_with('。') && !sentence.is_empty(), "{sentence}");
            // Nothing of the engine room: no English word but keys, units and what users wrote.
            assert!(!sentence.contains("expected") && !sentence.contains("invalid"), "{sentence}");
            let labelled = problem.pointer.is_empty() || !problem.label.is_empty();
            assert!(labelled, "{} has no label", problem.pointer);
            codes.insert(problem.code);
        }
    }
    assert!(codes.len() >= 40, "{} codes: {codes:?}", codes.len());
}

#[test]
fn more_problems_than_are_told_are_no_fault() {
    let app = app();
    let mut record = sample(&app, "shanxi-application").record();
    for number in 0..1500 {
        record[format!("unknown_{number}")] = Value::from(1);
    }
    // Found after the thousandth and not told: the rules that read it must not be asked.
    record["filled_on"] = Value::from("2026年6月18日");
    let examined =
        app.check("shanxi/application", record.to_string().as_bytes()).expect("no fault");
    assert!(examined.records.is_empty());
    let last = examined.problems.all().last().expect("problems");
    assert_eq!(last.code, "problems.too-many");
    assert_eq!(last.facts["rest"], 501);
    assert_eq!(examined.drafts[0].complete()["filled_on"], Value::Null);
}

#[test]
fn the_first_of_many_is_not_the_last() {
    let app = app();
    let path = root().join("tests/refused/shanxi-application/many-at-once.json");
    let examined = app.check("shanxi/application", &input(&app, &path)).expect("no fault");
    assert!(examined.problems.to_mend().count() >= 6, "{}", told(&examined.problems));
    // The draft keeps what is sound.
    let draft = examined.drafts[0].complete();
    assert_eq!(draft["name"], Value::Null);
    assert_eq!(draft["contact"]["phone"], Value::Null);
    assert_eq!(draft["contact"]["name"], "郝雅琴");
    assert_eq!(draft["address"], sample(&app, "shanxi-application").record()["address"]);
}

//! Every sample of every document, by checks that need to know no document.

use std::collections::BTreeMap;
use std::fs;

use chengwen::app::{App, Input, Options};
use serde_json::{Value, json};

use crate::support::{app, render, run, samples, set, text_of, try_render};

#[test]
fn every_sample_and_blank_form_is_as_it_should_be() {
    let mut seen = 0;
    app().check_all(&mut |_| seen += 1).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(seen >= 8);
}

#[test]
fn same_record_same_bytes() {
    let (first, second) = (app(), app());
    for sample in samples(&first) {
        let options = Options::default();
        let once = render(&first, &sample.document, &sample.record(), options);
        let twice = render(&second, &sample.document, &sample.record(), options);
        assert_eq!(once.bytes, twice.bytes, "{}", sample.name);
        assert_eq!(once.warnings, [""; 0], "{}", sample.name);
    }
    for document in first.catalog().documents() {
        let name = document.id.to_string();
        let blank =
            |app: &App| app.render(&name, Input::Blank(None), Options::default()).expect("blank");
        assert_eq!(blank(&first).bytes, blank(&second).bytes);
    }
}

#[test]
fn other_readers_find_nothing_wrong() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    let mut files = Vec::new();
    for sample in samples(&app) {
        let made = render(&app, &sample.document, &sample.record(), Options::default());
        files.push((sample.name, made));
    }
    for document in app.catalog().documents() {
        let made = app.render(&document.id.to_string(), Input::Blank(None), Options::default());
        files.push((format!("{} blank", document.id.dashed()), made.expect("blank")));
    }
    for (name, made) in files {
        let path = folder.path().join("file.pdf");
        fs::write(&path, &made.bytes).expect("written");
        let path = path.to_string_lossy();

        let qpdf = run("qpdf", &["--check", &path]);
        assert!(qpdf.status.success(), "{name}: {}", String::from_utf8_lossy(&qpdf.stdout));
        assert!(qpdf.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&qpdf.stderr));

        let fonts = run("pdffonts", &[&path]);
        assert!(fonts.stderr.is_empty(), "{name}: {}", String::from_utf8_lossy(&fonts.stderr));
        let table = String::from_utf8(fonts.stdout).expect("UTF-8");
        let rows: Vec<&str> = table.lines().skip(2).collect();
        assert!(!rows.is_empty());
        for row in rows {
            // The columns from the right: object, generation, unicode, subset, embedded.
            let columns: Vec<&str> = row.split_whitespace().rev().collect();
            assert_eq!(columns[2..5], ["yes", "yes", "yes"], "{name}: {row}");
        }

        let info = run("pdfinfo", &[&path]);
        let info = String::from_utf8(info.stdout).expect("UTF-8");
        assert!(info.contains("595.276 x 841.89 pts (A4)") || info.contains("(A4)"), "{info}");
        assert!(info.contains(&format!("Pages:           {}\n", made.pages)), "{name}: {info}");

        let mutool = run("mutool", &["draw", "-q", "-F", "txt", "-o", "/dev/null", &path]);
        // Debian builds mupdf without colour profiles and says so of every PDF/A file.
        let told = String::from_utf8(mutool.stderr).expect("UTF-8");
        let told: Vec<&str> = told.lines().filter(|line| !line.contains("ICC support")).collect();
        assert!(mutool.status.success() && told.is_empty(), "{name}: {told:?}");
    }
}

/// The dotted paths of all plain values of a record, list items without their number.
fn leaves(value: &Value, path: &str, pointer: &str, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(inner, &below, &format!("{pointer}/{key}"), found);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                leaves(inner, path, &format!("{pointer}/{at}"), found);
            }
        }
        _ => {
            found.entry(path.to_owned()).or_insert_with(|| pointer.to_owned());
        }
    }
}

/// Other values that a place may take, most likely ones first.
fn candidates(given: &Value) -> Vec<Value> {
    let Value::String(text) = given else {
        let number = given.as_i64().unwrap_or_default();
        return vec![json!(number + 1), json!(number - 1)];
    };
    let mut found: Vec<Value> = [
        "2020-05-20",
        "13900000001",
        "041000",
        "太原市小店区",
        "911400001123101349",
        "是",
        "否",
        "其他",
        "线下市场经营主体",
        "商会",
        "示范行业",
        "cultivation",
        "商圈",
    ]
    .into_iter()
    .filter(|other| *other != text.as_str())
    .map(Value::from)
    .collect();
    found.insert(0, json!(format!("{text}甲乙")));
    found
}

#[test]
fn every_declared_field_reaches_the_paper() {
    let app = app();
    for document in app.catalog().documents() {
        let name = document.id.to_string();
        // An array of records has no fields of its own.
        let own: Vec<_> = samples(&app)
            .into_iter()
            .filter(|sample| sample.document == name && sample.record().is_object())
            .collect();
        let mut covered: BTreeMap<String, (usize, String)> = BTreeMap::new();
        for (at, sample) in own.iter().enumerate() {
            let mut found = BTreeMap::new();
            leaves(&sample.record(), "", "", &mut found);
            for (path, pointer) in found {
                covered.entry(path).or_insert((at, pointer));
            }
        }
        let declared = document.schema.shape.paths_with_items();
        let is_group = |path: &String| {
            declared.iter().any(|other| {
                other
                    .strip_prefix(path)
                    .is_some_and(|rest| rest.starts_with('.') && rest != ".reason")
            }) && !covered.contains_key(path)
        };
        for path in declared.iter().filter(|path| !is_group(path)) {
            let unprinted = document.manifest.unprinted.keys().any(|pointer| {
                pointer.get_ref().trim_start_matches('/').replace('/', ".") == *path
            });
            if unprinted {
                continue;
            }
            let (at, pointer) =
                covered.get(path).unwrap_or_else(|| panic!("no sample of {name} fills {path}"));
            let record = own[*at].record();
            let before = text_of(&render(&app, &name, &record, Options::default()).bytes);
            let given = record.pointer(pointer).expect("the leaf");
            let mut changed: Vec<Value> = candidates(given)
                .into_iter()
                .map(|other| {
                    let mut record = record.clone();
                    set(&mut record, pointer, other);
                    record
                })
                .collect();
            // Fields that hang together change together: the whole field as another sample has it.
            let top = pointer[1..].split('/').next().expect("a key");
            for other in &own {
                let mut record = record.clone();
                record[top] = other.record()[top].clone();
                changed.push(record);
            }
            let mut without = record.clone();
            set(&mut without, pointer, Value::Null);
            changed.push(without);
            let after = changed
                .into_iter()
                .filter(|changed| changed.pointer(pointer) != Some(given))
                .find_map(|changed| try_render(&app, &name, &changed, Options::default()).ok());
            let after = after.unwrap_or_else(|| panic!("{name}: no other value found for {path}"));
            assert!(text_of(&after.bytes) != before, "{name}: {path} does not reach the paper");
        }
    }
}

//! The record that a PDF carries, and its digest on the paper.

use chengwen::app::{Input, Options};
use chengwen::digest::Digest;
use chengwen::finish::read_back;
use chengwen::typeset::Standard;
use serde_json::Value;

use crate::support::{app, render, run, sample, samples, squeezed};

#[test]
fn the_carried_record_is_the_record() {
    let app = app();
    for sample in samples(&app) {
        let made = render(&app, &sample.document, &sample.record(), Options::default());
        let file = read_back(&made.bytes).expect("readable");
        assert!(!file.tagged);
        if !app.catalog().document(&sample.document).expect("known").manifest.carry {
            // What is published carries nothing and bears no digest.
            assert_eq!(file.archival.as_deref(), Some("2U"), "{}", sample.name);
            assert!(file.carried.is_empty(), "{}", sample.name);
            let folder = tempfile::tempdir().expect("a folder");
            let path = folder.path().join("file.pdf");
            std::fs::write(&path, &made.bytes).expect("written");
            let text = run("pdftotext", &[&path.to_string_lossy(), "-"]);
            assert!(!String::from_utf8_lossy(&text.stdout).contains("数据摘要"), "{}", sample.name);
            continue;
        }
        assert_eq!(file.archival.as_deref(), Some("3U"), "{}", sample.name);
        let name = format!("{}.json", sample.document.replace('/', "-"));
        let carried = file.carried.get(&name).expect("it carries its record");
        assert_eq!(serde_json::from_slice::<Value>(carried).expect("JSON"), sample.record());

        // Rendering the carried record gives the same file.
        let again = app.render(&sample.document, Input::Record(carried), Options::default());
        assert_eq!(again.expect("sound").bytes, made.bytes);

        // The digest on paper is that of the carried bytes.
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file.pdf");
        std::fs::write(&path, &made.bytes).expect("written");
        let text = run("pdftotext", &["-l", "1", &path.to_string_lossy(), "-"]);
        let digest = Digest::of(carried).as_str()[..12].to_uppercase();
        let printed = format!("{}-{}-{}", &digest[..4], &digest[4..8], &digest[8..]);
        let text = squeezed(&String::from_utf8_lossy(&text.stdout));
        assert!(text.contains(&printed), "{}: {printed} not in {text}", sample.name);
    }
}

#[test]
fn the_carried_file_is_described() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    let made = render(&app, &sample.document, &sample.record(), Options::default());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    std::fs::write(&path, &made.bytes).expect("written");
    let shown = run("qpdf", &["--qdf", "--object-streams=disable", &path.to_string_lossy(), "-"]);
    let shown = String::from_utf8_lossy(&shown.stdout);
    assert!(shown.contains("/AFRelationship /Source"));
    let listed = run("qpdf", &["--list-attachments", "--verbose", &path.to_string_lossy()]);
    let listed = String::from_utf8_lossy(&listed.stdout);
    let document = app.catalog().document(&sample.document).expect("known");
    assert!(listed.contains(&format!("template sha256:{}", document.digest)), "{listed}");
    assert!(listed.contains("sides=DuplexFlipLongEdge"), "{listed}");
}

#[test]
fn another_standard_drops_the_record() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    for (standard, claim, tagged) in [
        (Standard::A2u, Some("2U"), false),
        (Standard::A2a, Some("2A"), true),
        (Standard::Ua1, Some("2A"), true),
        (Standard::None, None, false),
    ] {
        let options = Options { standard: Some(standard), ..Options::default() };
        let made = render(&app, &sample.document, &sample.record(), options);
        let file = read_back(&made.bytes).expect("readable");
        assert_eq!(file.archival.as_deref(), claim, "{standard:?}");
        assert_eq!(file.tagged, tagged, "{standard:?}");
        assert!(file.carried.is_empty(), "{standard:?}");
    }
}

#[test]
fn a_blank_form_carries_nothing() {
    let app = app();
    for document in app.catalog().documents() {
        let made = app.render(&document.id.to_string(), Input::Blank(None), Options::default());
        let file = read_back(&made.expect("blank").bytes).expect("readable");
        assert_eq!(file.archival.as_deref(), Some("2U"));
        assert!(file.carried.is_empty());
    }
}

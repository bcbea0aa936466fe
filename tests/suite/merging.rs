//! Files merged into one, and single sheets cut out again: what is alike stands there once, and every
//! claim stays true.

use std::fs;

use chengwen::app::{App, Options, Sides};
use chengwen::finish::{Duplex, Intent, Joint, Merging, only_page, read_back};
use chengwen::typeset::Standard;
use serde_json::Value;

use crate::made;
use crate::support::{app, render, run, sample, text_of};

/// Files of certificates, each with as many as asked.
fn runs(app: &App, sizes: &[usize]) -> Vec<Vec<u8>> {
    let all =
        made::certificates(app, &sample(app, "shanxi-certificate").record(), sizes.iter().sum());
    let mut rows = all.as_array().expect("an array").iter();
    let runs = sizes.iter().map(|size| {
        let some: Value = rows.by_ref().take(*size).cloned().collect();
        render(app, "shanxi/certificate", &some, Options::default()).bytes
    });
    runs.collect()
}

fn merged(runs: &[Vec<u8>], joint: Joint) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut merging = Merging::begin(&mut bytes, joint).expect("begun");
    for run in runs {
        merging.add(run, false).expect("added");
    }
    let merged = merging.finish().expect("finished");
    assert_eq!(merged.bytes, bytes.len() as u64);
    assert_eq!(merged.pages, read_back(&bytes).expect("readable").pages.len());
    bytes
}

/// The judges find nothing to say.
fn assert_sound(pdf: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    fs::write(&path, pdf).expect("written");
    let checked = run("qpdf", &["--check", &path.to_string_lossy()]);
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
    let info = run("pdfinfo", &[&path.to_string_lossy()]);
    assert!(info.status.success() && info.stderr.is_empty(), "{info:?}");
    let drawn = run("mutool", &["draw", "-F", "trace", "-o", "/dev/null", &path.to_string_lossy()]);
    assert!(drawn.status.success(), "{}", String::from_utf8_lossy(&drawn.stderr));
}

fn count(bytes: &[u8], what: &str) -> usize {
    bytes.windows(what.len()).filter(|window| *window == what.as_bytes()).count()
}

#[test]
fn merged_runs_read_like_the_runs_one_after_another() {
    let app = app();
    let runs = runs(&app, &[70, 1, 80]);
    let whole = merged(&runs, Joint::default());
    assert_sound(&whole);
    let apart: Vec<String> = runs.iter().flat_map(|run| text_of(run)).collect();
    assert_eq!(text_of(&whole), apart);
    assert_eq!(whole, merged(&runs, Joint::default()), "the same bytes each time");

    let first = read_back(&runs[0]).expect("readable");
    let read = read_back(&whole).expect("readable");
    assert_eq!(read.archival.as_deref(), Some("2U"));
    let claims = |read: &chengwen::finish::ReadBack| {
        let duplex = read.duplex.clone();
        (read.title.clone(), read.language.clone(), duplex, read.scaling.clone(), read.copies)
    };
    assert_eq!(claims(&read), claims(&first));
    assert!(read.pages.iter().all(|page| page.fonts.iter().all(|font| font.embedded)));
    assert!(read.pages.iter().all(|page| page.boxes == 0 && !page.blank));
    // What does not depend on the texts stands there once.
    assert_eq!(count(&whole, "/GTS_PDFA1"), 1);
    assert_eq!(count(&whole, "/Type/Metadata") + count(&whole, "/Type /Metadata"), 1);
    assert_eq!(count(&whole, "/N 3"), 1);
    // Each run has its own two faces; those of the same characters are one.
    assert!((2..=6).contains(&count(&whole, "/FontFile3")));
}

#[test]
fn equal_runs_share_everything_but_their_pages() {
    let app = app();
    let run = runs(&app, &[3]).remove(0);
    let once = merged(std::slice::from_ref(&run), Joint::default());
    let many = merged(&vec![run; 50], Joint::default());
    assert_sound(&many);
    assert_eq!(read_back(&many).expect("readable").pages.len(), 150);
    // A page, its place in the table and in the tree.
    assert!(many.len() - once.len() < 147 * 200, "{} and {}", once.len(), many.len());
}

#[test]
fn every_run_begins_on_a_front_if_both_sides_are_printed() {
    let app = app();
    let runs = runs(&app, &[1, 2, 3]);
    let intent = Some(Intent { duplex: Duplex::LongEdge, copies: 3 });
    let joint = Joint { intent, fronts: true, padded: false };
    let mut bytes = Vec::new();
    let mut merging = Merging::begin(&mut bytes, joint).expect("begun");
    let starts: Vec<usize> =
        runs.iter().map(|run| merging.add(run, false).expect("added")).collect();
    let pages = merging.finish().expect("finished").pages;
    assert_eq!((starts, pages), (vec![0, 2, 4], 7));
    assert_sound(&bytes);
    let read = read_back(&bytes).expect("readable");
    let blank: Vec<bool> = read.pages.iter().map(|page| page.blank).collect();
    assert_eq!(blank, [false, true, false, false, false, false, false]);
    assert!(read.pages.iter().all(|page| (page.width - 841.89).abs() < 0.01));
    assert_eq!(read.duplex.as_deref(), Some("DuplexFlipLongEdge"));
    assert_eq!((read.scaling.as_deref(), read.copies), (Some("None"), Some(3)));
    let padded = merged(&runs, Joint { padded: true, ..joint });
    let read = read_back(&padded).expect("readable");
    assert_eq!(read.pages.len(), 8);
    assert!(read.pages[7].blank);
}

#[test]
fn a_page_cut_out_is_that_page_with_only_what_it_uses() {
    let app = app();
    let run = runs(&app, &[20]).remove(0);
    let texts = text_of(&run);
    for at in [0, 7, 19] {
        let page = only_page(&run, at..at + 1).expect("cut out");
        assert_sound(&page);
        assert_eq!(text_of(&page), [texts[at].clone()]);
        assert_eq!(read_back(&page).expect("readable").archival.as_deref(), Some("2U"));
        assert_eq!(page, only_page(&run, at..at + 1).expect("cut out"));
        assert!(page.len() + 15_000 < run.len(), "{} of {}", page.len(), run.len());
    }
    let two = only_page(&run, 3..5).expect("cut out");
    assert_eq!(text_of(&two), texts[3..5]);
    assert!(only_page(&run, 20..21).is_err());
    let whole = merged(&[run.clone(), run], Joint::default());
    assert_eq!(text_of(&only_page(&whole, 25..26).expect("cut out")), [texts[5].clone()]);
}

#[test]
fn papers_of_many_pages_with_what_they_carry_are_merged_too() {
    let app = app();
    let options = Options { sides: Some(Sides::Long), ..Options::default() };
    for name in ["shanxi-application", "shanxi-notice", "shanxi-summary", "shanxi-commitment"] {
        let sample = sample(&app, name);
        let file = render(&app, &sample.document, &sample.record(), options).bytes;
        let whole = merged(std::slice::from_ref(&file), Joint::default());
        assert_sound(&whole);
        assert_eq!(text_of(&whole), text_of(&file), "{name}");
        let (was, is) = (read_back(&file).expect("readable"), read_back(&whole).expect("readable"));
        assert_eq!(is, was, "{name}");
        let joint = Joint { fronts: true, ..Joint::default() };
        let a2u = Options { standard: Some(Standard::A2u), ..options };
        let plain = render(&app, &sample.document, &sample.record(), a2u).bytes;
        let twice = merged(&[plain.clone(), plain], joint);
        assert_sound(&twice);
        assert_eq!(read_back(&twice).expect("readable").archival.as_deref(), Some("2U"));
    }
}

#[test]
fn what_cannot_be_merged_is_refused() {
    let app = app();
    let sample = sample(&app, "shanxi-certificate");
    let tagged = Options { standard: Some(Standard::Ua1), ..Options::default() };
    let tagged = render(&app, &sample.document, &sample.record(), tagged).bytes;
    let sound = runs(&app, &[2]).remove(0);
    let refused = |file: &[u8]| {
        let mut bytes = Vec::new();
        let mut merging = Merging::begin(&mut bytes, Joint::default()).expect("begun");
        let refused = merging.add(file, false).expect_err("refused").to_string();
        assert!(merging.finish().is_err(), "nothing was added");
        refused
    };
    assert!(refused(&tagged).contains("ua-1"));
    // Whatever is cut off or spoilt: a fault or a file, never a panic.
    for end in (0..sound.len()).step_by(997) {
        refused(&sound[..end]);
    }
    for at in (0..sound.len()).step_by(211) {
        let mut spoilt = sound.clone();
        spoilt[at] = b'9';
        let mut bytes = Vec::new();
        let mut merging = Merging::begin(&mut bytes, Joint::default()).expect("begun");
        if merging.add(&spoilt, false).is_ok() {
            assert!(merging.finish().expect("finished").pages > 0);
        }
    }
}

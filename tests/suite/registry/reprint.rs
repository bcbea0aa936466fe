//! One sheet printed again: the same bytes each time, or a word on what has changed.

use std::sync::Arc;

use chengwen::app::{Form, Refusal, Source};
use chengwen::digest::Digest;
use chengwen::store::Store;

use super::{Issued, batches_of};
use crate::homes::Spoilt;
use crate::support::{app_at, squeezed, text_of};

const SENTENCE: &str = "templates/shanxi/certificate/document.toml";

#[test]
fn a_reprint_is_the_same_each_time_and_written_down() {
    let issued = Issued::new(Form::Merged);
    let number = &issued.numbers[1];
    let handle = issued.runtime.handle();
    let first = issued.batches.reprint(number, "省局 王五", "原件污损", None, handle);
    let first = first.expect("printed");
    let second = issued.batches.reprint(number, "省局 赵六", "", None, handle).expect("printed");
    assert_eq!(first.bytes, second.bytes);
    assert_eq!(first.sha256, Digest::of(&first.bytes).as_str());
    let pages = text_of(&first.bytes);
    assert_eq!(pages.len(), 1);
    let text = squeezed(&pages[0]);
    for part in [number.as_str(), "晋中市太谷区家用电器行业协会"] {
        assert!(text.contains(part), "{text}");
    }
    // Only its own sheet.
    assert!(!text.contains("晋味源"), "{text}");
    let registry = issued.batches.ledger().registry();
    let history = issued.runtime.block_on(registry.history_of(number)).expect("read");
    let told: Vec<(&str, &str, &str)> = history
        .iter()
        .map(|entry| (entry.what.as_str(), entry.who.as_str(), entry.why.as_str()))
        .collect();
    assert_eq!(
        told[2..],
        [("reprinted", "省局 王五", "原件污损"), ("reprinted", "省局 赵六", "")],
        "{told:?}"
    );
    assert!(history[2].facts.contains(&first.sha256), "{}", history[2].facts);
    assert_eq!(issued.find(number).state, "reprinted");
    assert!(issued.runtime.block_on(registry.audit(None)).expect("read").is_whole());
}

#[test]
fn the_page_as_issued_says_what_the_sheet_anew_says() {
    for form in [Form::Merged, Form::Each] {
        let issued = Issued::new(form);
        let handle = issued.runtime.handle();
        let number = &issued.numbers[1];
        let from = |source| {
            let made = issued.batches.reprint(number, "省局", "", source, handle);
            made.expect("printed").bytes
        };
        let (anew, kept) = (from(None), from(Some(Source::Issued)));
        assert_eq!(text_of(&anew), text_of(&kept));
        assert_eq!(kept, from(Some(Source::Issued)));
        assert_eq!(anew, from(Some(Source::Current)));
        // A single file is issued as it is printed again.
        assert_eq!(anew == kept, form == Form::Each);
        // Printed as it was: on one side.
        let simplex = |pdf: &[u8]| pdf.windows(8).any(|part| part == b"/Simplex");
        assert!(simplex(&anew) && simplex(&kept));
    }
}

#[test]
fn a_changed_template_is_told_and_both_are_offered() {
    let home = Spoilt::new();
    let issued = Issued::with(app_at(home.folder.path()).expect("sound"), Form::Merged);
    let number = &issued.numbers[0];
    let handle = issued.runtime.handle();
    let before = issued.batches.reprint(number, "省局", "", None, handle).expect("printed");
    home.spoil(SENTENCE, "特发此证。", "特此发证。");
    let store = issued.runtime.block_on(Store::open(issued.data())).expect("opened");
    let app = app_at(home.folder.path()).expect("still sound");
    let changed = batches_of(Arc::new(app), store);
    let told = match changed.reprint(number, "省局", "", None, handle) {
        Err(Refusal::Usage(told)) => told,
        other => panic!("{other:?}"),
    };
    for part in [number.as_str(), "改动过", "issued", "current"] {
        assert!(told.contains(part), "{told}");
    }
    let text = |source| {
        let made = changed.reprint(number, "省局", "", Some(source), handle).expect("printed");
        squeezed(&text_of(&made.bytes).concat())
    };
    assert!(text(Source::Issued).contains("特发此证"));
    assert!(text(Source::Current).contains("特此发证"));
    // What was refused is not written down; the others are, each with its source.
    let registry = changed.ledger().registry();
    let history = issued.runtime.block_on(registry.history_of(number)).expect("read");
    let facts: Vec<serde_json::Value> = history
        .iter()
        .filter(|entry| entry.what == "reprinted")
        .map(|entry| serde_json::from_str(&entry.facts).expect("JSON"))
        .collect();
    let sources: Vec<&str> = facts.iter().filter_map(|facts| facts["source"].as_str()).collect();
    assert_eq!(sources, ["current", "issued", "current"]);
    assert_eq!(facts[0]["template"], facts[1]["template"]);
    assert_ne!(facts[1]["template"], facts[2]["template"]);
    assert_eq!(facts[0]["sha256"], before.sha256.as_str());
}

#[test]
fn what_cannot_be_printed_again_is_told() {
    let issued = Issued::new(Form::Merged);
    let handle = issued.runtime.handle();
    let refused =
        |number: &str, why: &str| match issued.batches.reprint(number, "省局", why, None, handle)
        {
            Err(Refusal::Usage(told)) => told,
            other => panic!("{other:?}"),
        };
    assert!(refused("晋放心示〔2026〕单位9999号", "").contains("没有编号"));
    assert!(refused(&issued.numbers[0], "一\n二").contains("原因"));
    assert!(refused(&issued.numbers[0], &"长".repeat(201)).contains("200"));
    let why = "连续两次复核不合格";
    let day = "2026-05-18".parse().expect("a day");
    let one = &issued.numbers[..1];
    issued.batches.revoke(one, "省局", why, None, day, handle).expect("revoked");
    assert!(refused(&issued.numbers[0], "").contains("已撤销"));
}

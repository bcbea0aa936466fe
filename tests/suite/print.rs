//! What a printer is told: sides, scaling, copies, padding, and double-sided printing by hand.

use std::io::{Cursor, Read};

use chengwen::app::{Input, Options, Output, Refusal, Sides};
use chengwen::finish::{Duplex, Intent, halves, print_ready, read_back};
use lopdf::{Dictionary, Document, Object, dictionary};
use proptest::prelude::*;
use serde_json::json;

use crate::support::{app, render, run, sample, set, text_of};

#[test]
fn duplex_is_asked_for_on_the_long_edge() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    let made = render(&app, &sample.document, &sample.record(), Options::default());
    let file = read_back(&made.bytes).expect("readable");
    assert_eq!(file.duplex.as_deref(), Some("DuplexFlipLongEdge"));
    assert_eq!(file.scaling.as_deref(), Some("None"));
    assert_eq!(file.copies, None);
    assert_eq!((made.pages, made.sheets, file.pages.len()), (4, 2, 4));
}

#[test]
fn copies_and_sides_are_written() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    for (sides, name) in [
        (Sides::Long, "DuplexFlipLongEdge"),
        (Sides::Short, "DuplexFlipShortEdge"),
        (Sides::One, "Simplex"),
    ] {
        let options = Options { sides: Some(sides), copies: 3, ..Options::default() };
        let made = render(&app, &sample.document, &sample.record(), options);
        let file = read_back(&made.bytes).expect("readable");
        assert_eq!(file.duplex.as_deref(), Some(name));
        assert_eq!(file.copies, Some(3));
    }
}

/// A record whose honours fill more and more pages.
fn growing(app: &chengwen::app::App, lines: usize) -> serde_json::Value {
    let mut record = sample(app, "shanxi-application").record();
    let honours = vec![
        "获得某项荣誉称号，由某机关授予，有效期三年，每年复核一次并公布结果。";
        lines
    ];
    set(&mut record, "/honours", json!(honours.join("\n")));
    record
}

#[test]
fn an_odd_number_of_pages_is_padded_with_nothing() {
    let app = app();
    let mut odd = 0;
    for lines in [10, 40, 70, 100] {
        let record = growing(&app, lines);
        let one = Options { sides: Some(Sides::One), ..Options::default() };
        let bare = render(&app, "shanxi/application", &record, one);
        let made = render(&app, "shanxi/application", &record, Options::default());
        let file = read_back(&made.bytes).expect("readable");
        assert_eq!(made.pages, bare.pages.next_multiple_of(2));
        assert_eq!(file.pages.len(), made.pages);
        let blanks: Vec<bool> = file.pages.iter().map(|page| page.blank).collect();
        let padded = bare.pages % 2;
        odd += padded;
        assert_eq!(blanks.iter().filter(|blank| **blank).count(), padded);
        assert_eq!(blanks.last(), Some(&(padded == 1)));
        assert_eq!(bare.sheets, bare.pages);
    }
    assert!(odd > 0, "no odd number of pages came up");
}

#[test]
fn one_sided_pages_have_the_margins_of_odd_pages() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    let left_of = |options: Options, page: usize| -> f64 {
        let made = render(&app, &sample.document, &sample.record(), options);
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("file.pdf");
        std::fs::write(&path, &made.bytes).expect("written");
        let number = page.to_string();
        let arguments = ["-bbox", "-f", &number, "-l", &number, &path.to_string_lossy(), "-"];
        let boxes = run("pdftotext", &arguments);
        let boxes = String::from_utf8(boxes.stdout).expect("UTF-8");
        boxes
            .split("xMin=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next()?.parse::<f64>().ok())
            .fold(f64::MAX, f64::min)
    };
    // Page 2, 申报须知: the outer margin is 26 mm, the binding margin 28 mm; 2 mm are 5.67 pt.
    let duplex = left_of(Options::default(), 2);
    let single = left_of(Options { sides: Some(Sides::One), ..Options::default() }, 2);
    assert!((single - duplex - 5.67).abs() < 0.2, "{duplex} and {single}");
}

#[test]
fn printing_by_hand_gives_fronts_and_reversed_backs() {
    let app = app();
    let record = growing(&app, 70);
    let whole = render(&app, "shanxi/application", &record, Options::default());
    let options = Options { sides: Some(Sides::Manual), ..Options::default() };
    let made = render(&app, "shanxi/application", &record, options);
    assert!(made.file_name.ends_with(".zip"));
    let mut archive = zip::ZipArchive::new(Cursor::new(&made.bytes)).expect("a zip");
    let mut parts: Vec<(String, Vec<u8>)> = Vec::new();
    for at in 0..archive.len() {
        let mut file = archive.by_index(at).expect("a part");
        let name = file.name().expect("UTF-8").into_owned();
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("whole");
        parts.push((name, bytes));
    }
    let names: Vec<&str> = parts.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names.len(), 3);
    assert!(names[0].ends_with("-正面.pdf") && names[1].ends_with("-背面.pdf"), "{names:?}");
    assert_eq!(names[2], "打印说明.txt");

    let pages = text_of(&whole.bytes);
    let fronts: Vec<String> = pages.iter().step_by(2).cloned().collect();
    let mut backs: Vec<String> = pages.iter().skip(1).step_by(2).cloned().collect();
    backs.reverse();
    assert_eq!(text_of(&parts[0].1), fronts);
    assert_eq!(text_of(&parts[1].1), backs);
    for (_, bytes) in &parts[..2] {
        let file = read_back(bytes).expect("readable");
        assert_eq!(file.duplex.as_deref(), Some("Simplex"));
        assert_eq!(file.pages.len(), made.sheets);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("backs.pdf");
    std::fs::write(&path, &parts[1].1).expect("written");
    let checked = run("qpdf", &["--check", &path.to_string_lossy()]);
    assert!(checked.status.success() && checked.stderr.is_empty(), "{checked:?}");
}

#[test]
fn a_page_that_does_not_exist_is_the_users_slip() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    let options =
        Options { output: Output::Png { page: 9, pixels_per_point: 1.0 }, ..Options::default() };
    let refused = app.render(&sample.document, Input::Record(&sample.bytes), options);
    match refused.expect_err("no page 9") {
        Refusal::Usage(sentence) => assert!(sentence.contains("共 4 页"), "{sentence}"),
        other => panic!("{other:?}"),
    }
}

/// A file of so many pages, each with its number as content.
fn numbered(pages: usize) -> Vec<u8> {
    let mut document = Document::with_version("1.7");
    let root = document.new_object_id();
    let kids: Vec<Object> = (1..=pages)
        .map(|number| {
            let content = lopdf::Stream::new(Dictionary::new(), format!("q % {number}\nQ").into());
            let content = document.add_object(content);
            let page = dictionary! {
                "Type" => "Page", "Parent" => root, "Contents" => content,
                "Resources" => Dictionary::new(),
                "MediaBox" => vec![0.into(), 0.into(), 595.276.into(), 841.89.into()],
            };
            document.add_object(page).into()
        })
        .collect();
    let count = i64::try_from(pages).expect("few pages");
    let tree = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
    document.objects.insert(root, Object::Dictionary(tree));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    bytes
}

/// What each page shows, blank pages as 0.
fn numbers(pdf: &[u8]) -> Vec<usize> {
    let document = Document::load_mem(pdf).expect("readable");
    document
        .page_iter()
        .map(|page| {
            let content = String::from_utf8(document.get_page_content(page)).expect("text");
            content
                .split("% ")
                .nth(1)
                .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
                .unwrap_or(0)
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn padding_fills_the_last_sheet_and_changes_nothing_else(pages in 1_usize..60) {
        let intent = Intent { duplex: Duplex::LongEdge, copies: 1 };
        let padded = numbers(&print_ready(&numbered(pages), intent, true).expect("padded"));
        let mut wanted: Vec<usize> = (1..=pages).collect();
        if pages % 2 == 1 {
            wanted.push(0);
        }
        prop_assert_eq!(padded, wanted);
        let bare = numbers(&print_ready(&numbered(pages), intent, false).expect("bare"));
        prop_assert_eq!(bare, (1..=pages).collect::<Vec<_>>());
    }

    #[test]
    fn halves_fit_together_again(pages in 1_usize..60) {
        let split = halves(&numbered(pages)).expect("split");
        let (fronts, mut backs) = (numbers(&split.fronts), numbers(&split.backs));
        prop_assert_eq!(fronts.len(), split.sheets);
        prop_assert_eq!(backs.len(), split.sheets);
        backs.reverse();
        let together: Vec<usize> =
            fronts.into_iter().zip(backs).flat_map(|(front, back)| [front, back]).collect();
        let mut wanted: Vec<usize> = (1..=pages).collect();
        wanted.resize(pages.next_multiple_of(2), 0);
        prop_assert_eq!(together, wanted);
    }
}

#[test]
fn the_metadata_come_from_record_and_manifest() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    let path = path.to_string_lossy();
    let told = |bytes: &[u8]| {
        std::fs::write(&*path, bytes).expect("written");
        let told = run("pdfinfo", &["-isodates", &path]);
        String::from_utf8(told.stdout).expect("UTF-8")
    };
    let made = render(&app, &sample.document, &sample.record(), Options::default());
    let info = told(&made.bytes);
    for part in [
        "山西省放心消费示范单位（行业或区域）培育申请表",
        "山西省市场监督管理局",
        "CreationDate:    2026-06-18T00:00:00+08",
    ] {
        assert!(info.contains(part), "{part} not in {info}");
    }
    // The blank form bears the day it was issued.
    let blank = app.render(&sample.document, Input::Blank(None), Options::default());
    let info = told(&blank.expect("blank").bytes);
    assert!(info.contains("CreationDate:    2023-06-25T00:00:00+08"), "{info}");

    // The identity tells records and options apart.
    let identity = |bytes: &[u8]| {
        let document = Document::load_mem(bytes).expect("readable");
        format!("{:?}", document.trailer.get(b"ID").expect("an identity"))
    };
    let mut other = sample.record();
    set(&mut other, "/remarks", json!("另一份"));
    let copies = Options { copies: 2, ..Options::default() };
    let others = [
        render(&app, &sample.document, &other, Options::default()),
        render(&app, &sample.document, &sample.record(), copies),
    ];
    for other in others {
        assert_ne!(identity(&made.bytes), identity(&other.bytes));
    }
}

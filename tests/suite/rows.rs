//! The parts of a batch: runs that are merged, files of single sheets, codes to verify by, and checks that
//! lay out only what is long.

use std::fs;

use chengwen::app::{App, Options, Refusal, Sides, Whole};
use chengwen::finish::{Merging, read_back};
use chengwen::intake::{Record, examine};
use chengwen::typeset::Standard;
use chengwen::wording::Sheet;
use serde_json::{Value, json};

use crate::made;
use crate::support::{app, render, run, sample, set, squeezed, text_of};

const CERTIFICATE: &str = "shanxi/certificate";

fn records(app: &App, document: &str, rows: &[Value]) -> (Vec<Record>, Vec<Sheet>) {
    let document = app.catalog().document(document).expect("known");
    let mut records = Vec::new();
    for row in rows {
        let bytes = row.to_string().into_bytes();
        let examined = examine(app.catalog(), document, &bytes, usize::MAX).expect("no fault");
        assert!(examined.problems.is_sound(), "{:?}", examined.problems);
        records.extend(examined.records);
    }
    let sheets = records.iter().map(|record| Sheet::of(document, record).expect("a sheet"));
    let sheets = sheets.collect();
    (records, sheets)
}

fn certificates(app: &App, count: usize) -> Vec<Value> {
    let made = made::certificates(app, &sample(app, "shanxi-certificate").record(), count);
    made.as_array().expect("an array").clone()
}

fn verified(sheets: Vec<Sheet>) -> Vec<Sheet> {
    let code = |at: usize| format!("7K9QX2M4T{at:03}ABCD");
    let sheets = sheets.into_iter().enumerate().map(|(at, sheet)| {
        let url = format!("https://fxxf.example.gov.cn/verify/{}", code(at));
        sheet.with_verification(url, code(at))
    });
    sheets.collect()
}

/// A page as poppler draws it: width, height, a byte a pixel.
fn drawn(pdf: &[u8], page: usize, resolution: usize) -> (usize, usize, Vec<u8>) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    fs::write(&path, pdf).expect("written");
    let (page, resolution) = (page.to_string(), resolution.to_string());
    let path = path.to_string_lossy();
    let done = run("pdftoppm", &["-r", &resolution, "-f", &page, "-l", &page, "-gray", &path]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let mut words = done.stdout.splitn(4, |byte| byte.is_ascii_whitespace());
    let mut number = || -> usize {
        let word = words.next().expect("a word");
        std::str::from_utf8(word).ok().and_then(|word| word.parse().ok()).unwrap_or_default()
    };
    let (_, width, height) = (number(), number(), number());
    let pixels = done.stdout[done.stdout.len() - width * height..].to_vec();
    (width, height, pixels)
}

fn codes_on(pdf: &[u8], page: usize) -> Vec<String> {
    let (width, height, pixels) = drawn(pdf, page, 150);
    let mut image =
        rqrr::PreparedImage::prepare_from_greyscale(width, height, |x, y| pixels[y * width + x]);
    image.detect_grids().iter().map(|grid| grid.decode().expect("a code").1).collect()
}

#[test]
fn a_file_of_its_own_is_the_file_of_the_record_alone() {
    let app = app();
    let application = sample(&app, "shanxi-application").record();
    let cases = [
        (CERTIFICATE, certificates(&app, 5), Options::default()),
        (
            CERTIFICATE,
            certificates(&app, 2),
            Options { sides: Some(Sides::Long), copies: 3, ..Options::default() },
        ),
        (
            "shanxi/application",
            vec![application.clone(), sample(&app, "shanxi-application.region").record()],
            Options::default(),
        ),
        (
            "shanxi/application",
            vec![application],
            Options { standard: Some(Standard::Ua1), ..Options::default() },
        ),
    ];
    for (document, rows, options) in cases {
        let (records, sheets) = records(&app, document, &rows);
        let known = app.catalog().document(document).expect("known");
        let files = app.typeset_singles(known, &records, sheets, options).expect("typeset");
        assert_eq!(files.len(), rows.len());
        for (file, row) in files.iter().zip(&rows) {
            let alone = render(&app, document, row, options).bytes;
            assert!(*file == alone, "{document}: {} and {}", file.len(), alone.len());
        }
    }
}

#[test]
fn runs_of_a_batch_become_one_file_that_claims_the_whole() {
    let app = app();
    let rows = certificates(&app, 30);
    let document = app.catalog().document(CERTIFICATE).expect("known");
    let options = Options { sides: Some(Sides::Long), ..Options::default() };
    let (records, sheets) = records(&app, CERTIFICATE, &rows);
    let date = records.iter().map(Record::date).max().expect("a date");
    let whole = Whole { matter: "rows".to_owned(), date };
    let mut bytes = Vec::new();
    let joint = app.joint(document, options).expect("can be merged");
    let mut merging = Merging::begin(&mut bytes, joint).expect("begun");
    for chunk in sheets.chunks(12) {
        let made = app.typeset_run(document, chunk.to_vec(), &whole, options).expect("typeset");
        // Backs are blank, so that each begins on a front.
        let starts: Vec<usize> = (0..chunk.len()).map(|at| 2 * at).collect();
        assert_eq!((made.starts, made.ends), (starts, vec![]));
        merging.add(&made.bytes, false).expect("added");
    }
    assert_eq!(merging.finish().expect("finished").pages, 60);
    let read = read_back(&bytes).expect("readable");
    assert_eq!(read.archival.as_deref(), Some("2U"));
    assert_eq!(read.duplex.as_deref(), Some("DuplexFlipLongEdge"));
    for (page, text) in text_of(&bytes).iter().enumerate() {
        let number = rows[page / 2]["number"].as_str().expect("a number");
        assert_eq!(squeezed(text).contains(number), page % 2 == 0, "page {page}");
        assert_eq!(read.pages[page].blank, page % 2 == 1);
    }
    let tagged = Options { standard: Some(Standard::A2a), ..options };
    let refused = app.typeset_run(document, sheets, &whole, tagged);
    assert!(matches!(refused, Err(Refusal::Usage(told)) if told.contains("a-2a")));
}

#[test]
fn the_code_is_read_back_from_the_page() {
    let app = app();
    let document = app.catalog().document(CERTIFICATE).expect("known");
    let (_, sheets) = records(&app, CERTIFICATE, &certificates(&app, 4));
    let (plain, sheets) = (sheets.clone(), verified(sheets));
    let date = sheets[0].date();
    let whole = Whole { matter: "rows".to_owned(), date };
    let made = app.typeset_run(document, sheets.clone(), &whole, Options::default());
    let made = made.expect("typeset");
    assert_eq!(made.warnings, Vec::<String>::new());
    let texts = text_of(&made.bytes);
    for (at, sheet) in sheets.iter().enumerate() {
        let wanted = sheet.verification().expect("it has one");
        assert_eq!(codes_on(&made.bytes, at + 1), std::slice::from_ref(&wanted.url));
        let text = squeezed(&texts[at]);
        assert!(text.contains("扫码查验") && text.contains(&wanted.code), "{text}");
    }
    assert_eq!(read_back(&made.bytes).expect("readable").archival.as_deref(), Some("2U"));
    // At least 20 mm wide: the first and last black column of the finder patterns at 254 dpi.
    let (width, height, pixels) = drawn(&made.bytes, 1, 254);
    let without = app.typeset_run(document, plain, &whole, Options::default()).expect("typeset");
    assert!(codes_on(&without.bytes, 1).is_empty());
    let (_, _, bare) = drawn(&without.bytes, 1, 254);
    let rows: Vec<usize> = (0..height)
        .filter(|y| {
            let line = y * width..y * width + width * 66 / 297;
            pixels[line.clone()].iter().zip(&bare[line]).any(|(with, bare)| with != bare)
        })
        .collect();
    let high = rows[rows.len() - 1] - rows[0] + 1;
    assert!((238..=242).contains(&high), "{high} tenths of a millimetre");
    assert!(rows[0] >= 1420 && rows[rows.len() - 1] <= 1680, "{rows:?}");
}

#[test]
fn what_is_as_long_as_the_bounds_has_room_in_the_widest_letters() {
    let app = app();
    let document = app.catalog().document(CERTIFICATE).expect("known");
    assert_eq!(document.manifest.measured.len(), 6);
    let plain = sample(&app, "shanxi-certificate").record();
    for widest in ["Щ", "国", "W", "8"] {
        let mut longest = plain.clone();
        for (pointer, most) in &document.manifest.measured {
            // These two have forms of their own.
            if !["/registration/number", "/region"].contains(&pointer.get_ref().as_str()) {
                set(&mut longest, pointer.get_ref(), json!(widest.repeat(*most)));
            }
        }
        render(&app, CERTIFICATE, &longest, Options::default());
    }
}

#[test]
fn only_rows_with_a_long_text_are_laid_out_and_told_by_their_row() {
    let app = app();
    let mut rows = certificates(&app, 40);
    rows[31]["holder"] = json!("长".repeat(100));
    let checked = app.check(CERTIFICATE, json!(rows).to_string().as_bytes()).expect("no fault");
    let pointers: Vec<String> =
        checked.problems.to_mend().map(|problem| problem.pointer.clone()).collect();
    assert_eq!(pointers, ["/31/holder"]);
}

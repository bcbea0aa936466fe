//! Long lists: five thousand rows of a summary, notices of many names, certificates by the hundred.

use std::collections::HashMap;

use chengwen::app::{Options, Output};
use chengwen::finish::read_back;
use serde_json::{Value, json};

use crate::made;
use crate::support::{app, render, sample, squeezed, text_of};

/// Every run of eighteen letters and digits, with the places where it stands.
fn codes(text: &str) -> HashMap<&str, Vec<usize>> {
    let mut found: HashMap<&str, Vec<usize>> = HashMap::new();
    let mut at = 0;
    for run in text.split(|mark: char| !mark.is_ascii_alphanumeric()) {
        // A run is a part of the text: its place is the distance from the text's own beginning.
        at += text[at..].find(run).unwrap_or(0);
        if run.len() == 18 {
            found.entry(run).or_default().push(at);
        }
        at += run.len();
    }
    found
}

#[test]
fn five_thousand_rows() {
    let app = app();
    let record = made::summary(&app, &sample(&app, "shanxi-summary").record(), 5000);
    let made = render(&app, "shanxi/summary", &record, Options::default());
    let file = read_back(&made.bytes).expect("readable");
    assert_eq!(file.pages.len(), made.pages);
    assert!(file.pages.iter().all(|page| page.boxes == 0 && page.width > page.height));
    let whole = text_of(&made.bytes).join("\n");
    let pages: Vec<String> = text_of(&made.bytes).iter().map(|page| squeezed(page)).collect();
    assert_eq!(pages.len(), made.pages);
    // The head stands on every page, in its own order.
    for (at, page) in pages.iter().enumerate() {
        for label in ["序号", "申报主体名称", "行政区域", "行业主管部门", "备注"]
        {
            assert!(page.contains(label), "page {} has no {label}", at + 1);
        }
    }
    // Every code stands on exactly one page, whole: no row is split or lost.
    let places = codes(&whole);
    let rows = record["rows"].as_array().expect("rows");
    let place_of = |row: &Value| {
        let code = row["registration"]["number"].as_str().expect("a code");
        match places.get(code).map(Vec::as_slice) {
            Some([place]) => *place,
            other => panic!("{code} stands at {other:?}"),
        }
    };
    // By region code, then as given; numbered from 1 in that order.
    let mut sorted: Vec<&Value> = rows.iter().collect();
    let place = |row: &Value| {
        let region = row["region"].as_str().expect("a region");
        app.catalog().regions().of("140000").position(|known| known.full_name() == region)
    };
    sorted.sort_by_key(|row| place(row));
    let printed: Vec<usize> = sorted.iter().map(|row| place_of(row)).collect();
    assert!(printed.is_sorted(), "the order");
    assert!(pages[0].contains("填报单位（加盖公章）") && !pages[1].contains("填报单位"));
    assert!(pages.last().expect("pages").contains("5000"));
}

#[test]
fn rows_around_a_page_end() {
    let app = app();
    let base = sample(&app, "shanxi-summary").record();
    for rows in [1, 2, 9, 10, 11, 12, 13, 14, 22, 23, 24] {
        let record = made::summary(&app, &base, rows);
        let made = render(&app, "shanxi/summary", &record, Options::default());
        let pages = text_of(&made.bytes);
        for (at, page) in pages.iter().enumerate() {
            let page = squeezed(page);
            assert!(page.contains("统一社会信用代码"), "{rows} rows: page {} has no head", at + 1);
            let codes = record["rows"].as_array().expect("rows").iter().filter(|row| {
                page.contains(row["registration"]["number"].as_str().expect("a code"))
            });
            assert!(codes.count() > 0, "{rows} rows: page {} has no row", at + 1);
        }
    }
}

#[test]
fn a_notice_of_five_hundred_names() {
    let app = app();
    let record = made::notice(&app, &sample(&app, "shanxi-notice").record(), 500);
    let made = render(&app, "shanxi/notice", &record, Options::default());
    let pages: Vec<String> = text_of(&made.bytes).iter().map(|page| squeezed(page)).collect();
    let apart = text_of(&made.bytes).join("\n");
    let whole = pages.join("\n");
    let places = codes(&apart);
    for entry in record["entries"].as_array().expect("entries") {
        let code = entry["registration"]["number"].as_str().expect("a code");
        assert_eq!(places.get(code).map(Vec::len), Some(1), "{code}");
    }
    // The list begins on page 3; its head stands on each of its pages.
    assert!(pages[2].starts_with("附件"), "{}", pages[2]);
    for page in &pages[2..] {
        assert!(page.contains("序号名称统一社会信用代码所属地区"), "{page}");
    }
    // By kind, and by city in the order of their codes.
    let at = |words: &str| whole.find(words).unwrap_or_else(|| panic!("no {words}"));
    let list = at("一、示范单位");
    assert!(list < at("二、示范行业") && at("二、示范行业") < at("三、示范区域"));
    let city = |words: &str| whole[list..].find(words).expect("a city");
    assert!(city("太原市") < city("大同市") && city("大同市") < city("运城市"));
}

#[test]
fn certificates_in_one_file() {
    let app = app();
    let base = sample(&app, "shanxi-certificate").record();
    let record = made::certificates(&app, &base, 200);
    let made = render(&app, "shanxi/certificate", &record, Options::default());
    assert_eq!((made.pages, made.sheets), (200, 200));
    let file = read_back(&made.bytes).expect("readable");
    assert_eq!(file.duplex.as_deref(), Some("Simplex"));
    assert!(file.pages.iter().all(|page| !page.blank));
    let pages = text_of(&made.bytes);
    for (one, page) in record.as_array().expect("a list").iter().zip(&pages) {
        assert!(squeezed(page).contains(one["number"].as_str().expect("a number")), "{page}");
    }
    // The sheet is the one that its record alone gives.
    let alone = render(&app, "shanxi/certificate", &record[7], Options::default());
    assert_eq!(text_of(&alone.bytes)[0], pages[7]);
    let picture = |record: &Value, page| {
        let output = Output::Png { page, pixels_per_point: 0.5 };
        render(&app, "shanxi/certificate", record, Options { output, ..Options::default() }).bytes
    };
    assert_eq!(picture(&record, 8), picture(&record[7], 1));
}

#[test]
fn blank_backs_only_where_a_printer_must_print_two_sides() {
    let app = app();
    let base = sample(&app, "shanxi-certificate").record();
    let record = made::certificates(&app, &base, 3);
    let long = Options { sides: Some(chengwen::app::Sides::Long), ..Options::default() };
    let made = render(&app, "shanxi/certificate", &record, long);
    let file = read_back(&made.bytes).expect("readable");
    let blank: Vec<bool> = file.pages.iter().map(|page| page.blank).collect();
    assert_eq!(blank, [false, true, false, true, false, true]);
    assert_eq!((made.pages, made.sheets), (6, 3));
}

#[test]
fn problems_of_an_array_name_their_row() {
    let app = app();
    let base = sample(&app, "shanxi-certificate").record();
    let mut record = made::certificates(&app, &base, 4);
    record[1]["holder"] = json!("");
    record[3]["number"] = record[0]["number"].clone();
    let examined =
        app.check("shanxi/certificate", record.to_string().as_bytes()).expect("no fault");
    let told: Vec<(&str, &str)> = examined
        .problems
        .to_mend()
        .map(|problem| (problem.pointer.as_str(), problem.sentence.as_str()))
        .collect();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[0], ("/1/holder", "第2份：“名称”没有填写，请填写"));
    assert_eq!(told[1].0, "/3/number");
    assert!(told[1].1.contains("与第1份") && told[1].1.starts_with("第4份："), "{}", told[1].1);
    assert!(examined.records.is_empty() && examined.drafts.len() == 4);
}

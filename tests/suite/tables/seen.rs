//! Spreadsheets as people see them: rows as high as their texts, borders all around, a print that can be
//! read, and sentences that name the rows of the copy they stand in.

use std::io::{Cursor, Read};
use std::sync::Arc;

use chengwen::app::Batches;
use chengwen::jobs::RowState;
use chengwen::store::Store;

use super::{CERTIFICATE, HEAD, ROW, examined, many};
use crate::memory::peak;
use crate::registry::batches_of;
use crate::support::app;

/// A part of a workbook, as text.
fn part(workbook: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(workbook)).expect("a zip");
    let mut text = String::new();
    archive.by_name(name).expect(name).read_to_string(&mut text).expect("UTF-8");
    text
}

fn sheet(workbook: &[u8], number: usize) -> String {
    part(workbook, &format!("xl/worksheets/sheet{number}.xml"))
}

/// The heights of the rows of a sheet, in points; 0 where none is given.
fn heights(sheet: &str) -> Vec<f64> {
    let of = |row: &str| {
        let head = row.split('>').next().expect("a tag");
        let height = head.split(" ht=\"").nth(1).and_then(|rest| rest.split('"').next());
        height.map_or(0.0, |height| height.parse().expect("a number"))
    };
    sheet.split("<row ").skip(1).map(of).collect()
}

fn columns(sheet: &str) -> usize {
    let first =
        sheet.split("<row ").nth(1).expect("a row").split("</row>").next().expect("its end");
    first.matches("<c ").count()
}

async fn batches() -> (Batches, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    let store = Store::open(folder.path()).await.expect("a store");
    (batches_of(Arc::new(app()), store), folder)
}

fn state(row: i64, record: &serde_json::Value) -> RowState {
    RowState {
        row,
        name: format!("第{}行", row + 1),
        record: record.to_string(),
        digest: String::new(),
        number: Some(format!("晋放心示〔2026〕单位{row:04}号")),
        code: Some("0123456789ABCDEF".to_owned()),
        state: Some("issued".to_owned()),
        failed: None,
    }
}

#[test]
fn the_rows_that_explain_are_as_high_as_their_texts() {
    let form = app().fill_in(CERTIFICATE).expect("a form");
    let heights = heights(&sheet(&form, 2));
    assert!(heights.iter().all(|height| *height >= 20.0), "{heights:?}");
    assert!(heights.contains(&36.0), "some take two lines: {heights:?}");
}

#[test]
fn a_marked_copy_is_a_whole_grid_with_room_for_every_text() {
    let app = app();
    let long = "很长的名称".repeat(20);
    let short = ROW.replace("91140106MA0K3T7W78", "").replace("太原市迎泽区,", ",");
    let text = format!(
        "{HEAD}\n{}\n{}\n",
        ROW.replace("太原市迎泽区晋味源食品有限公司", &long),
        short.replace("示范单位", "示范单为")
    );
    let copy = app.annotated(CERTIFICATE, &examined(&app, text.as_bytes())).expect("a copy");
    let cells = sheet(&copy, 1);
    let heights = heights(&cells);
    assert!(heights[1] > 100.0, "a name of 100 characters takes six lines: {heights:?}");
    assert!(heights[2] < 21.0, "{heights:?}");
    assert_eq!(heights.len(), 4, "three rows and the end, none of them twice");
    for row in cells.split("<row ").skip(1).take(3) {
        assert_eq!(row.matches("<c r=").count(), 8, "{row}");
        assert_eq!(row.matches(" s=\"0\"").count(), 0, "every cell has a border: {row}");
    }
}

#[test]
fn a_copy_of_refused_rows_names_its_own_rows_and_whence_they_came() {
    let app = app();
    let bad = ROW.replace("示范单位", "示范单为");
    let text = format!("{HEAD}\n{ROW}\n{}\n{bad}\n{ROW}\n", ROW.replace("0001", "0002"));
    let found = examined(&app, text.as_bytes());
    let copy = app.unsound_rows(CERTIFICATE, &found).expect("a file");
    let notes = part(&copy, "xl/comments1.xml");
    assert!(notes.contains("第2行（原第4行）：“认定类别”"), "{notes}");
    assert!(notes.contains("第3行（原第5行）：“证书编号”"), "{notes}");
    assert!(notes.contains("与原第2行"), "the row that it agrees with is not here: {notes}");
    let same = part(&app.annotated(CERTIFICATE, &found).expect("a copy"), "xl/comments1.xml");
    assert!(same.contains("第4行：“认定类别”") && !same.contains("（原第"), "{same}");
}

#[tokio::test]
async fn a_list_says_each_thing_once_and_prints_what_people_read() {
    let (batches, _folder) = batches().await;
    let record = many(batches.app())[0].clone();
    let list = batches.list(CERTIFICATE, &[state(1, &record)], "印出").expect("a list");
    let strings = part(&list, "xl/sharedStrings.xml");
    assert!(!strings.contains("编号</t></si><si><t>编号"), "{strings}");
    for label in ["证书编号", "查验码", "结果", "名称", "数据"] {
        assert_eq!(strings.matches(&format!("<t>{label}</t>")).count(), 1, "{label}: {strings}");
    }
    for label in ["文件", "编号", "颁发机关", "登记证名称"] {
        assert!(!strings.contains(&format!("<t>{label}</t>")), "{label}: {strings}");
    }
    assert_eq!(columns(&sheet(&list, 1)), 12);
    assert_eq!(sheet(&list, 1).matches("<row r=\"2\"").count(), 1, "no row stands there twice");
    assert_eq!(list, batches.list(CERTIFICATE, &[state(1, &record)], "印出").expect("a list"));
}

#[tokio::test]
async fn a_list_of_ten_thousand_rows_takes_little_memory() {
    let (batches, _folder) = batches().await;
    let record = many(batches.app())[0].clone();
    let of = |row: i64| {
        let mut record = record.clone();
        record["holder"] = format!("太原市迎泽区第{row}食品有限公司").into();
        RowState { code: Some(format!("{row:016}")), ..state(row, &record) }
    };
    let rows: Vec<RowState> = (1..=10_000).map(of).collect();
    let before = peak();
    let list = batches.list(CERTIFICATE, &rows, "印出").expect("a list");
    assert!(list.len() > 100_000);
    // With all rows in memory it takes 43 MiB, row by row 13.
    let after = peak();
    assert!(after < before + 25, "{before} MiB grew to {after} MiB");
}

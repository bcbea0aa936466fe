//! Tables as LibreOffice writes them: what goes in comes out the same.

use std::fs;

use serde_json::Value;

use super::{CERTIFICATE, HEAD, ROW, converted, examined, many};
use crate::support::app;

/// How LibreOffice writes CSV: comma, quotes, the number of a character set (76 is UTF-8).
const UTF_8: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false";
/// The same in GB 18030 (85).
const GB_18030: &str = "csv:Text - txt - csv (StarCalc):44,34,85,1,,0,false,true,false";

#[test]
fn csv_to_xlsx_to_csv_keeps_every_record() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    let text = format!("\u{FEFF}2026年第一批,,,,,,,\r\n{HEAD}\r\n{ROW}\r\n");
    fs::write(&file, &text).expect("written");
    let wanted = examined(&app, text.as_bytes());
    assert!(wanted.is_sound(), "{:?}", wanted.problems().all());
    let wanted: Vec<Value> = wanted.rows().iter().map(|row| row.given()).collect();
    assert_eq!(wanted[0]["term"]["to"], "2028-03-04");
    assert_eq!(wanted[0]["issued_on"], "2026-03-05");

    // The spreadsheet program takes 2026/3/5 for a date, and the code for a text.
    let xlsx = converted(&file, "xlsx");
    let found = examined(&app, &fs::read(&xlsx).expect("made"));
    assert!(found.is_sound(), "{:?}", found.problems().all());
    assert_eq!(found.rows().iter().map(|row| row.given()).collect::<Vec<_>>(), wanted);
    for filter in [UTF_8, GB_18030] {
        let bytes = fs::read(converted(&xlsx, filter)).expect("made");
        assert_eq!(std::str::from_utf8(&bytes).is_ok(), filter == UTF_8, "{filter}");
        let found = examined(&app, &bytes);
        assert!(found.is_sound(), "{filter}: {:?}", found.problems().all());
        assert_eq!(found.rows().iter().map(|row| row.given()).collect::<Vec<_>>(), wanted);
    }
}

#[test]
fn a_code_of_digits_that_a_spreadsheet_has_rounded_is_told() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    // Without a hint that the column is a text, the program takes the code for a number.
    let row = ROW.replace("91140106MA0K3T7W78", "511407265012348768");
    fs::write(&file, format!("\u{FEFF}{HEAD}\n{row}\n")).expect("written");
    let found = examined(&app, &fs::read(converted(&file, "xlsx")).expect("made"));
    let problem = found.problems().to_mend().next().expect("a problem");
    assert_eq!(problem.code, "table.number-rounded");
    assert!(problem.sentence.contains("设为文本"), "{}", problem.sentence);
    let place = found.place_of(problem).expect("a place");
    assert_eq!(place.cell.as_deref(), Some("B2"));
    assert_eq!(found.sound().count(), 0);
}

#[test]
fn the_fill_in_spreadsheet_is_read_back_as_it_was_filled_in() {
    let app = app();
    let form = app.fill_in(CERTIFICATE).expect("a form");
    let empty = examined(&app, &form);
    let codes: Vec<&str> = empty.problems().all().iter().map(|one| &*one.code).collect();
    assert_eq!(codes, ["table.no-rows"], "its other sheets are no data");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("form.xlsx");
    fs::write(&file, &form).expect("written");
    let head = fs::read_to_string(converted(&file, UTF_8)).expect("made");
    let head = head.lines().next().expect("a head").to_owned();
    assert!(head.contains("名称 *"), "{head}");

    // Filled in as a table, and opened and saved by the program.
    let shape = &app.document(CERTIFICATE).expect("known").schema.shape;
    let columns = shape.columns();
    let records = many(&app);
    let mut text = format!("{}\n", head.trim_start_matches('\u{FEFF}'));
    for record in &records {
        let cells = columns.iter().map(|column| shape.cell(record, &columns, column));
        text.push_str(&format!("{}\n", cells.collect::<Vec<_>>().join(",")));
    }
    let found = examined(&app, text.as_bytes());
    assert!(found.is_sound(), "{:?}", found.problems().all());
    let given: Vec<Value> = found.rows().iter().map(|row| row.given()).collect();
    assert_eq!(given, records);
}

#[test]
fn the_annotated_copy_opens_and_holds_the_same_cells() {
    let app = app();
    let bad = ROW.replace("示范单位", "示范单为").replace("晋味源", "=1+2");
    let text = format!("第一批\n{HEAD}\n{ROW}\n\n{bad}\n");
    let found = examined(&app, text.as_bytes());
    assert_eq!(found.unsound().collect::<Vec<_>>(), [1]);
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("marked.xlsx");
    let copy = app.annotated(CERTIFICATE, &found).expect("a copy");
    fs::write(&file, &copy).expect("written");
    let read = fs::read_to_string(converted(&file, UTF_8)).expect("made");
    let lines: Vec<&str> = read.trim_start_matches('\u{FEFF}').lines().collect();
    assert!(lines[0].starts_with("第一批,"), "{read}");
    assert_eq!(lines[4].split(',').nth(3), Some("示范单为"));
    let again = examined(&app, &copy);
    let codes = |rows: &chengwen::app::ExaminedRows| -> Vec<(String, String)> {
        let told = rows.problems().to_mend();
        told.map(|one| (one.code.clone(), one.pointer.clone())).collect()
    };
    assert_eq!(codes(&again), codes(&found));
    let only = examined(&app, &app.unsound_rows(CERTIFICATE, &found).expect("a file"));
    assert_eq!(only.rows().len(), 1);
    assert_eq!(only.name_of(0), "第3行");
    assert_eq!(only.unsound().count(), 1);
}

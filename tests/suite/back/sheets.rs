//! Spreadsheets into a list: what staff keep in rows becomes items beside what applicants' files carry.

use std::fs;

use chengwen::app::{App, Collected, Most, Setup};
use chengwen::catalog::Places;
use serde_json::{Value, json};

use super::{collected, file, printed};
use crate::command_line::chengwen;
use crate::support::{app, root, sample};
use crate::tables::converted;

const SUMMARY: &str = "shanxi/summary";
const UTF_8: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false";

/// The head of the list's table, and a sound row.
const HEAD: &str = "申报主体名称,申报类别,统一社会信用代码或登记证号,登记证名称,行政区域,行业主管部门,申报主体联系人,联系电话,备注";
const ROW: &str = "太原市杏花岭区晋韵茶业有限公司,示范单位,91140107MA0H8WH95M,,太原市杏花岭区,未填原因：无行业主管部门,曹建军,13835420318,";

/// The head of the sample summary.
fn head(app: &App) -> Value {
    let mut head = sample(app, "shanxi-summary").record();
    head.as_object_mut().expect("a record").shift_remove("rows").expect("rows");
    head
}

fn told(collected: &Collected) -> Vec<(&str, &str)> {
    collected.problems.to_mend().map(|one| (&*one.code, &*one.pointer)).collect()
}

#[test]
fn rows_stand_beside_what_files_carry() {
    let app = app();
    let pdf = printed(&app, "shanxi-application");
    let csv = format!("\u{FEFF}2026年第一批\n{HEAD}\n\n{ROW}\n");
    let files: [(&str, &[u8]); 2] = [("甲.pdf", &pdf), ("名单.csv", csv.as_bytes())];
    let found = collected(&app, SUMMARY, &files, Some(&head(&app)));
    assert!(found.refused.is_empty() && found.problems.is_sound(), "{:?}", found.problems.all());
    assert!(found.date.is_some());
    let wanted = json!({
        "name": "太原市杏花岭区晋韵茶业有限公司",
        "category": { "kind": "示范单位" },
        "registration": { "number": "91140107MA0H8WH95M" },
        "region": "太原市杏花岭区",
        "industry_authority": { "reason": "无行业主管部门" },
        "contact": { "name": "曹建军", "phone": "13835420318" },
    });
    assert_eq!(found.record["rows"][1], wanted);
    let taken: Vec<(&str, &str, Option<u32>)> =
        found.taken.iter().map(|it| (&*it.pointer, &*it.file, it.row)).collect();
    assert_eq!(taken, [("/rows/0", "甲.pdf", None), ("/rows/1", "名单.csv", Some(4))]);
}

#[test]
fn what_is_wrong_in_cells_is_told_of_the_record_and_refuses_no_file() {
    let app = app();
    let rows = [
        ROW.to_owned(),
        ROW.replace("示范单位", "示范单为").replace("91140107MA0H8WH95M", "9.11401E+17"),
        // The same number as in the first row.
        ROW.replace("晋韵茶业", "晋韵茶庄"),
        ROW.replace("13835420318", "").replace("91140107MA0H8WH95M", "511407265012348768"),
    ];
    let csv = format!("{HEAD},经办人\n{}\n", rows.join("\n"));
    let files: [(&str, &[u8]); 1] = [("名单.csv", csv.as_bytes())];
    let found = collected(&app, SUMMARY, &files, Some(&head(&app)));
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    let wanted = [
        ("field.choice", "/rows/1/category/kind"),
        ("table.number-rounded", "/rows/1/registration/number"),
        ("list.same", "/rows/2/registration/number"),
        ("field.missing", "/rows/3/contact/phone"),
    ];
    assert_eq!(told(&found), wanted);
    let rounded = found.problems.to_mend().find(|one| one.code == "table.number-rounded");
    assert_eq!(rounded.expect("it is told").facts["cell"], "C3");
    let unused = found.problems.advice().find(|one| one.code == "table.column-unused");
    let unused = unused.expect("it is told");
    assert!(unused.sentence.starts_with("名单.csv：J1的栏目“经办人”用不着"), "{}", unused.sentence);
    // Without a head the same is told of the list, and nothing of what the head would hold.
    let alone = collected(&app, SUMMARY, &files, None);
    assert_eq!(told(&alone), wanted);
    assert_eq!(alone.record["rows"], found.record["rows"]);
}

#[test]
fn a_table_that_cannot_be_read_is_refused_with_all_that_is_wrong() {
    let app = app();
    let near = HEAD.replace("行政区域", "所在行政区域").replace("联系电话,", "");
    let files = [
        ("a.csv", "甲,乙\n1,2\n".to_owned(), "没有找到表头"),
        (
            "b.csv",
            format!("{near}\n{ROW}\n"),
            "“所在行政区域”不认识，这一列没有读；是否应为“行政区域”",
        ),
        ("c.csv", format!("{near}\n{ROW}\n"), "没有“联系电话”这一栏（必填）"),
        ("d.csv", HEAD.to_owned(), "表头下面没有数据"),
        ("e.xlsx", "PK\u{3}\u{4} broken".to_owned(), "已损坏"),
        ("g.csv", String::new(), "文件里没有内容"),
        ("h.json", "[]".to_owned(), "不是 PDF"),
    ];
    let given: Vec<(&str, &[u8])> =
        files.iter().map(|(name, text, _)| (*name, text.as_bytes())).collect();
    let found = collected(&app, SUMMARY, &given, None);
    assert!(found.taken.is_empty() && found.problems.all().is_empty());
    assert_eq!(found.refused.len(), files.len());
    for (refused, (name, _, why)) in found.refused.iter().zip(&files) {
        assert_eq!(&refused.file, name);
        assert!(refused.reason.contains(why), "{why} not in {}", refused.reason);
    }
}

#[test]
fn more_rows_than_may_be_are_refused() {
    let most = Most { rows: 2, ..Most::default() };
    let places = Places { flag: Some(root()), ..Places::default() };
    let app = App::open(&Setup { places, most, ..Setup::default() }).expect("no faults");
    let csv = format!("{HEAD}\n{ROW}\n{ROW}\n{ROW}\n");
    let found = collected(&app, SUMMARY, &[("a.csv", csv.as_bytes())], None);
    assert!(found.refused[0].reason.contains("limits.rows"), "{:?}", found.refused);
}

#[test]
fn the_fill_in_spreadsheet_of_a_list_is_read_back_as_it_was_filled_in() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    for (document, list) in [(SUMMARY, "rows"), ("shanxi/notice", "entries")] {
        let form = folder.path().join("form.xlsx");
        let path = form.to_string_lossy().into_owned();
        let ran = chengwen(&["schema", document, "--xlsx", &path]);
        assert_eq!(ran.code, 0, "{}", ran.told);
        let head = fs::read_to_string(converted(&form, UTF_8)).expect("made");
        let shape = &app.document(document).expect("known").schema.shape;
        let shape = shape.items_at(&format!("/{list}")).expect("a list");
        let columns = shape.columns();
        let record = sample(&app, &document.replace('/', "-")).record();
        let items = record[list].as_array().expect("a list");
        let mut text = head.clone();
        for item in items {
            let cells = columns.iter().map(|column| shape.cell(item, &columns, column));
            text.push_str(&format!("{}\n", cells.collect::<Vec<_>>().join(",")));
        }
        // Opened and saved by the program, each column a text as the form has it; and as its CSV.
        let csv = file(&folder, "filled.csv", text.as_bytes());
        let mut bodies = vec![("a.csv", text.into_bytes())];
        if items.iter().all(|item| item["registration"]["number"].to_string().contains('M')) {
            bodies.push(("a.xlsx", fs::read(converted(&csv, "xlsx")).expect("made")));
        }
        for (name, bytes) in &bodies {
            let found = collected(&app, document, &[(name, bytes)], None);
            assert!(found.refused.is_empty(), "{document} {name}: {:?}", found.refused);
            assert!(found.problems.is_sound(), "{:?}", found.problems.all());
            assert_eq!(found.record[list], record[list], "{document} {name}");
        }
        // The empty form as it is.
        let empty = fs::read(&form).expect("made");
        let found = collected(&app, document, &[("form.xlsx", &empty)], None);
        assert!(found.refused[0].reason.contains("至少填写一行"), "{:?}", found.refused);
    }
}

#[test]
fn a_list_written_as_a_spreadsheet_comes_back_as_it_was() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["shanxi-summary", "shanxi-summary.longest", "shanxi-summary.several-pages"] {
        let given = sample(&app, name);
        let made = app.listed_sheet(SUMMARY, &given.bytes).expect("a spreadsheet");
        let unit =
            given.record()["unit"].as_str().expect("a name").chars().take(9).collect::<String>();
        assert!(made.file_name.starts_with(&unit), "{}", made.file_name);
        assert!(made.file_name.ends_with(".xlsx"), "{}", made.file_name);
        // As it was written, and as the spreadsheet program saves it.
        let path = file(&folder, "list.xlsx", &made.bytes);
        let saved = fs::read(converted(&path, "xlsx")).expect("made");
        for bytes in [&made.bytes, &saved] {
            let found = collected(&app, SUMMARY, &[("list.xlsx", bytes)], None);
            assert!(found.refused.is_empty(), "{:?}", found.refused);
            assert_eq!(found.record["rows"], given.record()["rows"], "{name}");
        }
    }
}

//! Tables that are refused: what is wrong, where, and what to do.

use super::{HEAD, ROW, examined, refused_file, try_examined};
use crate::support::app;
use chengwen::app::{App, Refusal, RowsKind};

fn codes(app: &App, text: &str) -> Vec<String> {
    examined(app, text.as_bytes()).problems().all().iter().map(|one| one.code.clone()).collect()
}

fn usage(app: &App, bytes: &[u8]) -> String {
    match try_examined(app, bytes) {
        Err(Refusal::Usage(sentence)) => sentence,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_head_that_will_not_do_is_told() {
    let app = app();
    assert_eq!(codes(&app, "甲,乙\n1,2\n"), ["table.no-head"]);
    assert_eq!(codes(&app, ""), ["table.empty"]);
    assert_eq!(codes(&app, "\r\n ,\r\n"), ["table.empty"]);
    assert_eq!(codes(&app, HEAD), ["table.no-rows"]);
    let twice = format!("{HEAD},holder\n{ROW},乙公司\n");
    assert!(codes(&app, &twice).contains(&"table.column-twice".to_owned()));
    let near = format!("{}\n{ROW}\n", HEAD.replace("证书编号", "证书编码"));
    let found = examined(&app, near.as_bytes());
    let problem = found.problems().to_mend().next().expect("a problem");
    assert_eq!((&*problem.code, &*problem.pointer), ("table.column-unknown", ""));
    assert_eq!(found.place_of(problem).expect("a place").cell.as_deref(), Some("E1"));
    assert_eq!(found.sound().count(), 0, "with a head that is in doubt no row is sound");
    let unused = format!("{HEAD},经办人备注\n{ROW},x\n");
    assert_eq!(codes(&app, &unused), ["table.column-unused"]);
    assert!(examined(&app, unused.as_bytes()).is_sound());
}

#[test]
fn a_column_that_is_missing_is_told_once_with_what_may_be_meant() {
    let app = app();
    let head = HEAD.replace("认定类别", "类别").replace("统一社会信用代码或登记证号", "信用代码");
    let found =
        examined(&app, format!("{head}\n{ROW}\n{}\n", ROW.replace("0001", "0002")).as_bytes());
    let told: Vec<(&str, &str)> =
        found.problems().all().iter().map(|one| (&*one.code, &*one.sentence)).collect();
    let codes: Vec<&str> = told.iter().map(|(code, _)| *code).collect();
    assert_eq!(codes, ["table.column-unknown", "table.column-unknown", "table.column-missing"]);
    assert!(told[0].1.contains("这一列没有读；是否应为“统一社会信用代码或登记证号”？"), "{told:?}");
    assert!(told[1].1.contains("是否应为“认定类别”？"), "{told:?}");
    assert!(told[2].1.contains("没有“认定类别”这一栏（必填）"), "{told:?}");
    let missing = found.problems().all().last().expect("a problem");
    assert_eq!(found.place_of(missing).expect("a place").row, 1);
    assert_eq!(found.sound().count(), 0);
    // Nothing but labels that are near to known ones.
    let found = examined(&app, "单位名称,类别,发证日期\n甲公司,示范单位,2026-3-5\n".as_bytes());
    let codes: Vec<&str> = found.problems().all().iter().map(|one| &*one.code).collect();
    assert!(
        codes.contains(&"table.column-missing") && !codes.contains(&"table.no-head"),
        "{codes:?}"
    );
    // What is missing is told of the head, and nothing else of the rows is kept back.
    let bare = "名称,颁发日期\n甲公司,2026-3-5\n乙公司,待定\n";
    assert_eq!(self::codes(&app, bare), ["table.column-missing", "date.malformed"]);
}

#[test]
fn a_day_as_a_plain_number_is_told_with_the_day() {
    let app = app();
    let text = format!("{HEAD}\n{}\n", ROW.replace("2026.3.5", "46086"));
    let found = examined(&app, text.as_bytes());
    let sentences: Vec<&str> = found.problems().all().iter().map(|one| &*one.sentence).collect();
    assert_eq!(sentences.len(), 1, "{sentences:?}");
    assert!(
        sentences[0].contains("“颁发日期”现为数字 46086") && sentences[0].contains("“2026-03-05”"),
        "{sentences:?}"
    );
}

#[test]
fn what_must_differ_names_the_row_as_the_spreadsheet_shows_it() {
    let app = app();
    let text = format!("第一批\n{HEAD}\n{ROW}\n\n\n{ROW}\n");
    let found = examined(&app, text.as_bytes());
    let sentences: Vec<&str> = found.problems().to_mend().map(|one| &*one.sentence).collect();
    assert!(sentences.iter().all(|one| one.starts_with("第6行：")), "{sentences:?}");
    assert!(sentences.iter().any(|one| one.contains("与第3行")), "{sentences:?}");
    assert_eq!(found.sound().map(|(row, _)| row).collect::<Vec<_>>(), [0]);
    let json = serde_json::to_vec(&[found.rows()[0].given(), found.rows()[1].given()]);
    let found = examined(&app, &json.expect("JSON"));
    let problem = found.problems().to_mend().next().expect("a problem");
    assert!(problem.sentence.starts_with("第2份："), "{}", problem.sentence);
}

#[test]
fn files_that_are_no_tables_are_named_with_the_remedy() {
    let app = app();
    for (bytes, told) in [
        (&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], "旧格式"),
        (&b"PK\x03\x04 broken"[..], "已损坏"),
        (&b"\xFF\xFF\xFF"[..], "编码认不出"),
        (&b"a,\"b"[..], "双引号"),
        (&refused_file("renamed.docx.xlsx")[..], "Word"),
        (&refused_file("bomb.xlsx")[..], "展开后太大"),
    ] {
        let sentence = usage(&app, bytes);
        assert!(sentence.contains(told), "{told}: {sentence}");
        assert!(sentence.contains("请"), "{sentence}");
    }
    let summary = app.examine_rows("shanxi/summary", HEAD.as_bytes(), RowsKind::Csv);
    assert!(matches!(summary, Err(Refusal::Usage(told)) if told.contains("JSON")));
}

#[test]
fn error_cells_and_formulas_without_a_value_are_told() {
    let app = app();
    let found = examined(&app, &refused_file("formulas.xlsx"));
    let told: Vec<(String, String)> = found
        .problems()
        .to_mend()
        .map(|one| {
            (one.code.clone(), found.place_of(one).and_then(|at| at.cell).unwrap_or_default())
        })
        .collect();
    let wanted = [("table.error-cell", "A2"), ("table.formula-unworked", "D2")];
    assert_eq!(told, wanted.map(|(code, cell)| (code.to_owned(), cell.to_owned())));
}

#[test]
fn more_problems_than_are_told_still_make_rows_unsound() {
    let app = app();
    let bad = ROW.replace("示范单位", "x");
    let rows: Vec<String> = (0..1500).map(|at| bad.replace("0001", &format!("{at:04}"))).collect();
    let text = format!("{HEAD}\n{}\n{}\n", rows.join("\n"), ROW.replace("0001", "9999"));
    let found = examined(&app, text.as_bytes());
    assert_eq!(found.problems().all().len(), 1001);
    assert_eq!(found.unsound().count(), 1500);
    assert_eq!(found.sound().map(|(row, _)| row).collect::<Vec<_>>(), [1500]);
}

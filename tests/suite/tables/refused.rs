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
    assert_eq!(codes(&app, ""), ["table.no-rows"]);
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

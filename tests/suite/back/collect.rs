//! Documents built from the records that applicants' files carry.

use std::io::Cursor;

use calamine::{Data, Reader, Xlsx};
use chengwen::app::{App, Collected, Refusal, extract};
use serde_json::{Value, json};

use super::{file, printed, saved, stranger, with_record};
use crate::command_line::chengwen;
use crate::support::{app, sample, samples};

const SUMMARY: &str = "shanxi/summary";

/// The names and files of all applications among the samples.
fn applications(app: &App) -> Vec<(String, Vec<u8>)> {
    let names = samples(app).into_iter().filter(|sample| sample.document == "shanxi/application");
    names.map(|sample| (format!("{}.pdf", sample.name), printed(app, &sample.name))).collect()
}

/// The head of the sample summary.
fn head(app: &App) -> Value {
    let mut head = sample(app, "shanxi-summary").record();
    head.as_object_mut().expect("a record").shift_remove("rows").expect("rows");
    head
}

fn collect(app: &App, files: &[(String, Vec<u8>)], head: Option<&Value>) -> Collected {
    let mut collection = app.collection(SUMMARY).expect("collected");
    for (name, pdf) in files {
        collection.take(name, pdf).expect("no fault");
    }
    let head = head.map(ToString::to_string);
    collection.finish(head.as_deref().map(str::as_bytes)).expect("no fault")
}

fn names(record: &Value) -> Vec<&str> {
    let rows = record["rows"].as_array().expect("rows");
    rows.iter().map(|row| row["name"].as_str().expect("a name")).collect()
}

#[test]
fn all_applications_become_a_summary_in_the_order_given() {
    let app = app();
    let (mut files, head) = (applications(&app), head(&app));
    let collected = collect(&app, &files, Some(&head));
    assert!(collected.refused.is_empty(), "{:?}", collected.refused);
    assert!(collected.problems.is_sound() && collected.date.is_some());
    assert_eq!(collected.record["unit"], head["unit"]);
    let given = files.iter().map(|(_, pdf)| extract(pdf).expect("a record"));
    let given: Vec<Value> =
        given.map(|record| serde_json::from_slice(&record).expect("JSON")).collect();
    let given: Vec<&str> = given.iter().map(|it| it["name"].as_str().expect("a name")).collect();
    assert_eq!(names(&collected.record), given);
    files.reverse();
    let reversed = collect(&app, &files, None);
    assert_eq!(names(&reversed.record), given.into_iter().rev().collect::<Vec<_>>());
    assert_eq!(reversed.record.as_object().expect("the list alone").len(), 1);
    assert!(reversed.problems.all().is_empty() && reversed.date.is_none());
}

#[test]
fn rows_of_the_head_come_first_and_are_not_repeated() {
    let app = app();
    let files = applications(&app);
    let rows = collect(&app, &files[..2], None).record["rows"].clone();
    let mut head = head(&app);
    head["rows"] = json!([rows[0]]);
    let collected = collect(&app, &files[1..3], Some(&head));
    assert_eq!(names(&collected.record).len(), 3);
    assert_eq!(collected.record["rows"][0], rows[0]);
    let collected = collect(&app, &files[..2], Some(&head));
    assert_eq!(names(&collected.record).len(), 2);
    assert!(collected.refused[0].reason.contains("已有的第1项"), "{:?}", collected.refused);
    // The same code under another name: the summary's own rule tells.
    head["rows"][0]["name"] = json!("另一家公司");
    let collected = collect(&app, &files[..1], Some(&head));
    assert!(!collected.problems.is_sound() && collected.refused.is_empty());
    let told = |head: &[u8]| match app.collection(SUMMARY).expect("collected").finish(Some(head)) {
        Err(Refusal::Usage(what)) => what,
        Err(Refusal::Problems(problems)) => problems.all()[0].sentence.clone(),
        other => panic!("{other:?}"),
    };
    assert!(told(b"[]").contains("JSON 对象"));
    assert!(told(b"{\"rows\": 1}").contains("应为列表"));
    assert!(told(b"{\"unit\": }").contains("JSON"), "a slip is told with its place");
}

#[test]
fn every_file_that_gives_nothing_is_told_at_once() {
    let app = app();
    let sound = printed(&app, "shanxi-application");
    let other_name = with_record(&sound, |record| {
        let record = String::from_utf8(record).expect("UTF-8");
        record.replace("晋味源食品有限公司", "晋味缘食品有限公司").into_bytes()
    });
    let unsound = with_record(&printed(&app, "shanxi-application.industry"), |record| {
        let record = String::from_utf8(record).expect("UTF-8");
        record.replace("\"030800\"", "\"0308\"").into_bytes()
    });
    let files: Vec<(String, Vec<u8>)> = [
        ("a.pdf", sound.clone(), ""),
        ("b.pdf", sound.clone(), "与 a.pdf 完全相同"),
        ("c.pdf", other_name, "与 a.pdf 是同一申报主体（91140106MA0K3T7W78）"),
        ("d.pdf", sound[..sound.len() / 2].to_vec(), "已损坏"),
        ("e.pdf", printed(&app, "shanxi-commitment"), "随附的是承诺书（shanxi/commitment）的数据"),
        ("f.pdf", saved(stranger()), "不是本程序生成的"),
        ("g.pdf", unsound, "“邮政编码”"),
        ("h.docx", b"PK\x03\x04".to_vec(), "不是 PDF"),
        ("i.pdf", printed(&app, "shanxi-application.region"), ""),
    ]
    .map(|(name, pdf, why)| (format!("{name}\t{why}"), pdf))
    .to_vec();
    let mut collection = app.collection(SUMMARY).expect("collected");
    for (name, pdf) in &files {
        let (name, _) = name.split_once('\t').expect("a name");
        collection.take(name, pdf).expect("no fault");
    }
    let collected = collection.finish(None).expect("no fault");
    assert_eq!(names(&collected.record).len(), 2);
    let wanted = files.iter().filter_map(|(name, _)| name.split_once('\t'));
    let wanted: Vec<_> = wanted.filter(|(_, why)| !why.is_empty()).collect();
    assert_eq!(collected.refused.len(), wanted.len(), "{:?}", collected.refused);
    for (refused, (name, why)) in collected.refused.iter().zip(wanted) {
        assert_eq!(refused.file, name);
        assert!(refused.reason.contains(why), "{why} not in {}", refused.reason);
    }
}

/// The texts of a spreadsheet, row by row; every cell must be one.
fn table(xlsx: &[u8]) -> Vec<Vec<String>> {
    let mut workbook = Xlsx::new(Cursor::new(xlsx)).expect("a spreadsheet");
    let sheet = workbook.worksheet_range_at(0).expect("a sheet").expect("readable");
    let cell = |cell: &Data| match cell {
        Data::String(text) => text.clone(),
        Data::Empty => String::new(),
        other => panic!("a cell is no text: {other:?}"),
    };
    let formulas = workbook.worksheet_formula("培育汇总表").expect("a sheet");
    assert!(formulas.used_cells().next().is_none());
    sheet.rows().map(|row| row.iter().map(cell).collect()).collect()
}

#[test]
fn the_spreadsheet_holds_texts_only() {
    let app = app();
    let mut files = applications(&app);
    files.push((
        "formula.pdf".to_owned(),
        with_record(&printed(&app, "shanxi-application.industry"), |record| {
            let record = String::from_utf8(record).expect("UTF-8");
            let record = record.replace("晋中市太谷区家用电器行业协会", "=HYPERLINK(A1)_x0041_");
            record.replace("511407265012348768", "51140000MJY123456P").into_bytes()
        }),
    ));
    let collected = collect(&app, &files, None);
    let xlsx = app.spreadsheet(SUMMARY, &collected.record, None).expect("a spreadsheet");
    let rows = table(&xlsx);
    let labels = [
        "申报主体名称",
        "申报类别",
        "统一社会信用代码或登记证号",
        "登记证名称",
        "行政区域",
        "行业主管部门",
        "申报主体联系人",
        "联系电话",
        "备注",
    ];
    assert_eq!(rows[0], labels);
    let taken = collected.record["rows"].as_array().expect("rows");
    assert_eq!(rows.len(), taken.len() + 1);
    for (row, item) in rows[1..].iter().zip(taken) {
        assert_eq!(row[0], item["name"]);
        let number = item["registration"]["number"].as_str();
        let reason = item["registration"]["reason"].as_str().unwrap_or_default();
        assert_eq!(row[2], number.map_or_else(|| format!("未填原因：{reason}"), str::to_owned));
    }
    assert!(rows.iter().any(|row| row[2] == "91140106MA0K3T7W78"));
    assert!(rows.iter().any(|row| row[2] == "511407265012348768"));
    assert_eq!(xlsx, app.spreadsheet(SUMMARY, &collected.record, None).expect("again"));
}

#[test]
fn the_program_writes_all_or_nothing() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    let files = applications(&app);
    let paths: Vec<String> = files
        .iter()
        .map(|(name, pdf)| file(&folder, name, pdf).to_string_lossy().into_owned())
        .collect();
    let with = file(&folder, "head.json", head(&app).to_string().as_bytes());
    let with = with.to_string_lossy().into_owned();
    let out = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let ran = |extra: &[&str]| {
        let mut arguments = vec!["collect", SUMMARY];
        arguments.extend(paths.iter().map(String::as_str));
        arguments.extend(extra);
        chengwen(&arguments)
    };
    for name in ["a.json", "a.xlsx", "a.pdf"] {
        let ran = ran(&["--with", &with, "-o", &out(name)]);
        assert_eq!(ran.code, 0, "{name}: {}", ran.told);
    }
    let json = std::fs::read(out("a.json")).expect("written");
    let record: Value = serde_json::from_slice(&json).expect("JSON");
    assert_eq!(names(&record).len(), files.len());
    assert_eq!(table(&std::fs::read(out("a.xlsx")).expect("written")).len(), files.len() + 1);
    // The printed summary carries just this record.
    let carried = extract(&std::fs::read(out("a.pdf")).expect("written")).expect("a record");
    assert_eq!(serde_json::from_slice::<Value>(&carried).expect("JSON"), record);
    let alone = ran(&["-o", "-"]);
    assert_eq!(alone.code, 0, "{}", alone.told);
    let alone: Value = serde_json::from_slice(&alone.out).expect("JSON");
    assert_eq!(alone["rows"], record["rows"]);
    for (extra, told) in [
        (vec!["-o", "b.pdf"], "还缺表头"),
        (vec!["-o", "b.txt"], "应以 .json"),
        (vec!["/nowhere/x.pdf", "-o", &out("b.json")], "/nowhere/x.pdf：读不了"),
        (vec![&paths[0], "-o", &out("b.json")], "完全相同"),
    ] {
        let ran = ran(&extra);
        assert_eq!(ran.code, 1, "{}", ran.told);
        assert!(ran.told.contains(told), "{told} not in {}", ran.told);
        assert!(!std::path::Path::new(&out("b.json")).exists());
    }
    let ran = chengwen(&["collect", "shanxi/certificate", &paths[0], "-o", "-"]);
    assert_eq!(ran.code, 1);
    assert!(ran.told.contains("能汇总的有：shanxi/notice、shanxi/summary"), "{}", ran.told);
}

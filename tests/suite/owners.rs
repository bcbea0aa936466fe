//! What `list --check` tells the owner of a document before anybody prints with it, and what a user is told
//! of a record that the document cannot hold.

use std::fs;

use chengwen::app::{Options, Refusal, RowsKind};
use serde_json::json;

use crate::command_line::{Ran, chengwen};
use crate::homes::{Spoilt, expect};
use crate::support::{app_at, sample, try_render};

const LAYOUT: &str = "templates/shanxi/certificate/document.typ";
const MANIFEST: &str = "templates/shanxi/certificate/document.toml";
const SCHEMA: &str = "templates/shanxi/certificate/schema.json";

impl Spoilt {
    fn opened(&self) -> chengwen::app::App {
        app_at(self.folder.path()).unwrap_or_else(|faults| panic!("{faults}"))
    }

    /// What is told of the samples.
    #[track_caller]
    fn checked(&self) -> String {
        self.opened().check_all(&mut |_| {}).expect_err("faults").to_string()
    }

    /// The program in this home, with a data directory of its own.
    fn run(&self, arguments: &[&str]) -> Ran {
        let (home, data) = (self.path(""), self.path("data"));
        let (home, data) = (home.to_string_lossy(), data.to_string_lossy());
        fs::create_dir_all(data.as_ref()).expect("made");
        chengwen(&[&["--home", &home, "--data", &data][..], arguments].concat())
    }

    fn append(&self, name: &str, text: &str) {
        let path = self.path(name);
        let old = fs::read_to_string(&path).expect("readable");
        fs::write(path, old + text).expect("written");
    }
}

#[test]
fn what_no_paper_bears_is_told() {
    let home = Spoilt::new();
    home.spoil(LAYOUT, "附记(1, say.label_number, record.number, \"/number\")", "[]");
    home.spoil(LAYOUT, "查验(say.label_verify, sheet.verify)", "");
    home.spoil(LAYOUT, "事项(1, say.label_region, record.region, \"/region\")", "[]");
    home.spoil(MANIFEST, "\"/holder\" = 25", "\"/holder\" = 90");
    // A required field that is not printed, and one that no sample fills.
    home.spoil(LAYOUT, "if say.issued_on != none { say.issued_on } else", "if false {} else");
    home.spoil(
        SCHEMA,
        "\"issuer\": {",
        "\"remark\": { \"title\": \"备注\", \"type\": \"string\", \"maxLength\": 9 },\n    \"issuer\": {",
    );
    let told = home.checked();
    for part in [
        "document.typ：/region 填了也不印",
        "document.typ：/issued_on 填了也不印",
        "不该印的写进 document.toml 的 [unprinted]，并写明原因",
        "纸上没有编号：两个不同的编号（/number）印出来一样",
        "纸上没有查验码",
        "document.toml：measured 的 /holder = 90：写满 90 字",
        "放得下 26 字",
        "schema.json：/remark 没有一个样例填写",
    ] {
        assert!(told.contains(part), "{part} not in\n{told}");
    }
    for part in ["/holder 填了也不印", "/term", "shanxi/notice", "/reason"] {
        assert!(!told.contains(part), "{part} in\n{told}");
    }
    // What is said not to be printed is no slip.
    let reason = "\n[unprinted]\n\"/region\" = \"只登记\"\n\"/issued_on\" = \"只登记\"\n\"/remark\" = \"只登记\"\n";
    home.append(MANIFEST, reason);
    let told = home.checked();
    assert!(!told.contains("填了也不印") && !told.contains("/remark"), "{told}");
}

#[test]
fn texts_that_have_no_room_at_their_longest_are_told() {
    // A text that `measured` does not name is never asked of the layout: it must have room as it is.
    let home = Spoilt::new();
    home.spoil(MANIFEST, "\"/holder\" = 25\n", "");
    let told = home.checked();
    for part in
        ["document.toml：/holder 的 maxLength 是", "没有写进 [measured]：写满", "放得下 26 字"]
    {
        assert!(told.contains(part), "{part} not in\n{told}");
    }
    // The head of a certificate is set smaller, down to a size; then it is told.
    let home = Spoilt::new();
    home.spoil(MANIFEST, "title = \"证书\"\nlabel", "title = \"放心消费示范店荣誉证书\"\nlabel");
    home.opened().check_all(&mut |_| {}).expect("it has room");
    home.spoil(MANIFEST, "放心消费示范店荣誉证书", &"证".repeat(19));
    let told = home.checked();
    assert!(told.contains("题的第二行太长，放不下"), "{told}");
}

#[test]
fn a_certificate_is_one_page() {
    // The code takes room that no single print takes.
    let home = Spoilt::new();
    home.spoil(LAYOUT, "查验(say.", "if sheet.verify != none { pagebreak() }\n    查验(say.");
    let told = home.checked();
    assert!(told.contains("按成批印制") && told.contains("证书只能有 1 页"), "{told}");

    // A record that is too long is its writer's to shorten: told by a check and by a print.
    let home = Spoilt::new();
    home.spoil(
        LAYOUT,
        "查验(say.",
        "if record.region == \"太原市小店区\" { pagebreak() }\n    查验(say.",
    );
    let manifest = fs::read_to_string(home.path(MANIFEST)).expect("readable");
    let start = manifest.find("[measured]").expect("it is measured");
    let end = start + manifest[start..].find("\n\n").expect("an end");
    home.spoil(MANIFEST, &manifest[start..end], "");
    let app = home.opened();
    let found = sample(&app, "shanxi-certificate");
    let mut record = found.record();
    record["region"] = json!("太原市小店区");
    let sentence = "排出来有 2 页，证书只能有 1 页，请缩短较长的内容";
    match try_render(&app, &found.document, &record, Options::default()) {
        Err(Refusal::Problems(problems)) => {
            let told: Vec<&str> = problems.to_mend().map(|it| it.sentence.as_str()).collect();
            assert_eq!(told, [sentence]);
        }
        other => panic!("{other:?}"),
    }
    let bytes = record.to_string();
    let examined = app.check(&found.document, bytes.as_bytes()).expect("no fault");
    assert!(examined.problems.to_mend().any(|problem| problem.code == "sheet.too-long"));
    // In a table, before a number is given to it.
    let mut good = found.record();
    good["number"] = json!(null);
    good.as_object_mut().expect("an object").remove("number");
    record.as_object_mut().expect("an object").remove("number");
    let rows = json!([good, record]).to_string();
    let kind = RowsKind::Json;
    let examined = app.examine_rows(&found.document, rows.as_bytes(), kind).expect("no fault");
    let told: Vec<_> = examined.problems().to_mend().collect();
    assert!(told.len() == 1 && told[0].pointer.starts_with("/1"), "{told:?}");
    assert!(told[0].sentence.contains(sentence), "{told:?}");
}

#[test]
fn a_count_of_pages_is_one_at_least() {
    expect(MANIFEST, "pages = 1", "pages = 0", &["pages 至少为 1"]);
}

#[test]
fn a_field_says_what_it_is_called_and_how_long_it_may_be() {
    let home = Spoilt::new();
    let line = home.spoil(SCHEMA, "      \"title\": \"颁发机关\",\n", "") - 1;
    let told = home.faults();
    let place = format!("schema.json:{line}：schema 在 /properties/issuer 处有误：缺 title");
    assert!(told.contains(&place), "{place} not in\n{told}");
    let home = Spoilt::new();
    let number = "\"minLength\": 1,\n      \"maxLength\": 40\n    },\n    \"term\"";
    home.spoil(SCHEMA, number, "\"minLength\": 1\n    },\n    \"term\"");
    let told = home.faults();
    assert!(told.contains("/properties/number") && told.contains("缺 maxLength"), "{told}");
}

#[test]
fn slips_of_words_are_told_where_they_stand() {
    let home = Spoilt::new();
    let programme = "templates/shanxi/programme.toml";
    home.append(programme, "\n[sentences.commitment]\nadressee = \"某局：\"\n");
    let line = fs::read_to_string(home.path(programme)).expect("readable").lines().count();
    let told = home.faults();
    assert!(told.contains(&format!("programme.toml:{line}：句子“commitment.adressee”")), "{told}");

    // A function that is taken for a filter; a call that the shared layout cannot answer: the owner's own
    // line comes first. One slip of syntax is told once.
    let home = Spoilt::new();
    home.spoil(MANIFEST, "{{ hanzi_date(issued_on) }}", "{{ issued_on|hanzi_date }}");
    let line = home.spoil(LAYOUT, "题(say.honour, say.title)", "题(say.honour, 7)");
    let app = home.opened();
    let found = sample(&app, "shanxi-certificate");
    let told = |home: &Spoilt| {
        let app = home.opened();
        format!("{:?}", try_render(&app, &found.document, &found.record(), Options::default()))
    };
    assert!(told(&home).contains("hanzi_date 是函数，写成 hanzi_date(…)"), "{}", told(&home));
    home.spoil(MANIFEST, "{{ issued_on|hanzi_date }}", "{{ hanzi_date(issued_on) }}");
    let told = told(&home);
    assert!(
        told.contains(&format!("\"templates/shanxi/certificate/document.typ:{line}:")),
        "{told}"
    );

    let home = Spoilt::new();
    home.spoil(LAYOUT, "#show: 证书纸", "#show: 证书纸(\n#let (\n#let )");
    assert_eq!(home.faults().matches("Typst 语法错误").count(), 1, "{}", home.faults());
}

#[test]
fn a_batch_that_cannot_print_a_row_says_what_to_do() {
    let home = Spoilt::new();
    home.spoil(MANIFEST, "\"/holder\" = 25", "\"/holder\" = 90");
    let (rows, out) = (home.path("rows.json"), home.path("x.pdf"));
    let mut record = sample(&home.opened(), "shanxi-certificate").record();
    record.as_object_mut().expect("an object").remove("number");
    record["holder"] = json!("Щ".repeat(60));
    fs::write(&rows, json!([record]).to_string()).expect("written");
    let (rows, out) = (rows.to_string_lossy(), out.to_string_lossy());
    let batch = ["batch", "shanxi/certificate", &*rows, "-o", &*out];
    let ran = home.run(&batch);
    assert_eq!(ran.code, 1, "{}", ran.told);
    assert!(ran.told.contains("没有印完：") && ran.told.contains("放不下"), "{}", ran.told);
    assert!(ran.told.contains("--cancel 原因"), "{}", ran.told);
    assert!(!ran.told.contains("ERROR") && !ran.told.contains("用法有误"), "{}", ran.told);
    let ran = home.run(&[&batch[..], &["--cancel", "名称写错"]].concat());
    assert_eq!(ran.code, 0, "{}", ran.told);

    // Of what cannot be read nothing is marked, and nothing is good.
    fs::write(home.path("rows.json"), "[{\"holder\": ").expect("written");
    let ran = home.run(&batch);
    assert!(ran.code == 1 && !ran.told.contains("--good-rows"), "{}", ran.told);
    assert!(!home.path("x-有问题.xlsx").exists());
    let marked = home.path("marked.xlsx");
    let arguments = ["check", "shanxi/certificate", &*rows, "--marked", &*marked.to_string_lossy()];
    let ran = home.run(&arguments);
    assert!(ran.code == 1 && !marked.exists(), "{}", ran.told);
}

#[test]
fn another_file_of_what_was_issued_is_told_to_be_a_reprint() {
    let home = Spoilt::new();
    let rows = home.path("rows.json");
    let mut record = sample(&home.opened(), "shanxi-certificate").record();
    record.as_object_mut().expect("an object").remove("number");
    fs::write(&rows, json!([record]).to_string()).expect("written");
    let rows = rows.to_string_lossy();
    let print = |name: &str| {
        let out = home.path(name);
        home.run(&["batch", "shanxi/certificate", &*rows, "-o", &*out.to_string_lossy()])
    };
    let first = print("x.pdf");
    assert!(first.code == 0 && !first.told.contains("补印"), "{}", first.told);
    let again = print("y.pdf");
    assert!(again.code == 0 && !again.told.contains("补印"), "{}", again.told);
    let other = print("x.zip");
    assert!(other.code == 0 && other.told.contains("登记簿里每份记为补印"), "{}", other.told);
    let listed = home.run(&["registry", "list", "--json"]);
    let listed = String::from_utf8(listed.out).expect("UTF-8");
    assert!(listed.contains("有效（补印过）"), "{listed}");
    let history = home.run(&["keys", "history"]);
    let history = String::from_utf8(history.out).expect("UTF-8");
    assert!(history.contains("受理批次") && history.contains("印完"), "{history}");
    assert!(!history.contains("batch.accepted"), "{history}");
}

#[test]
fn what_the_program_makes_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt;

    let home = Spoilt::new();
    fs::write(home.path("rows.json"), "[]").expect("written");
    let data = home.path("data");
    fs::create_dir(&data).expect("made");
    fs::set_permissions(&data, fs::Permissions::from_mode(0o755)).expect("set");
    let mut record = sample(&home.opened(), "shanxi-certificate").record();
    record.as_object_mut().expect("an object").remove("number");
    fs::write(home.path("rows.json"), json!([record]).to_string()).expect("written");
    let (rows, out) = (home.path("rows.json"), home.path("x.pdf"));
    let (rows, out) = (rows.to_string_lossy(), out.to_string_lossy());
    let ran = home.run(&["batch", "shanxi/certificate", &*rows, "-o", &*out]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    for entry in fs::read_dir(&data).expect("a folder").flatten() {
        let mode = entry.metadata().expect("it is there").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{}", entry.path().display());
    }
}

#[test]
fn a_programme_without_documents_is_told_so() {
    let home = Spoilt::new();
    fs::create_dir(home.path("templates/hubei")).expect("made");
    let programme = "name = \"湖北省某活动\"\nprovince = \"140000\"\nissued = \"2026-01-01\"\n";
    fs::write(home.path("templates/hubei/programme.toml"), programme).expect("written");
    let ran = home.run(&["list"]);
    let told = String::from_utf8(ran.out).expect("UTF-8");
    assert!(told.contains("湖北省某活动\n  还没有文书"), "{told}");
}

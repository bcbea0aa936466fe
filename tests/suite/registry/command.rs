//! `chengwen registry`, as it is typed.

use chengwen::app::Form;
use chengwen::registry::printed;
use serde_json::Value;

use super::Issued;
use crate::command_line::{Ran, chengwen};
use crate::support::app;

impl Issued {
    fn run(&self, arguments: &[&str]) -> Ran {
        let data = self.data().to_str().expect("UTF-8");
        chengwen(&[&["registry", "--data", data, "--by", "省局 王五"], arguments].concat())
    }

    fn place(&self, name: &str) -> String {
        self.data().join(name).to_str().expect("UTF-8").to_owned()
    }
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn it_needs_a_data_directory() {
    let ran = chengwen(&["registry", "list"]);
    assert_eq!(ran.code, 1);
    assert!(ran.told.contains("CHENGWEN_DATA"), "{}", ran.told);
    let ran = chengwen(&["registry", "list", "--data", "/no/such/folder"]);
    assert_eq!(ran.code, 1);
}

#[test]
fn certificates_are_listed_found_and_exported() {
    let issued = Issued::new(Form::Merged);
    let ran = issued.run(&["list"]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    let lines: Vec<&str> = text(&ran.out).lines().collect();
    assert_eq!(lines.len(), 5, "{lines:?}");
    assert!(lines[3].contains("已过有效期") && lines[1].contains("有效"), "{lines:?}");
    // Columns stand under each other.
    let wide = |text: &str| -> usize {
        text.chars().map(|mark| if mark.is_ascii() { 1 } else { 2 }).sum()
    };
    let holders = [(0, "名称"), (1, "太原市迎泽"), (2, "晋中市"), (3, "大同市"), (4, "=HYPER")];
    let begins: Vec<usize> = holders
        .iter()
        .map(|(line, holder)| wide(&lines[*line][..lines[*line].find(holder).expect("told")]))
        .collect();
    assert!(begins.iter().all(|begin| *begin == begins[0]), "{begins:?}");

    for (arguments, found) in [
        (&["--text", "晋中"][..], 1),
        (&["--state", "expired"], 1),
        (&["--state", "有效"], 3),
        (&["--year", "2019"], 1),
        (&["--year", "2026", "--text", "91140106MA0K3T7W78"], 1),
        (&["--text", "%"], 0),
    ] {
        let ran = issued.run(&[&["list", "--json"], arguments].concat());
        let told: Value = serde_json::from_slice(&ran.out).expect("JSON");
        assert_eq!(told["found"], found, "{arguments:?}");
    }
    assert_eq!(issued.run(&["list", "--state", "good"]).code, 1);

    let codes: Vec<String> = issued.numbers.iter().map(|number| issued.find(number).code).collect();
    for name in ["all.csv", "all.xlsx", "all.json"] {
        let place = issued.place(name);
        let ran = issued.run(&["list", "-o", &place]);
        assert_eq!(ran.code, 0, "{}", ran.told);
        let bytes = std::fs::read(&place).expect("written");
        let shown = match name {
            "all.xlsx" => {
                use calamine::Reader;
                let mut book: calamine::Xlsx<_> = calamine::open_workbook(&place).expect("opened");
                let name = book.sheet_names()[0].clone();
                let sheet = book.worksheet_range(&name).expect("a sheet");
                let texts = sheet.rows().flatten().map(ToString::to_string);
                texts.collect::<Vec<_>>().join("\n")
            }
            _ => text(&bytes).to_owned(),
        };
        for number in &issued.numbers {
            assert!(shown.contains(number.as_str()), "{name} has {number}");
        }
        assert!(shown.contains("511407265012348768"), "{name}");
        // What would verify a certificate goes into no list for programs.
        let told = |code: &String| shown.contains(&**code) || shown.contains(&printed(code));
        assert_eq!(codes.iter().any(told), name == "all.xlsx", "{name}");
        assert!(shown.contains("太原市迎泽区"), "{name}");
        if name == "all.xlsx" {
            assert_print_area(&bytes);
        }
    }
    let csv = std::fs::read_to_string(issued.place("all.csv")).expect("written");
    assert!(csv.contains(",'=HYPERLINK(1),") && csv.starts_with('\u{FEFF}'), "{csv}");
    let ran = issued.run(&["list", "-o", &issued.place("all.doc")]);
    assert_eq!(ran.code, 1);
    assert!(ran.told.contains(".xlsx"), "{}", ran.told);
}

/// What is printed ends before digests and the names of batches, and no row stands there twice.
fn assert_print_area(workbook: &[u8]) {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(workbook)).expect("a zip");
    let mut part = |name: &str| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut archive.by_name(name).expect(name), &mut text)
            .expect("UTF-8");
        text
    };
    assert!(part("xl/workbook.xml").contains("!$A$1:$K$5</definedName>"));
    let sheet = part("xl/worksheets/sheet1.xml");
    assert_eq!(sheet.matches("<row r=\"5\"").count(), 1, "{sheet}");
}

#[test]
fn the_table_of_the_terminal_is_not_broken_by_a_long_name() {
    let mut rows = super::rows();
    rows[0]["holder"] = "太原市迎泽区".repeat(8).into();
    let issued = Issued::of(app(), &rows, Form::Merged);
    let ran = issued.run(&["list"]);
    let widest = text(&ran.out).lines().map(|line| line.chars().count()).max().expect("lines");
    assert!(widest < 110 && text(&ran.out).contains('…'), "{}", text(&ran.out));
    assert!(ran.told.contains("没有写全"), "{}", ran.told);
}

#[test]
fn one_is_shown_printed_again_revoked_and_audited() {
    let issued = Issued::new(Form::Merged);
    let (one, two) = (issued.numbers[0].as_str(), issued.numbers[1].as_str());
    let (first, second) = (issued.place("1.pdf"), issued.place("2.pdf"));
    for place in [&first, &second] {
        let ran = issued.run(&["reprint", one, "-o", place, "--why", "原件污损"]);
        assert_eq!(ran.code, 0, "{}", ran.told);
    }
    let bytes = std::fs::read(&first).expect("written");
    assert!(bytes == std::fs::read(&second).expect("written"));

    let notice = issued.place("notice.json");
    let why = "连续两次复核不合格，逾期未整改";
    let day = "2026-05-18";
    let ran = issued.run(&["revoke", one, two, "--why", why, "--day", day, "-o", &notice]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    let printed = ran.told.split("chengwen render ").nth(1).expect("how it is printed");
    let document = printed.split(' ').next().expect("a document");
    let ran = chengwen(&["check", document, &notice]);
    assert_eq!(ran.code, 0, "{}", ran.told);

    let ran = issued.run(&["show", one]);
    let shown = text(&ran.out);
    for part in [one, "已撤销", "晋味源", "颁发", "补印  原件污损", why, "省局 王五"]
    {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let ran = issued.run(&["show", one, "--json"]);
    let shown: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert_eq!(shown["state"], "revoked");
    assert_eq!(shown["history"].as_array().map(Vec::len), Some(5));
    assert_eq!(shown["record"]["number"], one);
    assert_eq!(issued.run(&["show", "没有"]).code, 1);

    let ran = issued.run(&["audit", "--json"]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    let audit: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert_eq!((&audit["entries"], &audit["whole"]), (&12.into(), &true.into()));
    let head = audit["head"].as_str().expect("a head");
    let ran = issued.run(&["audit", "--head", head]);
    assert!(ran.code == 0 && text(&ran.out).contains("登记簿完整"));
    let ran = issued.run(&["audit", "--head", &"0".repeat(64)]);
    assert!(ran.code == 1 && text(&ran.out).contains("登记簿不完整"));

    // A file that will not come is refused before anything is revoked.
    let replaced = ["revoke", issued.numbers[2].as_str(), "--why", why, "--replaced-by"];
    let ran = issued.run(&[&replaced[..], &[issued.numbers[3].as_str(), "-o", &notice]].concat());
    assert!(ran.code == 1 && ran.told.contains("不要写 -o"), "{}", ran.told);
    let ran = issued.run(&["show", &issued.numbers[2], "--json"]);
    let shown: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert_ne!(shown["state"], "replaced");

    // Where the notice cannot be written, it is told all the same.
    let third = issued.numbers[3].as_str();
    let ran = issued.run(&["revoke", third, "--why", why, "-o", "/no/such/folder/notice.json"]);
    assert_eq!(ran.code, 1);
    let told: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert_eq!(told["entries"][0]["number"], third);
}

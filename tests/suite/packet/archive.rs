//! The archive: everything that was printed, each part, each file as received, and lists that agree with it.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use chengwen::app::{PackOptions, Wrapping};
use chengwen::digest::Digest;
use chengwen::finish::read_back;
use lopdf::{Document, Object};
use serde_json::{Value, json};
use zip::ZipArchive;

use super::bound::Bound;
use super::made::{Corners, Paper, jpeg, png};
use super::{Given, ONE};
use crate::support::{app, set};

const ZIP: PackOptions = PackOptions { wrapping: Wrapping::Zip, ..ONE };

/// The files of an archive, in its order.
fn unpacked(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).expect("a zip");
    (0..archive.len())
        .map(|at| {
            let mut file = archive.by_index(at).expect("a file");
            let name = String::from_utf8(file.name_raw().to_vec()).expect("a name in UTF-8");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("whole");
            (name, bytes)
        })
        .collect()
}

fn given() -> Given {
    Given::sound()
        .with(7, "厂房.jpg", jpeg(&Corners::of(60, 40)))
        .with_item(json!({ "kind": 7, "title": "租约", "file": "租约.pdf" }), Paper::of("").bytes())
}

#[test]
fn everything_is_in_it_as_the_lists_say() {
    let app = app();
    let given = given();
    let packed = given.packed(&app, PackOptions { copies: Some(2), ..ZIP });
    assert_eq!(packed.file_name, "太原市迎泽区晋味源食品有限公司-申报材料.zip");
    let files = unpacked(&packed.bytes);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "太原市迎泽区晋味源食品有限公司-申报材料.pdf",
            "各部分/00 目录.pdf",
            "各部分/01 培育申请表.pdf",
            "各部分/02 附件（1）登记证书复印件.pdf",
            "各部分/03 附件（2）创建承诺书.pdf",
            "各部分/04 附件（3）创建方案.pdf",
            "各部分/05 附件（4）创建情况报告.pdf",
            "各部分/06 附件（7）其他证明材料.pdf",
            "各部分/07 附件（7）租约.pdf",
            "附件原件/登记证书.png",
            "附件原件/创建方案.txt",
            "附件原件/创建情况报告.txt",
            "附件原件/厂房.jpg",
            "附件原件/租约.pdf",
            "packet.json",
            "清单.csv",
            "manifest.json",
        ]
    );
    let by_name: BTreeMap<&str, &[u8]> =
        files.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    // As received, byte for byte.
    for (name, bytes) in &given.files {
        assert_eq!(by_name[format!("附件原件/{name}").as_str()], &**bytes);
    }
    assert_eq!(by_name["packet.json"], given.list.to_string().as_bytes());
    // The print file is the one that is made without an archive.
    let alone = given.packed(&app, PackOptions { wrapping: Wrapping::Pdf, copies: Some(2), ..ZIP });
    assert_eq!(Bound::of(by_name[names[0]]).words, Bound::of(&alone.bytes).words);

    let manifest: Value = serde_json::from_slice(by_name["manifest.json"]).expect("JSON");
    assert_eq!(manifest["copies"], 2);
    assert_eq!(manifest["pages_of_one_copy"], packed.pages);
    assert_eq!(manifest["sheets"], packed.sheets);
    assert_eq!(manifest["draft"], false);
    assert_eq!(manifest["materials"].as_array().map(Vec::len), Some(7));
    assert_eq!(manifest["counted"], json!([{ "material": 4, "characters": 1600 }]));
    let listed = manifest["files"].as_array().expect("files");
    // All but the two lists themselves.
    let told: Vec<&str> = listed.iter().filter_map(|it| it["file"].as_str()).collect();
    assert_eq!(told, names[..names.len() - 2]);
    for it in listed {
        let bytes = by_name[it["file"].as_str().expect("a name")];
        assert_eq!(it["sha256"], json!(Digest::of(bytes)), "{it}");
        if bytes.starts_with(b"%PDF") && it["part"] != "附件原件" {
            // The last page of a part may fill its leaf.
            let pages = Document::load_mem(bytes).expect("a PDF").get_pages().len();
            let told = it["pages"].as_u64().expect("a number") as usize;
            assert!(pages == told || pages == told + 1, "{it}: {pages}");
        }
        if let (Some(first), Some(last)) = (it["first_page"].as_u64(), it["last_page"].as_u64()) {
            assert_eq!(last - first + 1, it["pages"].as_u64().expect("a number"), "{it}");
        }
    }
    assert_eq!(listed[8]["source"], "租约.pdf");
}

#[test]
fn each_part_alone_bears_what_it_bears_in_the_whole() {
    let files = unpacked(&given().packed(&app(), PackOptions { copies: Some(3), ..ZIP }).bytes);
    let whole = Bound::of(&files[0].1);
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("各部分/")) {
        let part = Bound::of(bytes);
        let title = &name["各部分/00 ".len()..name.len() - ".pdf".len()];
        let start = whole.start(title);
        for (at, words) in part.words.iter().enumerate() {
            let borne = whole.words[start + at].replace("第一份", "");
            let attached = matches!(
                title,
                "附件（1）登记证书复印件" | "附件（7）租约" | "附件（7）其他证明材料"
            );
            if attached {
                assert_eq!(*words, borne, "{title}");
                assert!(words.contains(&format!("{title}第{}页", at + 1)), "{title}: {words}");
            } else {
                assert!(!words.contains(&format!("{title}第")), "{title}: {words}");
            }
        }
        let file = read_back(bytes).expect("a PDF");
        // Ours keep the standard that they claim; a stranger's claims none.
        let claim = match title {
            "培育申请表" | "附件（2）创建承诺书" => Some("3U"),
            "目录" | "附件（3）创建方案" | "附件（4）创建情况报告" => {
                Some("2U")
            }
            _ => None,
        };
        assert_eq!(file.archival.as_deref(), claim, "{title}");
    }
}

#[test]
fn the_list_opens_in_a_spreadsheet_and_runs_nothing() {
    let item = |title: &str, file: &str| json!({ "kind": 7, "title": title, "file": file });
    let small = || png(&Corners::of(20, 30));
    let given = Given::sound()
        .with_item(item("甲", "=HYPERLINK(\"x\").png"), small())
        .with_item(item("乙", "+86.png"), small())
        .with_item(item("丙", "@SUM,1.png"), small())
        .with_item(item("丁", "-1.png"), small());
    let files = unpacked(&given.packed(&app(), ZIP).bytes);
    let (_, list) = files.iter().find(|(name, _)| name == "清单.csv").expect("the list");
    let list = std::str::from_utf8(list).expect("UTF-8");
    assert!(list.starts_with("\u{FEFF}文件,部分,总第几页,页数,原文件名,SHA-256\r\n"), "{list}");
    for line in list.trim_start_matches('\u{FEFF}').lines() {
        for cell in line.split(',') {
            let plain = cell.trim_start_matches('"');
            assert!(!plain.starts_with(['=', '+', '-', '@']), "{line}");
        }
    }
    assert!(list.contains("'+86.png") && list.contains("\"'@SUM,1.png\""), "{list}");
    assert!(list.contains("\"'=HYPERLINK(\"\"x\"\").png\""), "{list}");
    // As a name of a file on any system.
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert!(names.contains(&"附件原件/=HYPERLINK(_x_).png"), "{names:?}");
}

#[test]
fn names_unzip_on_any_system_and_lead_nowhere_else() {
    let app = app();
    for name in ["某某/../../食品有限公司", "CON", "..", "太原市“晋味源”食品有限公司", "A:B*C?D"]
    {
        let mut given = Given::sound();
        set(&mut given.list, "/application/name", json!(name));
        let item = json!({ "kind": 7, "title": "a/../b\\c:*?\"<>|", "file": "NUL.png" });
        let given = given.with_item(item, png(&Corners::of(20, 30)));
        let Ok(packed) = given.pack(&app, ZIP) else {
            // Some are no name of a company; that is told, and nothing is made.
            let problems = given.refused(&app, ZIP);
            assert!(problems.touches("/application/name"), "{name}: {problems:#?}");
            continue;
        };
        assert!(!packed.file_name.contains(['/', '\\', ':']), "{}", packed.file_name);
        let mut taken = std::collections::HashSet::new();
        for (path, _) in unpacked(&packed.bytes) {
            let steps: Vec<&str> = path.split('/').collect();
            assert!(steps.len() <= 2, "{path}");
            for step in &steps {
                assert!(
                    !step.is_empty() && !step.contains(['\\', ':', '*', '?', '"', '<', '>', '|']),
                    "{path}"
                );
                assert!(!step.starts_with('.') && !step.ends_with(['.', ' ']), "{path}");
                let stem = step.split('.').next().unwrap_or_default().to_ascii_uppercase();
                assert!(!["CON", "NUL", "PRN", "AUX", "COM1"].contains(&stem.as_str()), "{path}");
            }
            assert!(taken.insert(path.to_lowercase()), "{path} twice");
        }
        // Chinese Windows takes a name for GBK unless it is marked as UTF-8 (APPNOTE 4.4.4, bit 11).
        for (at, _) in packed.bytes.windows(4).enumerate().filter(|(_, it)| it == b"PK\x01\x02") {
            let length = u16::from_le_bytes([packed.bytes[at + 28], packed.bytes[at + 29]]);
            let name = &packed.bytes[at + 46..at + 46 + usize::from(length)];
            assert!(name.is_ascii() || packed.bytes[at + 9] & 0b1000 != 0, "{name:?}");
        }
    }
}

#[test]
fn the_same_gives_the_same_bytes() {
    let app = app();
    let (one, other) =
        (given().packed(&app, ZIP), given().packed(&super::super::support::app(), ZIP));
    assert!(one.bytes == other.bytes, "the same input gave other bytes");
    let identity = |packed: &chengwen::app::Packed| {
        let document = Document::load_mem(&packed.bytes).expect("a PDF");
        let identity = document.trailer.get(b"ID").and_then(Object::as_array).expect("an identity");
        format!("{identity:?}")
    };
    let print = PackOptions { wrapping: Wrapping::Pdf, ..ZIP };
    let usual = identity(&given().packed(&app, print));
    assert_eq!(usual, identity(&given().packed(&app, print)));
    // Another byte of an attached file, another word of the list, another option: another identity.
    let mut changed = given();
    let at = changed.files.iter().position(|(name, _)| name == "厂房.jpg").expect("it");
    changed.files[at].1 = [&*changed.files[at].1, b"\0"].concat().into();
    let mut worded = given();
    set(&mut worded.list, "/application/postcode", json!("030002"));
    let others = [
        identity(&changed.packed(&app, print)),
        identity(&worded.packed(&app, print)),
        identity(&given().packed(&app, PackOptions { copies: Some(2), ..print })),
        identity(&given().packed(&app, PackOptions { draft: true, ..print })),
    ];
    let all: std::collections::BTreeSet<&String> = others.iter().chain([&usual]).collect();
    assert_eq!(all.len(), 5, "{all:?}");
}

//! Bad input: each is told as what it is, by the attachment's name, with a remedy; everything else is told
//! beside it.

use std::io::Write;

use chengwen::app::{Files, PackOptions, Refusal};
use serde_json::{Value, json};
use zip::write::SimpleFileOptions;

use super::made::{Corners, Paper, jpeg, png, through_qpdf, tiff};
use super::{Given, ONE, advised, codes};
use crate::support::{app, set};

fn small() -> Vec<u8> {
    png(&Corners::of(40, 60))
}

/// A zip with a file of this name.
fn zipped(name: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file(name, plain).expect("begun");
    zip.write_all(b"...").expect("written");
    zip.finish().expect("finished").into_inner()
}

/// A PDF in whose page tree there is nothing.
fn pageless() -> Vec<u8> {
    Paper::new().bytes()
}

/// A PDF whose only page has no extent.
fn flat() -> Vec<u8> {
    let mut paper = Paper::new();
    paper.page([0.0, 0.0, 0.0, 0.0], "");
    paper.bytes()
}

/// Bad files: name, bytes, the code of the problem, and a part of its sentence.
fn bad() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let pdf = || Paper::of("0 0 1 rg 0 0 500 500 re f").bytes();
    let photograph = jpeg(&Corners::of(400, 600));
    let scan = small();
    let several = tiff(&[Corners::of(40, 60), Corners::of(40, 60)]);
    vec![
        ("空.pdf", Vec::new(), "attachment.empty", "0 字节"),
        (
            "密.pdf",
            through_qpdf(&pdf(), &["--encrypt", "open", "owner", "256", "--"]),
            "attachment.encrypted",
            "打开密码",
        ),
        (
            "旧密.pdf",
            through_qpdf(
                &pdf(),
                &["--allow-weak-crypto", "--encrypt", "open", "owner", "40", "--"],
            ),
            "attachment.encrypted",
            "打开密码",
        ),
        ("头.pdf", b"%PDF-1.7\nnothing more".to_vec(), "attachment.damaged", "损坏"),
        ("半.pdf", pdf()[..120].to_vec(), "attachment.damaged", "损坏"),
        ("无页.pdf", pageless(), "attachment.damaged", "损坏"),
        ("平.pdf", flat(), "attachment.bad-page", "第1页没有大小"),
        ("半.jpg", photograph[..photograph.len() / 2].to_vec(), "attachment.damaged", "损坏"),
        ("头.jpg", photograph[..20].to_vec(), "attachment.damaged", "损坏"),
        ("半.png", scan[..scan.len() / 2].to_vec(), "attachment.damaged", "损坏"),
        ("半.tif", several[..several.len() / 2].to_vec(), "attachment.damaged", "损坏"),
        ("假.jpg", small(), "attachment.belied", "内容其实是 PNG 图片"),
        ("假.png", pdf(), "attachment.belied", "以 .pdf 结尾"),
        (
            "照片.heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            "attachment.heic",
            "兼容性最佳",
        ),
        ("也是.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "attachment.heic", "JPEG"),
        ("证明.docx", zipped("[Content_Types].xml"), "attachment.office", "另存为"),
        (
            "证明.doc",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1........".to_vec(),
            "attachment.office",
            "PDF",
        ),
        ("全部.zip", zipped("a.jpg"), "attachment.archive", "解压"),
        ("全部.rar", b"Rar!\x1A\x07\x01\0".to_vec(), "attachment.archive", "解压"),
        ("图.bmp", b"BM\x36\0\0\0\0\0\0\0".to_vec(), "attachment.picture", "JPEG 或 PNG"),
        ("图.gif", b"GIF89a\x01\0\x01\0".to_vec(), "attachment.picture", "JPEG 或 PNG"),
        ("表.csv", "甲,乙\n".into(), "attachment.unknown", "应为 PDF、JPEG、PNG 或 TIFF"),
        ("文.txt", "文字".into(), "attachment.unknown", "不是能印的文件"),
        ("乱", (0..=255).cycle().take(5000).collect(), "attachment.unknown", "不是能印的文件"),
    ]
}

#[test]
fn each_bad_file_is_told_as_what_it_is_all_at_once() {
    let app = app();
    let mut given = Given::sound().without(1);
    for (name, bytes, ..) in bad() {
        given = given.with(7, name, bytes);
    }
    // And what is wrong with the papers is told beside it.
    set(&mut given.list, "/application/postcode", json!("12"));
    let problems = given.refused(&app, ONE);
    let found: Vec<_> = problems.to_mend().collect();
    for (name, _, code, part) in bad() {
        let at = given.list["attachments"]
            .as_array()
            .expect("a list")
            .iter()
            .position(|it| it["file"] == name);
        let pointer = format!("/attachments/{}/file", at.expect("it is listed"));
        let own: Vec<_> = found.iter().filter(|it| it.pointer == pointer).collect();
        assert_eq!(own.len(), 1, "{name}: {own:#?}");
        assert_eq!(own[0].code, code, "{name}: {}", own[0].sentence);
        let sentence = &own[0].sentence;
        assert!(sentence.contains(&format!("（{name}）")) && sentence.contains(part), "{sentence}");
    }
    for (code, pointer) in [
        ("packet.missing-material", "/attachments"),
        ("postcode.malformed", "/application/postcode"),
    ] {
        let told = found.iter().any(|it| it.pointer == pointer && it.code == code);
        assert!(told, "{code} at {pointer} not in {found:#?}");
    }
    assert_eq!(found.len(), bad().len() + 2, "{:#?}", codes(&problems));
}

#[test]
fn what_can_be_repaired_is_printed_and_told() {
    let app = app();
    let whole = Paper::of("1 0 0 rg 0 0 500 500 re f").bytes();
    let text = String::from_utf8_lossy(&whole).into_owned();
    let table = text.rfind("startxref").expect("a table");
    let cut = whole[..table].to_vec();
    let mut shifted = b"%PDF-1.7\n".to_vec();
    shifted.extend(&whole);
    for (name, bytes) in [("截.pdf", cut), ("移.pdf", shifted)] {
        let packed = Given::sound().with(7, name, bytes).packed(&app, ONE);
        let bound = super::bound::Bound::of(&packed.bytes);
        let drawn = bound.drawn(bound.start("附件（7）其他证明材料"));
        assert!(drawn.place_of(super::made::RED).is_some(), "{name}");
        let told: Vec<_> = packed.problems.advice().collect();
        assert_eq!(advised(&packed.problems), ["attachment.repaired"], "{name}");
        assert!(told[0].sentence.contains(name), "{}", told[0].sentence);
    }
}

#[test]
fn names_lead_nowhere_and_are_told_apart() {
    let app = app();
    for name in ["../../x", "..\\x.png", "/etc/passwd", "..", "a/b.png", "  ", "甲\n乙.png"] {
        let given = Given::sound().with(7, name, small());
        let problems = given.refused(&app, ONE);
        let codes = codes(&problems);
        assert!(codes.iter().all(|code| !code.starts_with("packet.")), "{name:?}: {codes:?}");
        let own = |pointer: &str| problems.to_mend().any(|it| it.pointer == pointer);
        assert!(own("/attachments/3/file"), "{name:?}: {problems:#?}");
    }
    // From a folder, nothing outside it is read.
    let folder = tempfile::tempdir().expect("a folder");
    let inner = folder.path().join("inner");
    std::fs::create_dir(&inner).expect("made");
    std::fs::write(folder.path().join("x.png"), small()).expect("written");
    let given = Given::sound();
    for (name, bytes) in &given.files {
        std::fs::write(inner.join(name), bytes).expect("written");
    }
    let given = given.listed(json!({ "kind": 7, "file": "../x.png" }));
    match app.pack(given.list.to_string().as_bytes(), Files::Folder(&inner), ONE) {
        Err(Refusal::Problems(problems)) => assert_eq!(codes(&problems), ["attachment.name"]),
        other => panic!("{other:?}"),
    }
    let twins = |one: &str, other: &str| {
        Given::sound().with(7, one, small()).with(7, other, small()).refused(&app, ONE)
    };
    let told = |problems: &chengwen::intake::Problems| {
        problems.to_mend().map(|it| it.sentence.clone()).collect::<Vec<_>>().join("\n")
    };
    let problems = twins("甲.png", "甲.png");
    assert_eq!(codes(&problems), ["file.twin"]);
    assert!(told(&problems).contains("两个同名的文件“甲.png”"), "{}", told(&problems));
    let problems = twins("a.png", "A.PNG");
    assert!(codes(&problems).contains(&"attachment.twin"), "{problems:#?}");
    assert!(told(&problems).contains("只差大小写"), "{}", told(&problems));
    // The same letter composed in two ways is one name to Windows and macOS.
    let problems = twins("caf\u{E9}.png", "cafe\u{301}.png");
    assert!(codes(&problems).contains(&"attachment.twin"), "{problems:#?}");
}

#[test]
fn list_and_files_agree() {
    let app = app();
    let absent = Given::sound().listed(json!({ "kind": 7, "file": "没来.pdf" }));
    let problems = absent.refused(&app, ONE);
    assert_eq!(codes(&problems), ["attachment.absent"]);
    let sentence = &problems.to_mend().next().expect("it").sentence;
    assert!(sentence.contains("没来.pdf") && sentence.contains("核对文件名"), "{sentence}");
    let more = Given::sound().received("多的.pdf", small()).received("../y", small());
    let problems = more.refused(&app, ONE);
    assert_eq!(codes(&problems), ["file.unlisted", "file.name"]);
    let sentence = &problems.to_mend().next().expect("it").sentence;
    assert!(sentence.contains("多的.pdf"), "{sentence}");
    // In a folder there may be other files.
    let folder = tempfile::tempdir().expect("a folder");
    let given = Given::sound();
    for (name, bytes) in &given.files {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    std::fs::write(folder.path().join("别的.doc"), b"x").expect("written");
    let list = given.list.to_string();
    assert!(app.pack(list.as_bytes(), Files::Folder(folder.path()), ONE).is_ok());
    // A folder in the place of a file.
    std::fs::remove_file(folder.path().join("登记证书.png")).expect("removed");
    std::fs::create_dir(folder.path().join("登记证书.png")).expect("made");
    match app.pack(list.as_bytes(), Files::Folder(folder.path()), ONE) {
        Err(Refusal::Problems(problems)) => assert_eq!(codes(&problems), ["attachment.absent"]),
        other => panic!("{other:?}"),
    }
}

#[test]
fn pages_kinds_and_turns_that_do_not_exist() {
    let app = app();
    let item = |more: Value| {
        let mut item = json!({ "kind": 7, "title": "甲", "file": "甲.pdf" });
        for (key, value) in more.as_object().expect("entries") {
            item[key] = value.clone();
        }
        let file = Paper::of("").bytes();
        Given::sound().with_item(item, file).refused(&app, ONE)
    };
    for (more, code, pointer, part) in [
        (
            json!({ "pages": "2" }),
            "attachment.no-such-page",
            "/attachments/3/file",
            "要附第2页，但它只有 1 页",
        ),
        (
            json!({ "pages": "1-900000" }),
            "attachment.no-such-page",
            "/attachments/3/file",
            "只有 1 页",
        ),
        (json!({ "pages": "三" }), "attachment.pages", "/attachments/3/pages", "三"),
        (json!({ "pages": "3-1" }), "attachment.pages", "/attachments/3/pages", "3-1"),
        (json!({ "kind": 8 }), "number.too-large", "/attachments/3/kind", "不能大于7"),
        (json!({ "kind": 300 }), "number.too-large", "/attachments/3/kind", "不能大于7"),
    ] {
        let problems = item(more.clone());
        let found: Vec<_> = problems.to_mend().collect();
        assert_eq!(found.len(), 1, "{more}: {found:#?}");
        assert_eq!((found[0].code.as_str(), found[0].pointer.as_str()), (code, pointer), "{more}");
        assert!(found[0].sentence.contains(part), "{more}: {}", found[0].sentence);
    }
    // What the structure forbids: told by the field.
    for (more, pointer) in [
        (json!({ "rotation": 45 }), "/attachments/3/rotation"),
        (json!({ "kind": "一" }), "/attachments/3/kind"),
        (json!({ "kind": 0 }), "/attachments/3/kind"),
        (json!({ "pages": 1 }), "/attachments/3/pages"),
        (json!({ "title": "" }), "/attachments/3/title"),
        (json!({ "title": "甲\u{202E}乙" }), "/attachments/3/title"),
        (json!({ "titel": "甲" }), "/attachments/3/titel"),
    ] {
        let problems = item(more.clone());
        assert!(problems.touches(pointer), "{more}: {problems:#?}");
    }
    // A text is set by us: it has no pages to choose from, and is not turned.
    let mut given = Given::sound();
    given.list["attachments"][1]["rotation"] = json!(90);
    assert_eq!(codes(&given.refused(&app, ONE)), ["attachment.typed-pages"]);
}

#[test]
fn a_list_that_is_none() {
    let app = app();
    for (list, part) in [
        ("", ""),
        ("{", ""),
        ("[]", ""),
        ("null", ""),
        ("{}", ""),
        ("{\"programme\": \"shanxi\", \"attachments\": \"x\"}", "attachments"),
        ("{\"programme\": \"shanxi\", \"application\": [], \"attachments\": [1]}", "application"),
        ("\u{FEFF}{\"programme\": \"hebei\"}", ""),
    ] {
        match app.pack(list.as_bytes(), Files::Received(&[]), PackOptions::default()) {
            Err(Refusal::Problems(problems)) => {
                assert!(!problems.is_sound(), "{list}");
                let all = serde_json::to_string(&problems).expect("plain data");
                assert!(all.contains(part), "{list}: {all}");
            }
            Err(Refusal::Usage(sentence)) => {
                assert!(sentence.contains("shanxi"), "{list}: {sentence}");
            }
            other => panic!("{list}: {other:?}"),
        }
    }
    // Not UTF-8.
    match app.pack(b"{\"programme\": \"\xE6\"}", Files::Received(&[]), ONE) {
        Err(Refusal::Problems(problems)) => assert!(!problems.is_sound()),
        other => panic!("{other:?}"),
    }
    // A draft of nothing is refused like anything else, never a fault.
    let draft = PackOptions { draft: true, ..ONE };
    for list in ["{}", "{\"programme\": \"shanxi\"}"] {
        match app.pack(list.as_bytes(), Files::Received(&[]), draft) {
            Err(Refusal::Problems(_)) | Ok(_) => {}
            other => panic!("{list}: {other:?}"),
        }
    }
}

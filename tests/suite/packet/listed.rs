//! A list that does not agree with its files, or with itself: names, pages, kinds, turns.

use chengwen::app::{Files, PackOptions, Refusal};
use serde_json::{Value, json};

use super::made::{Corners, Paper, png};
use super::{Given, ONE, codes};
use crate::support::app;

fn small() -> Vec<u8> {
    png(&Corners::of(40, 60))
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
        (json!({ "kind": 8 }), "attachment.kind", "/attachments/3/kind", "7（其他证明材料）"),
        (json!({ "kind": 300 }), "attachment.kind", "/attachments/3/kind", "第4个附件"),
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

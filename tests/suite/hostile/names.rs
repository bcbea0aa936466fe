//! Names that lead elsewhere: of attached files, in addresses, in what is packed. None is followed, and every
//! name that we write can be unpacked on any system.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

use chengwen::app::{PackOptions, Wrapping};
use serde_json::{Value, json};
use zip::ZipArchive;

use super::{chengwen, sent};
use crate::http::running::Server;
use crate::packet::{Given, ONE, made};
use crate::support::{app, root};

/// Names of attached files that are refused, wherever they come from.
const REFUSED: [&str; 14] = [
    "../../x.png",
    "..",
    "a/../b.png",
    "/etc/passwd",
    "C:\\x.png",
    "..\\..\\x.png",
    "a\0.png",
    "a\n.png",
    " ",
    "",
    "照片\u{202E}gnp.exe",
    "零\u{200B}宽.png",
    "\u{2066}a.png",
    "a\u{7F}.png",
];

/// Names that are odd, and those of files all the same.
const ODD: [&str; 9] = [
    "CON.png",
    "nul",
    "~",
    "~root.png",
    "com1.tar.png",
    "-rf.png",
    "尾点. .png",
    "$(id).png",
    "%2e%2e%2f.png",
];

fn picture() -> Vec<u8> {
    made::png(&made::Corners::of(20, 30))
}

/// Asserts that every name of a zip stays in its folder and is legal on Windows.
fn assert_legal(zip: &[u8]) -> Vec<String> {
    let mut archive = ZipArchive::new(Cursor::new(zip)).expect("a zip");
    let mut names = Vec::new();
    let mut seen = HashSet::new();
    for at in 0..archive.len() {
        let file = archive.by_index(at).expect("a file");
        let name = String::from_utf8(file.name_raw().to_vec()).expect("UTF-8");
        assert!(!file.is_symlink() && !file.is_dir(), "{name}");
        assert!(seen.insert(name.to_lowercase()), "{name} stands twice");
        for step in name.split('/') {
            let first = step.split('.').next().expect("a part").trim_end().to_uppercase();
            let device = ["CON", "PRN", "AUX", "NUL", "COM1", "LPT1"].contains(&&*first);
            let hidden = |mark: char| {
                mark.is_control()
                    || matches!(mark, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
            };
            assert!(!step.is_empty() && !device, "{name}");
            assert!(!step.contains(['\\', ':', '*', '?', '"', '<', '>', '|']), "{name}");
            assert!(!step.chars().any(hidden) && !step.ends_with(['.', ' ']), "{name}");
            assert!(step.len() <= 255 && !matches!(step, "." | ".."), "{name}");
        }
        names.push(name);
    }
    names
}

#[test]
fn names_of_attached_files_lead_nowhere() {
    let app = app();
    let long = "长".repeat(101) + ".png";
    for name in REFUSED.into_iter().chain([&*long]) {
        let problems = Given::sound().with(7, name, picture()).refused(&app, ONE);
        let own = problems.to_mend().filter(|it| it.pointer.starts_with("/attachments/3"));
        assert!(own.count() >= 1, "{name:?}: {problems:#?}");
    }
    let mut given = Given::sound();
    for name in ODD {
        given = given.with_item(json!({ "kind": 7, "title": "其他", "file": name }), picture());
    }
    let zip = PackOptions { wrapping: Wrapping::Zip, ..ONE };
    let names = assert_legal(&given.packed(&app, zip).bytes);
    let originals = names.iter().filter(|name| name.starts_with("附件原件/")).count();
    assert_eq!(originals, given.files.len(), "{names:#?}");
}

#[test]
fn names_in_forms_lead_nowhere() {
    let server = Server::start_with("127.0.0.1:0", &[], "开放模式");
    let list = std::fs::read(root().join("samples/packets/shanxi/packet.json")).expect("a sample");
    for name in REFUSED.into_iter().filter(|name| !name.trim().is_empty()) {
        let parts = [("packet", "", &*list), ("file", name, &*picture())];
        let (status, told) = sent(&server, "/api/v1/packets", &parts);
        assert!(matches!(status, 400 | 422), "{name:?}: {status} {told}");
        assert!(!told.contains("root:"), "{told}");
        let head = "{\"unit\":\"甲\"}";
        let parts = [("with", "", head.as_bytes()), ("file", name, &*picture())];
        let (status, told) = sent(&server, "/api/v1/documents/shanxi/summary/collect", &parts);
        assert!(matches!(status, 400 | 422), "{name:?}: {status} {told}");
    }
}

#[test]
fn addresses_lead_nowhere() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_string_lossy().into_owned();
    let server = Server::start_with("127.0.0.1:0", &["--data", &folder], "开放模式");
    let steps = [
        "..%2f..%2f..%2fetc%2fpasswd",
        "%2e%2e%2f%2e%2e%2fCargo.toml",
        "..",
        "../../../../../../../../etc/passwd",
        "..%5c..%5cCargo.toml",
        "%00",
        "a%00.css",
        "%ff%fe",
        "%E2%80%AE",
        "{{7*7}}",
        "%7B%7B7*7%7D%7D",
        "%3Cscript%3Ealert(1)%3C%2Fscript%3E",
        "'%20OR%201=1--",
        "x%0d%0aSet-Cookie:%20a=b",
        "%25%32%65%25%32%65%25%32%66",
        "~",
        ".",
    ];
    let long = "a".repeat(4000);
    for place in [
        "/assets/",
        "/docs/",
        "/verify/",
        "/registry/",
        "/batches/",
        "/thumbnails/shanxi/",
        "/thumbnails/",
        "/documents/shanxi/",
        "/packets/",
        "/api/v1/batches/",
        "/api/v1/certificates/",
        "/api/v1/documents/shanxi/",
        "/api/v1/documents/",
        "/",
    ] {
        for step in steps.into_iter().chain([&*long]) {
            for last in ["", "/schema", "/result"] {
                let mut stream = server.connect();
                let request = format!(
                    "GET {place}{step}{last} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nConnection: close\r\n\r\n",
                    server.address
                );
                stream.write_all(request.as_bytes()).expect("sent");
                let mut answer = Vec::new();
                stream.read_to_end(&mut answer).expect("answered");
                let told = String::from_utf8_lossy(&answer);
                let status: u16 =
                    told.split(' ').nth(1).and_then(|it| it.parse().ok()).expect("a status");
                let asked = format!("{place}{step}{last}: {status}");
                assert!((200..500).contains(&status), "{asked}");
                // Browsers take nothing but pages for pages: they are told so.
                let page = told.contains("content-type: text/html");
                assert!(!page || !told.contains("<script>alert"), "{asked}: {told}");
                assert!(told.contains("x-content-type-options: nosniff"), "{asked}: {told}");
                for sign in ["root:", "[package]"] {
                    assert!(!told.contains(sign), "{asked}: {told}");
                }
                let (head, _) = told.split_once("\r\n\r\n").expect("a head");
                assert!(!head.to_lowercase().contains("set-cookie"), "{asked}: {head}");
            }
        }
    }
}

#[test]
#[cfg(unix)]
fn what_lies_beside_the_list_is_a_file_of_its_folder() {
    use std::os::unix::fs::symlink;
    let given = Given::sound().with(7, "甲.png", picture());
    let folder = crate::packet::in_folder(&given);
    let place = |name: &str| folder.path().join(name);
    let list: Value = given.list;
    let with = |file: &str, kind: u8| {
        let mut list = list.clone();
        let item = json!({ "kind": kind, "title": "其他", "file": file });
        list["attachments"].as_array_mut().expect("a list").push(item);
        std::fs::write(place("packet.json"), list.to_string()).expect("written");
        chengwen(&["packet", &place("packet.json").to_string_lossy(), "-o", "-"])
    };
    let other = tempfile::tempdir().expect("another folder");
    std::fs::write(other.path().join("秘密.png"), picture()).expect("written");
    symlink(other.path().join("秘密.png"), place("别处.png")).expect("made");
    symlink("/etc/passwd", place("密码.txt")).expect("made");
    symlink("/dev/zero", place("无尽.png")).expect("made");
    symlink(place("环.png"), place("环.png")).expect("made");
    std::fs::create_dir(place("夹.png")).expect("made");
    let pipe = place("管.png");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().is_ok_and(|it| it.success()));
    for (file, kind, told) in [
        ("别处.png", 7, "指向别处"),
        ("密码.txt", 3, "指向别处"),
        ("无尽.png", 7, "不是一个文件"),
        ("环.png", 7, "环.png"),
        ("夹.png", 7, "不是一个文件"),
        ("管.png", 7, "不是一个文件"),
    ] {
        let ran = with(file, kind);
        assert_eq!(ran.code, Some(1), "{file}: {}", ran.told);
        assert!(ran.told.contains(told) && ran.out.is_empty(), "{file}: {}", ran.told);
        assert!(!ran.told.contains("root:"), "{file}: {}", ran.told);
    }
    // Within the folder a link is a name.
    symlink("甲.png", place("乙.png")).expect("made");
    let ran = with("乙.png", 7);
    assert_eq!(ran.code, Some(0), "{}", ran.told);
}

#[test]
fn names_of_a_batch_are_those_of_files() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    std::fs::create_dir(place("data")).expect("made");
    // The eighth gets its row beside its name, which is the fifth's own.
    let holders = [
        "CON",
        "nul",
        "../../x",
        "a/b\\c",
        "abc（8）",
        "甲",
        "ABC",
        "abc",
        "COM1.x",
        "..",
        "\"<>|?*:",
    ];
    let row = |holder: &&str| json!({ "holder": holder, "category": { "kind": "示范单位" }, "issued_on": "2026-03-05" });
    let rows = json!(holders.iter().map(row).collect::<Vec<_>>());
    std::fs::write(place("rows.json"), rows.to_string()).expect("written");
    let batch = |names: &str| {
        let (rows, out, data) = (place("rows.json"), place("out.zip"), place("data"));
        chengwen(&[
            "batch",
            "shanxi/certificate",
            &rows,
            "-o",
            &out,
            "--data",
            &data,
            "--names",
            names,
        ])
    };
    // A pattern names fields, and works nothing out: a few letters could ask for a text without end.
    let doubled = format!("{{% set x='aa' %}}{}{{{{ x }}}}", "{% set x=x~x %}".repeat(40));
    for pattern in [
        &*doubled,
        "{{ 'a'*9999999999 }}",
        "{{ holder|indent(2000000000) }}",
        "{{ range(100000)|list }}",
        "{{ 7*7 }}",
        "{# x #}{{ holder }}",
        "{{ holder.__class__ }}",
        "{{ holder }",
    ] {
        let ran = batch(pattern);
        assert_eq!(ran.code, Some(1), "{pattern}: {}", ran.told);
        assert!(ran.told.contains("holder（名称）"), "{pattern}: {}", ran.told);
        assert!(ran.peak < 500, "{pattern}: {} MiB", ran.peak);
    }
    let ran = batch("{{ holder }}");
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    let names = assert_legal(&std::fs::read(place("out.zip")).expect("made"));
    let files = names.iter().filter(|name| name.ends_with(".pdf")).count();
    assert_eq!(files, holders.len(), "{names:#?}");
}

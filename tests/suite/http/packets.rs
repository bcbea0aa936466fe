//! Packets over HTTP: the list and its files in one body, a print file or an archive back.

use std::fs;

use chengwen::finish::read_back;
use chengwen::packet::unpack;
use serde_json::{Value, json};

use super::client::{Answer, House, form, limits, send};
use crate::support::{app, root};

const PACKETS: &str = "/api/v1/packets";

/// The parts of a form: field, file, bytes.
type Parts = Vec<(&'static str, String, Vec<u8>)>;

/// A sample packet as parts of a form: its list, changed as wanted, and the files of its folder.
fn packet(name: &str, change: impl FnOnce(&mut Value)) -> Parts {
    let folder = root().join("samples/packets").join(name);
    let read = |path| fs::read(path).expect("a sample");
    let mut list = serde_json::from_slice(&read(folder.join("packet.json"))).expect("JSON");
    change(&mut list);
    let mut parts = vec![("packet", String::new(), list.to_string().into_bytes())];
    let mut files: Vec<_> = fs::read_dir(&folder).expect("a folder").flatten().collect();
    files.sort_by_key(fs::DirEntry::file_name);
    for file in files {
        let name = file.file_name().to_string_lossy().into_owned();
        if name != "packet.json" {
            parts.push(("file", name, read(file.path())));
        }
    }
    parts
}

async fn sent(house: &House, path: &str, parts: &Parts) -> Answer {
    let parts: Vec<_> = parts
        .iter()
        .map(|(field, name, bytes)| (*field, name.as_str(), bytes.as_slice()))
        .collect();
    send(house, path, form(&parts)).await
}

fn codes(answer: &Answer) -> Vec<String> {
    let document = answer.problem(422, "invalid-record");
    let problems = document["problems"].as_array().expect("problems");
    problems.iter().map(|it| it["code"].as_str().unwrap_or_default().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_comes_back_as_an_archive_or_a_print_file() {
    let house = House::open();
    let answer = sent(&house, PACKETS, &packet("shanxi", |_| {})).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    assert_eq!(answer.header("content-type"), "application/zip");
    assert!(answer.header("content-disposition").contains("packet.zip"));
    assert_eq!((answer.header("chengwen-pages"), answer.header("chengwen-sheets")), ("26", "39"));
    let print = unpack(&answer.bytes, "-申报材料.pdf").expect("the print file");
    assert_eq!(read_back(&print).expect("a PDF").pages.len(), 78);
    let licence = fs::read(root().join("samples/packets/shanxi/营业执照.jpg")).expect("a sample");
    assert_eq!(unpack(&answer.bytes, "营业执照.jpg").expect("as received"), licence);

    let path = format!("{PACKETS}?as=pdf&copies=2&copies_as=viewer");
    let answer = sent(&house, &path, &packet("shanxi", |_| {})).await;
    assert_eq!(answer.header("content-type"), "application/pdf");
    let file = read_back(&answer.bytes).expect("a PDF");
    assert_eq!((file.pages.len(), file.copies), (26, Some(2)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_told_at_once() {
    let house = House::open();
    let mut spoilt = packet("shanxi", |list| {
        list["application"]["postcode"] = json!("12");
        list["attachments"][0]["file"] = json!("没有.jpg");
        list["attachments"].as_array_mut().expect("a list").retain(|it| it["kind"] != 3);
    });
    spoilt.push(("file", "../../x".to_owned(), b"%PDF-1.4".to_vec()));
    spoilt.push(("file", "食品检验报告.pdf".to_owned(), b"another".to_vec()));
    let found = codes(&sent(&house, PACKETS, &spoilt).await);
    for code in [
        "attachment.absent",
        "packet.missing-material",
        "file.name",
        "file.twin",
        // The plan and the licence are not in the list any more.
        "file.unlisted",
    ] {
        assert!(found.iter().any(|it| it == code), "{code} in {found:?}");
    }
    assert!(found.iter().any(|it| it.starts_with("postcode.")), "{found:?}");

    let draft = sent(
        &house,
        &format!("{PACKETS}?draft=yes&as=pdf"),
        &packet("shanxi", |list| {
            list["attachments"].as_array_mut().expect("a list").retain(|it| it["kind"] != 4);
        }),
    )
    .await;
    // The file that is listed no more is a problem of its own; a draft is printed all the same.
    assert_eq!(draft.status, 200);
    assert_ne!(draft.header("chengwen-problems"), "0");
}

#[tokio::test(flavor = "multi_thread")]
async fn options_and_parts_are_looked_at() {
    let house = House::open();
    let document =
        sent(&house, &format!("{PACKETS}?copies=12&sides=left"), &packet("shanxi", |_| {}))
            .await
            .problem(400, "query");
    assert_eq!(document["parameters"].as_array().map(Vec::len), Some(2), "{document}");
    let together = format!("{PACKETS}?as=pdf&sides=manual");
    sent(&house, &together, &packet("shanxi", |_| {})).await.problem(422, "unprintable");
    let mut stray = packet("shanxi", |_| {});
    stray.push(("other", String::new(), Vec::new()));
    sent(&house, PACKETS, &stray).await.problem(400, "not-multipart");
    sent(&house, PACKETS, &Vec::new()).await.problem(422, "no-files");
    let nowhere = packet("shanxi", |list| list["programme"] = json!("nowhere"));
    let found = sent(&house, PACKETS, &nowhere).await;
    assert_eq!(found.status, 422, "{}", String::from_utf8_lossy(&found.bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_packet_that_is_too_large_is_turned_away() {
    let small = House::with(app(), limits(|limits| limits.upload = 256 << 10));
    sent(&small, PACKETS, &packet("shanxi", |_| {})).await.problem(413, "too-large");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_looked_at_without_its_files() {
    let house = House::open();
    let path = format!("{PACKETS}/check");
    let list = |change: &dyn Fn(&mut Value)| packet("shanxi", |list| change(list)).remove(0).2;
    let sound = house.post(&path, list(&|_| {})).await.json();
    assert_eq!(sound["sound"], true, "{sound}");
    let standings: Vec<&str> = sound["materials"]
        .as_array()
        .expect("materials")
        .iter()
        .map(|line| line["standing"].as_str().expect("a word"))
        .collect();
    let present = "present";
    assert_eq!(standings, [present, present, present, present, present, "not-applicable", present]);
    // The letter has what the application says, and its own.
    let letter = &sound["papers"]["commitment"];
    assert_eq!(letter["name"], sound["papers"]["application"]["name"]);
    assert_eq!(letter["return_days"], 7);

    let spoilt = house
        .post(
            &path,
            list(&|list| {
                list["application"]["postcode"] = json!("12");
                list["commitment"]["return_days"] = json!(0);
                list["attachments"].as_array_mut().expect("a list").retain(|it| it["kind"] != 3);
            }),
        )
        .await
        .json();
    let pointers: Vec<&str> = spoilt["problems"]
        .as_array()
        .expect("problems")
        .iter()
        .map(|problem| problem["pointer"].as_str().expect("a pointer"))
        .collect();
    assert_eq!(spoilt["sound"], false);
    for pointer in ["/application/postcode", "/commitment/return_days", "/attachments"] {
        assert!(pointers.contains(&pointer), "{pointer}: {pointers:?}");
    }
    assert_eq!(spoilt["materials"][2]["standing"], "missing");
}

/// One attached file as it is shown; its size in pixels.
fn size_of(png: &[u8]) -> (u32, u32) {
    let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    assert_eq!(&png[1..4], b"PNG");
    (number(16), number(20))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attached_file_is_shown_as_it_will_be_printed() {
    let house = House::open();
    let show = async |file: &str, kind: u8, page: usize, extra: Value| {
        let mut item = json!({ "kind": kind, "file": file });
        item.as_object_mut().expect("a map").extend(extra.as_object().expect("a map").clone());
        let list = json!({ "programme": "shanxi", "attachments": [item] });
        let bytes = fs::read(root().join("samples/packets/shanxi").join(file)).expect("a sample");
        let parts = vec![
            ("packet", String::new(), list.to_string().into_bytes()),
            ("file", file.to_owned(), bytes),
        ];
        sent(&house, &format!("{PACKETS}/preview?page={page}"), &parts).await
    };
    let upright = show("营业执照.jpg", 1, 1, json!({})).await;
    assert_eq!((upright.status.as_u16(), upright.header("content-type")), (200, "image/png"));
    assert_eq!(size_of(&upright.bytes), (578, 818));
    let turned = show("营业执照.jpg", 1, 1, json!({ "rotation": 90 })).await;
    assert_ne!(turned.bytes, upright.bytes);
    // A PDF of two pages, and a text that is typeset.
    let second = show("食品检验报告.pdf", 7, 2, json!({})).await;
    assert_eq!(second.header("chengwen-pages"), "2");
    let text = show("创建方案.md", 3, 1, json!({})).await;
    assert_eq!(text.status.as_u16(), 200, "{}", String::from_utf8_lossy(&text.bytes));
    // What cannot be shown says why.
    assert_eq!(
        codes(&show("食品检验报告.pdf", 7, 3, json!({})).await),
        ["attachment.no-such-page"]
    );
    assert_eq!(codes(&show("创建方案.md", 1, 1, json!({})).await).len(), 1);
}

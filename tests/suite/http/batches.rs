//! Batches over HTTP: rows in, numbers and files out, once each.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::Request;
use chengwen::access::{Access, New};
use chengwen::app::{App, Batches, House as Rules};
use chengwen::config::Config;
use chengwen::finish::read_back;
use chengwen::http::{Mode, Office, Peer, router};
use chengwen::intake::{Record, examine};
use chengwen::jobs::{Accepted, Ledger, NewBatch, NewPrint, NewRow};
use chengwen::store::Store;
use chengwen::values::Role;
use serde_json::{Value, json};

use super::client::{Answer, House};
use super::running::Server;
use crate::support::{app, run, sample};
use crate::tables::{HEAD, ROW};

pub(crate) const BATCHES: &str = "/api/v1/batches";
const CERTIFICATE: &str = "shanxi/certificate";
pub(crate) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A house with a data directory.
pub(crate) struct Kept {
    pub(crate) house: House,
    pub(crate) batches: Batches,
    pub(crate) data: tempfile::TempDir,
}

pub(crate) async fn kept(most: usize) -> Kept {
    let data = tempfile::tempdir().expect("a folder");
    let store = Store::open(data.path()).await.expect("opened");
    with(most, data, &store, Mode::Open)
}

fn with(most: usize, data: tempfile::TempDir, store: &Store, mode: Mode) -> Kept {
    let app = Arc::new(app());
    let lease = Duration::from_secs(5);
    let rules = Rules { verify_at: None, lease, most, at_once: 2 };
    let batches = Batches::of(Arc::clone(&app), Ledger::of(store.clone()), rules);
    let office = Office::open(Arc::clone(&app), Config::default(), mode, Some(batches.clone()));
    let office = office.expect("no faults");
    Kept { house: House { router: router(Arc::clone(&office)), app, office }, batches, data }
}

/// A request about batches.
pub(crate) struct Ask<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) request_key: Option<&'a str>,
    pub(crate) kind: &'a str,
    pub(crate) as_whom: Option<&'a str>,
}

impl Default for Ask<'_> {
    fn default() -> Self {
        let kind = "application/json";
        Self { method: "POST", path: BATCHES, request_key: None, kind, as_whom: None }
    }
}

impl Ask<'_> {
    pub(crate) async fn of(&self, house: &House, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder()
            .method(self.method)
            .uri(self.path)
            .header("host", "localhost")
            .header("content-type", self.kind)
            .extension(Peer([127, 0, 0, 1].into()));
        if let Some(key) = self.request_key {
            request = request.header("idempotency-key", key);
        }
        if let Some(key) = self.as_whom {
            request = request.header("authorization", format!("Bearer {key}"));
        }
        house.ask(request.body(body.into()).expect("a request")).await
    }
}

pub(crate) fn certificates(holders: &[&str]) -> String {
    let row = |holder: &&str| json!({ "holder": holder, "category": { "kind": "示范单位" }, "issued_on": "2026-03-05" });
    json!(holders.iter().map(row).collect::<Vec<_>>()).to_string()
}

impl Kept {
    pub(crate) async fn accept(&self, query: &str, key: &str, holders: &[&str]) -> Answer {
        let path = format!("{BATCHES}?document={CERTIFICATE}{query}");
        let ask = Ask { path: &path, request_key: Some(key), ..Ask::default() };
        ask.of(&self.house, certificates(holders)).await
    }

    pub(crate) async fn ask(&self, method: &str, path: &str) -> Answer {
        Ask { method, path, ..Ask::default() }.of(&self.house, Body::empty()).await
    }

    fn work(&self) {
        let office = Arc::clone(&self.house.office);
        tokio::spawn(async move { office.work().await });
    }

    pub(crate) async fn assert_whole(&self) {
        let audit = self.batches.ledger().registry().audit(None).await.expect("audited");
        assert!(audit.is_whole(), "{audit:?}");
    }
}

/// The events of a stream that has ended: name and data.
fn events(answer: &Answer) -> Vec<(String, Value)> {
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    assert!(answer.header("content-type").starts_with("text/event-stream"));
    let text = String::from_utf8(answer.bytes.clone()).expect("UTF-8");
    let part = |event: &str, name: &str| {
        let line = event.lines().find_map(|line| line.strip_prefix(name));
        line.map(|line| line.trim().to_owned())
    };
    text.split("\n\n")
        .filter_map(|event| {
            let data = part(event, "data:")?;
            Some((part(event, "event:")?, serde_json::from_str(&data).expect("JSON")))
        })
        .collect()
}

/// What an answer says keeps to the description.
pub(crate) async fn assert_described(house: &House, schema: &str, value: &Value) {
    let found = house.get("/openapi.json").await.json();
    let schema = json!({
        "$ref": format!("#/components/schemas/{schema}"), "components": found["components"],
    });
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    let wrong: Vec<String> = validator.iter_errors(value).map(|it| it.to_string()).collect();
    assert!(wrong.is_empty(), "{wrong:?} in {value:#}");
}

fn judged(folder: &Path, pdf: &[u8]) -> usize {
    let path = folder.join("judged.pdf");
    std::fs::write(&path, pdf).expect("written");
    let told = run("qpdf", &["--check", &path.to_string_lossy()]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    read_back(pdf).expect("a PDF").pages.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_become_numbers_and_a_file_and_the_same_request_changes_nothing() {
    let kept = kept(16).await;
    let accepted = kept.accept("", "one", &["甲公司", "乙公司", "丙公司"]).await;
    assert_eq!(accepted.status, 202, "{}", String::from_utf8_lossy(&accepted.bytes));
    let told = accepted.json();
    assert_described(&kept.house, "AcceptedBatch", &told).await;
    let home = accepted.header("location").to_owned();
    assert_eq!(told["links"]["self"], home);
    assert_eq!(told["numbers"]["first"], "晋放心示〔2026〕单位0001号");
    assert_eq!(told["numbers"]["last"], "晋放心示〔2026〕单位0003号");
    let result = format!("{home}/result");
    kept.ask("GET", &result).await.problem(409, "unfinished");
    let rows = kept.ask("GET", &format!("{home}/rows")).await.json();
    assert_eq!(rows["rows"][0]["outcome"], "waiting");

    kept.work();
    let events = events(&kept.ask("GET", &format!("{home}/events")).await);
    let (name, last) = events.last().expect("an end");
    assert_eq!((name.as_str(), &last["state"]), ("end", &json!("done")));
    let (name, first) = &events[0];
    assert_eq!((name.as_str(), &first["rows"]), ("progress", &json!(3)));
    assert!(events.iter().rev().skip(1).all(|(name, _)| name == "progress"), "{events:?}");

    let file = kept.ask("GET", &result).await;
    assert_eq!((file.status.as_u16(), file.header("content-type")), (200, "application/pdf"));
    assert_eq!(file.header("content-length"), file.bytes.len().to_string());
    assert!(file.header("content-disposition").contains("filename*=UTF-8''%E8%AF%81%E4%B9%A6"));
    assert_eq!(judged(kept.data.path(), &file.bytes), 3);
    let one = kept.ask("GET", &home).await.json();
    assert_described(&kept.house, "Batch", &one).await;
    assert_eq!((&one["state"], &one["prints"][0]["done"]), (&json!("done"), &json!(3)));
    assert_eq!(one["prints"][0]["sha256"], last["sha256"]);
    let rows = kept.ask("GET", &format!("{home}/rows")).await.json();
    assert_eq!(rows["rows"][2]["number"], "晋放心示〔2026〕单位0003号");
    assert_eq!(rows["rows"][2]["outcome"], "printed");
    let sheet = kept.ask("GET", &format!("{home}/rows?as=xlsx")).await;
    assert_eq!((sheet.status.as_u16(), sheet.header("content-type")), (200, XLSX));
    assert!(sheet.bytes.starts_with(b"PK"));

    let same = kept.accept("", "one", &["甲公司", "乙公司", "丙公司"]).await;
    assert_eq!((same.status.as_u16(), same.json()["id"].clone()), (200, told["id"].clone()));
    assert_eq!(same.json()["numbers"], told["numbers"]);
    kept.accept("", "one", &["丁公司"]).await.problem(409, "key-used");
    kept.accept("&as=zip", "one", &["甲公司", "乙公司", "丙公司"]).await.problem(409, "key-used");
    let list = kept.ask("GET", BATCHES).await.json();
    assert_described(&kept.house, "Batches", &list).await;
    assert_eq!(list["batches"].as_array().map(Vec::len), Some(1));
    kept.ask("DELETE", &format!("{home}?why=x")).await.problem(409, "over");
    kept.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_printed_again_with_the_numbers_they_hold_and_files_end() {
    let kept = kept(16).await;
    kept.work();
    let accepted =
        kept.accept("&as=zip&names=%7B%7B%20number%20%7D%7D", "two", &["甲", "乙", "丙"]).await;
    assert_eq!(accepted.status, 202, "{}", String::from_utf8_lossy(&accepted.bytes));
    let home = accepted.header("location").to_owned();
    events(&kept.ask("GET", &format!("{home}/events")).await);
    let zip = kept.ask("GET", &format!("{home}/result")).await;
    assert_eq!(zip.header("content-type"), "application/zip");

    let again = format!("{home}/prints");
    let taken = kept.ask("POST", &format!("{again}?only=2-3")).await;
    let told = taken.json();
    assert_described(&kept.house, "Print", &told).await;
    assert!(matches!(taken.status.as_u16(), 200 | 202), "{told}");
    assert_eq!((&told["first"], &told["last"]), (&json!(2), &json!(3)));
    let link = |name: &str| told["links"][name].as_str().expect("a link").to_owned();
    let end = events(&kept.ask("GET", &link("events")).await);
    assert_eq!(end.last().expect("an end").1["state"], "done");
    let file = kept.ask("GET", &link("result")).await;
    assert_eq!(judged(kept.data.path(), &file.bytes), 2);
    let same = kept.ask("POST", &format!("{again}?only=2-3")).await;
    assert_eq!((same.status.as_u16(), &same.json()["print"]), (200, &told["print"]));
    for wrong in ["0", "3-2", "a", "1-2-3", ""] {
        kept.ask("POST", &format!("{again}?only={wrong}")).await.problem(400, "query");
    }
    kept.ask("POST", &format!("{again}?only=2-4")).await.problem(422, "unprintable");
    kept.ask("GET", &format!("{home}/result?print=none")).await.problem(404, "unknown-batch");
    let numbers = kept.ask("GET", &home).await.json()["numbers"].clone();
    assert_eq!(numbers["last"], "晋放心示〔2026〕单位0003号");

    kept.batches.ledger().purge(-10).await.expect("purged");
    kept.ask("GET", &link("result")).await.problem(410, "removed");
    kept.ask("GET", &format!("{home}/result")).await.problem(410, "removed");
    assert_eq!(kept.ask("GET", &home).await.json()["prints"][0]["removed"], true);
    // It is made again, of the same rows.
    kept.ask("POST", &format!("{again}?only=2-3")).await;
    events(&kept.ask("GET", &link("events")).await);
    assert_eq!(kept.ask("GET", &link("result")).await.bytes, file.bytes);
    kept.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_accepted_is_told_at_once_and_takes_no_number() {
    let kept = kept(1).await;
    let path = format!("{BATCHES}?document={CERTIFICATE}");
    let body = certificates(&["甲"]);
    let ask = |path: &'static str, key| Ask { path, request_key: key, ..Ask::default() };
    let none = Ask { path: &path, ..Ask::default() };
    none.of(&kept.house, body.clone()).await.problem(400, "idempotency-key");
    let long = "k".repeat(201);
    for key in ["", "a b", long.as_str()] {
        let ask = Ask { path: &path, request_key: Some(key), ..Ask::default() };
        ask.of(&kept.house, body.clone()).await.problem(400, "idempotency-key");
    }
    let wrong = ask("/api/v1/batches?as=doc&names=x&sides=manual&good_rows=1&copies=2", Some("k"));
    let told = wrong.of(&kept.house, body.clone()).await.problem(400, "query");
    assert_eq!(told["parameters"].as_array().map(Vec::len), Some(6), "{told}");

    let csv = format!("{HEAD}\n{ROW}\n{}\n", ROW.replace("示范单位", "x").replace("0001", "0002"));
    let csv_ask =
        |path| Ask { path, request_key: Some("table"), kind: "text/csv", ..Ask::default() };
    let told = csv_ask(&path).of(&kept.house, csv.clone()).await.problem(422, "invalid-record");
    assert_eq!((&told["problems"][0]["cell"], &told["unsound_rows"]), (&json!("D3"), &json!([1])));
    // The good rows alone, and what was left out.
    let good = format!("{path}&good_rows=yes");
    let taken = csv_ask(&good).of(&kept.house, csv).await;
    let told = taken.json();
    assert_described(&kept.house, "AcceptedBatch", &told).await;
    assert_eq!((taken.status.as_u16(), &told["rows"]), (202, &json!(1)));
    assert_eq!((&told["problems"][0]["cell"], &told["unsound_rows"]), (&json!("D3"), &json!([1])));

    let full = kept.accept("", "full", &["乙"]).await;
    full.problem(429, "busy");
    assert!(full.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds > 0));
    kept.work();
    let events_of = format!("{}/events", taken.header("location"));
    events(&kept.ask("GET", &events_of).await);
    // The number of that row is used now; it is told at its cell, also below a row that is left out.
    let used = format!("{HEAD}\n{}\n{ROW}\n", ROW.replace("示范单位", "x").replace("0001", "0009"));
    let ask = Ask { path: &good, request_key: Some("used"), kind: "text/csv", ..Ask::default() };
    let told = ask.of(&kept.house, used).await.problem(422, "invalid-record");
    assert_eq!(told["problems"][1]["code"], "number.taken", "{told}");
    assert_eq!(told["problems"][1]["cell"], "E3");
    for (method, last) in [("GET", ""), ("GET", "/rows"), ("GET", "/result"), ("GET", "/events")] {
        let path = format!("{BATCHES}/none{last}");
        kept.ask(method, &path).await.problem(404, "unknown-batch");
    }
    House::open().get(BATCHES).await.problem(409, "no-data");
    let list = kept.ask("GET", BATCHES).await.json();
    assert_eq!(list["batches"].as_array().map(Vec::len), Some(1), "{list}");
    kept.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_key_asked_by_many_at_once_is_one_batch() {
    let kept = Arc::new(kept(16).await);
    let asked: Vec<_> = (0..8)
        .map(|_| {
            let kept = Arc::clone(&kept);
            tokio::spawn(async move { kept.accept("", "race", &["甲", "乙"]).await })
        })
        .collect();
    let mut ids = std::collections::BTreeSet::new();
    for answer in asked {
        let answer = answer.await.expect("no panic");
        assert_eq!(answer.status, 202, "{}", String::from_utf8_lossy(&answer.bytes));
        ids.insert(answer.json()["id"].to_string());
    }
    assert_eq!(ids.len(), 1);
    let next = kept.accept("", "next", &["丙"]).await.json();
    assert_eq!(next["numbers"]["first"], "晋放心示〔2026〕单位0003号");
    kept.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_certificate_is_given_only_if_it_is_meant_and_once_for_each_key() {
    let kept = kept(16).await;
    kept.accept("", "first", &["甲", "乙"]).await;
    let told = kept.accept("", "second", &["甲", "丙"]).await.problem(422, "invalid-record");
    let found = &told["problems"][0];
    assert_eq!((&found["code"], &told["unsound_rows"]), (&json!("holder.waiting"), &json!([0])));
    let metrics = kept.house.get("/metrics").await;
    let text = String::from_utf8(metrics.bytes).expect("UTF-8");
    for line in [
        "chengwen_prints{state=\"waiting\"} 1",
        "chengwen_rows_to_print 2",
        "chengwen_certificates{state=\"reserved\"} 2",
    ] {
        assert!(text.contains(line), "{line} not in\n{text}");
    }
    let meant = [0, 1].map(|_| kept.accept("&anew=yes", "meant", &["甲", "丙"]));
    let [one, two] = meant;
    let (one, two) = (one.await.json(), two.await.json());
    assert_eq!(one["numbers"]["first"], "晋放心示〔2026〕单位0003号");
    assert_eq!((&one["id"], &one["numbers"]), (&two["id"], &two["numbers"]));
    let other = kept.accept("&anew=yes", "meant", &["丁"]).await;
    assert_eq!(other.status, 409, "{}", String::from_utf8_lossy(&other.bytes));
    kept.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_cancelled_keeps_its_numbers_void() {
    let kept = kept(16).await;
    let accepted = kept.accept("", "cancel", &["甲", "乙"]).await;
    let home = accepted.header("location").to_owned();
    kept.ask("POST", &format!("{home}/prints?only=1")).await.problem(409, "unfinished");
    kept.ask("DELETE", &home).await.problem(400, "query");
    let told =
        kept.ask("DELETE", &format!("{home}?why=%E5%90%8D%E5%8D%95%E6%9C%89%E8%AF%AF")).await;
    assert_eq!((told.status.as_u16(), &told.json()["cancelled"]), (200, &json!("名单有误")));
    kept.ask("DELETE", &format!("{home}?why=x")).await.problem(409, "over");
    kept.ask("GET", &format!("{home}/result")).await.problem(409, "over");
    kept.ask("POST", &format!("{home}/prints")).await.problem(409, "over");
    kept.accept("", "cancel", &["甲", "乙"]).await.problem(409, "over");
    let ends = events(&kept.ask("GET", &format!("{home}/events")).await);
    assert_eq!(ends.last().expect("an end").1["state"], "cancelled");
    let rows = kept.ask("GET", &format!("{home}/rows")).await.json();
    assert_eq!(rows["rows"][0]["outcome"], "cancelled");
    let next = kept.accept("", "next", &["丙"]).await.json();
    assert_eq!(next["numbers"]["first"], "晋放心示〔2026〕单位0003号");
    kept.assert_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_seen_by_who_asked_and_by_the_province() {
    let data = tempfile::tempdir().expect("a folder");
    let store = Store::open(data.path()).await.expect("opened");
    let access = Access::of(store.clone());
    let mut keys = Vec::new();
    for (name, role) in
        [("甲县局", Role::Bureau), ("乙县局", Role::Bureau), ("省局", Role::Province)]
    {
        let new = New { name: name.to_owned(), role, expires_at: None };
        keys.push(access.create(&new, "test").await.expect("made").1);
    }
    let kept = with(16, data, &store, Mode::Guarded(access));
    let notice = json!([sample(&kept.house.app, "shanxi-notice").record()]).to_string();
    let as_one = |key: usize, method, path| Ask {
        method,
        path,
        request_key: Some("same"),
        as_whom: Some(&keys[key]),
        ..Ask::default()
    };
    let notices = format!("{BATCHES}?document=shanxi/notice");
    let taken = as_one(0, "POST", &notices).of(&kept.house, notice.clone()).await;
    assert_eq!(taken.status, 202, "{}", String::from_utf8_lossy(&taken.bytes));
    assert_eq!(taken.json()["numbers"], Value::Null);
    let home = taken.header("location").to_owned();
    // Two offices may hit upon the same key.
    let other = as_one(1, "POST", &notices).of(&kept.house, notice.clone()).await;
    assert_eq!(other.status, 202);
    assert_ne!(other.json()["id"], taken.json()["id"]);
    for (key, status, listed) in [(0, 200, 1), (1, 404, 1), (2, 200, 2)] {
        let one = as_one(key, "GET", &home).of(&kept.house, Body::empty()).await;
        assert_eq!(one.status, status);
        let list = as_one(key, "GET", BATCHES).of(&kept.house, Body::empty()).await.json();
        assert_eq!(list["batches"].as_array().map(Vec::len), Some(listed));
    }
    let cancel = format!("{home}?why=x");
    let refused = as_one(1, "DELETE", &cancel).of(&kept.house, Body::empty()).await;
    refused.problem(404, "unknown-batch");
    // Of certificates the manifest asks for more.
    let certificates_of = format!("{BATCHES}?document={CERTIFICATE}");
    let refused = as_one(0, "POST", &certificates_of).of(&kept.house, certificates(&["甲"])).await;
    refused.problem(403, "forbidden");
    let taken = as_one(2, "POST", &certificates_of).of(&kept.house, certificates(&["甲"])).await;
    assert_eq!(taken.status, 202);
}

/// A batch that this program's template does not fit: it waits for ever.
async fn waiting(app: &App, store: &Store) -> String {
    let document = app.document(CERTIFICATE).expect("there");
    let bytes = sample(app, "shanxi-certificate").bytes;
    let examined = examine(app.catalog(), document, &bytes, 10).expect("no fault");
    let row =
        |record: Record| NewRow { place: 0, name: "第1份".to_owned(), record: record.into() };
    let rows: Vec<NewRow> = examined.records.into_iter().map(row).collect();
    let options = r#"{"form":"merged","sides":null,"standard":null,"overprint":null,"names":null}"#;
    let print = NewPrint { options, template: "another", fonts: "another", chunk: 500 };
    let new = NewBatch {
        asked_by: "test",
        asked: "test",
        document,
        verify_at: None,
        each_alone: false,
        one_each: false,
        who: "test",
        rows: &rows,
        print,
        most: 10,
    };
    match Ledger::of(store.clone()).accept(new).await.expect("no fault") {
        Accepted::New(id) => id,
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn events_outlast_every_time_limit_and_end_with_the_server() {
    let data = tempfile::tempdir().expect("a folder");
    let app = app();
    let id = waiting(&app, &Store::open(data.path()).await.expect("opened")).await;
    let folder = data.path().to_string_lossy().into_owned();
    let times = ["limits.write_seconds=1", "limits.header_seconds=1", "limits.body_seconds=1"];
    let mut arguments = vec!["--data", &*folder];
    arguments.extend(times.iter().flat_map(|time| ["--set", time]));
    let server = Server::start_with("127.0.0.1:0", &arguments, "开放模式");
    let mut stream = server.connect();
    let head = format!(
        "GET {BATCHES}/{id}/events HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let wait = Duration::from_millis(3500);
    stream.set_read_timeout(Some(wait)).expect("set");
    let (mut seen, mut part) = (Vec::new(), [0; 4096]);
    let silent = loop {
        match stream.read(&mut part) {
            Ok(0) => panic!("cut off: {}", String::from_utf8_lossy(&seen)),
            Ok(read) => seen.extend(&part[..read]),
            Err(error) => break error,
        }
    };
    // Nothing happens for longer than any limit, and the line stays open.
    assert!(matches!(silent.kind(), std::io::ErrorKind::WouldBlock), "{silent}");
    let text = String::from_utf8_lossy(&seen);
    assert!(text.starts_with("HTTP/1.1 200") && text.contains("event: progress"), "{text}");

    let told = Instant::now();
    server.signal("TERM");
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("set");
    while stream.read(&mut part).expect("it ends in good order") > 0 {}
    assert_eq!(server.end().0, Some(0));
    assert!(told.elapsed() < Duration::from_secs(20), "{:?}", told.elapsed());
}

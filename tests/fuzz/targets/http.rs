//! One request to the router, written as it goes over the wire. No answer is a fault of ours, every answer
//! is whole: its type, its length, its problem document.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use chengwen::app::{Batches, House as Rules};
use chengwen::config::Config;
use chengwen::http::{DOORS, Mode, Office, Peer, router};
use chengwen::jobs::Ledger;
use chengwen::store::Store;
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt;

use super::{Target, attachment, opened, root, samples, words_of_schemas};

pub(super) const TARGET: Target = Target { name: "http", run, seeds, words, tried: 1000 };

/// A router with a ledger behind it, and what drives it.
struct House {
    runtime: Runtime,
    router: Router,
    /// The folder of the ledger, which goes with the process.
    _data: tempfile::TempDir,
}

impl House {
    fn open() -> Self {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().expect("a runtime");
        let folder = root().join("target/tmp");
        std::fs::create_dir_all(&folder).expect("made");
        let data = tempfile::tempdir_in(folder).expect("a folder");
        let store = runtime.block_on(Store::open(data.path())).expect("opened");
        let app = Arc::new(opened());
        let rules = Rules { verify_at: None, lease: Duration::from_secs(5), most: 20, at_once: 1 };
        let batches = Batches::of(Arc::clone(&app), Ledger::of(store), rules);
        let mut config = Config::default();
        (config.limits.burst, config.limits.requests_per_second) = (u32::MAX, u32::MAX);
        let office =
            runtime.block_on(async { Office::open(app, config, Mode::Open, Some(batches)) });
        let office = office.unwrap_or_else(|faults| panic!("{faults}"));
        Self { router: router(office), runtime, _data: data }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let (document, sample) = samples().remove(0);
    for door in DOORS {
        let (programme, folder) = document.split_once('/').expect("an id");
        let path = door.path.replace("{programme}", programme).replace("{document}", folder);
        let path =
            path.replace("{number}", "1").replace("{batch}", "1").replace("{file}", "style.css");
        let path = path.replace("{code}", "ABCDEFGHJKLMNPQR");
        let head = format!("{} {path}?page=1&sides=long&as=json\n", door.method);
        let json = "content-type: application/json\nidempotency-key: a-key-of-the-search\n\n";
        let body = if door.method == "POST" { json.as_bytes() } else { b"\n" };
        let sample = if door.method == "POST" { sample.as_slice() } else { b"" };
        seeds.push([head.as_bytes(), body, sample].concat());
    }
    for (document, bytes) in samples() {
        for verb in
            ["check", "rows", "preview?page=2", "pdf?sides=manual", "collect", "xlsx", "calendar"]
        {
            let head = format!(
                "POST /api/v1/documents/{document}/{verb}\ncontent-type: application/json\n\n"
            );
            seeds.push([head.as_bytes(), &bytes].concat());
        }
    }
    seeds.extend(forms());
    seeds
}

/// Bodies that bring files.
fn forms() -> Vec<Vec<u8>> {
    let list =
        std::fs::read(root().join("samples/packets/shanxi/packet.json")).expect("the sample");
    let mut seeds = Vec::new();
    for (path, first) in [
        ("/api/v1/packets?draft=yes&copies=1", ("packet", list.as_slice())),
        ("/api/v1/packets/check", ("packet", list.as_slice())),
        ("/api/v1/packets/preview?page=1", ("packet", list.as_slice())),
        ("/api/v1/documents/shanxi/summary/collect", ("with", b"{}".as_slice())),
    ] {
        let mut body = format!("POST {path}\ncontent-type: multipart/form-data; boundary=edge\n\n")
            .into_bytes();
        let mut part = |name: &str, file: &str, bytes: &[u8]| {
            body.extend(b"--edge\r\nContent-Disposition: form-data; name=\"");
            body.extend(name.bytes());
            body.extend(format!("\"; filename=\"{file}\"\r\n\r\n").bytes());
            body.extend(bytes);
            body.extend(b"\r\n");
        };
        part(first.0, "", first.1);
        for (name, bytes) in &attachment::small()[3..] {
            part("file", name, bytes);
        }
        body.extend(b"--edge--\r\n");
        seeds.push(body);
    }
    seeds
}

fn words() -> Vec<Vec<u8>> {
    let own = [
        "host: localhost\n",
        "host: evil.example\n",
        "origin: http://localhost\n",
        "origin: null\n",
        "cookie: a=b\n",
        "authorization: Bearer cw_x\n",
        "content-type: ",
        "application/json",
        "text/csv",
        "multipart/form-data; boundary=",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "idempotency-key: ",
        "accept: text/html\n",
        "content-length: 0\n",
        "x-forwarded-for: 1.1.1.1\n",
        "sec-fetch-site: cross-site\n",
        "range: bytes=0-\n",
        "GET ",
        "POST ",
        "DELETE ",
        "PUT ",
        "HEAD ",
        "OPTIONS ",
        "?",
        "&",
        "=",
        "%",
        "%00",
        "%2F",
        "%ff",
        "%E4%B8%80",
        "/../",
        "sides=manual",
        "copies=5",
        "copies=0",
        "standard=ua-1",
        "page=",
        "page=99999999999999999999",
        "as=zip",
        "as=pdf",
        "as=xlsx",
        "as=csv",
        "draft=yes",
        "pdfa=yes",
        "named=no",
        "copies_as=viewer",
        "offset=1.5,-0.5",
        "offset=NaN,1e99",
        "overprint=yes",
        "good_rows=yes",
        "anew=yes",
        "names=",
        "only=1-2",
        "document=shanxi/certificate",
        "from=shanxi/application",
        "text=",
        "state=",
        "limit=",
        "after=",
        "case=",
        "name=",
        "why=%E5%9B%A0",
        "--edge\r\n",
        "--edge--\r\n",
        "filename=\"",
        "filename*=UTF-8''%E4%B8%80",
        "name=\"packet\"",
        "name=\"file\"",
        "name=\"with\"",
        "\r\n\r\n",
    ];
    let doors = DOORS.iter().map(|door| door.path.as_bytes().to_vec());
    own.iter().map(|word| word.as_bytes().to_vec()).chain(doors).chain(words_of_schemas()).collect()
}

/// The request that an input writes; none if no client could send it.
fn request(input: &[u8]) -> Option<Request<Body>> {
    let end = input.windows(2).position(|two| two == b"\n\n")?;
    let (head, body) = (&input[..end], &input[end + 2..]);
    let mut lines = head.split(|byte| *byte == b'\n');
    let first = lines.next()?;
    let parted = first.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::new(Body::from(body.to_vec()));
    *request.method_mut() = Method::from_bytes(&first[..parted]).ok()?;
    *request.uri_mut() = Uri::try_from(&first[parted + 1..]).ok()?;
    request.headers_mut().insert(header::HOST, HeaderValue::from_static("localhost:8080"));
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        let value = HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?;
        if name == header::HOST {
            request.headers_mut().insert(name, value);
        } else {
            request.headers_mut().append(name, value);
        }
    }
    request.extensions_mut().insert(Peer([127, 0, 0, 1].into()));
    Some(request)
}

fn run(input: &[u8]) {
    static HOUSE: OnceLock<House> = OnceLock::new();
    let Some(request) = request(input) else { return };
    let house = HOUSE.get_or_init(House::open);
    let is_head = request.method() == Method::HEAD;
    let (status, headers, body) = house.runtime.block_on(async {
        let Ok(response) = house.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let is_stream = content_type(&parts.headers).starts_with("text/event-stream");
        // A stream of events ends when its batch does, and nobody works at it here.
        let bytes = if is_stream {
            None
        } else {
            Some(body.collect().await.expect("a whole body").to_bytes())
        };
        (parts.status, parts.headers, bytes)
    });
    let Some(body) = body else { return };
    if let Some(length) = headers.get(header::CONTENT_LENGTH) {
        let length: usize = length.to_str().expect("ASCII").parse().expect("a number");
        assert!(is_head || length == body.len(), "{length} is told of {} bytes", body.len());
    }
    assert!(headers.contains_key("x-request-id"), "{headers:?}");
    answered(status, &headers, &body, is_head);
}

fn content_type(headers: &HeaderMap) -> &str {
    headers.get(header::CONTENT_TYPE).map_or("", |it| it.to_str().expect("ASCII"))
}

fn answered(status: StatusCode, headers: &HeaderMap, body: &[u8], is_head: bool) {
    let kind = content_type(headers);
    let text = String::from_utf8_lossy(&body[..body.len().min(2000)]);
    assert!(status.as_u16() < 500 || status == StatusCode::SERVICE_UNAVAILABLE, "{status}: {text}");
    assert!(body.is_empty() || !kind.is_empty(), "{status} without a type: {text}");
    if is_head {
        return assert!(body.is_empty(), "a body after HEAD: {text}");
    }
    if kind == "application/problem+json" {
        let document: Value = serde_json::from_slice(body).expect("a problem document");
        assert_eq!(document["status"], status.as_u16());
        let named = document["type"].as_str().expect("a type").strip_prefix("/problems/");
        assert!(named.is_some_and(|it| !it.is_empty()), "{document}");
        for key in ["title", "detail"] {
            let said = document[key].as_str().expect("a text");
            assert!(!said.is_empty() && !said.contains('\u{1b}'), "{document}");
        }
        if status == StatusCode::SERVICE_UNAVAILABLE {
            let known = ["not-ready", "waited-too-long"];
            assert!(known.contains(&named.unwrap_or_default()), "{document}");
        }
    } else if kind.starts_with("application/json") || kind == "application/schema+json" {
        serde_json::from_slice::<serde::de::IgnoredAny>(body).expect("JSON");
    } else if kind == "application/pdf" {
        assert!(body.starts_with(b"%PDF-"));
    } else if kind == "image/png" {
        assert!(body.starts_with(b"\x89PNG"));
    } else {
        let is_page =
            kind.starts_with("text/html") || status.is_success() || status.is_redirection();
        assert!(is_page, "{status} {kind}: {text}");
    }
}

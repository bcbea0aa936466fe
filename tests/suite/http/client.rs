//! A client of the router: what is asked, and what comes back.

use std::net::Ipv4Addr;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};
use chengwen::app::{App, Batches};
use chengwen::config::{Config, Limits};
use chengwen::http::{Mode, Office, Peer, router};
use http_body_util::BodyExt;
use serde_json::Value;
use tower::ServiceExt;

use crate::support::app;

pub(crate) const APPLICATION: &str = "/api/v1/documents/shanxi/application";
pub(crate) const COMMITMENT: &str = "/api/v1/documents/shanxi/commitment";

/// A router with the program behind it.
#[derive(Clone)]
pub(crate) struct House {
    pub(crate) app: Arc<App>,
    pub(crate) office: Arc<Office>,
    pub(crate) router: Router,
}

/// An answer, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) bytes: Vec<u8>,
}

impl House {
    pub(crate) fn open() -> Self {
        Self::with(app(), Config::default())
    }

    pub(crate) fn with(app: App, config: Config) -> Self {
        Self::of(app, config, Mode::Open)
    }

    pub(crate) fn of(app: App, config: Config, mode: Mode) -> Self {
        Self::keeping(Arc::new(app), config, mode, None)
    }

    /// With batches and certificates.
    pub(crate) fn keeping(
        app: Arc<App>,
        config: Config,
        mode: Mode,
        batches: Option<Batches>,
    ) -> Self {
        let office = Office::open(Arc::clone(&app), config, mode, batches).expect("no faults");
        Self { router: router(Arc::clone(&office)), app, office }
    }

    pub(crate) async fn ask(&self, mut request: Request<Body>) -> Answer {
        // Where the connection comes from, unless a test says otherwise.
        let peer = Peer(Ipv4Addr::LOCALHOST.into());
        if request.extensions().get::<Peer>().is_none() {
            request.extensions_mut().insert(peer);
        }
        let Ok(response) = self.router.clone().oneshot(request).await;
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.ask(get(path).body(Body::empty()).expect("a request")).await
    }

    pub(crate) async fn post(&self, path: &str, record: impl Into<Body>) -> Answer {
        self.ask(post(path).body(record.into()).expect("a request")).await
    }
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}"));
        value.to_str().expect("ASCII")
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("JSON")
    }

    /// The problem document of this status and type.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, kind: &str) -> Value {
        let text = String::from_utf8_lossy(&self.bytes);
        assert_eq!(self.status.as_u16(), status, "{text}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("cache-control"), "no-store");
        let document = self.json();
        assert_eq!(document["type"], format!("/problems/{kind}"));
        assert_eq!(document["status"], status);
        for key in ["title", "detail"] {
            let text = document[key].as_str().expect("a text");
            assert!(text.chars().any(|mark| mark > '\u{4E00}'), "{key} is Chinese: {text}");
        }
        let instance = document["instance"].as_str().expect("an instance");
        assert!(instance.ends_with(&format!("#{}", self.header("x-request-id"))), "{instance}");
        document
    }
}

/// The configuration with some limits changed.
pub(crate) fn limits(change: impl FnOnce(&mut Limits)) -> Config {
    let mut config = Config::default();
    change(&mut config.limits);
    config
}

pub(crate) fn get(path: &str) -> axum::http::request::Builder {
    Request::get(path).header(header::HOST, "localhost:8080")
}

pub(crate) fn post(path: &str) -> axum::http::request::Builder {
    Request::post(path)
        .header(header::HOST, "127.0.0.1:8080")
        .header(header::CONTENT_TYPE, "application/json")
}

/// A part of a form: the field's name, the file's name, and the bytes.
pub(crate) type FormPart<'a> = (&'a str, &'a str, &'a [u8]);

/// A body of these parts.
pub(crate) fn form(parts: &[FormPart<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (name, file, bytes) in parts {
        let file = if file.is_empty() { String::new() } else { format!("; filename=\"{file}\"") };
        let head =
            format!("--edge\r\nContent-Disposition: form-data; name=\"{name}\"{file}\r\n\r\n");
        body.extend(head.bytes());
        body.extend(*bytes);
        body.extend(b"\r\n");
    }
    body.extend(b"--edge--\r\n");
    body
}

/// Sends a form.
pub(crate) async fn send(house: &House, path: &str, body: Vec<u8>) -> Answer {
    let request = post(path).body(Body::from(body)).expect("a request");
    let (mut parts, body) = request.into_parts();
    let kind = "multipart/form-data; boundary=edge".parse().expect("a header");
    parts.headers.insert(header::CONTENT_TYPE, kind);
    house.ask(Request::from_parts(parts, body)).await
}

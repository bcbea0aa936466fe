//! What a request asks for: the document in its path, and the record in its body.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use super::caller::Caller;
use super::office::Office;
use super::problem::{
    BUSY, CONTENT_TYPE, INCOMPLETE, Problem, SLOW_BODY, TOO_LARGE, UNKNOWN_DOCUMENT,
};
use super::room::Room;
use crate::app::Refusal;

/// The one media type of records.
const JSON: &str = "application/json";

/// The name of a document that exists (`programme/document`).
pub(super) struct Named(pub(super) String);

impl FromRequestParts<Arc<Office>> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Problem> {
        type Names = Path<(String, String)>;
        let path: Result<Names, PathRejection> = Path::from_request_parts(parts, office).await;
        let Ok(Path((programme, document))) = path else {
            return Err(Problem::new(UNKNOWN_DOCUMENT, "地址不是 UTF-8 文字"));
        };
        let name = format!("{programme}/{document}");
        match office.app.document(&name) {
            Ok(_) => Ok(Self(name)),
            Err(Refusal::Usage(sentence)) => Err(Problem::new(UNKNOWN_DOCUMENT, sentence)),
            Err(other) => Err(other.into()),
        }
    }
}

/// The name of a document that exists and that the caller may have printed.
pub(super) struct Printable(pub(super) String);

impl FromRequestParts<Arc<Office>> for Printable {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Problem> {
        let Named(name) = Named::from_request_parts(parts, office).await?;
        let caller = Caller::from_request_parts(parts, office).await?;
        caller.must_be(office.app.document(&name)?.manifest.role)?;
        Ok(Self(name))
    }
}

/// The bytes of a record, within the limits of size and time, and the room that they take of what all
/// requests have together.
pub(super) struct Record(pub(super) Bytes, pub(super) Room);

/// A few bytes of JSON, such as a key.
pub(super) struct Note(pub(super) Bytes);

/// What a note may have, in bytes.
const NOTE: usize = 4 << 10;

impl FromRequest<Arc<Office>> for Note {
    type Rejection = Problem;

    async fn from_request(request: Request, office: &Arc<Office>) -> Result<Self, Problem> {
        must_be_json(request.headers())?;
        let bytes = received(request.into_body(), NOTE, office.config.limits.body_time).await?;
        Ok(Self(bytes))
    }
}

impl FromRequest<Arc<Office>> for Record {
    type Rejection = Problem;

    async fn from_request(request: Request, office: &Arc<Office>) -> Result<Self, Problem> {
        must_be_json(request.headers())?;
        let limits = &office.config.limits;
        let (bytes, room) =
            bounded(office, request.into_body(), limits.body, limits.body_time).await?;
        Ok(Self(bytes, room))
    }
}

/// A body within its limits, and the room that it takes.
pub(super) async fn bounded(
    office: &Office,
    body: Body,
    limit: usize,
    time: Duration,
) -> Result<(Bytes, Room), Problem> {
    let room = room_for(office, &body, limit)?;
    Ok((received(body, limit, time).await?, room))
}

/// Room for a body that may have so many bytes.
pub(super) fn room_for(office: &Office, body: &Body, limit: usize) -> Result<Room, Problem> {
    let hint = body.size_hint();
    if hint.lower() > limit as u64 {
        return Err(too_large(limit));
    }
    // What does not say how long it is may be as long as it may.
    let upper = hint.upper().and_then(|upper| usize::try_from(upper).ok());
    office.bodies.take(upper.map_or(limit, |upper| upper.min(limit))).ok_or_else(|| {
        let detail = "正在接收的数据太多，请在 1 秒后再试";
        Problem::new(BUSY, detail).with(header::RETRY_AFTER, 1.into())
    })
}

/// What is told of a body that is longer than it may be.
pub(super) fn too_large(limit: usize) -> Problem {
    let told =
        if limit >> 20 > 0 { format!("{} MiB", limit >> 20) } else { format!("{limit} 字节") };
    Problem::new(TOO_LARGE, format!("数据不能超过 {told}"))
}

/// What is told of a body that breaks off.
pub(super) fn incomplete() -> Problem {
    Problem::new(INCOMPLETE, "连接中断，数据没有收完")
}

/// What is told of a body that takes longer than it may.
pub(super) fn too_slow(time: Duration) -> Problem {
    let detail = format!("数据应在 {} 秒内发完", time.as_secs_f64());
    // What is left of the body must not be read as the next request.
    let close = HeaderValue::from_static("close");
    Problem::new(SLOW_BODY, detail).with(header::CONNECTION, close)
}

/// A body within its limits.
async fn received(body: Body, limit: usize, time: Duration) -> Result<Bytes, Problem> {
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large(limit));
    }
    match tokio::time::timeout(time, whole(body, limit)).await {
        Ok(Ok(Some(bytes))) => Ok(bytes),
        Ok(Ok(None)) => Err(too_large(limit)),
        Ok(Err(_)) => Err(incomplete()),
        Err(_) => Err(too_slow(time)),
    }
}

/// The whole body; `None` if it is too large.
async fn whole(body: Body, limit: usize) -> Result<Option<Bytes>, axum::Error> {
    use http_body_util::{BodyExt, LengthLimitError, Limited};
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(Some(collected.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        Err(error) => Err(axum::Error::new(error)),
    }
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let refuse = |detail: String| Err(wrong_type(JSON, detail));
    let given = text(header::CONTENT_TYPE);
    let mut parts = given.split(';').map(str::trim);
    if !parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case(JSON)) {
        let given = if given.is_empty() { "空" } else { given };
        return refuse(format!("Content-Type 应为 {JSON}，现为{given}"));
    }
    for parameter in parts.filter(|parameter| !parameter.is_empty()) {
        let value = parameter.to_ascii_lowercase().replace('"', "");
        if value != "charset=utf-8" {
            return refuse(format!("Content-Type 应为 {JSON}（UTF-8），不认识“{parameter}”"));
        }
    }
    must_be_plain(headers, JSON)
}

/// What is told of a body of another type than the one accepted.
pub(super) fn wrong_type(accepted: &'static str, detail: String) -> Problem {
    let name = HeaderName::from_static("accept-post");
    Problem::new(CONTENT_TYPE, detail).with(name, HeaderValue::from_static(accepted))
}

/// Bodies come as they are: what is packed small may unfold to anything.
pub(super) fn must_be_plain(headers: &HeaderMap, accepted: &'static str) -> Result<(), Problem> {
    let coded = headers.get(header::CONTENT_ENCODING).map(|value| value.to_str());
    match coded.map(Result::unwrap_or_default) {
        None | Some("" | "identity") => Ok(()),
        Some(coded) => {
            let detail = format!("数据不能压缩，Content-Encoding 现为 {coded}");
            Err(wrong_type(accepted, detail))
        }
    }
}

//! The outermost layer: every answer gets its id, its headers, a line in the log and a count.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

use super::caller::Asked;
use super::office::Office;
use super::problem::Problem;

/// The header of the request's id, asked and answered.
pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What a browser may do with our answers: nothing but show them, with files of ours only.
const SECURITY: [(HeaderName, HeaderValue); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; \
             frame-ancestors 'none'",
        ),
    ),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("same-origin"),
    ),
];

pub(super) async fn watch(
    State(office): State<Arc<Office>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let id = id_of(request.headers());
    let method = request.method().clone();
    let path = request.uri().path().to_owned();
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route = matched.as_deref().unwrap_or("unknown");
    // A browser that goes somewhere is told in a page; programs are told what programs read.
    let wants_page = method == Method::GET
        && !path.starts_with("/api/")
        && request.headers().get(header::ACCEPT).is_some_and(|accept| {
            accept.to_str().is_ok_and(|accept| accept.starts_with("text/html"))
        });
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        problem.write(&mut response, &path, &id, wants_page);
        if method == Method::HEAD {
            *response.body_mut() = Body::empty();
        }
    }
    let headers = response.headers_mut();
    // A page that needs less, or may do less, says so itself.
    for (name, value) in SECURITY {
        headers.entry(name).or_insert(value);
    }
    // An id of ours or one that was looked at: always a header value.
    headers.extend(HeaderValue::from_str(&id).map(|id| (REQUEST_ID, id)));
    let (status, took) = (response.status().as_u16(), started.elapsed());
    office.meters.answered(method_name(&method), route, status, took);
    let ms = took.as_secs_f64() * 1e3;
    let key = response.extensions_mut().remove::<Asked>().and_then(|asked| asked.0);
    tracing::info!(%method, route, status, ms, id, key, "answered");
    response
}

/// The client's id if it is plain and short, else a new one.
fn id_of(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        (1..=64).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let given = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).filter(plain);
    given.map_or_else(new_id, str::to_owned)
}

/// Unique in this process, and told apart from those of the last one.
fn new_id() -> String {
    static PROCESS: OnceLock<u32> = OnceLock::new();
    static NUMBER: AtomicU64 = AtomicU64::new(1);
    // The only randomness that the standard library gives; enough to tell processes apart.
    let process = PROCESS.get_or_init(|| (RandomState::new().hash_one(0) >> 32) as u32);
    format!("{process:08x}-{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

/// A method of the standard by its name; clients may invent any number of others.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::PATCH => "PATCH",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

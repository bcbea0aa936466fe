//! Answers: a file with its name and its advice, and texts that a client may keep.

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use super::problem::Problem;
use crate::app::{AttachedPage, Packed, Rendered};
use crate::digest::Digest;
use crate::intake::{Examination, Problem as Found, Problems};

/// How many problems must be mended.
pub(super) const PROBLEMS: HeaderName = HeaderName::from_static("chengwen-problems");
/// How many advices there are.
pub(super) const ADVICE: HeaderName = HeaderName::from_static("chengwen-advice");
/// The advices' sentences: a JSON array, percent-encoded UTF-8.
pub(super) const SENTENCES: HeaderName = HeaderName::from_static("chengwen-advice-sentences");
/// The sentences of what must be mended, written likewise, where a picture is shown all the same.
pub(super) const TO_MEND: HeaderName = HeaderName::from_static("chengwen-problem-sentences");
/// The pages of the document, padding included.
pub(super) const PAGES: HeaderName = HeaderName::from_static("chengwen-pages");
/// A mark of each page, in order: where it differs from the last preview's, the page looks different.
pub(super) const MARKS: HeaderName = HeaderName::from_static("chengwen-page-marks");
/// The sheets of paper that one copy takes.
pub(super) const SHEETS: HeaderName = HeaderName::from_static("chengwen-sheets");

/// Of so many pages the marks are told; nobody watches more of them change.
const MARKS_AT_MOST: usize = 100;

/// So long may the sentences be; common servers and proxies take 8 KiB for all headers.
const SENTENCES_AT_MOST: usize = 4096;

/// What stands as it is in a value of RFC 8187 (`attr-char`).
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'!')
    .remove(b'#')
    .remove(b'$')
    .remove(b'&')
    .remove(b'+')
    .remove(b'-')
    .remove(b'.')
    .remove(b'^')
    .remove(b'_')
    .remove(b'`')
    .remove(b'|')
    .remove(b'~');

/// How a browser takes a file.
#[derive(Debug, Clone, Copy)]
pub(super) enum Disposition {
    /// Saved under its name.
    Attachment,
    /// Shown in the page.
    Inline,
}

/// A file that is ready to be sent.
struct Ready<'a> {
    file_name: &'a str,
    pages: usize,
    sheets: usize,
    problems: &'a Problems,
}

/// A finished file. `plain_name` stands in for its name where a client knows ASCII only.
pub(super) fn file(rendered: Rendered, plain_name: &str, disposition: Disposition) -> Response {
    let Rendered { bytes, file_name, pages, sheets, marks, problems, .. } = rendered;
    let ready = Ready { file_name: &file_name, pages, sheets, problems: &problems };
    let mut headers = headers(&ready, plain_name, disposition);
    if !marks.is_empty() {
        let told: Vec<String> =
            marks.iter().take(MARKS_AT_MOST).map(|mark| format!("{mark:016x}")).collect();
        headers.extend(HeaderValue::try_from(told.join(",")).map(|value| (MARKS, value)));
    }
    (headers, bytes).into_response()
}

/// A packet; its pages are those of one copy, its sheets those of all.
pub(super) fn packet(packed: Packed) -> Response {
    let Packed { bytes, file_name, pages, sheets, problems, .. } = packed;
    let ready = Ready { file_name: &file_name, pages, sheets, problems: &problems };
    (headers(&ready, "packet", Disposition::Attachment), bytes).into_response()
}

/// A page of an attached file; its pages are those that the file gives.
pub(super) fn picture(shown: AttachedPage) -> Response {
    let AttachedPage { picture, pages, problems } = shown;
    let ready =
        Ready { file_name: "附件.png", pages, sheets: pages.div_ceil(2), problems: &problems };
    let mut headers = headers(&ready, "attachment", Disposition::Inline);
    let told = sentences(problems.to_mend());
    headers.extend(HeaderValue::try_from(told).map(|value| (TO_MEND, value)));
    (headers, picture).into_response()
}

/// A file of the registry; its Chinese name stands beside the plain one.
pub(super) fn plain_file(
    bytes: Vec<u8>,
    file_name: &str,
    plain: &str,
    kind: &'static str,
) -> Response {
    let named = format!(
        "attachment; filename=\"{plain}\"; filename*=UTF-8''{}",
        utf8_percent_encode(file_name, PLAIN)
    );
    let fixed = [(header::CONTENT_TYPE, kind), (header::CACHE_CONTROL, "no-store")];
    let mut response = (fixed, bytes).into_response();
    // ASCII by its making.
    let named = HeaderValue::try_from(named).map(|value| (header::CONTENT_DISPOSITION, value));
    response.headers_mut().extend(named);
    response
}

fn headers(ready: &Ready<'_>, plain_name: &str, disposition: Disposition) -> HeaderMap {
    let ending = ready.file_name.rsplit('.').next().unwrap_or_default();
    let media_type = match ending {
        "png" => "image/png",
        "zip" => "application/zip",
        _ => "application/pdf",
    };
    let how = match disposition {
        Disposition::Attachment => "attachment",
        Disposition::Inline => "inline",
    };
    let named = named(how, &format!("{plain_name}.{ending}"), ready.file_name);
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(PAGES, ready.pages.into());
    headers.insert(SHEETS, ready.sheets.into());
    headers.insert(PROBLEMS, ready.problems.to_mend().count().into());
    headers.insert(ADVICE, ready.problems.advice().count().into());
    let texts =
        [(header::CONTENT_DISPOSITION, named), (SENTENCES, sentences(ready.problems.advice()))];
    for (name, text) in texts {
        // Both are ASCII by their making.
        headers.extend(HeaderValue::try_from(text).map(|value| (name, value)));
    }
    headers
}

/// How a file is called: `plain_name` where a client knows ASCII only.
pub(super) fn named(how: &str, plain_name: &str, file_name: &str) -> String {
    format!(
        "{how}; filename=\"{}\"; filename*=UTF-8''{}",
        ascii(plain_name),
        utf8_percent_encode(file_name, PLAIN)
    )
}

/// The answer of a check: 200 with the advice, or the problems.
pub(super) fn checked(examined: &Examination) -> Result<Response, Problem> {
    if !examined.problems.is_sound() {
        return Err(Problem::of_record(&examined.problems));
    }
    let advice: Vec<_> = examined.problems.advice().collect();
    Ok(json_of(&json!({ "sound": true, "advice": advice })))
}

/// JSON that nobody keeps.
pub(super) fn json_of(value: &serde_json::Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, value.to_string()).into_response()
}

/// A text that a client may keep and ask after: with a strong tag of its bytes, or 304.
pub(super) fn kept(asked: &HeaderMap, media_type: &'static str, bytes: &Bytes) -> Response {
    let mut response =
        ([(header::CONTENT_TYPE, media_type), (header::CACHE_CONTROL, "no-cache")], bytes.clone())
            .into_response();
    tag(&mut response, asked, bytes);
    response
}

/// Gives an answer a strong tag; whoever has these bytes already gets 304.
pub(super) fn tag(response: &mut Response, asked: &HeaderMap, bytes: &[u8]) {
    let tag = format!("\"{}\"", &Digest::of(bytes).as_str()[..32]);
    let held = asked.get_all(header::IF_NONE_MATCH).iter().filter_map(|tags| tags.to_str().ok());
    let fresh = held
        .flat_map(|tags| tags.split(','))
        .map(str::trim)
        .any(|held| held == "*" || held.trim_start_matches("W/") == tag);
    response.headers_mut().extend(HeaderValue::try_from(&tag).map(|tag| (header::ETAG, tag)));
    if fresh {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = axum::body::Body::empty();
        for name in [header::CONTENT_TYPE, header::CONTENT_LENGTH] {
            response.headers_mut().remove(name);
        }
    }
}

/// As many of these sentences as a header holds.
fn sentences<'a>(found: impl Iterator<Item = &'a Found>) -> String {
    let mut told: Vec<&str> = found.map(|problem| problem.sentence.as_str()).collect();
    loop {
        let text = utf8_percent_encode(&json!(told).to_string(), PLAIN).to_string();
        if text.len() <= SENTENCES_AT_MOST {
            return text;
        }
        told.pop();
    }
}

fn ascii(name: &str) -> String {
    let plain = |mark: char| mark.is_ascii_alphanumeric() || "-_.".contains(mark);
    name.chars().map(|mark| if plain(mark) { mark } else { '-' }).collect()
}

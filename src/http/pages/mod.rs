//! The web pages: made here from templates that are part of the program, with one stylesheet and small
//! scripts; nothing is asked of anyone else.

mod batches;
pub(super) mod broken;
pub(super) mod drawn;
mod fill;
mod plain;
mod registry;
mod start;
mod templates;
mod thumbnails;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::{Value, context};

use super::answer;
use super::caller::Caller;
use super::office::{Mode, Office};
use super::problem::{Problem, UNKNOWN_ROUTE};
use crate::store::in_china;

pub(super) use batches::{list as batches, new as batch_new, one as batch};
pub(super) use fill::{document, packet};
pub(super) use plain::{help, sign_in};
pub(super) use registry::{one as certificate, ranges, search as registry};
pub(super) use start::start;
use templates::written;
pub(super) use thumbnails::thumbnail;

/// The media types of what the pages ask for.
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the pages ask for: name, media type, text.
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", CSS, include_str!("style.css")),
    ("session.js", SCRIPT, include_str!("session.js")),
    ("ask.js", SCRIPT, include_str!("ask.js")),
    ("drops.js", SCRIPT, include_str!("drops.js")),
    ("draft_file.js", SCRIPT, include_str!("fill/draft_file.js")),
    ("hidden.js", SCRIPT, include_str!("fill/hidden.js")),
    ("fill.css", CSS, include_str!("fill/fill.css")),
    ("record.js", SCRIPT, include_str!("fill/record.js")),
    ("problems.js", SCRIPT, include_str!("fill/problems.js")),
    ("preview.js", SCRIPT, include_str!("fill/preview.js")),
    ("draft.js", SCRIPT, include_str!("fill/draft.js")),
    ("columns.js", SCRIPT, include_str!("fill/columns.js")),
    ("cell_input.js", SCRIPT, include_str!("fill/cell_input.js")),
    ("cursor.js", SCRIPT, include_str!("fill/cursor.js")),
    ("grid.js", SCRIPT, include_str!("fill/grid.js")),
    ("in_lists.js", SCRIPT, include_str!("fill/in_lists.js")),
    ("pasted.js", SCRIPT, include_str!("fill/pasted.js")),
    ("press.js", SCRIPT, include_str!("fill/press.js")),
    ("table.js", SCRIPT, include_str!("fill/table.js")),
    ("region.js", SCRIPT, include_str!("fill/region.js")),
    ("form.js", SCRIPT, include_str!("fill/form.js")),
    ("packet.js", SCRIPT, include_str!("fill/packet.js")),
    ("attachments.js", SCRIPT, include_str!("fill/attachments.js")),
    ("attached_line.js", SCRIPT, include_str!("fill/attached_line.js")),
    ("send.js", SCRIPT, include_str!("fill/send.js")),
    ("shelf.js", SCRIPT, include_str!("fill/shelf.js")),
    ("gather.js", SCRIPT, include_str!("fill/gather.js")),
    ("calendar.js", SCRIPT, include_str!("fill/calendar.js")),
    ("document.js", SCRIPT, include_str!("fill/document.js")),
    ("actions.js", SCRIPT, include_str!("actions.js")),
    ("batches.css", CSS, include_str!("batches/batches.css")),
    ("batch_new.js", SCRIPT, include_str!("batches/new.js")),
    ("list_file.js", SCRIPT, include_str!("batches/list_file.js")),
    ("found.js", SCRIPT, include_str!("batches/found.js")),
    ("batch.js", SCRIPT, include_str!("batches/one.js")),
    ("certificate.js", SCRIPT, include_str!("registry/one.js")),
    ("icon.svg", "image/svg+xml", include_str!("icon.svg")),
];

/// GET /assets/{file}
pub(super) async fn asset(Path(file): Path<String>, asked: HeaderMap) -> Result<Response, Problem> {
    let known = FILES.iter().find(|(name, ..)| *name == file);
    let (_, media_type, text) = known.ok_or_else(|| Problem::new(UNKNOWN_ROUTE, "没有这个文件"))?;
    Ok(answer::kept(&asked, media_type, &Bytes::from_static(text.as_bytes())))
}

/// Who looks at a page, as the head of each tells it.
fn visitor(mode: &Mode, caller: &Caller) -> Value {
    context! {
        open => matches!(mode, Mode::Open),
        name => caller.holder.as_ref().map(|holder| holder.name.clone()),
        role => caller.role.title(),
        session => caller.session.is_some(),
    }
}

/// The page of what needs a data directory, where there is none.
fn without_data(office: &Office, caller: &Caller, what: &str) -> Result<Response, Problem> {
    let seen = context! { visitor => visitor(&office.mode, caller), what };
    page(StatusCode::OK, "no_data.html", seen)
}

/// A moment as clerks write it, in China.
fn when(at: i64) -> String {
    in_china(at).map(|at| at.format("%Y-%m-%d %H:%M").to_string()).unwrap_or_default()
}

/// A text as a part of an address.
fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

/// A page as an answer. What it says depends on who asks, so nobody keeps it.
fn page(status: StatusCode, name: &str, seen: Value) -> Result<Response, Problem> {
    let html = written(name, seen)?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Cookie"),
    ];
    Ok((status, headers, html).into_response())
}

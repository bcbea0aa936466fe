//! The web pages: made here from templates that are part of the program, with one stylesheet and small
//! scripts; nothing is asked of anyone else.

mod broken;
mod fill;
mod plain;
mod start;
mod thumbnails;

use axum::body::Bytes;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::{Environment, UndefinedBehavior, Value, context};

use super::answer;
use super::caller::Caller;
use super::office::Mode;
use super::problem::{Problem, UNKNOWN_ROUTE};
use crate::fault::Fault;

pub(super) use broken::broken;
pub(super) use fill::{document, packet};
pub(super) use plain::{help, sign_in};
pub(super) use start::start;
pub(super) use thumbnails::{Thumbnails, thumbnail};

/// The templates, by name; those of pages extend the first.
const TEMPLATES: &[(&str, &str)] = &[
    ("layout.html", include_str!("layout.html")),
    ("start.html", include_str!("start.html")),
    ("help.html", include_str!("help.html")),
    ("sign_in.html", include_str!("sign_in.html")),
    ("broken.html", include_str!("broken.html")),
    ("fields.html", include_str!("fill/fields.html")),
    ("fill.html", include_str!("fill/fill.html")),
    ("document.html", include_str!("fill/document.html")),
    ("packet.html", include_str!("fill/packet.html")),
];

/// The media types of what the pages ask for.
const CSS: &str = "text/css; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the pages ask for: name, media type, text.
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", CSS, include_str!("style.css")),
    ("session.js", SCRIPT, include_str!("session.js")),
    ("ask.js", SCRIPT, include_str!("ask.js")),
    ("fill.css", CSS, include_str!("fill/fill.css")),
    ("record.js", SCRIPT, include_str!("fill/record.js")),
    ("problems.js", SCRIPT, include_str!("fill/problems.js")),
    ("preview.js", SCRIPT, include_str!("fill/preview.js")),
    ("draft.js", SCRIPT, include_str!("fill/draft.js")),
    ("columns.js", SCRIPT, include_str!("fill/columns.js")),
    ("table.js", SCRIPT, include_str!("fill/table.js")),
    ("region.js", SCRIPT, include_str!("fill/region.js")),
    ("form.js", SCRIPT, include_str!("fill/form.js")),
    ("packet.js", SCRIPT, include_str!("fill/packet.js")),
    ("attachments.js", SCRIPT, include_str!("fill/attachments.js")),
    ("send.js", SCRIPT, include_str!("fill/send.js")),
    ("shelf.js", SCRIPT, include_str!("fill/shelf.js")),
    ("gather.js", SCRIPT, include_str!("fill/gather.js")),
    ("calendar.js", SCRIPT, include_str!("fill/calendar.js")),
    ("document.js", SCRIPT, include_str!("fill/document.js")),
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

/// A page as text.
fn written(name: &str, seen: Value) -> Result<String, Fault> {
    let fault = |error: minijinja::Error| Fault::new(format!("网页 {name} 写不出来：{error:#}"));
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    for &(name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(fault)?;
    }
    environment.get_template(name).and_then(|page| page.render(seen)).map_err(fault)
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

//! `/docs`: Swagger UI, whose files come with a crate, so that the page asks nothing outside.
//!
//! The page has no script and no style of its own inside, as our content security policy demands.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};
use utoipa_swagger_ui_vendored::SWAGGER_UI_VENDORED;

use super::answer;
use super::office::Office;
use super::problem::{Problem, UNKNOWN_ROUTE};
use super::query::NoQuery;
use crate::fault::Fault;
use crate::packet::unpack;

const PAGE: &str = include_str!("docs/index.html");
const START: &str = include_str!("docs/start.js");

/// The files that the page asks for: name here, place in the crate's archive, media type.
const FILES: [(&str, &str, &str); 4] = [
    ("swagger-ui.css", "/dist/swagger-ui.css", "text/css; charset=utf-8"),
    ("swagger-ui-bundle.js", "/dist/swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("favicon-32x32.png", "/dist/favicon-32x32.png", "image/png"),
    // Apache-2.0 wants to go with the files.
    ("LICENSE", "/LICENSE", "text/plain; charset=utf-8"),
];

/// The files of the page, by name, with their media types.
pub(super) struct Pages(Vec<(&'static str, &'static str, Bytes)>);

impl Pages {
    /// Unpacks the files.
    pub(super) fn open() -> Result<Self, Fault> {
        let mut files = vec![(
            "start.js",
            "text/javascript; charset=utf-8",
            Bytes::from_static(START.as_bytes()),
        )];
        for (name, place, media_type) in FILES {
            files.push((name, media_type, unpack(SWAGGER_UI_VENDORED, place)?.into()));
        }
        Ok(Self(files))
    }
}

/// GET /docs
pub(super) async fn page(_: NoQuery, asked: HeaderMap) -> Response {
    answer::kept(&asked, "text/html; charset=utf-8", &Bytes::from_static(PAGE.as_bytes()))
}

/// GET /docs/
pub(super) async fn slash() -> Redirect {
    Redirect::permanent("/docs")
}

/// GET /docs/{file}
pub(super) async fn file(
    State(office): State<Arc<Office>>,
    Path(file): Path<String>,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let known = office.pages.0.iter().find(|(name, _, _)| *name == file);
    let (_, media_type, bytes) =
        known.ok_or_else(|| Problem::new(UNKNOWN_ROUTE, "没有这个文件"))?;
    Ok(answer::kept(&asked, media_type, bytes))
}

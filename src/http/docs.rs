//! `/docs`: Swagger UI, whose files come with a crate, so that the page asks nothing outside.
//!
//! The page has no script and no style of its own inside, as our content security policy demands.

pub(super) mod files;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{Redirect, Response};

use super::answer;
use super::office::Office;
use super::problem::{Problem, UNKNOWN_ROUTE};
use super::query::NoQuery;

const PAGE: &str = include_str!("docs/index.html");

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
    let known = office.docs.find(&file);
    let (media_type, bytes) = known.ok_or_else(|| Problem::new(UNKNOWN_ROUTE, "没有这个文件"))?;
    Ok(answer::kept(&asked, media_type, bytes))
}

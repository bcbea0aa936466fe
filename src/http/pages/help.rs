//! How to print, and what to do when it went wrong.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;

use super::{page, visitor};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::problem::Problem;
use crate::http::query::NoQuery;

/// GET /help
pub(in crate::http) async fn help(
    State(office): State<Arc<Office>>,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    page(StatusCode::OK, "help.html", context! { visitor => visitor(&office.mode, &caller) })
}

//! Where a key is typed, so that a browser may act for its holder.

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

/// GET /sign-in
pub(in crate::http) async fn sign_in(
    State(office): State<Arc<Office>>,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    page(StatusCode::OK, "sign_in.html", context! { visitor => visitor(&office.mode, &caller) })
}

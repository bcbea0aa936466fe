//! Pages of which only the head depends on who asks: how to print, and where a key is typed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::{page, visitor};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::problem::Problem;
use crate::http::query::NoQuery;

type Shared = State<Arc<Office>>;

/// GET /help
pub(in crate::http) async fn help(
    State(office): Shared,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    // Those that are printed on prepared paper, as far as the caller may have them.
    let documents = office.app.catalog().documents();
    let sheets: Vec<Value> = documents
        .filter(|it| it.manifest.overprint && caller.role >= it.manifest.role)
        .map(|it| {
            let address = format!("/api/v1/documents/{}/calibration", it.id);
            context! { name => &it.manifest.name, address }
        })
        .collect();
    let seen = context! { visitor => visitor(&office.mode, &caller), sheets };
    page(StatusCode::OK, "help.html", seen)
}

/// GET /sign-in
pub(in crate::http) async fn sign_in(
    State(office): Shared,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let seen = context! { visitor => visitor(&office.mode, &caller) };
    page(StatusCode::OK, "sign_in.html", seen)
}

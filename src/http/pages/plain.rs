//! Pages of which only the head depends on who asks: how to print, and where a key is typed.

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

type Shared = State<Arc<Office>>;

/// GET /help
pub(in crate::http) async fn help(
    State(office): Shared,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    plain("help.html", &office, &caller)
}

/// GET /sign-in
pub(in crate::http) async fn sign_in(
    State(office): Shared,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    plain("sign_in.html", &office, &caller)
}

fn plain(name: &str, office: &Office, caller: &Caller) -> Result<Response, Problem> {
    page(StatusCode::OK, name, context! { visitor => visitor(&office.mode, caller) })
}

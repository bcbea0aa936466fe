//! The routes of a browser's session: opened with a key, asked who it is, closed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::asked::Note;
use super::caller::{Caller, no_good_key};
use super::office::{Mode, Office};
use super::problem::{NO_KEYS, NOT_JSON, Problem};
use super::query::NoQuery;

#[derive(Deserialize)]
struct Login {
    key: String,
}

/// POST /api/v1/session
pub(super) async fn open(
    State(office): State<Arc<Office>>,
    _: NoQuery,
    Note(body): Note,
) -> Result<Response, Problem> {
    let Mode::Guarded(access) = &office.mode else {
        return Err(Problem::new(NO_KEYS, "这里没有设密钥，不用登录"));
    };
    let key = key_in(&body)?;
    let Some(holder) = access.holder(&key).await? else {
        return Err(no_good_key());
    };
    let lasts = office.config.limits.session_time;
    let secret = access.open_session(&holder, lasts).await?;
    let told = json!({ "mode": "guarded", "role": holder.role, "name": holder.name });
    let mut response = as_json(&told);
    let headers = response.headers_mut();
    headers
        .extend(office.cookie.written(&secret, lasts.as_secs()).map(|it| (header::SET_COOKIE, it)));
    Ok(response)
}

fn as_json(told: &Value) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, told.to_string()).into_response()
}

fn key_in(body: &Bytes) -> Result<String, Problem> {
    serde_json::from_slice::<Login>(body)
        .map(|login| login.key)
        .map_err(|_| Problem::new(NOT_JSON, "应为 {\"key\": \"密钥\"}"))
}

/// GET /api/v1/session
pub(super) async fn who(State(office): State<Arc<Office>>, _: NoQuery, caller: Caller) -> Response {
    let mode = match office.mode {
        Mode::Open => "open",
        Mode::Guarded(_) => "guarded",
    };
    let name: Option<Value> = caller.holder.map(|holder| holder.name.into());
    let told = json!({ "mode": mode, "role": caller.role, "name": name });
    as_json(&told)
}

/// DELETE /api/v1/session
pub(super) async fn close(
    State(office): State<Arc<Office>>,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    if let (Mode::Guarded(access), Some(secret), Some(holder)) =
        (&office.mode, &caller.session, &caller.holder)
    {
        access.close_session(secret, holder).await?;
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    response.headers_mut().extend(office.cookie.written("", 0).map(|it| (header::SET_COOKIE, it)));
    Ok(response)
}

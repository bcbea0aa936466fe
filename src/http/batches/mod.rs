//! Batches over HTTP: accepted, looked at, printed again, cancelled, and their files.

mod accept;
mod asked;
pub(super) mod background;
mod check;
mod events;
mod file;
pub(super) mod rates;
mod told;

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use self::asked::Ledgers;
use super::answer::json_of;
use super::caller::Caller;
use super::office::Office;
use super::problem::{OVER, Problem};
use super::query::{NoQuery, Query};
use crate::app::Batches;
use crate::jobs::PrintState;
use crate::values::Role;

pub(super) use accept::{accept, again};
pub(super) use asked::{Seen, who};
pub(super) use check::check;
pub(super) use events::events;
pub(super) use file::{result, rows};
pub(super) use told::options;

/// How many batches are listed.
pub(super) const LISTED: u32 = 100;

/// The characters of a reason.
const REASON: usize = 200;

/// GET /api/v1/batches
pub(super) async fn list(
    State(office): State<Arc<Office>>,
    caller: Caller,
    _: NoQuery,
    Ledgers(batches): Ledgers,
) -> Result<Response, Problem> {
    let ledger = batches.ledger();
    let found = match caller.role >= Role::Province {
        true => ledger.batches(LISTED).await?,
        false => ledger.batches_of(&who(&caller), LISTED).await?,
    };
    let mut list: Vec<Value> = Vec::with_capacity(found.len());
    for batch in found {
        let prints = ledger.prints_of(&batch.id).await?;
        list.push(told::batch(&batch, &prints, &office.rates));
    }
    Ok(json_of(&json!({ "batches": list })))
}

/// GET /api/v1/batches/{batch}
pub(super) async fn one(
    State(office): State<Arc<Office>>,
    Seen(batches, batch): Seen,
    _: NoQuery,
) -> Result<Response, Problem> {
    stands(&office, &batches, &batch.id).await.map(|told| json_of(&told))
}

/// DELETE /api/v1/batches/{batch}
pub(super) async fn cancel(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Seen(batches, batch): Seen,
    mut query: Query,
) -> Result<Response, Problem> {
    let why = query.text("why").unwrap_or_default();
    let length = why.trim().chars().count();
    if length == 0 || length > REASON || why.chars().any(char::is_control) {
        query.slip("why", &why, &[&format!("取消的原因，1至{REASON}个字，作废的编号都记上它")]);
    }
    query.end()?;
    let ledger = batches.ledger();
    if !ledger.cancel(&batch.id, &who(&caller), why.trim()).await? {
        let detail = match batch.cancelled {
            Some(why) => format!("批次 {} 已经取消：{why}", batch.id),
            None => format!("批次 {} 已经印完，不能取消；要收回证书，请撤销它们", batch.id),
        };
        return Err(Problem::new(OVER, detail));
    }
    stands(&office, &batches, &batch.id).await.map(|told| json_of(&told))
}

/// How a batch stands now.
async fn stands(office: &Office, batches: &Batches, id: &str) -> Result<Value, Problem> {
    let ledger = batches.ledger();
    let batch = ledger.batch(id).await?.ok_or_else(|| asked::unknown(id))?;
    let prints = ledger.prints_of(id).await?;
    Ok(told::batch(&batch, &prints, &office.rates))
}

/// An answer about a print: it is done, or will be.
fn taken(told: &Value, batch: &str, state: PrintState, is_new: bool) -> Response {
    let mut response = json_of(told);
    if is_new || state == PrintState::Waiting {
        *response.status_mut() = StatusCode::ACCEPTED;
    }
    let place = HeaderValue::try_from(told::home(batch));
    response.headers_mut().extend(place.map(|place| (header::LOCATION, place)));
    response
}

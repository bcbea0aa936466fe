//! GET /batches: which batches there are.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::{name, numbers, standing};
use crate::http::batches::{LISTED, who};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{page, visitor, when, without_data};
use crate::http::problem::Problem;
use crate::http::query::NoQuery;
use crate::values::Role;

/// GET /batches
pub(in crate::http) async fn list(
    State(office): State<Arc<Office>>,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let Some(batches) = &office.batches else {
        return without_data(&office, &caller, "成批印制");
    };
    let ledger = batches.ledger();
    let all = caller.role >= Role::Province;
    let found = match all {
        true => ledger.batches(LISTED).await?,
        false => ledger.batches_of(&who(&caller), LISTED).await?,
    };
    let mut list: Vec<Value> = Vec::with_capacity(found.len());
    for batch in found {
        let prints = ledger.prints_of(&batch.id).await?;
        list.push(context! {
            id => &batch.id,
            name => name(&office, &batch.document),
            rows => batch.rows,
            failed => batch.failed,
            numbers => numbers(ledger, &batch).await?,
            standing => standing(&batch, &prints),
            at => when(batch.at),
            who => &batch.who,
        });
    }
    let full = list.len() == LISTED as usize;
    let seen =
        context! { visitor => visitor(&office.mode, &caller), list, all, full, most => LISTED };
    page(StatusCode::OK, "batches.html", seen)
}

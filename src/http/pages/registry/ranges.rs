//! GET /registry/ranges: which numbers were given, and why one bears no certificate.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{page, visitor, without_data};
use crate::http::problem::Problem;
use crate::http::query::NoQuery;
use crate::registry::{Fate, Range};

/// GET /registry/ranges
pub(in crate::http) async fn ranges(
    State(office): State<Arc<Office>>,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let Some(batches) = &office.batches else {
        return without_data(&office, &caller, "编号的起止");
    };
    let found = batches.ledger().registry().ranges().await?;
    let ranges: Vec<Value> = found.iter().map(|range| told(&office, range)).collect();
    let seen = context! { visitor => visitor(&office.mode, &caller), ranges };
    page(StatusCode::OK, "ranges.html", seen)
}

fn told(office: &Office, range: &Range) -> Value {
    let document = office.app.catalog().document(&range.document);
    let runs: Vec<Value> = range
        .runs
        .iter()
        .map(|run| {
            let mark = match run.fate {
                Fate::Given => "right",
                Fate::Reserved => "waiting",
                Fate::Void | Fate::Passed => "over",
                Fate::Missing => "wrong",
            };
            context! {
                first => &run.first, last => &run.last, count => run.count,
                batch => &run.batch, why => &run.why, mark, fate => run.fate.title(),
            }
        })
        .collect();
    context! {
        name => document.map_or(range.document.as_str(), |known| known.manifest.name.as_str()),
        counter => &range.counter,
        first => &range.first,
        last => &range.last,
        count => range.count,
        runs,
    }
}

//! GET /batches/{batch}: how a batch goes on, its files, and what became of every row.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::{may_look, name, numbers, prints, standing};
use crate::http::batches::Seen;
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{encoded, page, visitor, when};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::jobs::{PrintState, RowState};

/// So many rows stand on a page.
const ROWS: usize = 100;

/// GET /batches/{batch}
pub(in crate::http) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Seen(batches, batch): Seen,
    mut query: Query,
) -> Result<Response, Problem> {
    let from = query.number("from", 1..=usize::MAX).unwrap_or(1);
    query.end()?;
    let ledger = batches.ledger();
    let made = ledger.prints_of(&batch.id).await?;
    let rows = ledger.row_states(&batch.id).await?;
    let issuing = made.iter().find(|print| print.issues).map(|print| print.state);
    let document = office.app.catalog().document(&batch.document);
    let looks = may_look(&caller);
    let begin = (from - 1).min(rows.len().saturating_sub(1)) / ROWS * ROWS;
    let shown: Vec<&RowState> = rows.iter().skip(begin).take(ROWS).collect();
    let failed: Vec<&RowState> =
        rows.iter().filter(|row| row.failed.is_some()).take(ROWS).collect();
    let seen: Vec<&str> =
        shown.iter().chain(&failed).filter_map(|row| row.number.as_deref()).collect();
    let holders = ledger.registry().holders(&seen).await?;
    let told = |row: &RowState| {
        let holder = row.number.as_ref().and_then(|number| holders.get(number));
        told(row, holder, issuing, looks)
    };
    let shown: Vec<Value> = shown.into_iter().map(told).collect();
    let failed: Vec<Value> = failed.into_iter().map(told).collect();
    let open = |state| matches!(state, PrintState::Waiting | PrintState::Stalled);
    let prints: Vec<Value> = made.iter().map(|print| prints::described(&batch, print)).collect();
    let seen = context! {
        visitor => visitor(&office.mode, &caller),
        id => &batch.id,
        name => name(&office, &batch.document),
        rows => batch.rows,
        failed,
        numbers => numbers(ledger, &batch).await?,
        cancelled => &batch.cancelled,
        at => when(batch.at),
        who => &batch.who,
        standing => standing(&batch, &made),
        prints,
        done => issuing == Some(PrintState::Done),
        // What is issued is taken back by revoking it.
        cancellable => batch.cancelled.is_none() && made.iter().any(|print| open(print.state)),
        overprint => document.is_some_and(|document| document.manifest.overprint),
        numbered => document.is_some_and(|document| document.manifest.numbered.is_some()),
        calibration => format!("/api/v1/documents/{}/calibration", batch.document),
        shown,
        begin => begin + 1,
        end => (begin + ROWS).min(rows.len()),
        before => (begin > 0).then(|| begin + 1 - ROWS),
        after => (begin + ROWS < rows.len()).then_some(begin + ROWS + 1),
    };
    page(StatusCode::OK, "batch.html", seen)
}

/// A row on the page.
fn told(
    row: &RowState,
    holder: Option<&String>,
    issuing: Option<PrintState>,
    looks: bool,
) -> Value {
    let (mark, outcome) = match (&row.failed, row.out_of_force(), issuing) {
        (Some(why), ..) => ("wrong", format!("没有印出：{why}")),
        (None, Some(ended), _) => ("over", format!("{ended}，不要发出")),
        (None, None, Some(PrintState::Done)) => ("right", "印出".to_owned()),
        (None, None, Some(PrintState::Cancelled)) => ("over", "已取消，编号作废".to_owned()),
        _ => ("waiting", "尚未印出".to_owned()),
    };
    let linked = row.number.as_deref().filter(|_| looks);
    context! {
        row => row.row,
        name => &row.name,
        holder => holder.map_or("", String::as_str),
        number => &row.number,
        link => linked.map(|number| format!("/registry/{}", encoded(number))),
        mark,
        outcome,
    }
}

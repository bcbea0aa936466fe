//! GET /batches/{batch}: how a batch goes on, its files, and what became of every row.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::{may_look, names, prints, standing};
use crate::app::Batches;
use crate::http::batches::Seen;
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{encoded, page, visitor, when};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::jobs::{Batch, PrintState, RowState};
use crate::registry::Search;
use crate::store::today;

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
    let (name, title) = names(&office, &batch.document);
    let looks = may_look(&caller);
    let begin = (from - 1).min(rows.len().saturating_sub(1)) / ROWS * ROWS;
    let holders = holders(&batches, &batch).await?;
    let told = |row: &RowState| told(row, holders.get(&row.row), issuing, looks);
    let shown: Vec<Value> = rows.iter().skip(begin).take(ROWS).map(told).collect();
    let failed: Vec<Value> =
        rows.iter().filter(|row| row.failed.is_some()).take(ROWS).map(told).collect();
    let open = |state| matches!(state, PrintState::Waiting | PrintState::Stalled);
    let prints: Vec<Value> = made.iter().map(|print| prints::described(&batch, print)).collect();
    let seen = context! {
        visitor => visitor(&office.mode, &caller),
        id => &batch.id,
        name,
        title,
        rows => batch.rows,
        failed,
        numbers => &batch.numbers,
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

/// For whom the rows of a batch are, as far as the registry keeps it.
async fn holders(batches: &Batches, batch: &Batch) -> Result<HashMap<i64, String>, Problem> {
    let search = Search { batch: Some(batch.id.clone()), ..Search::default() };
    let registry = batches.ledger().registry();
    let (_, kept) = registry.search(&search, today(), 0, u32::MAX).await?;
    Ok(kept.into_iter().map(|kept| (kept.row, kept.holder)).collect())
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

//! POST /api/v1/batches and POST …/prints: rows accepted, and rows of a batch printed again.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::asked::{Key, Ledgers, Seen, Wanted, options, unknown, who};
use super::{taken, told};
use crate::app::{Asked, Refusal};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::problem::{OVER, Problem, UNFINISHED};
use crate::http::query::Query;
use crate::http::rows::{Rows, unfit, unsound};
use crate::jobs::PrintState;

/// What was accepted, and what was left out of it.
struct Made {
    wanted: crate::app::Wanted,
    left_out: Vec<usize>,
    problems: Vec<Value>,
}

/// POST /api/v1/batches
pub(in crate::http) async fn accept(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Ledgers(batches): Ledgers,
    wanted: Wanted,
    Key(key): Key,
    Rows(bytes, kind, _room): Rows,
) -> Result<Response, Problem> {
    let (who, handle) = (who(&caller), Handle::current());
    let (own, counting) = (batches.clone(), Arc::clone(&office));
    let job = move || {
        let (good_rows, anew) = (wanted.good_rows, wanted.anew);
        let asked = Asked { who: &who, key: Some(&key), anew, good_rows };
        let foreseen =
            own.examine(&wanted.document, &bytes, kind, asked, &handle).map_err(unfit)?;
        let examined = &foreseen.examined;
        counting.count(examined.problems());
        let some = good_rows && examined.sound().next().is_some();
        if !examined.is_sound() && !some {
            return Err(unsound(examined));
        }
        let left_out: Vec<usize> = examined.unsound().collect();
        let problems = examined.problems().all().iter().map(|one| examined.told(one)).collect();
        let done = own.accept(&wanted.document, foreseen, &wanted.options, asked);
        let done = handle.block_on(done);
        if let Err(Refusal::Usage(_)) = &done
            && let Some(why) = handle.block_on(own.cancelled(asked))?
        {
            let detail =
                format!("这一批已取消（{why}），编号已作废；要重新受理，换一个 Idempotency-Key");
            return Err(Problem::new(OVER, detail));
        }
        Ok::<_, Problem>(Made { wanted: done?, left_out, problems })
    };
    let made = office.checked(job).await??;
    office.background.call();
    let ledger = batches.ledger();
    let id = &made.wanted.batch;
    let batch = ledger.batch(id).await?.ok_or_else(|| unknown(id))?;
    let print = ledger.print(&made.wanted.print).await?.ok_or_else(|| unknown(id))?;
    let mut answer = json!({
        "id": batch.id,
        "print": print.id,
        "document": batch.document,
        "rows": batch.rows,
        "numbers": told::numbers(&batch),
        "state": print.state,
        "notes": made.wanted.notes,
        "links": told::links(&batch, &print),
    });
    if !made.problems.is_empty() {
        answer["problems"] = made.problems.into();
        answer["unsound_rows"] = json!(made.left_out);
    }
    Ok(taken(&answer, id, print.state, made.wanted.new))
}

/// POST /api/v1/batches/{batch}/prints
pub(in crate::http) async fn again(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Seen(batches, batch): Seen,
    mut query: Query,
) -> Result<Response, Problem> {
    let rows = usize::try_from(batch.rows).unwrap_or(0);
    let only = query.text("only");
    let range = match only.as_deref() {
        None => Some((1, rows)),
        Some(only) => range(only),
    };
    if range.is_none() {
        let allowed = format!("第几份到第几份，如 120-130 或 7，在 1 至 {rows} 之间");
        query.slip("only", only.as_deref().unwrap_or_default(), &[&allowed]);
    }
    let why = query.text("why").unwrap_or_default();
    let options = options(&mut query);
    query.end()?;
    caller.must_be(office.app.document(&batch.document)?.manifest.role)?;
    if let Some(why) = &batch.cancelled {
        let detail = format!("批次 {} 已取消（{why}），其编号已作废", batch.id);
        return Err(Problem::new(OVER, detail));
    }
    let (range, who) = (range.unwrap_or((1, rows)), who(&caller));
    let again = match batches.print(&batch.id, range, &options, &who, &why).await {
        Ok(again) => again,
        Err(refusal) => {
            // Only what is finished is printed otherwise.
            let prints = batches.ledger().prints_of(&batch.id).await?;
            let made = prints.iter().find(|print| print.issues);
            return Err(match (refusal, made) {
                (Refusal::Usage(sentence), Some(made)) if made.state != PrintState::Done => {
                    Problem::new(UNFINISHED, sentence)
                }
                (refusal, _) => refusal.into(),
            });
        }
    };
    office.background.call();
    let print = again.print;
    let mut answer = told::print(&batch, &print, &office.rates);
    answer["batch"] = batch.id.clone().into();
    answer["notes"] = again.notes.into();
    Ok(taken(&answer, &batch.id, print.state, false))
}

/// `120-130`, or `7`.
fn range(text: &str) -> Option<(usize, usize)> {
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number > 0);
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    number(first).zip(number(last)).filter(|(first, last)| first <= last)
}

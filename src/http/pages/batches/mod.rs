//! The pages of batches: which there are, a new one, and how one goes on.

mod list;
mod new;
mod one;
mod prints;

use minijinja::{Value, context};

use crate::fault::Fault;
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::jobs::{Batch, Ledger, Print, PrintState};

pub(in crate::http) use list::list;
pub(in crate::http) use new::new;
pub(in crate::http) use one::one;

/// What a document is called; its id, if it is not there any more.
fn name(office: &Office, document: &str) -> String {
    let known = office.app.catalog().document(document);
    known.map_or(document, |known| known.manifest.name.as_str()).to_owned()
}

/// The numbers of a batch in words, one for each run of numbers that follow each other.
async fn numbers(ledger: &Ledger, batch: &Batch) -> Result<Vec<String>, Fault> {
    let Some((first, last)) = &batch.numbers else { return Ok(Vec::new()) };
    let rows = batch.rows;
    let runs = ledger.registry().numbers_of(&batch.id, (first, last), rows).await?;
    let counted: usize = runs.iter().map(|run| run.count).sum();
    let given = usize::try_from(rows).unwrap_or(0).saturating_sub(counted);
    let runs = runs.into_iter().map(|run| match run.count {
        1 => run.first,
        _ => format!("{} 至 {}", run.first, run.last),
    });
    let given = match given {
        0 => None,
        1 if rows == 1 => Some(first.clone()),
        some => Some(format!("名单里写好的 {some} 个")),
    };
    Ok(runs.chain(given).collect())
}

/// How a batch stands, by its prints: a word for the look of it, and words for people.
fn standing(batch: &Batch, prints: &[Print]) -> Value {
    let issuing = prints.iter().find(|print| print.issues);
    let again = prints.iter().any(|print| !print.issues && print.state == PrintState::Waiting);
    let (mark, words) = match issuing.map(|print| print.state) {
        _ if batch.cancelled.is_some() => ("over", "已取消"),
        Some(PrintState::Waiting) | None => ("waiting", "正在印"),
        Some(PrintState::Stalled) => ("wrong", "停住了"),
        Some(PrintState::Cancelled) => ("over", "已取消"),
        Some(PrintState::Done) if again => ("waiting", "印完了，正在重印"),
        Some(PrintState::Done) if batch.failed > 0 => ("wrong", "印完了，有没印出的"),
        Some(PrintState::Done) => ("right", "印完了"),
    };
    context! { mark, words }
}

/// Whether a caller may look into the registry.
fn may_look(caller: &Caller) -> bool {
    caller.role >= crate::values::Role::Province
}

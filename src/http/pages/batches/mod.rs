//! The pages of batches: which there are, a new one, and how one goes on.

mod list;
mod new;
mod one;
mod prints;

use minijinja::{Value, context};

use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::jobs::{Batch, Print, PrintState};

pub(in crate::http) use list::list;
pub(in crate::http) use new::new;
pub(in crate::http) use one::one;

/// What a document is called: its name, and its title; its id, if it is not there any more.
fn names(office: &Office, document: &str) -> (String, String) {
    match office.app.catalog().document(document) {
        Some(known) => (known.manifest.name.clone(), known.manifest.title.clone()),
        None => (document.to_owned(), document.to_owned()),
    }
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

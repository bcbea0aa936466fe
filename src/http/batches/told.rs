//! A batch and its prints as they are told to programs.

use chrono::{DateTime, SecondsFormat};
use serde_json::{Value, json};

use super::rates::Rates;
use crate::app::{BatchOptions, Form};
use crate::http::words::{SIDES, STANDARDS};
use crate::jobs::{Batch, Print, PrintState};

/// The address of a batch.
pub(super) fn home(batch: &str) -> String {
    format!("/api/v1/batches/{batch}")
}

/// A batch with its prints, the first of which issues its rows.
pub(super) fn batch(batch: &Batch, prints: &[Print], rates: &Rates) -> Value {
    let at = DateTime::from_timestamp(batch.at, 0);
    let issuing = prints.iter().find(|print| print.issues);
    let prints: Vec<Value> = prints.iter().map(|one| print(batch, one, rates)).collect();
    json!({
        "id": batch.id,
        "document": batch.document,
        "who": batch.who,
        "at": at.map(|at| at.to_rfc3339_opts(SecondsFormat::Secs, true)),
        "rows": batch.rows,
        "failed": batch.failed,
        "numbers": numbers(batch),
        "cancelled": batch.cancelled,
        "state": issuing.map(|print| print.state),
        "prints": prints,
        "links": issuing.map(|print| links(batch, print)),
    })
}

/// The first and the last number.
pub(super) fn numbers(batch: &Batch) -> Value {
    match &batch.numbers {
        Some((first, last)) => json!({ "first": first, "last": last }),
        None => Value::Null,
    }
}

/// Where to go on.
pub(super) fn links(batch: &Batch, print: &Print) -> Value {
    let home = home(&batch.id);
    let one = if print.issues { String::new() } else { format!("?print={}", print.id) };
    json!({
        "self": home,
        "events": format!("{home}/events{one}"),
        "rows": format!("{home}/rows"),
        "result": format!("{home}/result{one}"),
        "prints": format!("{home}/prints"),
    })
}

/// One print.
pub(super) fn print(batch: &Batch, print: &Print, rates: &Rates) -> Value {
    let mut told = progress(print, rates);
    let options = options(&print.options);
    let kept = print.state == PrintState::Done && print.file.is_some();
    told["first"] = print.range.0.into();
    told["last"] = print.range.1.into();
    told["issues"] = print.issues.into();
    told["options"] = options;
    told["sha256"] = json!(print.sha256);
    told["bytes"] = json!(print.bytes);
    told["pages"] = json!(print.pages);
    told["removed"] = (print.state == PrintState::Done && !kept).into();
    told["links"] = links(batch, print);
    told
}

/// How far a print is.
pub(super) fn progress(print: &Print, rates: &Rates) -> Value {
    let rate = rates.seen(print);
    json!({
        "print": print.id,
        "state": print.state,
        "rows": print.rows,
        "done": print.done,
        "why": print.why,
        "per_second": rate.map(|rate| rate.per_second),
        "seconds_left": rate.map(|rate| rate.seconds_left),
    })
}

/// The options by the words of the query.
pub(in crate::http) fn options(written: &str) -> Value {
    let Ok(options) = BatchOptions::read(written) else { return Value::Null };
    let sides = SIDES.iter().find(|(_, sides)| Some(*sides) == options.sides);
    let standard = STANDARDS.iter().find(|(_, standard)| Some(*standard) == options.standard);
    json!({
        "as": if options.form == Form::Merged { "pdf" } else { "zip" },
        "sides": sides.map(|(word, _)| *word),
        "standard": standard.map(|(word, _)| *word),
        "overprint": options.overprint.is_some(),
        "offset": options.overprint.map(|offset| offset.to_string()),
        "names": options.names,
    })
}

//! Certificates (证书): told, exported, printed again, revoked. The registry keeps them; here is what is
//! done with one.

mod export;
mod reprint;
mod revoke;
mod skip;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::Refusal;
use crate::registry::{Certificate, Entry};

pub use reprint::{Reprint, Source};
pub use revoke::Revoked;

/// The longest reason that is written down, in characters.
const REASON: usize = 200;

/// A certificate for programs, as it stands on a day. The code by which it is verified is for whoever holds
/// the paper, and not told to programs.
#[must_use]
pub fn described(kept: &Certificate, day: NaiveDate) -> Value {
    let state = kept.state_on(day);
    json!({
        "number": kept.number,
        "state": state.word(),
        "state_title": state.title(),
        "replaced_by": kept.replaced_by,
        "holder": kept.holder,
        "credit_code": kept.credit_code,
        "title": kept.title,
        "issuer": kept.issuer,
        "term_from": kept.term_from,
        "term_to": kept.term_to,
        "issued_on": kept.issued_on,
        "document": kept.document,
        "batch": kept.batch,
        "row": kept.row,
        "digest": kept.digest,
        "template": kept.template,
        "fonts": kept.fonts,
        "sha256": kept.sha256,
        "page": kept.page,
    })
}

/// An entry of the history for programs.
#[must_use]
pub fn told(entry: &Entry) -> Value {
    let facts: Value = serde_json::from_str(&entry.facts).unwrap_or_default();
    json!({
        "entry": entry.entry,
        "at": entry.at,
        "who": entry.who,
        "what": entry.what,
        "title": entry.title(),
        "why": entry.why,
        "facts": facts,
        "hash": entry.hash,
    })
}

/// A reason as it is written down for ever.
pub(super) fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > REASON || text.chars().any(char::is_control) {
        let sentence = format!("原因应在{REASON}字以内，不分行");
        return Err(Refusal::Usage(sentence));
    }
    Ok(text.to_owned())
}

//! Certificates (证书): told, exported, printed again, revoked. The registry keeps them; here is what is
//! done with one.

mod reprint;
mod revoke;

use chrono::NaiveDate;
use serde_json::{Value, json};

use super::{Refusal, table_out};
use crate::registry::{Certificate, Entry};

pub use reprint::{Reprint, Source};
pub use revoke::Revoked;

/// The longest reason that is written down, in characters.
const REASON: usize = 200;

/// A certificate for programs, as it stands on a day. The code by which it is verified is for whoever holds
/// the paper, and never told.
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

/// Certificates as a table, as they stand on a day: `csv`, or else XLSX.
///
/// # Errors
/// More than a spreadsheet holds.
pub fn exported(kept: &[Certificate], day: NaiveDate, csv: bool) -> Result<Vec<u8>, Refusal> {
    let head = [
        "证书编号",
        "名称",
        "统一社会信用代码或登记证号",
        "称号",
        "颁发机关",
        "有效期自",
        "有效期至",
        "落款日期",
        "状态",
        "换发为",
        "文书",
        "批次",
        "第几份",
        "所在文件的第几页",
        "所在文件的 SHA-256",
    ]
    .map(str::to_owned);
    let rows = kept.iter().map(|kept| {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        vec![
            kept.number.clone(),
            kept.holder.clone(),
            text(&kept.credit_code),
            kept.title.clone(),
            text(&kept.issuer),
            text(&kept.term_from),
            text(&kept.term_to),
            kept.issued_on.clone(),
            kept.state_on(day).title().to_owned(),
            text(&kept.replaced_by),
            kept.document.clone(),
            kept.batch.clone(),
            kept.row.to_string(),
            kept.page.map(|page| page.to_string()).unwrap_or_default(),
            text(&kept.sha256),
        ]
    });
    if csv {
        return Ok(table_out::csv(&head, rows));
    }
    table_out::xlsx("证书登记簿", &head, rows, Some(day))
}

/// A reason as it is written down for ever.
fn reason(text: &str) -> Result<String, Refusal> {
    let text = text.trim();
    if text.chars().count() > REASON || text.chars().any(char::is_control) {
        let sentence = format!("原因应在{REASON}字以内，不分行");
        return Err(Refusal::Usage(sentence));
    }
    Ok(text.to_owned())
}

//! What the registry (证书登记簿) asks of a record: its counter, its number, and what to keep of it.
//!
//! Nothing here remembers or reserves: the same record and serial give the same number.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::derive::value_of;
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::Record;
use crate::values::date;

/// What the registry keeps of a record besides its number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Registered {
    /// Whom it is for.
    pub holder: String,
    /// The holder's credit code, or the number that stands for it.
    pub credit_code: Option<String>,
    /// What it confers.
    pub title: String,
    /// Who issues it.
    pub issuer: Option<String>,
    /// The first day of its term.
    pub from: Option<NaiveDate>,
    /// The last day of its term.
    pub to: Option<NaiveDate>,
    /// The date that it bears.
    pub issued_on: NaiveDate,
}

/// The counter on which a record has its serial; `None` if its document is not numbered.
///
/// # Errors
/// A fault if the programme's sentence cannot be made of it.
pub fn counter(document: &Document, record: &Record) -> Result<Option<String>, Fault> {
    document.counter_of(record.complete(), record.date())
}

/// The number of a record that has this serial on its counter.
///
/// # Errors
/// A fault if the document is not numbered, or the programme's sentence cannot be made of it.
pub fn number(document: &Document, record: &Record, serial: u64) -> Result<String, Fault> {
    document.number_of(record.complete(), record.date(), serial)
}

/// The number that a record brings along.
#[must_use]
pub fn given_number<'a>(document: &Document, record: &'a Record) -> Option<&'a str> {
    let numbered = document.manifest.numbered.as_ref()?;
    record.complete().pointer(numbered.at.get_ref())?.as_str()
}

/// What the registry keeps of a record.
///
/// # Errors
/// A fault if the document is not numbered, or the manifest's expressions give something else.
pub fn registered(document: &Document, record: &Record) -> Result<Registered, Fault> {
    let failed = |what: String| Fault::new(format!("文书 {} 登记不了：{what}", document.id));
    let numbered = document.manifest.numbered.as_ref();
    let numbered = numbered.ok_or_else(|| failed("它不编号".to_owned()))?;
    let seen = document.context(record.complete());
    let text = |name: &str| {
        let kept = numbered.kept().find(|(known, _)| *known == name);
        let Some((_, expression)) = kept else { return Ok(None) };
        match value_of(document, expression.get_ref(), &seen) {
            Ok(Some(Value::String(text))) => Ok(Some(text).filter(|text| !text.is_empty())),
            Ok(None) => Ok(None),
            Ok(Some(other)) => Err(failed(format!("“{name}”应为文字，得到 {other}"))),
            Err(error) => Err(failed(format!("得不出“{name}”：{error}"))),
        }
    };
    let whole = |name: &str| text(name)?.ok_or_else(|| failed(format!("“{name}”是空的")));
    let day = |name: &str| {
        let given = text(name)?;
        let day = given.map(|given| date::parse(&given).map_err(|_| (given, name)));
        day.transpose().map_err(|(given, name)| failed(format!("“{name}”不是日期：{given}")))
    };
    Ok(Registered {
        holder: whole("holder")?,
        credit_code: text("credit_code")?,
        title: whole("title")?,
        issuer: text("issuer")?,
        from: day("from")?,
        to: day("to")?,
        issued_on: record.date(),
    })
}

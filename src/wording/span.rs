//! The span of days that a record speaks of, as its document's manifest says.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use minijinja::Value as Seen;
use serde_json::Value;

use super::derive::value_of;
use super::{computed_of_draft, lacks, with_computed};
use crate::catalog::expressions::paths_of_expression;
use crate::catalog::{Document, pointer_of};
use crate::fault::Fault;
use crate::intake::Draft;
use crate::values::{Period, date};

/// What is known of the span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// Its first and last day; none if they cannot be said yet.
    pub days: Option<Period>,
    /// The places of the record that it depends on, as JSON pointers.
    pub reads: Vec<String>,
}

/// The span of a record that may be unfinished; none if its document speaks of none.
///
/// # Errors
/// A fault if the expression cannot be evaluated although its fields are there, or gives something else.
pub fn span(document: &Document, draft: &Draft) -> Result<Option<Span>, Fault> {
    let Some(asked) = &document.manifest.calendar else { return Ok(None) };
    let complete = draft.complete();
    let seen = document.context(complete);
    let computed = computed_of_draft(document, complete, &seen)?;
    let reads = reads(document, asked.span.get_ref());
    let failed = |what: &str| Fault::new(format!("文书 {} 的 [calendar] {what}", document.id));
    let value = match value_of(document, asked.span.get_ref(), &with_computed(&computed, seen)) {
        Ok(value) => value,
        Err(_) if lacks(document, complete, &reads) || computed.values().any(Seen::is_none) => None,
        Err(error) => return Err(failed(&format!("得不出日期：{error}"))),
    };
    let day = |key: &str| -> Result<Option<NaiveDate>, Fault> {
        let given = value.as_ref().and_then(|value| value.get(key)).and_then(Value::as_str);
        let day = given.map(date::parse).transpose();
        day.map_err(|_| failed(&format!("的“{key}”应为日期")))
    };
    let days = day("from")?.zip(day("to")?).filter(|(from, to)| from <= to);
    let reads = reads.iter().map(|path| pointer_of(path)).collect();
    Ok(Some(Span { days, reads }))
}

/// The fields of the record that an expression reads, also by what is computed of it.
fn reads(document: &Document, expression: &str) -> BTreeSet<String> {
    let paths = |expression| paths_of_expression(&document.environment, expression);
    let mut fields = BTreeSet::new();
    for path in paths(expression).unwrap_or_default() {
        let name = path.strip_prefix("computed.").map(|rest| rest.split('.').next());
        match name.flatten().and_then(|name| document.manifest.computed.get(name)) {
            Some(computed) => fields.extend(paths(computed.get_ref()).unwrap_or_default()),
            None => {
                fields.insert(path);
            }
        }
    }
    fields.retain(|path| document.schema.shape.paths().contains(path));
    fields
}

//! Entries of the registry (证书登记簿) made into the notice that tells of their revocation.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::{Value as Seen, merge_maps};
use serde_json::{Map, Value};
use toml::Spanned;

use super::derive::value_of;
use crate::catalog::expressions;
use crate::catalog::{Document, ENTRY, unescape};
use crate::fault::Fault;

/// The data of the notice that a numbered document's manifest names, made of entries of the registry, each
/// an object with the fields of [`ENTRY`].
///
/// # Errors
/// A fault if the manifest names no notice, or an expression cannot be evaluated.
pub fn revocation(document: &Document, entries: &[Value]) -> Result<Value, Fault> {
    let failed = |what: &str| Fault::new(format!("文书 {} 作不出撤销公告：{what}", document.id));
    let numbered = document.manifest.numbered.as_ref();
    let Some(mapping) = numbered.and_then(|numbered| numbered.revocation.as_ref()) else {
        return Err(failed("document.toml 中没有 [numbered.revocation]"));
    };
    let programme = expressions::value_of(&document.programme.facts());
    let whole: Vec<Value> = entries.iter().map(with_every_field).collect();
    let mut items = Vec::with_capacity(whole.len());
    for entry in &whole {
        let seen =
            merge_maps([context!(programme => programme.clone()), expressions::value_of(entry)]);
        items.push(Value::Object(made(document, &mapping.columns, &seen)?));
    }
    let entries: Seen = expressions::value_of(&Value::Array(whole));
    let seen = context!(entries, programme);
    let mut record = made(document, &mapping.fields, &seen)?;
    let list = mapping.into.get_ref().trim_start_matches('/');
    record.insert(unescape(list), Value::Array(items));
    Ok(Value::Object(record))
}

/// The fields that expressions give.
fn made(
    document: &Document,
    fields: &BTreeMap<Spanned<String>, Spanned<String>>,
    seen: &Seen,
) -> Result<Map<String, Value>, Fault> {
    let mut made = Map::new();
    for (field, expression) in fields {
        let (field, expression) = (field.get_ref(), expression.get_ref());
        let value = value_of(document, expression, seen).map_err(|error| {
            let what = format!("文书 {} 的撤销公告得不出“{field}”：{error}", document.id);
            Fault::new(what)
        })?;
        made.extend(value.map(|value| (field.clone(), value)));
    }
    Ok(made)
}

/// An entry with null for what it lacks, so that expressions may ask for it.
fn with_every_field(entry: &Value) -> Value {
    let mut whole = entry.as_object().cloned().unwrap_or_default();
    for field in ENTRY {
        whole.entry(field).or_insert(Value::Null);
    }
    Value::Object(whole)
}

//! A record of one document made into data of another, as the other's manifest says.

use serde_json::{Map, Value};

use crate::catalog::{Document, Mapping, Shape, escape};
use crate::fault::Fault;

/// What a source record gives a document: items of its list (one, or one for each item of a list of the
/// source), or its record. Nothing if the document's manifest does not say how it is made from that source.
///
/// # Errors
/// A fault if an expression cannot be evaluated.
pub fn derive(target: &Document, source: &Document, complete: &Value) -> Result<Vec<Value>, Fault> {
    let Some(mapping) = target.manifest.from.get(source.id.to_string().as_str()) else {
        return Ok(Vec::new());
    };
    let contexts = match &mapping.each {
        Some(each) => source.items_seen(each.get_ref(), complete),
        None => vec![source.context(complete)],
    };
    contexts.iter().map(|context| made(target, source, mapping, context)).collect()
}

/// The fields of an item, or of a record, in the paper's order.
fn made(
    target: &Document,
    source: &Document,
    mapping: &Mapping,
    context: &minijinja::Value,
) -> Result<Value, Fault> {
    let mut made = Map::new();
    for (field, expression) in &mapping.columns {
        let value = evaluate(target, source, field.get_ref(), expression.get_ref(), context)?;
        if let Some(value) = value {
            made.insert(field.get_ref().clone(), value);
        }
    }
    let own = &target.schema.shape;
    let shape = mapping.into.as_ref().map_or(Some(own), |into| own.items_at(into.get_ref()));
    let made = Value::Object(made);
    Ok(match shape {
        Some(shape) => in_order(shape, "", &made),
        None => made,
    })
}

/// What tells an applicant from another in a source record, where the target's manifest says so and the
/// record has it.
///
/// # Errors
/// A fault if the expression cannot be evaluated.
pub fn applicant_of(
    target: &Document,
    source: &Document,
    complete: &Value,
) -> Result<Option<Value>, Fault> {
    let mapping = target.manifest.from.get(source.id.to_string().as_str());
    match mapping.and_then(|mapping| mapping.key.as_ref()) {
        Some(key) => evaluate(target, source, "key", key.get_ref(), &source.context(complete)),
        None => Ok(None),
    }
}

/// The value of an expression over a source record; `None` where it gives nothing.
fn evaluate(
    target: &Document,
    source: &Document,
    name: &str,
    expression: &str,
    context: &minijinja::Value,
) -> Result<Option<Value>, Fault> {
    value_of(source, expression, context).map_err(|error| {
        Fault::new(format!("文书 {} 由 {} 得不出“{name}”：{error}", target.id, source.id))
    })
}

/// The value of an expression in the words of a document; `None` where it gives nothing.
pub(super) fn value_of(
    document: &Document,
    expression: &str,
    context: &minijinja::Value,
) -> Result<Option<Value>, String> {
    let value = document
        .environment
        .compile_expression(expression)
        .and_then(|expression| expression.eval(context.clone()))
        .map_err(|error| error.to_string())?;
    Ok(given(serde_json::to_value(&value).map_err(|error| error.to_string())?))
}

/// A value without what is absent: a source's group has null for every field that it may have.
fn given(value: Value) -> Option<Value> {
    match value {
        Value::Null => None,
        Value::Object(map) => {
            let map: Map<_, _> =
                map.into_iter().filter_map(|(key, inner)| Some((key, given(inner)?))).collect();
            (!map.is_empty()).then_some(Value::Object(map))
        }
        Value::Array(items) => Some(items.into_iter().filter_map(given).collect()),
        other => Some(other),
    }
}

/// The same with its keys in the paper's order; none is lost, so that a check finds one too many.
fn in_order(shape: &Shape, pointer: &str, value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map
                .iter()
                .map(|(key, inner)| (key, format!("{pointer}/{}", escape(key)), inner))
                .collect();
            entries.sort_by_cached_key(|(_, below, _)| shape.order_of(below));
            let ordered = entries
                .into_iter()
                .map(|(key, below, inner)| (key.clone(), in_order(shape, &below, inner)));
            Value::Object(ordered.collect())
        }
        Value::Array(items) => items
            .iter()
            .enumerate()
            .map(|(at, item)| in_order(shape, &format!("{pointer}/{at}"), item))
            .collect(),
        other => other.clone(),
    }
}

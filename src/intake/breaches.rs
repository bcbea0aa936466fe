//! What the schema library refuses, said as findings that name every field by itself.

use std::collections::HashMap;

use jsonschema::error::{TypeKind, ValidationErrorKind};
use serde_json::{Map, Value, json};

use super::MISSING;
use crate::catalog::{REASON, Schema, Shape, escape, unescape};
use crate::values::Finding;

/// A value that is not among the choices.
pub(super) const CHOICE: &str = "field.choice";

/// What the schema library refused.
pub(super) struct Breaches {
    /// Whether it refused anything, told or not.
    pub refused: bool,
    /// Each breach with its pointer.
    pub found: Vec<(String, Finding)>,
}

/// Every breach of the schema.
pub(super) fn find(schema: &Schema, record: &Value) -> Breaches {
    let mut found = Vec::new();
    let mut refused = false;
    for error in schema.validator.iter_errors(record) {
        refused = true;
        let pointer = error.instance_path().to_string();
        let given = error.instance();
        let length = || given.as_str().map_or(0, |text| text.chars().count());
        let count = || given.as_array().map_or(0, Vec::len);
        let finding = match error.kind() {
            ValidationErrorKind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                missing(&schema.shape, record, &format!("{pointer}/{}", escape(key)), &mut found);
                continue;
            }
            ValidationErrorKind::Type { .. } | ValidationErrorKind::Enum { .. }
                if given.is_null() =>
            {
                missing(&schema.shape, record, &pointer, &mut found);
                continue;
            }
            ValidationErrorKind::AdditionalProperties { unexpected } => {
                for (at, key) in unexpected.iter().enumerate() {
                    // Whoever has so many has the wrong file; for the first ones a remedy is sought.
                    let finding = if at < 50 && key.len() < 200 {
                        unknown(&schema.shape, record, &pointer, key)
                    } else {
                        Finding::problem("field.unknown").with("key", key.clone())
                    };
                    found.push((format!("{pointer}/{}", escape(key)), finding));
                }
                continue;
            }
            ValidationErrorKind::MinLength { .. } if length() == 0 => {
                missing(&schema.shape, record, &pointer, &mut found);
                continue;
            }
            ValidationErrorKind::Type { kind } => {
                let finding = Finding::problem("field.type")
                    .with("wanted", wanted_types(kind))
                    .with("found", type_of(given));
                let own = shape_at(&schema.shape, record, &pointer);
                with_choices(with_form(finding, own, given), own, &Value::Null)
            }
            // What is no text is no choice among texts; that is told by its type.
            ValidationErrorKind::Enum { options } if !given.is_string() && are_texts(options) => {
                continue;
            }
            ValidationErrorKind::Enum { options } => {
                let finding = Finding::problem(CHOICE)
                    .with("choices", options.as_ref().clone())
                    .with("found", given.as_ref().clone());
                labelled(finding, shape_at(&schema.shape, record, &pointer), given.as_ref())
            }
            ValidationErrorKind::Constant { expected_value } => Finding::problem(CHOICE)
                .with("choices", json!([expected_value.as_ref()]))
                .with("found", given.as_ref().clone()),
            ValidationErrorKind::MinLength { limit } => {
                Finding::problem("field.too-short").with("limit", *limit).with("length", length())
            }
            ValidationErrorKind::MaxLength { limit } => {
                Finding::problem("field.too-long").with("limit", *limit).with("length", length())
            }
            ValidationErrorKind::MinItems { limit } => {
                Finding::problem("list.too-few").with("limit", *limit).with("count", count())
            }
            ValidationErrorKind::MaxItems { limit } => {
                Finding::problem("list.too-many").with("limit", *limit).with("count", count())
            }
            ValidationErrorKind::UniqueItems => {
                Finding::problem("list.repeated").with("repeated", repeated(given))
            }
            ValidationErrorKind::Minimum { limit } => Finding::problem("number.too-small")
                .with("limit", limit.clone())
                .with("found", given.as_ref().clone()),
            ValidationErrorKind::Maximum { limit } => Finding::problem("number.too-large")
                .with("limit", limit.clone())
                .with("found", given.as_ref().clone()),
            ValidationErrorKind::Pattern { pattern } => Finding::problem("field.pattern")
                .with("pattern", pattern.clone())
                .with("found", given.as_ref().clone()),
            other => Finding::problem("field.other")
                .with("keyword", other.keyword().to_owned())
                .with("message", error.to_string()),
        };
        found.push((pointer, finding));
    }
    Breaches { refused, found }
}

/// A place with nothing in it: one finding for each field that it should have held.
fn missing(shape: &Shape, record: &Value, pointer: &str, found: &mut Vec<(String, Finding)>) {
    let Some(own) = shape_at(shape, record, pointer) else {
        found.push((pointer.to_owned(), Finding::problem(MISSING)));
        return;
    };
    let group_reason = takes_reason(own);
    let mut wanted = own.wanted_at(pointer);
    if wanted.is_empty() {
        // A group none of whose fields must be there must be there itself.
        wanted.push(pointer.to_owned());
    }
    for place in wanted {
        let absent = json!({});
        let below = match &place[pointer.len()..] {
            "" => Some(own),
            rest => shape_at(own, &absent, rest),
        };
        let reason = group_reason || below.is_some_and(takes_reason);
        let finding = Finding::problem(MISSING).with("reason_allowed", reason);
        found.push((place, with_choices(finding, below, &Value::Null)));
    }
}

fn are_texts(options: &Value) -> bool {
    options.as_array().is_some_and(|options| options.iter().all(Value::is_string))
}

/// A finding about a type with what the right form looks like.
fn with_form(finding: Finding, shape: Option<&Shape>, given: &Value) -> Finding {
    let Some(shape) = shape else { return finding };
    let group = Value::Object(Map::new());
    let fields: Vec<String> =
        shape.fields_of(&group).iter().map(|(key, _)| (*key).to_owned()).collect();
    match given {
        Value::Object(map) if map.contains_key(REASON) => finding.with("no_reason_here", true),
        Value::Object(_) => finding,
        _ if shape.is_group() => finding.with("fields", fields),
        Value::Number(number) => finding.with("quoted", format!("\"{number}\"")),
        Value::String(text) if text.parse::<i64>().is_ok() => {
            finding.with("unquoted", text.clone())
        }
        _ if shape.items_of(&Value::Null).is_some() => finding.with("listed", true),
        _ => finding,
    }
}

/// The finding with the choices that the place offers, if it offers any.
fn with_choices(finding: Finding, shape: Option<&Shape>, value: &Value) -> Finding {
    match shape.map(|shape| shape.choices_of(value)) {
        Some(choices) if !choices.is_empty() => {
            labelled(finding.with("choices", choices.to_vec()), shape, value)
        }
        _ => finding,
    }
}

/// The finding with what its choices are called, if they are called otherwise than they are written.
fn labelled(finding: Finding, shape: Option<&Shape>, value: &Value) -> Finding {
    match shape.map(|shape| shape.choice_labels_of(value)) {
        Some(labels) if !labels.is_empty() => finding.with("choice_labels", labels.to_vec()),
        _ => finding,
    }
}

/// Whether the place may hold a reason instead of a value.
fn takes_reason(shape: &Shape) -> bool {
    let example: Value = Map::from_iter([(REASON.to_owned(), Value::String(String::new()))]).into();
    shape.fields_of(&example).iter().any(|(key, _)| *key == REASON)
}

fn shape_at<'a>(shape: &'a Shape, record: &Value, pointer: &str) -> Option<&'a Shape> {
    let mut shape = shape;
    let mut value = record;
    for step in pointer.split('/').skip(1) {
        let step = unescape(step);
        if let (Some(items), Ok(index)) = (shape.items_of(value), step.parse::<usize>()) {
            shape = items;
            value = value.get(index).unwrap_or(&Value::Null);
            continue;
        }
        let (_, shapes) = shape.fields_of(value).into_iter().find(|(key, _)| *key == step)?;
        shape = shapes.first()?;
        value = value.get(&step).unwrap_or(&Value::Null);
    }
    Some(shape)
}

/// A key that the schema does not know, with the known key that it most resembles: by its
/// spelling, or by the label on paper.
fn unknown(shape: &Shape, record: &Value, group: &str, key: &str) -> Finding {
    let finding = Finding::problem("field.unknown").with("key", key.to_owned());
    if key == REASON {
        return finding.with("no_reason_here", true);
    }
    let Some(own) = shape_at(shape, record, group) else { return finding };
    let value = record.pointer(group).unwrap_or(&Value::Null);
    let fields: Vec<(f64, String, String)> = own
        .fields_of(value)
        .into_iter()
        .map(|(known, shapes)| {
            let title = shapes.iter().find_map(|shape| shape.title.clone()).unwrap_or_default();
            let near = strsim::normalized_damerau_levenshtein(key, known)
                .max(strsim::normalized_damerau_levenshtein(key, &title));
            (near, known.to_owned(), title)
        })
        .collect();
    match fields.iter().max_by(|a, b| a.0.total_cmp(&b.0)) {
        // Below a half the two have nothing to do with each other.
        Some((near, known, title)) if *near >= 0.5 => {
            finding.with("nearest", known.clone()).with("nearest_label", title.clone())
        }
        // A short list of what is known helps; a long one hides the problem.
        _ if fields.len() <= 8 => {
            let known: Vec<String> = fields.iter().map(|(_, known, _)| known.clone()).collect();
            finding.with("known", known)
        }
        _ => finding,
    }
}

fn wanted_types(kind: &TypeKind) -> Vec<&'static str> {
    let named = |kind: jsonschema::JsonType| match kind {
        jsonschema::JsonType::String => "文字",
        jsonschema::JsonType::Integer => "整数",
        jsonschema::JsonType::Number => "数字",
        jsonschema::JsonType::Boolean => "true 或 false",
        jsonschema::JsonType::Array => "列表",
        jsonschema::JsonType::Object => "一组字段",
        jsonschema::JsonType::Null => "空值",
    };
    match kind {
        TypeKind::Single(one) => vec![named(*one)],
        TypeKind::Multiple(many) => many.iter().map(named).collect(),
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "空值",
        Value::Bool(_) => "true 或 false",
        Value::Number(number) if number.is_f64() => "小数",
        Value::Number(_) => "数字",
        Value::String(_) => "文字",
        Value::Array(_) => "列表",
        Value::Object(_) => "一组字段",
    }
}

/// Every item that stands more than once, each once.
fn repeated(list: &Value) -> Vec<Value> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for item in list.as_array().into_iter().flatten() {
        let count = seen.entry(item.to_string()).or_insert(0);
        *count += 1;
        if *count == 2 {
            found.push(item.clone());
        }
    }
    found
}

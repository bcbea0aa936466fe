//! Other values that a place of a record may take, likely ones first: what is no sound record with them is
//! passed over by whoever asks.

use serde_json::{Value, json};

use crate::catalog::{Catalog, Document};
use crate::values::date;

/// A text that nobody has written.
const TEXT: &str = "甲乙丙";

/// Values other than the one at this place.
pub(super) fn others(
    catalog: &Catalog,
    document: &Document,
    record: &Value,
    pointer: &str,
) -> Vec<Value> {
    let Some(given) = record.pointer(pointer) else { return Vec::new() };
    let shapes = document.schema.shape.at(record, pointer);
    let mut found = Vec::new();
    match given {
        Value::String(text) => {
            let choices = shapes.iter().flat_map(|shape| &shape.choices);
            found.extend(choices.map(|choice| json!(choice)));
            match shapes.iter().find_map(|shape| shape.format.as_deref()) {
                Some("date") => found.extend(other_days(text)),
                Some("region") => found.extend(other_regions(catalog, document)),
                _ if found.is_empty() => found.extend(other_texts(text)),
                _ => {}
            }
        }
        Value::Bool(given) => found.push(json!(!given)),
        Value::Number(number) => {
            if let Some(number) = number.as_i64() {
                found.extend([json!(number + 1), json!(number - 1)]);
            }
        }
        Value::Array(items) => {
            if let [.., _, _] = items.as_slice() {
                found.push(json!(items[..items.len() - 1]));
            }
            if let [Value::String(text)] = items.as_slice() {
                let choices: Vec<&String> = shapes
                    .iter()
                    .filter_map(|shape| shape.items.as_deref())
                    .flat_map(|item| &item.choices)
                    .collect();
                found.extend(choices.iter().map(|choice| json!([choice])));
                found.extend(other_texts(text).into_iter().map(|other| json!([other])));
            }
        }
        Value::Object(_) | Value::Null => {}
    }
    found.retain(|other| other != given);
    found
}

/// A text made longer or shorter, and one with another last digit: a number keeps its length.
fn other_texts(text: &str) -> Vec<Value> {
    let mut found = vec![json!(format!("{text}甲"))];
    let mut marks: Vec<char> = text.chars().collect();
    if let Some(digit) = marks.iter_mut().rev().find(|mark| mark.is_ascii_digit()) {
        *digit = if *digit == '9' { '0' } else { char::from(*digit as u8 + 1) };
        found.push(json!(String::from_iter(&marks)));
    }
    if let Some((last, rest)) = marks.split_last() {
        found.push(json!(String::from_iter(rest)));
        found.push(json!(format!("{text}{last}")));
    }
    if let Some(first) = marks.first() {
        found.push(json!(format!("{first}{text}")));
    }
    found.push(json!(TEXT));
    found
}

fn other_days(text: &str) -> Vec<Value> {
    let Ok(day) = date::parse(text) else { return Vec::new() };
    [day.succ_opt(), day.pred_opt()]
        .into_iter()
        .flatten()
        .map(|day| json!(day.to_string()))
        .collect()
}

/// Some regions of the programme's province: the first and the last, and one between.
fn other_regions(catalog: &Catalog, document: &Document) -> Vec<Value> {
    let names: Vec<String> = catalog
        .regions()
        .of(document.programme.province.get_ref())
        .map(crate::values::Region::full_name)
        .collect();
    let some = [names.last(), names.get(names.len() / 2), names.get(2), names.first()];
    some.into_iter().flatten().map(|name| json!(name)).collect()
}

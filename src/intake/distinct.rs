//! What must differ: the items of a list, or the records of an array, in some field.

use std::collections::HashMap;

use serde_json::Value;

use crate::catalog::{Shape, escape};
use crate::values::Finding;

/// Every value that stands again in a list whose items must differ, at its later place.
pub(super) fn find(shape: &Shape, record: &Value) -> Vec<(String, Finding)> {
    let mut found = Vec::new();
    look(shape, record, "", &mut found);
    found
}

fn look(shape: &Shape, value: &Value, pointer: &str, found: &mut Vec<(String, Finding)>) {
    match value {
        Value::Object(map) => {
            for (key, shapes) in shape.fields_of(value) {
                if let (Some(inner), Some(own)) = (map.get(key), shapes.first()) {
                    look(own, inner, &format!("{pointer}/{}", escape(key)), found);
                }
            }
        }
        Value::Array(items) => {
            for own in shape.facets(value) {
                for field in &own.distinct {
                    let values = items.iter().map(|item| item.pointer(field));
                    let same = among(values, "项", &|at| at + 1, &|at| items[at].clone());
                    let placed = |(at, finding)| (format!("{pointer}/{at}{field}"), finding);
                    found.extend(same.into_iter().map(placed));
                }
            }
        }
        _ => {}
    }
}

/// The later ones of values that are the same text or number: where they stand, and with which earlier
/// one they agree; `unit` is the counter of the things compared, `number` what a reader counts them by,
/// `whole` the group that a value is part of.
pub(super) fn among<'a>(
    values: impl Iterator<Item = Option<&'a Value>>,
    unit: &str,
    number: &dyn Fn(usize) -> usize,
    whole: &dyn Fn(usize) -> Value,
) -> Vec<(usize, Finding)> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for (at, value) in values.enumerate() {
        let Some(own) = value.filter(|own| own.is_string() || own.is_number()) else { continue };
        match first.get(&own.to_string()) {
            None => {
                first.insert(own.to_string(), at);
            }
            Some(&earlier) => found.push((
                at,
                Finding::problem("list.same")
                    .with("found", own.clone())
                    .with("first", number(earlier))
                    .with("unit", unit)
                    .with("first_name", first_text(&whole(earlier), own)),
            )),
        }
    }
    found
}

/// The first text of a group, by which a reader finds it; none if that is the repeated text itself.
fn first_text(value: &Value, repeated: &Value) -> Value {
    let texts = value.as_object().into_iter().flat_map(|map| map.values());
    texts
        .into_iter()
        .find(|text| text.is_string() && *text != repeated)
        .cloned()
        .unwrap_or_default()
}

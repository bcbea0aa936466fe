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
                    found.extend(
                        among(items, field, "项", &|at| at + 1)
                            .into_iter()
                            .map(|(at, finding)| (format!("{pointer}/{at}{field}"), finding)),
                    );
                }
            }
        }
        _ => {}
    }
}

/// The later ones of values (groups) that have the same text or number in a field: where they stand,
/// and with which earlier one they agree; `unit` is the counter of the things compared, `number` what a
/// reader counts them by.
pub(super) fn among(
    values: &[Value],
    field: &str,
    unit: &str,
    number: &dyn Fn(usize) -> usize,
) -> Vec<(usize, Finding)> {
    let mut first: HashMap<String, usize> = HashMap::new();
    let mut found = Vec::new();
    for (at, value) in values.iter().enumerate() {
        let Some(own) = value.pointer(field).filter(|own| own.is_string() || own.is_number())
        else {
            continue;
        };
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
                    .with("first_name", first_text(&values[earlier], own)),
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

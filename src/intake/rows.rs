//! More rows than one call may bring: told before anything else is looked at.

use serde_json::Value;

use super::problem::Problems;
use super::sentence;
use crate::catalog::{Document, pointer_of};
use crate::values::Finding;

/// The problems of arrays with more than so many items, if there are any.
pub(super) fn too_many(document: &Document, value: &Value, most: usize) -> Option<Problems> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), value)];
    while let Some((pointer, value)) = open.pop() {
        match value {
            Value::Array(items) if items.len() > most => found.push((pointer, items.len())),
            // What stands deeper in a long list has been bounded by its length.
            Value::Array(items) => {
                let below =
                    items.iter().enumerate().filter(|(_, it)| it.is_array() || it.is_object());
                open.extend(below.map(|(at, it)| (format!("{pointer}/{at}"), it)));
            }
            Value::Object(map) => {
                let below = map.iter().filter(|(_, it)| it.is_array() || it.is_object());
                open.extend(below.map(|(key, it)| (format!("{pointer}{}", pointer_of(key)), it)));
            }
            _ => {}
        }
    }
    if found.is_empty() {
        return None;
    }
    let mut problems = Problems::default();
    for (pointer, rows) in found {
        let code = if pointer.is_empty() { "many.too-many" } else { "list.over-limit" };
        let finding = Finding::problem(code).with("found", rows).with("limit", most);
        problems.push(sentence::problem(&document.schema, value, pointer, finding));
    }
    Some(problems)
}

//! What every field of a schema must say besides what a validator needs: the label that people read, and
//! how long a text may be.

use serde_json::{Map, Value};

use super::paths::escape;

/// Formats that say nothing of the length of a text.
const FREE: [&str; 2] = ["printable", "printable-lines"];

/// Looks at a schema without references; tells the pointer of each field that lacks something.
pub(super) fn find(schema: &Value, report: &mut dyn FnMut(&str, &str)) {
    look(schema, "", &Map::new(), report);
}

/// `declared` are the fields that the schema around a branch declares: a branch only narrows them.
fn look(
    schema: &Value,
    pointer: &str,
    declared: &Map<String, Value>,
    report: &mut dyn FnMut(&str, &str),
) {
    let Value::Object(map) = schema else { return };
    let none = Map::new();
    let own = map.get("properties").and_then(Value::as_object).unwrap_or(&none);
    for (key, field) in own.iter().filter(|(key, _)| !declared.contains_key(*key)) {
        let below = format!("{pointer}/properties/{}", escape(key));
        let title = field.get("title").and_then(Value::as_str).unwrap_or_default();
        if title.trim().is_empty() {
            report(&below, "缺 title：写上纸面上的栏目名称，问题里就这样称呼它");
        }
        look(field, &below, &none, report);
    }
    if is_endless(map) {
        report(pointer, "缺 maxLength：写明最多多少字，多到这些版面也还放得下");
    }
    if let Some(items) = map.get("items") {
        look(items, &format!("{pointer}/items"), &none, report);
    }
    let known = if own.is_empty() { declared } else { own };
    for branch in ["then", "else"] {
        if let Some(inner) = map.get(branch) {
            look(inner, &format!("{pointer}/{branch}"), known, report);
        }
    }
    for (at, inner) in map.get("allOf").and_then(Value::as_array).into_iter().flatten().enumerate()
    {
        look(inner, &format!("{pointer}/allOf/{at}"), known, report);
    }
}

/// Whether a free text may be of any length.
fn is_endless(schema: &Map<String, Value>) -> bool {
    let text = schema.get("type").and_then(Value::as_str) == Some("string");
    let chosen = schema.contains_key("enum") || schema.contains_key("const");
    let format = schema.get("format").and_then(Value::as_str);
    let formed = format.is_some_and(|format| !FREE.contains(&format));
    let pattern = schema.get("pattern").and_then(Value::as_str).unwrap_or_default();
    let whole = pattern.starts_with('^') && pattern.ends_with('$');
    let bound = whole && !pattern.contains(['*', '+']) && !pattern.contains(",}");
    text && !chosen && !formed && !bound && !schema.contains_key("maxLength")
}

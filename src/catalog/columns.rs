//! Records as rows: the columns of a table, one for each field that has no fields of its own.

use serde_json::Value;

use super::paths::escape;
use super::shape::Shape;

/// The key of the reason that may stand for a value (未填原因).
pub const REASON: &str = "reason";

/// A column of a table of records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The place within a record, as a JSON pointer.
    pub pointer: String,
    /// The label that the paper prints; with those of its groups where two columns would share it.
    pub label: String,
}

impl Shape {
    /// The columns of a table of such records, in the paper's order.
    #[must_use]
    pub fn columns(&self) -> Vec<Column> {
        let mut found = Vec::new();
        gather(&[self], "", &[], &mut found);
        let last = |labels: &[String]| labels.last().cloned().unwrap_or_default();
        let columns = found.iter().map(|(pointer, labels)| {
            let own = last(labels);
            let shared = found.iter().filter(|(_, others)| last(others) == own).count() > 1;
            let label = if shared { labels.join("—") } else { own };
            Column { pointer: pointer.clone(), label }
        });
        columns.collect()
    }

    /// What stands in the cell of a column: the value as a text, or the reason that stands for it or for
    /// its group; that of a group in its first column.
    #[must_use]
    pub fn cell(&self, record: &Value, columns: &[Column], column: &Column) -> String {
        if let Some(value) = record.pointer(&column.pointer) {
            return self.written(&column.pointer, value);
        }
        let mut group = column.pointer.as_str();
        while let Some((above, _)) = group.rsplit_once('/') {
            group = above;
            let below = format!("{group}/");
            let first = columns.iter().find(|column| column.pointer.starts_with(&below));
            match record.pointer(group) {
                Some(value) if value.get(REASON).is_some() && first == Some(column) => {
                    return self.written(group, value);
                }
                Some(_) => break,
                None => {}
            }
        }
        String::new()
    }

    /// A value as a text.
    fn written(&self, pointer: &str, value: &Value) -> String {
        match value {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Number(number) => number.to_string(),
            Value::Bool(yes) => if *yes { "是" } else { "否" }.to_owned(),
            Value::Array(items) => {
                let items = items.iter().map(|item| self.written(pointer, item));
                items.collect::<Vec<_>>().join("、")
            }
            Value::Object(map) => {
                let parts = map.iter().map(|(key, inner)| {
                    let below = format!("{pointer}/{}", escape(key));
                    let label = self.title_at(&below).unwrap_or_else(|| key.clone());
                    format!("{label}：{}", self.written(&below, inner))
                });
                parts.collect::<Vec<_>>().join("；")
            }
        }
    }

    /// The label of a place, whatever the record.
    fn title_at(&self, pointer: &str) -> Option<String> {
        let mut shapes = vec![self];
        for step in pointer.split('/').skip(1) {
            let every: Vec<&Self> = shapes.iter().flat_map(|shape| shape.everything()).collect();
            let items = every.iter().filter_map(|shape| shape.items.as_deref());
            let every: Vec<&Self> = every.iter().copied().chain(items).collect();
            let fields = every.iter().flat_map(|shape| &shape.fields);
            shapes =
                fields.filter(|(key, _)| escape(key) == step).map(|(_, shape)| shape).collect();
        }
        shapes.iter().flat_map(|shape| shape.everything()).find_map(|shape| shape.title.clone())
    }
}

/// Gathers the fields of a place, which all these shapes describe: pointer, and labels from outside.
fn gather(
    shapes: &[&Shape],
    pointer: &str,
    labels: &[String],
    found: &mut Vec<(String, Vec<String>)>,
) {
    let every: Vec<&Shape> = shapes.iter().flat_map(|shape| shape.everything()).collect();
    let mut fields: Vec<(&str, Vec<&Shape>)> = Vec::new();
    for (key, shape) in every.iter().flat_map(|shape| &shape.fields) {
        match fields.iter_mut().find(|(known, _)| known == key) {
            Some((_, shapes)) => shapes.push(shape),
            None => fields.push((key, vec![shape])),
        }
    }
    fields.retain(|(key, _)| *key != REASON);
    let plain = every.iter().any(|shape| shape.types.iter().any(|kind| kind != "object"));
    if plain || fields.is_empty() {
        found.push((pointer.to_owned(), labels.to_vec()));
        return;
    }
    for (key, shapes) in fields {
        let mut labels = labels.to_vec();
        let every = shapes.iter().flat_map(|shape| shape.everything());
        let title = every.into_iter().find_map(|shape| shape.title.clone());
        let title = title.unwrap_or_else(|| key.to_owned());
        if labels.last() != Some(&title) {
            labels.push(title);
        }
        gather(&shapes, &format!("{pointer}/{}", escape(key)), &labels, found);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn fields_become_columns_and_reasons_stand_in_cells() {
        let reason = json!({ "type": "object", "properties": { "reason": { "title": "未填原因", "type": "string" } } });
        let shape = Shape::read(&json!({ "type": "object", "properties": {
            "name": { "title": "名称", "type": "string" },
            "number": {
                "title": "号码", "if": { "required": ["reason"] }, "then": reason,
                "else": { "type": "object", "properties": {
                    "number": { "title": "号码", "type": "string" },
                    "kind": { "title": "种类", "type": "string" },
                } },
            },
            "head": { "title": "负责人", "type": "object", "properties": {
                "name": { "title": "名称", "type": "string" },
                "phone": { "title": "电话", "if": { "type": "object" }, "then": reason, "else": { "type": "string" } },
            } },
            "days": { "title": "天数", "type": "integer" },
            "kinds": { "title": "类别", "type": "array", "items": { "type": "string" } },
        } }))
        .expect("a schema");
        let columns = shape.columns();
        let labels: Vec<&str> = columns.iter().map(|column| column.label.as_str()).collect();
        assert_eq!(labels, ["名称", "号码", "种类", "负责人—名称", "电话", "天数", "类别"]);
        let row = |record: Value| -> Vec<String> {
            columns.iter().map(|column| shape.cell(&record, &columns, column)).collect()
        };
        let found = row(json!({ "name": "A", "number": { "number": "1", "kind": "b" }, "days": 7,
            "head": { "name": "C", "phone": "0" }, "kinds": ["d", "e"] }));
        assert_eq!(found, ["A", "1", "b", "C", "0", "7", "d、e"]);
        let found =
            row(json!({ "number": { "reason": "换证" }, "head": { "phone": { "reason": "无" } } }));
        assert_eq!(found, ["", "未填原因：换证", "", "", "未填原因：无", "", ""]);
    }
}

//! Records in the order of the paper: completed for a layout, canonical to be carried and signed.

use serde_json::{Map, Value};

use super::paths::unescape;
use super::shape::Shape;

impl Shape {
    /// Where a pointer stands in the order of the paper; smaller is earlier.
    #[must_use]
    pub fn order_of(&self, pointer: &str) -> Vec<usize> {
        let mut order = Vec::new();
        let mut shapes = vec![self];
        for step in pointer.split('/').skip(1) {
            let step = unescape(step);
            let every: Vec<&Self> = shapes.iter().flat_map(|shape| shape.everything()).collect();
            if let Ok(index) = step.parse() {
                order.push(index);
                shapes = every.iter().filter_map(|shape| shape.items.as_deref()).collect();
                continue;
            }
            let fields: Vec<&(String, Self)> = every.iter().flat_map(|s| &s.fields).collect();
            order.push(fields.iter().position(|(key, _)| *key == step).unwrap_or(usize::MAX));
            shapes = fields.iter().filter(|(key, _)| *key == step).map(|(_, s)| s).collect();
        }
        order
    }

    /// The record with every field that the schema knows: what is absent becomes null, an absent
    /// group a group of nulls, an absent list an empty one; keys stand in the paper's order.
    #[must_use]
    pub fn complete(&self, value: &Value) -> Value {
        if value.is_null() && self.is_of("object", value) || value.is_object() {
            let empty = Map::new();
            let given = value.as_object().unwrap_or(&empty);
            // An absent group is a group all the same, so its fields are asked of an empty one.
            let seen = if value.is_null() { Value::Object(Map::new()) } else { value.clone() };
            let mut map = Map::new();
            for (key, shapes) in self.fields_of(&seen) {
                let inner = given.get(key).unwrap_or(&Value::Null);
                let completed = match shapes.as_slice() {
                    [first, ..] => first.complete(inner),
                    [] => inner.clone(),
                };
                map.insert(key.to_owned(), completed);
            }
            return Value::Object(map);
        }
        if let Value::Array(items) = value {
            return match self.items_of(value) {
                Some(shape) => items.iter().map(|item| shape.complete(item)).collect(),
                None => value.clone(),
            };
        }
        if value.is_null() && self.is_of("array", value) {
            return Value::Array(Vec::new());
        }
        value.clone()
    }

    /// The record with its keys in the paper's order and nothing added: the canonical order.
    #[must_use]
    pub fn ordered(&self, value: &Value) -> Value {
        match value {
            Value::Object(given) => {
                let mut map = Map::new();
                for (key, shapes) in self.fields_of(value) {
                    if let (Some(inner), Some(shape)) = (given.get(key), shapes.first()) {
                        map.insert(key.to_owned(), shape.ordered(inner));
                    }
                }
                Value::Object(map)
            }
            Value::Array(items) => match self.items_of(value) {
                Some(shape) => items.iter().map(|item| shape.ordered(item)).collect(),
                None => value.clone(),
            },
            other => other.clone(),
        }
    }
}

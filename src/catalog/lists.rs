//! Lists of a record: the one that other records are collected in, and what is asked of the items of any.

use serde_json::Value;

use super::document::{Document, groups, with_every_key};
use super::expressions::value_of;
use super::fields::Field;

impl Document {
    /// The list that records of other documents are collected in, as a JSON pointer.
    #[must_use]
    pub fn list(&self) -> Option<&str> {
        let mut lists = self.manifest.from.values().filter_map(|mapping| mapping.into.as_ref());
        lists.next().map(|list| list.get_ref().as_str())
    }

    /// The columns of a table of that list's items; empty without such a list.
    #[must_use]
    pub fn item_fields(&self) -> Vec<Field> {
        self.list().map(|list| self.schema.fields_of_items(list)).unwrap_or_default()
    }

    /// What expressions see of each item of a list of a complete record: its fields, null for those that it
    /// has no place for, and `programme`.
    #[must_use]
    pub fn items_seen(&self, list: &str, complete: &Value) -> Vec<minijinja::Value> {
        let items = complete.pointer(list).and_then(Value::as_array);
        let keys = self.schema.shape.items_at(list).map(|shape| groups(shape.paths()));
        let (keys, programme) = (keys.unwrap_or_default(), self.programme.facts());
        let seen = items.into_iter().flatten().map(|item| {
            let mut seen = with_every_key(item, &keys);
            if let Value::Object(map) = &mut seen {
                map.insert("programme".to_owned(), programme.clone());
            }
            value_of(&seen)
        });
        seen.collect()
    }
}

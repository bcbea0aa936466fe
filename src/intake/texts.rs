//! Every text of a record: cleaned, asked for glyphs, and judged by its domain format.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::Value;

use super::problem::Problems;
use crate::catalog::{Catalog, Coverage, Shape, escape};
use crate::values::{
    Finding, Regions, credit_code, date, look_alike, phone, postcode, registration, text,
};

/// What the walk over the texts needs to know.
pub(super) struct Judge<'a> {
    coverage: Coverage<'a>,
    /// What the faces said of a character: a list asks for the same few hundred again and again.
    covered: RefCell<HashMap<char, bool>>,
    regions: &'a Regions,
    province: &'a str,
}

impl<'a> Judge<'a> {
    pub(super) fn new(catalog: &'a Catalog, province: &'a str) -> Self {
        Self {
            coverage: catalog.fonts().coverage(),
            covered: RefCell::default(),
            regions: catalog.regions(),
            province,
        }
    }

    fn covers(&self, mark: char) -> bool {
        let mut covered = self.covered.borrow_mut();
        *covered.entry(mark).or_insert_with(|| self.coverage.covers(mark))
    }

    /// Cleans every text in place; what was found comes with its pointer.
    pub(super) fn clean(&self, shape: &Shape, record: &mut Value) -> Vec<(String, Finding)> {
        let mut found = Vec::new();
        amend(shape, record, "", &mut |shape, pointer, value| {
            let Value::String(given) = value else { return };
            let several_lines = shape.format_of(&TEXT) == Some("printable-lines");
            let cleaned = text::clean(given, several_lines);
            found.extend(cleaned.findings.into_iter().map(|one| (pointer.to_owned(), one)));
            let missing = text::undrawable(&cleaned.text, &|mark| self.covers(mark));
            found.extend(missing.into_iter().map(|one| (pointer.to_owned(), one)));
            let doubtful = look_alike::examine(&cleaned.text);
            found.extend(doubtful.into_iter().map(|one| (pointer.to_owned(), one)));
            *given = cleaned.text;
        });
        found
    }

    /// Judges every text by the format that the schema gives its place, unless something must be
    /// mended there already.
    pub(super) fn formats(
        &self,
        shape: &Shape,
        record: &Value,
        known: &Problems,
    ) -> Vec<(String, Finding)> {
        let mut found = Vec::new();
        visit(shape, record, "", &mut |shape, pointer, value| {
            let Value::String(given) = value else { return };
            let Some(format) = shape.format_of(value) else { return };
            if given.is_empty() || known.has_one_at(pointer) {
                return;
            }
            let findings = match format {
                "credit-code" => credit_code::examine(given),
                "registration-number" => registration::examine(given),
                "region" => self.regions.examine(given, self.province),
                "phone" => phone::examine(given),
                "postcode" => postcode::examine(given),
                "date" => date::parse(given).err().into_iter().collect(),
                _ => Vec::new(),
            };
            found.extend(findings.into_iter().map(|one| (pointer.to_owned(), one)));
        });
        found
    }
}

/// Which format a place has depends on its holding a text, not on what the text says.
static TEXT: Value = Value::String(String::new());

/// Goes over every plain value that the shape knows; what it does not know is refused elsewhere.
fn visit(shape: &Shape, value: &Value, pointer: &str, look: &mut dyn FnMut(&Shape, &str, &Value)) {
    match value {
        Value::Object(map) => {
            let fields = shape.fields_of(value);
            for (key, inner) in map {
                if let Some(own) = shape_of(&fields, key) {
                    visit(own, inner, &format!("{pointer}/{}", escape(key)), look);
                }
            }
        }
        Value::Array(list) => {
            let Some(own) = shape.items_of(value) else { return };
            for (at, inner) in list.iter().enumerate() {
                visit(own, inner, &format!("{pointer}/{at}"), look);
            }
        }
        _ => look(shape, pointer, value),
    }
}

/// The same, each value open to change.
fn amend(
    shape: &Shape,
    value: &mut Value,
    pointer: &str,
    change: &mut dyn FnMut(&Shape, &str, &mut Value),
) {
    match value {
        Value::Object(_) => {
            // Which fields there are is asked before anything is changed.
            let fields: Vec<(String, &Shape)> = shape
                .fields_of(value)
                .into_iter()
                .filter_map(|(key, shapes)| Some((key.to_owned(), *shapes.first()?)))
                .collect();
            let Value::Object(map) = value else { return };
            for (key, inner) in map {
                let below = format!("{pointer}/{}", escape(key));
                if let Some((_, own)) = fields.iter().find(|(known, _)| known == key) {
                    amend(own, inner, &below, change);
                }
            }
        }
        Value::Array(_) => {
            let items = shape.items_of(value);
            let Value::Array(list) = value else { return };
            for (at, inner) in list.iter_mut().enumerate() {
                if let Some(own) = items {
                    amend(own, inner, &format!("{pointer}/{at}"), change);
                }
            }
        }
        _ => change(shape, pointer, value),
    }
}

fn shape_of<'a>(fields: &[(&str, Vec<&'a Shape>)], key: &str) -> Option<&'a Shape> {
    fields.iter().find(|(known, _)| *known == key).and_then(|(_, shapes)| shapes.first().copied())
}

//! Every text of a record: cleaned, asked for glyphs, and judged by its domain format.

use serde_json::Value;

use super::problem::Problems;
use crate::catalog::{Catalog, Coverage, Document, Shape, escape};
use crate::values::{
    Finding, Regions, credit_code, date, look_alike, phone, postcode, registration, text,
};

/// What the walk over the texts needs to know.
pub(super) struct Judge<'a> {
    coverage: Coverage<'a>,
    regions: &'a Regions,
    province: &'a str,
}

impl<'a> Judge<'a> {
    pub(super) fn new(catalog: &'a Catalog, document: &'a Document) -> Self {
        Self {
            coverage: catalog.fonts().coverage(),
            regions: catalog.regions(),
            province: document.programme.province.get_ref(),
        }
    }

    /// Cleans every text in place; what was found comes with its pointer.
    pub(super) fn clean(&self, shape: &Shape, record: &mut Value) -> Vec<(String, Finding)> {
        let mut found = Vec::new();
        walk(shape, record, "", &mut |shape, pointer, value| {
            let Value::String(given) = value else { return };
            let several_lines = shape.format_of(&TEXT) == Some("printable-lines");
            let cleaned = text::clean(given, several_lines);
            found.extend(cleaned.findings.into_iter().map(|one| (pointer.to_owned(), one)));
            let missing = text::undrawable(&cleaned.text, &|mark| self.coverage.covers(mark));
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
        // The walk serves the cleaning too, which changes texts; here it changes nothing.
        walk(shape, &mut record.clone(), "", &mut |shape, pointer, value| {
            let Value::String(given) = &*value else { return };
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
fn walk(
    shape: &Shape,
    value: &mut Value,
    pointer: &str,
    visit: &mut dyn FnMut(&Shape, &str, &mut Value),
) {
    match value {
        Value::Object(_) => {
            let fields: Vec<(String, &Shape)> = shape
                .fields_of(value)
                .into_iter()
                .filter_map(|(key, shapes)| Some((key.to_owned(), *shapes.first()?)))
                .collect();
            let Value::Object(map) = value else { return };
            for (key, inner) in map {
                let below = format!("{pointer}/{}", escape(key));
                if let Some((_, shape)) = fields.iter().find(|(known, _)| known == key) {
                    walk(shape, inner, &below, visit);
                }
            }
        }
        Value::Array(_) => {
            let items = shape.items_of(value);
            let Value::Array(list) = value else { return };
            for (at, inner) in list.iter_mut().enumerate() {
                if let Some(shape) = items {
                    walk(shape, inner, &format!("{pointer}/{at}"), visit);
                }
            }
        }
        _ => visit(shape, pointer, value),
    }
}

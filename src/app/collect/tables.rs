//! What a spreadsheet brings to a collection: rows as the document has them, or as a document has them that it
//! is made from.

use serde_json::json;

use super::items::Item;
use super::{Collection, put};
use crate::app::{Refusal, RowsKind};
use crate::catalog::expressions::paths_of_expression;
use crate::catalog::{Document, Mapping};
use crate::intake::{self, Grid, ListedItem, ListedItems};
use crate::wording;

impl Collection<'_> {
    pub(super) fn items_of_table(
        &mut self,
        file: &str,
        bytes: &[u8],
        kind: RowsKind,
    ) -> Result<Vec<Item>, Refusal> {
        let most = self.app.most.rows;
        let grids = self.app.sheets(bytes, kind)?;
        let listed = match intake::listed_items(self.document, self.list, grids.clone(), most) {
            Ok(listed) => listed,
            Err(reason) => match self.listed_by_a_source(&grids)? {
                Some(listed) => listed,
                None => return Err(Refusal::Usage(reason)),
            },
        };
        self.advice.enclose("", file, listed.advice);
        let items = listed.items.into_iter().map(|item| Item {
            row: Some(item.row),
            findings: item.findings,
            ..Item::of(file, item.value, false)
        });
        Ok(items.collect())
    }

    /// The items that come of a table with the head of a list of which each item becomes one of ours.
    fn listed_by_a_source(&self, grids: &[Grid]) -> Result<Option<ListedItems>, Refusal> {
        for (name, mapping) in &self.document.manifest.from {
            let into = mapping.into.as_ref().is_some_and(|into| into.get_ref() == self.list);
            let Some(each) = mapping.each.as_ref().filter(|_| into) else { continue };
            let source = self.app.document(name.get_ref())?;
            let most = self.app.most.rows;
            let own = each.get_ref();
            let Ok(mut listed) = intake::listed_items(source, own, grids.to_vec(), most) else {
                continue;
            };
            let items = std::mem::take(&mut listed.items).into_iter();
            let made = items.map(|item| self.made_of(source, mapping, each.get_ref(), item));
            listed.items = made.collect::<Result<_, _>>()?;
            return Ok(Some(listed));
        }
        Ok(None)
    }

    /// Our item of one of a source's list, which nobody has checked as such.
    fn made_of(
        &self,
        source: &Document,
        mapping: &Mapping,
        each: &str,
        item: ListedItem,
    ) -> Result<ListedItem, Refusal> {
        let mut alone = json!({});
        put(&mut alone, each, json!([item.value]));
        let made = wording::derive(self.document, source, &alone).ok();
        let Some(value) = made.and_then(|mut made| made.pop()) else {
            let what = format!(
                "表头合{}的表，但第{}行得不出这里的一项；请先在那份文书里把它改好",
                source.manifest.name, item.row
            );
            return Err(Refusal::Usage(what));
        };
        let findings = item.findings.into_iter();
        let findings = findings.flat_map(|(pointer, finding)| {
            let places = places_of(source, mapping, &pointer);
            places.into_iter().map(move |place| (place, finding.clone()))
        });
        Ok(ListedItem { row: item.row, value, findings: findings.collect() })
    }
}

/// Where in our item something of a source's item shows (pointers); nowhere if nothing of ours is made of it.
fn places_of(source: &Document, mapping: &Mapping, pointer: &str) -> Vec<String> {
    let path = pointer.trim_start_matches('/').replace('/', ".");
    let within = |inner: &str, outer: &str| {
        inner.strip_prefix(outer).filter(|rest| rest.is_empty() || rest.starts_with('.')).is_some()
    };
    let places = mapping.columns.iter().filter_map(|(field, expression)| {
        let (field, expression) = (field.get_ref(), expression.get_ref().trim());
        // What goes over as it is keeps its place below the field.
        if within(&path, expression) {
            return Some(format!("/{field}{}", path[expression.len()..].replace('.', "/")));
        }
        let read = paths_of_expression(&source.environment, expression).unwrap_or_default();
        let reads = read.iter().any(|read| within(&path, read) || within(read, &path));
        reads.then(|| format!("/{field}"))
    });
    places.collect()
}

//! How documents are made from each other: what their manifests say of it, checked once all are open.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;

use super::document::{Document, DocumentId};
use super::expressions::{paths_of_expression, unknown_paths};
use super::manifest::Mapping;
use super::position::line_of;
use crate::fault::Fault;

/// Every fault in the mappings of all documents; `files` are those below `templates`, by their path.
pub(super) fn faults(
    templates: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    documents: &BTreeMap<DocumentId, Document>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for target in documents.values() {
        let path = templates.join(&target.id.programme).join(&target.id.document);
        let path = path.join("document.toml");
        let bytes = files.get(&format!("/{}/document.toml", target.id));
        let text = String::from_utf8_lossy(bytes.map(Vec::as_slice).unwrap_or_default());
        let lists = || target.manifest.from.values().filter_map(|mapping| mapping.into.as_ref());
        for list in lists().skip(1).filter(|list| lists().next() != Some(list)) {
            let what = "各个 [from] 的 into 应指向同一个列表";
            faults.push(Fault::at(&path, what).on_line(line_of(&text, list.span().start)));
        }
        for (name, mapping) in &target.manifest.from {
            let source = documents.values().find(|known| known.id.to_string() == *name.get_ref());
            let found = match source {
                Some(source) => slips(target, source, mapping),
                // One that could not be opened has been told of already.
                None if files.contains_key(&format!("/{}/document.toml", name.get_ref())) => {
                    Vec::new()
                }
                None => {
                    let known: Vec<_> = documents.keys().map(ToString::to_string).collect();
                    vec![(name, format!("没有这份文书；现有：{}", known.join("、")))]
                }
            };
            for (at, what) in found {
                let what = format!("[from.\"{}\"]：{what}", name.get_ref());
                faults.push(Fault::at(&path, what).on_line(line_of(&text, at.span().start)));
            }
        }
    }
    faults
}

/// What is wrong with one mapping, each with its place.
fn slips<'a>(
    target: &Document,
    source: &Document,
    mapping: &'a Mapping,
) -> Vec<(&'a Spanned<String>, String)> {
    let mut found = Vec::new();
    let own = &target.schema.shape;
    let items = match &mapping.into {
        Some(into) => {
            let items = own.items_at(into.get_ref());
            if items.is_none() {
                let what = format!("into 指向的 {} 不是 schema 中的列表", into.get_ref());
                found.push((into, what));
            }
            items
        }
        None => Some(own),
    };
    if let (None, Some(key)) = (&mapping.into, &mapping.key) {
        found.push((key, "key 分辨列表中的申报主体，须同时写 into".to_owned()));
    }
    let (readable, facts) = (source.schema.shape.paths(), source.programme.facts());
    let mut judge = |name: &str, given: &'a Spanned<String>| {
        let what = match paths_of_expression(&source.environment, given.get_ref()) {
            Ok(paths) => unknown_paths(&paths, &readable, &facts)
                .first()
                .map(|unknown| format!("用了 {} 中未声明的字段“{unknown}”", source.id)),
            Err(error) => Some(format!("的表达式有误：{error}")),
        };
        found.extend(what.map(|what| (given, format!("“{name}”{what}"))));
    };
    if let Some(key) = &mapping.key {
        judge("key", key);
    }
    for (field, expression) in &mapping.columns {
        judge(field.get_ref(), expression);
    }
    if let Some(items) = items {
        let known: Vec<String> =
            items.paths().into_iter().filter(|path| !path.contains('.')).collect();
        for field in mapping.columns.keys().filter(|field| !known.contains(field.get_ref())) {
            let what = format!("没有字段“{}”，可用：{}", field.get_ref(), known.join("、"));
            found.push((field, what));
        }
    }
    found
}

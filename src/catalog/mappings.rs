//! How documents are made from each other: what their manifests say of it, checked once all are open.

use std::collections::BTreeMap;
use std::path::Path;

use toml::Spanned;

use super::document::{Document, DocumentId};
use super::expressions::{paths_of_expression, unknown_paths};
use super::manifest::{Mapping, Revocation};
use super::position::line_of;
use super::shape::Shape;
use crate::fault::Fault;

/// What the registry tells of an entry that is revoked; the columns of `[numbered.revocation]` read it.
pub const ENTRY: [&str; 8] =
    ["number", "holder", "credit_code", "title", "issuer", "issued_on", "revoked_on", "why"];

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
        let find = |name: &Spanned<String>| {
            let found = documents.values().find(|known| known.id.to_string() == *name.get_ref());
            // One that could not be opened has been told of already.
            let tried = files.contains_key(&format!("/{}/document.toml", name.get_ref()));
            found.ok_or_else(|| {
                let known: Vec<_> = documents.keys().map(ToString::to_string).collect();
                (!tried).then(|| format!("没有这份文书；现有：{}", known.join("、")))
            })
        };
        let numbered = target.manifest.numbered.as_ref();
        if let Some(mapping) = numbered.and_then(|numbered| numbered.revocation.as_ref()) {
            let found = match find(&mapping.document) {
                Ok(notice) => slips_of_revocation(target, notice, mapping),
                Err(what) => what.map(|what| (&mapping.document, what)).into_iter().collect(),
            };
            for (at, what) in found {
                let what = format!("[numbered.revocation]：{what}");
                faults.push(Fault::at(&path, what).on_line(line_of(&text, at.span().start)));
            }
        }
        for (name, mapping) in &target.manifest.from {
            let found = match find(name) {
                Ok(source) => slips(target, source, mapping),
                Err(what) => what.map(|what| (name, what)).into_iter().collect(),
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
    let theirs = &source.schema.shape;
    let (mut readable, mut whose) = (theirs.paths(), format!("{} 中", source.id));
    if let Some(each) = &mapping.each {
        let list = each.get_ref();
        match theirs.items_at(list).filter(|shape| shape.is_group()) {
            Some(items) => {
                (readable, whose) = (items.paths(), format!("{} 的 {list} 各项中", source.id));
            }
            None => found.push((each, format!("each 指向的 {list} 不是 {} 的列表", source.id))),
        }
        if mapping.into.is_none() {
            found.push((each, "each 由一份数据得出多项，须同时写 into".to_owned()));
        }
        if let Some(key) = &mapping.key {
            found.push((key, "key 分辨一份数据的申报主体，不能与 each 同时写".to_owned()));
        }
    }
    let mut judge = |name: &str, given: &'a Spanned<String>| {
        let what = judged(source, name, given.get_ref(), (&readable, &whose));
        found.extend(what.map(|what| (given, what)));
    };
    if let Some(key) = mapping.key.as_ref().filter(|_| mapping.each.is_none()) {
        judge("key", key);
    }
    for (field, expression) in &mapping.columns {
        judge(field.get_ref(), expression);
    }
    if let Some(items) = items {
        found.extend(undeclared(items, mapping.columns.keys()));
    }
    found
}

/// What is wrong with the mapping of entries of the registry to a notice.
fn slips_of_revocation<'a>(
    document: &Document,
    notice: &Document,
    mapping: &'a Revocation,
) -> Vec<(&'a Spanned<String>, String)> {
    let mut found = Vec::new();
    let own = &notice.schema.shape;
    let list = mapping.into.get_ref();
    // A field of the record itself: what stands deeper would need groups that nobody fills in.
    match own.items_at(list).filter(|_| list.matches('/').count() == 1) {
        Some(items) => found.extend(undeclared(items, mapping.columns.keys())),
        None => {
            let what = format!("into 指向的 {list} 不是 {} 的 schema 中最外层的列表", notice.id);
            found.push((&mapping.into, what));
        }
    }
    found.extend(undeclared(own, mapping.fields.keys()));
    let of_entry = (ENTRY.map(str::to_owned).to_vec(), "登记的内容中");
    let of_all = (vec!["entries".to_owned()], "全部登记（entries）以外");
    for (fields, (readable, whose)) in [(&mapping.columns, of_entry), (&mapping.fields, of_all)] {
        for (field, expression) in fields {
            let given = expression.get_ref();
            let what = judged(document, field.get_ref(), given, (&readable, whose));
            found.extend(what.map(|what| (expression, what)));
        }
    }
    found
}

/// What is wrong with an expression in the words of a document.
fn judged(
    document: &Document,
    name: &str,
    expression: &str,
    (readable, whose): (&[String], &str),
) -> Option<String> {
    let what = match paths_of_expression(&document.environment, expression) {
        Ok(paths) => {
            let unknown = unknown_paths(&paths, readable, &document.programme.facts());
            format!("用了 {whose}未声明的字段“{}”", unknown.first()?)
        }
        Err(error) => format!("的表达式有误：{error}"),
    };
    Some(format!("“{name}”{what}"))
}

/// The fields that no record of a shape has.
fn undeclared<'a>(
    shape: &Shape,
    fields: impl Iterator<Item = &'a Spanned<String>>,
) -> Vec<(&'a Spanned<String>, String)> {
    let known: Vec<String> = shape.paths().into_iter().filter(|path| !path.contains('.')).collect();
    let strange = fields.filter(|field| !known.contains(field.get_ref()));
    let told = strange.map(|field| {
        let what = format!("没有字段“{}”，可用：{}", field.get_ref(), known.join("、"));
        (field, what)
    });
    told.collect()
}

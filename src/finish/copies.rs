//! The copies (份) in the print file of a packet, as its page labels tell; the file may be anybody's.

use lopdf::{Dictionary, Document, LoadOptions, Object, decode_text_string};

/// The most bytes that a table of the file may become.
const LIMIT: usize = 256 << 20;

/// How deep a tree of labels may be; a damaged one may run in a circle.
const DEPTH: usize = 16;

/// Where a copy begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyStart {
    /// Its name (第一份), if it has one.
    pub name: Option<String>,
    /// Its first page, from 0.
    pub page: usize,
}

/// A label: the page (from 0) on which it begins, the name before the dash, whether it is the number 1.
struct Label {
    page: usize,
    name: Option<String>,
    first: bool,
    /// Whether it has a prefix at all; what other programs write for want of a label has none.
    prefixed: bool,
}

/// The copies in the order of their pages; none if the file does not tell.
#[must_use]
pub fn copy_starts(pdf: &[u8]) -> Vec<CopyStart> {
    let options = LoadOptions { max_decompressed_size: Some(LIMIT), ..LoadOptions::default() };
    let Ok(document) = Document::load_mem_with_options(pdf, options) else { return Vec::new() };
    let mut labels = Vec::new();
    let tree = document.catalog().ok().and_then(|catalog| catalog.get(b"PageLabels").ok());
    if let Some(tree) = tree {
        read(&document, tree, DEPTH, &mut labels);
    }
    labels.sort_by_key(|label| label.page);
    let mut starts: Vec<CopyStart> = Vec::new();
    for label in labels.iter().filter(|label| label.name.is_some()) {
        if starts.iter().any(|start| start.name == label.name) {
            continue;
        }
        // Pages of another packet may have been put in; the running number 1 is sure.
        let own = || labels.iter().filter(|other| other.name == label.name);
        let first = own().find(|other| other.first).unwrap_or(label);
        starts.push(CopyStart { name: label.name.clone(), page: first.page });
    }
    if starts.is_empty() {
        let firsts = || labels.iter().filter(|label| label.first);
        let sure = firsts().any(|label| label.prefixed);
        let kept = firsts().filter(|label| label.prefixed || !sure);
        starts.extend(kept.map(|label| CopyStart { name: None, page: label.page }));
    }
    starts.sort_by_key(|start| start.page);
    starts
}

/// Reads a number tree (ISO 32000-1, 7.9.7).
fn read(document: &Document, node: &Object, depth: usize, labels: &mut Vec<Label>) {
    let node = document.dereference(node).ok().and_then(|(_, node)| node.as_dict().ok());
    let Some(node) = node.filter(|_| depth > 0) else { return };
    for kid in list(document, node, b"Kids") {
        read(document, kid, depth - 1, labels);
    }
    for pair in list(document, node, b"Nums").chunks_exact(2) {
        let page = pair[0].as_i64().ok().and_then(|page| usize::try_from(page).ok());
        let label = document.dereference(&pair[1]).ok().and_then(|(_, it)| it.as_dict().ok());
        if let (Some(page), Some(label)) = (page, label) {
            labels.push(Label::of(page, label));
        }
    }
}

fn list<'a>(document: &'a Document, of: &'a Dictionary, key: &[u8]) -> &'a [Object] {
    let list = of.get(key).ok().and_then(|list| document.dereference(list).ok());
    list.and_then(|(_, list)| list.as_array().ok()).map(Vec::as_slice).unwrap_or_default()
}

impl Label {
    fn of(page: usize, label: &Dictionary) -> Self {
        let prefix = label.get(b"P").ok().and_then(|prefix| decode_text_string(prefix).ok());
        let name = prefix.as_deref().and_then(|prefix| prefix.rsplit_once('-'));
        let name = name.map(|(name, _)| name.to_owned()).filter(|name| !name.is_empty());
        let numbered = label.get(b"S").and_then(Object::as_name).is_ok_and(|style| style == b"D");
        let number = label.get(b"St").and_then(Object::as_i64).unwrap_or(1);
        Self { page, name, first: numbered && number == 1, prefixed: prefix.is_some() }
    }
}

//! Objects of a file, found without trusting it: references may lead nowhere or in a circle.

use std::collections::HashSet;

use lopdf::{Dictionary, Document, Object, ObjectId};

/// A page tree is shallow; one that is deeper than this is made to be.
const DEEPEST: usize = 64;

/// More pages than anybody prints.
const MOST_PAGES: usize = 20_000;

/// A page and what it inherits.
pub(crate) struct PageNode<'a> {
    pub(crate) own: &'a Dictionary,
    inherited: Vec<&'a Dictionary>,
}

impl<'a> PageNode<'a> {
    /// The entry of the page, or of the nearest node above it.
    pub(crate) fn get(&self, document: &'a Document, key: &[u8]) -> Option<&'a Object> {
        std::iter::once(self.own)
            .chain(self.inherited.iter().rev().copied())
            .find_map(|node| node.get(key).ok())
            .map(|object| resolved(document, object))
    }
}

/// What a reference leads to; the object itself if it is none, null if it leads nowhere.
pub(crate) fn resolved<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).map_or(&Object::Null, |(_, object)| object)
}

/// The dictionary behind a key.
pub(crate) fn dictionary<'a>(
    document: &'a Document,
    of: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Dictionary> {
    let object = resolved(document, of.get(key).ok()?);
    object.as_dict().ok().or_else(|| object.as_stream().ok().map(|stream| &stream.dict))
}

/// A number, whole or not.
pub(crate) fn number(document: &Document, object: &Object) -> Option<f64> {
    match resolved(document, object) {
        Object::Integer(number) => Some(*number as f64),
        Object::Real(number) => Some(f64::from(*number)),
        _ => None,
    }
    .filter(|number| number.is_finite())
}

/// Four numbers as left, bottom, right, top.
pub(crate) fn rectangle(document: &Document, object: &Object) -> Option<[f64; 4]> {
    let numbers: Vec<f64> = resolved(document, object)
        .as_array()
        .ok()?
        .iter()
        .map_while(|it| number(document, it))
        .collect();
    let &[a, b, c, d] = numbers.as_slice() else { return None };
    Some([a.min(c), b.min(d), a.max(c), b.max(d)])
}

/// The pages in order. A page may stand twice; a node of the tree is not entered again.
pub(crate) fn pages(document: &Document) -> Vec<PageNode<'_>> {
    let mut found = Vec::new();
    let Ok(catalog) = document.catalog() else { return found };
    let Some(root) = dictionary(document, catalog, b"Pages") else { return found };
    let mut seen: HashSet<ObjectId> = HashSet::new();
    let mut waiting = vec![(root, Vec::new())];
    while let Some((node, inherited)) = waiting.pop() {
        if found.len() >= MOST_PAGES {
            break;
        }
        let kids = node.get(b"Kids").ok().and_then(|kids| resolved(document, kids).as_array().ok());
        let Some(kids) = kids else {
            found.push(PageNode { own: node, inherited });
            continue;
        };
        if inherited.len() >= DEEPEST {
            continue;
        }
        let mut below = inherited;
        below.push(node);
        for kid in kids.iter().take(MOST_PAGES).rev() {
            let Ok(node) = resolved(document, kid).as_dict() else { continue };
            if let Object::Reference(id) = kid
                && node.has(b"Kids")
                && !seen.insert(*id)
            {
                continue;
            }
            waiting.push((node, below.clone()));
        }
    }
    found
}

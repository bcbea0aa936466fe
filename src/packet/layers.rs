//! The layers (optional content, ISO 32000-1, 8.11) of a file, and which of them are not printed.

use lopdf::{Dictionary, Document, Object, ObjectId};

use crate::inspect::tree;

/// The layers of a file.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) all: Vec<ObjectId>,
    pub(super) hidden: Vec<ObjectId>,
}

impl Layers {
    /// Those of the file's usual view, as it is printed.
    pub(super) fn of(source: &Document) -> Self {
        let Some(layers) =
            source.catalog().ok().and_then(|it| tree::dictionary(source, it, b"OCProperties"))
        else {
            return Self::default();
        };
        let usual = tree::dictionary(source, layers, b"D");
        let all = references(source, Some(layers), b"OCGs");
        let base = usual.and_then(|it| name(source, it, b"BaseState"));
        let mut hidden = if base == Some(b"OFF") {
            let on = references(source, usual, b"ON");
            all.iter().copied().filter(|layer| !on.contains(layer)).collect()
        } else {
            references(source, usual, b"OFF")
        };
        for (layer, shown) in printed(source, usual) {
            hidden.retain(|other| *other != layer);
            if !shown {
                hidden.push(layer);
            }
        }
        Self { all, hidden }
    }

    /// Whether what belongs to a layer, or to a membership of several, is shown.
    pub(super) fn show(&self, source: &Document, owner: &Object) -> bool {
        let hidden = |layer: &ObjectId| self.hidden.contains(layer);
        if let Object::Reference(id) = owner
            && self.all.contains(id)
        {
            return !hidden(id);
        }
        let Ok(membership) = tree::resolved(source, owner).as_dict() else { return true };
        let members = match membership.get(b"OCGs") {
            Ok(Object::Reference(id)) if self.all.contains(id) => vec![*id],
            _ => references(source, Some(membership), b"OCGs"),
        };
        if members.is_empty() {
            return true;
        }
        match name(source, membership, b"P") {
            Some(b"AllOn") => !members.iter().any(hidden),
            Some(b"AnyOff") => members.iter().any(hidden),
            Some(b"AllOff") => members.iter().all(hidden),
            _ => !members.iter().all(hidden),
        }
    }
}

/// The layers that are shown or hidden when printed, whatever the screen shows (ISO 32000-1, 8.11.4.4).
fn printed(source: &Document, usual: Option<&Dictionary>) -> Vec<(ObjectId, bool)> {
    let mut found = Vec::new();
    let uses = usual.and_then(|it| it.get(b"AS").ok()).map(|it| tree::resolved(source, it));
    for usage in uses.and_then(|it| it.as_array().ok()).into_iter().flatten() {
        let Ok(usage) = tree::resolved(source, usage).as_dict() else { continue };
        if name(source, usage, b"Event") != Some(b"Print") {
            continue;
        }
        for layer in references(source, Some(usage), b"OCGs") {
            let state = source
                .get_dictionary(layer)
                .ok()
                .and_then(|it| tree::dictionary(source, it, b"Usage"))
                .and_then(|it| tree::dictionary(source, it, b"Print"))
                .and_then(|it| name(source, it, b"PrintState"));
            match state {
                Some(b"ON") => found.push((layer, true)),
                Some(b"OFF") => found.push((layer, false)),
                _ => {}
            }
        }
    }
    found
}

fn references(source: &Document, of: Option<&Dictionary>, key: &[u8]) -> Vec<ObjectId> {
    let list = of.and_then(|of| of.get(key).ok()).map(|it| tree::resolved(source, it));
    let list = list.and_then(|it| it.as_array().ok());
    list.into_iter().flatten().filter_map(|it| it.as_reference().ok()).collect()
}

fn name<'a>(source: &'a Document, of: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    tree::resolved(source, of.get(key).ok()?).as_name().ok()
}

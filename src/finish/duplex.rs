//! Double-sided printing by hand (手动双面): a file of fronts, and a file of backs in reverse order.

use lopdf::{Document, Object, ObjectId};

use super::{Duplex, Intent, broken, intent, open, padding, save};
use crate::digest::Hashing;
use crate::fault::Fault;

/// The two files of a stack printed by hand.
#[derive(Debug, Clone)]
pub struct Halves {
    /// Pages 1, 3, 5 …
    pub fronts: Vec<u8>,
    /// Pages …, 6, 4, 2.
    pub backs: Vec<u8>,
    /// How many sheets of paper it takes.
    pub sheets: usize,
}

/// Splits a file; a blank back fills the last sheet, so that both halves have as many pages.
///
/// # Errors
/// A fault if the bytes are no PDF that we can read.
pub fn halves(pdf: &[u8]) -> Result<Halves, Fault> {
    let mut whole = open(pdf)?;
    padding::fill_sheet(&mut whole)?;
    let pages: Vec<ObjectId> = whole.get_pages().into_values().collect();
    let fronts: Vec<ObjectId> = pages.iter().copied().step_by(2).collect();
    let mut backs: Vec<ObjectId> = pages.iter().copied().skip(1).step_by(2).collect();
    backs.reverse();
    let sheets = fronts.len();
    Ok(Halves {
        fronts: keep(&whole, &fronts, "fronts")?,
        backs: keep(&whole, &backs, "backs")?,
        sheets,
    })
}

/// The same file with only these pages, in this order.
fn keep(whole: &Document, pages: &[ObjectId], half: &str) -> Result<Vec<u8>, Fault> {
    let mut document = whole.clone();
    let root = document
        .catalog()
        .and_then(|catalog| catalog.get(b"Pages"))
        .and_then(Object::as_reference)
        .map_err(|error| broken(&error))?;
    // A flat tree: what a page would inherit is written into it first.
    for &page in pages {
        for key in [b"MediaBox".as_slice(), b"Resources", b"CropBox", b"Rotate"] {
            if let Some(value) = inherited(&document, page, key) {
                let own = document.get_dictionary_mut(page).map_err(|error| broken(&error))?;
                own.set(key, value);
            }
        }
        let own = document.get_dictionary_mut(page).map_err(|error| broken(&error))?;
        own.set("Parent", Object::Reference(root));
    }
    let kids = pages.iter().map(|&page| Object::Reference(page)).collect();
    let tree = document.get_dictionary_mut(root).map_err(|error| broken(&error))?;
    tree.set("Kids", Object::Array(kids));
    tree.set("Count", Object::Integer(i64::try_from(pages.len()).unwrap_or(i64::MAX)));
    // Outlines, labels and tags speak of pages by their old places.
    let catalog = document.catalog_mut().map_err(|error| broken(&error))?;
    for key in [b"PageLabels".as_slice(), b"Outlines", b"StructTreeRoot", b"MarkInfo", b"Dests"] {
        catalog.remove(key);
    }
    // The second part of the identity tells versions of one file apart (ISO 32000-1, 14.4).
    if let Ok(Object::Array(identity)) = document.trailer.get_mut(b"ID")
        && let Some(Object::String(bytes, _)) = identity.get_mut(1)
    {
        let mut hashing = Hashing::new(half);
        hashing.add("identity", bytes);
        *bytes = hashing.finish().as_str().as_bytes()[..16].to_vec();
    }
    document.prune_objects();
    intent::write(&mut document, Intent { duplex: Duplex::Simplex, copies: 1 })?;
    save(document)
}

fn inherited(document: &Document, page: ObjectId, key: &[u8]) -> Option<Object> {
    let mut node = document.get_dictionary(page).ok()?;
    // A page tree is a few levels deep; a damaged one may run in a circle.
    for _ in 0..32 {
        if let Ok(value) = node.get(key) {
            return Some(value.clone());
        }
        let parent = node.get(b"Parent").and_then(Object::as_reference).ok()?;
        node = document.get_dictionary(parent).ok()?;
    }
    None
}

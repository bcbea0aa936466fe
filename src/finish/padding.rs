//! Blank pages (补白页), so that what comes next starts on a sheet of its own.

use lopdf::{Dictionary, Document, Object, ObjectId};

use super::broken;
use crate::fault::Fault;

/// How many blank pages fill the last sheet of a double-sided stack.
#[must_use]
pub fn blanks_needed(pages: usize) -> usize {
    pages % 2
}

/// Adds a blank page if the number of pages is odd.
pub(super) fn fill_sheet(document: &mut Document) -> Result<(), Fault> {
    for _ in 0..blanks_needed(document.get_pages().len()) {
        append_blank(document)?;
    }
    Ok(())
}

/// Adds a page after the last one, of its size; it bears nothing at all.
fn append_blank(document: &mut Document) -> Result<(), Fault> {
    let (_, last) =
        document.get_pages().into_iter().next_back().ok_or_else(|| Fault::new("PDF 没有页"))?;
    let parent = parent_of(document, last)?;
    let mut page = Dictionary::new();
    page.set("Type", Object::Name(b"Page".to_vec()));
    page.set("Parent", Object::Reference(parent));
    page.set("Resources", Object::Dictionary(Dictionary::new()));
    let source = document.get_dictionary(last).map_err(|error| broken(&error))?;
    for key in [b"MediaBox".as_slice(), b"CropBox", b"Rotate"] {
        if let Ok(value) = source.get(key) {
            page.set(key, value.clone());
        }
    }
    let blank = document.add_object(Object::Dictionary(page));

    let kids = document
        .get_dictionary_mut(parent)
        .and_then(|parent| parent.get_mut(b"Kids"))
        .and_then(Object::as_array_mut)
        .map_err(|error| broken(&error))?;
    let place = kids
        .iter()
        .position(|kid| kid.as_reference().is_ok_and(|id| id == last))
        .map_or(kids.len(), |at| at + 1);
    kids.insert(place, Object::Reference(blank));
    // Every node above counts the pages below it.
    let mut node = Some(parent);
    while let Some(id) = node {
        let dictionary = document.get_dictionary_mut(id).map_err(|error| broken(&error))?;
        let count = dictionary.get(b"Count").and_then(Object::as_i64).unwrap_or(0);
        dictionary.set("Count", Object::Integer(count + 1));
        node = dictionary.get(b"Parent").and_then(Object::as_reference).ok();
    }
    Ok(())
}

fn parent_of(document: &Document, page: ObjectId) -> Result<ObjectId, Fault> {
    document
        .get_dictionary(page)
        .and_then(|page| page.get(b"Parent"))
        .and_then(Object::as_reference)
        .map_err(|error| broken(&error))
}

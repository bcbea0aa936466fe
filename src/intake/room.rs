//! Texts for which a layout has found no room, as problems of their fields.

use serde_json::Value;

use super::problem::Problems;
use super::sentence;
use crate::catalog::Document;
use crate::values::Finding;

/// The problems of fields (row, pointer) that have no room at their least size (such as `18pt`);
/// `completes` are the complete records, row by row.
#[must_use]
pub fn without_room<'a>(
    document: &Document,
    completes: &[&Value],
    fields: impl IntoIterator<Item = (usize, &'a str, &'a str)>,
) -> Problems {
    let mut problems = Problems::default();
    for (row, pointer, floor) in fields {
        let Some(complete) = completes.get(row) else { continue };
        let finding = Finding::problem("field.no-room").with("floor", floor);
        let at = pointer.to_owned();
        let problem = sentence::problem(&document.schema, complete, at, finding);
        if completes.len() == 1 {
            problems.push(problem);
            continue;
        }
        let mut one = Problems::default();
        one.push(problem);
        problems.absorb(row, one);
    }
    problems
}

/// The problems of rows (place, name, complete record) whose numbers are used already, each with the
/// holder who has it.
#[must_use]
pub fn taken<'a>(
    document: &Document,
    fields: impl IntoIterator<Item = (usize, &'a str, &'a Value, &'a str)>,
) -> Problems {
    let at = document.manifest.numbered.as_ref().map_or("", |numbered| numbered.at.get_ref());
    let mut problems = Problems::default();
    for (row, name, complete, holder) in fields {
        let found = complete.pointer(at).cloned().unwrap_or_default();
        let finding = Finding::problem("number.taken").with("found", found).with("holder", holder);
        let mut one = Problems::default();
        one.push(sentence::problem(&document.schema, complete, at.to_owned(), finding));
        problems.enclose(&format!("/{row}"), name, one);
    }
    problems
}

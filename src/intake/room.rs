//! Texts for which a layout has found no room, as problems of their fields.

use serde_json::Value;

use super::problem::Problems;
use super::{Record, sentence};
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

/// What was found in rows (place, name, record, field) after they were looked at, as problems.
#[must_use]
pub fn of_rows(
    document: &Document,
    found: Vec<(usize, &str, Record, String, Finding)>,
) -> Problems {
    let mut problems = Problems::default();
    for (row, name, record, pointer, finding) in found {
        let mut one = Problems::default();
        one.push(sentence::problem(&document.schema, record.complete(), pointer, finding));
        problems.enclose(&format!("/{row}"), name, one);
    }
    problems
}

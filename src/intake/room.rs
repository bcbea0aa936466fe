//! What a layout has no room for, as problems of its fields.

use serde_json::Value;

use super::problem::Problems;
use super::{Record, RowFinding, sentence};
use crate::catalog::Document;
use crate::values::Finding;

/// The problems of what was found in sheets when they were laid out; `completes` are the complete
/// records, row by row.
#[must_use]
pub fn without_room(document: &Document, completes: &[&Value], found: Vec<RowFinding>) -> Problems {
    let mut problems = Problems::default();
    for (row, at, finding) in found {
        let Some(complete) = completes.get(row) else { continue };
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

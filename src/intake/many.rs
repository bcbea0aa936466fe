//! An array of records, each of which becomes a sheet: pointers, labels and sentences name the row.

use std::collections::HashMap;

use rayon::prelude::*;
use serde_json::Value;

use super::problem::Problems;
use super::texts::Judge;
use super::{Look, Made, distinct, look, sentence};
use crate::catalog::{Catalog, Document};
use crate::fault::Fault;
use crate::values::Finding;

/// Looks at each record of an array, then at what they may not have in common.
///
/// # Errors
/// A fault if the document's own rules cannot be evaluated.
pub(super) fn examine(
    catalog: &Catalog,
    document: &Document,
    items: Vec<Value>,
    findings: Vec<(String, Finding)>,
) -> Result<(Vec<Made>, Problems), Fault> {
    let mut problems = Problems::default();
    if items.is_empty() {
        let none = Finding::problem("many.none");
        problems.push(sentence::problem(&document.schema, &Value::Null, String::new(), none));
        let empty = super::draft(document, &Value::Null, &problems);
        return Ok((vec![Made::Draft(empty)], problems));
    }
    let mut found = by_row(findings);
    let rows: Vec<_> = items
        .into_iter()
        .enumerate()
        .map(|(row, item)| (item, found.remove(&row).unwrap_or_default()))
        .collect();
    // One record knows nothing of the others; hundreds are looked at on all cores.
    let looks: Vec<Result<Look, Fault>> = rows
        .into_par_iter()
        .map_init(
            || Judge::new(catalog, document.programme.province.get_ref()),
            |judge, (item, findings)| look(judge, document, Some(item), findings),
        )
        .collect();
    let (mut made, mut given) = (Vec::new(), Vec::new());
    for (row, look) in looks.into_iter().enumerate() {
        let look = look?;
        problems.absorb(row, look.problems);
        made.push(look.made);
        given.push(look.given);
    }
    for pointer in &document.manifest.distinct {
        let values = given.iter().map(|given| given.pointer(pointer.get_ref()));
        let same = distinct::among(values, "份", &|row| row + 1, &|row| given[row].clone());
        for (row, finding) in same {
            let at = pointer.get_ref().clone();
            let problem = sentence::problem(&document.schema, &given[row], at, finding);
            let mut one = Problems::default();
            one.push(problem);
            problems.absorb(row, one);
        }
    }
    problems.sort_by_row(&document.schema.shape);
    Ok((made, problems))
}

/// Findings of the whole text, by the row at whose head their pointers begin.
pub(super) fn by_row(findings: Vec<(String, Finding)>) -> HashMap<usize, Vec<(String, Finding)>> {
    let mut rows: HashMap<usize, Vec<(String, Finding)>> = HashMap::new();
    for (pointer, finding) in findings {
        let below = pointer.strip_prefix('/').unwrap_or_default();
        let (row, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
        rows.entry(row.parse().unwrap_or(0)).or_default().push((rest.to_owned(), finding));
    }
    rows
}

//! Items of a document's list from a table: one row an item, read as rows of records are.

use serde_json::Value;

use super::problem::{Problem, Problems};
use super::sentence;
use super::table::{Grid, Read, Table};
use crate::catalog::Document;
use crate::values::{Finding, Level};

/// The items that a table holds.
#[derive(Debug, Clone)]
pub struct ListedItems {
    /// One for each row, in their order.
    pub items: Vec<ListedItem>,
    /// What should be known of the table as a whole.
    pub advice: Problems,
}

/// One row of a table.
#[derive(Debug, Clone)]
pub struct ListedItem {
    /// Its number as the spreadsheet shows it.
    pub row: u32,
    /// What was read.
    pub value: Value,
    /// What was found in its cells: pointers within the item.
    pub findings: Vec<(String, Finding)>,
}

/// Reads the sheets of a file as a table of the items of a list of a document (a pointer), at most so many.
///
/// # Errors
/// Why nothing was read: all that is wrong with the file or its head, in Chinese with the remedy. What is
/// wrong in single cells is told with their items.
pub fn listed_items(
    document: &Document,
    list: &str,
    grids: Vec<Grid>,
    most: usize,
) -> Result<ListedItems, String> {
    let fields = document.schema.fields_of_items(list);
    let Read { table, findings } = Table::read(document, &fields, grids)?;
    let said =
        |finding| sentence::problem(&document.schema, &Value::Null, list.to_owned(), finding);
    let mut found: Vec<Problem> = findings.into_iter().map(said).collect();
    if table.count() > most {
        let many = Finding::problem("many.too-many").with("found", table.count());
        found.push(said(many.with("limit", most)));
    }
    // A column under a head that is in doubt would be lost.
    if found.iter().any(|one| one.level == Level::Problem) {
        let told: Vec<String> = found.into_iter().map(|one| one.sentence).collect();
        return Err(told.join("；"));
    }
    let mut advice = Problems::default();
    advice.extend(found);
    let rows = table.records(&fields).into_iter().enumerate();
    let items = rows.map(|(at, (value, findings))| {
        let row = table.line(at).map_or(0, |line| line.number);
        ListedItem { row, value, findings }
    });
    Ok(ListedItems { items: items.collect(), advice })
}

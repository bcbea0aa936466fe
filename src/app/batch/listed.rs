//! The list of a batch (清单): every row, what became of it, and where it is.

use std::collections::{HashMap, HashSet};

use serde_json::{Value, json};

use super::Batches;
use crate::app::Refusal;
use crate::app::table_out::{self, List, WIDEST};
use crate::catalog::{Column, Document, REASON};
use crate::fault::Fault;
use crate::jobs::RowState;
use crate::registry::printed;

/// The widest that the column of files becomes.
const WIDEST_FILE: usize = 80;

/// Every row as JSON: place, name, number, code, file, and why it was not printed.
#[must_use]
pub fn manifest(rows: &[RowState], files: &HashMap<i64, String>) -> Vec<Value> {
    rows.iter()
        .map(|row| {
            json!({
                "row": row.row,
                "name": row.name,
                "number": row.number,
                "code": row.code.as_deref().map(printed),
                "file": files.get(&row.row),
                "digest": row.digest,
                "failed": row.failed,
            })
        })
        .collect()
}

impl Batches {
    /// The list of a batch as a spreadsheet, of rows that were read from the ledger; `unfailed` is said of
    /// those that have not failed.
    ///
    /// # Errors
    /// More rows than a spreadsheet holds, or a fault.
    pub fn list(
        &self,
        document: &str,
        rows: &[RowState],
        unfailed: &str,
    ) -> Result<Vec<u8>, Refusal> {
        spreadsheet(self.app.document(document)?, rows, &HashMap::new(), unfailed)
    }
}

/// The list for people and that for programs, with their names in a zip.
pub(super) fn both(
    document: &Document,
    rows: &[RowState],
    files: &HashMap<i64, String>,
) -> Result<[(&'static str, Vec<u8>); 2], Refusal> {
    let list = json!({ "document": document.id.to_string(), "rows": manifest(rows, files) });
    Ok([
        ("清单.xlsx", spreadsheet(document, rows, files, "印出")?),
        ("manifest.json", format!("{list:#}\n").into_bytes()),
    ])
}

/// The list as a spreadsheet: number and outcome, and what the rows say, in the paper's order; columns in
/// which nothing would stand are left out, and the number stands once.
pub(super) fn spreadsheet(
    document: &Document,
    rows: &[RowState],
    files: &HashMap<i64, String>,
    unfailed: &str,
) -> Result<Vec<u8>, Refusal> {
    let shape = &document.schema.shape;
    let every = shape.columns();
    let number_at = document.manifest.numbered.as_ref().map(|numbered| numbered.at.get_ref());
    let number = every.iter().find(|column| Some(&column.pointer) == number_at);
    let filled = filled(&every, rows)?;
    let own = |column: &&Column| number != Some(*column) && filled.contains(&column.pointer);
    let columns: Vec<&Column> = every.iter().filter(own).collect();
    // A row of JSON is called by its place alone.
    let named = rows.iter().any(|row| row.name != format!("第{}份", row.row));
    let coded = rows.iter().any(|row| row.code.is_some());

    let mut head = vec!["序号".to_owned()];
    head.extend(named.then(|| "数据".to_owned()));
    head.extend(number.map(|column| column.label.clone()));
    head.extend(columns.iter().map(|column| column.label.clone()));
    head.extend(coded.then(|| "查验码".to_owned()));
    head.push("结果".to_owned());
    head.extend((!files.is_empty()).then(|| "文件".to_owned()));
    let table = rows.iter().map(|row| {
        let record = record_of(row)?;
        let mut cells = vec![row.row.to_string()];
        cells.extend(named.then(|| row.name.clone()));
        cells.extend(number.map(|column| {
            row.number.clone().unwrap_or_else(|| shape.cell(&record, &every, column))
        }));
        cells.extend(columns.iter().map(|column| shape.cell(&record, &every, column)));
        cells.extend(coded.then(|| row.code.as_deref().map(printed).unwrap_or_default()));
        cells.push(match (&row.failed, row.out_of_force()) {
            (Some(why), _) => format!("没有印出：{why}"),
            (None, Some(why)) => format!("{why}，不要发出"),
            (None, None) => unfailed.to_owned(),
        });
        cells.extend((!files.is_empty()).then(|| files.get(&row.row).cloned().unwrap_or_default()));
        Ok(cells)
    });
    // Files are looked for on the screen, where their names may run on.
    let printed = head.len() - usize::from(!files.is_empty());
    let mut widest = vec![WIDEST; printed];
    widest.extend((!files.is_empty()).then_some(WIDEST_FILE));
    let name = &document.manifest.name;
    table_out::xlsx(&List { name, head: &head, widest: &widest, printed, date: None }, table)
}

/// The columns in which some row says something; a reason for a group stands in its first column.
fn filled(columns: &[Column], rows: &[RowState]) -> Result<HashSet<String>, Fault> {
    let mut open: Vec<&Column> = columns.iter().collect();
    let mut filled = HashSet::new();
    for row in rows {
        if open.is_empty() {
            break;
        }
        let record = record_of(row)?;
        open.retain(|column| {
            let above = column.pointer.rmatch_indices('/').map(|(at, _)| &column.pointer[..at]);
            let reason = |at: &str| !at.is_empty() && reason_at(&record, at);
            let says = record.pointer(&column.pointer).is_some() || above.into_iter().any(reason);
            if says {
                filled.insert(column.pointer.clone());
            }
            !says
        });
    }
    Ok(filled)
}

fn reason_at(record: &Value, pointer: &str) -> bool {
    record.pointer(pointer).is_some_and(|group| group.get(REASON).is_some())
}

fn record_of(row: &RowState) -> Result<Value, Fault> {
    serde_json::from_str(&row.record)
        .map_err(|_| Fault::new(format!("第{}份的数据读不懂", row.row)))
}

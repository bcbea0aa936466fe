//! The list of a batch (清单): every row, what became of it, and where it is.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::Batches;
use crate::app::{Refusal, table_out};
use crate::catalog::Document;
use crate::fault::Fault;
use crate::jobs::RowState;
use crate::registry::printed;

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
                "state": row.state,
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

/// The list as a spreadsheet: what the rows say, in the paper's order, with number and outcome before it.
pub(super) fn spreadsheet(
    document: &Document,
    rows: &[RowState],
    files: &HashMap<i64, String>,
    unfailed: &str,
) -> Result<Vec<u8>, Refusal> {
    let shape = &document.schema.shape;
    let columns = shape.columns();
    let mut head: Vec<String> =
        ["序号", "数据", "编号", "查验码", "文件", "结果"].map(str::to_owned).to_vec();
    head.extend(columns.iter().map(|column| column.label.clone()));
    let table = rows.iter().map(|row| {
        let record: Value = serde_json::from_str(&row.record)
            .map_err(|_| Fault::new(format!("第{}份的数据读不懂", row.row)))?;
        let code = row.code.as_deref().map(printed).unwrap_or_default();
        let file = files.get(&row.row).cloned().unwrap_or_default();
        let outcome = match (&row.failed, row.out_of_force()) {
            (Some(why), _) => format!("没有印出：{why}"),
            (None, Some(why)) => format!("{why}，不要发出"),
            (None, None) => unfailed.to_owned(),
        };
        let number = row.number.clone().unwrap_or_default();
        let mut cells = vec![row.row.to_string(), row.name.clone(), number, code, file, outcome];
        cells.extend(columns.iter().map(|column| shape.cell(&record, &columns, column)));
        Ok(cells)
    });
    let table: Vec<Vec<String>> = table.collect::<Result<_, Fault>>()?;
    table_out::xlsx(&document.manifest.name, &head, table.into_iter(), None)
}

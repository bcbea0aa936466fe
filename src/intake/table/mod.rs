//! Tables from where staff keep them: CSV and XLSX to records, each cell at its own address.

mod cells;
mod csv;
mod grid;
pub(super) mod head;
mod kind;
pub(super) mod sentence;
mod xlsx;

use serde_json::Value;

use super::problem::Problem;
use crate::catalog::{Document, Field, Form};
use crate::values::Finding;

pub use grid::{Cell, Grid, Kind as CellKind, Line, address, letters};
pub use head::TableColumn;
pub use kind::RowsKind;

/// Whatever the limit of rows, so many cells a row are enough for any document.
const CELLS_A_ROW: usize = 200;

/// Why a file is no table that can be read: one sentence with the remedy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unreadable(pub(super) String);

impl Unreadable {
    fn too_many_cells(most: usize) -> Self {
        Self(format!("表格的单元格超过 {most} 个，请只留要用的工作表和行，或分成几个文件"))
    }
}

/// A table as it stands in its file, with the head that was found.
#[derive(Debug, Clone)]
pub struct Table {
    grid: Grid,
    head: Option<usize>,
    columns: Vec<TableColumn>,
    rows: Vec<usize>,
}

/// Where in a table something stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Place {
    /// The name of the sheet; empty for CSV.
    pub sheet: String,
    /// The row as the spreadsheet shows it.
    pub row: u32,
    /// The letters of the column; none if the field has no column.
    pub column: Option<String>,
    /// The address of the cell, such as `B5`; none if the field has no column.
    pub cell: Option<String>,
    /// What stands in the column's head.
    pub header: Option<String>,
}

/// A table that was read.
pub(super) struct Read {
    pub table: Table,
    /// What was found in the head.
    pub findings: Vec<Finding>,
}

/// The sheets of a workbook, or the one that a text is, for at most so many rows. A stranger's workbook is
/// read where it can be stopped.
///
/// # Errors
/// One sentence with the remedy.
pub fn sheets(bytes: &[u8], kind: RowsKind, most: usize) -> Result<Vec<Grid>, String> {
    let most_cells = most.saturating_mul(CELLS_A_ROW);
    let read = match kind {
        _ if bytes.is_empty() => Ok(Vec::new()),
        RowsKind::Xlsx => xlsx::read(bytes, most_cells),
        _ => csv::read(bytes, most_cells).map(|grid| vec![grid]),
    };
    read.map_err(|unreadable| unreadable.0)
}

impl Table {
    /// Finds a table of a document's records in the sheets of a file.
    pub(super) fn read(
        document: &Document,
        fields: &[Field],
        grids: Vec<Grid>,
    ) -> Result<Read, String> {
        if let Some(list) = fields.iter().find(|field| field.form == Form::Groups) {
            return Err(no_rows(document, list));
        }
        let mut findings = Vec::new();
        let heads: Vec<_> = grids.iter().map(|grid| head::find(grid, fields)).collect();
        let first = heads.iter().position(Option::is_some);
        let filled = |at: &usize| !grids[*at].lines.is_empty();
        let Some(chosen) = first.or_else(|| (0..grids.len()).find(filled)) else {
            findings.push(Finding::problem("table.empty"));
            return Ok(Read { table: Self::bare(Grid::default()), findings });
        };
        // Our own page of instructions stands beside every fill-in sheet.
        let others = (0..grids.len()).filter(|at| *at != chosen).filter(filled);
        let others: Vec<String> = others
            .map(|at| grids[at].name.clone())
            .filter(|name| name != INSTRUCTIONS && name != FOUND)
            .map(|name| format!("“{name}”"))
            .collect();
        let name = grids[chosen].name.clone();
        let head = heads.into_iter().nth(chosen).flatten();
        let grid = grids.into_iter().nth(chosen).unwrap_or_default();
        let Some(head) = head else {
            let labels: Vec<&str> = fields.iter().map(|field| &*field.column.label).collect();
            findings.push(Finding::problem("table.no-head").with("labels", labels.join("、")));
            return Ok(Read { table: Self::bare(grid), findings });
        };
        findings.extend(head.findings);
        if !others.is_empty() {
            let others = Finding::advice("table.other-sheets").with("others", others.join("、"));
            findings.push(others.with("sheet", name));
        }
        let used = |cell: &Cell| {
            head.columns.iter().any(|column| column.column == cell.column && column.field.is_some())
        };
        // A row with nothing in any column that is used says nothing.
        let rows: Vec<usize> = (head.line + 1..grid.lines.len())
            .filter(|at| grid.lines[*at].cells.iter().any(used))
            .collect();
        let read = head.columns.iter().any(|column| column.field.is_some());
        if rows.is_empty() && read {
            findings.push(Finding::problem("table.no-rows"));
        }
        let table = Self { head: Some(head.line), columns: head.columns, rows, grid };
        Ok(Read { table, findings })
    }

    /// Records as they would stand in a table, under the printed labels.
    ///
    /// # Errors
    /// A sentence if a record is no row.
    pub(crate) fn of_records(document: &Document, records: &[&Value]) -> Result<Self, String> {
        let fields = document.schema.fields();
        if let Some(list) = fields.iter().find(|field| field.form == Form::Groups) {
            return Err(no_rows(document, list));
        }
        let shape = &document.schema.shape;
        let own: Vec<_> = fields.iter().map(|field| field.column.clone()).collect();
        let line = |(number, texts): (u32, Vec<String>)| Line {
            number,
            cells: (0..)
                .zip(texts)
                .filter(|(_, text)| !text.is_empty())
                .map(|(column, text)| Cell { column, text, kind: CellKind::Text })
                .collect(),
        };
        let head = own.iter().map(|column| column.label.clone()).collect();
        let texts = records
            .iter()
            .map(|record| own.iter().map(|column| shape.cell(record, &own, column)).collect());
        let lines: Vec<Line> = (1..).zip(std::iter::once(head).chain(texts)).map(line).collect();
        let columns = (0..).zip(&own).enumerate().map(|(at, (column, own))| TableColumn {
            column,
            header: own.label.clone(),
            pointer: Some(own.pointer.clone()),
            field: Some(at),
        });
        let rows = (1..lines.len()).collect();
        let grid = Grid { name: String::new(), lines };
        Ok(Self { head: Some(0), columns: columns.collect(), rows, grid })
    }

    fn bare(grid: Grid) -> Self {
        Self { grid, head: None, columns: Vec::new(), rows: Vec::new() }
    }

    /// The record of each row, with what was found in its cells.
    pub(super) fn records(&self, fields: &[Field]) -> Vec<(Value, Vec<(String, Finding)>)> {
        let record = |at: &usize| cells::record(&self.grid.lines[*at], &self.columns, fields);
        self.rows.iter().map(record).collect()
    }

    /// The sheet with all its cells, as it was given.
    #[must_use]
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// The row of the head; none if there is not one.
    #[must_use]
    pub fn head(&self) -> Option<&Line> {
        self.grid.lines.get(self.head?)
    }

    /// The columns of the head, from left to right.
    #[must_use]
    pub fn columns(&self) -> &[TableColumn] {
        &self.columns
    }

    /// How many rows hold records.
    #[must_use]
    pub fn count(&self) -> usize {
        self.rows.len()
    }

    /// A row that holds a record (counted from 0), with its cells.
    #[must_use]
    pub fn line(&self, row: usize) -> Option<&Line> {
        self.grid.lines.get(*self.rows.get(row)?)
    }

    /// Where the field (a pointer within the record) of a row stands.
    #[must_use]
    pub fn place(&self, row: usize, pointer: &str) -> Option<Place> {
        let line = self.line(row)?;
        let column = self.column_of(pointer);
        Some(Place {
            sheet: self.grid.name.clone(),
            row: line.number,
            column: column.map(|column| letters(column.column)),
            cell: column.map(|column| address(line.number, column.column)),
            header: column.map(|column| column.header.clone()),
        })
    }

    /// The column (from 0) of a field of a row.
    #[must_use]
    pub fn column_at(&self, row: usize, pointer: &str) -> Option<u32> {
        self.line(row)?;
        self.column_of(pointer).map(|column| column.column)
    }

    /// The column (from 0) of which a problem of the head speaks.
    #[must_use]
    pub fn head_column(&self, problem: &Problem) -> Option<u32> {
        let (cell, row) = (problem.facts.get("cell")?.as_str()?, self.head()?.number);
        let of = |column: &&TableColumn| address(row, column.column) == cell;
        self.columns.iter().find(of).map(|column| column.column)
    }

    /// The column of a field: its own, that of what it lies in, or the first below it.
    fn column_of(&self, pointer: &str) -> Option<&TableColumn> {
        let known = |column: &&TableColumn, of: &str| column.pointer.as_deref() == Some(of);
        let mut above = pointer;
        while !above.is_empty() {
            if let Some(column) = self.columns.iter().find(|column| known(column, above)) {
                return Some(column);
            }
            above = &above[..above.rfind('/').unwrap_or(0)];
        }
        let below = format!("{pointer}/");
        let within = |column: &&TableColumn| {
            !pointer.is_empty()
                && column.pointer.as_ref().is_some_and(|own| own.starts_with(&below))
        };
        self.columns.iter().find(within)
    }
}

/// Why a document's records are no rows.
fn no_rows(document: &Document, list: &Field) -> String {
    let (id, label) = (&document.id, &list.column.label);
    format!("文书 {id} 的“{label}”是成组的列表，一行表格写不下；请用 JSON")
}

/// The name of the sheet that explains a fill-in spreadsheet.
pub const INSTRUCTIONS: &str = "填写说明";

/// The name of the sheet that lists what was found in an annotated copy.
pub const FOUND: &str = "问题";

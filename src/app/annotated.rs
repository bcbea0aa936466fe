//! Copies of a table with everything marked that must be mended: all of it, or the bad rows alone.

use std::collections::{BTreeMap, HashSet};

use rust_xlsxwriter::{Color, Format, FormatUnderline, Note, Url, Worksheet, XlsxError};
use serde_json::{Value, json};

use super::cell_room::{height, lines, width};
use super::table_out::{
    cell_format, end_rows, head_format, laid_out, refused, set_widths, sheet_name, workbook,
};
use super::{App, ExaminedRow, ExaminedRows, Refusal};
use crate::catalog::Document;
use crate::intake::table::{Cell, CellKind, FOUND, Line, address};
use crate::intake::{Problem, Table};
use crate::values::Level;

/// What must be mended.
const BAD: Color = Color::RGB(0x00FF_C7CE);
/// What should be known.
const DOUBTFUL: Color = Color::RGB(0x00FF_EB9C);

/// What leads to a cell.
const LINK: Color = Color::RGB(0x0005_63C1);

/// The widest column of the copy, in digits.
const WIDEST: usize = 34;
/// The widths of the list's columns.
const LISTED: [usize; 5] = [10, 8, 28, 6, 76];

/// What a note says where more was found than is told.
const UNTOLD: &str = "这一行还有问题，因为问题太多没有列出；请改正已列出的，再检查一次";

impl App {
    /// The same cells at the same addresses, those that are bad marked and explained (XLSX); rows of JSON
    /// become a table.
    ///
    /// # Errors
    /// An unknown document, one whose records are no rows, or more than a spreadsheet holds.
    pub fn annotated(&self, document: &str, examined: &ExaminedRows) -> Result<Vec<u8>, Refusal> {
        let document = self.document(document)?;
        let made;
        let table = match examined.table() {
            Some(table) => table,
            None => {
                made = as_table(document, examined)?;
                &made
            }
        };
        let lines = table.grid().lines.iter().map(|line| (line.number, line)).collect();
        Annotated::of(examined, table, lines).written(&document.manifest.name)
    }

    /// Only the rows that must be mended: of a table with its head and the same marks (XLSX), of JSON as
    /// an array.
    ///
    /// # Errors
    /// An unknown document, or more than a spreadsheet holds.
    pub fn unsound_rows(
        &self,
        document: &str,
        examined: &ExaminedRows,
    ) -> Result<Vec<u8>, Refusal> {
        let document = self.document(document)?;
        let Some(table) = examined.table() else {
            let rows = examined.unsound().filter_map(|row| examined.rows().get(row));
            let rows: Vec<Value> = rows.map(ExaminedRow::given).collect();
            let mut text = format!("{:#}", json!(rows));
            text.push('\n');
            return Ok(text.into_bytes());
        };
        let head = table.head().map_or(0, |line| line.number);
        let above = table.grid().lines.iter().filter(|line| line.number <= head);
        let below = examined.unsound().filter_map(|row| table.line(row));
        let above = above.map(|line| (line.number, line));
        let lines = above.chain((head + 1..).zip(below)).collect();
        Annotated::of(examined, table, lines).written(&document.manifest.name)
    }
}

/// Rows of JSON as they would stand in a table.
fn as_table(document: &Document, examined: &ExaminedRows) -> Result<Table, Refusal> {
    let records: Vec<Value> = examined.rows().iter().map(ExaminedRow::given).collect();
    Table::of_records(document, &records.iter().collect::<Vec<_>>()).map_err(Refusal::Usage)
}

/// A copy in the making.
struct Annotated<'a> {
    table: &'a Table,
    /// The rows, each with its number in the copy.
    lines: Vec<(u32, &'a Line)>,
    /// What is said of a cell: row in the copy, column from 0.
    marks: BTreeMap<(u32, u32), (Level, Vec<String>)>,
    list: Vec<Item<'a>>,
}

/// One line of the list.
struct Item<'a> {
    row: String,
    /// Where it is in the copy: row, and column from 0.
    at: Option<(u32, u32)>,
    label: &'a str,
    level: Level,
    sentence: String,
}

impl<'a> Annotated<'a> {
    fn of(examined: &'a ExaminedRows, table: &'a Table, lines: Vec<(u32, &'a Line)>) -> Self {
        let places: BTreeMap<u32, u32> =
            lines.iter().map(|(number, line)| (line.number, *number)).collect();
        let mut copy = Self { table, lines, marks: BTreeMap::new(), list: Vec::new() };
        let mut told = HashSet::new();
        for problem in examined.problems().all() {
            let row = ExaminedRows::row_of(problem);
            let line = match row {
                Some(row) => table.line(row),
                None => table.head(),
            };
            let kept = line.and_then(|line| Some((*places.get(&line.number)?, line)));
            if row.is_some() && kept.is_none() {
                continue;
            }
            told.extend(row);
            let below = problem.pointer.get(1..).unwrap_or_default();
            let pointer = below.find('/').map_or("", |at| &below[at..]);
            let column = match row {
                Some(row) => table.column_at(row, pointer),
                None => table.head_column(problem),
            };
            // What has no column is said at the beginning of its row.
            let first = |line: &Line| line.cells.first().map_or(0, |cell| cell.column);
            let at = kept.map(|(number, line)| (number, column.unwrap_or_else(|| first(line))));
            let at = at.filter(|_| row.is_some() || column.is_some());
            let own = row.map(|row| examined.name_of(row)).unwrap_or_default();
            let sentence = problem.sentence.strip_prefix(&own).unwrap_or(&problem.sentence);
            let sentence = elsewhere(problem, sentence.trim_start_matches('：'), &places);
            let row = kept.filter(|_| at.is_some()).map(|(here, line)| called(here, line.number));
            let row = row.unwrap_or_default();
            if let Some(at) = at {
                copy.mark(at, problem.level, &format!("{row}：{sentence}"));
            }
            let label = problem.label.strip_prefix(&own).unwrap_or(&problem.label);
            let label = label.trim_start_matches('—');
            copy.list.push(Item { row, at, label, level: problem.level, sentence });
        }
        let is_cut = examined.problems().all().iter().any(|one| one.code == "problems.too-many");
        for row in examined.unsound().filter(|row| is_cut && !told.contains(row)) {
            let Some(line) = table.line(row) else { continue };
            let first = line.cells.first().map_or(0, |cell| cell.column);
            if let Some(number) = places.get(&line.number) {
                copy.mark((*number, first), Level::Problem, UNTOLD);
            }
        }
        copy
    }

    fn mark(&mut self, at: (u32, u32), level: Level, sentence: &str) {
        let mark = self.marks.entry(at).or_insert((level, Vec::new()));
        // A problem outweighs advice.
        mark.0 = mark.0.min(level);
        mark.1.push(sentence.to_owned());
    }

    fn written(&self, name: &str) -> Result<Vec<u8>, Refusal> {
        self.workbook(name).map_err(refused)
    }

    fn workbook(&self, name: &str) -> Result<Vec<u8>, XlsxError> {
        let own = &self.table.grid().name;
        let title = match own.as_str() {
            "" | FOUND => sheet_name(name),
            own => sheet_name(own),
        };
        let mut workbook = workbook(name, None)?;
        let sheet = workbook.add_worksheet_with_low_memory()?;
        sheet.set_name(&title)?;
        self.write_cells(sheet)?;
        let sheet = workbook.add_worksheet();
        sheet.set_name(FOUND)?;
        self.write_list(sheet, &title)?;
        workbook.save_to_buffer()
    }

    fn write_cells(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        let (cell, head, title) = (cell_format(), head_format(), Format::new().set_num_format("@"));
        let head_row = self.table.head().map_or(0, |line| line.number);
        let widths = self.widths(head_row);
        for (number, line) in &self.lines {
            // Titles run over the columns beside them.
            let plain = match line.number {
                row if row == head_row => &head,
                row if row < head_row => &title,
                _ => &cell,
            };
            let mut cells: BTreeMap<u32, &str> =
                line.cells.iter().map(|own| (own.column, text_of(own))).collect();
            let marked = self.marks.range((*number, 0)..=(*number, u32::MAX));
            for ((_, column), _) in marked {
                cells.entry(*column).or_default();
            }
            if line.number >= head_row {
                for column in self.table.columns() {
                    cells.entry(column.column).or_default();
                }
                let wide = |at: &u32| Some(*widths.get(usize::try_from(*at).ok()?)?);
                let most = cells.iter().filter_map(|(at, text)| Some(lines(text, wide(at)?))).max();
                sheet.set_row_height(number.saturating_sub(1), height(most.unwrap_or(1)))?;
            }
            for (column, text) in cells {
                self.write_cell(sheet, (*number, column), text, plain)?;
            }
        }
        if let Some((last, _)) = self.lines.last() {
            end_rows(sheet, last.saturating_sub(1))?;
        }
        set_widths(sheet, &widths)?;
        if head_row > 0 { laid_out(sheet, head_row - 1) } else { Ok(()) }
    }

    /// How wide the columns are, from the head on.
    fn widths(&self, head_row: u32) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        let below = self.lines.iter().filter(|(_, line)| line.number >= head_row);
        for own in below.flat_map(|(_, line)| &line.cells) {
            let column = usize::try_from(own.column).unwrap_or(usize::MAX);
            if column < 1 << 14 {
                widths.resize(widths.len().max(column + 1), 8);
                widths[column] = widths[column].max(width(text_of(own), WIDEST));
            }
        }
        widths
    }

    fn write_cell(
        &self,
        sheet: &mut Worksheet,
        at: (u32, u32),
        text: &str,
        plain: &Format,
    ) -> Result<(), XlsxError> {
        let row = at.0.saturating_sub(1);
        let column = u16::try_from(at.1).map_err(|_| XlsxError::RowColumnLimitError)?;
        let Some((level, sentences)) = self.marks.get(&at) else {
            return sheet.write_string_with_format(row, column, text, plain).map(|_| ());
        };
        let marked = plain.clone().set_background_color(colour(*level));
        if text.is_empty() {
            sheet.write_blank(row, column, &marked)?;
        } else {
            sheet.write_string_with_format(row, column, text, &marked)?;
        }
        let said: String = sentences.join("\n").chars().take(2000).collect();
        let note = Note::new(said).add_author_prefix(false).set_width(320).set_height(120);
        sheet.insert_note(row, column, &note).map(|_| ())
    }

    fn write_list(&self, sheet: &mut Worksheet, title: &str) -> Result<(), XlsxError> {
        let (cell, head) = (cell_format(), head_format());
        let link = cell.clone().set_font_color(LINK).set_underline(FormatUnderline::Single);
        for (at, label) in (0_u16..).zip(["行", "单元格", "栏目", "类别", "说明"]) {
            sheet.write_string_with_format(0, at, label, &head)?;
        }
        sheet.set_row_height(0, height(1))?;
        for (row, item) in (1_u32..).zip(&self.list) {
            let most = [(&*item.row, 0), (item.label, 2), (&*item.sentence, 4)];
            let most = most.into_iter().map(|(text, at)| lines(text, LISTED[at])).max();
            sheet.set_row_height(row, height(most.unwrap_or(1)))?;
            let marked = cell.clone().set_background_color(colour(item.level));
            let level = if item.level == Level::Problem { "问题" } else { "提示" };
            sheet.write_string_with_format(row, 0, &item.row, &cell)?;
            match item.at {
                Some((number, column)) => {
                    let to = address(number, column);
                    let text = Url::new(format!("internal:'{title}'!{to}")).set_text(&to);
                    sheet.write_url_with_format(row, 1, text, &link)?;
                }
                None => {
                    sheet.write_string_with_format(row, 1, "", &cell)?;
                }
            }
            sheet.write_string_with_format(row, 2, item.label, &cell)?;
            sheet.write_string_with_format(row, 3, level, &marked)?;
            sheet.write_string_with_format(row, 4, &item.sentence, &cell)?;
        }
        set_widths(sheet, &LISTED)?;
        laid_out(sheet, 0)
    }
}

/// What is shown of a cell.
fn text_of(cell: &Cell) -> &str {
    if cell.kind == CellKind::Unworked { "（公式）" } else { &cell.text }
}

/// What a row is called in the copy, and where it came from.
fn called(here: u32, from: u32) -> String {
    if here == from {
        format!("第{here}行")
    } else {
        format!("第{here}行（原第{from}行）")
    }
}

/// A sentence that names another row of the table, as that is called in the copy.
fn elsewhere(problem: &Problem, sentence: &str, places: &BTreeMap<u32, u32>) -> String {
    let other =
        problem.facts.get("first").filter(|_| problem.facts.get("unit") == Some(&json!("行")));
    let Some(from) = other.and_then(Value::as_u64).and_then(|from| u32::try_from(from).ok()) else {
        return sentence.to_owned();
    };
    let here = match places.get(&from) {
        Some(here) => called(*here, from),
        None => format!("原第{from}行"),
    };
    sentence.replacen(&format!("第{from}行"), &here, 1)
}

fn colour(level: Level) -> Color {
    match level {
        Level::Problem => BAD,
        Level::Advice => DOUBTFUL,
    }
}

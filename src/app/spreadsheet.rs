//! The list of a collected record as a spreadsheet: one row an item, every cell a text.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook,
    XlsxError,
};
use serde_json::Value;

use super::{App, Collected, Refusal};
use crate::catalog::Shape;
use crate::fault::Fault;

/// The widest column, in characters of the usual face; longer texts are broken.
const WIDEST: usize = 48;

/// The paper's number for A4.
const A4: u8 = 9;

impl App {
    /// A collected list as a spreadsheet (XLSX): the printed labels as head, then one row an item.
    ///
    /// # Errors
    /// A usage sentence if there is more than a spreadsheet holds, or a fault.
    pub fn spreadsheet(&self, document: &str, collected: &Collected) -> Result<Vec<u8>, Refusal> {
        let document = self.document(document)?;
        let into = document.manifest.from.values().find_map(|mapping| mapping.into.as_ref());
        let list = into.map_or("", |into| into.get_ref());
        let items = collected.record.pointer(list).and_then(Value::as_array);
        let Some((items, shape)) = items.zip(document.schema.shape.items_at(list)) else {
            return Err(Refusal::Usage(format!("文书 {} 没有可以列成表的数据", document.id)));
        };
        let date = collected.date.or_else(|| NaiveDate::from_ymd_opt(1980, 1, 1));
        write(&document.manifest.name, shape, items, date.unwrap_or_default()).map_err(|error| {
            match error {
                XlsxError::RowColumnLimitError | XlsxError::MaxStringLengthExceeded => {
                    let what = "数据超过电子表格的限度（1048576 行，一格 32767 字），请改用 .json";
                    Refusal::Usage(what.to_owned())
                }
                error => Fault::new(format!("电子表格写不出来：{error}")).into(),
            }
        })
    }
}

fn write(
    name: &str,
    shape: &Shape,
    items: &[Value],
    date: NaiveDate,
) -> Result<Vec<u8>, XlsxError> {
    let columns = shape.columns();
    let year = u16::try_from(date.year()).unwrap_or(1980);
    let (month, day) = (date.month().try_into().unwrap_or(1), date.day().try_into().unwrap_or(1));
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new().set_title(name).set_author("").set_creation_datetime(&made),
    );
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(name))?;
    // As text, so that a cell stays one when it is edited: a code of 18 digits keeps them all.
    let cell = Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin);
    let head = cell.clone().set_bold().set_align(FormatAlign::Center);
    let mut widths: Vec<usize> = columns.iter().map(|column| width(&column.label)).collect();
    for (at, column) in (0_u16..).zip(&columns) {
        sheet.write_string_with_format(0, at, &column.label, &head)?;
    }
    for (row, item) in (1_u32..).zip(items) {
        for ((at, column), widest) in (0_u16..).zip(&columns).zip(&mut widths) {
            let text = shape.cell(item, &columns, column);
            *widest = (*widest).max(width(&text));
            sheet.write_string_with_format(row, at, text, &cell)?;
        }
    }
    for (at, widest) in (0_u16..).zip(&widths) {
        let shown = u32::try_from(widest + 2).unwrap_or(u32::MAX);
        sheet.set_column_width(at, f64::from(shown))?;
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.set_repeat_rows(0, 0)?;
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    let last = (
        u32::try_from(items.len()).unwrap_or(u32::MAX),
        u16::try_from(columns.len().saturating_sub(1)).unwrap_or(u16::MAX),
    );
    // A code is meant to be a text; nobody needs to be warned of it in every row.
    sheet.ignore_error_range(0, 0, last.0, last.1, IgnoreError::NumberStoredAsText)?;
    workbook.save_to_buffer()
}

/// How wide the widest line of a text is, in characters of the usual face.
fn width(text: &str) -> usize {
    let of = |line: &str| line.chars().map(|mark| if mark.is_ascii() { 1 } else { 2 }).sum();
    text.lines().map(of).max().unwrap_or(0).min(WIDEST)
}

/// A name as spreadsheets allow it: 31 characters, without their own marks.
fn sheet_name(name: &str) -> String {
    let plain = |mark: &char| !"[]:*?/\\'".contains(*mark) && !mark.is_control();
    let name: String = name.chars().filter(plain).take(31).collect();
    if name.trim().is_empty() { "数据".to_owned() } else { name }
}

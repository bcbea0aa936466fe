//! Tables written for spreadsheet programs: nothing in them can run as a formula.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook,
    Worksheet, XlsxError,
};

use super::Refusal;
use crate::fault::Fault;

/// The widest column, in characters of the usual face; longer texts are broken.
const WIDEST: usize = 48;

/// The paper's number for A4.
const A4: u8 = 9;

/// A table as CSV: UTF-8 with a byte order mark and CRLF, as spreadsheet programs want it.
pub(crate) fn csv(head: &[String], rows: impl Iterator<Item = Vec<String>>) -> Vec<u8> {
    let mut bytes = "\u{FEFF}".as_bytes().to_vec();
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .terminator(csv::Terminator::CRLF)
        .from_writer(&mut bytes);
    for row in std::iter::once(head.to_vec()).chain(rows) {
        // Writing into memory cannot fail.
        let _ = writer.write_record(row.iter().map(|text| harmless(text)));
    }
    let _ = writer.flush();
    drop(writer);
    bytes
}

/// A text that no spreadsheet program takes for a formula.
pub(crate) fn harmless(text: &str) -> String {
    match text.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{text}"),
        _ => text.to_owned(),
    }
}

/// A table as XLSX: the head, then every cell a text; `date` is said to be the day of its making.
pub(crate) fn xlsx(
    name: &str,
    head: &[String],
    rows: impl Iterator<Item = Vec<String>>,
    date: Option<NaiveDate>,
) -> Result<Vec<u8>, Refusal> {
    written(name, head, rows, date).map_err(refused)
}

/// Why a workbook was not written.
pub(super) fn refused(error: XlsxError) -> Refusal {
    match error {
        XlsxError::RowColumnLimitError | XlsxError::MaxStringLengthExceeded => {
            let what = "数据超过电子表格的限度（1048576 行，一格 32767 字），请改用 .json";
            Refusal::Usage(what.to_owned())
        }
        error => Fault::new(format!("电子表格写不出来：{error}")).into(),
    }
}

fn written(
    name: &str,
    head: &[String],
    rows: impl Iterator<Item = Vec<String>>,
    date: Option<NaiveDate>,
) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = workbook(name, date)?;
    let sheet = workbook.add_worksheet();
    sheet.set_name(sheet_name(name))?;
    let (cell, title) = (cell_format(), head_format());
    let mut widths: Vec<usize> = head.iter().map(|label| width(label)).collect();
    for (at, label) in (0_u16..).zip(head) {
        sheet.write_string_with_format(0, at, label, &title)?;
    }
    let mut last = 0;
    for (row, texts) in (1_u32..).zip(rows) {
        for ((at, text), widest) in (0_u16..).zip(texts).zip(&mut widths) {
            *widest = (*widest).max(width(&text));
            sheet.write_string_with_format(row, at, text, &cell)?;
        }
        last = row;
    }
    set_widths(sheet, &widths)?;
    laid_out(sheet, 0)?;
    let columns = u16::try_from(head.len().saturating_sub(1)).unwrap_or(u16::MAX);
    // A code is meant to be a text; nobody needs to be warned of it in every row.
    sheet.ignore_error_range(0, 0, last, columns, IgnoreError::NumberStoredAsText)?;
    workbook.save_to_buffer()
}

/// An empty workbook that tells nothing of who made it, and the same day each time.
pub(super) fn workbook(name: &str, date: Option<NaiveDate>) -> Result<Workbook, XlsxError> {
    let date = date.or_else(|| NaiveDate::from_ymd_opt(1980, 1, 1)).unwrap_or_default();
    let year = u16::try_from(date.year()).unwrap_or(1980);
    let (month, day) = (date.month().try_into().unwrap_or(1), date.day().try_into().unwrap_or(1));
    let made = ExcelDateTime::from_ymd(year, month, day)?;
    let mut workbook = Workbook::new();
    workbook.set_properties(
        &DocProperties::new().set_title(name).set_author("").set_creation_datetime(&made),
    );
    Ok(workbook)
}

/// A cell that stays a text when it is edited: a code of 18 digits keeps them all.
pub(super) fn cell_format() -> Format {
    Format::new()
        .set_num_format("@")
        .set_text_wrap()
        .set_align(FormatAlign::VerticalCenter)
        .set_border(FormatBorder::Thin)
}

/// A cell of a head.
pub(super) fn head_format() -> Format {
    cell_format().set_bold().set_align(FormatAlign::Center)
}

/// A sheet as it is printed: landscape, its head (a row from 0) always in sight and on every page.
pub(super) fn laid_out(sheet: &mut Worksheet, head: u32) -> Result<(), XlsxError> {
    sheet.set_freeze_panes(head + 1, 0)?;
    sheet.set_repeat_rows(head, head)?;
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(1, 0);
    Ok(())
}

/// Columns as wide as their widest texts.
pub(super) fn set_widths(sheet: &mut Worksheet, widths: &[usize]) -> Result<(), XlsxError> {
    for (at, widest) in (0_u16..).zip(widths) {
        let shown = u32::try_from(widest + 2).unwrap_or(u32::MAX);
        sheet.set_column_width(at, f64::from(shown))?;
    }
    Ok(())
}

/// How wide the widest line of a text is, in characters of the usual face.
pub(super) fn width(text: &str) -> usize {
    let of = |line: &str| line.chars().map(|mark| if mark.is_ascii() { 1 } else { 2 }).sum();
    text.lines().map(of).max().unwrap_or(0).min(WIDEST)
}

/// A name as spreadsheets allow it: 31 characters, without their own marks.
pub(super) fn sheet_name(name: &str) -> String {
    let plain = |mark: &char| !"[]:*?/\\'".contains(*mark) && !mark.is_control();
    let name: String = name.chars().filter(plain).take(31).collect();
    if name.trim().is_empty() { "数据".to_owned() } else { name }
}

#[cfg(test)]
mod tests {
    use super::csv;

    #[test]
    fn nothing_in_csv_can_run_as_a_formula() {
        let cells = ["=1+2", "+1", "-1", "@a", "\ta", "\ra", "一,\"二\"", "三-四", ""];
        let row = cells.map(str::to_owned).to_vec();
        let bytes = csv(&["甲".to_owned()], std::iter::once(row));
        let text = String::from_utf8(bytes).expect("UTF-8");
        let wanted = "\u{FEFF}甲\r\n'=1+2,'+1,'-1,'@a,'\ta,\"'\ra\",\"一,\"\"二\"\"\",三-四,\r\n";
        assert_eq!(text, wanted);
    }
}

//! Tables written for spreadsheet programs: nothing in them can run as a formula.

use chrono::{Datelike, NaiveDate};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, IgnoreError, Workbook,
    Worksheet, XlsxError,
};

use super::Refusal;
use super::cell_room::{height, lines, width};
use crate::fault::Fault;

/// The widest that a column usually becomes, in digits of the usual face; longer texts are broken.
pub(crate) const WIDEST: usize = 34;

/// A head wider than this is broken, unless what stands below it needs the room.
const WIDEST_HEAD: usize = 12;

/// The paper's number for A4.
const A4: u8 = 9;

/// A list for a spreadsheet program.
pub(crate) struct List<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Its head.
    pub head: &'a [String],
    /// The widest that each column may become, where that is not as usual.
    pub widest: &'a [usize],
    /// How many of its columns are printed: those that people read.
    pub printed: usize,
    /// The day that it is said to be made on.
    pub date: Option<NaiveDate>,
}

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
        // East Asian editions take the wide marks for the narrow ones.
        Some('=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠') => {
            format!("'{text}")
        }
        _ => text.to_owned(),
    }
}

/// A list as XLSX: the head, then every cell a text. Rows are written as they come, and none is kept.
pub(crate) fn xlsx(
    list: &List<'_>,
    rows: impl Iterator<Item = Result<Vec<String>, Fault>>,
) -> Result<Vec<u8>, Refusal> {
    let mut fault = None;
    let rows = rows.map_while(|row| row.map_err(|error| fault = Some(error)).ok());
    let bytes = written(list, rows).map_err(refused)?;
    fault.map_or(Ok(bytes), |fault| Err(fault.into()))
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

fn written(list: &List<'_>, rows: impl Iterator<Item = Vec<String>>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = workbook(list.name, list.date)?;
    let sheet = workbook.add_worksheet_with_low_memory()?;
    sheet.set_name(sheet_name(list.name))?;
    let cell = cell_format();
    let mut widths = write_head(sheet, list.head)?;
    let widest = |at: usize| list.widest.get(at).copied().unwrap_or(WIDEST);
    let mut last = 0;
    for (row, texts) in (1_u32..).zip(rows) {
        // No column is wider than the widest, and one in which a text is broken is just as wide.
        let most = texts.iter().enumerate().map(|(at, text)| lines(text, widest(at))).max();
        sheet.set_row_height(row, height(most.unwrap_or(1)))?;
        for (at, text) in texts.into_iter().enumerate() {
            if let Some(own) = widths.get_mut(at) {
                *own = (*own).max(width(&text, widest(at)));
            }
            let at = u16::try_from(at).map_err(|_| XlsxError::RowColumnLimitError)?;
            sheet.write_string_with_format(row, at, text, &cell)?;
        }
        last = row;
    }
    end_rows(sheet, last)?;
    set_widths(sheet, &widths)?;
    laid_out(sheet, 0)?;
    let column = |count: usize| u16::try_from(count.saturating_sub(1)).unwrap_or(u16::MAX);
    if list.printed < list.head.len() {
        sheet.set_print_area(0, 0, last, column(list.printed))?;
    }
    // A code is meant to be a text; nobody needs to be warned of it in every row.
    let columns = column(list.head.len());
    sheet.ignore_error_range(0, 0, last, columns, IgnoreError::NumberStoredAsText)?;
    workbook.save_to_buffer()
}

/// Ends the rows of a sheet that is written row by row: the library would write the last one (a row from
/// 0) again if it was still open, without its cells, and Excel takes such a file for damaged.
pub(super) fn end_rows(sheet: &mut Worksheet, last: u32) -> Result<(), XlsxError> {
    let empty = Format::new().set_num_format("@");
    sheet.write_blank(last.saturating_add(1), 0, &empty).map(|_| ())
}

/// Writes a head into the first row; gives the widths that it asks for.
fn write_head(sheet: &mut Worksheet, head: &[String]) -> Result<Vec<usize>, XlsxError> {
    let title = head_format();
    let of = |label: &String| {
        let whole = width(label, WIDEST);
        if whole > WIDEST_HEAD { (whole / 2 + 2).max(WIDEST_HEAD) } else { whole }
    };
    let widths: Vec<usize> = head.iter().map(of).collect();
    let most = head.iter().zip(&widths).map(|(label, wide)| lines(label, *wide)).max();
    sheet.set_row_height(0, height(most.unwrap_or(1)))?;
    for (at, label) in (0_u16..).zip(head) {
        sheet.write_string_with_format(0, at, label, &title)?;
    }
    Ok(widths)
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
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3).set_footer("&C第 &P 页，共 &N 页");
    Ok(())
}

/// Columns with room for so many digits, and for what programs measure differently.
pub(super) fn set_widths(sheet: &mut Worksheet, widths: &[usize]) -> Result<(), XlsxError> {
    for (at, widest) in (0_u16..).zip(widths) {
        let shown = u32::try_from(widest + 1).unwrap_or(u32::MAX);
        sheet.set_column_width(at, f64::from(shown))?;
    }
    Ok(())
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

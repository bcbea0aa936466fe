//! XLSX: every sheet's cells as texts, within bounds of size and number.

use std::io::{self, Cursor, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Reader, SheetVisible, Xlsx, XlsxError, open_workbook_from_rs};

use super::Unreadable;
use super::grid::{Cell, Grid, Kind, Line, address};

/// What the texts of a workbook may take when they are unpacked, in bytes.
const UNPACKED: u64 = 256 << 20;

/// Beyond so many bytes a file may not have been packed more tightly than [`TIGHTEST`].
const LARGE: u64 = 32 << 20;

/// What real workbooks stay well below.
const TIGHTEST: u64 = 200;

/// The most characters of one cell: spreadsheet programs take no more.
const LONGEST: usize = 32_767;

/// What the texts of all cells may take together, in bytes: thousands of cells may share one long text.
const TEXTS: usize = 64 << 20;

/// The sentence for every file that is none.
const NO_WORKBOOK: &str =
    "这不是 .xlsx 电子表格，或文件已损坏；请用电子表格打开，另存为 .xlsx 后再试";

/// Reads all sheets that are shown, with at most so many cells together.
pub(super) fn read(bytes: &[u8], most_cells: usize) -> Result<Vec<Grid>, Unreadable> {
    // The old format, and every workbook with a password, is an OLE file.
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Unreadable(
            "这是旧格式（.xls）或加了密码的电子表格；请打开后去掉密码，另存为 .xlsx 后再试"
                .to_owned(),
        ));
    }
    bounded(bytes)?;
    // The library is fed by strangers; should it ever panic, that is the file's end, not ours.
    catch_unwind(AssertUnwindSafe(|| sheets(bytes, most_cells)))
        .unwrap_or_else(|_| Err(Unreadable(NO_WORKBOOK.to_owned())))
}

/// Unpacks everything once into nothing, since what a file says of its own size need not be true.
fn bounded(bytes: &[u8]) -> Result<(), Unreadable> {
    let no_workbook = || Unreadable(NO_WORKBOOK.to_owned());
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(|_| no_workbook())?;
    let named = |name: &str| archive.index_for_name(name).is_some();
    if !named("xl/workbook.xml") {
        let opened = [("word/document.xml", "Word 文件"), ("ppt/presentation.xml", "演示文稿")];
        let other = opened.iter().find(|(name, _)| named(name));
        let binary = named("xl/workbook.bin").then_some("二进制的 .xlsb");
        let open = named("content.xml").then_some("OpenDocument 文件");
        return Err(match other.map(|(_, what)| *what).or(binary).or(open) {
            Some(what) => {
                Unreadable(format!("这是{what}，不是 .xlsx 电子表格；请另存为 .xlsx 后再试"))
            }
            None => no_workbook(),
        });
    }
    let mut unpacked = 0;
    for at in 0..archive.len() {
        let entry = archive.by_index(at).map_err(|_| no_workbook())?;
        let most = UNPACKED - unpacked + 1;
        unpacked += io::copy(&mut entry.take(most), &mut io::sink()).map_err(|_| no_workbook())?;
        let tight = unpacked > LARGE && unpacked / TIGHTEST > bytes.len() as u64;
        if unpacked > UNPACKED || tight {
            return Err(Unreadable(
                "电子表格展开后太大（超过 256 MiB，或压得异常紧）；请只留要用的工作表，分成几个文件"
                    .to_owned(),
            ));
        }
    }
    Ok(())
}

fn sheets(bytes: &[u8], most_cells: usize) -> Result<Vec<Grid>, Unreadable> {
    let no_workbook = |error: XlsxError| {
        Unreadable(match error {
            XlsxError::Password => {
                "电子表格加了密码；请打开后去掉密码，另存为 .xlsx 后再试".to_owned()
            }
            _ => NO_WORKBOOK.to_owned(),
        })
    };
    let mut workbook: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).map_err(no_workbook)?;
    let shown = workbook.sheets_metadata().iter();
    let shown = shown.filter(|sheet| sheet.visible == SheetVisible::Visible);
    let names: Vec<String> = shown.map(|sheet| sheet.name.clone()).collect();
    let (mut cells, mut texts) = (0, 0);
    let mut grids = Vec::new();
    for name in names {
        // A sheet of charts has no cells.
        let Ok(mut reader) = workbook.worksheet_cells_reader(&name) else { continue };
        let mut grid = Grid { name: name.clone(), lines: Vec::new() };
        while let Some(found) = reader.next_cell_with_formula_metadata().map_err(no_workbook)? {
            let Some(cell) = cell(found.pos.1, &found.value, found.formula.is_some()) else {
                continue;
            };
            cells += 1;
            if cells > most_cells {
                return Err(Unreadable::too_many_cells(most_cells));
            }
            let number = found.pos.0.saturating_add(1);
            // What has so few bytes has no more characters.
            if cell.text.len() > LONGEST && cell.text.chars().count() > LONGEST {
                let place = address(number, cell.column);
                return Err(Unreadable(format!(
                    "工作表“{name}”的 {place} 一格超过 {LONGEST} 字，请改短后再试"
                )));
            }
            texts += cell.text.len();
            if texts > TEXTS {
                return Err(Unreadable(format!(
                    "表格的文字合计超过 {} MiB，请只留要用的工作表和行，或分成几个文件",
                    TEXTS >> 20
                )));
            }
            match grid.lines.last_mut() {
                Some(line) if line.number == number => line.cells.push(cell),
                _ => grid.lines.push(Line { number, cells: vec![cell] }),
            }
        }
        in_order(&mut grid);
        grids.push(grid);
    }
    Ok(grids)
}

/// Programs write rows and cells in their order; what does not is put into it.
fn in_order(grid: &mut Grid) {
    grid.lines.sort_by_key(|line| line.number);
    grid.lines.dedup_by(|later, earlier| {
        let same = later.number == earlier.number;
        if same {
            earlier.cells.append(&mut later.cells);
        }
        same
    });
    for line in &mut grid.lines {
        line.cells.sort_by_key(|cell| cell.column);
        line.cells.dedup_by_key(|cell| cell.column);
    }
}

fn cell(column: u32, value: &DataRef<'_>, formula: bool) -> Option<Cell> {
    let (text, kind) = match value {
        DataRef::Empty if formula => (String::new(), Kind::Unworked),
        DataRef::Empty => return None,
        DataRef::String(text) => (plain(text), Kind::Text),
        DataRef::SharedString(text) => (plain(text), Kind::Text),
        // No program writes these, and nothing can be reckoned with them.
        DataRef::Float(number) if !number.is_finite() => (number.to_string(), Kind::Error),
        #[expect(clippy::cast_precision_loss, reason = "spreadsheets hold nothing but doubles")]
        DataRef::Int(number) => (number.to_string(), Kind::Number(*number as f64)),
        DataRef::Float(number) => (number.to_string(), Kind::Number(*number)),
        DataRef::Bool(yes) => (if *yes { "是" } else { "否" }.to_owned(), Kind::Truth(*yes)),
        DataRef::DateTime(moment) => {
            let (year, month, day, ..) = moment.to_ymd_hms_milli();
            if moment.is_duration() || moment.as_f64() < 1.0 {
                (moment.as_f64().to_string(), Kind::Number(moment.as_f64()))
            } else {
                (format!("{year:04}-{month:02}-{day:02}"), Kind::Date)
            }
        }
        DataRef::DateTimeIso(text) => {
            (text.split(['T', ' ']).next().unwrap_or_default().to_owned(), Kind::Date)
        }
        DataRef::DurationIso(text) => (text.clone(), Kind::Text),
        DataRef::Error(error) => (error.to_string(), Kind::Error),
    };
    let blank = kind == Kind::Text && text.trim().is_empty();
    (!blank).then_some(Cell { column, text, kind })
}

/// A text with plain line ends.
fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

//! CSV as programs really save it: encoding and delimiter are found, rows keep their numbers.
//!
//! The reader of the library passes over blank rows, after which no row has the number that a
//! spreadsheet shows; so the text is taken apart here.

use encoding_rs::{GB18030, UTF_16BE, UTF_16LE};

use super::Unreadable;
use super::grid::{Cell, Grid, Kind, Line};

/// Reads a text with at most so many cells.
pub(super) fn read(bytes: &[u8], most_cells: usize) -> Result<Grid, Unreadable> {
    let text = text_of(bytes)?;
    let delimiter = delimiter_of(&text);
    let mut grid = Grid::default();
    let mut cells = 0;
    let mut number = 0;
    let mut rest = text.as_str();
    while !rest.is_empty() {
        number += 1;
        let (texts, after) = row_of(rest, delimiter).ok_or_else(|| {
            Unreadable(format!(
                "第{number}行有一个英文双引号没有配对，后面的内容分不清；请改正后再试"
            ))
        })?;
        rest = after;
        let filled = (0..).zip(texts).filter(|(_, text)| !text.trim().is_empty());
        let filled: Vec<Cell> =
            filled.map(|(column, text)| Cell { column, text, kind: Kind::Text }).collect();
        cells += filled.len();
        if cells > most_cells {
            return Err(Unreadable::too_many_cells(most_cells));
        }
        if !filled.is_empty() {
            grid.lines.push(Line { number, cells: filled });
        }
    }
    Ok(grid)
}

/// The bytes as text: UTF-8, UTF-16 or GB18030, with or without a byte order mark.
fn text_of(bytes: &[u8]) -> Result<String, Unreadable> {
    let decoded = match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        [0xFF, 0xFE, rest @ ..] => decoded(UTF_16LE, rest),
        [0xFE, 0xFF, rest @ ..] => decoded(UTF_16BE, rest),
        // The delimiters and line ends of UTF-16 have a zero beside them; no other text has zeros.
        _ if bytes.iter().take(400).skip(1).step_by(2).any(|byte| *byte == 0) => {
            decoded(UTF_16LE, bytes)
        }
        _ if bytes.iter().take(400).step_by(2).any(|byte| *byte == 0) => decoded(UTF_16BE, bytes),
        _ => match std::str::from_utf8(bytes) {
            Ok(text) => Some(text.to_owned()),
            Err(_) => decoded(GB18030, bytes),
        },
    };
    match decoded {
        Some(text) if !text.contains('\0') => Ok(text),
        _ => Err(Unreadable(
            "这个文件不是 CSV 文字，或编码认不出；请用电子表格打开原来的文件，另存为 .xlsx 后再试"
                .to_owned(),
        )),
    }
}

fn decoded(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<String> {
    encoding.decode_without_bom_handling_and_without_replacement(bytes).map(Into::into)
}

/// What parts the cells: the mark that stands most often outside quotes in the first rows.
fn delimiter_of(text: &str) -> char {
    let mut counts = [('\t', 0), (',', 0), (';', 0)];
    let mut quoted = false;
    let mut rows = 0;
    for mark in text.chars() {
        match mark {
            '"' => quoted = !quoted,
            '\n' if !quoted => rows += 1,
            _ if quoted => {}
            mark => {
                if let Some((_, count)) = counts.iter_mut().find(|(known, _)| *known == mark) {
                    *count += 1;
                }
            }
        }
        if rows == 10 {
            break;
        }
    }
    let most = counts.iter().map(|(_, count)| *count).max().unwrap_or(0);
    counts.iter().find(|(_, count)| *count == most && most > 0).map_or(',', |(mark, _)| *mark)
}

/// The cells of the first row, and what comes after it; none if a quote is never closed.
fn row_of(text: &str, delimiter: char) -> Option<(Vec<String>, &str)> {
    let mut cells = Vec::new();
    let mut cell = String::new();
    let mut quoted = false;
    let mut marks = text.char_indices().peekable();
    while let Some((at, mark)) = marks.next() {
        match mark {
            '"' if quoted => match marks.peek() {
                Some((_, '"')) => {
                    cell.push('"');
                    marks.next();
                }
                _ => quoted = false,
            },
            mark if quoted => cell.push(mark),
            '"' if cell.is_empty() => quoted = true,
            '\r' | '\n' => {
                let pair = mark == '\r' && matches!(marks.peek(), Some((_, '\n')));
                cells.push(cell);
                return Some((cells, &text[at + 1 + usize::from(pair)..]));
            }
            mark if mark == delimiter => cells.push(std::mem::take(&mut cell)),
            mark => cell.push(mark),
        }
    }
    cells.push(cell);
    (!quoted).then_some((cells, ""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(bytes: &[u8]) -> Vec<(u32, Vec<(u32, String)>)> {
        let grid = read(bytes, usize::MAX).unwrap_or_else(|error| panic!("{}", error.0));
        let line = |line: Line| {
            (line.number, line.cells.into_iter().map(|cell| (cell.column, cell.text)).collect())
        };
        grid.lines.into_iter().map(line).collect()
    }

    #[test]
    fn every_encoding_and_delimiter_gives_the_same_rows() {
        let wanted = "名称,号码\r\n\r\n甲公司,1\r\n";
        let found = texts(wanted.as_bytes());
        assert_eq!(found[1], (3, vec![(0, "甲公司".to_owned()), (1, "1".to_owned())]));
        let utf16 = |order: fn(u16) -> [u8; 2]| -> Vec<u8> {
            wanted.encode_utf16().flat_map(order).collect()
        };
        let with = |mark: &[u8], rest: &[u8]| [mark, rest].concat();
        let gb = GB18030.encode(wanted).0.into_owned();
        for bytes in [
            with(b"\xEF\xBB\xBF", wanted.as_bytes()),
            with(b"\xFF\xFE", &utf16(u16::to_le_bytes)),
            with(b"\xFE\xFF", &utf16(u16::to_be_bytes)),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            gb,
            wanted.replace(',', ";").into_bytes(),
            wanted.replace(',', "\t").into_bytes(),
            wanted.replace("\r\n", "\n").into_bytes(),
        ] {
            assert_eq!(texts(&bytes), found, "{bytes:?}");
        }
    }

    #[test]
    fn quotes_hold_delimiters_line_breaks_and_quotes() {
        let found = texts("a,\"一,\"\"二\"\"\n三\",c\nd".as_bytes());
        assert_eq!(found[0].1[1].1, "一,\"二\"\n三");
        assert_eq!(found[1].0, 2);
        assert!(read(b"a,\"b\nc", 9).is_err_and(|error| error.0.contains("第1行")));
        assert!(read(b"\xff\xff\xff", 9).is_err());
        assert!(read(b"a,b,c", 2).is_err());
    }
}

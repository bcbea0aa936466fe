//! The room that texts take in the cells of a spreadsheet: a file must bring its heights along, since the
//! programs that show it work them out only where a cell is edited.

/// The width of a sign of ours, in tenths of a digit's, which columns are measured in.
const SIGN: usize = 21;
/// The same of a capital.
const CAPITAL: usize = 12;
/// The same of any other letter.
const LETTER: usize = 11;
/// The same of a digit.
const DIGIT: usize = 10;

/// How high a line of 11 pt is, in points, whichever face a program has for it.
const LINE: u32 = 16;
/// What is left free above and below the lines of a row, in points.
const FREE: u32 = 4;
/// The most that a row may be high, in points.
const HIGHEST: u32 = 409;

/// How wide the widest line of a text is, in digits, but no more than the widest that a column may be.
pub(super) fn width(text: &str, widest: usize) -> usize {
    let of = |line: &str| line.chars().map(tenths).sum::<usize>().div_ceil(10);
    text.lines().map(of).max().unwrap_or(0).min(widest)
}

/// How many lines a text takes in a column of so many digits: signs are parted anywhere, words only where
/// they are longer than a line.
pub(super) fn lines(text: &str, wide: usize) -> u32 {
    let room = wide.max(1) * 10;
    text.lines().map(|line| broken(line, room)).sum::<u32>().max(1)
}

/// How high a row is with so many lines, in points.
pub(super) fn height(lines: u32) -> u32 {
    lines.saturating_mul(LINE).saturating_add(FREE).min(HIGHEST)
}

fn broken(line: &str, room: usize) -> u32 {
    let (mut count, mut used, mut word) = (1, 0, 0);
    for mark in line.chars() {
        let own = tenths(mark);
        let joined = mark.is_ascii_alphanumeric();
        word = if joined { word + own } else { 0 };
        if used + own <= room {
            used += own;
            continue;
        }
        count += 1;
        // A word goes to the next line as a whole, if it has room there.
        used = if word <= room { word.max(own) } else { own };
    }
    count
}

fn tenths(mark: char) -> usize {
    match mark {
        '0'..='9' => DIGIT,
        'A'..='Z' | '@' | '%' | '&' => CAPITAL,
        mark if mark.is_ascii() => LETTER,
        _ => SIGN,
    }
}

#[cfg(test)]
mod tests {
    use super::{height, lines, width};

    #[test]
    fn a_text_takes_as_many_lines_as_its_column_makes_of_it() {
        assert_eq!((width("2026-03-05", 40), width("名称", 40), width("名称", 3)), (11, 5, 3));
        assert_eq!((lines("", 10), lines("一二三四", 9), lines("一二三四五", 9)), (1, 1, 2));
        assert_eq!(lines("一\n二\n三", 20), 3);
        // A word is not parted, unless it is longer than a line.
        assert_eq!((lines("一二 abcd", 8), lines("abcdefghijklmnop", 8)), (2, 3));
        assert_eq!(lines(&"名".repeat(100), 40), 6);
        assert_eq!((height(1), height(3), height(99)), (20, 52, 409));
    }
}

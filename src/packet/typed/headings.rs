//! The headings of official papers (结构层次序数, GB/T 9704-2012, 7.3.3): 一、 （一） 1. （1）.

use super::block::{Block, Head};
use crate::values::numeral::counting;

/// A heading, or a title, is at most so long, in characters.
pub(super) const SHORT: usize = 40;

/// What the last line of a sentence ends with, and a heading does not.
const STOPS: &str = "。！？；，、.!?;,";

/// What a line of a typed text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A heading of this level.
    Heading(u8),
    /// A paragraph whose first so many bytes are a heading of this level.
    Headed(u8, usize),
    /// Neither.
    Plain,
}

/// Tells what a line is by the number at its beginning.
pub(super) fn kind_of(line: &str) -> Kind {
    let Some(level @ 1..=2) = numbered(line) else { return Kind::Plain };
    if is_short(line) && !ends_a_sentence(line) && !line.contains('。') {
        return Kind::Heading(level);
    }
    match line.split_inclusive('。').next() {
        Some(head) if head.ends_with('。') && is_short(head) => Kind::Headed(level, head.len()),
        _ => Kind::Plain,
    }
}

/// Whether a line may be a heading by its length.
pub(super) fn is_short(line: &str) -> bool {
    line.chars().nth(SHORT).is_none()
}

/// Whether a line ends as a sentence does.
pub(super) fn ends_a_sentence(line: &str) -> bool {
    line.ends_with(|mark| STOPS.contains(mark))
}

/// The level of the number that a text begins with, if it begins with one.
pub(super) fn numbered(text: &str) -> Option<u8> {
    let han = |mark: char| "零〇一二三四五六七八九十百".contains(mark);
    let digit = |mark: char| mark.is_ascii_digit() || ('０'..='９').contains(&mark);
    if let Some(rest) = text.strip_prefix('第') {
        let after = rest.trim_start_matches(|mark| han(mark) || digit(mark));
        let unit = after.starts_with(['章', '节', '条', '篇']) || after.starts_with("部分");
        return (after.len() < rest.len() && unit).then_some(1);
    }
    if let Some(rest) = text.strip_prefix(['（', '(']) {
        let closes = |after: &str| after.starts_with(['）', ')']);
        let after_han = rest.trim_start_matches(han);
        let after_digits = rest.trim_start_matches(digit);
        return if after_han.len() < rest.len() && closes(after_han) {
            Some(2)
        } else if after_digits.len() < rest.len() && closes(after_digits) {
            Some(4)
        } else {
            None
        };
    }
    let after = text.trim_start_matches(han);
    if after.len() < text.len() {
        return after.starts_with('、').then_some(1);
    }
    let after = text.trim_start_matches(digit);
    let digits = text[..text.len() - after.len()].chars().count();
    // A year or a telephone number is none.
    if !(1..=2).contains(&digits) {
        return None;
    }
    let numbers = after.starts_with(['.', '．', '、', ')', '）']) || after.starts_with(' ');
    numbers.then_some(3)
}

/// Numbers the headings of every level at which none has a number of its own.
pub(super) fn enumerate(blocks: &mut [Block]) {
    let mut own = [false; 5];
    for block in blocks.iter() {
        if let Block::Heading { level, text, .. } = block
            && numbered(text).is_some()
        {
            own[usize::from(*level)] = true;
        }
    }
    let mut counts = [0_u32; 5];
    for block in blocks {
        let level = match block {
            Block::Heading { level, .. }
            | Block::Paragraph { head: Some(Head { level, .. }), .. } => usize::from(*level),
            _ => continue,
        };
        counts[level] += 1;
        counts[level + 1..].fill(0);
        if let Block::Heading { number, .. } = block {
            *number = (!own[level]).then(|| written(level, counts[level]));
        }
    }
}

fn written(level: usize, count: u32) -> String {
    match level {
        1 => format!("{}、", counting(count)),
        2 => format!("（{}）", counting(count)),
        3 => format!("{count}."),
        _ => format!("（{count}）"),
    }
}

/// What is printed before an item of a list so many lists deep, below a heading of this level: the
/// official numbers that headings have left, and a dash for what has no number.
pub(super) fn of_item(depth: usize, heading: u8, ordinal: Option<u64>) -> String {
    let Some(ordinal) = ordinal else {
        return if depth == 0 { "——" } else { "—" }.to_owned();
    };
    match depth + usize::from(heading.saturating_sub(2)) {
        0 => format!("{ordinal}."),
        1 => format!("（{ordinal}）"),
        _ => u32::try_from(ordinal)
            .ok()
            .filter(|ordinal| (1..=10).contains(ordinal))
            .and_then(|ordinal| char::from_u32('①' as u32 + ordinal - 1))
            .map_or_else(|| format!("{ordinal}）"), String::from),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_headings_by_their_numbers() {
        for (line, kind) in [
            ("一、基本情况", Kind::Heading(1)),
            ("二十一、附则", Kind::Heading(1)),
            ("（一）主体情况", Kind::Heading(2)),
            ("(三)信用情况", Kind::Heading(2)),
            ("第一章 总则", Kind::Heading(1)),
            ("一、基本情况。我店成立于2015年。", Kind::Headed(1, "一、基本情况。".len())),
            ("（二）会员情况。共12家", Kind::Headed(2, "（二）会员情况。".len())),
            ("一、严格守法。", Kind::Headed(1, "一、严格守法。".len())),
            ("一、建立台账，", Kind::Plain),
            ("1.主体情况", Kind::Plain),
            ("一方面，我店", Kind::Plain),
            ("十年来，我店", Kind::Plain),
            ("第一时间处理投诉", Kind::Plain),
            ("（详见附件）", Kind::Plain),
            ("", Kind::Plain),
        ] {
            assert_eq!(kind_of(line), kind, "{line}");
        }
        let long = format!("一、{}", "长".repeat(50));
        assert_eq!(kind_of(&long), Kind::Plain);
        assert_eq!(kind_of(&format!("{long}。短。")), Kind::Plain);
    }

    #[test]
    fn knows_numbers_of_every_level() {
        for (text, level) in [
            ("1.主体", Some(3)),
            ("1.1 主体", Some(3)),
            ("12、主体", Some(3)),
            ("3 主体", Some(3)),
            ("１．主体", Some(3)),
            ("（1）主体", Some(4)),
            ("(10) 主体", Some(4)),
            ("2026年工作", None),
            ("12315进店", None),
            ("7天无理由退货", None),
            ("主体", None),
        ] {
            assert_eq!(numbered(text), level, "{text}");
        }
    }

    #[test]
    fn items_go_on_where_headings_end() {
        let of = |depth, heading| of_item(depth, heading, Some(3));
        assert_eq!([of(0, 0), of(0, 2), of(1, 2), of(2, 1)], ["3.", "3.", "（3）", "③"]);
        assert_eq!([of(0, 3), of(0, 4), of(1, 3)], ["（3）", "③", "③"]);
        assert_eq!(of_item(2, 0, Some(11)), "11）");
        assert_eq!(of_item(9, 4, Some(u64::MAX)), format!("{}）", u64::MAX));
        assert_eq!(of_item(0, 0, None), "——");
    }
}

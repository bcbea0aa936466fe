//! The end of a report: who signs it, and the date (署名, 成文日期).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::block::Block;
use super::headings;

/// Who signs a report, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Closing {
    /// Who; none if only a date stands at the end.
    pub party: Option<String>,
    /// The date on the last line.
    pub date: NaiveDate,
}

/// Takes the signature off the end: a date on a line of its own, and before it a short line that is no
/// sentence.
pub(super) fn take(blocks: &mut Vec<Block>) -> Option<Closing> {
    let date = day(&plain(blocks.last()?)?)?;
    // A report that is nothing but a date has no body.
    if blocks.len() < 2 {
        return None;
    }
    blocks.pop();
    let party = blocks.last().and_then(plain).filter(|line| is_party(line) && blocks.len() > 1);
    if party.is_some() {
        blocks.pop();
    }
    Some(Closing { party, date })
}

/// The words of a paragraph without a head.
fn plain(block: &Block) -> Option<String> {
    match block {
        Block::Paragraph { head: None, .. } => Some(block.printed()),
        _ => None,
    }
}

fn is_party(line: &str) -> bool {
    headings::is_short(line)
        && !headings::ends_a_sentence(line)
        && !line.ends_with(['：', ':', '；', '，'])
        && headings::numbered(line).is_none()
}

/// `2026年6月12日`, spaces left out.
fn day(line: &str) -> Option<NaiveDate> {
    let dense: String = line.chars().filter(|mark| !mark.is_whitespace()).collect();
    let (year, rest) = dense.strip_suffix('日')?.split_once('年')?;
    let (month, day) = rest.split_once('月')?;
    let digits = |part: &str, most: usize| {
        let plain = (1..=most).contains(&part.len()) && part.bytes().all(|it| it.is_ascii_digit());
        plain.then(|| part.parse::<u32>().ok()).flatten()
    };
    let year = i32::try_from(digits(year, 4)?).ok().filter(|year| *year >= 1900)?;
    NaiveDate::from_ymd_opt(year, digits(month, 2)?, digits(day, 2)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packet::typed::read;

    fn closing_of(text: &str) -> (Option<Closing>, usize) {
        let typed = read(text.as_bytes(), false, &|_| true).expect("text");
        (typed.closing, typed.blocks.len())
    }

    #[test]
    fn a_signature_at_the_end_is_taken() {
        let date = NaiveDate::from_ymd_opt(2026, 6, 12).expect("a day");
        let (closing, blocks) =
            closing_of("正文第一段。\n晋味源食品有限公司\n2026 年 6 月 12 日\n");
        assert_eq!(closing, Some(Closing { party: Some("晋味源食品有限公司".to_owned()), date }));
        assert_eq!(blocks, 1);
        let (closing, blocks) = closing_of("正文第一段。\n2026年6月12日");
        assert_eq!((closing, blocks), (Some(Closing { party: None, date }), 1));
    }

    #[test]
    fn what_is_no_signature_stays() {
        assert_eq!(closing_of("正文第一段。\n于2026年6月12日完成。").0, None);
        assert_eq!(closing_of("2026年6月12日").0, None);
        assert_eq!(closing_of("正文。\n2026年13月12日").0, None);
    }
}

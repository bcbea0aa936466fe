//! Characters that look like a Chinese character and are another one: parts of characters (部首),
//! compatibility ideographs (兼容汉字), circles for 〇. A search for the name does not find them, and
//! another font draws them otherwise. The text is never changed for it: the user is told.

use std::collections::HashSet;

use unicode_normalization::char::{decompose_canonical, decompose_compatible};

use super::text::code_point;
use super::{Finding, gb18030};

/// Radicals of the supplement (U+2E80–2EFF) that copies out of PDF files bring instead of characters;
/// Unicode gives only two of them a decomposition.
const SUPPLEMENT: [(char, char); 34] = [
    ('⺎', '兀'),
    ('⺟', '母'),
    ('⺠', '民'),
    ('⺩', '王'),
    ('⺫', '目'),
    ('⺷', '羊'),
    ('⺻', '聿'),
    ('⺾', '艹'),
    ('⻁', '虎'),
    ('⻄', '西'),
    ('⻅', '见'),
    ('⻆', '角'),
    ('⻉', '贝'),
    ('⻋', '车'),
    ('⻑', '長'),
    ('⻓', '长'),
    ('⻔', '门'),
    ('⻘', '青'),
    ('⻙', '韦'),
    ('⻚', '页'),
    ('⻛', '风'),
    ('⻜', '飞'),
    ('⻝', '食'),
    ('⻢', '马'),
    ('⻣', '骨'),
    ('⻤', '鬼'),
    ('⻥', '鱼'),
    ('⻦', '鸟'),
    ('⻨', '麦'),
    ('⻩', '黄'),
    ('⻬', '齐'),
    ('⻮', '齿'),
    ('⻰', '龙'),
    ('⻳', '龟'),
];

/// How many different ones of a text are told.
const TOLD: usize = 20;

/// Advice for each such character, once for each: which one is probably meant.
#[must_use]
pub fn examine(text: &str) -> Vec<Finding> {
    // Nearly every text has none, and is not looked at twice.
    if text.chars().all(|mark| kind_of(mark).is_none()) {
        return Vec::new();
    }
    let marks: Vec<char> = text.chars().collect();
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for (at, &mark) in marks.iter().enumerate() {
        let Some((code, right)) = kind_of(mark) else { continue };
        if (code == "text.circle" && !is_in_place_of_a_character(&marks, at))
            || !seen.insert(mark)
            || seen.len() > TOLD
        {
            continue;
        }
        found.push(
            Finding::advice(code)
                .with("character", mark.to_string())
                .with("code_point", code_point(mark))
                .with("position", at + 1)
                .with("corrected", right.to_string())
                .with("corrected_code_point", code_point(right)),
        );
    }
    found
}

fn kind_of(mark: char) -> Option<(&'static str, char)> {
    match mark {
        '\u{25CB}' | '\u{25EF}' => Some(("text.circle", '〇')),
        '\u{2F00}'..='\u{2FD5}' => Some(("text.radical", single(mark, true)?)),
        '\u{2E80}'..='\u{2EFF}' => SUPPLEMENT
            .iter()
            .find(|(radical, _)| *radical == mark)
            .map(|(_, right)| ("text.radical", *right)),
        '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}' if !gb18030::is_unified(mark) => {
            Some(("text.compatibility", single(mark, false)?))
        }
        _ => None,
    }
}

/// The one character that stands for another in normalised text.
fn single(mark: char, compatible: bool) -> Option<char> {
    let mut right = None;
    let keep = |other| right = Some(other);
    if compatible {
        decompose_compatible(mark, keep);
    } else {
        decompose_canonical(mark, keep);
    }
    right.filter(|right| *right != mark)
}

/// A circle is a circle, unless it stands among the digits of a year, or alone between two characters:
/// several hide a name (张○○), one at the end does so too.
fn is_in_place_of_a_character(marks: &[char], at: usize) -> bool {
    let circle = |mark: &&char| matches!(**mark, '\u{25CB}' | '\u{25EF}');
    let before = marks[..at].iter().rev().take_while(circle).count();
    let after = marks[at + 1..].iter().take_while(circle).count();
    let left = (at - before).checked_sub(1).and_then(|at| marks.get(at));
    let right = marks.get(at + after + 1);
    let numeral = |mark: &char| "〇一二三四五六七八九".contains(*mark);
    let character = |mark: &char| matches!(mark, '\u{3400}'..='\u{9FFF}' | '〇');
    let among_digits = left.is_some_and(numeral) || right.is_some_and(numeral);
    among_digits
        || (before + after == 0 && left.is_some_and(character) && right.is_some_and(character))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn right(text: &str) -> Vec<String> {
        examine(text).iter().map(|found| found.facts["corrected"].to_string()).collect()
    }

    #[test]
    fn names_the_right_character() {
        assert_eq!(right("⼭西省⻄安"), ["\"山\"", "\"西\""]);
        assert_eq!(right("王\u{F9DC}"), ["\"隆\""]);
        assert_eq!(right("\u{2F80A}"), ["\"\u{50E7}\""]);
        for text in ["二○二六年", "二○○五年", "六路○号楼", "太原○公司"] {
            assert_eq!(right(text), ["\"〇\""], "{text}");
        }
        assert_eq!(examine("⼭⼭")[0].facts["position"], 1);
        assert_eq!(examine("⼭⼭").len(), 1);
    }

    #[test]
    fn leaves_alone_what_is_right() {
        for text in
            ["山西省", "二〇二六年", "○ 已办", "张○○", "张○", "王○○先生", "\u{FA0E}\u{FA29}", "𠅤"]
        {
            assert_eq!(examine(text), [], "{text}");
        }
    }

    #[test]
    fn every_radical_has_its_character() {
        for point in 0x2F00..=0x2FD5 {
            let mark = char::from_u32(point).expect("a character");
            assert!(kind_of(mark).is_some(), "{mark}");
        }
    }
}

//! How many words (字数) a text has, as office programs tell it to whoever must write “不少于1500字”.

/// The 字数 of a text: each Chinese character or mark counts one, and so does each run of other
/// characters without white space, such as a word, a number or a web address.
#[must_use]
pub fn words(text: &str) -> usize {
    text.split('\n').map(words_of_line).sum()
}

/// Whether a character is as wide as a Chinese one and counts by itself: Han characters, kana, hangul,
/// their marks and full-width forms.
#[must_use]
pub fn is_wide(mark: char) -> bool {
    !mark.is_whitespace()
        && matches!(mark,
            '\u{1100}'..='\u{11FF}' | '\u{2E80}'..='\u{9FFF}' | '\u{A960}'..='\u{A97F}'
            | '\u{AC00}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE10}'..='\u{FE1F}'
            | '\u{FE30}'..='\u{FE6F}' | '\u{FF01}'..='\u{FFEF}' | '\u{16FE0}'..='\u{18D08}'
            | '\u{1AFF0}'..='\u{1B2FF}' | '\u{1F200}'..='\u{1F2FF}' | '\u{20000}'..='\u{3FFFF}')
}

/// Whether a character is Chinese or Latin by the text in which it stands: “ ” ‘ ’ — … · ①.
fn is_shared(mark: char) -> bool {
    matches!(mark, '·' | '×' | '÷' | '°' | '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{205E}'
        | '\u{2100}'..='\u{27BF}')
}

fn words_of_line(line: &str) -> usize {
    let chinese = line.chars().any(is_wide);
    let mut count = 0;
    let mut in_run = false;
    let mut marks = line.chars().peekable();
    while let Some(mark) = marks.next() {
        // The apostrophe of an English word belongs to it in a Chinese text as well.
        let apostrophe =
            mark == '’' && in_run && marks.peek().is_some_and(char::is_ascii_alphabetic);
        if is_wide(mark) || chinese && is_shared(mark) && !apostrophe {
            count += 1;
            in_run = false;
        } else if mark.is_whitespace() {
            in_run = false;
        } else {
            count += usize::from(!in_run);
            in_run = true;
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::words;

    #[test]
    fn counts_as_office_programs_do() {
        for (text, count) in [
            ("", 0),
            (" \t\u{3000}\n", 0),
            ("放心消费", 4),
            ("一、基本情况。", 7),
            ("我店于2015年3月开业", 9),
            ("投诉电话12315，全年受理。", 11),
            ("电话 0351-4123456", 3),
            ("Word 2016 中", 3),
            ("满意率98.6%以上", 6),
            ("他说：“好”——是的……", 12),
            ("内蒙古·呼和浩特", 8),
            ("“hello”, it’s fine — really", 5),
            ("店名Tom’s店", 4),
            ("ＡＢ１２", 4),
            ("ひらがなカタカナ한글", 10),
            ("𠅤字", 2),
            ("第一行\n第二行", 6),
            ("one\ntwo", 2),
            ("https://example.com/a?b=c", 1),
        ] {
            assert_eq!(words(text), count, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_chinese_character_between_adds_one(left in "[ -~一-龥，。\\s]{0,30}", right in "[ -~一-龥，。\\s]{0,30}") {
            prop_assert_eq!(words(&format!("{left}中{right}")), words(&left) + 1 + words(&right));
        }

        #[test]
        fn white_space_never_counts(text in "\\PC{0,40}", space in "[ \\t\\u{3000}\\u{A0}]{0,5}") {
            prop_assert_eq!(words(&format!("{space}{text}{space}")), words(&text));
            prop_assert!(words(&text) <= text.chars().filter(|mark| !mark.is_whitespace()).count());
        }

        #[test]
        fn no_text_is_shorter_for_what_is_added(text in "[ -~一-龥“”—\\n]{0,40}", more in "[a-z一-龥。 ]{0,20}") {
            let longer = text.clone() + &more;
            prop_assert!(words(&longer) >= words(&text));
        }
    }
}

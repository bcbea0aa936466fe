//! Printable text (可印字符): what may stand on a paper, and what only hides in it.

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

use super::Finding;

/// A text without what nobody meant to write, and what was found in it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cleaned {
    /// The text; never Unicode-normalised, since that changes names.
    pub text: String,
    /// What was removed, and what must be mended.
    pub findings: Vec<Finding>,
}

/// How many different characters of one text are told of; whoever has more has the wrong file.
const TOLD: usize = 50;

/// Cleans a text: invisible spaces go with an advice, line ends become LF, white space at the ends
/// is trimmed; what cannot be printed is found, each kind of character once for each character.
#[must_use]
pub fn clean(given: &str, several_lines: bool) -> Cleaned {
    // Nearly every text is clean, and is not taken apart.
    let plain = |mark| !is_invisible_space(mark) && unprintable(mark, several_lines).is_none();
    if given.trim().len() == given.len() && given.chars().all(plain) {
        return Cleaned { text: given.to_owned(), findings: Vec::new() };
    }
    let unified = given.replace("\r\n", "\n").replace('\r', "\n");
    let (kept, removed) = without_invisible_spaces(&unified);
    let mut findings = Vec::new();
    if !removed.is_empty() {
        let removed: Vec<_> = removed
            .iter()
            .map(|(mark, count)| {
                json!({ "code_point": code_point(*mark), "name": name(*mark), "count": count })
            })
            .collect();
        findings.push(Finding::advice("text.removed").with("characters", removed));
    }
    let trimmed = kept.trim().to_owned();
    if trimmed != kept {
        findings.push(Finding::advice("text.trimmed"));
    }
    let mut seen = HashSet::new();
    for (at, mark) in trimmed.chars().enumerate() {
        let Some(code) = unprintable(mark, several_lines) else { continue };
        if !seen.insert(mark) || seen.len() > TOLD {
            continue;
        }
        let finding =
            Finding::problem(code).with("code_point", code_point(mark)).with("position", at + 1);
        findings.push(match code {
            "text.private-use" => finding.with("character", mark.to_string()),
            _ => finding,
        });
    }
    Cleaned { text: trimmed, findings }
}

/// The characters that no face can draw, each once; `covers` asks the faces.
#[must_use]
pub fn undrawable(text: &str, covers: &dyn Fn(char) -> bool) -> Vec<Finding> {
    let mut seen = HashSet::new();
    let mut findings = Vec::new();
    for (at, mark) in text.chars().enumerate() {
        if mark == '\n' || seen.contains(&mark) || unprintable(mark, true).is_some() {
            continue;
        }
        // A combining mark may come from another face than its letter, and then stands beside it.
        let code = if is_combining(mark) {
            "text.combining"
        } else if covers(mark) {
            continue;
        } else {
            "text.no-glyph"
        };
        seen.insert(mark);
        if seen.len() > TOLD {
            break;
        }
        findings.push(
            Finding::problem(code)
                .with("character", mark.to_string())
                .with("code_point", code_point(mark))
                .with("position", at + 1),
        );
    }
    findings
}

/// `U+4E00`, with at least four digits.
#[must_use]
pub fn code_point(mark: char) -> String {
    format!("U+{:04X}", mark as u32)
}

/// A stranger's text as it may be shown: what cannot be seen, what a terminal would obey and what turns the
/// direction of writing stands as its code point.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for mark in text.chars() {
        let hides = mark.is_control()
            || matches!(mark, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}');
        if hides {
            shown.push_str(&format!("〔{}〕", code_point(mark)));
        } else {
            shown.push(mark);
        }
    }
    shown
}

/// No-break spaces, zero-width spaces and byte order marks out; between two Latin letters or digits
/// a no-break space stands for a real one.
fn without_invisible_spaces(text: &str) -> (String, BTreeMap<char, usize>) {
    let marks: Vec<char> = text.chars().collect();
    // The next visible character after each place, found from the back.
    let mut next = vec![None; marks.len()];
    for at in (1..marks.len()).rev() {
        next[at - 1] = if is_invisible_space(marks[at]) { next[at] } else { Some(marks[at]) };
    }
    let mut kept = String::with_capacity(text.len());
    let mut removed = BTreeMap::new();
    for (mark, next) in marks.iter().zip(next) {
        match mark {
            '\u{A0}' | '\u{2007}' | '\u{202F}' => {
                // Chinese needs no space between words; everything before it in Unicode does.
                let spaced = |mark: Option<char>| {
                    mark.is_some_and(|mark| mark < '\u{2E80}' && !mark.is_whitespace())
                };
                if spaced(kept.chars().next_back()) && spaced(next) {
                    kept.push(' ');
                }
            }
            '\u{200B}' | '\u{FEFF}' => {}
            _ => {
                kept.push(*mark);
                continue;
            }
        }
        *removed.entry(*mark).or_insert(0) += 1;
    }
    (kept, removed)
}

fn is_invisible_space(mark: char) -> bool {
    matches!(mark, '\u{A0}' | '\u{2007}' | '\u{202F}' | '\u{200B}' | '\u{FEFF}')
}

fn name(mark: char) -> &'static str {
    match mark {
        '\u{200B}' => "零宽空格",
        '\u{FEFF}' => "字节顺序标记",
        _ => "不间断空格",
    }
}

fn unprintable(mark: char, several_lines: bool) -> Option<&'static str> {
    match mark {
        '\n' if several_lines => None,
        '\n' => Some("text.line-break"),
        '\u{2028}' | '\u{2029}' => Some("text.control"),
        mark if mark.is_control() => Some("text.control"),
        '\u{061C}'
        | '\u{200E}'
        | '\u{200F}'
        | '\u{202A}'..='\u{202E}'
        | '\u{2066}'..='\u{2069}' => Some("text.bidi"),
        '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFF}' => Some("text.private-use"),
        '\u{FFFD}' => Some("text.replacement"),
        '\u{AD}'
        | '\u{34F}'
        | '\u{180E}'
        | '\u{200C}'
        | '\u{200D}'
        | '\u{2060}'..='\u{2065}'
        | '\u{206A}'..='\u{206F}'
        | '\u{FE00}'..='\u{FE0F}'
        | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E0FFF}' => Some("text.invisible"),
        _ => None,
    }
}

/// Whether a character of a name makes it look like another name: one that turns the direction of writing, or
/// that is not seen.
#[must_use]
pub fn misleads(mark: char) -> bool {
    is_invisible_space(mark)
        || matches!(unprintable(mark, true), Some(code) if code != "text.private-use")
}

/// Whether Windows takes a file of this name for a device, whatever its ending.
#[must_use]
pub fn is_device(name: &str) -> bool {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let first = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = ["COM", "LPT"].iter().find_map(|port| first.strip_prefix(port));
    let mut number = port.unwrap_or_default().chars();
    let numbered = number.next().is_some_and(|mark| "0123456789¹²³".contains(mark));
    DEVICES.contains(&&*first) || (numbered && number.next().is_none())
}

fn is_combining(mark: char) -> bool {
    matches!(mark,
        '\u{300}'..='\u{36F}' | '\u{1AB0}'..='\u{1AFF}' | '\u{1DC0}'..='\u{1DFF}'
        | '\u{20D0}'..='\u{20FF}' | '\u{302A}'..='\u{302F}' | '\u{3099}' | '\u{309A}'
        | '\u{FE20}'..='\u{FE2F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn codes(cleaned: &Cleaned) -> Vec<&str> {
        cleaned.findings.iter().map(|finding| finding.code).collect()
    }

    #[test]
    fn removes_invisible_spaces_with_an_advice() {
        let cleaned = clean("\u{FEFF}张\u{A0}三\u{200B}", false);
        assert_eq!(cleaned.text, "张三");
        assert_eq!(codes(&cleaned), ["text.removed"]);
        assert_eq!(clean("ABC\u{A0}Co", false).text, "ABC Co");
        assert_eq!(clean("Co.,\u{A0}Ltd é\u{A0}\u{A0}N", false).text, "Co., Ltd é N");
        assert_eq!(clean("\u{2003}\u{2003}", false).text, "");
    }

    #[test]
    fn finds_what_cannot_be_printed() {
        assert_eq!(codes(&clean("一\n二", false)), ["text.line-break"]);
        assert_eq!(codes(&clean("一\r\n二", true)), [""; 0]);
        assert_eq!(codes(&clean("一\t二\u{7}", false)), ["text.control", "text.control"]);
        assert_eq!(codes(&clean("a\u{202E}b", false)), ["text.bidi"]);
        assert_eq!(codes(&clean("王\u{E863}", false)), ["text.private-use"]);
        assert_eq!(codes(&clean("王\u{FFFD}", false)), ["text.replacement"]);
        assert_eq!(codes(&clean("葛\u{E0101}", false)), ["text.invisible"]);
        assert_eq!(codes(&clean("　张三 ", false)), ["text.trimmed"]);
    }

    #[test]
    fn asks_the_faces() {
        let found = undrawable("张😀三😀e\u{301}", &|mark| mark != '😀');
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].facts["code_point"], "U+1F600");
        assert_eq!(found[0].facts["position"], 2);
        assert_eq!(found[1].code, "text.combining");
    }

    #[test]
    fn never_normalises() {
        // Compatibility ideographs are names' own characters.
        assert_eq!(clean("\u{F9DC}é\u{FA0E}", false).text, "\u{F9DC}é\u{FA0E}");
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing(text in "\\PC*|[\\s\\u{A0}\\u{200B}a-c一\\r\\n]*", lines: bool) {
            let once = clean(&text, lines).text;
            prop_assert_eq!(&clean(&once, lines).text, &once);
        }
    }
}

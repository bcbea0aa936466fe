//! Laws that more than one target holds.

use std::collections::HashSet;
use std::sync::OnceLock;

use chengwen::app::Refusal;
use chengwen::finish::{ReadBack, read_back};
use chengwen::intake::{Problem, Problems};
use serde_json::Value;

/// What is said to people: not empty, one line, nothing that a terminal would obey.
pub(crate) fn sentence(said: &str) {
    assert!(!said.trim().is_empty(), "an empty sentence");
    let odd = said.chars().find(|mark| mark.is_control() || is_unseen(*mark));
    assert_eq!(odd, None, "in {said:?}");
}

/// Marks that turn the direction of text, or that nobody sees.
fn is_unseen(mark: char) -> bool {
    matches!(mark, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// What is told of an input.
pub(crate) fn problems(problems: &Problems) {
    for it in problems.all() {
        problem(it);
    }
    assert_eq!(problems.is_sound(), problems.to_mend().count() == 0, "{problems:#?}");
}

fn problem(it: &Problem) {
    sentence(&it.sentence);
    assert!(it.pointer.is_empty() || it.pointer.starts_with('/'), "{it:?}");
    assert!(!it.label.chars().any(char::is_control), "{it:?}");
    let is_code = |mark: char| matches!(mark, 'a'..='z' | '-' | '.');
    assert!(it.code.contains('.') && it.code.chars().all(is_code), "{it:?}");
}

/// Each problem stands at a place of the input, or where a schema has a field that the input has not.
pub(crate) fn places(found: &Problems, input: &Value) {
    for it in found.all() {
        let mut place = it.pointer.as_str();
        while input.pointer(place).is_none() {
            let (above, key) = place.rsplit_once('/').expect("the whole is there");
            assert!(fields().contains(key), "{it:?} stands nowhere in {input}");
            place = above;
        }
    }
}

/// The keys that schemas know.
fn fields() -> &'static HashSet<String> {
    static FIELDS: OnceLock<HashSet<String>> = OnceLock::new();
    FIELDS.get_or_init(|| {
        let words = super::words_of_schemas().into_iter();
        words.filter_map(|word| serde_json::from_slice(&word).ok()).collect()
    })
}

/// A refusal that a user can read; anything else is ours to mend.
pub(crate) fn refusal(refusal: &Refusal) {
    match refusal {
        Refusal::Usage(said) | Refusal::OverLimit(said) => sentence(said),
        Refusal::Problems(found) => {
            problems(found);
            assert!(!found.is_sound(), "{found:#?}");
        }
        other => panic!("{other:?}"),
    }
}

/// A finished file of ours: it opens again, every page is A4, no glyph is a box.
pub(crate) fn paper(pdf: &[u8]) -> ReadBack {
    let file = read_back(pdf).unwrap_or_else(|fault| panic!("{fault}"));
    for page in &file.pages {
        let (short, long) = (page.width.min(page.height), page.width.max(page.height));
        assert!((short - 595.28).abs() < 0.3 && (long - 841.89).abs() < 0.3, "{short} {long}");
    }
    file
}

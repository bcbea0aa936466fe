//! The source of Markdown: cleaned, with the lines of the file, and with what only looks like a mark.

use std::ops::Range;

use super::headings;
use super::ledger::Ledger;
use super::runs::STAR;

/// The text, cleaned line by line, so that what is found in it has its place in the file.
pub(super) struct Source {
    text: String,
    starts: Vec<usize>,
    /// Whether a line is indented by ideographic spaces, which Markdown does not know.
    indented: Vec<bool>,
}

impl Source {
    pub(super) fn new(given: &str, ledger: &mut Ledger<'_>) -> Self {
        let (mut text, mut starts, mut indented) = (String::new(), Vec::new(), Vec::new());
        for (at, line) in given.lines().enumerate() {
            starts.push(text.len());
            let cleaned = ledger.clean(at + 1, line);
            let wide = cleaned.trim_start_matches([' ', '\t']).starts_with('\u{3000}');
            indented.push(wide);
            text.push_str(&masked(if wide { cleaned.trim_start() } else { &cleaned }));
            text.push('\n');
        }
        Self { text, starts, indented }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    /// What stands there.
    pub(super) fn slice(&self, range: &Range<usize>) -> &str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    /// The line (from 1) of a place in the text.
    pub(super) fn line_at(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start <= place).max(1)
    }

    /// Whether these words stand there as they are, neither escaped nor as an entity.
    pub(super) fn says(&self, range: &Range<usize>, words: &str) -> bool {
        self.slice(range) == words && !self.before(range).ends_with('\\')
    }

    /// Whether a line (from 1) begins a paragraph although no empty line stands before it: it is
    /// indented, or has a number.
    pub(super) fn begins_anew(&self, line: usize) -> bool {
        let Some(start) = self.starts.get(line - 1) else { return false };
        let line_text = self.text[*start..].lines().next().unwrap_or_default();
        let text = line_text.trim_start_matches(['*', '_', ' ', '\t']);
        self.indented[line - 1]
            || match headings::numbered(text) {
                None => false,
                // 1.5 is no number of a paragraph, nor is a figure with what it counts.
                Some(3) => {
                    let after = text.trim_start_matches(|mark: char| mark.is_ascii_digit());
                    let mut marks = after.chars();
                    marks.next() != Some(' ')
                        && !marks.next().is_some_and(|mark| mark.is_ascii_digit())
                }
                Some(_) => true,
            }
    }

    /// Whether the stars of emphasised words are signs of multiplication, as in 3*4*5.
    pub(super) fn is_product(&self, range: &Range<usize>) -> bool {
        let first = self.slice(range).chars().nth(1);
        self.slice(range).starts_with('*')
            && self.before(range).ends_with(|mark: char| mark.is_ascii_alphanumeric())
            && first.is_some_and(|mark| mark.is_ascii_alphanumeric())
    }

    /// Whether the tildes of struck words say from–to, as in 3~5天，7~9天.
    pub(super) fn is_range(&self, range: &Range<usize>) -> bool {
        !self.slice(range).starts_with("~~")
    }

    fn before(&self, range: &Range<usize>) -> &str {
        self.text.get(..range.start).unwrap_or_default()
    }
}

/// A line in which rows of stars hide something, as in 138****1234, and are no marks.
fn masked(line: &str) -> String {
    if !line.contains("****") || line.trim().trim_matches(['*', ' ']).is_empty() {
        return line.to_owned();
    }
    let mut text = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find('*') {
        text.push_str(&rest[..at]);
        let after = rest[at..].trim_start_matches('*');
        let stars = rest.len() - at - after.len();
        text.extend(std::iter::repeat_n(if stars > 3 { STAR } else { '*' }, stars));
        rest = after;
    }
    text + rest
}

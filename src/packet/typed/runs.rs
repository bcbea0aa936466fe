//! The words of one block as Markdown gives them, piece by piece, and the runs that they become.

use super::block::Run;
use super::headings::{SHORT, is_short};
use crate::values::count::is_wide;

/// Stands for a line break in a cell, until the cell is done.
const BREAK: char = '\u{B}';

/// Stands for a star that is no mark of Markdown, until the block is done. No text holds it: it is not a
/// character (Unicode 23.7).
pub(super) const STAR: char = '\u{FDD0}';

/// What stands between words inside, and may not come first, or last, inside of strong words.
const CLOSING: &str = "，。、；：？！）》〉”’】〕」』,.;:?!)";
const OPENING: &str = "（《〈“‘【〔「『(";

enum Piece {
    /// Words; those that are open may hold marks that Markdown has not understood.
    Words { text: String, open: bool },
    /// Strong words begin or end.
    Strong(bool),
}

/// The pieces of one block.
#[derive(Default)]
pub(super) struct Pieces(Vec<Piece>);

impl Pieces {
    pub(super) fn push(&mut self, more: &str, now_open: bool) {
        match self.0.last_mut() {
            Some(Piece::Words { text, open }) if *open == now_open => text.push_str(more),
            _ => self.0.push(Piece::Words { text: more.to_owned(), open: now_open }),
        }
    }

    pub(super) fn strong(&mut self, on: bool) {
        self.0.push(Piece::Strong(on));
    }

    /// The line ends, and the paragraph does not.
    pub(super) fn join(&mut self) {
        self.push("\n", true);
    }

    /// The line ends in a cell.
    pub(super) fn break_line(&mut self) {
        self.push(&BREAK.to_string(), true);
    }

    /// Where the words end now.
    pub(super) fn place(&self) -> (usize, usize) {
        match self.0.last() {
            Some(Piece::Words { text, .. }) => (self.0.len() - 1, text.len()),
            _ => (self.0.len(), 0),
        }
    }

    /// The words from a place on.
    pub(super) fn words_from(&self, (piece, start): (usize, usize)) -> String {
        let parts = self.0.iter().skip(piece).enumerate().map(|(at, piece)| match piece {
            Piece::Words { text, .. } => {
                text.get(if at == 0 { start } else { 0 }..).unwrap_or_default().replace(STAR, "*")
            }
            Piece::Strong(_) => String::new(),
        });
        parts.collect()
    }

    /// All words up to now, if they are no longer than a heading may be.
    pub(super) fn short_words(&self) -> Option<String> {
        let lengths = self.0.iter().map(|piece| match piece {
            Piece::Words { text, .. } => text.len(),
            Piece::Strong(_) => 0,
        });
        // A character has at most four bytes.
        let mut length = 0;
        for one in lengths {
            length += one;
            if length > 4 * SHORT + 8 {
                return None;
            }
        }
        Some(self.words_from((0, 0)).trim().to_owned()).filter(|words| is_short(words))
    }

    /// Whether the words end with one of these marks.
    pub(super) fn end_with(&self, marks: &[char]) -> bool {
        let last = self.0.iter().rev().find_map(|piece| match piece {
            Piece::Words { text, .. } => text.chars().next_back(),
            Piece::Strong(_) => None,
        });
        last.is_some_and(|last| marks.contains(&last))
    }

    /// The runs of all pieces, and whether stars were left in them that look like marks.
    ///
    /// CommonMark does not know `**` as the end of strong words where a mark stands before it and a
    /// character after it, as in `**首问负责：**对…`: Chinese has no spaces.
    pub(super) fn take(&mut self) -> (Vec<Run>, bool) {
        let pieces = std::mem::take(&mut self.0);
        let stars = |piece: &Piece| matches!(piece, Piece::Words { text, open: true } if text.contains("**"));
        let left = pieces.iter().any(stars);
        match left.then(|| toggled(&pieces)).flatten() {
            Some(marks) => (grouped(joined(&marks)), false),
            None => (grouped(joined(&as_understood(&pieces))), left),
        }
    }
}

/// The words of runs, in which a `\n` breaks the line.
pub(super) fn flattened(runs: &[Run]) -> String {
    runs.iter().map(|run| run.text.as_str()).collect()
}

/// Each character and whether it is strong, as Markdown has it.
fn as_understood(pieces: &[Piece]) -> Vec<(char, bool)> {
    let mut depth = 0_usize;
    let mut marks = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Words { text, .. } => marks.extend(text.chars().map(|mark| (mark, depth > 0))),
            Piece::Strong(true) => depth += 1,
            Piece::Strong(false) => depth = depth.saturating_sub(1),
        }
    }
    marks
}

/// The same with every `**` as the beginning or the end of strong words in turn; none if they cannot
/// be read so.
fn toggled(pieces: &[Piece]) -> Option<Vec<(char, bool)>> {
    // None stands for the mark.
    let mut all = Vec::new();
    for piece in pieces {
        match piece {
            Piece::Strong(_) => all.push(None),
            Piece::Words { text, open: false } => all.extend(text.chars().map(Some)),
            Piece::Words { text, open: true } => {
                for (at, part) in text.replace("***", "**").split("**").enumerate() {
                    if at > 0 {
                        all.push(None);
                    }
                    all.extend(part.chars().map(Some));
                }
            }
        }
    }
    let mut strong = false;
    let mut marks = Vec::new();
    for (at, mark) in all.iter().enumerate() {
        let Some(mark) = mark else {
            let beside = if strong { at.checked_sub(1) } else { Some(at + 1) };
            let beside = beside.and_then(|at| all.get(at).copied().flatten())?;
            let wrong = if strong { OPENING } else { CLOSING };
            if beside.is_whitespace() || wrong.contains(beside) {
                return None;
            }
            strong = !strong;
            continue;
        };
        marks.push((*mark, strong));
    }
    (!strong).then_some(marks)
}

/// Lines joined: with a space between words of alphabets only. White space at the ends goes.
fn joined(marks: &[(char, bool)]) -> Vec<(char, bool)> {
    let mut kept: Vec<(char, bool)> = Vec::with_capacity(marks.len());
    for (at, &(mark, strong)) in marks.iter().enumerate() {
        let mark = match mark {
            '\n' => {
                let narrow = |mark: Option<char>| {
                    mark.is_some_and(|mark| mark < '\u{2010}' && !is_wide(mark))
                };
                let next = marks.get(at + 1).map(|(next, _)| *next);
                if !narrow(kept.last().map(|(last, _)| *last)) || !narrow(next) {
                    continue;
                }
                ' '
            }
            BREAK => '\n',
            STAR => '*',
            mark => mark,
        };
        kept.push((mark, strong));
    }
    let end = kept.iter().rposition(|(mark, _)| !mark.is_whitespace()).map_or(0, |at| at + 1);
    kept.truncate(end);
    let start = kept.iter().position(|(mark, _)| !mark.is_whitespace()).unwrap_or(0);
    kept.split_off(start)
}

fn grouped(marks: Vec<(char, bool)>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for (mark, strong) in marks {
        match runs.last_mut() {
            Some(run) if run.strong == strong => run.text.push(mark),
            _ => runs.push(Run { text: mark.to_string(), strong }),
        }
    }
    runs
}

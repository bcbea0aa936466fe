//! Typed reports (创建方案, 创建情况报告): plain text or Markdown as blocks that are ready to be typeset,
//! and all that was found in it.

mod block;
mod closing;
mod decode;
mod headings;
mod ledger;
mod markdown;
mod plain;
mod runs;
mod source;

use serde::{Deserialize, Serialize};

pub use block::{Block, Head, Run};
pub use closing::Closing;

use crate::intake::{Problem, on_line};
use crate::values::{Finding, count, date};

/// A report as its layout is given it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Typed {
    /// Its title, if it has one.
    pub title: Option<String>,
    /// What it says, in order.
    pub blocks: Vec<Block>,
    /// Who signs it, and when, if that stands at its end.
    pub closing: Option<Closing>,
    /// What was found, each with its line (from 1; 0 for the whole): told once, when the report is read,
    /// and not kept with it.
    #[serde(skip)]
    pub findings: Vec<(usize, Finding)>,
}

/// Reads a report; `covers` says whether some face can draw a character.
///
/// # Errors
/// The finding `typed.not-text` if the bytes are no text in UTF-8, UTF-16 or GB18030.
pub fn read(bytes: &[u8], markdown: bool, covers: &dyn Fn(char) -> bool) -> Result<Typed, Finding> {
    let Some(text) = decode::text(bytes) else {
        return Err(Finding::problem("typed.not-text"));
    };
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut ledger = ledger::Ledger::new(covers);
    let (title, mut blocks) =
        if markdown { markdown::read(&text, &mut ledger) } else { plain::read(&text, &mut ledger) };
    headings::enumerate(&mut blocks);
    if blocks.is_empty() {
        ledger.note(0, Finding::problem("typed.empty"));
    }
    let closing = closing::take(&mut blocks);
    Ok(Typed { title, blocks, closing, findings: ledger.finish() })
}

impl Typed {
    /// How many words (字数) are printed, the title and all numbers included.
    #[must_use]
    pub fn characters(&self) -> usize {
        let title = self.title.as_deref().map_or(0, count::words);
        let closing = self.closing.as_ref().map_or(0, |closing| {
            let party = closing.party.as_deref().map_or(0, count::words);
            party + count::words(&date::written(closing.date))
        });
        title
            + closing
            + self.blocks.iter().map(|block| count::words(&block.printed())).sum::<usize>()
    }

    /// The words of all headings, those at the beginning of paragraphs too.
    pub fn headings(&self) -> impl Iterator<Item = &str> {
        self.blocks.iter().filter_map(Block::heading)
    }

    /// What was found as problems of the file at `pointer`, which the reader knows as `label`.
    #[must_use]
    pub fn problems(&self, pointer: &str, label: &str) -> Vec<Problem> {
        self.findings.iter().map(|(line, found)| on_line(pointer, label, *line, found)).collect()
    }
}

#[cfg(test)]
mod tests;

//! What a typed report is made of, as its layout is given it.

use serde::{Deserialize, Serialize};

/// A piece of a paragraph in one face.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Its words.
    pub text: String,
    /// Whether it stands out (黑体).
    pub strong: bool,
}

/// The words at the beginning of a paragraph that serve as its heading, as in 一、标题。正文…
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// 1 for 一、 and 2 for （一）.
    pub level: u8,
    /// Its words, with their number and stop.
    pub text: String,
}

/// One block, with the line (from 1) on which it begins in the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Block {
    /// A heading on a line of its own.
    Heading {
        /// Where it begins.
        line: usize,
        /// 1 to 4: 一、 （一） 1. （1）.
        level: u8,
        /// The number that we gave it; none if headings of this level have their own.
        number: Option<String>,
        /// Its words.
        text: String,
    },
    /// A paragraph.
    Paragraph {
        /// Where it begins.
        line: usize,
        /// Its heading, if it begins with one.
        head: Option<Head>,
        /// What follows the heading.
        runs: Vec<Run>,
    },
    /// An item of a list.
    Item {
        /// Where it begins.
        line: usize,
        /// What is printed before it.
        number: String,
        /// Its words.
        runs: Vec<Run>,
    },
    /// A table.
    Table {
        /// Where it begins.
        line: usize,
        /// Its rows, the row of labels first; `\n` in a cell breaks the line.
        rows: Vec<Vec<String>>,
    },
}

impl Block {
    /// The line (from 1) on which it begins in the file.
    #[must_use]
    pub fn line(&self) -> usize {
        match self {
            Self::Heading { line, .. }
            | Self::Paragraph { line, .. }
            | Self::Item { line, .. }
            | Self::Table { line, .. } => *line,
        }
    }

    /// The words of its heading, without a number that we gave it; none if it has no heading.
    #[must_use]
    pub fn heading(&self) -> Option<&str> {
        match self {
            Self::Heading { text, .. } => Some(text),
            Self::Paragraph { head, .. } => head.as_ref().map(|head| head.text.as_str()),
            Self::Item { .. } | Self::Table { .. } => None,
        }
    }

    /// All that is printed of it: a line for each paragraph and each cell.
    #[must_use]
    pub fn printed(&self) -> String {
        let words = |runs: &[Run]| runs.iter().map(|run| run.text.as_str()).collect::<String>();
        match self {
            Self::Heading { number, text, .. } => number.clone().unwrap_or_default() + text,
            Self::Paragraph { head, runs, .. } => {
                head.as_ref().map(|head| head.text.clone()).unwrap_or_default() + &words(runs)
            }
            Self::Item { number, runs, .. } => number.clone() + &words(runs),
            Self::Table { rows, .. } => rows.concat().join("\n"),
        }
    }
}

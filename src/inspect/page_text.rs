//! The text of each page, line by line, as it stands on paper: to compare two files.

use super::content::Reader;
use super::lines::{self, Line};
use super::place::mm;

/// The text of a page.
#[derive(Debug, Clone, PartialEq)]
pub struct PageText {
    /// The height of the page as its text is read, in millimetres.
    pub height: f64,
    /// The lines from top to bottom, columns of one height from left to right.
    pub lines: Vec<TextLine>,
    /// Of a page that lies: what is read with the sheet held upright.
    pub aside: Vec<String>,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct TextLine {
    /// Its characters without any spaces: how wide a gap counts as one is the reader's choice.
    pub text: String,
    /// Its upper edge, in millimetres from that of the page.
    pub top: f64,
    /// Its lower edge, in millimetres from the upper edge of the page.
    pub bottom: f64,
}

/// Reads the text of every page; at least one.
///
/// # Errors
/// One Chinese sentence if the bytes are no PDF that can be read.
pub fn page_texts(pdf: &[u8]) -> Result<Vec<PageText>, String> {
    let document = super::open(pdf)?;
    let pages = super::pages_of(&document, &mut Reader::new(&document))?;
    let told = pages.iter().enumerate().map(|(at, page)| PageText {
        height: mm(page.height),
        lines: lines::of_page(page, at).iter().map(TextLine::of).collect(),
        aside: lines::of_aside(page, at).iter().map(Line::dense).collect(),
    });
    Ok(told.collect())
}

impl TextLine {
    fn of(line: &Line) -> Self {
        Self { text: line.dense(), top: mm(line.top()), bottom: mm(line.bottom()) }
    }
}

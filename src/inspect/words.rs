//! The words of pages, line by line, and the faces that a file does not bring.

use lopdf::Document;

use super::content::Reader;
use super::lines;
use super::tree::PageNode;

/// What can be read of some pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Words {
    /// The lines of each page, from top to bottom.
    pub(crate) pages: Vec<Vec<String>>,
    /// How many characters the file shows without telling which they are.
    pub(crate) untold: usize,
    /// The names of faces that text is shown in and that are not in the file.
    pub(crate) unembedded: Vec<String>,
}

/// Reads pages; none if they hold more than anybody prints.
pub(crate) fn of_pages<'a>(document: &'a Document, pages: &[&PageNode<'a>]) -> Option<Words> {
    let mut reader = Reader::new(document);
    let mut words = Words::default();
    for (at, node) in pages.iter().enumerate() {
        let page = reader.page(node).ok()?;
        let found = lines::of_page(&page, at);
        let untold = |line: &lines::Line| {
            line.glyphs.iter().filter(|glyph| glyph.mark == char::REPLACEMENT_CHARACTER).count()
        };
        words.untold += found.iter().map(untold).sum::<usize>();
        words.pages.push(found.into_iter().map(|line| line.text).collect());
    }
    for face in reader.faces().into_iter().filter(|face| face.used && !face.embedded) {
        if !words.unembedded.contains(&face.name) {
            words.unembedded.push(face.name);
        }
    }
    Some(words)
}

//! Any PDF measured from its page content: ours or a stranger's, against nothing or against
//! GB/T 9704-2012 (党政机关公文格式).
//!
//! Bytes → glyphs and rules ([`content`]) → lines ([`lines`]) → parts of a document ([`parts`]) and the
//! grid of its body ([`grid`]) → one finding for each clause ([`clauses`]). Nothing is guessed: what
//! cannot be told is told as not found.

mod clauses;
mod content;
mod faces;
mod facts;
mod grid;
mod ink;
mod lines;
mod page_text;
mod painter;
mod parts;
pub(crate) mod place;
mod report;
mod subject;
mod tables;
mod tokens;
pub(crate) mod tree;
mod typefaces;
pub(crate) mod words;

use lopdf::{Document, LoadOptions};

use clauses::CLAUSES;
use content::Reader;
use grid::Grid;
use parts::Parts;
use subject::Subject;

pub use clauses::Strength;
pub use faces::FaceNames;
pub use facts::FileFacts;
pub use page_text::{PageText, TextLine, page_texts};
pub use report::{Face, Finding, PageFacts, Report, Verdict};

/// The most bytes that a table of the file itself may become.
const LIMIT: usize = 256 << 20;

/// Measures a file.
///
/// # Errors
/// One Chinese sentence if the bytes are no PDF that can be read.
pub fn inspect(pdf: &[u8], names: &FaceNames) -> Result<Report, String> {
    let document = open(pdf)?;
    let facts = FileFacts::read(&document);
    let mut reader = Reader::new(&document);
    let pages = pages_of(&document, &mut reader)?;
    let faces = reader.faces();
    let lines_by = |of: fn(&ink::Page, usize) -> Vec<lines::Line>| -> Vec<_> {
        pages.iter().enumerate().map(|(at, page)| of(page, at)).collect()
    };
    let (lines, asides) = (lines_by(lines::of_page), lines_by(lines::of_aside));
    let parts = Parts::tell(&lines, &asides, &pages);
    let all_lie = pages.iter().all(ink::Page::lies);
    let areas = pages
        .iter()
        .map(|page| (all_lie || !page.lies()).then(|| (page.width, tables::areas(&page.rules))));
    let areas: Vec<_> = areas.collect();
    let grid = Grid::measure(&parts, &areas);
    let subject =
        Subject { facts: &facts, pages: &pages, faces: &faces, names, parts: &parts, grid: &grid };
    let findings = CLAUSES.iter().map(|clause| Finding::of(clause, &subject)).collect();
    Ok(Report::new(&subject, findings))
}

fn open(pdf: &[u8]) -> Result<Document, String> {
    let options = LoadOptions { max_decompressed_size: Some(LIMIT), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(pdf, options).map_err(|_| unreadable(pdf))?;
    if document.is_encrypted() && !document.was_encrypted() {
        return Err("这个 PDF 有打开密码，去掉密码后再检查".to_owned());
    }
    Ok(document)
}

/// What stands on each page; at least one.
fn pages_of<'a>(document: &'a Document, reader: &mut Reader<'a>) -> Result<Vec<ink::Page>, String> {
    let mut pages = Vec::new();
    for node in tree::pages(document) {
        let page =
            reader.page(&node).map_err(|_| "这个 PDF 的页面内容过多，不能检查".to_owned())?;
        pages.push(page);
    }
    if pages.is_empty() {
        return Err("这个 PDF 里没有页面".to_owned());
    }
    Ok(pages)
}

fn unreadable(pdf: &[u8]) -> String {
    let head = &pdf[..pdf.len().min(1024)];
    if head.windows(5).any(|part| part == b"%PDF-") {
        "这个 PDF 已损坏，或有打开密码，读不懂".to_owned()
    } else {
        "这不是 PDF 文件".to_owned()
    }
}

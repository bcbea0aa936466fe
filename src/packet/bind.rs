//! Parts bound to one file: pages with their marks, copy after copy.

use lopdf::{Document, ObjectId};

use super::book::Book;
use super::foreign;
use super::import::Import;
use super::layers::Layers;
use super::plan::{Part, Plan};
use crate::fault::Fault;
use crate::inspect::tree;

/// The marks of a packet's pages, as forms of an upright page.
#[derive(Debug)]
pub struct Marks {
    /// A PDF of ours with a page for each place of the plan that bears a mark, then one for each copy, then
    /// one for a draft.
    pub pdf: Vec<u8>,
    /// For each place of the plan, the page (from 0) that has its mark.
    pub places: Vec<Option<usize>>,
    /// For each copy, the page that has its name.
    pub copies: Vec<Option<usize>>,
    /// The page that says that it is a draft.
    pub draft: Option<usize>,
}

/// A part that has been read.
pub struct Read {
    document: Document,
    /// Which of its pages bear nothing.
    pub blank: Vec<bool>,
}

impl Read {
    /// Reads a part of ours.
    ///
    /// # Errors
    /// A fault if it is no PDF.
    pub fn of(part: &Part) -> Result<Self, Fault> {
        let document = Document::load_mem(&part.pdf)
            .map_err(|error| Fault::new(format!("{} 读不懂：{error}", part.title)))?;
        let blank = tree::pages(&document).iter().map(|page| !page.own.has(b"Contents")).collect();
        Ok(Self { document, blank })
    }

    /// The file, for what it carries.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }
}

/// Binds parts as planned; the pages of all copies share what they show.
///
/// # Errors
/// A fault if a file of ours cannot be read.
pub fn bind(
    parts: &[Part],
    read: &[Read],
    plan: &Plan,
    marks: &Marks,
    copies: &[Option<String>],
) -> Result<Document, Fault> {
    let mut book = Book::new();
    let too_many = |_| Fault::new("自己的 PDF 对象过多");
    let mut firsts = Vec::new();
    for part in read {
        firsts.push(book.gather(&part.document)?);
    }
    let source = Document::load_mem(&marks.pdf)
        .map_err(|error| Fault::new(format!("页边标记读不懂：{error}")))?;
    let mut import = Import::of(&source);
    let mut forms: Vec<ObjectId> = Vec::new();
    for node in tree::pages(&source) {
        let page = foreign::page(&node, &Layers::default(), &mut import, book.document())
            .map_err(|_| Fault::new("页边标记读不懂"))?;
        forms.extend(page.forms.first().map(|(form, _)| *form));
    }
    drop(import);
    let form = |page: Option<usize>| page.and_then(|page| forms.get(page).copied());
    let copy_forms: Vec<Option<ObjectId>> = marks.copies.iter().map(|page| form(*page)).collect();
    // Each page once, with what all copies have in common.
    for (at, place) in plan.places.iter().enumerate() {
        let Some((part, page)) = place.page else { continue };
        let page = firsts[part] + page;
        let common = [form(marks.places[at]), form(marks.draft).filter(|_| place.number.is_some())];
        book.mark_page(page, &common, &copy_forms).map_err(too_many)?;
    }
    for (copy, name) in copies.iter().enumerate() {
        let start = book.len();
        for place in &plan.places {
            match place.page {
                Some((part, page)) => {
                    let named = place.number.is_some() && parts[part].numbered;
                    book.put_gathered(firsts[part] + page, named.then_some(copy));
                }
                None => book.put_blank(),
            }
        }
        if let Some(name) = name {
            book.mark_at(0, name, start);
        }
        let level = usize::from(name.is_some());
        for (part, (first, _)) in parts.iter().zip(&plan.parts) {
            book.mark_at(level, &part.title, start + first);
        }
        book.label(start, plan, name.as_deref());
    }
    book.bind()
}

/// Files of ours as one, their pages one after the other.
///
/// # Errors
/// A fault if one cannot be read.
pub fn joined(files: &[Vec<u8>]) -> Result<Vec<u8>, Fault> {
    if let [only] = files {
        return Ok(only.clone());
    }
    let broken = |error: &dyn std::fmt::Display| Fault::new(format!("自己的 PDF 读不懂：{error}"));
    let mut book = Book::new();
    for file in files {
        let source = Document::load_mem(file).map_err(|error| broken(&error))?;
        let first = book.gather(&source)?;
        (first..first + tree::pages(&source).len()).for_each(|page| book.put_gathered(page, None));
    }
    let mut bytes = Vec::new();
    book.bind()?.save_to(&mut bytes).map_err(|error| broken(&error))?;
    Ok(bytes)
}

//! An attached file (附件) becomes A4 pages: each upright, whole, inside the margins.
//!
//! This is done in a process of its own where one can be had: the file is a stranger's.

use lopdf::{Document, LoadOptions};
use serde::{Deserialize, Serialize};

use super::book::Book;
use super::foreign;
use super::import::Import;
use super::kind::Kind;
use super::layers::Layers;
use super::most::{Most, Unusable};
use super::picture;
use super::place::place;
use crate::inspect::{tree, words};

/// How a file is to be fitted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Fitting {
    /// The pages wanted, as first and last, counted from 1; all if there are none.
    pub pages: Vec<(usize, usize)>,
    /// Quarters by which it is turned clockwise, besides what the file itself says.
    pub quarters: i64,
    /// Whether every page has the margins of a front.
    pub one_sided: bool,
    /// Whether its words are wanted.
    pub words: bool,
    /// What it may have.
    pub most: MostAttached,
}

/// What one attached file may have.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct MostAttached {
    /// Pages that are taken over.
    pub pages: usize,
    /// Pixels of one picture, unpacked.
    pub pixels: u64,
    /// Dots in an inch of paper; finer pictures are brought down to it.
    pub resolution: f64,
}

/// What was found in a file that has been fitted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fitted {
    /// How many pages were made.
    pub pages: usize,
    /// Whether the file was damaged and could be repaired.
    pub repaired: bool,
    /// Filled fields and stamps that say nowhere how they look, so that they are not printed.
    pub faceless: usize,
    /// Stamps and notes that are seen on the screen and are set not to be printed.
    pub unprinted: usize,
    /// Pictures and other contents that lie in other files, which are not opened.
    pub outside: usize,
    /// Faces that the file does not bring; another is printed in their place.
    pub unembedded: Vec<String>,
    /// Its words, if they were wanted and there are any.
    pub words: Option<Words>,
}

/// The words of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Words {
    /// All lines.
    pub text: String,
    /// The pages (from 1, as they were made) on which there are none.
    pub wordless: Vec<usize>,
    /// How many characters the file shows without telling which they are.
    pub untold: usize,
}

/// Why a file cannot be fitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Unfit {
    /// It is of a kind that has no pages.
    Kind(Kind),
    /// It has a password.
    Encrypted,
    /// It cannot be read to its end.
    Damaged,
    /// It is a TIFF of a way of writing that we do not read.
    UnreadTiff,
    /// So many pages are wanted.
    TooManyPages(usize),
    /// This page is wanted, of so many.
    NoSuchPage(usize, usize),
    /// A picture has so many pixels.
    TooManyPixels(u64),
    /// This page (from 1) has no extent, or content beyond all measure.
    BadPage(usize),
    /// This page (from 1, as they were made) holds something that cannot be drawn.
    Undrawable(usize),
}

/// Fits a file; gives the PDF of its A4 pages.
///
/// # Errors
/// What [`Unfit`] lists.
pub fn fit(bytes: &[u8], fitting: &Fitting) -> Result<(Fitted, Vec<u8>), Unfit> {
    let mut book = Book::new();
    let mut fitted = match Kind::of(bytes) {
        Kind::Pdf => pdf(bytes, fitting, &mut book)?,
        kind @ (Kind::Jpeg | Kind::Png | Kind::Tiff) => {
            let fitted = pictures(bytes, kind, fitting, &mut book)?;
            return Ok((fitted, saved(book)?));
        }
        kind => return Err(Unfit::Kind(kind)),
    };
    let document = book.bind().map_err(|_| Unfit::Damaged)?;
    // Of what is printed: the faces of filled fields and stamps are among them.
    let pages = tree::pages(&document);
    let read = words::of_pages(&document, &pages.iter().collect::<Vec<_>>());
    fitted.unembedded = Vec::new();
    for face in read.map(|read| read.unembedded).unwrap_or_default() {
        let face = face_name(&face);
        if !fitted.unembedded.contains(&face) {
            fitted.unembedded.push(face);
        }
    }
    drop(pages);
    Ok((fitted, bytes_of(document)?))
}

/// The most characters that the name of a face is told with.
const LONGEST_NAME: usize = 60;

/// The name of a face as it may be shown: it is a stranger's.
fn face_name(given: &str) -> String {
    let odd = |mark: char| mark.is_control() || mark == char::REPLACEMENT_CHARACTER;
    if given.trim().is_empty() || given.chars().any(odd) {
        return "名称有误的字体".to_owned();
    }
    if given.chars().count() <= LONGEST_NAME {
        return given.to_owned();
    }
    given.chars().take(LONGEST_NAME).chain(['…']).collect()
}

/// The bytes of a file of ours.
pub(super) fn saved(book: Book) -> Result<Vec<u8>, Unfit> {
    bytes_of(book.bind().map_err(|_| Unfit::Damaged)?)
}

fn bytes_of(mut document: Document) -> Result<Vec<u8>, Unfit> {
    let mut made = Vec::new();
    document.save_to(&mut made).map_err(|_| Unfit::Damaged)?;
    Ok(made)
}

fn pdf(bytes: &[u8], fitting: &Fitting, book: &mut Book) -> Result<Fitted, Unfit> {
    let options =
        LoadOptions { max_decompressed_size: Some(foreign::TABLE), ..LoadOptions::default() };
    let source = Document::load_mem_with_options(bytes, options).map_err(|_| {
        // A file that is encrypted and cannot be opened does not always come so far as to say it.
        let encrypted = bytes.windows(8).any(|part| part == b"/Encrypt");
        if encrypted { Unfit::Encrypted } else { Unfit::Damaged }
    })?;
    if source.is_encrypted() && !source.was_encrypted() {
        return Err(Unfit::Encrypted);
    }
    let nodes = tree::pages(&source);
    if nodes.is_empty() {
        return Err(Unfit::Damaged);
    }
    let wanted = wanted(fitting, nodes.len())?;
    let mut import = Import::foreign(&source);
    let layers = Layers::of(&source);
    let (mut faceless, mut unprinted) = (0, 0);
    for (at, number) in wanted.iter().enumerate() {
        let node = &nodes[number - 1];
        let page = foreign::page(node, &layers, &mut import, book.document())
            .map_err(|_| Unfit::BadPage(*number))?;
        faceless += page.faceless;
        unprinted += page.unprinted;
        let back = !fitting.one_sided && at % 2 == 1;
        let placed = place(page.own, page.quarters + fitting.quarters, page.unit, back);
        let forms: Vec<_> =
            page.forms.iter().map(|(form, own)| (*form, own.then(placed.matrix))).collect();
        book.show(placed.across, placed.within, &forms);
    }
    book.keep_layers(&layers, &import);
    let words = if fitting.words {
        let shown: Vec<_> = wanted.iter().map(|number| &nodes[number - 1]).collect();
        words::of_pages(&source, &shown).as_ref().and_then(told)
    } else {
        None
    };
    Ok(Fitted {
        pages: wanted.len(),
        repaired: source.xref_recovery.is_some(),
        faceless,
        unprinted,
        outside: import.outside(),
        unembedded: Vec::new(),
        words,
    })
}

fn told(read: &words::Words) -> Option<Words> {
    let wordless: Vec<usize> = (1..)
        .zip(&read.pages)
        .filter(|(_, lines)| lines.iter().all(|line| line.trim().is_empty()))
        .map(|(number, _)| number)
        .collect();
    let any = wordless.len() < read.pages.len();
    let text = read.pages.concat().join("\n");
    any.then_some(Words { text, wordless, untold: read.untold })
}

fn pictures(bytes: &[u8], kind: Kind, fitting: &Fitting, book: &mut Book) -> Result<Fitted, Unfit> {
    let most = Most { pixels: fitting.most.pixels, resolution: fitting.most.resolution };
    let mut seen = 0;
    let mut made = 0;
    // A page that is not wanted is read all the same: only then is it known how many there are.
    let every = fitting.pages.is_empty();
    let mut order: Vec<(usize, lopdf::ObjectId, [f64; 4])> = Vec::new();
    let mut document = std::mem::take(book.document());
    let taken = picture::take(bytes, kind, most, &mut document, &mut |document, taken| {
        seen += 1;
        let asked =
            every || fitting.pages.iter().any(|(first, last)| (*first..=*last).contains(&seen));
        if asked {
            made += 1;
            order.push((seen, taken.form, taken.own));
        } else {
            for gone in [taken.form, taken.picture] {
                document.objects.remove(&gone);
            }
        }
        if made > fitting.most.pages {
            return Err(Unusable::TooMany);
        }
        Ok(())
    });
    *book.document() = document;
    taken.map_err(|unusable| match unusable {
        Unusable::TooLarge(pixels) => Unfit::TooManyPixels(pixels),
        Unusable::Damaged => Unfit::Damaged,
        Unusable::Unread => Unfit::UnreadTiff,
        Unusable::TooMany => Unfit::TooManyPages(made),
    })?;
    for (at, number) in wanted(fitting, seen)?.into_iter().enumerate() {
        let Some((_, form, own)) = order.iter().find(|(seen, ..)| *seen == number) else {
            continue;
        };
        let back = !fitting.one_sided && at % 2 == 1;
        let placed = place(*own, fitting.quarters, picture::UNIT, back);
        book.show(placed.across, placed.within, &[(*form, placed.matrix)]);
    }
    Ok(Fitted { pages: made, ..Fitted::default() })
}

/// The numbers of the pages that are wanted, in the order in which they are.
fn wanted(fitting: &Fitting, there: usize) -> Result<Vec<usize>, Unfit> {
    let ranges = if fitting.pages.is_empty() { &[(1, there)] } else { fitting.pages.as_slice() };
    for (first, last) in ranges {
        for number in [*first, *last] {
            if number == 0 || number > there {
                return Err(Unfit::NoSuchPage(number, there));
            }
        }
    }
    let count: usize = ranges.iter().map(|(first, last)| (last + 1).saturating_sub(*first)).sum();
    if count > fitting.most.pages {
        return Err(Unfit::TooManyPages(count));
    }
    Ok(ranges.iter().flat_map(|(first, last)| *first..=*last).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_faces_can_be_shown() {
        assert_eq!(face_name("SimSun"), "SimSun");
        assert_eq!(face_name(&"宋".repeat(60)), "宋".repeat(60));
        assert_eq!(face_name(&"A".repeat(3000)), "A".repeat(60) + "…");
        for odd in ["", " ", "Evil\u{1b}[31m", "two\nlines", "\u{fffd}"] {
            assert_eq!(face_name(odd), "名称有误的字体", "{odd:?}");
        }
    }
}

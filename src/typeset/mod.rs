//! Sheets to pages: the only place that names Typst.
//!
//! [`Typesetter::typeset`] takes plain data and gives plain data, so that it can run in a process
//! of its own without change. User text reaches Typst in a virtual JSON file and in no other way.

mod code;
mod diagnostics;
mod each;
mod export;
mod heads;
mod long;
mod marks;
mod offset;
mod overflow;
mod press;
mod room;
mod world;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Orientation};
use crate::fault::{Fault, Faults};
use crate::wording::{Carried, Sheet};

pub use offset::Offset;
pub use press::STACK;

/// Sheets of one document, to be typeset into one file.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// The document (`programme/document`).
    pub document: String,
    /// The full title, for the PDF's metadata.
    pub title: String,
    /// The body named as author in the metadata, if any.
    pub author: Option<String>,
    /// How the sheets stand.
    pub orientation: Orientation,
    /// The sheets, at least one.
    pub sheets: Vec<Sheet>,
    /// Whether these are drafts, which are shown although some text has no room or leaves its page.
    pub draft: bool,
    /// Whether the margins stay those of an odd page (`--sides one`, and simplex documents).
    pub one_sided: bool,
    /// Whether what printed stock bears is left out (套打), and how far the rest is moved.
    #[serde(default)]
    pub overprint: Option<Offset>,
    /// The most that may be made.
    pub most: Most,
    /// What is to be made.
    pub output: Output,
}

/// The most that one job may make.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Most {
    /// Pages.
    pub pages: usize,
    /// Pages of each sheet, padding not counted; none, and there may be any number.
    #[serde(default)]
    pub sheet: Option<usize>,
    /// Pixels of a picture.
    pub pixels: usize,
}

/// What a job makes.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Output {
    /// A PDF file.
    Pdf {
        /// The standard it claims.
        standard: Standard,
        /// The record it carries; only PDF/A-3u may carry one.
        carried: Option<Carried>,
        /// What the carried file is described by.
        description: String,
        /// What the file is: hashed into its `/ID`.
        identity: String,
        /// The date in its metadata.
        date: NaiveDate,
    },
    /// A file for each sheet, the same bytes as if it were typeset alone; one after the other.
    Each {
        /// The standard they claim.
        standard: Standard,
        /// What differs from file to file, one for each sheet.
        files: Vec<Single>,
    },
    /// A picture of one page.
    Png {
        /// The page, counted from 1.
        page: usize,
        /// Pixels per point (1/72 inch).
        pixels_per_point: f64,
    },
    /// Nothing: the pages are laid out, to see whether everything has room.
    Nothing,
    /// Only the marks of all pages: the pages are laid out, to see whether they look different.
    Marks,
}

/// What a file of one sheet has of its own; the names are those of [`Output::Pdf`].
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Single {
    /// The record it carries; only PDF/A-3u may carry one.
    pub carried: Option<Carried>,
    /// What the carried file is described by.
    pub description: String,
    /// What the file is: hashed into its `/ID`.
    pub identity: String,
    /// The date in its metadata.
    pub date: NaiveDate,
}

/// The standard that a PDF claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Standard {
    /// PDF/A-2u: what is printed and kept.
    A2u,
    /// PDF/A-2a: the same with tags.
    A2a,
    /// PDF/UA-1, for readers who cannot see the page, and PDF/A-2a with it.
    Ua1,
    /// PDF/A-3u: may carry its record.
    A3u,
    /// Plain PDF 1.7.
    None,
}

/// What was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Typeset {
    /// The bytes of the PDF or PNG; none if nothing was to be made.
    pub bytes: Vec<u8>,
    /// Where each file ends in the bytes, if there is one for each sheet ([`Output::Each`]).
    pub ends: Vec<usize>,
    /// How many pages the document has, also if only one was drawn.
    pub pages: usize,
    /// On which page each sheet begins, from 0; of files of their own, as if they were one.
    pub starts: Vec<usize>,
    /// A mark of each page, where one was drawn or the marks were asked for: where it differs, the page
    /// looks different.
    pub marks: Vec<u64>,
    /// The texts of a draft for which there is no room.
    pub no_room: Vec<NoRoom>,
    /// What Typst warned of; a well-kept template gives none.
    pub warnings: Vec<String>,
}

/// Why nothing was made.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Failure {
    /// The page asked for does not exist; the document has this many.
    NoSuchPage(usize),
    /// There are so many pages, which is more than may be.
    TooManyPages(usize),
    /// The picture would have so many pixels, which is more than may be.
    TooManyPixels(usize),
    /// Text has left these pages (from 1): it is longer than the layout can hold.
    Overflow(Vec<usize>),
    /// The layout has found no room for these texts, even at their least size.
    NoRoom(Vec<NoRoom>),
    /// These sheets take more pages than a sheet may.
    LongSheets(Vec<LongSheet>),
    /// Our fault: a template or its surroundings.
    Template(Vec<String>),
}

/// A text for which there is no room.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoRoom {
    /// The sheet, counted from 0.
    pub sheet: usize,
    /// The field, as a JSON pointer.
    pub pointer: String,
    /// The least size at which it was tried, such as `18pt`.
    pub floor: String,
}

/// A sheet that takes more pages than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct LongSheet {
    /// The sheet, counted from 0.
    pub sheet: usize,
    /// The pages that it takes, padding not counted.
    pub pages: usize,
}

/// Typst with a catalog's layouts and fonts, ready for any number of jobs at once.
pub struct Typesetter {
    press: press::Press,
}

impl Typesetter {
    /// Reads the layouts and fonts of a catalog.
    ///
    /// # Errors
    /// Every layout that cannot be read, or that names a family which no role has, with its line.
    pub fn open(catalog: &Catalog) -> Result<Self, Faults> {
        Ok(Self { press: press::Press::open(catalog)? })
    }

    /// Typesets one job.
    ///
    /// # Errors
    /// A page that does not exist, or the diagnostics of the template.
    pub fn typeset(&self, job: &Job) -> Result<Typeset, Failure> {
        self.press.run(job)
    }
}

impl Typeset {
    /// The file of each sheet, if each has its own; else the whole.
    pub fn files(&self) -> impl Iterator<Item = &[u8]> {
        let whole = [self.bytes.len()];
        let ends = if self.ends.is_empty() { whole.to_vec() } else { self.ends.clone() };
        ends.into_iter().scan(0, |start, end| {
            let file = self.bytes.get(*start..end).unwrap_or_default();
            *start = end;
            Some(file)
        })
    }
}

impl From<Failure> for Faults {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::NoSuchPage(pages) => Fault::new(format!("没有这一页，共 {pages} 页")).into(),
            Failure::TooManyPages(pages) => Fault::new(format!("有 {pages} 页，太多了")).into(),
            Failure::TooManyPixels(pixels) => {
                Fault::new(format!("图片有 {pixels} 像素，太大了")).into()
            }
            Failure::Overflow(pages) => {
                let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
                Fault::new(format!("第{}页有文字超出纸面，没有印出", pages.join("、")))
                    .hint("缩短这一页上过长的内容；文书的 schema 应给它规定最大长度")
                    .into()
            }
            Failure::NoRoom(texts) => {
                let fields: Vec<&str> = texts.iter().map(|text| text.pointer.as_str()).collect();
                Fault::new(format!("版面放不下 {}", fields.join("、"))).into()
            }
            Failure::LongSheets(sheets) => {
                let pages: Vec<String> = sheets.iter().map(|it| it.pages.to_string()).collect();
                let what = format!("排出来有 {} 页，超过 document.toml 的 pages", pages.join("、"));
                Fault::new(what).hint("缩短版面，或者改大 pages").into()
            }
            Failure::Template(lines) => {
                let mut fault = Fault::new("模板排不出版面");
                for line in lines {
                    fault = fault.hint(line);
                }
                fault.into()
            }
        }
    }
}

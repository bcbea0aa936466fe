//! What is to be printed and how, and what comes of it.

use serde::{Deserialize, Serialize};

use crate::finish::Duplex;
use crate::intake::Problems;
use crate::typeset::{Offset, Standard};

/// What is to be printed.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// A record, as JSON bytes; of a document that takes many, an array of them as well.
    Record(&'a [u8]),
    /// A record that may not be finished: what is sound of it is printed, for a preview. The problems
    /// are part of the answer; it carries nothing and bears no digest.
    Unfinished(&'a [u8]),
    /// The empty form, or the one of a name that the document's manifest gives.
    Blank(Option<&'a str>),
}

/// How it is to be printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The sides; `None` as the document declares.
    pub sides: Option<Sides>,
    /// The standard; `None` as the document needs.
    pub standard: Option<Standard>,
    /// Copies that the printer is asked for, 1 to 5.
    pub copies: u8,
    /// Whether what printed stock bears is left out (套打), and how far the rest is moved.
    pub overprint: Option<Offset>,
    /// What file is wanted.
    pub output: Output,
}

/// The sides of a sheet, as a user chooses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// Both sides, turned on the long edge.
    Long,
    /// Both sides, turned on the short edge.
    Short,
    /// One side: odd-page margins throughout, no padding.
    One,
    /// Both sides by hand: a file of fronts and a file of backs, in a zip.
    Manual,
}

/// The file that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    /// A PDF; with [`Sides::Manual`] a zip of two.
    Pdf,
    /// A picture of one page.
    Png {
        /// The page, counted from 1.
        page: usize,
        /// Pixels per point (1/72 inch).
        pixels_per_point: f64,
    },
}

/// A finished file.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// A name for it, with its ending.
    pub file_name: String,
    /// The pages of the document, padding included.
    pub pages: usize,
    /// The sheets of paper that one copy takes.
    pub sheets: usize,
    /// Of a picture, a mark of each page of the document: where it differs, the page looks different.
    pub marks: Vec<u64>,
    /// How the printer is asked to print.
    pub duplex: Duplex,
    /// Whether the user turns the stack by hand; the bytes are then a zip.
    pub by_hand: bool,
    /// What the user should know.
    pub problems: Problems,
    /// What the template warned of.
    pub warnings: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { sides: None, standard: None, copies: 1, overprint: None, output: Output::Pdf }
    }
}

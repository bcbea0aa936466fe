//! The words that requests are made of: those of the command line, and media types. Routes read by them, and
//! the description in OpenAPI lists them.

use std::ops::RangeInclusive;

use crate::app::Form;
use crate::app::{CopiesAs, Sides, Wrapping};
use crate::typeset::Standard;

/// The media type of XLSX.
pub(super) const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// The media type of bodies that bring files.
pub(super) const FORM: &str = "multipart/form-data";

/// Whether something is asked for.
pub(super) const YES: [(&str, bool); 2] = [("yes", true), ("no", false)];

/// The sides, by the words of the command line.
pub(super) const SIDES: [(&str, Sides); 4] = [
    ("long", Sides::Long),
    ("short", Sides::Short),
    ("one", Sides::One),
    ("manual", Sides::Manual),
];

/// The standards, by the words of the command line.
pub(super) const STANDARDS: [(&str, Standard); 5] = [
    ("a-2u", Standard::A2u),
    ("a-2a", Standard::A2a),
    ("ua-1", Standard::Ua1),
    ("a-3u", Standard::A3u),
    ("none", Standard::None),
];

/// The copies that a printer can be asked for (ISO 32000-1, table 150).
pub(super) const COPIES: RangeInclusive<usize> = 1..=5;

/// How the copies of a packet lie in its file.
pub(super) const COPIES_AS: [(&str, CopiesAs); 2] =
    [("pages", CopiesAs::Pages), ("viewer", CopiesAs::Viewer)];

/// What a packet comes as.
pub(super) const WRAPPINGS: [(&str, Wrapping); 2] =
    [("zip", Wrapping::Zip), ("pdf", Wrapping::Pdf)];

/// The copies that the file of a packet holds.
pub(super) const PACKED_COPIES: RangeInclusive<usize> = 1..=9;

/// What the rows of a batch become.
pub(super) const FORMS: [(&str, Form); 2] = [("pdf", Form::Merged), ("zip", Form::Each)];

/// What a list of certificates is written as.
pub(super) const LISTS: [(&str, List); 3] =
    [("json", List::Json), ("xlsx", List::Xlsx), ("csv", List::Csv)];

/// How a list of certificates is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum List {
    Json,
    Xlsx,
    Csv,
}

//! A file as the clauses look at it: pages, lines, parts and grid.

use std::collections::BTreeMap;

use super::faces::FaceNames;
use super::facts::FileFacts;
use super::grid::Grid;
use super::ink::{Glyph, Page};
use super::lines::{Line, is_han};
use super::parts::Parts;
use super::place::mm;
use super::typefaces::Typeface;

/// All that a clause may ask for.
pub(super) struct Subject<'a> {
    pub(super) facts: &'a FileFacts,
    pub(super) pages: &'a [Page],
    pub(super) faces: &'a [Typeface],
    pub(super) names: &'a FaceNames,
    pub(super) parts: &'a Parts<'a>,
    pub(super) grid: &'a Grid,
}

/// Which role most glyphs are set in.
#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    /// A known face of this role.
    Known(&'a str),
    /// A face that the table does not have.
    Unknown(&'a str),
    /// Nothing to go by.
    None,
}

impl Subject<'_> {
    /// Whether everything lies: a table by itself, without a body on upright pages.
    pub(super) fn lies(&self) -> bool {
        self.pages.iter().all(Page::lies)
    }

    /// Whether the page stands otherwise than the block that was measured.
    fn is_apart(&self, page: usize) -> bool {
        self.pages.get(page).is_some_and(Page::lies) != self.lies()
    }

    /// Whether sheets bear text on both sides, as far as the file says.
    pub(super) fn one_sided(&self) -> bool {
        self.facts.duplex.as_deref() == Some("Simplex")
    }

    /// The left edge of the text block on this page (from 0), in points.
    pub(super) fn left(&self, page: usize) -> Option<f64> {
        let edges = if page.is_multiple_of(2) { &self.grid.odd } else { &self.grid.even };
        edges.left.filter(|_| !self.is_apart(page))
    }

    /// The right edge of the text block on this page (from 0), in points.
    pub(super) fn right(&self, page: usize) -> Option<f64> {
        let edges = if page.is_multiple_of(2) { &self.grid.odd } else { &self.grid.even };
        edges.right.filter(|_| !self.is_apart(page))
    }

    /// From one character of the body to the next, in points.
    pub(super) fn pitch(&self) -> Option<f64> {
        self.grid.pitch.or(self.grid.size)
    }

    /// How far a place is from the left edge of the block, in characters of the body.
    pub(super) fn indent(&self, line: &Line) -> Option<f64> {
        Some((line.seen_left() - self.left(line.page)?) / self.pitch()?)
    }

    /// How far a line ends before the right edge of the block, in characters of the body.
    pub(super) fn gap(&self, line: &Line) -> Option<f64> {
        Some((self.right(line.page)? - line.seen_right()) / self.pitch()?)
    }

    /// The role in which most of the Chinese characters among these are set.
    pub(super) fn role_of_han<'g>(&self, glyphs: impl Iterator<Item = &'g Glyph>) -> Role<'_> {
        self.role_of(glyphs.filter(|glyph| is_han(glyph.mark)))
    }

    /// The role in which most of these are set.
    pub(super) fn role_of<'g>(&self, glyphs: impl Iterator<Item = &'g Glyph>) -> Role<'_> {
        let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
        for glyph in glyphs {
            if let Some(face) = self.faces.get(glyph.face)
                && !self.names.stands_in(&face.name)
            {
                *counts.entry(glyph.face).or_default() += 1;
            }
        }
        let Some((face, _)) = counts.into_iter().max_by_key(|(_, count)| *count) else {
            return Role::None;
        };
        let name = self.faces[face].name.as_str();
        self.names.role_of(name).map_or(Role::Unknown(name), Role::Known)
    }
}

/// Millimetres as they are told.
pub(super) fn in_mm(points: f64) -> String {
    format!("{:.1} mm", mm(points))
}

/// Characters as they are told; nothing is told as less than nothing.
pub(super) fn in_characters(count: f64) -> String {
    let count = if count.abs() < 0.05 { 0.0 } else { count };
    format!("{count:.1} 字")
}

/// Points as they are told.
pub(super) fn in_points(points: f64) -> String {
    let text = format!("{points:.2}");
    format!("{} pt", text.trim_end_matches('0').trim_end_matches('.'))
}

/// Pages (from 0) as they are told: the first few by number.
pub(super) fn on_pages(pages: impl Iterator<Item = usize>) -> String {
    let mut pages: Vec<usize> = pages.collect();
    pages.sort_unstable();
    pages.dedup();
    let shown: Vec<String> = pages.iter().take(5).map(|page| (page + 1).to_string()).collect();
    let more = if pages.len() > 5 { format!("等{}页", pages.len()) } else { "页".to_owned() };
    format!("第{}{more}", shown.join("、"))
}

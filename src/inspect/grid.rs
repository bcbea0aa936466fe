//! The grid of the body: size, pitches, and where the text block (版心) stands.

use super::lines::{Line, is_closing, is_han, is_opening, most};
use super::parts::Parts;
use super::tables::Area;

/// What the body's lines tell of the page they were set on, in points. None where they do not tell.
#[derive(Debug, Clone, Default)]
pub(super) struct Grid {
    pub(super) size: Option<f64>,
    /// From one character to the next.
    pub(super) pitch: Option<f64>,
    /// From one line to the next.
    pub(super) leading: Option<f64>,
    pub(super) odd: Edges,
    pub(super) even: Edges,
    /// The upper edge of the first line of pages that the text fills from the top.
    pub(super) top: Option<f64>,
    /// The lower edge of the lowest line of the body.
    pub(super) bottom: Option<f64>,
    /// The page from 0 with most lines, and how many there are room for from its first to its last.
    pub(super) fullest: Option<(usize, usize)>,
    /// Whether that page is followed by more of the same text, so that it is full.
    pub(super) full: bool,
}

/// The edges of the text block on pages of one parity.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Edges {
    pub(super) left: Option<f64>,
    pub(super) right: Option<f64>,
    /// The width of the pages, for the distance to the right.
    pub(super) width: f64,
}

/// How far edges of lines may differ that were set to one edge (points).
const SAME_EDGE: f64 = 0.7;

impl Grid {
    /// `pages` are the width and the tables of each page, and none of a page that does not count.
    pub(super) fn measure(parts: &Parts<'_>, pages: &[Option<(f64, Vec<Area>)>]) -> Self {
        let size = parts.size;
        let mut grid = Self { size, ..Self::default() };
        let Some(size) = size else { return grid };
        let steps = parts.body.iter().flat_map(|line| {
            line.glyphs.windows(2).filter_map(|pair| {
                let step = pair[1].x - pair[0].x;
                let han = pair.iter().all(|it| is_han(it.mark) && (it.size - size).abs() < 0.2);
                (han && step > 0.8 * size && step < 1.3 * size).then_some(step)
            })
        });
        grid.pitch = most(steps, 0.02);
        let falls = parts.body.windows(2).filter_map(|pair| {
            let fall = pair[1].baseline - pair[0].baseline;
            (pair[0].page == pair[1].page && fall > size && fall < 2.6 * size).then_some(fall)
        });
        grid.leading = most(falls, 0.3);
        for (parity, edges) in [(0, &mut grid.odd), (1, &mut grid.even)] {
            *edges = edges_of(parts, pages, parity, size, grid.pitch.unwrap_or(size));
        }
        grid.heights(parts, pages);
        grid
    }

    fn heights(&mut self, parts: &Parts<'_>, pages: &[Option<(f64, Vec<Area>)>]) {
        let leading = self.leading;
        let tops = parts.pages.iter().enumerate().filter_map(|(page, lines)| {
            let first = lines.first().filter(|line| !line.tabular && pages[page].is_some())?;
            let size = parts.size?;
            let goes_on = page > 0 && (first.size - size).abs() < 0.6;
            goes_on.then(|| first.top())
        });
        self.top = most(tops, 1.0).or_else(|| {
            // A single page: its first line tells only if it stands where the block should begin or
            // above; below, lines may have been left empty.
            let first = parts.pages.first()?.first()?;
            Some(first.top()).filter(|top| *top <= 38.0 * super::place::MM)
        });
        self.bottom = parts.body.iter().map(|line| line.bottom()).max_by(f64::total_cmp);
        let Some(leading) = leading else { return };
        for page in (0..parts.pages.len()).filter(|page| pages[*page].is_some()) {
            let mut lines = parts.pages[page].iter().filter(|line| !line.tabular);
            let Some(first) = lines.next() else { continue };
            let Some(last) = parts.body.iter().rfind(|line| line.page == page) else { continue };
            // The first page may begin lower, or with a title that fills its line less.
            let from_top = self.top.filter(|top| page > 0 || (first.top() - top).abs() < leading);
            let start = from_top.unwrap_or(first.top());
            let count = ((last.top() - start) / leading).round().max(0.0) as usize + 1;
            if self.fullest.is_none_or(|(_, most)| count > most) {
                self.fullest = Some((page, count));
                self.full = parts.body.iter().any(|line| line.page == page + 1);
            }
        }
    }
}

fn edges_of(
    parts: &Parts<'_>,
    pages: &[Option<(f64, Vec<Area>)>],
    parity: usize,
    size: f64,
    pitch: f64,
) -> Edges {
    let here = |page: usize| page % 2 == parity;
    let mut of_parity = pages.iter().skip(parity).step_by(2).flatten();
    let width = of_parity.next().map_or(0.0, |(width, _)| *width);
    let lines: Vec<&Line> = parts.flowing.iter().filter(|line| here(line.page)).copied().collect();
    let starts: Vec<f64> = lines
        .iter()
        .filter(|line| line.glyphs.first().is_some_and(|glyph| !is_opening(glyph.mark)))
        .map(|line| line.left)
        .collect();
    let count = |edge: f64| starts.iter().filter(|it| (*it - edge).abs() <= SAME_EDGE).count();
    let mut candidates = starts.clone();
    candidates.sort_by(f64::total_cmp);
    let left = candidates.into_iter().find(|edge| {
        // Lines that stand alone may all be indented. An edge is one if paragraphs begin two
        // characters to its right, or if full lines go on at it.
        let indented = count(edge + 2.0 * pitch) > 0 || count(edge + 2.0 * size) > 0;
        indented || goes_on_at(&parts.flowing, here, *edge, size) >= 2
    });
    let left = left.and_then(|left| {
        most(starts.iter().copied().filter(|it| (it - left).abs() <= SAME_EDGE), SAME_EDGE)
    });
    let right = left.and_then(|left| right_edge(&parts.flowing, here, left, size, pitch));
    let mut edges = Edges { left, right, width };
    if edges.left.is_none() || edges.right.is_none() {
        // A page of one table: its rules are the block.
        let areas = pages.iter().enumerate().filter(|(page, _)| here(*page));
        let widest = areas
            .filter_map(|(_, page)| page.as_ref())
            .flat_map(|(_, areas)| areas)
            .max_by(|a, b| (a.right - a.left).total_cmp(&(b.right - b.left)));
        if let Some(area) = widest.filter(|area| area.right - area.left > 0.6 * width) {
            edges.left = edges.left.or(Some(area.left));
            edges.right = edges.right.or(Some(area.right));
        }
    }
    edges
}

/// Where lines end that the paragraph goes on after. Those of justified text end at one edge; of ragged
/// text many are needed before the furthest can be believed.
fn right_edge(
    flowing: &[&Line],
    here: impl Fn(usize) -> bool,
    left: f64,
    size: f64,
    pitch: f64,
) -> Option<f64> {
    let full = flowing.windows(2).filter(|pair| {
        let (line, next) = (pair[0], pair[1]);
        let follows = if next.page == line.page {
            next.baseline > line.baseline && next.baseline - line.baseline < 2.6 * size
        } else {
            next.page == line.page + 1
        };
        // The edge of the next page may be elsewhere; its paragraphs begin two characters in.
        let at_edge = (next.seen_left() - left).abs() < if here(next.page) { 1.0 } else { size };
        here(line.page) && follows && at_edge
    });
    let ends: Vec<f64> = full
        .map(|pair| pair[0])
        .filter(|line| line.glyphs.last().is_some_and(|glyph| !is_closing(glyph.mark)))
        // Tracking stands behind the last character too.
        .map(|line| {
            let last = line.glyphs.last().filter(|glyph| is_han(glyph.mark));
            last.map_or(line.right, |glyph| line.right.max(glyph.x + pitch))
        })
        .collect();
    let common = most(ends.iter().copied(), SAME_EDGE)?;
    let alike = ends.iter().filter(|end| (*end - common).abs() <= SAME_EDGE).count();
    let furthest = ends.iter().copied().max_by(f64::total_cmp)?;
    if alike >= 2 && alike * 3 >= ends.len() {
        Some(common)
    } else if ends.len() >= 8 {
        Some(furthest)
    } else {
        None
    }
}

/// How many full lines begin at this edge and go on at it.
fn goes_on_at(flowing: &[&Line], here: impl Fn(usize) -> bool, edge: f64, size: f64) -> usize {
    let at_edge = |line: &Line| here(line.page) && (line.left - edge).abs() <= SAME_EDGE;
    let ends = flowing.iter().filter(|line| here(line.page)).map(|line| line.seen_right());
    let furthest = ends.max_by(f64::total_cmp).unwrap_or(edge);
    let pairs = flowing.windows(2).filter(|pair| {
        let full = furthest - pair[0].seen_right() < size && furthest - edge > 20.0 * size;
        full && at_edge(pair[0]) && at_edge(pair[1]) && pair[0].page == pair[1].page
    });
    pairs.count()
}

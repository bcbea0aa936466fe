//! Glyphs gathered to lines, columns kept apart, tables told from text.

use super::ink::{Glyph, Page, Rule};
use super::tables;

/// How far glyphs of one line may stand above each other, in sizes.
const SAME_LINE: f64 = 0.3;

/// A gap as wide as this, in sizes, parts columns.
const COLUMN_GAP: f64 = 2.0;

/// Where the em box of a Chinese face begins above its baseline, in sizes (the usual 0.88 of 1).
pub(super) const ABOVE: f64 = 0.88;

/// A line of text without the spaces at its ends.
#[derive(Debug, Clone)]
pub(super) struct Line {
    /// The page from 0.
    pub(super) page: usize,
    pub(super) text: String,
    /// In reading order, spaces left out.
    pub(super) glyphs: Vec<Glyph>,
    /// The origin of the first glyph, or where the blank before it begins.
    pub(super) left: f64,
    /// Where the last glyph's advance ends, or the blank after it.
    pub(super) right: f64,
    /// Whether it begins, and whether it ends, with a blank to be filled in.
    pub(super) ends_blank: (bool, bool),
    pub(super) baseline: f64,
    /// The size of most of its glyphs.
    pub(super) size: f64,
    /// Whether it stands between the rules of a table.
    pub(super) tabular: bool,
}

impl Line {
    /// The upper edge of the em box.
    pub(super) fn top(&self) -> f64 {
        self.baseline - ABOVE * self.size
    }

    /// The lower edge of the em box.
    pub(super) fn bottom(&self) -> f64 {
        self.baseline + (1.0 - ABOVE) * self.size
    }

    pub(super) fn middle(&self) -> f64 {
        (self.left + self.right) / 2.0
    }

    /// The text without any spaces.
    pub(super) fn dense(&self) -> String {
        self.text.chars().filter(|mark| !is_space(*mark)).collect()
    }

    /// The left edge of what is seen: an opening mark's ink is in the right half of its box.
    pub(super) fn seen_left(&self) -> f64 {
        let opens = !self.ends_blank.0
            && self
                .glyphs
                .first()
                .is_some_and(|glyph| is_opening(glyph.mark) && glyph.advance > 0.9 * glyph.size);
        if opens { self.left + self.size / 2.0 } else { self.left }
    }

    /// The right edge of what is seen: a closing mark's ink is in the left half of its box.
    pub(super) fn seen_right(&self) -> f64 {
        let closes = !self.ends_blank.1
            && self
                .glyphs
                .last()
                .is_some_and(|glyph| is_closing(glyph.mark) && glyph.advance > 0.9 * glyph.size);
        if closes { self.right - self.size / 2.0 } else { self.right }
    }
}

pub(super) fn is_space(mark: char) -> bool {
    mark.is_whitespace() || matches!(mark, '\u{200B}' | '\u{FEFF}' | '\u{AD}')
}

/// A Chinese character, as counted for sizes, faces and pitch.
pub(super) fn is_han(mark: char) -> bool {
    matches!(mark, '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}' | '〇')
}

/// Marks that open (GB/T 15834-2011, 5.1.3): they do not end a line.
pub(super) fn is_opening(mark: char) -> bool {
    matches!(mark, '（' | '《' | '〈' | '“' | '‘' | '〔' | '【' | '［' | '「' | '『' | '(' | '[')
}

/// Marks that close or pause (GB/T 15834-2011, 5.1.1 and 5.1.3): they do not begin a line.
pub(super) fn is_closing(mark: char) -> bool {
    matches!(
        mark,
        '。' | '，'
            | '、'
            | '；'
            | '：'
            | '！'
            | '？'
            | '）'
            | '》'
            | '〉'
            | '”'
            | '’'
            | '〕'
            | '】'
            | '］'
            | '」'
            | '』'
            | ')'
            | ']'
            | ','
            | ';'
            | '!'
            | '?'
            | '%'
            | '％'
    )
}

/// The lines of a page from top to bottom, columns of one height from left to right.
pub(super) fn of_page(page: &Page, number: usize) -> Vec<Line> {
    let areas = tables::areas(&page.rules);
    let blanks = blanks(&page.rules, &areas);
    gathered(&page.glyphs, number, &areas, &blanks)
}

/// The lines of a lying page that are read with the sheet held upright.
pub(super) fn of_aside(page: &Page, number: usize) -> Vec<Line> {
    gathered(&page.aside.glyphs, number, &[], &[])
}

/// A blank to be filled in by hand: a level rule under nothing. Left, right, height.
type Blank = (f64, f64, f64);

fn blanks(rules: &[Rule], areas: &[tables::Area]) -> Vec<Blank> {
    rules
        .iter()
        .filter(|rule| rule.is_level() && rule.length() > 4.0)
        .map(|rule| (rule.left(), rule.right(), rule.from.1))
        .filter(|(left, right, y)| {
            !areas.iter().any(|area| {
                let reach = area.top - 2.0..=area.bottom + 2.0;
                reach.contains(y) && area.left < *right && area.right > *left
            })
        })
        .collect()
}

fn gathered(
    glyphs: &[Glyph],
    number: usize,
    areas: &[tables::Area],
    blanks: &[Blank],
) -> Vec<Line> {
    let mut order: Vec<usize> = (0..glyphs.len()).collect();
    order.sort_by(|a, b| glyphs[*a].y.total_cmp(&glyphs[*b].y));
    let mut rows: Vec<Vec<usize>> = Vec::new();
    let mut base = (f64::MIN, 0.0_f64);
    for at in order {
        let glyph = &glyphs[at];
        let reach = SAME_LINE * glyph.size.max(base.1);
        match rows.last_mut() {
            Some(row) if glyph.y - base.0 <= reach => row.push(at),
            _ => {
                rows.push(vec![at]);
                base = (glyph.y, glyph.size);
            }
        }
    }
    let mut lines = Vec::new();
    for mut row in rows {
        row.sort_by(|a, b| glyphs[*a].x.total_cmp(&glyphs[*b].x));
        let mut part: Vec<Glyph> = Vec::new();
        let mut end = f64::MIN;
        for at in row {
            let glyph = glyphs[at];
            if is_space(glyph.mark) {
                continue;
            }
            if let Some(last) = part.last() {
                // Bold drawn twice: the same character in the same place.
                if last.mark == glyph.mark && (glyph.x - last.x).abs() < 0.1 * glyph.size {
                    continue;
                }
                let plumb = areas.iter().any(|area| area.parts(end, glyph.x, glyph.y));
                let wide = glyph.x - end > COLUMN_GAP * glyph.size.max(last.size);
                if plumb || (wide && !is_bridged(blanks, end, glyph.x, &glyph)) {
                    lines.extend(line(std::mem::take(&mut part), number, blanks));
                }
            }
            end = glyph.x + glyph.advance;
            part.push(glyph);
        }
        lines.extend(line(part, number, blanks));
    }
    for line in &mut lines {
        let middle = (line.middle(), line.baseline - line.size / 3.0);
        line.tabular = areas.iter().any(|area| area.holds(middle));
    }
    lines
}

/// Whether a blank lies under a place of the line.
fn is_under(blank: &Blank, glyph: &Glyph) -> bool {
    (-1.0..=0.4 * glyph.size).contains(&(blank.2 - glyph.y))
}

/// Whether blanks fill a gap.
fn is_bridged(blanks: &[Blank], mut from: f64, to: f64, glyph: &Glyph) -> bool {
    let near = 0.6 * glyph.size;
    let in_gap = |blank: &&Blank| blank.0 >= from - near && blank.1 <= to + near;
    let mut under: Vec<&Blank> =
        blanks.iter().filter(|blank| is_under(blank, glyph)).filter(in_gap).collect();
    under.sort_by(|a, b| a.0.total_cmp(&b.0));
    for blank in under {
        if blank.0 <= from + COLUMN_GAP * glyph.size {
            from = blank.1.max(from);
        }
    }
    to - from <= COLUMN_GAP * glyph.size
}

fn line(glyphs: Vec<Glyph>, page: usize, blanks: &[Blank]) -> Option<Line> {
    let (first, last) = (glyphs.first()?, glyphs.last()?);
    let (mut left, mut right) = (first.x, last.x + last.advance);
    // A blank that adjoins is part of the line.
    let near = 0.6 * first.size.max(last.size);
    let mut ends_blank = (false, false);
    for blank in blanks.iter().filter(|blank| is_under(blank, first)) {
        if blank.0 < left - 1.0 && blank.1 >= left - near && blank.1 <= left + near {
            (left, ends_blank.0) = (blank.0, true);
        }
        if blank.1 > right + 1.0 && blank.0 <= right + near && blank.0 >= right - near {
            (right, ends_blank.1) = (blank.1, true);
        }
    }
    let size = most(glyphs.iter().map(|glyph| glyph.size), 0.1)?;
    let main = glyphs.iter().filter(|glyph| (glyph.size - size).abs() < 0.2);
    let baseline = most(main.map(|glyph| glyph.y), 0.1)?;
    let mut text = String::new();
    let mut end = glyphs.first()?.x;
    for glyph in &glyphs {
        if glyph.x - end > 0.25 * size && !text.is_empty() {
            text.push(' ');
        }
        text.push(glyph.mark);
        end = glyph.x + glyph.advance;
    }
    Some(Line { page, text, left, right, ends_blank, baseline, size, glyphs, tabular: false })
}

/// The value that most of these have, told apart by steps; the mean of what falls in the fullest step
/// and its neighbours.
pub(super) fn most(values: impl Iterator<Item = f64>, step: f64) -> Option<f64> {
    let mut values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    values.sort_by(f64::total_cmp);
    let (mut best, mut start) = ((0, 0), 0);
    for end in 0..values.len() {
        while values[end] - values[start] > step {
            start += 1;
        }
        if end + 1 - start > best.1 - best.0 {
            best = (start, end + 1);
        }
    }
    let near = values.get(best.0..best.1).filter(|near| !near.is_empty())?;
    Some(near.iter().sum::<f64>() / near.len() as f64)
}

/// A body of fewer Chinese characters than this tells nothing of a grid.
const FEWEST: usize = 40;

/// The size in which most Chinese characters of the running text are set.
pub(super) fn body_size<'a>(lines: impl Iterator<Item = &'a Line>) -> Option<f64> {
    let sizes: Vec<f64> = lines
        .filter(|line| !line.tabular)
        .flat_map(|line| &line.glyphs)
        .filter(|glyph| is_han(glyph.mark))
        .map(|glyph| glyph.size)
        .collect();
    if sizes.len() < FEWEST { None } else { most(sizes.into_iter(), 0.1) }
}

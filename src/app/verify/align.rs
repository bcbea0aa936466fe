//! Which page of a file stands for which page of a part, when the part does not stand whole.

use super::compare::shared;

/// The pages that stand for those of a part.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Alignment {
    /// For each page of the part, the page that is it or is like it.
    pub(super) of: Vec<Option<usize>>,
    /// For each page of the part that has none, the page that stands in its place, if that is sure.
    pub(super) places: Vec<Option<usize>>,
}

/// What pages weigh that are the same; any that are only alike weigh less.
const SAME: usize = 1 << 20;

/// Aligns pages in their order. `bears` says which pages bear the digest of the part; `whole`, that
/// nothing was taken out of them.
pub(super) fn align(
    part: &[Vec<String>],
    pages: &[&[String]],
    bears: impl Fn(usize) -> bool,
    whole: bool,
) -> Alignment {
    let weight = |page: usize, own: usize| -> usize {
        let (lines, again) = (pages[page], part[own].as_slice());
        if lines.is_empty() || again.is_empty() {
            return 0;
        }
        if lines == again {
            return SAME;
        }
        let common = shared(lines, again);
        if common * 2 >= again.len() || bears(page) { common + 1 } else { 0 }
    };
    // The most weight of the pages from one on with the part's from one on.
    let (rows, columns) = (pages.len(), part.len());
    let mut best = vec![vec![0; columns + 1]; rows + 1];
    let mut weights = vec![vec![0; columns]; rows];
    for page in (0..rows).rev() {
        for own in (0..columns).rev() {
            weights[page][own] = weight(page, own);
            let both = weights[page][own];
            let together = if both > 0 { both + best[page + 1][own + 1] } else { 0 };
            best[page][own] = together.max(best[page + 1][own]).max(best[page][own + 1]);
        }
    }
    let mut of = vec![None; columns];
    let (mut page, mut own) = (0, 0);
    while page < rows && own < columns {
        let both = weights[page][own];
        if both > 0 && best[page][own] == both + best[page + 1][own + 1] {
            of[own] = Some(page);
            (page, own) = (page + 1, own + 1);
        } else if best[page][own] == best[page + 1][own] {
            page += 1;
        } else {
            own += 1;
        }
    }
    let places = places(&of, rows, whole);
    Alignment { of, places }
}

/// The pages that stand in the places of those that were not found: between two neighbours as many pages
/// as are missing; at an end, if nothing was taken out.
fn places(of: &[Option<usize>], rows: usize, whole: bool) -> Vec<Option<usize>> {
    let mut places = vec![None; of.len()];
    let mut at = 0;
    while at < of.len() {
        if of[at].is_some() {
            at += 1;
            continue;
        }
        let end = (at..of.len()).find(|own| of[*own].is_some()).unwrap_or(of.len());
        let (before, gap) = (at.checked_sub(1).and_then(|own| of[own]), end - at);
        let first = match (before, of.get(end).copied().flatten()) {
            (Some(before), Some(after)) => (after - before - 1 == gap).then_some(before + 1),
            (Some(before), None) => whole.then_some(before + 1),
            (None, Some(after)) if whole => after.checked_sub(gap),
            (None, _) => None,
        };
        for (own, place) in places[at..end].iter_mut().enumerate() {
            *place = first.map(|first| first + own).filter(|page| *page < rows);
        }
        at = end;
    }
    places
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(part: &[&str], pages: &[&str], whole: bool) -> Alignment {
        // Each letter is a line.
        let lines = |page: &&str| page.chars().map(String::from).collect::<Vec<_>>();
        let part: Vec<_> = part.iter().map(lines).collect();
        let pages: Vec<_> = pages.iter().map(lines).collect();
        let pages: Vec<&[String]> = pages.iter().map(Vec::as_slice).collect();
        align(&part, &pages, |_| false, whole)
    }

    #[test]
    fn a_page_that_was_replaced_is_told_from_one_that_was_taken_out() {
        let part = ["ab", "cd", "ef"];
        let found = aligned(&part, &["", "ab", "xy", "ef"], false);
        assert_eq!(found.of, [Some(1), None, Some(3)]);
        assert_eq!(found.places, [None, Some(2), None]);
        let found = aligned(&part, &["", "ab", "ef", "xy"], true);
        assert_eq!((found.of, found.places), (vec![Some(1), None, Some(2)], vec![None; 3]));
        let found = aligned(&part, &["", "xy", "cd", "ef"], true);
        assert_eq!(found.places, [Some(1), None, None]);
        let found = aligned(&part, &["", "ab", "cd", "xy"], false);
        assert_eq!((found.of, found.places), (vec![Some(1), Some(2), None], vec![None; 3]));
        let found = aligned(&part, &["ab", "cd", "xy"], true);
        assert_eq!(found.places, [None, None, Some(2)]);
    }

    #[test]
    fn a_page_with_half_of_the_lines_is_like_and_the_same_page_is_better() {
        let found = aligned(&["abcd", "efgh"], &["abxy", "efgx", "efgh", "", "exyz"], false);
        assert_eq!(found.of, [Some(0), Some(2)]);
        assert_eq!(aligned(&["abcd"], &["axyz", ""], true).of, [None]);
    }
}

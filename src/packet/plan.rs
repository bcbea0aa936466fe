//! Which page of which part stands where, and which number it bears.

/// A part (部分) of a packet: a file of its own pages.
#[derive(Debug, Clone)]
pub struct Part {
    /// What it is called by itself: 营业执照.
    pub name: String,
    /// What bookmarks and files call it: 附件（1）营业执照.
    pub title: String,
    /// What each page of it is called at its head; none bears no label.
    pub label: Option<String>,
    /// Whether its pages bear the running number and the copy's name; an official form's do not.
    pub numbered: bool,
    /// The kind of material that it is, if it is one.
    pub material: Option<u8>,
    /// Its pages.
    pub pdf: Vec<u8>,
    /// Whether we typeset it, so that it keeps the standard that it claims.
    pub ours: bool,
    /// The attached file of which it was made.
    pub source: Option<String>,
}

/// A page of one copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The part and the page in it, both from 0; none for a page that fills a leaf.
    pub page: Option<(usize, usize)>,
    /// Its running number, from 1; a page that bears nothing has none.
    pub number: Option<usize>,
    /// Whether it is printed on the back of a leaf.
    pub back: bool,
}

/// The pages of one copy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// In their order.
    pub places: Vec<Place>,
    /// For each part its first page (from 0 in `places`), and how many pages of it bear something.
    pub parts: Vec<(usize, usize)>,
}

impl Plan {
    /// Lays parts out, given which of their pages bear nothing. Each part, and the copy after this one,
    /// starts on a front, if both sides are printed.
    #[must_use]
    pub fn of(parts: &[Vec<bool>], one_sided: bool) -> Self {
        let mut places: Vec<Place> = Vec::new();
        let mut number = 0;
        let mut starts = Vec::new();
        for (part, pages) in parts.iter().enumerate() {
            starts.push((places.len(), pages.iter().filter(|blank| !**blank).count()));
            for (page, blank) in pages.iter().enumerate() {
                // Printed on one side, an empty back is an empty sheet.
                if one_sided && *blank {
                    continue;
                }
                number += usize::from(!blank);
                let back = !one_sided && places.len() % 2 == 1;
                let number = (!blank).then_some(number);
                places.push(Place { page: Some((part, page)), number, back });
            }
            if !one_sided && places.len() % 2 == 1 {
                places.push(Place { page: None, number: None, back: true });
            }
        }
        Self { places, parts: starts }
    }

    /// One part alone, its numbers kept; with the places that it has in this plan.
    #[must_use]
    pub fn only(&self, part: usize) -> (Self, Vec<usize>) {
        let own = |place: &Place| place.page.is_some_and(|(own, _)| own == part);
        let kept: Vec<usize> = (0..self.places.len()).filter(|at| own(&self.places[*at])).collect();
        let places = kept.iter().map(|at| {
            let place = self.places[*at];
            Place { page: place.page.map(|(_, page)| (0, page)), ..place }
        });
        let pages = self.parts.get(part).map_or(0, |(_, pages)| *pages);
        (Self { places: places.collect(), parts: vec![(0, pages)] }, kept)
    }

    /// The running number on which a part begins.
    #[must_use]
    pub fn number_of(&self, part: usize) -> Option<usize> {
        self.places.get(self.parts.get(part)?.0)?.number
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn parts_begin_on_fronts_and_numbers_run(
            parts in proptest::collection::vec(proptest::collection::vec(any::<bool>(), 1..9), 1..12),
            one_sided: bool,
        ) {
            let plan = Plan::of(&parts, one_sided);
            let numbers: Vec<usize> = plan.places.iter().filter_map(|it| it.number).collect();
            let bearing = parts.iter().flatten().filter(|blank| !**blank).count();
            prop_assert_eq!(numbers, (1..=bearing).collect::<Vec<_>>());
            if one_sided {
                prop_assert!(plan.places.iter().all(|it| !it.back && it.page.is_some()));
            } else {
                prop_assert_eq!(plan.places.len() % 2, 0);
                prop_assert!(plan.parts.iter().all(|(start, _)| start % 2 == 0));
                for (at, place) in plan.places.iter().enumerate() {
                    prop_assert_eq!(place.back, at % 2 == 1);
                }
            }
            // Every page is there once, in order.
            let seen: Vec<_> = plan.places.iter().filter_map(|it| it.page).collect();
            let mut sorted = seen.clone();
            sorted.sort_unstable();
            sorted.dedup();
            prop_assert_eq!(seen, sorted);
        }
    }
}

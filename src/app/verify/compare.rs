//! Pages compared by their text.

use crate::inspect::{PageText, TextLine};

/// Marks of a packet stand within this of the upper edge of a page, and of the lower, in millimetres.
/// The papers themselves have nothing there.
const MARKS: (f64, f64) = (14.0, 12.0);

/// What stands before a digest on paper.
const LABEL: &str = "数据摘要";

/// Digests of one kind of paper stand as far from the lower edge, within this, in millimetres.
const NEAR: f64 = 1.0;

/// The lines of each page of a file.
pub(super) struct Pages {
    /// What is compared: no digests, and of a packet nothing that stands in the margins.
    pub(super) compared: Vec<Vec<String>>,
    /// Which pages bear nothing at all.
    blank: Vec<bool>,
    digests: Vec<Printed>,
}

/// A digest on paper.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Printed {
    /// The page that bears it, from 1.
    pub(super) page: usize,
    /// The digest.
    pub(super) digest: String,
    /// How far it stands from the lower edge, in millimetres; not known of a line that is read with the
    /// sheet turned.
    above_edge: Option<f64>,
}

impl Printed {
    /// Whether it stands where the other one does; a page that was made smaller to be attached has it
    /// elsewhere.
    pub(super) fn stands_like(&self, other: &Self) -> bool {
        match (self.above_edge, other.above_edge) {
            (Some(own), Some(other)) => (own - other).abs() < NEAR,
            (own, other) => own.is_none() && other.is_none(),
        }
    }
}

impl Pages {
    /// Without the marks in the margins if the file is a packet's.
    pub(super) fn of(pages: &[PageText], in_packet: bool) -> Self {
        let compared = pages.iter().map(|page| {
            let inside = |line: &&TextLine| {
                !in_packet || line.bottom > MARKS.0 && line.top < page.height - MARKS.1
            };
            let aside = page.aside.iter().filter(|_| !in_packet);
            let lines = page.lines.iter().filter(inside).map(|line| &line.text).chain(aside);
            // Digests are judged by themselves; a page must differ in more than its digest.
            lines.filter(|line| digest_of(line).is_none()).cloned().collect()
        });
        let compared = compared.collect();
        let blank = pages.iter().map(|page| page.lines.is_empty() && page.aside.is_empty());
        let blank = blank.collect();
        let mut digests = Vec::new();
        for (page, number) in pages.iter().zip(1..) {
            let upright =
                page.lines.iter().map(|line| (line.text.as_str(), Some(page.height - line.bottom)));
            let aside = page.aside.iter().map(|line| (line.as_str(), None));
            for (line, above_edge) in upright.chain(aside) {
                let digest = digest_of(line).map(str::to_owned);
                digests.extend(digest.map(|digest| Printed { page: number, digest, above_edge }));
            }
        }
        Self { compared, blank, digests }
    }

    /// The digests that are printed.
    pub(super) fn digests(&self) -> impl Iterator<Item = &Printed> {
        self.digests.iter()
    }

    /// Whether a page (from 0) bears a digest.
    pub(super) fn bears(&self, page: usize, digest: &str) -> bool {
        self.digests().any(|printed| printed.page == page + 1 && printed.digest == digest)
    }

    /// Whether a page (from 0) bears no text.
    pub(super) fn is_blank(&self, page: usize) -> bool {
        self.blank.get(page).is_some_and(|blank| *blank)
    }

    /// The pages to the last one that bears something; padding is the packet's own.
    pub(super) fn without_padding(&self) -> &[Vec<String>] {
        let last = self.blank.iter().rposition(|blank| !blank);
        &self.compared[..last.map_or(0, |last| last + 1)]
    }

    /// The first difference from the same file made again.
    pub(super) fn difference(&self, again: &Self) -> Option<String> {
        difference(&self.compared, &again.compared)
    }

    /// The same for the fronts, or the backs, of a stack that is printed by hand.
    pub(super) fn difference_of_a_half(&self, again: &Self) -> Option<String> {
        let mut all = again.compared.clone();
        if !all.len().is_multiple_of(2) {
            all.push(Vec::new());
        }
        let fronts: Vec<_> = all.iter().step_by(2).cloned().collect();
        let backs: Vec<_> = all.iter().skip(1).step_by(2).rev().cloned().collect();
        // Which half it is, its pages tell.
        let near = |half: &[Vec<String>]| -> usize {
            self.compared.iter().zip(half).map(|(page, again)| shared(page, again)).sum()
        };
        let half = if near(&backs) > near(&fronts) { backs } else { fronts };
        difference(&self.compared, &half)
    }
}

/// The digest (`8C1F-22AB-90DE`) that is a line of its own. A user's text may have the words too, but not
/// alone on a line.
fn digest_of(line: &str) -> Option<&str> {
    let digest = line.strip_prefix(LABEL)?;
    let groups = || digest.split('-');
    let sound = |it: &str| it.len() == 4 && it.bytes().all(|byte| byte.is_ascii_hexdigit());
    (groups().count() == 3 && groups().all(sound)).then_some(digest)
}

fn difference(pages: &[Vec<String>], again: &[Vec<String>]) -> Option<String> {
    let found = difference_from(pages, again, 0);
    let count = (pages.len() != again.len())
        .then(|| format!("原件共 {} 页，重印的是 {} 页", pages.len(), again.len()));
    match (found, count) {
        (Some(found), Some(count)) => Some(format!("{count}；{found}")),
        (found, count) => found.or(count),
    }
}

/// The first page, and on it the first text, that differs; the pages begin after so many others.
pub(super) fn difference_from(
    pages: &[Vec<String>],
    again: &[Vec<String>],
    before: usize,
) -> Option<String> {
    let (at, (ours, theirs)) =
        pages.iter().zip(again).enumerate().find(|(_, (ours, theirs))| ours != theirs)?;
    let page = before + at + 1;
    let line = ours.iter().zip(theirs).position(|(ours, theirs)| ours != theirs);
    let line = line.unwrap_or_else(|| ours.len().min(theirs.len()));
    let what = match (ours.get(line), theirs.get(line)) {
        (Some(ours), Some(theirs)) => format!("原件是“{ours}”，重印的是“{theirs}”"),
        (Some(ours), None) => format!("原件多出“{ours}”"),
        (None, theirs) => format!("原件缺少“{}”", theirs.map(String::as_str).unwrap_or_default()),
    };
    Some(format!("第{page}页{what}"))
}

/// How many lines of a page stand on the page made again.
pub(super) fn shared(page: &[String], again: &[String]) -> usize {
    page.iter().filter(|line| again.contains(line)).count()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Pages of lines; a mark stands at the head of each that bears something.
    pub(in crate::app::verify) fn pages(texts: &[&[&str]]) -> Pages {
        let line =
            |text: &str, top: f64| TextLine { text: text.to_owned(), top, bottom: top + 4.0 };
        let page = |(at, texts): (usize, &&[&str])| {
            let mark = line(&format!("第{at}张"), 5.0);
            let lines = texts.iter().map(|text| line(text, 100.0));
            let mark = (!texts.is_empty()).then_some(mark);
            let lines = mark.into_iter().chain(lines).collect();
            PageText { height: 297.0, lines, aside: Vec::new() }
        };
        Pages::of(&texts.iter().enumerate().map(page).collect::<Vec<_>>(), true)
    }

    #[test]
    fn halves_are_told_by_their_pages() {
        let whole = pages(&[&["一"], &["二"], &["三"]]);
        assert_eq!(pages(&[&["一"], &["三"]]).difference_of_a_half(&whole), None);
        assert_eq!(pages(&[&[], &["二"]]).difference_of_a_half(&whole), None);
        let told = pages(&[&["一"], &["四"]]).difference_of_a_half(&whole);
        assert_eq!(told.as_deref(), Some("第2页原件是“四”，重印的是“三”"));
        let told = pages(&[&["一"], &["二", "三"]]).difference(&pages(&[&["一"], &["二"]]));
        assert_eq!(told.as_deref(), Some("第2页原件多出“三”"));
        let told = pages(&[&["一"]]).difference(&pages(&[&["一"], &["二"]]));
        assert_eq!(told.as_deref(), Some("原件共 1 页，重印的是 2 页"));
    }
}

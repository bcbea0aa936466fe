//! The parts of a packet in each of its copies: the pages of one file, told page by page.

use super::align::{Alignment, align};
use super::compare::{Pages, Printed, difference_from};
use crate::finish::CopyStart;

/// The pages of a packet's print file, its copies, and its parts made again.
pub(super) struct Copies<'a> {
    pages: &'a Pages,
    parts: Vec<Part>,
    copies: Vec<Copy>,
    /// For each page, whether it stands in a whole run of a part.
    covered: Vec<bool>,
}

/// A part made again, and where it stands whole.
struct Part {
    pages: Vec<Vec<String>>,
    digest: String,
    /// Which of its pages bear the digest.
    bearing: Vec<bool>,
    /// Its digest as it is printed on the pages made again.
    printed: Vec<Printed>,
    /// The first pages (from 0) of its runs.
    runs: Vec<usize>,
}

/// A copy: what it is called, its pages from the first to before the end.
struct Copy {
    name: String,
    first: usize,
    end: usize,
}

impl<'a> Copies<'a> {
    /// Finds the parts, each with its digest, and the copies; what the file says of its copies comes first.
    pub(super) fn of(pages: &'a Pages, parts: &[(&Pages, &str)], starts: &[CopyStart]) -> Self {
        let mut covered = vec![false; pages.compared.len()];
        let parts = parts.iter().map(|(again, digest)| {
            let part = again.without_padding().to_vec();
            let bearing: Vec<bool> = (0..part.len()).map(|at| again.bears(at, digest)).collect();
            let sound = |at: usize| {
                bearing.iter().zip(at..).all(|(own, at)| !own || pages.bears(at, digest))
            };
            let mut runs = runs(&pages.compared, &part);
            runs.retain(|at| sound(*at));
            runs.iter().for_each(|at| covered[*at..at + part.len()].fill(true));
            let printed = again.digests().cloned().collect();
            Part { pages: part, digest: (*digest).to_owned(), bearing, printed, runs }
        });
        let parts: Vec<Part> = parts.collect();
        let copies = copies(pages.compared.len(), &parts, starts);
        Self { pages, parts, copies, covered }
    }

    /// How many copies there are.
    pub(super) fn count(&self) -> usize {
        self.copies.len()
    }

    /// Which half of a stack printed by hand (正面, 背面) the file is, if it has the fronts alone, or the
    /// backs alone.
    pub(super) fn half(&self) -> Option<&'static str> {
        let mut several = false;
        let mut found = [false; 2];
        for part in &self.parts {
            let stands =
                |page: &Vec<String>| !page.is_empty() && self.pages.compared.contains(page);
            part.pages.iter().enumerate().filter(|(_, page)| stands(page)).for_each(|(at, _)| {
                found[at % 2] = true;
            });
            several |= part.pages.len() > 1;
        }
        match found {
            [true, false] if several => Some("正面"),
            [false, true] if several => Some("背面"),
            _ => None,
        }
    }

    /// What differs from a part in the copies; nothing if it stands whole in each.
    pub(super) fn differences(&self, part: usize) -> Vec<String> {
        let Some(part) = self.parts.get(part) else { return Vec::new() };
        let mut told = Vec::new();
        let mut named = vec![false; self.pages.compared.len()];
        for copy in &self.copies {
            let inside = |at: &&usize| (copy.first..copy.end).contains(*at);
            let runs: Vec<_> = part.runs.iter().filter(inside).collect();
            match runs.as_slice() {
                [] => self.missing(part, copy, &mut told, &mut named),
                [_] => {}
                [_, more, ..] => told.push(format!("{}文件第{}页起又有一遍", copy.name, *more + 1)),
            }
        }
        // A single page put in elsewhere; one that is attached was made smaller.
        let strays = self.pages.digests().filter(|printed| {
            let unseen = !self.covered[printed.page - 1] && !named[printed.page - 1];
            let like = part.printed.iter().any(|own| own.stands_like(printed));
            printed.digest == part.digest && unseen && like
        });
        told.extend(strays.map(|printed| {
            format!("文件第{}页印有这份数据的摘要，却不是按数据重印的页", printed.page)
        }));
        told
    }

    /// Tells why a part does not stand whole in a copy.
    fn missing(&self, part: &Part, copy: &Copy, told: &mut Vec<String>, named: &mut [bool]) {
        let Copy { name, first, end } = copy;
        // Pages of the other parts are theirs; one that is taken is as good as empty.
        let range = (*first..*end)
            .map(|at| if self.covered[at] { &[][..] } else { self.pages.compared[at].as_slice() });
        let range: Vec<&[String]> = range.collect();
        let bears = |at: usize| self.pages.bears(first + at, &part.digest);
        let Alignment { of, places } = align(&part.pages, &range, bears, self.is_whole(copy));
        let count = part.pages.len();
        let found = || of.iter().zip(&part.pages).filter_map(|(own, page)| Some(((*own)?, page)));
        // Papers of one applicant have lines in common; a few pages that are alike are not the part.
        let sure = found().any(|(own, page)| range[own] == page.as_slice() || bears(own));
        if !sure && found().count() * 2 <= count {
            told.push(format!("{name}没有按数据重印的 {count} 页"));
            return;
        }
        let before = told.len();
        for (at, (own, place)) in of.iter().zip(&places).enumerate() {
            let page = &part.pages[at];
            let place = place.filter(|place| !self.covered[first + place]);
            match (own, place) {
                (Some(own), _) => {
                    named[first + own] = true;
                    let ours = &self.pages.compared[first + own];
                    let what = difference_from(
                        std::slice::from_ref(ours),
                        std::slice::from_ref(page),
                        first + own,
                    );
                    // A page that is the same for all may be another applicant's.
                    let bare = part.bearing[at] && !bears(*own);
                    let bare = || {
                        bare.then(|| {
                            format!("第{}页没有数据的摘要 {}", first + own + 1, part.digest)
                        })
                    };
                    told.extend(what.or_else(bare).map(|what| format!("{name}文件{what}")));
                }
                (None, _) if page.is_empty() => {}
                (None, Some(place)) => {
                    named[first + place] = true;
                    let blank = self.pages.is_blank(first + place);
                    let what = if blank { "没有文字" } else { "换成了别的页" };
                    let (place, at) = (first + place + 1, at + 1);
                    let what = format!("文件第{place}页{what}，应当是共 {count} 页中的第 {at} 页");
                    told.push(format!("{name}{what}"));
                }
                (None, None) => told.push(format!("{name}缺少共 {count} 页中的第 {} 页", at + 1)),
            }
        }
        if told.len() == before {
            told.push(format!("{name}这 {count} 页不连在一起，中间有别的页"));
        }
    }

    /// Whether a copy has as many pages as any other, so that nothing was taken out of it.
    fn is_whole(&self, copy: &Copy) -> bool {
        let long = |copy: &Copy| copy.end - copy.first;
        let longest = self.copies.iter().map(long).max();
        self.copies.len() > 1 && longest == Some(long(copy))
    }
}

/// Where a part stands whole.
fn runs(pages: &[Vec<String>], part: &[Vec<String>]) -> Vec<usize> {
    let mut runs = Vec::new();
    let mut next = 0;
    // A part without any page is none; windows have at least one.
    for (at, window) in pages.windows(part.len().max(1)).enumerate() {
        if at >= next && window == part {
            runs.push(at);
            next = at + part.len();
        }
    }
    runs
}

/// The copies as the file tells them. Where it does not, there are as many as the part that stands in it
/// most often, and each begins as far before it as the first.
fn copies(pages: usize, parts: &[Part], starts: &[CopyStart]) -> Vec<Copy> {
    let most = parts.iter().map(|part| part.runs.as_slice()).max_by_key(|runs| runs.len());
    let most = most.unwrap_or_default();
    let named = starts.iter().any(|start| start.name.is_some());
    let firsts: Vec<usize> = if named || starts.len() >= most.len() {
        starts.iter().map(|start| start.page.min(pages)).collect()
    } else {
        most.iter().map(|run| run - most[0]).collect()
    };
    let count = firsts.len().max(1);
    let copies = (0..count).map(|at| {
        let first = if at == 0 { 0 } else { firsts[at] };
        let end = firsts.get(at + 1).copied().unwrap_or(pages);
        let own = starts.get(at).and_then(|start| start.name.clone());
        let name = match own {
            Some(name) => format!("{name}："),
            None if count > 1 => format!("第 {} 份：", at + 1),
            None => String::new(),
        };
        Copy { name, first, end }
    });
    copies.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::verify::compare::tests::pages;

    const DIGEST: &str = "8C1F-22AB-90DE";
    const FIRST: &[&str] = &["甲", "数据摘要8C1F-22AB-90DE"];
    const SECOND: &[&str] = &["乙", "数据摘要8C1F-22AB-90DE"];
    const OTHER: &[&str] = &["丙", "数据摘要8C1F-22AB-90DE"];

    fn starts(of: &[(&str, usize)]) -> Vec<CopyStart> {
        let start = |(name, page): &(&str, usize)| {
            let name = (!name.is_empty()).then(|| (*name).to_owned());
            CopyStart { name, page: *page }
        };
        of.iter().map(start).collect()
    }

    /// What differs from a part of two pages.
    fn told(file: &[&[&str]], starts: &[CopyStart]) -> Vec<String> {
        let (file, part) = (pages(file), pages(&[FIRST, SECOND, &[]]));
        Copies::of(&file, &[(&part, DIGEST)], starts).differences(0)
    }

    #[test]
    fn a_part_is_found_among_other_pages_in_every_copy() {
        let two = starts(&[("第一份", 0), ("第二份", 4)]);
        let mut file = [&["封面"], FIRST, SECOND, &[], &["封面"], FIRST, SECOND, &[]];
        assert_eq!(told(&file, &two), [""; 0]);
        file[6] = OTHER;
        let changed = "第二份：文件第7页原件是“丙”，重印的是“乙”";
        assert_eq!(told(&file, &two), [changed]);
        // Without a word of its copies one run makes one copy; the page that is too many is told.
        let told_so = told(&file, &[]);
        assert!(told_so.iter().any(|it| it.contains("文件第6页")), "{told_so:?}");
        file[2] = &["丁"];
        let first = "第一份：文件第3页换成了别的页，应当是共 2 页中的第 2 页";
        assert_eq!(told(&file, &two), [first, changed]);
        file[1] = &["戊"];
        assert_eq!(told(&file, &two), ["第一份：没有按数据重印的 2 页", changed]);
        assert_eq!(told(&[&["x"]], &[]), ["没有按数据重印的 2 页"]);
    }

    #[test]
    fn what_is_too_many_or_torn_apart_is_told() {
        let one = starts(&[("", 0)]);
        assert_eq!(told(&[FIRST, SECOND], &one), [""; 0]);
        assert_eq!(told(&[FIRST, &["x"], SECOND], &one), ["这 2 页不连在一起，中间有别的页"]);
        let named = starts(&[("第一份", 0)]);
        let twice = [FIRST, SECOND, FIRST, SECOND];
        assert_eq!(told(&twice, &named), ["第一份：文件第3页起又有一遍"]);
        let stray = "文件第3页印有这份数据的摘要，却不是按数据重印的页";
        assert_eq!(told(&[FIRST, SECOND, OTHER], &one), [stray]);
        assert_eq!(told(&[SECOND], &one), ["缺少共 2 页中的第 1 页"]);
    }

    #[test]
    fn copies_are_counted_by_the_part_that_stands_most_often() {
        let (form, letter) = (pages(&[&["表"]]), pages(&[FIRST]));
        let file = pages(&[&["封面"], &["表"], FIRST, &["封面"], &["表"], &["x"]]);
        let copies = Copies::of(&file, &[(&form, "0"), (&letter, DIGEST)], &[]);
        assert_eq!((copies.count(), copies.differences(0)), (2, Vec::new()));
        assert_eq!(copies.differences(1), ["第 2 份：没有按数据重印的 1 页"]);
    }

    #[test]
    fn halves_of_a_stack_are_known_by_every_other_page() {
        let part = pages(&[FIRST, SECOND, OTHER, &["丁"]]);
        let half = |file: &[&[&str]]| Copies::of(&pages(file), &[(&part, DIGEST)], &[]).half();
        assert_eq!(half(&[&["封面"], FIRST, OTHER]), Some("正面"));
        assert_eq!(half(&[&["丁"], SECOND, &[]]), Some("背面"));
        assert_eq!(half(&[FIRST, SECOND]), None);
        assert_eq!(half(&[&["x"]]), None);
    }
}

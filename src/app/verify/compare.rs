//! Pages compared by their text.

use crate::inspect::PageText;

/// Marks of a packet stand within this of the upper edge of a page, and of the lower, in millimetres.
/// The papers themselves have nothing there.
const MARKS: (f64, f64) = (14.0, 12.0);

/// What stands before a digest on paper.
const LABEL: &str = "数据摘要";

/// The lines of each page of a file.
pub(super) struct Pages {
    compared: Vec<Vec<String>>,
    /// With what stands in the margins.
    whole: Vec<Vec<String>>,
}

impl Pages {
    /// Without the marks in the margins if the file is a packet's.
    pub(super) fn of(pages: &[PageText], in_packet: bool) -> Self {
        let lines = |page: &PageText, all: bool| -> Vec<String> {
            let kept = page
                .lines
                .iter()
                .filter(|line| all || line.bottom > MARKS.0 && line.top < page.height - MARKS.1);
            let aside = page.aside.iter().filter(|_| all);
            kept.map(|line| &line.text).chain(aside).cloned().collect()
        };
        let compared = pages.iter().map(|page| {
            let mut lines = lines(page, !in_packet);
            // Digests are judged by themselves; a page must differ in more than its digest.
            lines.retain(|line| digest_of(line).is_none());
            lines
        });
        let compared = compared.collect();
        Self { compared, whole: pages.iter().map(|page| lines(page, true)).collect() }
    }

    /// The digests that are printed, each with its page from 1.
    pub(super) fn digests(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        for (at, lines) in self.whole.iter().enumerate() {
            for line in lines {
                found.extend(digest_of(line).map(|digest| (at + 1, digest.to_owned())));
            }
        }
        found
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
        let near = |half: &[Vec<String>]| shared(&self.compared, half);
        let half = if near(&backs) > near(&fronts) { backs } else { fronts };
        difference(&self.compared, &half)
    }

    /// What differs from a part of a packet made again, which may stand in it several times.
    pub(super) fn differences_in_packet(&self, again: &Self, digest: &str) -> Vec<String> {
        // Padding is the packet's own.
        let printed = again.whole.iter().rposition(|lines| !lines.is_empty());
        let part = &again.compared[..printed.map_or(0, |last| last + 1)];
        let pages = &self.compared;
        if part.is_empty() || part.len() > pages.len() {
            return vec![format!("原件共 {} 页，少于重印的 {} 页", pages.len(), part.len())];
        }
        let windows = || pages.windows(part.len()).enumerate();
        let mut covered = vec![false; pages.len()];
        let mut next = 0;
        for (at, window) in windows() {
            if at >= next && window == part {
                covered[at..at + part.len()].fill(true);
                next = at + part.len();
            }
        }
        if next == 0 {
            let best = windows().max_by_key(|(at, window)| (shared(window, part), usize::MAX - at));
            let told = best
                .filter(|(_, window)| shared(window, part) > 0)
                .and_then(|(at, window)| difference_from(window, part, at));
            return vec![told.unwrap_or_else(|| "原件中没有重印出的那些页".to_owned())];
        }
        // Every copy bears the digest; each must say the same.
        let bearing = self.digests().into_iter().filter(|(_, printed)| printed == digest);
        let stray = bearing.filter(|(page, _)| !covered[page - 1]);
        stray.map(|(page, _)| format!("第{page}页印有这份数据的摘要，文字却与重印的不同")).collect()
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
fn difference_from(pages: &[Vec<String>], again: &[Vec<String>], before: usize) -> Option<String> {
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

/// How many lines the pages have in common with those made again.
fn shared(pages: &[Vec<String>], again: &[Vec<String>]) -> usize {
    let both = pages.iter().zip(again);
    both.map(|(ours, theirs)| ours.iter().filter(|line| theirs.contains(line)).count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::inspect::TextLine;

    const DIGEST: &str = "8C1F-22AB-90DE";

    /// Pages of lines; a mark stands at the head of each.
    fn pages(texts: &[&[&str]]) -> Pages {
        let line =
            |text: &str, top: f64| TextLine { text: text.to_owned(), top, bottom: top + 4.0 };
        let page = |(at, texts): (usize, &&[&str])| {
            let mark = line(&format!("第{at}张"), 5.0);
            let lines = texts.iter().map(|text| line(text, 100.0));
            let lines = std::iter::once(mark).chain(lines).collect();
            PageText { height: 297.0, lines, aside: Vec::new() }
        };
        Pages::of(&texts.iter().enumerate().map(page).collect::<Vec<_>>(), true)
    }

    #[test]
    fn a_part_is_found_among_other_pages_in_every_copy() {
        let part =
            pages(&[&["甲", "数据摘要8C1F-22AB-90DE"], &["乙", "数据摘要8C1F-22AB-90DE"], &[]]);
        let sound = [
            &["封面"][..],
            &["甲", "数据摘要8C1F-22AB-90DE"],
            &["乙", "数据摘要8C1F-22AB-90DE"],
            &[],
        ];
        let twice: Vec<_> = sound.iter().chain(&sound).copied().collect();
        assert!(pages(&twice).differences_in_packet(&part, DIGEST).is_empty());
        let mut changed = twice.clone();
        changed[6] = &["丙", "数据摘要8C1F-22AB-90DE"];
        let told = pages(&changed).differences_in_packet(&part, DIGEST);
        assert_eq!(told.len(), 2, "the second copy is no run, so neither page is: {told:?}");
        assert!(told[1].contains("第7页"), "{told:?}");
        changed[2] = &["丁", "数据摘要8C1F-22AB-90DE"];
        let told = pages(&changed).differences_in_packet(&part, DIGEST);
        assert_eq!(told, ["第3页原件是“丁”，重印的是“乙”"]);
        let told = pages(&[&["x"], &["y"], &["z"]]).differences_in_packet(&part, DIGEST);
        assert_eq!(told, ["原件中没有重印出的那些页"]);
        assert!(pages(&[&["x"]]).differences_in_packet(&part, DIGEST)[0].contains("少于"));
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

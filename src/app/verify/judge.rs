//! What is said of the pages of a file and those made again: of a document alone, of a packet.

use super::compare::{Pages, Printed};
use super::copies::Copies;
use super::{Again, Made, Refusal, Verdict, Verification};
use crate::finish::copy_starts;

/// Judges a packet: every copy of every part.
pub(super) fn in_copies(
    pdf: &[u8],
    pages: &Pages,
    all: &[Again<'_>],
) -> Result<Verification, Refusal> {
    let starts = copy_starts(pdf);
    let parts = all.iter().filter_map(|it| Some((it.pages.as_ref()?, it.digest.as_str())));
    let parts: Vec<_> = parts.collect();
    let copies = Copies::of(pages, &parts, &starts);
    // Halves have no labels, as their pages have other places.
    if let Some(half) = copies.half().filter(|_| starts.is_empty()) {
        return Err(Refusal::Usage(format!(
            "这是手动双面打印的{half}，只有一半页面，核对需要整个文件，请核对不选手动双面生成的打印文件（.pdf），或逐个核对压缩包“各部分”里的文件"
        )));
    }
    let mut found = Verification {
        unseen: "目录和附件各页没有核对；核对只比文字，被遮盖的内容看不出来".to_owned(),
        ..Verification::default()
    };
    // A page of ours has its digest where its part made again has it; an attached page is made smaller.
    let own: Vec<&Printed> = parts.iter().flat_map(|(again, _)| again.digests()).collect();
    let known = |digest: &str| all.iter().any(|again| again.digest == digest);
    let like = |printed: &Printed| own.is_empty() || own.iter().any(|it| it.stands_like(printed));
    let mut strange: Vec<(&str, bool, Vec<String>)> = Vec::new();
    for printed in pages.digests().filter(|printed| !known(&printed.digest)) {
        let (digest, ours, page) =
            (printed.digest.as_str(), like(printed), printed.page.to_string());
        match strange.iter_mut().find(|it| (it.0, it.1) == (digest, ours)) {
            Some((_, _, pages)) => pages.push(page),
            None => strange.push((digest, ours, vec![page])),
        }
    }
    for (digest, ours, pages) in strange {
        let pages = format!("第{}页", pages.join("、"));
        if ours {
            let what = format!("{pages}印的摘要是 {digest}，不是随附数据的摘要");
            found.differences.push(what);
        } else {
            let what = format!("{pages}是附件里的文件，印有另一份数据的摘要 {digest}，没有核对");
            found.remarks.push(what);
        }
    }
    let mut at = 0;
    let mut judged = Vec::new();
    for again in all {
        let mut verdict = again.verdict.clone();
        let digest = &again.digest;
        if !pages.digests().any(|printed| printed.digest == *digest) {
            verdict.differences.insert(0, format!("纸面上没有数据的摘要 {digest}"));
        }
        if let Some(made) = &again.pages {
            let differences = copies.differences(at);
            at += 1;
            if differences.is_empty() && verdict.differences.is_empty() {
                verdict.agreements.insert(0, format!("纸面上的摘要 {digest} 与数据相符"));
                verdict.agreements.push(same(made.without_padding().len(), copies.count()));
            }
            verdict.differences.extend(differences);
        }
        judged.push(verdict);
    }
    found.verdicts = judged;
    Ok(found)
}

/// Says that pages are the same.
fn same(pages: usize, copies: usize) -> String {
    match copies {
        1 => format!("按数据重印的 {pages} 页与原件文字相同"),
        _ => format!("按数据重印的 {pages} 页与原件 {copies} 份的文字都相同"),
    }
}

impl Again<'_> {
    /// Judges a file that is this document alone.
    pub(super) fn alone(self, pages: &Pages) -> Verdict {
        let Self { record, digest, pages: again, mut verdict } = self;
        let strange = pages.digests().find(|printed| printed.digest != digest);
        let bears = pages.digests().any(|printed| printed.digest == digest);
        let what = match strange.map(|printed| (printed.page, &printed.digest)) {
            None if bears => None,
            None => Some(format!("纸面上没有数据的摘要 {digest}")),
            Some((page, other)) if bears => {
                Some(format!("第{page}页印的摘要是 {other}，其他页是 {digest}"))
            }
            Some((page, other)) => {
                Some(format!("第{page}页印的摘要是 {other}，数据的摘要是 {digest}"))
            }
        };
        match what {
            Some(what) => verdict.differences.insert(0, what),
            None => verdict.agreements.insert(0, format!("纸面上的摘要 {digest} 与数据相符")),
        }
        if let Some(again) = again {
            let by_hand = Made::read(&record.description).by_hand;
            let difference =
                if by_hand { pages.difference_of_a_half(&again) } else { pages.difference(&again) };
            match difference {
                Some(difference) => verdict.differences.push(difference),
                None => verdict.agreements.push(same(again.compared.len(), 1)),
            }
        }
        verdict
    }
}

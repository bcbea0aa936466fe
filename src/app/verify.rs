//! Verify: whether a paper says what its record says.

mod compare;

use super::extract::carried_in;
use super::{App, Input, Options, Refusal, Sides};
use crate::catalog::Document;
use crate::digest::Digest;
use crate::finish::CarriedRecord;
use crate::inspect::{PageText, page_texts};
use crate::typeset::Standard;
use compare::Pages;

/// What was found of one record in a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verdict {
    /// The document that the record fills (`programme/document`).
    pub document: String,
    /// What agrees, one sentence each.
    pub agreements: Vec<String>,
    /// What differs, one sentence each.
    pub differences: Vec<String>,
    /// What should be known and is no difference.
    pub remarks: Vec<String>,
}

/// How a document was made, as its description tells.
struct Made<'a> {
    template: &'a str,
    fonts: &'a str,
    by_hand: bool,
    options: Options,
}

impl App {
    /// Compares each record that a file carries with the pages of the file.
    ///
    /// # Errors
    /// One sentence if the file carries nothing that can be taken, or faults.
    pub fn verify(&self, pdf: &[u8]) -> Result<Vec<Verdict>, Refusal> {
        let records = carried_in(pdf)?;
        let pages = page_texts(pdf).map_err(Refusal::Usage)?;
        records.iter().map(|record| self.verdict(record, &pages)).collect()
    }

    fn verdict(&self, record: &CarriedRecord, pages: &[PageText]) -> Result<Verdict, Refusal> {
        let pages = Pages::of(pages, record.in_packet);
        let mut verdict = Verdict { document: record.document.clone(), ..Verdict::default() };
        let digest = Digest::of(&record.json).short();
        let printed = pages.digests();
        let strange = printed.iter().find(|(_, printed)| *printed != digest);
        if !printed.iter().any(|(_, printed)| *printed == digest) {
            let what = match strange {
                Some((page, other)) if !record.in_packet => {
                    format!("第{page}页印的摘要是 {other}，数据的摘要是 {digest}")
                }
                _ => format!("纸面上没有数据的摘要 {digest}"),
            };
            verdict.differences.push(what);
        } else if let (Some((page, other)), false) = (strange, record.in_packet) {
            let what = format!("第{page}页印的摘要是 {other}，其他页是 {digest}");
            verdict.differences.push(what);
        } else {
            verdict.agreements.push(format!("纸面上的摘要 {digest} 与数据相符"));
        }
        match self.catalog().document(&record.document) {
            None => verdict.differences.push("本机没有这份文书，不能重印核对".to_owned()),
            Some(document) => self.print_again(document, record, &pages, &digest, &mut verdict)?,
        }
        Ok(verdict)
    }

    /// Renders the record as the file was rendered, and compares page by page.
    fn print_again(
        &self,
        document: &Document,
        record: &CarriedRecord,
        pages: &Pages,
        digest: &str,
        verdict: &mut Verdict,
    ) -> Result<(), Refusal> {
        let made = Made::read(&record.description);
        let fonts = self.catalog().fonts().digest();
        let theirs = [
            (made.template, document.digest.as_str(), "模板"),
            (made.fonts, fonts.as_str(), "字体"),
        ];
        for (theirs, ours, name) in theirs.into_iter().filter(|(theirs, ours, _)| theirs != ours) {
            let [theirs, ours] = [theirs, ours].map(|it| it.get(..12).unwrap_or(it));
            let what =
                format!("生成时的{name}（{theirs}…）与本机的（{ours}…）不同，版面可能因此有别");
            verdict.remarks.push(what);
        }
        let input = Input::Record(&record.json);
        let rendered = match self.render(&record.document, input, made.options) {
            Ok(rendered) => rendered,
            Err(Refusal::Problems(problems)) => {
                let told = problems.to_mend().map(|problem| problem.sentence.as_str());
                let told: Vec<&str> = told.collect();
                verdict.differences.push(format!("数据未通过本机的检查：{}", told.join("；")));
                return Ok(());
            }
            Err(Refusal::Usage(what) | Refusal::OverLimit(what)) => {
                verdict.differences.push(format!("数据在本机印不出来：{what}"));
                return Ok(());
            }
            Err(other) => return Err(other),
        };
        verdict.agreements.push("数据通过本机的检查".to_owned());
        let again = page_texts(&rendered.bytes).map_err(Refusal::Usage)?;
        let again = Pages::of(&again, record.in_packet);
        let differences = if record.in_packet {
            pages.differences_in_packet(&again, digest)
        } else if made.by_hand {
            pages.difference_of_a_half(&again).into_iter().collect()
        } else {
            pages.difference(&again).into_iter().collect()
        };
        if differences.is_empty() {
            let what = format!("按数据重印的 {} 页与原件文字相同", rendered.pages);
            verdict.agreements.push(what);
        }
        verdict.differences.extend(differences);
        Ok(())
    }
}

impl<'a> Made<'a> {
    /// Reads what `Plan::job` writes.
    fn read(description: &'a str) -> Self {
        let parts = || description.split("; ");
        let value = |key: &str| parts().find_map(|part| part.strip_prefix(key)).unwrap_or_default();
        let sides = value("sides=");
        let by_hand = sides.ends_with(" by hand");
        let sides = match sides.trim_end_matches(" by hand") {
            "DuplexFlipLongEdge" => Some(Sides::Long),
            "DuplexFlipShortEdge" => Some(Sides::Short),
            "Simplex" => Some(Sides::One),
            _ => None,
        };
        let standards =
            [Standard::A2u, Standard::A2a, Standard::Ua1, Standard::A3u, Standard::None];
        let standard = value("standard=");
        let standard = standards.into_iter().find(|known| format!("{known:?}") == standard);
        let copies = value("copies=").parse().ok().filter(|copies| (1..=5).contains(copies));
        let copies = copies.unwrap_or(1);
        let options = Options { sides, standard, copies, ..Options::default() };
        let (template, fonts) = (value("template sha256:"), value("fonts sha256:"));
        Self { template, fonts, by_hand, options }
    }
}

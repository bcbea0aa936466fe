//! Verify: whether a paper says what its record says.

mod align;
mod compare;
mod copies;
mod judge;

use super::extract::carried_in;
use super::{App, Input, Options, Refusal, Sides};
use crate::catalog::Document;
use crate::digest::Digest;
use crate::finish::CarriedRecord;
use crate::inspect::page_texts;
use crate::typeset::Standard;
use compare::Pages;

/// What was found of a file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// For each record that the file carries.
    pub verdicts: Vec<Verdict>,
    /// What differs and belongs to no record, one sentence each.
    pub differences: Vec<String>,
    /// What should be known, belongs to no record and is no difference.
    pub remarks: Vec<String>,
    /// What was not looked at: one sentence.
    pub unseen: String,
}

impl Verification {
    /// Whether nothing differs.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let agrees = |verdict: &Verdict| verdict.differences.is_empty();
        self.differences.is_empty() && self.verdicts.iter().all(agrees)
    }
}

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

/// A record of a file, and its pages made again if that could be done.
struct Again<'a> {
    record: &'a CarriedRecord,
    digest: String,
    pages: Option<Pages>,
    verdict: Verdict,
}

impl App {
    /// Compares each record that a file carries with the pages of the file.
    ///
    /// # Errors
    /// One sentence if the file carries nothing that can be taken or is one half of a packet, or faults.
    pub fn verify(&self, pdf: &[u8]) -> Result<Verification, Refusal> {
        let records = carried_in(pdf)?;
        let texts = page_texts(pdf).map_err(Refusal::Usage)?;
        let in_packet = records.iter().any(|record| record.in_packet);
        let pages = Pages::of(&texts, in_packet);
        let mut all = Vec::new();
        for record in &records {
            all.push(self.again(record, in_packet)?);
        }
        if in_packet {
            return judge::in_copies(pdf, &pages, &all);
        }
        let verdicts = all.into_iter().map(|again| again.alone(&pages)).collect();
        let unseen = "核对只比文字，被遮盖的内容看不出来".to_owned();
        Ok(Verification { verdicts, unseen, ..Verification::default() })
    }

    fn again<'a>(&self, record: &'a CarriedRecord, in_packet: bool) -> Result<Again<'a>, Refusal> {
        let mut verdict = Verdict { document: record.document.clone(), ..Verdict::default() };
        let digest = Digest::of(&record.json).short();
        let pages = match self.catalog().document(&record.document) {
            None => {
                verdict.differences.push("本机没有这份文书，不能重印核对".to_owned());
                None
            }
            Some(document) => self.printed_again(document, record, in_packet, &mut verdict)?,
        };
        Ok(Again { record, digest, pages, verdict })
    }

    /// Renders the record as the file was rendered; none, and why, if the record gives no pages.
    fn printed_again(
        &self,
        document: &Document,
        record: &CarriedRecord,
        in_packet: bool,
        verdict: &mut Verdict,
    ) -> Result<Option<Pages>, Refusal> {
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
                return Ok(None);
            }
            Err(Refusal::Usage(what) | Refusal::OverLimit(what)) => {
                verdict.differences.push(format!("数据在本机印不出来：{what}"));
                return Ok(None);
            }
            Err(other) => return Err(other),
        };
        verdict.agreements.push("数据通过本机的检查".to_owned());
        let again = page_texts(&rendered.bytes).map_err(Refusal::Usage)?;
        Ok(Some(Pages::of(&again, in_packet)))
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

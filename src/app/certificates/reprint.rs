//! A certificate printed again (补印): the same sheet, in a file of its own.

use serde::Deserialize;
use serde_json::json;
use tokio::runtime::Handle;

use super::reason;
use crate::app::batch::sheet_of;
use crate::app::{App, BatchOptions, Batches, Refusal};
use crate::catalog::Document;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::intake;
use crate::registry::{Certificate, Changed};

/// What a reprint is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Source {
    /// The page as it was issued, out of the file that is kept.
    Issued,
    /// The record, with the template and the fonts of today.
    Current,
}

/// A certificate that was printed again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reprint {
    /// The PDF.
    pub bytes: Vec<u8>,
    /// SHA-256 of it, as the history says.
    pub sha256: String,
    /// A name for it, with its ending.
    pub file_name: String,
}

impl Source {
    fn word(self) -> &'static str {
        match self {
            Self::Issued => "issued",
            Self::Current => "current",
        }
    }
}

impl Batches {
    /// Prints a certificate again, with the options with which it was issued, and writes it down. The same
    /// bytes each time; where template or fonts have changed, the user says which they want. Only on a
    /// thread for blocking work.
    ///
    /// # Errors
    /// An unknown number, one that is not good, a changed template without a word on it; faults.
    pub fn reprint(
        &self,
        number: &str,
        who: &str,
        why: &str,
        from: Option<Source>,
        handle: &Handle,
    ) -> Result<Reprint, Refusal> {
        let why = reason(why)?;
        let registry = self.ledger().registry();
        let kept = handle.block_on(registry.find(number))?;
        let kept = kept.ok_or_else(|| unknown(number))?;
        let document = self.app().document(&kept.document)?;
        let options = match &kept.options {
            Some(options) => BatchOptions::read(options)?,
            None => return Err(Refusal::Usage(format!("证书{number}还没有颁发，不能补印"))),
        };
        let fonts = self.app().catalog().fonts().digest().as_str();
        let template = document.digest.as_str();
        let same =
            kept.template.as_deref() == Some(template) && kept.fonts.as_deref() == Some(fonts);
        let source = match from {
            Some(source) => source,
            None if same => Source::Current,
            None => {
                let what = format!(
                    "证书{number}颁发以后，模板或字体改动过，照原样重排不出。请说明用哪一种（from）：\
                     issued 从留存的文件里取出颁发时的那一页；current 用现在的模板重新排版"
                );
                return Err(Refusal::Usage(what));
            }
        };
        let bytes = match source {
            Source::Issued => self.as_issued(document, &kept, &options, handle)?,
            Source::Current => self.anew(document, &kept, &options)?,
        };
        let sha256 = Digest::of(&bytes).as_str().to_owned();
        // What it was made with; of a page that was kept, that is the template of its issue.
        let (template, fonts) = match source {
            Source::Issued => (kept.template.as_deref(), kept.fonts.as_deref()),
            Source::Current => (Some(template), Some(fonts)),
        };
        let facts = json!({
            "sha256": sha256, "source": source.word(), "template": template, "fonts": fonts,
        });
        match handle.block_on(registry.reprint(number, who, &why, &facts))? {
            Changed::Done => {
                let file_name = format!("{}-补印.pdf", crate::wording::safe_file_name(number));
                Ok(Reprint { bytes, sha256, file_name })
            }
            Changed::Unknown => Err(unknown(number)),
            Changed::Not(why) => Err(Refusal::Usage(format!("{why}，不能补印"))),
        }
    }

    fn anew(
        &self,
        document: &Document,
        kept: &Certificate,
        options: &BatchOptions,
    ) -> Result<Vec<u8>, Refusal> {
        let record = intake::kept(document, &kept.record, &kept.digest)?;
        let verified = kept.verify_at.as_deref().map(|address| (address, kept.code.as_str()));
        let sheet = sheet_of(document, &record, verified)?;
        let made =
            self.app().typeset_singles(document, &[record], vec![sheet], options.printing())?;
        made.into_iter().next().ok_or_else(|| Fault::new("排版没有给出文件").into())
    }

    fn as_issued(
        &self,
        document: &Document,
        kept: &Certificate,
        options: &BatchOptions,
        handle: &Handle,
    ) -> Result<Vec<u8>, Refusal> {
        let lost = || {
            let number = &kept.number;
            Refusal::from(
                Fault::new(format!("数据目录里没有证书{number}颁发时的页面"))
                    .hint("数据目录被改动过；可以用 current（现在的模板）补印"),
            )
        };
        let place = |number: Option<i64>| number.and_then(|number| usize::try_from(number).ok());
        let (Some(run), Some(begin), Some(length)) =
            (&kept.run, place(kept.run_page), place(kept.run_pages))
        else {
            return Err(lost());
        };
        let bytes = handle.block_on(self.ledger().store().files().read(run))?.ok_or_else(lost)?;
        let range = begin..begin.saturating_add(length);
        // Single files are kept end to end, and told by their bytes.
        if run.ends_with(".pdfs") {
            return bytes.get(range).map(<[u8]>::to_vec).ok_or_else(lost);
        }
        App::single_of_run(document, &bytes, range, options.printing())
    }
}

fn unknown(number: &str) -> Refusal {
    Refusal::Usage(format!("登记簿里没有编号{number}"))
}

//! What the options of a print mean for a document: sides, padding, standard, and what is to be typeset.

use chrono::NaiveDate;

use super::by_hand::by_hand;
use super::wanted::{Options, Output, Rendered, Sides};
use super::{App, Refusal};
use crate::catalog::{Document, Sides as Declared};
use crate::digest::{Digest, Hashing};
use crate::finish::{self, Duplex, Intent, Joint};
use crate::intake::{Problems, Record};
use crate::packet::Archive;
use crate::typeset::{self, Job, Single, Standard, Typeset};
use crate::wording::{Carried, Sheet};

/// What the options mean for this document.
pub(super) struct Plan {
    options: Options,
    duplex: Duplex,
    manual: bool,
    one_sided: bool,
    pub(super) padded: bool,
    pub(super) standard: Standard,
}

impl Plan {
    /// `filled` tells whether the file is of records, which it may carry.
    pub(super) fn of(document: &Document, filled: bool, options: Options) -> Result<Self, Refusal> {
        let manifest = &document.manifest;
        if options.overprint.is_some() && !manifest.overprint {
            let name = &manifest.name;
            let sentence = format!("“{name}”没有可套打的底纸，请去掉 overprint（套打）");
            return Err(Refusal::Usage(sentence));
        }
        let duplex = match (options.sides, manifest.sides) {
            (Some(Sides::Long | Sides::Manual), _) | (None, Declared::Duplex) => Duplex::LongEdge,
            (Some(Sides::Short), _) => Duplex::ShortEdge,
            (Some(Sides::One), _) | (None, Declared::Simplex) => Duplex::Simplex,
        };
        let one_sided = duplex == Duplex::Simplex;
        let carries = manifest.carry && filled;
        let needed = if carries { Standard::A3u } else { Standard::A2u };
        let standard = options.standard.unwrap_or(needed);
        Ok(Self {
            options,
            duplex,
            manual: options.sides == Some(Sides::Manual),
            one_sided,
            // A document of one side has blank backs where a printer must print two.
            padded: (manifest.padded || manifest.sides == Declared::Simplex) && !one_sided,
            standard,
        })
    }

    /// What is to be made of the sheets of some records, or of drafts.
    pub(super) fn output(
        &self,
        app: &App,
        document: &Document,
        records: &[Record],
        sheets: &[Sheet],
    ) -> typeset::Output {
        // Drafts have no digest; what they show is hashed instead.
        let (alone, matter) = match records {
            [record] => (Some(record), record.digest().as_str().to_owned()),
            [] => (None, shown(sheets)),
            many => (None, combined(many)),
        };
        // Of several records, the latest date.
        let date = sheets.iter().map(Sheet::date).max().unwrap_or(document.issued);
        self.wanted(self.single(app, document, alone, &matter, date))
    }

    /// A picture if one is wanted, else this file.
    pub(super) fn wanted(&self, file: Single) -> typeset::Output {
        match self.options.output {
            Output::Png { page, pixels_per_point } => {
                typeset::Output::Png { page, pixels_per_point }
            }
            Output::Pdf => self.pdf(file),
        }
    }

    pub(super) fn pdf(&self, file: Single) -> typeset::Output {
        let Single { carried, description, identity, date } = file;
        typeset::Output::Pdf { standard: self.standard, carried, description, identity, date }
    }

    /// A file of this matter: of one record, which it carries if the document says so, or of more.
    pub(super) fn single(
        &self,
        app: &App,
        document: &Document,
        alone: Option<&Record>,
        matter: &str,
        date: NaiveDate,
    ) -> Single {
        let carries = document.manifest.carry && self.standard == Standard::A3u;
        let carried = alone.filter(|_| carries).map(Carried::of);
        let overprint = self.options.overprint;
        let overprint = overprint.map(|offset| format!("; overprint={offset}")).unwrap_or_default();
        let options = format!(
            "sides={}{}; standard={:?}; copies={}{overprint}",
            self.duplex.name(),
            if self.manual { " by hand" } else { "" },
            self.standard,
            self.options.copies
        );
        let description = format!(
            "{}; template sha256:{}; fonts sha256:{}; {options}",
            document.id,
            document.digest,
            app.catalog().fonts().digest()
        );
        let identity = format!("{description}; record sha256:{matter}");
        Single { carried, description, identity, date }
    }

    pub(super) fn job(
        &self,
        app: &App,
        document: &Document,
        sheets: Vec<Sheet>,
        output: typeset::Output,
    ) -> Job {
        Job {
            document: document.id.to_string(),
            title: document.manifest.title.clone(),
            author: document.programme.issuer.clone(),
            orientation: document.manifest.orientation,
            sheets,
            draft: false,
            most: typeset::Most { sheet: document.manifest.pages(), ..app.most() },
            one_sided: self.one_sided,
            overprint: self.options.overprint,
            output,
        }
    }

    /// What the printer is asked for.
    pub(super) fn intent(&self) -> Intent {
        Intent { duplex: self.duplex, copies: self.options.copies }
    }

    /// How runs are merged.
    pub(super) fn joint(&self) -> Joint {
        let fronts = !self.one_sided;
        Joint { intent: Some(self.intent()), fronts, padded: self.padded }
    }

    /// Tags tell the structure of one file and cannot be put together.
    pub(super) fn refuse_tags(&self) -> Result<(), Refusal> {
        if matches!(self.standard, Standard::A2a | Standard::Ua1) {
            let sentence = "合并成一个文件时不能用 a-2a 或 ua-1，请换用其他标准，或每份一个文件";
            return Err(Refusal::Usage(sentence.to_owned()));
        }
        Ok(())
    }

    pub(super) fn finish(
        &self,
        made: Typeset,
        stem: &str,
        problems: Problems,
    ) -> Result<Rendered, Refusal> {
        let picture = matches!(self.options.output, Output::Png { .. });
        let blank = if (self.padded || self.manual) && !picture {
            finish::blanks_needed(made.pages)
        } else {
            0
        };
        let pages = made.pages + blank;
        let sheets = if self.duplex == Duplex::Simplex { pages } else { pages.div_ceil(2) };
        let rendered = |bytes, ending: &str| Rendered {
            bytes,
            file_name: format!("{stem}.{ending}"),
            pages,
            sheets,
            marks: made.marks,
            duplex: self.duplex,
            by_hand: self.manual,
            problems,
            warnings: made.warnings,
        };
        if let Output::Png { .. } = self.options.output {
            return Ok(rendered(made.bytes, "png"));
        }
        if self.manual && made.pages == 1 {
            return Err(Refusal::Usage("只有一页，不必手动双面，请去掉 --sides manual".to_owned()));
        }
        if self.manual {
            let halves = finish::halves(&made.bytes)?;
            let mut archive = Archive::new();
            archive.add(&format!("{stem}-正面.pdf"), &halves.fronts)?;
            archive.add(&format!("{stem}-背面.pdf"), &halves.backs)?;
            archive.add("打印说明.txt", by_hand(stem, halves.sheets, 1).as_bytes())?;
            return Ok(rendered(archive.finish()?, "zip"));
        }
        let padded = self.padded && blank > 0;
        Ok(rendered(finish::print_ready(&made.bytes, self.intent(), padded)?, "pdf"))
    }
}

/// The digest of several records, in their order.
fn combined(records: &[Record]) -> String {
    let mut hashing = Hashing::new("records");
    for record in records {
        hashing.add("record", record.digest().as_str().as_bytes());
    }
    hashing.finish().as_str().to_owned()
}

/// The digest of what unfinished sheets show.
fn shown(sheets: &[Sheet]) -> String {
    let bytes = serde_json::to_vec(sheets).unwrap_or_default();
    Digest::of(&bytes).as_str().to_owned()
}

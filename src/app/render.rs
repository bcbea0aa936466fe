//! Render: an input to a finished file.

use std::mem;
use std::time::Instant;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::by_hand::by_hand;
use super::matter::{Matter, sheets_of, stem, without_room, without_room_in};
use super::{App, Refusal};
use crate::catalog::{Document, Sides as Declared};
use crate::crew::Undone;
use crate::digest::{Digest, Hashing};
use crate::finish::{self, Duplex, Intent, Joint};
use crate::intake::{Problems, Record};
use crate::packet::Archive;
use crate::typeset::{self, Failure, Job, NoRoom, Offset, Single, Standard, Typeset};
use crate::wording::{Carried, Sheet};

/// What is to be printed.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// A record, as JSON bytes; of a document that takes many, an array of them as well.
    Record(&'a [u8]),
    /// A record that may not be finished: what is sound of it is printed, for a preview. The problems
    /// are part of the answer; it carries nothing and bears no digest.
    Unfinished(&'a [u8]),
    /// The empty form, or the one of a name that the document's manifest gives.
    Blank(Option<&'a str>),
}

/// How it is to be printed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Options {
    /// The sides; `None` as the document declares.
    pub sides: Option<Sides>,
    /// The standard; `None` as the document needs.
    pub standard: Option<Standard>,
    /// Copies that the printer is asked for, 1 to 5.
    pub copies: u8,
    /// Whether what printed stock bears is left out (套打), and how far the rest is moved.
    pub overprint: Option<Offset>,
    /// What file is wanted.
    pub output: Output,
}

/// The sides of a sheet, as a user chooses them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// Both sides, turned on the long edge.
    Long,
    /// Both sides, turned on the short edge.
    Short,
    /// One side: odd-page margins throughout, no padding.
    One,
    /// Both sides by hand: a file of fronts and a file of backs, in a zip.
    Manual,
}

/// The file that is wanted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Output {
    /// A PDF; with [`Sides::Manual`] a zip of two.
    Pdf,
    /// A picture of one page.
    Png {
        /// The page, counted from 1.
        page: usize,
        /// Pixels per point (1/72 inch).
        pixels_per_point: f64,
    },
}

/// A finished file.
#[derive(Debug, Clone)]
pub struct Rendered {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// A name for it, with its ending.
    pub file_name: String,
    /// The pages of the document, padding included.
    pub pages: usize,
    /// The sheets of paper that one copy takes.
    pub sheets: usize,
    /// How the printer is asked to print.
    pub duplex: Duplex,
    /// Whether the user turns the stack by hand; the bytes are then a zip.
    pub by_hand: bool,
    /// What the user should know.
    pub problems: Problems,
    /// What the template warned of.
    pub warnings: Vec<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { sides: None, standard: None, copies: 1, overprint: None, output: Output::Pdf }
    }
}

impl App {
    /// Renders one input of a document.
    ///
    /// # Errors
    /// Problems of the input, a page that does not exist, or faults.
    pub fn render(
        &self,
        document: &str,
        input: Input<'_>,
        options: Options,
    ) -> Result<Rendered, Refusal> {
        let started = Instant::now();
        let document = self.document(document)?;
        let Matter { sheets, records, mut problems } = self.matter(document, input)?;
        let checked = started.elapsed();
        if options.sides == Some(Sides::Manual) && options.copies > 1 {
            let sentence = "手动双面须一份一份地印，不能同时指定份数";
            return Err(Refusal::Usage(sentence.to_owned()));
        }
        let tagged = matches!(options.standard, Some(Standard::A2a | Standard::Ua1));
        if options.sides == Some(Sides::Manual) && tagged {
            let sentence = "手动双面把一份文件拆成两份，不能再符合 a-2a 或 ua-1，请换用其他标准";
            return Err(Refusal::Usage(sentence.to_owned()));
        }
        let plan = Plan::of(document, !records.is_empty(), options)?;
        let output = plan.output(self, document, &records, &sheets);
        let mut job = plan.job(self, document, sheets, output);
        job.draft = matches!(input, Input::Unfinished(_));
        let made = self.typesetting.typeset(&job).map_err(|undone| match undone {
            Undone::Failed(Failure::NoSuchPage(pages)) => {
                Refusal::Usage(format!("没有这一页：这份文书共 {pages} 页"))
            }
            Undone::Failed(Failure::TooManyPages(pages)) => Refusal::OverLimit(format!(
                "共 {pages} 页，超过一份文件 {} 页的限度（limits.pages）；请分成几份",
                self.most.pages
            )),
            Undone::Failed(Failure::TooManyPixels(pixels)) => Refusal::OverLimit(format!(
                "图片有 {pixels} 像素，超过 {} 的限度（limits.pixels）",
                self.most.pixels
            )),
            Undone::Failed(Failure::Overflow(pages)) if options.overprint.is_some() => {
                let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
                Refusal::Usage(format!(
                    "第{}页有文字移出纸面，或离纸边不到5毫米；请把偏移（offset）改小",
                    pages.join("、")
                ))
            }
            // A record that is too long for its page is its writer's to shorten.
            Undone::Failed(Failure::Overflow(pages)) if !matches!(input, Input::Blank(_)) => {
                let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
                Refusal::Usage(format!(
                    "第{}页有文字超出纸面，没有印出；请缩短这一页上过长的内容",
                    pages.join("、")
                ))
            }
            Undone::Failed(Failure::NoRoom(texts)) if !matches!(input, Input::Blank(_)) => {
                problems.join(without_room(document, &job.sheets, &texts));
                Refusal::Problems(Box::new(mem::take(&mut problems)))
            }
            other => other.into(),
        })?;
        // Only a draft is shown although something has no room.
        problems.join(without_room(document, &job.sheets, &made.no_room));
        let typeset = started.elapsed();
        let stem = stem(document, input, &records)?;
        let rendered = plan.finish(made, &stem, problems)?;
        tracing::debug!(
            document = %document.id,
            pages = rendered.pages,
            bytes = rendered.bytes.len(),
            check_ms = checked.as_secs_f64() * 1e3,
            typeset_ms = (typeset - checked).as_secs_f64() * 1e3,
            finish_ms = (started.elapsed() - typeset).as_secs_f64() * 1e3,
            "rendered"
        );
        for warning in &rendered.warnings {
            tracing::warn!(document = %document.id, "{warning}");
        }
        Ok(rendered)
    }
}

impl App {
    /// The problems of texts for which the layout has no room, if the document says that only the
    /// layout can tell. Only records with a text so long that it may have none are laid out.
    pub(super) fn find_without_room(
        &self,
        document: &Document,
        records: &[Record],
    ) -> Result<Problems, Refusal> {
        let texts = self.texts_without_room(document, records)?;
        let records: Vec<&Value> = records.iter().map(Record::complete).collect();
        Ok(without_room_in(document, &records, &texts))
    }

    /// The texts for which the layout has no room, likewise.
    pub(super) fn texts_without_room(
        &self,
        document: &Document,
        records: &[Record],
    ) -> Result<Vec<NoRoom>, Refusal> {
        let long: Vec<usize> = (0..records.len())
            .filter(|at| may_lack_room(document, records[*at].complete()))
            .collect();
        if long.is_empty() {
            return Ok(Vec::new());
        }
        let some: Vec<Record> = long.iter().map(|at| records[*at].clone()).collect();
        let sheets = sheets_of(document, &some)?;
        let plan = Plan::of(document, true, Options::default())?;
        let job = plan.job(self, document, sheets, typeset::Output::Nothing);
        match self.typesetting.typeset(&job) {
            Ok(_) => Ok(Vec::new()),
            Err(Undone::Failed(Failure::NoRoom(texts))) => {
                let row = |text: &NoRoom| long.get(text.sheet).copied().unwrap_or_default();
                Ok(texts.iter().map(|it| NoRoom { sheet: row(it), ..it.clone() }).collect())
            }
            Err(other) => Err(other.into()),
        }
    }
}

/// Whether some text is longer than what surely has room.
fn may_lack_room(document: &Document, complete: &Value) -> bool {
    document.manifest.measured.iter().any(|(pointer, most)| {
        let text = complete.pointer(pointer.get_ref()).and_then(Value::as_str);
        text.is_some_and(|text| text.chars().count() > *most)
    })
}

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
    fn output(
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
            most: app.most(),
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

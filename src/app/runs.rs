//! The parts of a batch: runs, which are merged into one file, and sheets in files of their own. Whoever
//! has accepted the rows keeps the order of both.

use std::ops::Range;

use chrono::NaiveDate;

use super::matter::{lacking, without_room};
use super::plan::Plan;
use super::wanted::Options;
use super::{App, Refusal};
use crate::catalog::Document;
use crate::crew::Undone;
use crate::finish::{self, Joint};
use crate::intake::Record;
use crate::typeset::{Job, Output, Typeset};
use crate::wording::Sheet;

/// What the runs of a batch have in common: they claim to be the file that is made of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// What all rows together are, such as a digest of their digests; it becomes part of the identity.
    pub matter: String,
    /// The date of the file: the latest of all rows.
    pub date: NaiveDate,
}

impl App {
    /// Typesets some sheets as a run of a batch. It is no file to be given away: [`finish::Merging`] makes
    /// it one, also of a single run.
    ///
    /// # Errors
    /// Problems of sheets that have no room, the first row being 0; what cannot be merged; faults.
    pub fn typeset_run(
        &self,
        document: &Document,
        sheets: Vec<Sheet>,
        whole: &Whole,
        options: Options,
    ) -> Result<Typeset, Refusal> {
        let plan = Plan::of(document, false, options)?;
        plan.refuse_tags()?;
        let single = plan.single(self, document, None, &whole.matter, whole.date);
        let job = plan.job(self, document, sheets, plan.pdf(single));
        self.typeset_rows(document, &job)
    }

    /// Tells that options do not fit files of single records.
    ///
    /// # Errors
    /// A usage sentence.
    pub(super) fn refuse_options(
        &self,
        document: &Document,
        options: Options,
    ) -> Result<(), Refusal> {
        Plan::of(document, true, options).map(drop)
    }

    /// How the runs of a batch are merged.
    ///
    /// # Errors
    /// Options that no merged file can have.
    pub fn joint(&self, document: &Document, options: Options) -> Result<Joint, Refusal> {
        let plan = Plan::of(document, false, options)?;
        plan.refuse_tags()?;
        Ok(plan.joint())
    }

    /// Makes a file of each record; the same bytes as [`App::render`] makes of it alone, if its sheet is
    /// the same.
    ///
    /// # Errors
    /// Problems of sheets that have no room, the first row being 0; faults.
    pub fn typeset_singles(
        &self,
        document: &Document,
        records: &[Record],
        sheets: Vec<Sheet>,
        options: Options,
    ) -> Result<Vec<Vec<u8>>, Refusal> {
        let plan = Plan::of(document, true, options)?;
        let files = records
            .iter()
            .zip(&sheets)
            .map(|(record, sheet)| {
                let matter = record.digest().as_str();
                plan.single(self, document, Some(record), matter, sheet.date())
            })
            .collect();
        let output = Output::Each { standard: plan.standard, files };
        let job = plan.job(self, document, sheets, output);
        let made = self.typeset_rows(document, &job)?;
        let ends = made.starts.iter().skip(1).chain([&made.pages]);
        let pages = made.starts.iter().zip(ends).map(|(start, end)| end - start);
        let finished = made.files().zip(pages).map(|(file, pages)| {
            let padded = plan.padded && finish::blanks_needed(pages) > 0;
            finish::print_ready(file, plan.intent(), padded)
        });
        Ok(finished.collect::<Result<_, _>>()?)
    }

    /// The file of one sheet as it stands in a run of a batch.
    pub(super) fn single_of_run(
        document: &Document,
        run: &[u8],
        pages: Range<usize>,
        options: Options,
    ) -> Result<Vec<u8>, Refusal> {
        let plan = Plan::of(document, false, options)?;
        let padded = plan.padded && finish::blanks_needed(pages.len()) > 0;
        Ok(finish::print_ready(&finish::only_page(run, pages)?, plan.intent(), padded)?)
    }

    fn typeset_rows(&self, document: &Document, job: &Job) -> Result<Typeset, Refusal> {
        self.typesetting.typeset(job).map_err(|undone| match undone {
            Undone::Failed(failure) => match lacking(document, &failure) {
                Some(found) => {
                    Refusal::Problems(Box::new(without_room(document, &job.sheets, found)))
                }
                None => Undone::Failed(failure).into(),
            },
            other => other.into(),
        })
    }
}

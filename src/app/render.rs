//! Render: an input to a finished file.

use std::mem;
use std::time::Instant;

use rayon::prelude::*;
use serde_json::Value;

use super::issued::sheet_as_issued;
use super::matter::{Matter, lacking, no_room, stem, without_room};
use super::plan::Plan;
use super::wanted::{Input, Options, Rendered, Sides};
use super::{App, Refusal};
use crate::catalog::Document;
use crate::crew::Undone;
use crate::fault::Fault;
use crate::intake::{self, Problems, Record, RowFinding};
use crate::typeset::{self, Failure, Standard};
use crate::wording::Sheet;

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
            Undone::Failed(failure) if !matches!(input, Input::Blank(_)) => {
                match lacking(document, &failure) {
                    Some(found) => {
                        problems.join(without_room(document, &job.sheets, found));
                        Refusal::Problems(Box::new(mem::take(&mut problems)))
                    }
                    None => too_long(failure),
                }
            }
            other => other.into(),
        })?;
        // Only a draft is shown although something has no room.
        let unplaced = made.no_room.iter().map(no_room).collect();
        problems.join(without_room(document, &job.sheets, unplaced));
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
    /// The problems of records for which the layout has no room, if the document says that only the layout
    /// can tell. Only those that may have none are laid out.
    pub(super) fn find_without_room(
        &self,
        document: &Document,
        records: &[Record],
    ) -> Result<Problems, Refusal> {
        let found = self.rows_lacking_room(document, records)?;
        let records: Vec<&Value> = records.iter().map(Record::complete).collect();
        Ok(intake::without_room(document, &records, found))
    }

    /// What the layout has no room for, likewise, with the row of each.
    pub(super) fn rows_lacking_room(
        &self,
        document: &Document,
        records: &[Record],
    ) -> Result<Vec<RowFinding>, Refusal> {
        let long: Vec<usize> = (0..records.len())
            .filter(|at| may_lack_room(document, records[*at].complete()))
            .collect();
        if long.is_empty() {
            return Ok(Vec::new());
        }
        let sheets: Vec<Sheet> = long
            .par_iter()
            .map(|at| sheet_as_issued(document, &records[*at]))
            .collect::<Result<_, Fault>>()?;
        let plan = Plan::of(document, true, Options::default())?;
        let job = plan.job(self, document, sheets, typeset::Output::Nothing);
        let failure = match self.typesetting.typeset(&job) {
            Ok(_) => return Ok(Vec::new()),
            Err(Undone::Failed(failure)) => failure,
            Err(other) => return Err(other.into()),
        };
        match lacking(document, &failure) {
            Some(found) => {
                let row = |sheet: usize| long.get(sheet).copied().unwrap_or_default();
                Ok(found.into_iter().map(|(at, field, it)| (row(at), field, it)).collect())
            }
            None => Err(too_long(failure)),
        }
    }
}

/// Why no record could be printed: one that is too long for its page is its writer's to shorten.
pub(super) fn too_long(failure: Failure) -> Refusal {
    match failure {
        Failure::Overflow(pages) => {
            let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
            Refusal::Usage(format!(
                "第{}页有文字超出纸面，没有印出；请缩短这一页上过长的内容",
                pages.join("、")
            ))
        }
        other => Undone::Failed(other).into(),
    }
}

/// Whether some text is longer than what surely has room. Where a record may take only so many pages and
/// no text is told to have room, only the layout can tell.
fn may_lack_room(document: &Document, complete: &Value) -> bool {
    let manifest = &document.manifest;
    if manifest.measured.is_empty() {
        return manifest.pages.is_some();
    }
    manifest.measured.iter().any(|(pointer, most)| {
        let text = complete.pointer(pointer.get_ref()).and_then(Value::as_str);
        text.is_some_and(|text| text.chars().count() > *most)
    })
}

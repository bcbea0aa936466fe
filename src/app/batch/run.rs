//! A chunk of rows becomes a run; rows that cannot be printed are told by name.

use rayon::prelude::*;

use super::{Batches, Form, Order};
use crate::app::issued::with_code;
use crate::app::{Refusal, Whole};
use crate::catalog::Document;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::intake::{self, Record};
use crate::jobs::{Claim, RUNS, RowState, RunMade};
use crate::wording::Sheet;

/// A row with its record.
type Kept = (RowState, Record);

/// What a chunk was made into, with its bytes, and the rows that cannot be printed.
pub(super) struct Made {
    pub(super) run: RunMade,
    pub(super) bytes: Vec<u8>,
    pub(super) failed: Vec<(RowState, String)>,
}

impl Batches {
    /// Typesets the rows of a chunk.
    pub(super) fn typeset(
        &self,
        claim: &Claim,
        rows: Vec<RowState>,
        order: &Order,
    ) -> Result<Made, Refusal> {
        let document = self.app.document(&claim.document)?;
        let mut kept: Vec<Kept> = rows
            .into_par_iter()
            .map(|row| {
                let record = intake::kept(document, &row.record, &row.digest)?;
                Ok((row, record))
            })
            .collect::<Result<_, Fault>>()?;
        let mut failed: Vec<(RowState, String)> = Vec::new();
        let (bytes, starts) = loop {
            if kept.is_empty() {
                break (Vec::new(), Vec::new());
            }
            let refusal = match self.typeset_these(claim, document, &kept, order) {
                Ok(made) => break made,
                Err(refusal) => refusal,
            };
            let culprits = self.culprits(claim, document, &kept, order, refusal)?;
            let mut rest = Vec::new();
            for (at, row) in kept.into_iter().enumerate() {
                match culprits.iter().find(|(culprit, _)| *culprit == at) {
                    Some((_, why)) => failed.push((row.0, why.clone())),
                    None => rest.push(row),
                }
            }
            kept = rest;
        };
        let starts: Vec<(i64, usize, usize)> = kept
            .iter()
            .zip(starts)
            .map(|((row, _), (begins, length))| (row.row, begins, length))
            .collect();
        let ending = if order.options.form == Form::Merged { "pdf" } else { "pdfs" };
        let file = match bytes.is_empty() {
            true => String::new(),
            false => format!("{RUNS}/{}.{ending}", Digest::of(&bytes).as_str()),
        };
        let pages = match order.options.form {
            Form::Merged => starts.iter().map(|(_, _, pages)| pages).sum(),
            Form::Each => starts.len(),
        };
        let run = RunMade { file, rows: claim.rows, pages, starts };
        Ok(Made { run, bytes, failed })
    }

    /// The bytes of these rows and where each begins: page and pages, or byte and bytes.
    #[expect(clippy::type_complexity, reason = "two lists that belong together")]
    fn typeset_these(
        &self,
        claim: &Claim,
        document: &Document,
        kept: &[Kept],
        order: &Order,
    ) -> Result<(Vec<u8>, Vec<(usize, usize)>), Refusal> {
        let verify_at = order.verify_at.as_deref().or(claim.verify_at.as_deref());
        let sheets: Vec<Sheet> = kept
            .par_iter()
            .map(|(row, record)| {
                let code = row.code.as_deref();
                sheet_of(document, record, verify_at.zip(code))
            })
            .collect::<Result<_, Fault>>()?;
        match order.options.form {
            Form::Merged => {
                // All runs claim to be the one file that they become.
                let (from, to) = claim.rows;
                let matter = format!("batch {}, print {}", claim.batch, claim.print);
                let whole = Whole { matter, date: claim.dated };
                tracing::debug!(from, to, "run");
                let made =
                    self.app.typeset_run(document, sheets, &whole, order.options.printing())?;
                let ends = made.starts.iter().skip(1).chain([&made.pages]);
                let starts =
                    made.starts.iter().zip(ends).map(|(&start, &end)| (start, end - start));
                Ok((made.bytes, starts.collect()))
            }
            Form::Each => {
                let records: Vec<Record> = kept.iter().map(|(_, record)| record.clone()).collect();
                let files = self.app.typeset_singles(
                    document,
                    &records,
                    sheets,
                    order.options.printing(),
                )?;
                let (mut bytes, mut starts) = (Vec::new(), Vec::new());
                for file in files {
                    starts.push((bytes.len(), file.len()));
                    bytes.extend(file);
                }
                Ok((bytes, starts))
            }
        }
    }

    /// Which of these rows cannot be printed, and why; the refusal itself, if it is not a row's.
    fn culprits(
        &self,
        claim: &Claim,
        document: &Document,
        kept: &[Kept],
        order: &Order,
        refusal: Refusal,
    ) -> Result<Vec<(usize, String)>, Refusal> {
        if let Refusal::Problems(problems) = &refusal {
            let row = |pointer: &str| match kept.len() {
                1 => Some(0),
                _ => pointer.split('/').nth(1).and_then(|row| row.parse::<usize>().ok()),
            };
            let found: Vec<(usize, String)> = problems
                .to_mend()
                .filter_map(|problem| Some((row(&problem.pointer)?, problem.sentence.clone())))
                .filter(|(row, _)| *row < kept.len())
                .collect();
            return if found.is_empty() { Err(refusal) } else { Ok(found) };
        }
        // A lost process says nothing of the rows.
        if matches!(refusal, Refusal::Lost) || !claim.each_alone {
            return Err(refusal);
        }
        let mut found = Vec::new();
        for (at, row) in kept.iter().enumerate() {
            let alone = std::slice::from_ref(row);
            if let Err(why) = self.typeset_these(claim, document, alone, order) {
                if matches!(why, Refusal::Lost) {
                    return Err(why);
                }
                found.push((at, why.to_string()));
            }
        }
        // All of them: it is the template, not the rows.
        if found.is_empty() || found.len() == kept.len() { Err(refusal) } else { Ok(found) }
    }
}

/// The sheet of a record, with its code where there is an address at which it is verified.
pub(in crate::app) fn sheet_of(
    document: &Document,
    record: &Record,
    verified: Option<(&str, &str)>,
) -> Result<Sheet, Fault> {
    let sheet = Sheet::of(document, record)?;
    Ok(match verified {
        Some((address, code)) => with_code(sheet, address, code),
        None => sheet,
    })
}

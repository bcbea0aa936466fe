//! Rows looked at with the registry beside: what cannot be accepted is told where it stands.

use chrono::{Days, NaiveDate};
use rayon::prelude::*;
use tokio::runtime::Handle;

use super::Batches;
use super::asked::{Asked, matter};
use crate::app::{ExaminedRows, Refusal, RowsKind};
use crate::catalog::{Document, pointer_of};
use crate::fault::Fault;
use crate::intake::{KeptRecord, RowFinding};
use crate::registry::{Claimed, Clash};
use crate::store::today;
use crate::values::Finding;

/// Nobody dates a certificate farther ahead; who writes 2062 for 2026 would have the numbers of 2062.
const YEAR: Days = Days::new(366);

/// Rows as they are asked for.
#[derive(Debug, Clone)]
pub struct Foreseen {
    /// The rows, with all that was found.
    pub examined: ExaminedRows,
    /// What they are, by the rows that are sound in themselves: the registry may have something against
    /// some of them today and nothing tomorrow, and they are the same rows.
    pub(super) matter: String,
}

impl Batches {
    /// Looks at rows as they are asked for: also what the registry has against them, unless they are a
    /// batch already. Only on a thread for blocking work.
    ///
    /// # Errors
    /// What looking at rows refuses, or a fault of the data directory.
    pub fn examine(
        &self,
        document: &str,
        bytes: &[u8],
        kind: RowsKind,
        asked: Asked<'_>,
        handle: &Handle,
    ) -> Result<Foreseen, Refusal> {
        let mut own = String::new();
        let examined =
            self.app.examine_rows_with(document, bytes, kind, |document, examined| {
                let sound: Vec<(usize, &KeptRecord)> = examined.sound().collect();
                own = matter(document, sound.iter().map(|(_, record)| *record));
                if document.manifest.numbered.is_none() || sound.is_empty() {
                    return Ok(Vec::new());
                }
                // What was accepted before clashes with nothing but itself.
                let key = asked.key_of(&own);
                let known = || match asked.is_once_more() {
                    true => Ok(false),
                    false => handle.block_on(self.ledger.newest(&key)).map(|it| it.is_some()),
                };
                if known()? {
                    return Ok(Vec::new());
                }
                let now = today();
                let ahead = now.checked_add_days(YEAR).unwrap_or(NaiveDate::MAX);
                let dated = document.manifest.dated_by.get_ref();
                let late = sound.iter().filter(|(_, record)| record.date() > ahead);
                let mut found: Vec<RowFinding> = late
                    .map(|(row, record)| {
                        let found = Finding::problem("date.ahead")
                            .with("today", now.to_string())
                            .with("found", record.date().to_string());
                        (*row, dated.clone(), found)
                    })
                    .collect();
                let claimed: Vec<Claimed> = sound
                    .par_iter()
                    .map(|(_, record)| Claimed::of(document, &record.record(document)?))
                    .collect::<Result<_, Fault>>()?;
                let one_each = !asked.anew && is_one_each(document);
                let registry = self.ledger.registry();
                let clashes = handle.block_on(registry.clashes(document, &claimed, one_each))?;
                // The same may have been accepted for another who asked at the same moment.
                if !clashes.is_empty() && known()? {
                    return Ok(Vec::new());
                }
                let place = |row: usize| sound.get(row).map_or(row, |(place, _)| *place);
                found.extend(clashes.into_iter().map(|(row, clash)| {
                    let number = |row| examined.number_of(place(row));
                    finding(document, place(row), clash, &number, examined.table().is_some())
                }));
                Ok(found)
            })?;
        Ok(Foreseen { examined, matter: own })
    }
}

/// Whether a holder has one certificate of a title at a time.
pub(super) fn is_one_each(document: &Document) -> bool {
    document.manifest.numbered.as_ref().is_some_and(|numbered| numbered.one_each)
}

/// What is said of a row (from 0) that clashes; `number` is what a reader counts rows by.
pub(super) fn finding(
    document: &Document,
    row: usize,
    clash: Clash,
    number: &dyn Fn(usize) -> usize,
    table: bool,
) -> RowFinding {
    let numbered = document.manifest.numbered.as_ref();
    let at = numbered.map_or("", |numbered| numbered.at.get_ref()).to_owned();
    // A holder that is a field is marked there, else the whole row is.
    let holder = numbered
        .map(|numbered| numbered.holder.get_ref())
        .filter(|holder| document.schema.shape.paths().contains(holder))
        .map(|holder| pointer_of(holder))
        .unwrap_or_default();
    match clash {
        Clash::Taken { number, holder } => {
            let found = Finding::problem("number.taken").with("found", number);
            (row, at, found.with("holder", holder))
        }
        Clash::Held { number, to, unfinished: None } => {
            let found = Finding::problem("holder.held").with("number", number);
            (row, holder, found.with("to", to.unwrap_or_default()))
        }
        Clash::Held { number, unfinished: Some(batch), .. } => {
            let found = Finding::problem("holder.waiting").with("number", number);
            (row, holder, found.with("batch", batch))
        }
        Clash::Twice { row: first } => {
            let found = Finding::problem("holder.twice").with("first", number(first));
            (row, holder, found.with("unit", if table { "行" } else { "份" }))
        }
    }
}

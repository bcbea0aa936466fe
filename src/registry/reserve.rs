//! Numbers are reserved when rows are accepted, in their order; nothing gives one back.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use rayon::prelude::*;
use serde_json::json;
use sqlx::{Sqlite, SqliteConnection, Transaction};

use super::Registry;
use super::clash::{Claimed, Clash};
use super::entering::{Entering, Place};
use super::history::{Event, Happened};
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::{KeptRecord, Record};
use crate::wording::numbering;

/// For whom numbers are reserved.
pub(crate) struct Reserved<'a> {
    pub(crate) document: &'a Document,
    pub(crate) batch: &'a str,
    pub(crate) verify_at: Option<&'a str>,
    pub(crate) who: &'a str,
    /// Whether a holder may have one certificate of a title in force, and no more.
    pub(crate) one_each: bool,
}

/// How many rows are written at once: memory does not grow with a batch.
pub(crate) const PORTION: usize = 500;

/// What a record asks for.
pub(super) enum Asked {
    /// The number that it brings along.
    Given(String),
    /// The next of this counter.
    Next(String),
    /// None, as its document has no counter.
    Nothing,
}

impl Asked {
    pub(super) fn of(document: &Document, record: &Record) -> Result<Self, Fault> {
        if let Some(given) = numbering::given_number(document, record) {
            return Ok(Self::Given(given.to_owned()));
        }
        Ok(numbering::counter(document, record)?.map_or(Self::Nothing, Self::Next))
    }

    fn given(&self) -> Option<&str> {
        match self {
            Self::Given(number) => Some(number),
            Self::Next(_) | Self::Nothing => None,
        }
    }
}

impl Registry {
    /// Gives each record its number, as part of a change: its own, if it has one that is unused, else the
    /// next of its counter. Told are the records with their numbers, or what they clash with.
    pub(crate) async fn reserve(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        records: &[&KeptRecord],
        of: &Reserved<'_>,
    ) -> Result<Result<Vec<(KeptRecord, String)>, Vec<(usize, Clash)>>, Fault> {
        let (asked, claimed): (Vec<Asked>, Vec<Claimed>) = records
            .par_iter()
            .map(|record| {
                let record = record.record(of.document)?;
                Ok((Asked::of(of.document, &record)?, Claimed::of(of.document, &record)?))
            })
            .collect::<Result<Vec<_>, Fault>>()?
            .into_iter()
            .unzip();
        let clashes = self.clashes_in(change, of.document, &claimed, of.one_each).await?;
        if !clashes.is_empty() {
            return Ok(Err(clashes));
        }
        drop(claimed);
        let Given { numbers, passed, counted } =
            self.give(change, records, &asked, of.document).await?;
        for (counter, last) in counted {
            self.counted(change, &counter, last).await?;
        }
        self.append(change, of.who, passed).await?;
        let mut done = Vec::with_capacity(records.len());
        let mut numbers = numbers.into_iter();
        for some in records.chunks(PORTION) {
            let first = done.len();
            let some: Vec<_> = some.iter().zip(numbers.by_ref()).collect();
            let made: Vec<Entering> = some
                .into_par_iter()
                .enumerate()
                .map(|(at, (record, number))| Entering::of(of, first + at, record, number))
                .collect::<Result<_, Fault>>()?;
            let (mut rows, mut events) = (Vec::new(), Vec::new());
            for Entering { record, number, row, event } in made {
                rows.push(row);
                events.push(event);
                done.push((record, number));
            }
            self.enter(change, rows).await?;
            self.append(change, of.who, events).await?;
        }
        Ok(Ok(done))
    }

    /// The number of each record, by what is kept now; nothing is entered.
    pub(super) async fn give(
        &self,
        reading: &mut SqliteConnection,
        records: &[&KeptRecord],
        asked: &[Asked],
        document: &Document,
    ) -> Result<Given, Fault> {
        let given: Vec<Option<&str>> = asked.iter().map(Asked::given).collect();
        let mut waiting: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (row, asked) in asked.iter().enumerate() {
            if let Asked::Next(counter) = asked {
                waiting.entry(counter).or_default().push(row);
            }
        }
        // What is given in this batch is used for the counters of this batch as well.
        let own: HashSet<&str> = given.iter().flatten().copied().collect();
        let mut numbers: Vec<Option<(String, Option<Place>)>> =
            given.iter().map(|given| given.map(|number| (number.to_owned(), None))).collect();
        let (mut passed, mut counted) = (Vec::new(), Vec::new());
        for (name, rows) in waiting {
            let counter: Arc<str> = format!("{}/{name}", document.id.dashed()).into();
            let found = self.count(reading, &counter, &rows, records, &own, document).await?;
            for (row, number, serial) in found.numbers {
                numbers[row] = Some((number, Some((Arc::clone(&counter), serial))));
            }
            for (number, serial) in found.passed {
                passed.push(Event {
                    what: Happened::Passed,
                    number,
                    why: "这个编号已由用户给出".to_owned(),
                    facts: json!({ "counter": &*counter, "serial": serial }),
                });
            }
            counted.push((counter, found.last));
        }
        Ok(Given { numbers, passed, counted })
    }

    /// The next numbers of a counter for these rows; what is used already is passed over.
    async fn count(
        &self,
        reading: &mut SqliteConnection,
        counter: &str,
        rows: &[usize],
        records: &[&KeptRecord],
        own: &HashSet<&str>,
        document: &Document,
    ) -> Result<Counted, Fault> {
        let last: Option<(i64,)> = sqlx::query_as("SELECT last FROM counter WHERE name = ?")
            .bind(counter)
            .fetch_optional(&mut *reading)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let mut last = last.map_or(0, |(last,)| u64::try_from(last).unwrap_or(0));
        let (mut numbers, mut passed) = (Vec::new(), Vec::new());
        let mut waiting: Vec<usize> = rows.to_vec();
        while !waiting.is_empty() {
            let tried: Vec<(usize, String, u64)> = waiting
                .par_iter()
                .enumerate()
                .map(|(at, &row)| {
                    let serial = last + 1 + at as u64;
                    let record = records[row].record(document)?;
                    Ok((row, numbering::number(document, &record, serial)?, serial))
                })
                .collect::<Result<_, Fault>>()?;
            last += waiting.len() as u64;
            let asked: Vec<Option<&str>> =
                tried.iter().map(|(_, number, _)| Some(number.as_str())).collect();
            let used = self.taken(reading, &asked).await?;
            let used: HashSet<usize> = used.into_iter().map(|(row, _)| row).collect();
            // Serials that are free go to the rows in their order; what is left waits for the next ones.
            let mut free = Vec::new();
            for (at, (row, number, serial)) in tried.into_iter().enumerate() {
                if used.contains(&at) || own.contains(number.as_str()) {
                    passed.push((number, serial));
                } else {
                    free.push((row, number, serial));
                }
            }
            let short = waiting.split_off(free.len());
            for (row, (tried_for, number, serial)) in waiting.into_iter().zip(free) {
                // Another record of the counter may write its number differently.
                let number = if row == tried_for {
                    number
                } else {
                    numbering::number(document, &records[row].record(document)?, serial)?
                };
                numbers.push((row, number, serial));
            }
            waiting = short;
        }
        Ok(Counted { numbers, passed, last })
    }

    /// Writes how far a counter is.
    pub(super) async fn counted(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        counter: &str,
        last: u64,
    ) -> Result<(), Fault> {
        let sql = "INSERT INTO counter (name, last) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET last = excluded.last";
        sqlx::query(sql)
            .bind(counter)
            .bind(i64::try_from(last).unwrap_or(i64::MAX))
            .execute(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(())
    }
}

/// The numbers of records, those that were passed over, and how far each counter is then.
pub(super) struct Given {
    pub(super) numbers: Vec<Option<(String, Option<Place>)>>,
    passed: Vec<Event>,
    counted: Vec<(Arc<str>, u64)>,
}

/// What a counter gives: rows with number and serial, what is passed over, and its last serial then.
struct Counted {
    numbers: Vec<(usize, String, u64)>,
    passed: Vec<(String, u64)>,
    last: u64,
}

//! Numbers are reserved when rows are accepted, in their order; nothing gives one back.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;
use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::history::{Event, Happened};
use super::{Registry, code};
use crate::catalog::Document;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::intake::{self, Record};
use crate::wording::numbering;

/// A number that a user gave, and that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// The row, from 0.
    pub row: usize,
    /// Who has it.
    pub holder: String,
}

/// For whom numbers are reserved.
pub(crate) struct Reserved<'a> {
    pub(crate) document: &'a Document,
    pub(crate) batch: &'a str,
    pub(crate) verify_at: Option<&'a str>,
    pub(crate) who: &'a str,
}

/// A row's place on a counter.
struct Place {
    counter: String,
    serial: u64,
}

impl Registry {
    /// Gives each record its number, as part of a change: its own, if it has one that is unused, else the
    /// next of its counter. Told are the records with their numbers, or which are taken.
    pub(crate) async fn reserve(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        records: Vec<Record>,
        of: &Reserved<'_>,
    ) -> Result<Result<Vec<Record>, Vec<Taken>>, Fault> {
        let document = of.document;
        let given: Vec<Option<String>> = records
            .iter()
            .map(|record| numbering::given_number(document, record).map(str::to_owned))
            .collect();
        let taken = self.taken(change, given.iter().enumerate()).await?;
        if !taken.is_empty() {
            return Ok(Err(taken));
        }
        let counters: Vec<Option<String>> = records
            .par_iter()
            .zip(&given)
            .map(|(record, given)| match given {
                Some(_) => Ok(None),
                None => numbering::counter(document, record),
            })
            .collect::<Result<_, Fault>>()?;
        let mut waiting: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (row, counter) in counters.iter().enumerate() {
            if let Some(counter) = counter {
                waiting.entry(counter).or_default().push(row);
            }
        }
        // What is given in this batch is used for the counters of this batch as well.
        let own: HashSet<&str> = given.iter().flatten().map(String::as_str).collect();
        let mut numbers: Vec<Option<(String, Option<Place>)>> =
            given.iter().map(|given| given.clone().map(|number| (number, None))).collect();
        let mut events = Vec::new();
        for (name, rows) in waiting {
            let full = format!("{}/{name}", document.id.dashed());
            let found = self.count(change, &full, &rows, &records, &own, document).await?;
            for (row, number, serial) in found.numbers {
                numbers[row] = Some((number, Some(Place { counter: full.clone(), serial })));
            }
            for (number, serial) in found.passed {
                events.push(Event {
                    what: Happened::Passed,
                    number,
                    why: "这个编号已由用户给出".to_owned(),
                    facts: json!({ "counter": full, "serial": serial }),
                });
            }
        }
        let numbered: Vec<(Record, String, Option<Place>)> = records
            .into_par_iter()
            .zip(numbers)
            .map(|(record, number)| {
                let (number, place) = number
                    .ok_or_else(|| Fault::new(format!("文书 {} 没有编号的规则", document.id)))?;
                let record = match place {
                    Some(_) => intake::numbered(document, &record, &number)?,
                    None => record,
                };
                Ok((record, number, place))
            })
            .collect::<Result<_, Fault>>()?;
        let mut rows = Vec::with_capacity(numbered.len());
        for (at, (record, number, place)) in numbered.iter().enumerate() {
            let code = code::new()?;
            let kept = numbering::registered(document, record)?;
            let facts = json!({
                "document": document.id.to_string(),
                "counter": place.as_ref().map(|place| &place.counter),
                "serial": place.as_ref().map(|place| place.serial),
                // The code itself is for whoever holds the certificate.
                "code": Digest::of(code.as_bytes()),
                "verify_at": of.verify_at,
                "holder": kept.holder,
                "credit_code": kept.credit_code,
                "title": kept.title,
                "issuer": kept.issuer,
                "term_from": kept.from,
                "term_to": kept.to,
                "issued_on": kept.issued_on,
                "digest": record.digest(),
                "batch": of.batch,
                "row": at + 1,
            });
            let mut row = facts.clone();
            row["number"] = number.as_str().into();
            row["code"] = code.into();
            row["record"] = record.canonical().into();
            rows.push(row);
            let (what, number) = (Happened::Reserved, number.clone());
            events.push(Event { what, number, why: String::new(), facts });
        }
        let sql = "INSERT INTO certificate (number, document, counter, serial, code, verify_at, holder,
                credit_code, title, issuer, term_from, term_to, issued_on, record, digest, batch, row, state)
            SELECT value->>'number', value->>'document', value->>'counter', value->>'serial', value->>'code',
                value->>'verify_at', value->>'holder', value->>'credit_code', value->>'title', value->>'issuer',
                value->>'term_from', value->>'term_to', value->>'issued_on', value->>'record',
                value->>'digest', value->>'batch', value->>'row', 'reserved'
            FROM json_each(?)";
        sqlx::query(sql)
            .bind(Value::from(rows).to_string())
            .execute(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        self.append(change, of.who, events).await?;
        Ok(Ok(numbered.into_iter().map(|(record, ..)| record).collect()))
    }

    /// Which of these numbers are used.
    async fn taken(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        numbers: impl Iterator<Item = (usize, &Option<String>)>,
    ) -> Result<Vec<Taken>, Fault> {
        let asked: Vec<Value> =
            numbers.filter_map(|(row, number)| Some(json!([row, number.as_ref()?]))).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT asked.value->>0, certificate.holder FROM json_each(?) AS asked
            JOIN certificate ON certificate.number = asked.value->>1 ORDER BY 1";
        let found: Vec<(i64, String)> = sqlx::query_as(sql)
            .bind(Value::from(asked).to_string())
            .fetch_all(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let taken = |(row, holder)| Taken { row: usize::try_from(row).unwrap_or(0), holder };
        Ok(found.into_iter().map(taken).collect())
    }

    /// The next numbers of a counter for these rows; what is used already is passed over.
    async fn count(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        counter: &str,
        rows: &[usize],
        records: &[Record],
        own: &HashSet<&str>,
        document: &Document,
    ) -> Result<Counted, Fault> {
        let last: Option<(i64,)> = sqlx::query_as("SELECT last FROM counter WHERE name = ?")
            .bind(counter)
            .fetch_optional(&mut **change)
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
                    numbering::number(document, &records[row], serial)
                        .map(|number| (row, number, serial))
                })
                .collect::<Result<_, Fault>>()?;
            last += waiting.len() as u64;
            let asked: Vec<Option<String>> =
                tried.iter().map(|(_, number, _)| Some(number.clone())).collect();
            let used = self.taken(change, asked.iter().enumerate()).await?;
            let used: HashSet<usize> = used.into_iter().map(|taken| taken.row).collect();
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
                    numbering::number(document, &records[row], serial)?
                };
                numbers.push((row, number, serial));
            }
            waiting = short;
        }
        let sql = "INSERT INTO counter (name, last) VALUES (?, ?)
            ON CONFLICT (name) DO UPDATE SET last = excluded.last";
        sqlx::query(sql)
            .bind(counter)
            .bind(i64::try_from(last).unwrap_or(i64::MAX))
            .execute(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(Counted { numbers, passed })
    }
}

/// What a counter gave: rows with number and serial, and what was passed over.
struct Counted {
    numbers: Vec<(usize, String, u64)>,
    passed: Vec<(String, u64)>,
}

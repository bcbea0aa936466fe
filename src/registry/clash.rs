//! What rows that ask for certificates would clash with: numbers that are used, and certificates in force.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::SqliteConnection;

use super::Registry;
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::Record;
use crate::wording::numbering::{self, Registered};

/// What a row clashes with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Clash {
    /// The number that it brings along is used.
    Taken {
        /// The number.
        number: String,
        /// Who has it.
        holder: String,
    },
    /// Its holder has a certificate of the title that is in force when the new one begins.
    Held {
        /// The number of that certificate.
        number: String,
        /// Its last day, if it has one.
        to: Option<String>,
    },
    /// Another row of the same input is for the same holder and title.
    Twice {
        /// The earlier row, from 0.
        row: usize,
    },
}

/// What is asked of the registry for one row.
#[derive(Debug, Clone)]
pub struct Claimed {
    given: Option<String>,
    kept: Registered,
}

impl Claimed {
    /// What a record of a numbered document asks for.
    ///
    /// # Errors
    /// A fault if the manifest's expressions cannot be evaluated.
    pub fn of(document: &Document, record: &Record) -> Result<Self, Fault> {
        let given = numbering::given_number(document, record).map(str::to_owned);
        Ok(Self { given, kept: numbering::registered(document, record)? })
    }

    /// The day from which it is to be in force.
    fn begins(&self) -> String {
        self.kept.from.unwrap_or(self.kept.issued_on).to_string()
    }
}

/// Two codes that are both known, and differ, are two holders of one name.
fn may_be_one(one: Option<&str>, other: Option<&str>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one == other)
}

impl Registry {
    /// What these rows clash with, by row; that a holder has a certificate already only if `one_each`.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn clashes(
        &self,
        document: &Document,
        rows: &[Claimed],
        one_each: bool,
    ) -> Result<Vec<(usize, Clash)>, Fault> {
        let mut reading =
            self.store.pool().acquire().await.map_err(|error| self.store.fault(&error))?;
        self.clashes_in(&mut reading, document, rows, one_each).await
    }

    /// The same as part of a change.
    pub(super) async fn clashes_in(
        &self,
        reading: &mut SqliteConnection,
        document: &Document,
        rows: &[Claimed],
        one_each: bool,
    ) -> Result<Vec<(usize, Clash)>, Fault> {
        let given: Vec<Option<&str>> = rows.iter().map(|row| row.given.as_deref()).collect();
        let taken = self.taken(reading, &given).await?;
        let taken = taken.into_iter().filter_map(|(row, holder)| {
            let number = rows.get(row)?.given.clone()?;
            Some((row, Clash::Taken { number, holder }))
        });
        let mut found: Vec<(usize, Clash)> = taken.collect();
        if one_each {
            found.extend(twice(rows));
            for (at, some) in rows.chunks(super::PORTION).enumerate() {
                found.extend(self.held(reading, document, at * super::PORTION, some).await?);
            }
        }
        found.sort_by_key(|(row, _)| *row);
        // One thing is said of a row; that its number is used says most.
        found.dedup_by_key(|(row, _)| *row);
        Ok(found)
    }

    /// Which of these numbers are used, and by whom.
    pub(super) async fn taken(
        &self,
        reading: &mut SqliteConnection,
        numbers: &[Option<&str>],
    ) -> Result<Vec<(usize, String)>, Fault> {
        let numbers = numbers.iter().enumerate();
        let asked: Vec<Value> =
            numbers.filter_map(|(row, number)| Some(json!([row, (*number)?]))).collect();
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let sql = "SELECT asked.value->>0, certificate.holder FROM json_each(?) AS asked
            JOIN certificate ON certificate.number = asked.value->>1 ORDER BY 1";
        let found: Vec<(i64, String)> = sqlx::query_as(sql)
            .bind(Value::from(asked).to_string())
            .fetch_all(reading)
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(found
            .into_iter()
            .filter_map(|(row, holder)| Some((row.try_into().ok()?, holder)))
            .collect())
    }

    /// Which holders have a certificate of the title that is still in force when the new one begins.
    async fn held(
        &self,
        reading: &mut SqliteConnection,
        document: &Document,
        first: usize,
        rows: &[Claimed],
    ) -> Result<Vec<(usize, Clash)>, Fault> {
        let asked = rows.iter().enumerate().map(|(at, row)| {
            let kept = &row.kept;
            json!([first + at, kept.holder, kept.title, kept.credit_code, row.begins()])
        });
        let sql = "SELECT asked.value->>0, number, term_to FROM json_each(?) AS asked
            JOIN certificate ON holder = asked.value->>1 AND title = asked.value->>2
            WHERE document = ? AND state IN ('reserved', 'issued', 'reprinted')
                AND (credit_code IS NULL OR asked.value->>3 IS NULL OR credit_code = asked.value->>3)
                AND (term_to IS NULL OR term_to >= asked.value->>4)
            ORDER BY 1, certificate.rowid DESC";
        let found: Vec<(i64, String, Option<String>)> = sqlx::query_as(sql)
            .bind(Value::from(asked.collect::<Vec<_>>()).to_string())
            .bind(document.id.to_string())
            .fetch_all(reading)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let held = |(row, number, to): (i64, String, Option<String>)| {
            Some((usize::try_from(row).ok()?, Clash::Held { number, to }))
        };
        Ok(found.into_iter().filter_map(held).collect())
    }
}

/// Rows that are for the same holder and title as an earlier one.
fn twice(rows: &[Claimed]) -> Vec<(usize, Clash)> {
    let mut first: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let earlier = first.entry((&row.kept.holder, &row.kept.title)).or_default();
        let code = row.kept.credit_code.as_deref();
        let same = |other: &&usize| may_be_one(rows[**other].kept.credit_code.as_deref(), code);
        match earlier.iter().find(same) {
            Some(&row) => found.push((at, Clash::Twice { row })),
            None => earlier.push(at),
        }
    }
    found
}

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
        /// The batch in which it waits to be printed, if it was not issued yet.
        unfinished: Option<String>,
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
        found.extend(given_twice(rows));
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
        // One holder by the code, whatever the name; by the name where there is no code to tell.
        let good = "document = ?2 AND title = asked.value->>2 AND state IN ('reserved', 'issued', 'reprinted')
                AND (term_to IS NULL OR term_to >= asked.value->>4)";
        let sql = format!(
            "SELECT asked.value->>0 AS row, number, term_to, state, batch, certificate.rowid AS at
                FROM json_each(?1) AS asked
                JOIN certificate ON credit_code = asked.value->>3 WHERE {good}
            UNION SELECT asked.value->>0, number, term_to, state, batch, certificate.rowid
                FROM json_each(?1) AS asked JOIN certificate ON holder = asked.value->>1
                WHERE (credit_code IS NULL OR asked.value->>3 IS NULL) AND {good}
            ORDER BY row, at DESC"
        );
        let found: Vec<(i64, String, Option<String>, String, String)> =
            sqlx::query_as(sqlx::AssertSqlSafe(sql))
                .bind(Value::from(asked.collect::<Vec<_>>()).to_string())
                .bind(document.id.to_string())
                .fetch_all(reading)
                .await
                .map_err(|error| self.store.fault(&error))?;
        let held =
            |(row, number, to, state, batch): (i64, String, Option<String>, String, String)| {
                let unfinished = (state == "reserved").then_some(batch);
                Some((usize::try_from(row).ok()?, Clash::Held { number, to, unfinished }))
            };
        Ok(found.into_iter().filter_map(held).collect())
    }
}

/// Rows that bring along the number of an earlier one.
fn given_twice(rows: &[Claimed]) -> Vec<(usize, Clash)> {
    let mut first: HashMap<&str, usize> = HashMap::new();
    let mut found = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(number) = row.given.as_deref() else { continue };
        match first.get(number) {
            Some(&earlier) => {
                let holder = rows[earlier].kept.holder.clone();
                found.push((at, Clash::Taken { number: number.to_owned(), holder }));
            }
            None => {
                first.insert(number, at);
            }
        }
    }
    found
}

/// Rows that are for the same holder and title as an earlier one: the same code, or the same name where
/// one of them has no code.
fn twice(rows: &[Claimed]) -> Vec<(usize, Clash)> {
    let mut by_code: HashMap<(&str, &str), usize> = HashMap::new();
    let mut by_name: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Registered { holder, title, credit_code, .. } = &row.kept;
        let same_code =
            credit_code.as_deref().and_then(|code| by_code.get(&(code, title)).copied());
        let named = by_name.entry((holder, title)).or_default();
        let uncertain =
            |other: &&usize| credit_code.is_none() || rows[**other].kept.credit_code.is_none();
        match same_code.or_else(|| named.iter().find(uncertain).copied()) {
            Some(row) => found.push((at, Clash::Twice { row })),
            None => {
                named.push(at);
                if let Some(code) = credit_code.as_deref() {
                    by_code.insert((code, title), at);
                }
            }
        }
    }
    found
}

//! The registry looked up: by number, by code, by what a clerk remembers.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::Value;
use sqlx::{QueryBuilder, Sqlite};

use super::{Certificate, Expected, Registry, State, code};
use crate::fault::Fault;

/// What is looked for; what is not given is not asked.
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// A part of number, holder, credit code or title.
    pub text: Option<String>,
    /// The state on the day of asking.
    pub state: Option<State>,
    /// The document (`programme/document`).
    pub document: Option<String>,
    /// The batch.
    pub batch: Option<String>,
    /// The year of the date that it bears.
    pub year: Option<i32>,
}

impl Registry {
    /// The certificate of this number.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn find(&self, number: &str) -> Result<Option<Certificate>, Fault> {
        sqlx::query_as("SELECT * FROM certificate WHERE number = ?")
            .bind(number)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }

    /// The certificate with this code, as it is typed or scanned. What can be no code takes as long.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn find_by_code(&self, typed: &str) -> Result<Option<Certificate>, Fault> {
        let code = code::typed(typed).unwrap_or_default();
        sqlx::query_as("SELECT * FROM certificate WHERE code = ?")
            .bind(code)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }

    /// How many certificates a search finds, and those from `skip` on, in the order in which their
    /// numbers were reserved.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn search(
        &self,
        search: &Search,
        day: NaiveDate,
        skip: u32,
        most: u32,
    ) -> Result<(u64, Vec<Certificate>), Fault> {
        let mut counting = asked("SELECT count(*) FROM certificate WHERE true", search, day);
        let found: (i64,) = counting
            .build_query_as()
            .fetch_one(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let mut listing = asked("SELECT * FROM certificate WHERE true", search, day);
        listing.push(" ORDER BY rowid LIMIT ").push_bind(most).push(" OFFSET ").push_bind(skip);
        let listed = listing
            .build_query_as()
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok((u64::try_from(found.0).unwrap_or(0), listed))
    }
}

impl Registry {
    /// For whom certificates are, by their numbers.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn holders(&self, numbers: &[&str]) -> Result<HashMap<String, String>, Fault> {
        let sql = "SELECT number, holder FROM certificate
            WHERE number IN (SELECT value FROM json_each(?))";
        let found: Vec<(String, String)> = sqlx::query_as(sql)
            .bind(Value::from(numbers.to_vec()).to_string())
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(found.into_iter().collect())
    }

    /// Which numbers a batch was given, by counter, in the order of its rows; `ends` are those of its first
    /// and last row, and `rows` is how many there are. What users gave themselves is no range and not told.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn numbers_of(
        &self,
        batch: &str,
        ends: (&str, &str),
        rows: i64,
    ) -> Result<Vec<Expected>, Fault> {
        // Most batches are one run of one counter, which its two ends tell.
        let sql = "SELECT count(*) FROM certificate AS first JOIN certificate AS last
            ON last.counter = first.counter AND last.serial - first.serial + 1 = ?
            WHERE first.number = ? AND last.number = ?";
        let (one,): (i64,) = sqlx::query_as(sql)
            .bind(rows)
            .bind(ends.0)
            .bind(ends.1)
            .fetch_one(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        if one > 0 {
            let (first, last) = (ends.0.to_owned(), ends.1.to_owned());
            return Ok(vec![Expected { first, last, count: usize::try_from(rows).unwrap_or(0) }]);
        }
        let sql = "SELECT first.number, last.number, own.many FROM
            (SELECT counter, min(serial) AS low, max(serial) AS high, count(*) AS many,
                min(row) AS begins FROM certificate
                WHERE batch = ? AND counter IS NOT NULL GROUP BY counter) AS own
            JOIN certificate AS first ON first.counter = own.counter AND first.serial = own.low
            JOIN certificate AS last ON last.counter = own.counter AND last.serial = own.high
            ORDER BY own.begins";
        let found: Vec<(String, String, i64)> = sqlx::query_as(sql)
            .bind(batch)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let told = found.into_iter().map(|(first, last, many)| {
            let count = usize::try_from(many).unwrap_or(0);
            Expected { first, last, count }
        });
        Ok(told.collect())
    }
}

fn asked(begin: &str, search: &Search, day: NaiveDate) -> QueryBuilder<Sqlite> {
    let mut query = QueryBuilder::new(begin);
    if let Some(text) = search.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        // instr knows no wildcards, so nothing needs to be escaped.
        for (at, column) in ["number", "holder", "credit_code", "title"].iter().enumerate() {
            query.push(if at == 0 { " AND (instr(" } else { " OR instr(" });
            query.push(*column).push(", ").push_bind(text.to_owned()).push(") > 0");
        }
        query.push(")");
    }
    let day = day.to_string();
    match search.state {
        None => {}
        Some(State::Expired) => {
            query.push(" AND state IN ('issued', 'reprinted') AND term_to < ").push_bind(day);
        }
        Some(state) => {
            // One that was printed again is as good as before.
            match state {
                State::Issued => query.push(" AND state IN ('issued', 'reprinted')"),
                state => query.push(" AND state = ").push_bind(state.word()),
            };
            if matches!(state, State::Issued | State::Reprinted) {
                query.push(" AND (term_to IS NULL OR term_to >= ").push_bind(day).push(")");
            }
        }
    }
    for (column, text) in [("document", &search.document), ("batch", &search.batch)] {
        if let Some(text) = text {
            query.push(format!(" AND {column} = ")).push_bind(text.clone());
        }
    }
    if let Some(year) = search.year {
        query.push(" AND substr(issued_on, 1, 4) = ").push_bind(format!("{year:04}"));
    }
    query
}

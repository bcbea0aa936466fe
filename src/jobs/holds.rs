//! What a data directory holds, for whoever copies it or gets it back.

use serde::{Deserialize, Serialize};

use super::Ledger;
use crate::fault::Fault;

/// How much there is, and how far it goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holds {
    /// Numbers in the registry.
    pub certificates: i64,
    /// Batches.
    pub batches: i64,
    /// Prints that wait or are being worked at.
    pub unfinished: i64,
    /// Keys, also those that open nothing any more.
    pub keys: i64,
    /// Lines of the journal.
    pub journal: i64,
    /// Entries of the registry's history.
    pub entries: i64,
    /// The signature of the last entry; empty if there is none.
    pub head: String,
    /// When the last entry was made, in seconds since 1970 (UTC).
    pub last_at: Option<i64>,
    /// The last number of every counter.
    pub last_numbers: Vec<LastNumber>,
}

/// How far a counter has counted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastNumber {
    /// The counter, as the registry keeps it.
    pub counter: String,
    /// Its last serial.
    pub serial: i64,
    /// The number that has it.
    pub number: String,
}

impl Ledger {
    /// What there is now, at one moment.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn holds(&self) -> Result<Holds, Fault> {
        type Row = (i64, i64, i64, i64, i64, i64, Option<String>, Option<i64>);
        let sql = "SELECT (SELECT count(*) FROM certificate), (SELECT count(*) FROM batch),
                (SELECT count(*) FROM print WHERE state = 'waiting'), (SELECT count(*) FROM access_key),
                (SELECT count(*) FROM journal), (SELECT count(*) FROM history),
                (SELECT hash FROM history ORDER BY entry DESC LIMIT 1),
                (SELECT at FROM history ORDER BY entry DESC LIMIT 1)";
        // A number that a counter has passed over stands in the history only.
        let numbers = "SELECT name, last, coalesce(
                (SELECT number FROM certificate WHERE certificate.counter = name AND serial = last),
                (SELECT number FROM history WHERE what = 'passed' AND facts->>'counter' = name
                    AND facts->>'serial' = last),
                '第' || last || '号')
            FROM counter ORDER BY name";
        let read = async {
            let mut look = self.store.pool().begin().await?;
            let row: Row = sqlx::query_as(sql).fetch_one(&mut *look).await?;
            let numbers: Vec<(String, i64, String)> =
                sqlx::query_as(numbers).fetch_all(&mut *look).await?;
            Ok((row, numbers))
        };
        let (row, numbers) = read.await.map_err(|error| self.store.fault(&error))?;
        let (certificates, batches, unfinished, keys, journal, entries, head, last_at) = row;
        let last = |(counter, serial, number)| LastNumber { counter, serial, number };
        let last_numbers = numbers.into_iter().map(last).collect();
        let head = head.unwrap_or_default();
        Ok(Holds {
            certificates,
            batches,
            unfinished,
            keys,
            journal,
            entries,
            head,
            last_at,
            last_numbers,
        })
    }
}

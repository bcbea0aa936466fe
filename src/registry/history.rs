//! The history (变更记录): append-only, each entry signed with the one before it.

use std::collections::HashMap;

use serde::Serialize;
use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::Registry;
use crate::digest::Hashing;
use crate::fault::Fault;
use crate::store::now;

/// What happened to a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Happened {
    /// It was given to a row that was accepted.
    Reserved,
    /// A counter has passed it over, as it was given by hand before.
    Passed,
    /// Its certificate was printed for the first time.
    Issued,
    /// Its certificate was printed again.
    Reprinted,
    /// Another certificate stands for it.
    Replaced,
    /// The title was taken back.
    Revoked,
    /// No certificate will bear it.
    Voided,
}

/// An entry of the history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its number, from 1 without a gap.
    pub entry: i64,
    /// Seconds since 1970 (UTC), as the clock said.
    pub at: i64,
    /// Who did it.
    pub who: String,
    /// What happened.
    pub what: String,
    /// To which number.
    pub number: String,
    /// Why.
    pub why: String,
    /// With what, as JSON.
    pub facts: String,
    /// The signature of all entries up to this one (SHA-256).
    pub hash: String,
}

/// Something that happened, to be written down.
pub(super) struct Event {
    pub(super) what: Happened,
    pub(super) number: String,
    pub(super) why: String,
    pub(super) facts: Value,
}

pub(super) type EntryRow = (i64, i64, String, String, String, String, String, String);

pub(super) const COLUMNS: &str = "entry, at, who, what, number, why, facts, hash";

/// What an empty history is signed as.
pub(super) const BEGINNING: &str = "";

impl Happened {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Reserved,
        Self::Passed,
        Self::Issued,
        Self::Reprinted,
        Self::Replaced,
        Self::Revoked,
        Self::Voided,
    ];

    /// Its word in the history.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Passed => "passed",
            Self::Issued => "issued",
            Self::Reprinted => "reprinted",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::Voided => "voided",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Reserved => "编号",
            Self::Passed => "跳过",
            Self::Issued => "颁发",
            Self::Reprinted => "补印",
            Self::Replaced => "换发",
            Self::Revoked => "撤销",
            Self::Voided => "作废",
        }
    }
}

impl Entry {
    pub(super) fn of((entry, at, who, what, number, why, facts, hash): EntryRow) -> Self {
        Self { entry, at, who, what, number, why, facts, hash }
    }

    /// What happened, as people call it.
    #[must_use]
    pub fn title(&self) -> &str {
        let known = Happened::ALL.into_iter().find(|happened| happened.word() == self.what);
        known.map_or(&self.what, |happened| happened.title())
    }

    /// The signature that it should have after this one.
    pub(super) fn signed(&self, before: &str) -> String {
        let mut hashing = Hashing::new("history");
        hashing.add("before", before.as_bytes());
        hashing.add("entry", self.entry.to_string().as_bytes());
        hashing.add("at", self.at.to_string().as_bytes());
        for (name, text) in [
            ("who", &self.who),
            ("what", &self.what),
            ("number", &self.number),
            ("why", &self.why),
            ("facts", &self.facts),
        ] {
            hashing.add(name, text.as_bytes());
        }
        hashing.finish().as_str().to_owned()
    }
}

impl Registry {
    /// Writes down what happened, as part of a change.
    pub(super) async fn append(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        who: &str,
        events: Vec<Event>,
    ) -> Result<(), Fault> {
        let last = "SELECT entry, hash FROM history ORDER BY entry DESC LIMIT 1";
        let last: Option<(i64, String)> = sqlx::query_as(last)
            .fetch_optional(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let (mut number, mut before) = last.unwrap_or((0, BEGINNING.to_owned()));
        let at = now();
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            number += 1;
            let mut entry = Entry {
                entry: number,
                at,
                who: who.to_owned(),
                what: event.what.word().to_owned(),
                number: event.number,
                why: event.why,
                facts: event.facts.to_string(),
                hash: String::new(),
            };
            entry.hash = entry.signed(&before);
            before.clone_from(&entry.hash);
            rows.push(json!([
                entry.entry,
                entry.at,
                entry.who,
                entry.what,
                entry.number,
                entry.why,
                entry.facts,
                entry.hash
            ]));
        }
        // One statement for all: ten thousand take some hundredths of a second.
        let sql = "INSERT INTO history (entry, at, who, what, number, why, facts, hash)
            SELECT value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7
            FROM json_each(?)";
        sqlx::query(sql)
            .bind(Value::from(rows).to_string())
            .execute(&mut **change)
            .await
            .map(drop)
            .map_err(|error| self.store.fault(&error))
    }

    /// What happened to a number, the oldest first.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn history_of(&self, number: &str) -> Result<Vec<Entry>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM history WHERE number = ? ORDER BY entry");
        let rows: Vec<EntryRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(number)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(rows.into_iter().map(Entry::of).collect())
    }

    /// Why numbers are not in force any more: the last reason that was given for each.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn reasons(&self) -> Result<HashMap<String, String>, Fault> {
        let sql = "SELECT number, why FROM history WHERE what IN ('revoked', 'replaced', 'voided') \
                   AND why <> '' ORDER BY entry";
        let rows: Vec<(String, String)> = sqlx::query_as(sql)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(rows.into_iter().collect())
    }
}

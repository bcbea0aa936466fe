//! Which numbers were given: every serial of every counter, and why one bears no certificate.

use std::collections::BTreeMap;

use serde::Serialize;

use super::Registry;
use crate::fault::Fault;

/// The numbers of one counter, from the first to the last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Range {
    /// The document (`programme/document`); empty if no number of the counter was ever kept.
    pub document: String,
    /// The counter, as the programme names it.
    pub counter: String,
    /// The first number.
    pub first: String,
    /// The last number.
    pub last: String,
    /// How many serials the counter has given.
    pub count: u64,
    /// Its serials in their order: each run holds all that follow each other and are alike.
    pub runs: Vec<Run>,
}

/// Serials that follow each other and of which the same is told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Run {
    /// What became of them.
    pub fate: Fate,
    /// The first number.
    pub first: String,
    /// The last number.
    pub last: String,
    /// How many they are.
    pub count: u64,
    /// The batch that they were given to.
    pub batch: Option<String>,
    /// Why no certificate bears them.
    pub why: Option<String>,
}

/// What became of a serial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// A certificate was printed with it, whatever became of that.
    Given,
    /// Its certificate is not printed yet.
    Reserved,
    /// No certificate will bear it.
    Void,
    /// A user had given the number before, so the counter went on.
    Passed,
    /// Nothing is known of it, which an audit tells too.
    Missing,
}

/// What is known of one serial.
struct Known {
    number: String,
    fate: Fate,
    batch: Option<String>,
    why: Option<String>,
}

/// Counter, serial, number, document, state, batch, and why it is void.
type CertificateRow = (String, i64, String, String, String, Option<String>, Option<String>);

impl Fate {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Given, Self::Reserved, Self::Void, Self::Passed, Self::Missing];

    /// Its word, for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Reserved => "reserved",
            Self::Void => "void",
            Self::Passed => "passed",
            Self::Missing => "missing",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Given => "已颁发",
            Self::Reserved => "已编号未颁发",
            Self::Void => "作废",
            Self::Passed => "跳过",
            Self::Missing => "没有去向",
        }
    }
}

impl Registry {
    /// Which numbers every counter has given, and what became of each.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn ranges(&self) -> Result<Vec<Range>, Fault> {
        // One look at one moment: what is reserved meanwhile is not half seen.
        let begun = self.store.pool().begin().await;
        let mut look = begun.map_err(|error| self.store.fault(&error))?;
        let counters: Vec<(String, i64)> =
            sqlx::query_as("SELECT name, last FROM counter ORDER BY name")
                .fetch_all(&mut *look)
                .await
                .map_err(|error| self.store.fault(&error))?;
        let sql = "SELECT counter, serial, certificate.number, document, state, batch,
                (SELECT why FROM history WHERE history.number = certificate.number
                    AND what = 'voided' ORDER BY entry DESC LIMIT 1)
            FROM certificate WHERE counter IS NOT NULL ORDER BY counter, serial";
        let certificates: Vec<CertificateRow> = sqlx::query_as(sql)
            .fetch_all(&mut *look)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let sql = "SELECT facts->>'counter', facts->>'serial', number, why FROM history
            WHERE what = 'passed' ORDER BY entry";
        let passed: Vec<(String, i64, String, String)> = sqlx::query_as(sql)
            .fetch_all(&mut *look)
            .await
            .map_err(|error| self.store.fault(&error))?;
        drop(look);
        // Every number that was ever given takes its time, and others are waiting for this thread.
        let told = tokio::task::spawn_blocking(move || ranges_of(counters, certificates, passed));
        told.await.map_err(|error| Fault::new(format!("编号的起止算不出来：{error}")))
    }
}

/// What is kept of all numbers, counter by counter.
fn ranges_of(
    counters: Vec<(String, i64)>,
    certificates: Vec<CertificateRow>,
    passed: Vec<(String, i64, String, String)>,
) -> Vec<Range> {
    let mut documents: BTreeMap<String, String> = BTreeMap::new();
    let mut serials: BTreeMap<String, BTreeMap<i64, Known>> = BTreeMap::new();
    for (counter, serial, number, document, state, batch, why) in certificates {
        let fate = match state.as_str() {
            "reserved" => Fate::Reserved,
            "void" => Fate::Void,
            _ => Fate::Given,
        };
        let why = why.filter(|why| fate == Fate::Void && !why.is_empty());
        let known = Known { number, fate, batch, why };
        documents.entry(counter.clone()).or_insert(document);
        serials.entry(counter).or_default().insert(serial, known);
    }
    for (counter, serial, number, why) in passed {
        let known = Known { number, fate: Fate::Passed, batch: None, why: Some(why) };
        serials.entry(counter).or_default().entry(serial).or_insert(known);
    }
    let ranges = counters.into_iter().map(|(name, last)| {
        let known = serials.remove(&name).unwrap_or_default();
        let document = documents.remove(&name).unwrap_or_default();
        range(&name, document, last, known)
    });
    ranges.filter(|range| range.count > 0).collect()
}

/// The serials of a counter from 1 to its last, in runs.
fn range(name: &str, document: String, last: i64, mut known: BTreeMap<i64, Known>) -> Range {
    let mut runs: Vec<Run> = Vec::new();
    for serial in 1..=last {
        let missing = || Known {
            number: format!("第{serial}号"),
            fate: Fate::Missing,
            batch: None,
            why: None,
        };
        let Known { number, fate, batch, why } = known.remove(&serial).unwrap_or_else(missing);
        match runs.last_mut() {
            Some(run) if run.fate == fate && run.batch == batch && run.why == why => {
                run.last = number;
                run.count += 1;
            }
            _ => {
                let first = number.clone();
                runs.push(Run { fate, first, last: number, count: 1, batch, why });
            }
        }
    }
    let first = runs.first().map_or_else(String::new, |run| run.first.clone());
    let end = runs.last().map_or_else(String::new, |run| run.last.clone());
    // A counter is kept as `programme-document/name`; the document is told beside it.
    let counter = name.split_once('/').map_or(name, |(_, own)| own).to_owned();
    Range { document, counter, first, last: end, count: u64::try_from(last).unwrap_or(0), runs }
}

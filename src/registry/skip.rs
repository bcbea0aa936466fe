//! Numbers skipped (跳过): a counter goes on behind one that was handed out and that the registry does not
//! know, as after a backup was restored.

use serde_json::json;

use super::history::{Event, Happened};
use super::{PORTION, Registry};
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake;
use crate::wording::numbering;

/// How far behind the last number one is looked for.
const FAR: u64 = 20_000;

/// What skipping came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skipped {
    /// So many numbers were skipped, from the first to the one that was named.
    Done(u64, String),
    /// The number was given or skipped before.
    Known,
    /// No counter would give it, as far as was looked.
    NotFound,
}

impl Registry {
    /// Has the counter that would give a number go on behind it; every number up to it stands in the
    /// history as skipped, with the reason, and is never given again by a counter.
    ///
    /// # Errors
    /// A fault of the data directory, or of a document.
    pub async fn skip<'a>(
        &self,
        number: &str,
        who: &str,
        why: &str,
        document_of: impl Fn(&str) -> Option<&'a Document>,
    ) -> Result<Skipped, Fault> {
        let mut change = self.store.change().await?;
        let sql = "SELECT EXISTS (SELECT 1 FROM history WHERE number = ?)";
        let (known,): (bool,) = sqlx::query_as(sql)
            .bind(number)
            .fetch_one(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        if known {
            return Ok(Skipped::Known);
        }
        // A number is written as the last one of its counter was.
        let sql = "SELECT name, last, document, record, digest FROM counter
            JOIN certificate ON certificate.counter = counter.name AND serial =
                (SELECT max(serial) FROM certificate AS other WHERE other.counter = counter.name)
            ORDER BY name";
        let counters: Vec<(String, i64, String, String, String)> = sqlx::query_as(sql)
            .fetch_all(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        for (counter, last, document, record, digest) in counters {
            let Some(document) = document_of(&document) else { continue };
            let record = intake::kept(document, &record, &digest)?;
            let last = u64::try_from(last).unwrap_or(0);
            let mut passed = Vec::new();
            for serial in last + 1..=last + FAR {
                let next = numbering::number(document, &record, serial)?;
                let found = next == number;
                passed.push(Event {
                    what: Happened::Passed,
                    number: next,
                    why: why.to_owned(),
                    facts: json!({ "counter": counter, "serial": serial }),
                });
                if !found {
                    continue;
                }
                let first = passed.first().map_or_else(String::new, |it| it.number.clone());
                self.counted(&mut change, &counter, serial).await?;
                while !passed.is_empty() {
                    let rest = passed.split_off(passed.len().min(PORTION));
                    self.append(&mut change, who, passed).await?;
                    passed = rest;
                }
                change.commit().await.map_err(|error| self.store.fault(&error))?;
                return Ok(Skipped::Done(serial - last, first));
            }
        }
        Ok(Skipped::NotFound)
    }
}

//! Acceptance (受理): rows, their numbers and their work, all in one transaction or not at all.

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::Ledger;
use crate::catalog::Document;
use crate::digest::hexadecimal;
use crate::fault::Fault;
use crate::intake::KeptRecord;
use crate::registry::{Clash, PORTION, Reserved};
use crate::store::{now, record};

/// Rows that are to be accepted.
pub struct NewBatch<'a> {
    /// What it is asked by: whoever asks twice has one batch.
    pub asked_by: &'a str,
    /// The digest of what is asked.
    pub asked: &'a str,
    /// What the rows are records of.
    pub document: &'a Document,
    /// The address at which certificates are verified.
    pub verify_at: Option<&'a str>,
    /// Whether a row that cannot be printed leaves the others as they are.
    pub each_alone: bool,
    /// Whether rows are refused whose holders have a certificate of the title in force.
    pub one_each: bool,
    /// Who asks.
    pub who: &'a str,
    /// The rows, in their order.
    pub rows: &'a [NewRow],
    /// How they are to be printed.
    pub print: NewPrint<'a>,
    /// How many prints may be unfinished at once.
    pub most: i64,
}

/// A row, by what the user calls it (第5行).
pub struct NewRow {
    /// Where it stands among all that were given, from 0.
    pub place: usize,
    /// What the user calls it.
    pub name: String,
    /// Its record.
    pub record: KeptRecord,
}

/// Work of printing.
#[derive(Debug, Clone, Copy)]
pub struct NewPrint<'a> {
    /// Form and print options, as canonical JSON.
    pub options: &'a str,
    /// Digest of the template.
    pub template: &'a str,
    /// Digest of the fonts.
    pub fonts: &'a str,
    /// How many rows are typeset together.
    pub chunk: usize,
}

/// What acceptance came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// The batch is new.
    New(String),
    /// The same was accepted before.
    Known(String),
    /// Something else was asked by the same key.
    Otherwise(String),
    /// Too much is unfinished.
    Full,
    /// Rows (from 0) that clash with the registry.
    Clashing(Vec<(usize, Clash)>),
}

impl Ledger {
    /// Accepts a batch.
    ///
    /// # Errors
    /// A fault of the data directory; nothing is accepted then.
    pub async fn accept(&self, new: NewBatch<'_>) -> Result<Accepted, Fault> {
        let mut change = self.store.change().await?;
        let known: Option<(String, String)> =
            sqlx::query_as("SELECT id, asked FROM batch WHERE asked_by = ?")
                .bind(new.asked_by)
                .fetch_optional(&mut *change)
                .await
                .map_err(|error| self.store.fault(&error))?;
        match known {
            Some((id, asked)) if asked == new.asked => return Ok(Accepted::Known(id)),
            Some((id, _)) => return Ok(Accepted::Otherwise(id)),
            None => {}
        }
        if self.is_full(&mut change, new.most).await? {
            return Ok(Accepted::Full);
        }
        let id = random()?;
        let document = new.document.id.to_string();
        let dates = new.rows.iter().map(|row| row.record.date());
        let dated = dates.max().unwrap_or(new.document.issued);
        sqlx::query(
            "INSERT INTO batch (id, asked_by, asked, document, verify_at, each_alone, dated, who, at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(&id)
        .bind(new.asked_by)
        .bind(new.asked)
        .bind(&document)
        .bind(new.verify_at)
        .bind(new.each_alone)
        .bind(dated.to_string())
        .bind(new.who)
        .bind(now())
        .execute(&mut *change)
        .await
        .map_err(|error| self.store.fault(&error))?;
        let records = new.rows.iter().map(|row| &row.record);
        if new.document.manifest.numbered.is_some() {
            let of = Reserved {
                document: new.document,
                batch: &id,
                verify_at: new.verify_at,
                who: new.who,
                one_each: new.one_each,
            };
            let records: Vec<&KeptRecord> = records.collect();
            match self.registry.reserve(&mut change, &records, &of).await? {
                Ok(numbered) => {
                    let numbered =
                        numbered.iter().map(|(record, number)| (record, Some(&**number)));
                    self.add_rows(&mut change, &id, new.rows, numbered).await?;
                }
                Err(clashes) => return Ok(Accepted::Clashing(clashes)),
            }
        } else {
            let records = records.map(|record| (record, None));
            self.add_rows(&mut change, &id, new.rows, records).await?;
        }
        let count = new.rows.len();
        self.add_print(&mut change, &id, true, (1, signed(count)), new.who, new.print).await?;
        let made = async {
            record(&mut change, new.who, "batch.accepted", &id).await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))?;
        Ok(Accepted::New(id))
    }

    /// Writes down rows with their records, in portions, so that memory does not grow with them.
    async fn add_rows<'a>(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        batch: &str,
        rows: &[NewRow],
        records: impl Iterator<Item = (&'a KeptRecord, Option<&'a str>)>,
    ) -> Result<(), Fault> {
        let mut all = rows.iter().zip(records).enumerate().map(|(at, (row, (record, number)))| {
            json!([at + 1, row.name, record.canonical(), record.digest(), number])
        });
        loop {
            let some: Vec<Value> = all.by_ref().take(PORTION).collect();
            if some.is_empty() {
                return Ok(());
            }
            sqlx::query(
                "INSERT INTO batch_row (batch, row, name, record, digest, number)
                    SELECT ?, value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?)",
            )
            .bind(batch)
            .bind(Value::from(some).to_string())
            .execute(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        }
    }

    /// Has rows of a batch printed again, as they are, with the numbers that they hold; gives the print,
    /// and whether it is new.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn print_again(
        &self,
        batch: &str,
        range: (i64, i64),
        who: &str,
        print: NewPrint<'_>,
        most: i64,
    ) -> Result<Option<(String, bool)>, Fault> {
        let mut change = self.store.change().await?;
        let sql = "SELECT id FROM print WHERE batch = ? AND first = ? AND last = ? AND options = ?
            AND template = ? AND fonts = ?";
        let known: Option<(String,)> = sqlx::query_as(sql)
            .bind(batch)
            .bind(range.0)
            .bind(range.1)
            .bind(print.options)
            .bind(print.template)
            .bind(print.fonts)
            .fetch_optional(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        if let Some((id,)) = known {
            return Ok(Some((id, false)));
        }
        if self.is_full(&mut change, most).await? {
            return Ok(None);
        }
        let id = self.add_print(&mut change, batch, false, range, who, print).await?;
        change.commit().await.map_err(|error| self.store.fault(&error))?;
        Ok(Some((id, true)))
    }

    async fn is_full(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        most: i64,
    ) -> Result<bool, Fault> {
        let unfinished: (i64,) =
            sqlx::query_as("SELECT count(*) FROM print WHERE state = 'waiting'")
                .fetch_one(&mut **change)
                .await
                .map_err(|error| self.store.fault(&error))?;
        Ok(unfinished.0 >= most)
    }

    async fn add_print(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        batch: &str,
        issues: bool,
        (first, last): (i64, i64),
        who: &str,
        print: NewPrint<'_>,
    ) -> Result<String, Fault> {
        let id = random()?;
        let mut chunks = Vec::new();
        let mut from = first;
        while from <= last {
            let to = last.min(from + signed(print.chunk.max(1)) - 1);
            chunks.push(json!([chunks.len() + 1, 0, from, to]));
            from = to + 1;
        }
        chunks.push(json!([chunks.len() + 1, 1, first, last]));
        let made = async {
            sqlx::query(
                "INSERT INTO print (id, batch, issues, first, last, options, template, fonts, state, who, at)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'waiting', ?, ?)",
            )
            .bind(&id)
            .bind(batch)
            .bind(issues)
            .bind(first)
            .bind(last)
            .bind(print.options)
            .bind(print.template)
            .bind(print.fonts)
            .bind(who)
            .bind(now())
            .execute(&mut **change)
            .await?;
            sqlx::query(
                "INSERT INTO chunk (print, chunk, stage, first, last, state)
                    SELECT ?, value->>0, value->>1, value->>2, value->>3, 'waiting' FROM json_each(?)",
            )
            .bind(&id)
            .bind(Value::from(chunks).to_string())
            .execute(&mut **change)
            .await
        };
        made.await.map_err(|error| self.store.fault(&error))?;
        Ok(id)
    }
}

/// A new id: nobody guesses it.
pub(super) fn random() -> Result<String, Fault> {
    let mut bytes = [0; 10];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new(format!("系统不给随机数：{error}")))?;
    Ok(hexadecimal(&bytes))
}

/// A count as the database keeps it.
pub(crate) fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

//! What came of a chunk, written down only by the last one who took it.

use std::collections::HashMap;

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::progress::ROWS;
use super::{Claim, Ledger, RowState, TRIES};
use crate::fault::Fault;
use crate::registry::{Issue, Standing};
use crate::store::{Written, now, record};

/// What a chunk of rows was made into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunMade {
    /// Where it is kept.
    pub file: String,
    /// Its first and last row.
    pub rows: (i64, i64),
    /// How many pages it has.
    pub pages: usize,
    /// For each row that was printed: the row, the page on which it begins (from 0), how many pages.
    pub starts: Vec<(i64, usize, usize)>,
}

impl Ledger {
    /// The rows of a chunk that are to be printed.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn rows_of(&self, claim: &Claim) -> Result<Vec<RowState>, Fault> {
        let sql = format!(
            "{ROWS} WHERE batch_row.batch = ? AND batch_row.row BETWEEN ? AND ? AND failed IS NULL
            ORDER BY batch_row.row"
        );
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(&claim.batch)
            .bind(claim.rows.0)
            .bind(claim.rows.1)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }

    /// Writes down what a chunk of rows was made into, and which rows cannot be printed and why. False if
    /// someone else has it now.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn commit_run(
        &self,
        claim: &Claim,
        made: &RunMade,
        failed: &[(RowState, String)],
    ) -> Result<bool, Fault> {
        let mut change = self.store.change().await?;
        let (file, pages) = (Some(made.file.as_str()), made.pages);
        if !self.close(&mut change, claim, file, pages, &json!(made.starts)).await? {
            return Ok(false);
        }
        if !failed.is_empty() {
            let rows: Vec<Value> = failed.iter().map(|(row, why)| json!([row.row, why])).collect();
            sqlx::query(
                "UPDATE batch_row SET failed = new.value->>1 FROM json_each(?) AS new
                    WHERE batch_row.batch = ? AND batch_row.row = new.value->>0",
            )
            .bind(Value::from(rows).to_string())
            .bind(&claim.batch)
            .execute(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
            let numbers = failed.iter().filter_map(|(row, why)| {
                Some((row.number.clone()?, format!("{}没有印出：{why}", row.name)))
            });
            self.registry.void(&mut change, &claim.who, numbers.collect()).await?;
        }
        change.commit().await.map_err(|error| self.store.fault(&error))?;
        Ok(true)
    }

    /// What the chunks of rows of a print were made into, in their order.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn runs_of(&self, print: &str) -> Result<Vec<RunMade>, Fault> {
        let sql = "SELECT file, first, last, pages, starts FROM chunk
            WHERE print = ? AND stage = 0 AND state = 'done' ORDER BY chunk";
        let rows: Vec<(String, i64, i64, i64, String)> = sqlx::query_as(sql)
            .bind(print)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let run = |(file, first, last, pages, starts): (String, i64, i64, i64, String)| RunMade {
            file,
            rows: (first, last),
            pages: usize::try_from(pages).unwrap_or(0),
            starts: serde_json::from_str(&starts).unwrap_or_default(),
        };
        Ok(rows.into_iter().map(run).collect())
    }

    /// Writes down the finished file of a print; what it issues is issued from now on. `pages` tells for
    /// each row on which page of the file it begins (from 1), `why` why it is printed again. False if someone else has it now.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn commit_file(
        &self,
        claim: &Claim,
        file: &str,
        written: &Written,
        pages: usize,
        begins: &HashMap<i64, usize>,
        why: &str,
    ) -> Result<bool, Fault> {
        let runs = self.runs_of(&claim.print).await?;
        let mut change = self.store.change().await?;
        if !self.close(&mut change, claim, None, pages, &Value::Null).await? {
            return Ok(false);
        }
        sqlx::query(
            "UPDATE print SET state = 'done', why = NULL, file = ?, sha256 = ?, bytes = ?, pages = ?,
                done_at = ? WHERE id = ?",
        )
        .bind(file)
        .bind(&written.sha256)
        .bind(i64::try_from(written.bytes).unwrap_or(i64::MAX))
        .bind(i64::try_from(pages).unwrap_or(i64::MAX))
        .bind(now())
        .bind(&claim.print)
        .execute(&mut *change)
        .await
        .map_err(|error| self.store.fault(&error))?;
        let standing = self.standing(&mut change, claim, &runs, begins).await?;
        let issue = Issue {
            print: &claim.print,
            sha256: &written.sha256,
            options: &claim.options,
            template: &claim.template,
            fonts: &claim.fonts,
        };
        if claim.issues {
            self.registry.issued(&mut change, &claim.who, &issue, &standing).await?;
        } else {
            let numbers = standing.into_iter().map(|it| it.number).collect();
            let facts = json!({
                "print": issue.print, "sha256": issue.sha256, "options": issue.options,
                "template": issue.template, "fonts": issue.fonts,
            });
            let why = if why.is_empty() { "从批次中重印" } else { why };
            self.registry.printed_again(&mut change, &claim.who, why, numbers, &facts).await?;
        }
        let made = async {
            record(&mut change, &claim.who, "print.done", &claim.print).await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))?;
        Ok(true)
    }

    /// Gives a chunk back that could not be done; after some tries its print is stalled, with the reason.
    /// False if someone else has it now.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn give_up(&self, claim: &Claim, why: &str, at_once: bool) -> Result<bool, Fault> {
        let mut change = self.store.change().await?;
        let sql = "UPDATE chunk SET state = 'waiting', holder = NULL, tries = tries + 1
            WHERE print = ? AND chunk = ? AND fence = ? AND state = 'held' RETURNING tries";
        let tries: Option<(i64,)> = sqlx::query_as(sql)
            .bind(&claim.print)
            .bind(claim.chunk)
            .bind(claim.fence)
            .fetch_optional(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let Some((tries,)) = tries else { return Ok(false) };
        if at_once || tries >= TRIES {
            let sql =
                "UPDATE print SET state = 'stalled', why = ? WHERE id = ? AND state = 'waiting'";
            sqlx::query(sql)
                .bind(why)
                .bind(&claim.print)
                .execute(&mut *change)
                .await
                .map_err(|error| self.store.fault(&error))?;
        }
        change.commit().await.map_err(|error| self.store.fault(&error))?;
        Ok(true)
    }

    /// Marks a chunk as done, if it is still held by this claim and its print goes on.
    async fn close(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        claim: &Claim,
        file: Option<&str>,
        pages: usize,
        starts: &Value,
    ) -> Result<bool, Fault> {
        let sql = "UPDATE chunk SET state = 'done', holder = NULL, file = ?, pages = ?, starts = ?
            WHERE print = ? AND chunk = ? AND fence = ? AND state = 'held'
                AND EXISTS (SELECT 1 FROM print WHERE print.id = chunk.print AND print.state = 'waiting')";
        let done = sqlx::query(sql)
            .bind(file)
            .bind(i64::try_from(pages).unwrap_or(i64::MAX))
            .bind(starts.to_string())
            .bind(&claim.print)
            .bind(claim.chunk)
            .bind(claim.fence)
            .execute(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(done.rows_affected() == 1)
    }

    /// Where the numbered rows of a print stand.
    async fn standing(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        claim: &Claim,
        runs: &[RunMade],
        begins: &HashMap<i64, usize>,
    ) -> Result<Vec<Standing>, Fault> {
        let sql = "SELECT row, number FROM batch_row
            WHERE batch = ? AND row BETWEEN ? AND ? AND number IS NOT NULL AND failed IS NULL ORDER BY row";
        let numbers: Vec<(i64, String)> = sqlx::query_as(sql)
            .bind(&claim.batch)
            .bind(claim.rows.0)
            .bind(claim.rows.1)
            .fetch_all(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let mut kept: HashMap<i64, (&RunMade, usize, usize)> = HashMap::new();
        for run in runs {
            kept.extend(run.starts.iter().map(|&(row, page, pages)| (row, (run, page, pages))));
        }
        // What was left out of a print for others to hold stands nowhere in it.
        let printed = |(row, _): &(i64, String)| claim.issues || begins.contains_key(row);
        let standing = numbers.into_iter().filter(printed).map(|(row, number)| {
            let lost = || Fault::new(format!("批次 {} 第{row}份没有印出", claim.batch));
            let (run, run_page, run_pages) = kept.get(&row).copied().ok_or_else(lost)?;
            let page = begins.get(&row).copied().ok_or_else(lost)?;
            Ok(Standing { number, page, run: run.file.clone(), run_page, run_pages })
        });
        standing.collect()
    }
}

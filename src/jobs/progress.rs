//! How a batch stands.

use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row as _};

use super::Ledger;
use crate::fault::Fault;

/// A batch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Batch {
    /// Its id.
    pub id: String,
    /// The document.
    pub document: String,
    /// Who asked.
    pub who: String,
    /// When it was accepted, in seconds since 1970 (UTC).
    pub at: i64,
    /// How many rows it has.
    pub rows: i64,
    /// How many of them cannot be printed.
    pub failed: i64,
    /// The first and the last number, in the order of the rows.
    pub numbers: Option<(String, String)>,
    /// The address at which its certificates are verified, if they bear a code.
    pub verify_at: Option<String>,
    /// Why it was cancelled, if it was.
    pub cancelled: Option<String>,
}

/// The state of a print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum PrintState {
    /// It waits or is being worked at.
    Waiting,
    /// Its file is finished.
    Done,
    /// It cannot go on; the reason is told.
    Stalled,
    /// It was cancelled.
    Cancelled,
}

/// How a print stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Print {
    /// Its id.
    pub id: String,
    /// Its batch.
    pub batch: String,
    /// Whether it issues the rows.
    pub issues: bool,
    /// Its first and last row.
    pub range: (i64, i64),
    /// How many rows it has.
    pub rows: i64,
    /// How many of them are typeset.
    pub done: i64,
    /// Its state.
    pub state: PrintState,
    /// Why it cannot go on.
    pub why: Option<String>,
    /// Form and print options, as canonical JSON.
    pub options: String,
    /// Digest of the template.
    pub template: String,
    /// Digest of the fonts.
    pub fonts: String,
    /// Where the file is kept; none before it is finished and after it was removed.
    pub file: Option<String>,
    /// SHA-256 of the file.
    pub sha256: Option<String>,
    /// Its bytes.
    pub bytes: Option<i64>,
    /// Its pages.
    pub pages: Option<i64>,
}

/// What became of a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RowState {
    /// Its place in the batch, from 1.
    pub row: i64,
    /// What the user calls it.
    pub name: String,
    /// Its record, as canonical JSON.
    pub record: String,
    /// SHA-256 of the record.
    pub digest: String,
    /// Its number, if its document is numbered.
    pub number: Option<String>,
    /// What it is verified by.
    pub code: Option<String>,
    /// The state of its certificate, in the registry's words.
    pub state: Option<String>,
    /// Why it cannot be printed, if so.
    pub failed: Option<String>,
}

impl RowState {
    /// Why its certificate must not be handed out any more, if so.
    #[must_use]
    pub fn out_of_force(&self) -> Option<&'static str> {
        ended_by(self.state.as_deref())
    }
}

/// What ended a certificate that is in this state, if anything did.
#[must_use]
pub fn ended_by(state: Option<&str>) -> Option<&'static str> {
    match state {
        Some("revoked") => Some("已撤销"),
        Some("replaced") => Some("已换发"),
        _ => None,
    }
}

impl<'r> FromRow<'r, SqliteRow> for RowState {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            row: row.try_get("row")?,
            name: row.try_get("name")?,
            record: row.try_get("record")?,
            digest: row.try_get("digest")?,
            number: row.try_get("number")?,
            code: row.try_get("code")?,
            state: row.try_get("state")?,
            failed: row.try_get("failed")?,
        })
    }
}

/// The rows of a batch as [`RowState`] reads them.
pub(super) const ROWS: &str = "SELECT batch_row.row, name, batch_row.record, batch_row.digest,
        batch_row.number, code, state, failed
    FROM batch_row LEFT JOIN certificate ON certificate.number = batch_row.number";

impl<'r> FromRow<'r, SqliteRow> for Print {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        let range: (i64, i64) = (row.try_get("first")?, row.try_get("last")?);
        let state = match row.try_get::<&str, _>("state")? {
            "done" => PrintState::Done,
            "stalled" => PrintState::Stalled,
            "cancelled" => PrintState::Cancelled,
            _ => PrintState::Waiting,
        };
        Ok(Self {
            id: row.try_get("id")?,
            batch: row.try_get("batch")?,
            issues: row.try_get("issues")?,
            range,
            rows: range.1 - range.0 + 1,
            done: row.try_get("rows_done")?,
            state,
            why: row.try_get("why")?,
            options: row.try_get("options")?,
            template: row.try_get("template")?,
            fonts: row.try_get("fonts")?,
            file: row.try_get("file")?,
            sha256: row.try_get("sha256")?,
            bytes: row.try_get("bytes")?,
            pages: row.try_get("pages")?,
        })
    }
}

const PRINTS: &str = "SELECT print.*, coalesce((SELECT sum(chunk.last - chunk.first + 1) FROM chunk
        WHERE chunk.print = print.id AND chunk.stage = 0 AND chunk.state = 'done'), 0) AS rows_done
    FROM print";

impl Ledger {
    /// A batch; none if there is none of this id.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn batch(&self, id: &str) -> Result<Option<Batch>, Fault> {
        type Asked = (String, String, String, i64, Option<String>, Option<String>, i64, i64);
        let sql = "SELECT id, document, who, at, verify_at, cancelled, (SELECT count(*) FROM batch_row WHERE batch = id),
                (SELECT count(failed) FROM batch_row WHERE batch = id) FROM batch WHERE id = ?";
        let found: Option<Asked> = sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let Some((id, document, who, at, verify_at, cancelled, rows, failed)) = found else {
            return Ok(None);
        };
        let sql =
            "SELECT number FROM batch_row WHERE batch = ? AND number IS NOT NULL ORDER BY row";
        let end = |sql: String| {
            let (pool, id) = (self.store.pool().clone(), id.clone());
            async move {
                let found: Result<Option<(String,)>, _> =
                    sqlx::query_as(sqlx::AssertSqlSafe(sql)).bind(id).fetch_optional(&pool).await;
                found
            }
        };
        let first = end(format!("{sql} LIMIT 1")).await;
        let last = end(format!("{sql} DESC LIMIT 1")).await;
        let first = first.map_err(|error| self.store.fault(&error))?;
        let last = last.map_err(|error| self.store.fault(&error))?;
        let numbers = first.zip(last).map(|((first,), (last,))| (first, last));
        Ok(Some(Batch { id, document, who, at, rows, failed, numbers, verify_at, cancelled }))
    }

    /// The batches, the newest first.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn batches(&self, most: u32) -> Result<Vec<Batch>, Fault> {
        let sql = "SELECT id FROM batch ORDER BY rowid DESC LIMIT ?";
        let ids: Vec<(String,)> = sqlx::query_as(sql)
            .bind(most)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let mut batches = Vec::new();
        for (id,) in ids {
            batches.extend(self.batch(&id).await?);
        }
        Ok(batches)
    }

    /// The batches that one asked for, the newest first.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn batches_of(&self, who: &str, most: u32) -> Result<Vec<Batch>, Fault> {
        let sql = "SELECT id FROM batch WHERE who = ? ORDER BY rowid DESC LIMIT ?";
        let ids: Vec<(String,)> = sqlx::query_as(sql)
            .bind(who)
            .bind(most)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let mut batches = Vec::new();
        for (id,) in ids {
            batches.extend(self.batch(&id).await?);
        }
        Ok(batches)
    }

    /// The newest batch that was asked by a key, or by the same key once more (see [`again`]): id and key. One
    /// that was cancelled only if there is no other.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn newest(&self, key: &str) -> Result<Option<(String, String)>, Fault> {
        let sql = "SELECT id, asked_by FROM batch WHERE asked_by = ?1
            OR substr(asked_by, 1, length(?1) + 2) = ?1 || ', ' ORDER BY cancelled IS NOT NULL, rowid DESC LIMIT 1";
        sqlx::query_as(sql)
            .bind(key)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }

    /// The prints of a batch, the first one first.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn prints_of(&self, batch: &str) -> Result<Vec<Print>, Fault> {
        let sql = format!("{PRINTS} WHERE batch = ? ORDER BY print.rowid");
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(batch)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }

    /// A print; none if there is none of this id.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn print(&self, id: &str) -> Result<Option<Print>, Fault> {
        let sql = format!("{PRINTS} WHERE id = ?");
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }

    /// The rows of a batch within a range whose certificates are no longer in force: row, name, number,
    /// state.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn out_of_force(
        &self,
        batch: &str,
        range: (i64, i64),
    ) -> Result<Vec<(i64, String, String, String)>, Fault> {
        let sql = "SELECT batch_row.row, name, batch_row.number, state FROM batch_row
            JOIN certificate ON certificate.number = batch_row.number
            WHERE batch_row.batch = ? AND batch_row.row BETWEEN ? AND ?
                AND state IN ('revoked', 'replaced') AND failed IS NULL ORDER BY batch_row.row";
        sqlx::query_as(sql)
            .bind(batch)
            .bind(range.0)
            .bind(range.1)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }

    /// What became of the rows of a batch, in their order.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn row_states(&self, batch: &str) -> Result<Vec<RowState>, Fault> {
        let sql = format!("{ROWS} WHERE batch_row.batch = ? ORDER BY batch_row.row");
        sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(batch)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))
    }
}

/// A key by which the same is asked once more, as something new.
///
/// # Errors
/// A fault if the system gives no random numbers.
pub fn again(key: &str) -> Result<String, Fault> {
    Ok(format!("{key}, {}", super::accept::random()?))
}

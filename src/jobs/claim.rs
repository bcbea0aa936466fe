//! Taking a chunk: those that wait, and those whose holder is gone.

use chrono::NaiveDate;
use sqlx::{FromRow, Row as _};

use super::{Ledger, Worker};
use crate::fault::Fault;

/// A chunk that is held.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The print that it belongs to.
    pub print: String,
    /// Its number there, from 1.
    pub chunk: i64,
    /// Whether it makes the file of what the others made.
    pub joins: bool,
    /// Its first and last row.
    pub rows: (i64, i64),
    /// The document.
    pub document: String,
    /// The batch.
    pub batch: String,
    /// Form and print options, as canonical JSON.
    pub options: String,
    /// The digest of the template with which the print was accepted.
    pub template: String,
    /// The digest of the fonts with which the print was accepted.
    pub fonts: String,
    /// The address at which certificates are verified.
    pub verify_at: Option<String>,
    /// Whether a row that cannot be printed leaves the others as they are.
    pub each_alone: bool,
    /// Whether the print issues the rows.
    pub issues: bool,
    /// The latest date that one of the batch's papers bears.
    pub dated: NaiveDate,
    /// Who asked.
    pub who: String,
    pub(super) fence: i64,
    pub(super) holder: Option<String>,
}

impl Claim {
    /// How often the chunk was taken: no two who hold it have the same.
    #[must_use]
    pub fn attempt(&self) -> i64 {
        self.fence
    }
}

impl<'r> FromRow<'r, sqlx::sqlite::SqliteRow> for Claim {
    fn from_row(row: &'r sqlx::sqlite::SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            print: row.try_get("print")?,
            chunk: row.try_get("chunk")?,
            joins: row.try_get::<i64, _>("stage")? == 1,
            rows: (row.try_get("first")?, row.try_get("last")?),
            document: row.try_get("document")?,
            batch: row.try_get("batch")?,
            options: row.try_get("options")?,
            template: row.try_get("template")?,
            fonts: row.try_get("fonts")?,
            verify_at: row.try_get("verify_at")?,
            each_alone: row.try_get("each_alone")?,
            issues: row.try_get("issues")?,
            dated: row.try_get::<&str, _>("dated")?.parse().unwrap_or_default(),
            who: row.try_get("who")?,
            fence: row.try_get("fence")?,
            holder: row.try_get("holder")?,
        })
    }
}

/// Chunks that are not done, those of files whose runs are all there among them, the oldest print first.
const OPEN: &str = "SELECT chunk.*, print.batch, print.options, print.template, print.fonts,
        print.issues, print.who, batch.document, batch.dated, batch.verify_at, batch.each_alone
    FROM chunk JOIN print ON print.id = chunk.print JOIN batch ON batch.id = print.batch
    WHERE chunk.state <> 'done' AND print.state = 'waiting' AND (?1 IS NULL OR print.id = ?1)
        AND (chunk.stage = 0 OR NOT EXISTS (
            SELECT 1 FROM chunk AS other
            WHERE other.print = chunk.print AND other.stage = 0 AND other.state <> 'done'))
    ORDER BY print.rowid, chunk.stage, chunk.chunk LIMIT 64";

impl Ledger {
    /// Takes the next chunk, of one print or of any; `fits` tells whether this program has the template
    /// and fonts (document, template, fonts) of its print. What was taken is let go by
    /// [`Worker::let_go`].
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn claim(
        &self,
        worker: &Worker,
        only: Option<&str>,
        fits: impl Fn(&str, &str, &str) -> bool,
    ) -> Result<Option<Claim>, Fault> {
        let open: Vec<Claim> = sqlx::query_as(OPEN)
            .bind(only)
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        for mut claim in open {
            if !fits(&claim.document, &claim.template, &claim.fonts) {
                continue;
            }
            if !worker.take(&claim.print, claim.chunk) {
                continue;
            }
            let taken = self.take(worker, &mut claim).await;
            if !matches!(taken, Ok(true)) {
                worker.let_go(&claim.print, claim.chunk);
            }
            if taken? {
                return Ok(Some(claim));
            }
        }
        Ok(None)
    }

    /// Takes a chunk from nobody, or from one who is gone.
    async fn take(&self, worker: &Worker, claim: &mut Claim) -> Result<bool, Fault> {
        if let Some(holder) = &claim.holder
            && !self.is_gone(worker, holder).await?
        {
            return Ok(false);
        }
        // Of several who want it, the fence lets one through.
        let sql = "UPDATE chunk SET state = 'held', holder = ?, fence = fence + 1
            WHERE print = ? AND chunk = ? AND fence = ? AND state <> 'done'
                AND (holder IS ? OR state = 'waiting')";
        let taken = sqlx::query(sql)
            .bind(&worker.id)
            .bind(&claim.print)
            .bind(claim.chunk)
            .bind(claim.fence)
            .bind(&claim.holder)
            .execute(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        if taken.rows_affected() != 1 {
            return Ok(false);
        }
        claim.fence += 1;
        claim.holder = Some(worker.id.clone());
        Ok(true)
    }
}

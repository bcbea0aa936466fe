//! Upkeep: cancelling, going on after a halt, and files that need not be kept any more.

use std::collections::BTreeMap;

use sqlx::SqliteConnection;

use super::{Ledger, Print, PrintState, Worker};
use crate::fault::Fault;
use crate::store::{now, record};

/// The folder of files that were made for users.
pub const RESULTS: &str = "results";

/// The folder of runs.
pub const RUNS: &str = "runs";

/// What came of removing files that need not be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Purged {
    /// How many files were removed.
    pub files: usize,
    /// Why the rest waits for the next time.
    pub put_off: Option<PutOff>,
}

/// Why files stay that nothing refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutOff {
    /// Somebody works at a batch: what he writes is not in the ledger yet.
    Work,
    /// A backup is being taken: what it has seen must be there until it is copied.
    Backup,
}

impl Ledger {
    /// Cancels what is unfinished of a batch; the numbers of what was never issued are voided. Tells
    /// whether there was anything to cancel.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn cancel(&self, batch: &str, who: &str, why: &str) -> Result<bool, Fault> {
        let mut change = self.store.change().await?;
        let sql = "UPDATE print SET state = 'cancelled', why = ?
            WHERE batch = ? AND state IN ('waiting', 'stalled') RETURNING issues";
        let stopped: Vec<(bool,)> = sqlx::query_as(sql)
            .bind(why)
            .bind(batch)
            .fetch_all(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        if stopped.is_empty() {
            return Ok(false);
        }
        if stopped.iter().any(|(issues,)| *issues) {
            sqlx::query("UPDATE batch SET cancelled = ? WHERE id = ?")
                .bind(why)
                .bind(batch)
                .execute(&mut *change)
                .await
                .map_err(|error| self.store.fault(&error))?;
            let sql =
                "SELECT number FROM batch_row WHERE batch = ? AND number IS NOT NULL ORDER BY row";
            let numbers: Vec<(String,)> = sqlx::query_as(sql)
                .bind(batch)
                .fetch_all(&mut *change)
                .await
                .map_err(|error| self.store.fault(&error))?;
            let why = format!("批次 {batch} 已取消：{why}");
            let numbers = numbers.into_iter().map(|(number,)| (number, why.clone())).collect();
            self.registry.void(&mut change, who, numbers).await?;
        }
        let made = async {
            record(&mut change, who, "batch.cancelled", batch).await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))?;
        Ok(true)
    }

    /// Has the rows of a batch that cannot be printed leave the others as they are from now on.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn each_alone(&self, batch: &str) -> Result<(), Fault> {
        sqlx::query("UPDATE batch SET each_alone = 1 WHERE id = ? AND each_alone = 0")
            .bind(batch)
            .execute(self.store.pool())
            .await
            .map(drop)
            .map_err(|error| self.store.fault(&error))
    }

    /// Has a print go on that was stalled, whose file was removed, that printed again and was cancelled, or
    /// whose template has changed since it was accepted: then all its runs are typeset anew, and nothing of
    /// the old ones is used.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn go_on(&self, print: &Print, template: &str, fonts: &str) -> Result<(), Fault> {
        let changed = print.template != template || print.fonts != fonts;
        let removed = print.state == PrintState::Done && print.file.is_none();
        let revived = print.state == PrintState::Cancelled && !print.issues;
        if !(changed && print.state != PrintState::Done
            || removed
            || revived
            || print.state == PrintState::Stalled)
        {
            return Ok(());
        }
        let mut change = self.store.change().await?;
        let sql = "UPDATE print SET state = 'waiting', why = NULL, template = ?, fonts = ?
            WHERE id = ? AND (state <> 'cancelled' OR NOT issues) AND file IS NULL";
        let made = async {
            let gone_on = sqlx::query(sql)
                .bind(template)
                .bind(fonts)
                .bind(&print.id)
                .execute(&mut *change)
                .await?;
            if gone_on.rows_affected() == 0 {
                return Ok(());
            }
            // Whoever still works with the old template finds the fence raised.
            let sql =
                "UPDATE chunk SET tries = 0, fence = fence + 1, state = 'waiting', holder = NULL
                WHERE print = ? AND (? OR stage = 1 OR state <> 'done')";
            // Of what was cancelled or removed, the runs may be removed as well.
            let anew = changed || removed || revived;
            sqlx::query(sql).bind(&print.id).bind(anew).execute(&mut *change).await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))
    }

    /// Removes finished files that are older than this (seconds), and what no print and no certificate
    /// needs any more; tells how many files.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn purge(&self, older: i64) -> Result<Purged, Fault> {
        let sql = "UPDATE print SET file = NULL WHERE file IS NOT NULL AND done_at < ?";
        sqlx::query(sql)
            .bind(now().saturating_sub(older))
            .execute(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        self.sweep().await
    }

    /// Removes kept files that nothing refers to: what died before it was committed, and what is over.
    async fn sweep(&self) -> Result<Purged, Fault> {
        let Some(_alone) = self.store.files_alone()? else {
            return Ok(Purged { files: 0, put_off: Some(PutOff::Backup) });
        };
        // Nobody takes a chunk while this change is open, and who holds none does not write.
        let mut change = self.store.change().await?;
        let holders: Vec<(Option<String>,)> =
            sqlx::query_as("SELECT DISTINCT holder FROM chunk WHERE state = 'held'")
                .fetch_all(&mut *change)
                .await
                .map_err(|error| self.store.fault(&error))?;
        // A run is written before it is committed: whoever works now may be about to.
        if holders.iter().any(|(holder,)| holder.as_ref().is_some_and(|id| self.lives(id))) {
            return Ok(Purged { files: 0, put_off: Some(PutOff::Work) });
        }
        let needed = self.needed_in(&mut change).await?;
        let mut files = 0;
        for folder in [RESULTS, RUNS] {
            files += self.store.files().clear_unfinished(folder)?;
            for name in self.store.files().names(folder).await? {
                if !needed.contains_key(&name) {
                    self.store.files().remove(&name).await?;
                    files += 1;
                }
            }
        }
        // Nothing was changed in the ledger; this only lets it go.
        change.rollback().await.map_err(|error| self.store.fault(&error))?;
        Ok(Purged { files, put_off: None })
    }

    /// The files that the ledger refers to, each with its SHA-256 where the ledger tells it.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn needed(&self) -> Result<BTreeMap<String, Option<String>>, Fault> {
        let connection = self.store.pool().acquire().await;
        let mut connection = connection.map_err(|error| self.store.fault(&error))?;
        self.needed_in(&mut connection).await
    }

    async fn needed_in(
        &self,
        reading: &mut SqliteConnection,
    ) -> Result<BTreeMap<String, Option<String>>, Fault> {
        let sql = "SELECT file, max(sha256) FROM (
                SELECT file, sha256 FROM print WHERE file IS NOT NULL
                UNION ALL SELECT DISTINCT run, NULL FROM certificate WHERE run IS NOT NULL
                UNION ALL SELECT chunk.file, NULL FROM chunk JOIN print ON print.id = chunk.print
                    WHERE chunk.file IS NOT NULL AND print.state IN ('waiting', 'stalled')
            ) WHERE file <> '' GROUP BY file";
        let needed: Vec<(String, Option<String>)> = sqlx::query_as(sql)
            .fetch_all(reading)
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(needed.into_iter().collect())
    }

    /// Has a ledger that was restored forget who worked at it; what they held is free.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn restored(&self, who: &str, taken: &str) -> Result<(), Fault> {
        let mut change = self.store.change().await?;
        let made = async {
            let sql = "UPDATE chunk SET state = 'waiting', holder = NULL, fence = fence + 1
                WHERE state = 'held'";
            sqlx::query(sql).execute(&mut *change).await?;
            sqlx::query("DELETE FROM worker").execute(&mut *change).await?;
            // Whoever signed out since must not be signed in again.
            sqlx::query("DELETE FROM session").execute(&mut *change).await?;
            record(&mut change, who, "backup.restored", taken).await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))
    }

    /// Looks after what died: processes off the list.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn reconcile(&self, worker: &Worker) -> Result<(), Fault> {
        self.bury(worker).await
    }
}

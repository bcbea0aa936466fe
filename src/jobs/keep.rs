//! Upkeep: cancelling, going on after a halt, and files that need not be kept any more.

use std::collections::HashSet;

use super::{Ledger, Print, PrintState, Worker};
use crate::fault::Fault;
use crate::store::{now, record};

/// The folder of files that were made for users.
pub const RESULTS: &str = "results";

/// The folder of runs.
pub const RUNS: &str = "runs";

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
            sqlx::query(sql).bind(&print.id).bind(changed || removed).execute(&mut *change).await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))
    }

    /// Removes finished files that are older than this (seconds), and what no print and no certificate
    /// needs any more; tells how many files.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn purge(&self, older: i64) -> Result<usize, Fault> {
        let sql = "UPDATE print SET file = NULL WHERE file IS NOT NULL AND done_at < ?";
        sqlx::query(sql)
            .bind(now().saturating_sub(older))
            .execute(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        self.sweep().await
    }

    /// Removes kept files that nothing refers to: what died before it was committed, and what is over.
    async fn sweep(&self) -> Result<usize, Fault> {
        // Nobody takes a chunk while this change is open, and who holds none does not write.
        let mut change = self.store.change().await?;
        let holders: Vec<(Option<String>,)> =
            sqlx::query_as("SELECT DISTINCT holder FROM chunk WHERE state = 'held'")
                .fetch_all(&mut *change)
                .await
                .map_err(|error| self.store.fault(&error))?;
        // A run is written before it is committed: whoever works now may be about to.
        if holders.iter().any(|(holder,)| holder.as_ref().is_some_and(|id| self.lives(id))) {
            return Ok(0);
        }
        let sql = "SELECT file FROM print WHERE file IS NOT NULL
            UNION SELECT run FROM certificate WHERE run IS NOT NULL
            UNION SELECT chunk.file FROM chunk JOIN print ON print.id = chunk.print
                WHERE chunk.file IS NOT NULL AND print.state IN ('waiting', 'stalled')";
        let needed: Vec<(String,)> = sqlx::query_as(sql)
            .fetch_all(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let needed: HashSet<String> = needed.into_iter().map(|(name,)| name).collect();
        let mut removed = 0;
        for folder in [RESULTS, RUNS] {
            removed += self.store.files().clear_unfinished(folder)?;
            for name in self.store.files().names(folder).await? {
                if !needed.contains(&name) {
                    self.store.files().remove(&name).await?;
                    removed += 1;
                }
            }
        }
        // Nothing was changed in the ledger; this only lets it go.
        change.rollback().await.map_err(|error| self.store.fault(&error))?;
        Ok(removed)
    }

    /// Looks after what died: processes off the list.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn reconcile(&self, worker: &Worker) -> Result<(), Fault> {
        self.bury(worker).await
    }
}

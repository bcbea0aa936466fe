//! A process that works at chunks, and how others know whether it still does.

use std::collections::HashMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::Ledger;
use super::accept::random;
use crate::fault::{Fault, io_reason};

/// The folder of locks in the data directory.
const FOLDER: &str = "workers";

/// A process that works, as others see it: its lock is held as long as it lives, and its beat goes on as
/// long as it runs.
pub struct Worker {
    pub(super) id: String,
    folder: PathBuf,
    lease: Duration,
    /// The beats of others, and since when each has stood still.
    beats: Mutex<HashMap<String, (i64, Instant)>>,
    beating: JoinHandle<()>,
    // The system lets the lock go when the process ends, however it ends.
    _lock: File,
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.beating.abort();
        // What cannot be removed is removed by the next one who looks.
        let _ = std::fs::remove_file(self.folder.join(&self.id));
    }
}

impl Ledger {
    /// Begins to work; `lease` is the time after which one whose beat stands still is passed over. Must be
    /// called within a runtime.
    ///
    /// # Errors
    /// A data directory that cannot be written.
    pub async fn worker(&self, lease: Duration) -> Result<Worker, Fault> {
        let id = random()?;
        let folder = self.store.folder().join(FOLDER);
        let told = |error: &std::io::Error| {
            Fault::at(&folder, format!("建不了文件：{}", io_reason(error)))
        };
        std::fs::create_dir_all(&folder).map_err(|error| told(&error))?;
        let lock = File::create(folder.join(&id)).map_err(|error| told(&error))?;
        lock.lock().map_err(|error| told(&error))?;
        sqlx::query("INSERT INTO worker (id, beat) VALUES (?, 0)")
            .bind(&id)
            .execute(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let (pool, own) = (self.store.pool().clone(), id.clone());
        let beating = tokio::spawn(async move {
            let mut every = tokio::time::interval(lease / 4);
            loop {
                every.tick().await;
                let sql = "UPDATE worker SET beat = beat + 1 WHERE id = ?";
                if let Err(error) = sqlx::query(sql).bind(&own).execute(&pool).await {
                    // Others may take its work then; the fence keeps the two apart.
                    tracing::warn!("批次的心跳没有记下：{error}");
                }
            }
        });
        Ok(Worker { id, folder, lease, beats: Mutex::default(), beating, _lock: lock })
    }

    /// Takes processes that have ended off the list.
    pub(super) async fn bury(&self, worker: &Worker) -> Result<(), Fault> {
        let ids: Vec<(String,)> = sqlx::query_as(
            "SELECT id FROM worker WHERE id NOT IN (SELECT holder FROM chunk WHERE state = 'held')",
        )
        .fetch_all(self.store.pool())
        .await
        .map_err(|error| self.store.fault(&error))?;
        for (id,) in ids {
            if id == worker.id || !has_ended(&worker.folder, &id) {
                continue;
            }
            sqlx::query("DELETE FROM worker WHERE id = ?")
                .bind(&id)
                .execute(self.store.pool())
                .await
                .map_err(|error| self.store.fault(&error))?;
            let _ = std::fs::remove_file(worker.folder.join(&id));
        }
        Ok(())
    }

    /// Whether the holder of a chunk will not go on: its process has ended, or its beat stands still.
    pub(super) async fn is_gone(&self, worker: &Worker, holder: &str) -> Result<bool, Fault> {
        if holder == worker.id {
            return Ok(false);
        }
        if has_ended(&worker.folder, holder) {
            return Ok(true);
        }
        let beat: Option<(i64,)> = sqlx::query_as("SELECT beat FROM worker WHERE id = ?")
            .bind(holder)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let Some((beat,)) = beat else { return Ok(true) };
        let mut beats = worker.beats.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        let seen = beats.entry(holder.to_owned()).or_insert((beat, now));
        if seen.0 != beat {
            *seen = (beat, now);
        }
        Ok(now.duration_since(seen.1) >= worker.lease)
    }
}

/// Whether nobody holds the lock of a process.
fn has_ended(folder: &Path, id: &str) -> bool {
    match File::open(folder.join(id)) {
        Ok(file) => file.try_lock().is_ok(),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

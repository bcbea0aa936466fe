//! A process that works at chunks, and how others know whether it still does.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::JoinHandle;

use super::Ledger;
use super::accept::random;
use crate::fault::{Fault, io_reason};
use crate::store::make_private;

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
    /// The chunks (print, chunk) that it really works at: more may stand under its name in the ledger,
    /// if they could not be given back.
    in_hand: Mutex<HashSet<(String, i64)>>,
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

impl Worker {
    /// Takes a chunk in hand; false if another thread has it.
    pub(super) fn take(&self, print: &str, chunk: i64) -> bool {
        let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        in_hand.insert((print.to_owned(), chunk))
    }

    /// Lets go of a chunk, whatever came of it.
    pub fn let_go(&self, print: &str, chunk: i64) {
        let mut in_hand = self.in_hand.lock().unwrap_or_else(PoisonError::into_inner);
        in_hand.remove(&(print.to_owned(), chunk));
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
        make_private(&folder).map_err(|error| told(&error))?;
        let lock = {
            // Nobody must find the file before it is locked: it would look like that of a dead process.
            let _exclusive = self.store.exclusive()?;
            let lock = File::create(folder.join(&id)).map_err(|error| told(&error))?;
            lock.lock().map_err(|error| told(&error))?;
            lock
        };
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
        let (beats, in_hand) = (Mutex::default(), Mutex::default());
        Ok(Worker { id, folder, lease, beats, in_hand, beating, _lock: lock })
    }

    /// Takes a process that ends off the list.
    pub async fn leave(&self, worker: &Worker) {
        worker.beating.abort();
        let sql = "DELETE FROM worker WHERE id = ?";
        if let Err(error) = sqlx::query(sql).bind(&worker.id).execute(self.store.pool()).await {
            // The next one who looks takes it off.
            tracing::warn!("批次的名单没有更新：{error}");
        }
    }

    /// Takes processes that have ended off the list.
    pub(super) async fn bury(&self, worker: &Worker) -> Result<(), Fault> {
        let ids: Vec<(String,)> = sqlx::query_as("SELECT id FROM worker")
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let listed = ids.into_iter().map(|(id,)| id);
        // One that died as it began has a file and is on no list.
        let found = std::fs::read_dir(&worker.folder).into_iter().flatten().flatten();
        let found = found.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut ended: HashSet<String> = listed.chain(found).collect();
        {
            let _exclusive = self.store.exclusive()?;
            ended.retain(|id| *id != worker.id && has_ended(&worker.folder, id));
        }
        for id in ended {
            sqlx::query("DELETE FROM worker WHERE id = ?")
                .bind(&id)
                .execute(self.store.pool())
                .await
                .map_err(|error| self.store.fault(&error))?;
            let _ = std::fs::remove_file(worker.folder.join(&id));
        }
        Ok(())
    }

    /// Whether one who is on the list still lives, even if it stands still.
    pub(super) fn lives(&self, id: &str) -> bool {
        !has_ended(&self.store.folder().join(FOLDER), id)
    }

    /// Whether the holder of a chunk will not go on: its process has ended, or its beat stands still.
    pub(super) async fn is_gone(&self, worker: &Worker, holder: &str) -> Result<bool, Fault> {
        // It stands under our name, and is not in hand: it could not be given back.
        if holder == worker.id {
            return Ok(true);
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

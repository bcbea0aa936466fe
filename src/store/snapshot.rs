//! The database as it is at one moment, copied while others write it.

use std::fs::File;
use std::path::{Path, PathBuf};

use sqlx::SqliteConnection;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions};
use sqlx::{ConnectOptions, Connection};

use super::{FILE, Files, PATIENCE, Store, broken, private, restoring, sync_folder, tables};
use crate::fault::{Fault, io_reason};

/// Locked while kept files must stay: by whoever copies them, and by whoever removes some.
const LOCK: &str = "backup.lock";

/// The copy in the data directory, while it is needed; one that died over it leaves it to the next one.
const COPY: &str = "backup.db";

/// A copy of the database. As long as it is there, nobody removes a kept file.
pub struct Snapshot {
    store: Store,
    version: i64,
    path: PathBuf,
    _lock: File,
}

impl Snapshot {
    /// Copies the database of a data directory, whatever version it is of; waits for another one who does.
    ///
    /// # Errors
    /// What is no database of ours or of a newer program, or a disk that cannot be written.
    pub async fn take(folder: &Path) -> Result<Self, Fault> {
        restoring::refuse_unfinished(folder)?;
        let lock = private(&folder.join(LOCK))?;
        if lock.try_lock().is_err() {
            tracing::warn!("另一个备份或者清除正在进行，等它完成");
            lock.lock().map_err(|error| {
                Fault::at(&folder.join(LOCK), format!("锁不了数据目录：{}", io_reason(&error)))
            })?;
        }
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(false)
            .busy_timeout(PATIENCE);
        let fault = |error: sqlx::Error| broken(folder, &error);
        let mut connection = options.connect().await.map_err(fault)?;
        let found = tables::version(&mut connection).await.map_err(fault)?;
        tables::refuse_newer(folder, found)?;
        let path = folder.join(COPY);
        remove(&path)?;
        copy(folder, &mut connection, &path).await?;
        connection.close().await.map_err(fault)?;
        // Nobody writes it any more.
        let options = SqliteConnectOptions::new().filename(&path).read_only(true).immutable(true);
        let pool = SqlitePoolOptions::new().max_connections(1).connect_with(options).await;
        let (pool, files) = (pool.map_err(fault)?, Files::open(folder)?);
        // Somebody may have brought it up to date meanwhile.
        let mut copied = pool.acquire().await.map_err(fault)?;
        let version = tables::version(&mut copied).await.map_err(fault)?;
        drop(copied);
        let store = Store { pool, files, folder: folder.to_owned() };
        Ok(Self { store, version, path, _lock: lock })
    }

    /// The copy, to be asked; its files are those of the data directory.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The version of its tables; 0 where there are none yet.
    #[must_use]
    pub fn version(&self) -> i64 {
        self.version
    }

    /// The bytes of the copy.
    ///
    /// # Errors
    /// A disk that cannot be read.
    pub fn open(&self) -> Result<File, Fault> {
        File::open(&self.path)
            .map_err(|error| Fault::at(&self.path, format!("读不了：{}", io_reason(&error))))
    }
}

impl Drop for Snapshot {
    fn drop(&mut self) {
        if let Err(fault) = remove(&self.path) {
            tracing::warn!("{fault}");
        }
    }
}

/// Has kept files stay, or be removed, by one at a time; none if somebody else is at it. What a snapshot
/// that died has left is removed.
pub(super) fn files_alone(folder: &Path) -> Result<Option<File>, Fault> {
    let lock = private(&folder.join(LOCK))?;
    match lock.try_lock() {
        Ok(()) => {
            remove(&folder.join(COPY))?;
            Ok(Some(lock))
        }
        Err(std::fs::TryLockError::WouldBlock) => Ok(None),
        Err(std::fs::TryLockError::Error(error)) => {
            let what = format!("锁不了数据目录：{}", io_reason(&error));
            Err(Fault::at(&folder.join(LOCK), what))
        }
    }
}

/// Copies a database to where there is none; the copy comes whole, and is on the disk then.
pub(super) async fn copy(
    folder: &Path,
    connection: &mut SqliteConnection,
    to: &Path,
) -> Result<(), Fault> {
    let mut part = to.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    remove(&part)?;
    let made = async {
        // SQLite writes into an empty file as into none; nobody but the owner is to read it.
        drop(private(&part)?);
        let name = part.to_str().ok_or_else(|| Fault::at(&part, "名称不是 UTF-8 文字"))?;
        sqlx::query("VACUUM INTO ?")
            .bind(name)
            .execute(connection)
            .await
            .map_err(|error| broken(folder, &error))?;
        let told = |error: std::io::Error| {
            Fault::at(to, format!("数据库的副本写不出：{}", io_reason(&error)))
        };
        File::options().write(true).open(&part).and_then(|file| file.sync_all()).map_err(told)?;
        std::fs::rename(&part, to).map_err(told)?;
        sync_folder(folder)
    };
    let made = made.await;
    if made.is_err() {
        remove(&part)?;
    }
    made
}

fn remove(path: &Path) -> Result<(), Fault> {
    for name in ["", "-journal", "-wal", "-shm"] {
        let mut path = path.as_os_str().to_owned();
        path.push(name);
        let path = PathBuf::from(path);
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::at(&path, format!("清除不了：{}", io_reason(&error))));
            }
            _ => {}
        }
    }
    Ok(())
}

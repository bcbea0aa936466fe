//! What is kept between runs: one SQLite file in the data directory.
//!
//! Every change is on the disk when it is told as done (WAL, `synchronous = FULL`), and stands in the
//! journal with who made it.

mod files;
mod restoring;
mod snapshot;
mod tables;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use chrono::{DateTime, FixedOffset, NaiveDate};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{Sqlite, Transaction};

use crate::fault::{Fault, io_reason};

pub use files::{Files, Writing, Written};
pub use restoring::{Occupied, Restoring};
pub use snapshot::Snapshot;
pub use tables::VERSION;

/// The file in the data directory.
const FILE: &str = "chengwen.db";

/// Locked while the tables are brought up to date.
const LOCK: &str = "chengwen.lock";

/// Chinese standard time, in seconds east of Greenwich.
pub const CHINA: i32 = 8 * 3600;

/// How long a change waits for another program's.
const PATIENCE: Duration = Duration::from_secs(10);

/// The opened data directory.
#[derive(Debug, Clone)]
pub struct Store {
    pool: SqlitePool,
    files: Files,
    folder: PathBuf,
}

/// A line of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Seconds since 1970 (UTC).
    pub at: i64,
    /// Who did it.
    pub who: String,
    /// What was done, such as `key.created`.
    pub what: String,
    /// To what.
    pub subject: String,
}

impl Entry {
    /// What was done, in Chinese.
    #[must_use]
    pub fn title(&self) -> &str {
        match self.what.as_str() {
            "key.created" => "建立密钥",
            "key.revoked" => "撤销密钥",
            "session.opened" => "登录",
            "session.closed" => "退出登录",
            "batch.accepted" => "受理批次",
            "batch.cancelled" => "取消批次",
            "print.done" => "印完",
            "backup.restored" => "恢复备份，备份于",
            other => other,
        }
    }
}

impl Store {
    /// Opens the data directory, making it if need be, and brings its tables up to date.
    ///
    /// # Errors
    /// A directory that cannot be made or written, or a file of a newer program.
    pub async fn open(folder: &Path) -> Result<Self, Fault> {
        make(folder)?;
        restoring::refuse_unfinished(folder)?;
        Self::open_as(folder, true).await
    }

    /// The same of one that may be unfinished; `keep` has a copy made of older tables.
    async fn open_as(folder: &Path, keep: bool) -> Result<Self, Fault> {
        // One program at a time brings the tables up to date; the others wait.
        let _lock = lock(folder)?;
        let options = SqliteConnectOptions::new()
            .filename(folder.join(FILE))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(PATIENCE);
        let pool = SqlitePoolOptions::new().max_connections(4).connect_with(options).await;
        let pool = pool.map_err(|error| broken(folder, &error))?;
        tables::bring_up(folder, &pool, keep).await?;
        let files = Files::open(folder)?;
        Ok(Self { pool, files, folder: folder.to_owned() })
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Has the directory to itself, as against others who ask for that, until what is given is dropped.
    pub(crate) fn exclusive(&self) -> Result<File, Fault> {
        lock(&self.folder)
    }

    /// Whether there is one in a folder.
    #[must_use]
    pub fn is_at(folder: &Path) -> bool {
        // An empty file is what one leaves who died as he began.
        std::fs::metadata(folder.join(FILE)).is_ok_and(|file| file.is_file() && file.len() > 0)
    }

    /// Keeps others from copying or removing kept files until what is given is dropped; none if somebody
    /// else is at it.
    pub(crate) fn files_alone(&self) -> Result<Option<File>, Fault> {
        snapshot::files_alone(&self.folder)
    }

    /// Everything is written, and nobody uses it any more.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// Whether the database is sound, as SQLite sees it.
    ///
    /// # Errors
    /// What is not sound, or a database that cannot be read.
    pub async fn check(&self) -> Result<(), Fault> {
        let told: Vec<(String,)> = sqlx::query_as("PRAGMA integrity_check(5)")
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.fault(&error))?;
        let told: Vec<&str> = told.iter().map(|(told,)| told.as_str()).collect();
        if told == ["ok"] {
            return Ok(());
        }
        let what = format!("数据库损坏：{}", told.join("；"));
        Err(Fault::at(&self.folder.join(FILE), what))
    }

    /// The files that are kept.
    #[must_use]
    pub fn files(&self) -> &Files {
        &self.files
    }

    /// Connections to ask by.
    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// A change, which is made when it is committed.
    pub(crate) async fn change(&self) -> Result<Transaction<'static, Sqlite>, Fault> {
        self.pool.begin_with("BEGIN IMMEDIATE").await.map_err(|error| self.fault(&error))
    }

    /// What a failure of the database is told as.
    pub(crate) fn fault(&self, error: &sqlx::Error) -> Fault {
        broken(&self.folder, error)
    }

    /// The bytes that are free on its disk; none where the system does not tell.
    ///
    /// # Errors
    /// A disk that cannot be looked at.
    pub fn free_disk(&self) -> Result<Option<u64>, Fault> {
        free(&self.folder)
    }

    /// Whether the disk can be written and has so many bytes free.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn stand(&self, least_free: u64) -> Result<(), Fault> {
        let free = self.free_disk()?;
        if free.is_some_and(|free| free < least_free) {
            let (free, least) = (free.unwrap_or_default() >> 20, least_free >> 20);
            return Err(Fault::at(
                &self.folder,
                format!("磁盘只剩 {free} MiB，应至少 {least} MiB"),
            ));
        }
        let asked = sqlx::query("SELECT 1").execute(&self.pool).await;
        asked.map(drop).map_err(|error| self.fault(&error))
    }

    /// The last lines of the journal, the newest first.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub async fn journal(&self, most: u32) -> Result<Vec<Entry>, Fault> {
        let asked = "SELECT at, who, what, subject FROM journal ORDER BY number DESC LIMIT ?";
        let rows: Vec<(i64, String, String, String)> = sqlx::query_as(asked)
            .bind(most)
            .fetch_all(&self.pool)
            .await
            .map_err(|error| self.fault(&error))?;
        let entry = |(at, who, what, subject)| Entry { at, who, what, subject };
        Ok(rows.into_iter().map(entry).collect())
    }
}

/// Writes who did what into the journal, as part of the change.
pub(crate) async fn record(
    change: &mut Transaction<'static, Sqlite>,
    who: &str,
    what: &str,
    subject: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query("INSERT INTO journal (at, who, what, subject) VALUES (?, ?, ?, ?)")
        .bind(now())
        .bind(who)
        .bind(what)
        .bind(subject)
        .execute(&mut **change)
        .await
        .map(drop)
}

/// Seconds since 1970 (UTC).
#[must_use]
#[expect(clippy::disallowed_methods, reason = "keys end by the clock; no paper is made of it")]
pub fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

/// A moment (seconds since 1970, UTC) as clocks in China show it.
#[must_use]
pub fn in_china(at: i64) -> Option<DateTime<FixedOffset>> {
    let moment = DateTime::from_timestamp(at, 0)?;
    Some(moment.with_timezone(&FixedOffset::east_opt(CHINA)?))
}

/// The date in China.
#[must_use]
pub fn today() -> NaiveDate {
    in_china(now()).map(|moment| moment.date_naive()).unwrap_or_default()
}

/// Nobody but the owner of the process reads what is kept.
pub(crate) fn make(folder: &Path) -> Result<(), Fault> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder
        .create(folder)
        .map_err(|error| Fault::at(folder, format!("建不了数据目录：{}", io_reason(&error))))
}

/// Makes the files that are kept, for the owner of the process alone, and locks the directory until the
/// lock is dropped.
fn lock(folder: &Path) -> Result<File, Fault> {
    // SQLite's own files beside it get the permissions of this one.
    private(&folder.join(FILE))?;
    let lock = private(&folder.join(LOCK))?;
    lock.lock().map_err(|error| {
        Fault::at(&folder.join(LOCK), format!("锁不了数据目录：{}", io_reason(&error)))
    })?;
    Ok(lock)
}

/// Opens a file to be written at its end, making it if need be, for the owner of the process alone.
fn private(path: &Path) -> Result<File, Fault> {
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let told =
        |error: std::io::Error| Fault::at(path, format!("建不了文件：{}", io_reason(&error)));
    let file = options.open(path).map_err(told)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        file.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(told)?;
    }
    Ok(file)
}

/// Has the names in a folder on the disk.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), Fault> {
    // Only there can a folder be opened.
    #[cfg(unix)]
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(|error| Fault::at(folder, format!("写不到磁盘：{}", io_reason(&error))))?;
    Ok(())
}

/// The bytes that are free on the disk of a folder; none where the system does not tell.
#[cfg(unix)]
fn free(folder: &Path) -> Result<Option<u64>, Fault> {
    let told = rustix::fs::statvfs(folder).map_err(|error| {
        Fault::at(folder, format!("看不了磁盘的剩余空间：{}", io_reason(&error.into())))
    })?;
    Ok(Some(told.f_bavail.saturating_mul(told.f_frsize)))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Result<Option<u64>, Fault> {
    Ok(None)
}

/// SQLite's number for a database that another program is writing.
const BUSY: i32 = 5;

/// SQLite's number for a full disk.
const FULL: i32 = 13;

/// SQLite's number of an error, without its finer kinds.
fn primary(error: &dyn sqlx::error::DatabaseError) -> Option<i32> {
    error.code()?.parse::<i32>().ok().map(|code| code & 0xff)
}

fn broken(folder: &Path, error: &sqlx::Error) -> Fault {
    let file = folder.join(FILE);
    match error {
        sqlx::Error::Io(error) => Fault::at(&file, format!("读写不了数据库：{}", io_reason(error))),
        sqlx::Error::Database(error) if primary(&**error) == Some(FULL) => {
            Fault::at(&file, "数据库写不进：磁盘已满")
                .hint("腾出空间后再运行一次；已记下的（批次和编号）都留着")
        }
        sqlx::Error::Database(error) if primary(&**error) == Some(BUSY) => {
            let seconds = PATIENCE.as_secs();
            Fault::at(&file, format!("数据库被别的程序占用，等了 {seconds} 秒"))
                .hint("看看是否有 chengwen 进程停住不动；它结束后再运行一次")
        }
        other => Fault::at(&file, format!("数据库出错：{other}"))
            .hint("查看数据目录是否可写、磁盘是否已满"),
    }
}

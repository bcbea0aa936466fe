//! The tables are brought up to date when a data directory is opened, one program at a time.

use std::path::{Path, PathBuf};

use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{SqlSafeStr, SqliteConnection};

use super::{FILE, SqlitePool, broken, snapshot};
use crate::fault::Fault;

/// Every change of the tables, in order. One that was released is never edited.
const MIGRATIONS: [(i64, &str, &str); 2] = [
    (1, "access", include_str!("0001_access.sql")),
    (2, "registry", include_str!("0002_registry.sql")),
];

/// The version of the tables that this program writes.
pub const VERSION: i64 = MIGRATIONS[MIGRATIONS.len() - 1].0;

/// Brings the tables up to date; `keep` has those of an older version copied beside before. The directory
/// must be locked.
pub(super) async fn bring_up(folder: &Path, pool: &SqlitePool, keep: bool) -> Result<(), Fault> {
    let fault = |error: sqlx::Error| broken(folder, &error);
    let mut connection = pool.acquire().await.map_err(fault)?;
    let found = version(&mut connection).await.map_err(fault)?;
    refuse_newer(folder, found)?;
    if keep && (1..VERSION).contains(&found) {
        // Each change is made whole or not at all; this is for whoever must go back to the program before.
        snapshot::copy(folder, &mut connection, &before(folder)).await?;
    }
    drop(connection);
    let migrations = MIGRATIONS.map(|(version, name, sql)| {
        let sql = sql.into_sql_str();
        Migration::new(version, name.into(), MigrationType::Simple, sql, false)
    });
    let migrated = Migrator::with_migrations(migrations.into()).run(pool).await;
    migrated.map_err(|error| match error {
        // A full disk says nothing of versions.
        MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _) => {
            broken(folder, &error)
        }
        error => Fault::at(&folder.join(FILE), format!("数据库升级不了：{error}"))
            .hint("它可能来自别的程序版本，请用那个版本打开"),
    })
}

/// Refuses what a newer program has made; nothing is changed in it.
pub(super) fn refuse_newer(folder: &Path, found: i64) -> Result<(), Fault> {
    if found <= VERSION {
        return Ok(());
    }
    let what =
        format!("数据库是第 {found} 版的，来自更新的程序；本程序只到第 {VERSION} 版，没有改动它");
    Err(Fault::at(&folder.join(FILE), what).hint("请用更新的程序"))
}

/// The version of the tables; 0 where there are none yet.
pub(super) async fn version(connection: &mut SqliteConnection) -> Result<i64, sqlx::Error> {
    let sql = "SELECT count(*) FROM sqlite_master WHERE name = '_sqlx_migrations'";
    let (known,): (i64,) = sqlx::query_as(sql).fetch_one(&mut *connection).await?;
    if known == 0 {
        return Ok(0);
    }
    let sql = "SELECT coalesce(max(version), 0) FROM _sqlx_migrations";
    let (version,): (i64,) = sqlx::query_as(sql).fetch_one(connection).await?;
    Ok(version)
}

/// Where the database is kept as it was before this program brought it up to date.
fn before(folder: &Path) -> PathBuf {
    folder.join(format!("{FILE}.before-{VERSION}"))
}

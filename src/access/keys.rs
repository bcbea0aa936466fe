//! Keys: made, listed, revoked, shown.

use super::{Access, Holder, secret};
use crate::fault::Fault;
use crate::store::{now, record};
use crate::values::Role;

/// How often the last use of a key is written down, in seconds.
const USED_EVERY: i64 = 60;

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Key {
    /// Its id, which is no secret.
    pub id: String,
    /// Whom it was made for.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// When it was made; all times are seconds since 1970 (UTC).
    pub created_at: i64,
    /// When it ends.
    pub expires_at: Option<i64>,
    /// When it was revoked.
    pub revoked_at: Option<i64>,
    /// When it was last used, to the minute.
    pub used_at: Option<i64>,
}

/// A key to be made.
#[derive(Debug, Clone)]
pub struct New {
    /// Whom it is for.
    pub name: String,
    /// What it allows.
    pub role: Role,
    /// When it ends, in seconds since 1970 (UTC); none, and it does not.
    pub expires_at: Option<i64>,
}

type Row = (String, String, String, i64, Option<i64>, Option<i64>, Option<i64>);

const COLUMNS: &str = "id, name, role, created_at, expires_at, revoked_at, used_at";

impl Key {
    fn of((id, name, role, created_at, expires_at, revoked_at, used_at): Row) -> Option<Self> {
        // A role of a newer program allows nothing here.
        let role = role.parse().ok()?;
        Some(Self { id, name, role, created_at, expires_at, revoked_at, used_at })
    }

    /// Whether it opens anything at this time.
    #[must_use]
    pub fn is_good(&self, at: i64) -> bool {
        self.revoked_at.is_none() && self.expires_at.is_none_or(|end| end > at)
    }
}

impl Access {
    /// Makes a key; its text is told here and never again.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn create(&self, new: &New, by: &str) -> Result<(Key, String), Fault> {
        let (id, secret) = (secret::new_id()?, secret::new_secret()?);
        let key = Key {
            id,
            name: new.name.clone(),
            role: new.role,
            created_at: now(),
            expires_at: new.expires_at,
            revoked_at: None,
            used_at: None,
        };
        let mut change = self.store.change().await?;
        let made = async {
            let columns = "id, name, role, digest, created_at, expires_at";
            let sql = format!("INSERT INTO access_key ({columns}) VALUES (?, ?, ?, ?, ?, ?)");
            sqlx::query(sqlx::AssertSqlSafe(sql))
                .bind(&key.id)
                .bind(&key.name)
                .bind(key.role.word())
                .bind(secret::digest(&secret))
                .bind(key.created_at)
                .bind(key.expires_at)
                .execute(&mut *change)
                .await?;
            record(&mut change, by, "key.created", &key.id).await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))?;
        let text = secret::written(&key.id, &secret);
        Ok((key, text))
    }

    /// All keys, the oldest first.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn keys(&self) -> Result<Vec<Key>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM access_key ORDER BY created_at, id");
        let rows: Vec<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .fetch_all(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(rows.into_iter().filter_map(Key::of).collect())
    }

    /// Whether there ever was a key. When the last one has been revoked or has expired, nobody gets in; it
    /// does not open the door to everyone.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn had_keys(&self) -> Result<bool, Fault> {
        let count: (i64,) = sqlx::query_as("SELECT count(*) FROM access_key")
            .fetch_one(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        Ok(count.0 > 0)
    }

    /// Revokes a key and ends its sessions; false if there is none of this id, or it was revoked.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn revoke(&self, id: &str, by: &str) -> Result<bool, Fault> {
        let mut change = self.store.change().await?;
        let made = async {
            let sql = "UPDATE access_key SET revoked_at = ? WHERE id = ? AND revoked_at IS NULL";
            let done = sqlx::query(sql).bind(now()).bind(id).execute(&mut *change).await?;
            if done.rows_affected() == 0 {
                return Ok(false);
            }
            sqlx::query("DELETE FROM session WHERE key_id = ?")
                .bind(id)
                .execute(&mut *change)
                .await?;
            record(&mut change, by, "key.revoked", id).await?;
            change.commit().await?;
            Ok(true)
        };
        made.await.map_err(|error| self.store.fault(&error))
    }

    /// Who has this key; none if it is none, or opens nothing now.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn holder(&self, key: &str) -> Result<Option<Holder>, Fault> {
        let Some((id, secret)) = secret::parts(key) else { return Ok(None) };
        let sql = "SELECT digest FROM access_key WHERE id = ?";
        let kept: Option<(Vec<u8>,)> = sqlx::query_as(sql)
            .bind(id)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        if !kept.is_some_and(|(kept,)| secret::is(secret, &kept)) {
            return Ok(None);
        }
        self.holder_of(id).await
    }

    /// Who has the key of this id; none if it opens nothing now.
    pub(super) async fn holder_of(&self, id: &str) -> Result<Option<Holder>, Fault> {
        let sql = format!("SELECT {COLUMNS} FROM access_key WHERE id = ?");
        let row: Option<Row> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(id)
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        let at = now();
        let Some(key) = row.and_then(Key::of).filter(|key| key.is_good(at)) else {
            return Ok(None);
        };
        self.note_use(id, at);
        Ok(Some(Holder { key: key.id, name: key.name, role: key.role }))
    }

    /// Writes the use of a key down, while its holder is served: nobody waits for it, and nobody is turned
    /// away because it cannot be written.
    fn note_use(&self, id: &str, at: i64) {
        let mut used = self.used.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if used.get(id).is_some_and(|last| at - last < USED_EVERY) {
            return;
        }
        used.insert(id.to_owned(), at);
        drop(used);
        let (pool, id) = (self.store.pool().clone(), id.to_owned());
        tokio::spawn(async move {
            let sql = "UPDATE access_key SET used_at = ? WHERE id = ?";
            if let Err(error) = sqlx::query(sql).bind(at).bind(&id).execute(&pool).await {
                tracing::warn!(key = id, "密钥的最近使用时间没有记下：{error}");
            }
        });
    }
}

//! Browsers' sessions: opened with a key, closed by the user, by time, or with the key.

use std::time::Duration;

use super::{Access, Holder, secret};
use crate::fault::Fault;
use crate::store::{now, record};

impl Access {
    /// Opens a session of a key's holder; its secret goes into the browser's cookie.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn open_session(&self, holder: &Holder, lasts: Duration) -> Result<String, Fault> {
        let secret = secret::new_secret()?;
        let at = now();
        let end = at.saturating_add(i64::try_from(lasts.as_secs()).unwrap_or(i64::MAX));
        let mut change = self.store.change().await?;
        let made = async {
            // Those that have ended go when a new one comes.
            let sql = "DELETE FROM session WHERE expires_at <= ?";
            sqlx::query(sql).bind(at).execute(&mut *change).await?;
            let sql =
                "INSERT INTO session (digest, key_id, created_at, expires_at) VALUES (?, ?, ?, ?)";
            sqlx::query(sql)
                .bind(secret::digest(&secret))
                .bind(&holder.key)
                .bind(at)
                .bind(end)
                .execute(&mut *change)
                .await?;
            record(&mut change, &holder.key, "session.opened", "").await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))?;
        Ok(secret)
    }

    /// Who opened this session; none if it has ended.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn holder_of_session(&self, secret: &str) -> Result<Option<Holder>, Fault> {
        let sql = "SELECT key_id FROM session WHERE digest = ? AND expires_at > ?";
        let found: Option<(String,)> = sqlx::query_as(sql)
            .bind(secret::digest(secret))
            .bind(now())
            .fetch_optional(self.store.pool())
            .await
            .map_err(|error| self.store.fault(&error))?;
        match found {
            Some((id,)) => self.holder_of(&id).await,
            None => Ok(None),
        }
    }

    /// Closes a session.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn close_session(&self, secret: &str, holder: &Holder) -> Result<(), Fault> {
        let mut change = self.store.change().await?;
        let made = async {
            let sql = "DELETE FROM session WHERE digest = ?";
            sqlx::query(sql).bind(secret::digest(secret)).execute(&mut *change).await?;
            record(&mut change, &holder.key, "session.closed", "").await?;
            change.commit().await
        };
        made.await.map_err(|error| self.store.fault(&error))
    }

    /// Removes sessions that have ended; how many.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn purge_sessions(&self) -> Result<u64, Fault> {
        sqlx::query("DELETE FROM session WHERE expires_at <= ?")
            .bind(now())
            .execute(self.store.pool())
            .await
            .map(|done| done.rows_affected())
            .map_err(|error| self.store.fault(&error))
    }
}

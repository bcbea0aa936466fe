//! How much there is in the ledger, for whoever watches over a server.

use super::Ledger;
use crate::fault::Fault;

/// What there is, by state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Totals {
    /// Prints.
    pub prints: Vec<(String, i64)>,
    /// Numbers in the registry.
    pub certificates: Vec<(String, i64)>,
    /// Rows of unfinished prints that are not typeset yet.
    pub rows_to_print: i64,
}

impl Ledger {
    /// How much there is now.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn totals(&self) -> Result<Totals, Fault> {
        let prints = "SELECT state, count(*) FROM print GROUP BY state";
        let certificates = "SELECT state, count(*) FROM certificate GROUP BY state";
        let rows = "SELECT coalesce(sum(chunk.last - chunk.first + 1), 0) FROM chunk
            JOIN print ON print.id = chunk.print
            WHERE stage = 0 AND chunk.state <> 'done' AND print.state = 'waiting'";
        let read = async {
            let pool = self.store.pool();
            let prints = sqlx::query_as(prints).fetch_all(pool).await?;
            let certificates = sqlx::query_as(certificates).fetch_all(pool).await?;
            let (rows_to_print,): (i64,) = sqlx::query_as(rows).fetch_one(pool).await?;
            Ok(Totals { prints, certificates, rows_to_print })
        };
        read.await.map_err(|error| self.store.fault(&error))
    }
}

//! What a server does while nobody asks: batches are worked at, and files that are over removed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::Notify;

use crate::app::Batches;
use crate::jobs::Purged;

/// Files that are over are looked for so often.
const PURGED_EVERY: Duration = Duration::from_secs(3600);

/// A data directory that cannot be written may be the next moment.
const AGAIN: Duration = Duration::from_secs(5);

/// How the work is called and stopped.
#[derive(Default)]
pub(in crate::http) struct Background {
    stop: Arc<AtomicBool>,
    called: Arc<Notify>,
}

impl Background {
    /// There is something to do.
    pub(in crate::http) fn call(&self) {
        // Those who wait, and the next one who would.
        self.called.notify_waiters();
        self.called.notify_one();
    }

    /// Chunks in hand are finished, and no other is begun.
    pub(in crate::http) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.called.notify_waiters();
    }

    /// Whether it was told to stop.
    pub(in crate::http) fn is_stopping(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Works until told to stop.
    pub(in crate::http) async fn run(&self, batches: &Batches, kept: Duration) {
        let purging = tokio::spawn(purge(batches.clone(), kept));
        while !self.is_stopping() {
            let (stop, called) = (Arc::clone(&self.stop), Arc::clone(&self.called));
            if let Err(fault) = batches.work(stop, called).await {
                tracing::error!("程序故障：{fault}");
                tokio::time::sleep(AGAIN).await;
            }
        }
        purging.abort();
    }
}

async fn purge(batches: Batches, kept: Duration) {
    let older = i64::try_from(kept.as_secs()).unwrap_or(i64::MAX);
    let mut every = tokio::time::interval(PURGED_EVERY);
    loop {
        every.tick().await;
        match batches.ledger().purge(older).await {
            Ok(Purged { files: 0, .. }) => {}
            Ok(Purged { files, .. }) => {
                tracing::info!(files, "批次印成的文件，已过保留期的和不再需要的，已清除");
            }
            Err(fault) => tracing::error!("程序故障：{fault}"),
        }
    }
}

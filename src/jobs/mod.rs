//! Batches (批次): rows accepted together, and the work of printing them, in a ledger that survives the
//! death of any process at any point.
//!
//! Work is cut into chunks. Whoever takes a chunk holds it as long as it lives: a lock on a file tells
//! that at once, and a beat that stands still tells of a process that was stopped. Each taking raises the
//! chunk's fence, and only the last one who took it may commit. No clock decides anything.

mod accept;
mod claim;
mod commit;
mod holds;
mod keep;
mod progress;
mod totals;
mod worker;

use crate::registry::Registry;
use crate::store::Store;

pub(crate) use accept::signed;
pub use accept::{Accepted, NewBatch, NewPrint, NewRow};
pub use claim::Claim;
pub use commit::RunMade;
pub use holds::{Holds, LastNumber};
pub use keep::{Purged, PutOff, RESULTS, RUNS};
pub use progress::{Batch, Print, PrintState, RowState, again, ended_by};
pub use totals::Totals;
pub use worker::Worker;

/// How often a piece of work is tried before its print is stalled.
pub const TRIES: i64 = 3;

/// The ledger of batches in a data directory.
#[derive(Debug, Clone)]
pub struct Ledger {
    store: Store,
    registry: Registry,
}

impl Ledger {
    /// The ledger of a data directory.
    #[must_use]
    pub fn of(store: Store) -> Self {
        let registry = Registry::of(store.clone());
        Self { store, registry }
    }

    /// Where it is kept.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// The registry beside it.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

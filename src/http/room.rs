//! Room for bodies: all that are being received or worked at have so many bytes together.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What is left of the room for bodies, in KiB.
pub(super) struct Rooms(Arc<Semaphore>);

/// Room for a body, given up when dropped.
pub(super) type Room = OwnedSemaphorePermit;

impl Rooms {
    /// Room for so many bytes in all.
    pub(super) fn of(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes >> 10)))
    }

    /// Room for a body of so many bytes; none if there is too little left.
    pub(super) fn take(&self, bytes: usize) -> Option<Room> {
        let needed = u32::try_from(bytes.div_ceil(1 << 10)).ok()?;
        Arc::clone(&self.0).try_acquire_many_owned(needed).ok()
    }
}

//! What attached files may be and take.

use std::time::Duration;

use crate::packet::MostAttached;

/// The most that an attached file may be.
#[derive(Debug, Clone, Copy)]
pub struct MostOfAttachments {
    /// What is made of it.
    pub made: MostAttached,
    /// How many there may be.
    pub count: usize,
    /// How many of one packet are worked at at once.
    pub at_once: usize,
    /// The time in which all of one packet must be worked at.
    pub time: Duration,
    /// The bytes that the pages of all may have together.
    pub total: u64,
    /// The bytes of one file.
    pub bytes: u64,
}

impl Default for MostOfAttachments {
    fn default() -> Self {
        let made = MostAttached { pages: 300, pixels: 64_000_000, resolution: 300.0 };
        let time = Duration::from_secs(600);
        Self { made, count: 200, at_once: 1, time, bytes: 400 << 20, total: 1 << 30 }
    }
}

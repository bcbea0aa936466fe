//! What a picture may have, and why one is not taken.

/// What a picture may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Pixels, unpacked.
    pub(super) pixels: u64,
    /// Dots in an inch of paper; finer pictures are brought down to it.
    pub(super) resolution: f64,
}

/// Why a picture cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It has so many pixels, which is more than may be.
    TooLarge(u64),
    /// It cannot be read to its end.
    Damaged,
    /// It is written in a way that we do not read.
    Unread,
    /// There are more of them than may be.
    TooMany,
}

/// Whether a picture of so many pixels each way may be taken.
pub(super) fn within(width: u32, height: u32, most: Most) -> Result<(), Unusable> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > most.pixels { Err(Unusable::TooLarge(pixels)) } else { Ok(()) }
}

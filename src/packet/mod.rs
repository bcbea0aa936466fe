//! Files that belong together: the archive in which several are handed over as one.

mod archive;

pub use archive::{Part, archive};

//! Files that belong together: the archive in which several are handed over as one.

mod archive;
mod unpack;

pub use archive::{Part, archive};
pub use unpack::unpack;

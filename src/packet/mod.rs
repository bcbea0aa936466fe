//! Files that belong together: the archive in which several are handed over as one.

mod archive;
#[allow(dead_code)]
mod book;
#[allow(dead_code)]
mod foreign;
mod import;
#[allow(dead_code)]
mod picture;
#[allow(dead_code)]
mod place;
pub mod typed;
mod unpack;

pub use archive::{Part, archive};
pub use unpack::unpack;

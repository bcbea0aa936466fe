//! Files that belong together: an application packet (申报包) put together of parts, and the archive in
//! which several files are handed over as one.

mod archive;
mod attached;
#[allow(dead_code)]
mod book;
mod foreign;
mod import;
mod kind;
mod picture;
mod place;
mod raster;
mod task;
mod unpack;

pub use archive::{Part, archive};
pub use attached::{Fitted, Fitting, MostAttached, Unfit, Words, fit};
pub use kind::Kind;
pub use task::{Done, Task};
pub use unpack::unpack;

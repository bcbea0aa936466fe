//! Files that belong together: an application packet (申报包) put together of parts, and the archive in
//! which several files are handed over as one.

mod archive;
mod attached;
mod bind;
mod book;
mod checklist;
mod dress;
mod foreign;
mod given;
mod import;
mod jpeg;
mod kind;
mod layers;
mod most;
mod names;
mod picture;
mod place;
mod plan;
mod raster;
mod scans;
mod task;
pub mod typed;
mod unpack;

pub use archive::Archive;
pub use attached::{Fitted, Fitting, MostAttached, Unfit, Words, fit};
pub use bind::{Marks, Read, bind, joined};
pub use checklist::{Line, Standing, checklist};
pub use dress::{Dress, dress};
pub use given::{Attachment, Given, GivenPaper, listed, look};
pub use kind::Kind;
pub use names::{folded, for_archive, slip_of};
pub use plan::{Part, Place, Plan};
pub use task::{Done, Task};
pub use unpack::unpack;

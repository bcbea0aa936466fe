//! Backup (备份) and restore (恢复) of a data directory: one archive, taken while others work in it.
//!
//! The archive is a plain zip: one file that comes whole and is copied in one piece, and that any zip
//! program can test and open. Its members are stored as they are: what is kept are mostly PDFs, which are
//! compressed inside, and no archive can grow as it is opened.

mod manifest;
mod restoring;
mod taking;

pub use manifest::{Manifest, Member};
pub use restoring::{Restored, restore};
pub use taking::{Backup, back_up};

/// The names of members.
const MANIFEST: &str = "manifest.json";
const DATABASE: &str = "chengwen.db";
const FILES: &str = "files/";

/// Bytes that are copied at once.
const PART: usize = 1 << 20;

//! A zip whose bytes depend on its files only, with names that unzip rightly on Chinese Windows.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::fault::Fault;

/// One file of an archive.
#[derive(Debug, Clone)]
pub struct Entry {
    /// Its name; must be a plain file name.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// Packs the files in this order.
///
/// # Errors
/// A fault if the archive cannot be written.
pub fn archive(entries: &[Entry]) -> Result<Vec<u8>, Fault> {
    // The earliest time a zip can hold, for every file: the clock has no say in the bytes. A PDF
    // is compressed inside already.
    let options = SimpleFileOptions::default()
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for entry in entries {
        let method = if entry.name.ends_with(".pdf") {
            CompressionMethod::Stored
        } else {
            CompressionMethod::Deflated
        };
        writer
            .start_file(entry.name.as_str(), options.compression_method(method))
            .map_err(|error| Fault::new(format!("zip 写不出来：{error}")))?;
        writer
            .write_all(&entry.bytes)
            .map_err(|error| Fault::new(format!("zip 写不出来：{error}")))?;
    }
    writer
        .finish()
        .map(Cursor::into_inner)
        .map_err(|error| Fault::new(format!("zip 写不出来：{error}")))
}

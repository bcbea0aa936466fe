//! A zip whose bytes depend on its files only, with names that unzip rightly on Chinese Windows.

use std::io::{Cursor, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use crate::fault::Fault;

/// An archive in the making.
pub struct Archive(ZipWriter<Cursor<Vec<u8>>>);

impl Archive {
    /// One without files.
    #[must_use]
    pub fn new() -> Self {
        Self(ZipWriter::new(Cursor::new(Vec::new())))
    }

    /// Adds a file; folders in its name are parted by `/`.
    ///
    /// # Errors
    /// A fault if it cannot be written.
    pub fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Fault> {
        // PDFs and pictures are compressed inside already.
        let plain = [".json", ".csv", ".txt", ".md"].iter().any(|ending| name.ends_with(ending));
        let method = if plain { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        // The earliest time a zip can hold, for every file: the clock has no say in the bytes.
        let options = SimpleFileOptions::default()
            .last_modified_time(DateTime::default())
            .unix_permissions(0o644)
            .compression_method(method);
        self.0.start_file(name, options).map_err(|error| unwritable(&error))?;
        self.0.write_all(bytes).map_err(|error| unwritable(&error))
    }

    /// Its bytes.
    ///
    /// # Errors
    /// A fault if it cannot be written.
    pub fn finish(self) -> Result<Vec<u8>, Fault> {
        self.0.finish().map(Cursor::into_inner).map_err(|error| unwritable(&error))
    }
}

impl Default for Archive {
    fn default() -> Self {
        Self::new()
    }
}

fn unwritable(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(format!("zip 写不出来：{error}"))
}

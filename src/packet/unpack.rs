//! One file out of an archive.

use std::io::{Cursor, Read};

use zip::ZipArchive;

use crate::fault::Fault;

/// The bytes of the file whose path in the archive ends so.
///
/// # Errors
/// A fault if the bytes are no zip, or no file in it is called so.
pub fn unpack(zip: &[u8], ending: &str) -> Result<Vec<u8>, Fault> {
    let broken = |error: &dyn std::fmt::Display| Fault::new(format!("zip 读不懂：{error}"));
    let mut archive = ZipArchive::new(Cursor::new(zip)).map_err(|error| broken(&error))?;
    let name = archive
        .file_names()
        .filter_map(Result::ok)
        .find(|name| name.ends_with(ending))
        .map(|name| name.into_owned());
    let name = name.ok_or_else(|| Fault::new(format!("zip 中没有 {ending}")))?;
    let mut bytes = Vec::new();
    archive
        .by_name(&name)
        .map_err(|error| broken(&error))?
        .read_to_end(&mut bytes)
        .map_err(|error| broken(&error))?;
    Ok(bytes)
}

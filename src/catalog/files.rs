//! What lies in a home: the files below `templates/`, and the samples.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::fault::{Fault, io_reason};

/// Every file below a folder, by its path from there, starting with a slash.
pub(super) fn read_below(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    fn walk(folder: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Fault> {
        let unreadable = |error: std::io::Error| {
            Fault::at(folder, format!("读不了文件夹：{}", io_reason(&error)))
        };
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Ok(own) = entry.file_name().into_string() else {
                return Err(Fault::at(&entry.path(), "文件名不是 UTF-8"));
            };
            // Editors leave hidden files; a symbolic link could lead out of the home.
            let kind = entry.file_type().map_err(unreadable)?;
            if own.starts_with('.') || kind.is_symlink() {
                continue;
            }
            let path = format!("{name}/{own}");
            if kind.is_dir() {
                walk(&entry.path(), &path, files)?;
            } else {
                let bytes = fs::read(entry.path()).map_err(|error| {
                    Fault::at(&entry.path(), format!("读不了文件：{}", io_reason(&error)))
                })?;
                files.insert(path, bytes);
            }
        }
        Ok(())
    }
    let mut files = BTreeMap::new();
    walk(root, "", &mut files)?;
    Ok(files)
}

/// The samples by document (`programme-document`), then by case.
pub(super) fn samples_in(
    folder: &Path,
) -> Result<BTreeMap<String, BTreeMap<String, PathBuf>>, Fault> {
    let unreadable =
        |error: std::io::Error| Fault::at(folder, format!("读不了文件夹：{}", io_reason(&error)));
    let mut samples: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(stem) = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".json"))
        else {
            continue;
        };
        let (document, case) = stem.split_once('.').unwrap_or((stem, ""));
        samples.entry(document.to_owned()).or_default().insert(case.to_owned(), path.clone());
    }
    Ok(samples)
}

/// The samples of packets by programme, then by case: each a folder (`programme` or `programme.case`) with a
/// `packet.json`.
pub(super) fn packet_samples_in(
    folder: &Path,
) -> Result<BTreeMap<String, BTreeMap<String, PathBuf>>, Fault> {
    let mut samples: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(samples);
    }
    let unreadable =
        |error: std::io::Error| Fault::at(folder, format!("读不了文件夹：{}", io_reason(&error)));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let file = path.join("packet.json");
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if file.is_file() {
            let (programme, case) = name.split_once('.').unwrap_or((name, ""));
            samples.entry(programme.to_owned()).or_default().insert(case.to_owned(), file);
        }
    }
    Ok(samples)
}

/// How many folders deep a path of [`read_below`] lies, itself counted.
pub(super) fn depth(path: &str) -> usize {
    path.matches('/').count()
}

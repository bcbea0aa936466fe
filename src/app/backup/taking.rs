//! Taking: the database as it is at one moment, then every kept file that it refers to.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use futures_util::StreamExt;
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{DATABASE, FILES, MANIFEST, Manifest, Member, PART};
use crate::app::Refusal;
use crate::app::part::{Part, Readers};
use crate::config;
use crate::digest::hexadecimal;
use crate::fault::{Fault, io_reason};
use crate::jobs::{Ledger, RUNS};
use crate::store::{Snapshot, Store, VERSION, sync_folder};

/// The version of the tables that have batches and certificates.
const WITH_LEDGER: i64 = 2;

/// A backup that was taken.
#[derive(Debug, Clone)]
pub struct Backup {
    /// What it holds.
    pub manifest: Manifest,
    /// The bytes of the archive.
    pub bytes: u64,
}

/// Backs a data directory up into a new file, while others work in it; nothing in it is changed. Only on a
/// thread for blocking work.
///
/// # Errors
/// What is no data directory, a file that is there already, or a fault.
pub fn back_up(data: &Path, output: &Path, handle: &Handle) -> Result<Backup, Refusal> {
    if !Store::is_at(data) {
        let what = format!("{} 不是数据目录：里面没有数据库", data.display());
        return Err(Refusal::Usage(what));
    }
    let part = begin(data, output)?;
    // Taken first: from now on no kept file is removed until the last one is copied.
    let snapshot = handle.block_on(Snapshot::take(data))?;
    let ledger = Ledger::of(snapshot.store().clone());
    // Tables of another version are copied as they are, and asked for no more than must be known.
    let current = snapshot.version() == VERSION;
    let holds = match current {
        true => Some(handle.block_on(ledger.holds())?),
        false => None,
    };
    let mut manifest = Manifest::new(snapshot.version(), holds);
    if current {
        let audit = handle.block_on(ledger.registry().audit(None))?;
        manifest.slips = audit.slips;
        if audit.untold > 0 {
            manifest.slips.push(format!("另有 {} 处不一致没有列出", audit.untold));
        }
    }
    let mut archive = Archive { zip: ZipWriter::new(part.file()).set_auto_large_file(), output };
    let mut database = snapshot.open()?;
    let member = archive.copy(DATABASE, || read(&mut database))?;
    manifest.files.push(member);
    let settings = data.join(config::FILE);
    if settings.is_file() {
        let mut file = File::open(&settings).map_err(|error| unreadable(&settings, &error))?;
        manifest.files.push(archive.copy(config::FILE, || read(&mut file))?);
    }
    if snapshot.version() >= WITH_LEDGER {
        for (name, known) in handle.block_on(ledger.needed())? {
            let Some((_, mut parts)) = handle.block_on(ledger.store().files().stream(&name))?
            else {
                manifest.lacking.push(name);
                continue;
            };
            let next = || handle.block_on(parts.next()).transpose();
            let member = archive.copy(&format!("{FILES}{name}"), next)?;
            if known.or_else(|| named_by(&name)).is_some_and(|known| known != member.sha256) {
                manifest.altered.push(name);
            }
            manifest.files.push(member);
        }
    }
    // The copy of the database is not needed any more.
    drop(snapshot);
    let text = serde_json::to_vec_pretty(&manifest)
        .map_err(|error| Fault::new(format!("备份的清单写不出来：{error}")))?;
    let mut rest = Some(text);
    archive.copy(MANIFEST, || Ok(rest.take()))?;
    archive.finish()?;
    let bytes = part.file().metadata().map_err(|error| unwritable(output, &error))?.len();
    part.place_anew().map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => there(output),
        _ => unwritable(output, &error).into(),
    })?;
    sync_folder(&folder_of(output))?;
    Ok(Backup { manifest, bytes })
}

/// Begins the file that becomes the archive.
fn begin(data: &Path, output: &Path) -> Result<Part, Refusal> {
    if output.exists() {
        return Err(there(output));
    }
    let folder = folder_of(output);
    if let (Ok(folder), Ok(data)) = (folder.canonicalize(), data.canonicalize())
        && folder.starts_with(&data)
    {
        let what = "备份不能放在数据目录里面：要防的正是这个目录坏掉；请换一个地方";
        return Err(Refusal::Usage(what.to_owned()));
    }
    Part::begin(output, Readers::Owner).map_err(|error| match error.kind() {
        io::ErrorKind::StorageFull => unwritable(output, &error).into(),
        _ => Refusal::Usage(format!("写不到 {}：{}", output.display(), io_reason(&error))),
    })
}

/// An archive that is being written.
struct Archive<'a> {
    zip: ZipWriter<&'a File>,
    output: &'a Path,
}

impl Archive<'_> {
    /// Copies a member part by part.
    fn copy(
        &mut self,
        name: &str,
        mut next: impl FnMut() -> io::Result<Option<Vec<u8>>>,
    ) -> Result<Member, Refusal> {
        // The bytes of an archive do not depend on the clock, and nothing is compressed: see the module.
        let options = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default())
            .unix_permissions(0o600);
        let output = self.output;
        self.zip.start_file(name, options).map_err(|error| unwritable(output, &error.into()))?;
        let (mut hashing, mut bytes) = (Sha256::new(), 0);
        while let Some(part) = next().map_err(|error| unreadable(Path::new(name), &error))? {
            hashing.update(&part);
            bytes += part.len() as u64;
            self.zip.write_all(&part).map_err(|error| unwritable(output, &error))?;
        }
        Ok(Member { name: name.to_owned(), bytes, sha256: hexadecimal(&hashing.finalize()) })
    }

    fn finish(self) -> Result<(), Fault> {
        self.zip.finish().map(drop).map_err(|error| unwritable(self.output, &error.into()))
    }
}

/// The next part of a file.
fn read(file: &mut File) -> io::Result<Option<Vec<u8>>> {
    let mut part = Vec::with_capacity(PART);
    file.take(PART as u64).read_to_end(&mut part)?;
    Ok(Some(part).filter(|part| !part.is_empty()))
}

/// The digest that a run is named by.
fn named_by(name: &str) -> Option<String> {
    let stem = name.strip_prefix(RUNS)?.strip_prefix('/')?.split('.').next()?;
    (stem.len() == 64).then(|| stem.to_owned())
}

fn folder_of(output: &Path) -> PathBuf {
    match output.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

fn there(output: &Path) -> Refusal {
    Refusal::Usage(format!("已有 {}，备份不覆盖任何文件；请换一个文件名", output.display()))
}

fn unreadable(path: &Path, error: &io::Error) -> Fault {
    Fault::at(path, format!("读不了，没有备份：{}", io_reason(error)))
}

fn unwritable(output: &Path, error: &io::Error) -> Fault {
    let fault = Fault::at(output, format!("备份写不出：{}", io_reason(error)));
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            fault.hint("腾出空间或换个地方，再备份一次")
        }
        _ => fault,
    }
}

//! Restoring: an archive is compared with its manifest as it is unpacked, and the registry audited, before
//! anybody can use the directory.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, BufReader, Read, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

use super::{DATABASE, FILES, MANIFEST, Manifest, Member, PART};
use crate::app::Refusal;
use crate::config;
use crate::digest::hexadecimal;
use crate::fault::{Fault, io_reason};
use crate::jobs::{Holds, Ledger};
use crate::store::{Files, Occupied, Restoring, Store};

/// The most bytes of a manifest: a million files.
const MOST: u64 = 256 << 20;

/// A directory that was restored.
#[derive(Debug, Clone)]
pub struct Restored {
    /// What the archive holds.
    pub manifest: Manifest,
    /// What the directory holds.
    pub holds: Holds,
}

type Archive = ZipArchive<BufReader<File>>;

/// Restores an archive into a directory that is not there or is empty. Only on a thread for blocking work.
///
/// # Errors
/// An archive that is not as it was taken, or a directory that is in use; nothing is left then.
pub fn restore(
    archive: &Path,
    data: &Path,
    who: &str,
    handle: &Handle,
) -> Result<Restored, Refusal> {
    let file = File::open(archive).map_err(|error| {
        Refusal::Usage(format!("读不了 {}：{}", archive.display(), io_reason(&error)))
    })?;
    let mut archive = ZipArchive::new(BufReader::with_capacity(PART, file)).map_err(spoiled)?;
    let manifest = manifest_of(&mut archive)?;
    compare(&mut archive, &manifest)?;
    let restoring = Restoring::begin(data)?.map_err(|occupied| refuse(data, occupied))?;
    let files = restoring.files()?;
    for member in &manifest.files {
        unpack(&mut archive, member, &restoring, &files, handle)?;
    }
    let store = handle.block_on(restoring.open())?;
    let checked = handle.block_on(check(&store, &manifest, who));
    handle.block_on(store.close());
    let holds = checked?;
    restoring.finish()?;
    Ok(Restored { manifest, holds })
}

fn manifest_of(archive: &mut Archive) -> Result<Manifest, Refusal> {
    let mut member = archive.by_name(MANIFEST).map_err(|error| match error {
        ZipError::FileNotFound => {
            Refusal::Usage("这个文件不是备份：里面没有清单（manifest.json）".to_owned())
        }
        error => spoiled(error),
    })?;
    if member.compression() != CompressionMethod::Stored || member.size() > MOST {
        return Err(Refusal::Usage("备份的清单不是本程序写的，没有恢复".to_owned()));
    }
    let mut text = Vec::new();
    member.read_to_end(&mut text).map_err(|error| spoiled(error.into()))?;
    Manifest::read(&text)
}

/// Insists that an archive has what its manifest tells, and nothing else; before a byte is written.
fn compare(archive: &mut Archive, manifest: &Manifest) -> Result<(), Refusal> {
    let told: BTreeMap<&str, u64> =
        manifest.files.iter().map(|member| (member.name.as_str(), member.bytes)).collect();
    let twice = told.len() != manifest.files.len() || archive.has_duplicate_names();
    if twice || archive.has_overlapping_entries().map_err(spoiled)? {
        return Err(Refusal::Usage("备份里有的文件出现两次，没有恢复".to_owned()));
    }
    let (mut slips, mut found) = (Vec::new(), BTreeSet::new());
    for at in 0..archive.len() {
        let member = archive.by_index_raw(at).map_err(spoiled)?;
        let name = member.name().map_err(spoiled)?.into_owned();
        if name == MANIFEST {
            continue;
        }
        let shown = name.escape_debug();
        match told.get(name.as_str()) {
            None => slips.push(format!("多出“{shown}”")),
            Some(_) if member.compression() != CompressionMethod::Stored => {
                slips.push(format!("“{shown}”是压缩过的"));
            }
            Some(bytes) if *bytes != member.size() || *bytes != member.compressed_size() => {
                slips.push(format!("“{shown}”的长度不对"));
            }
            Some(_) => {}
        }
        found.insert(name);
    }
    slips.extend(
        told.keys().filter(|name| !found.contains(**name)).map(|name| format!("缺少“{name}”")),
    );
    if slips.is_empty() {
        return Ok(());
    }
    let more = slips.len().saturating_sub(5);
    slips.truncate(5);
    let more = if more > 0 { format!("；另有 {more} 处") } else { String::new() };
    Err(Refusal::Usage(format!("备份与它的清单不符，没有恢复：{}{more}", slips.join("；"))))
}

/// Writes a member where it belongs, and compares it with the manifest.
fn unpack(
    archive: &mut Archive,
    member: &Member,
    restoring: &Restoring,
    files: &Files,
    handle: &Handle,
) -> Result<(), Refusal> {
    let mut packed = archive.by_name(&member.name).map_err(spoiled)?;
    let sha256 = match member.name.strip_prefix(FILES) {
        Some(name) => {
            let mut writing = files.begin(name, handle)?;
            match copy(&mut packed, &mut writing, restoring.folder()) {
                Ok(_) => writing.finish()?.sha256,
                Err(refusal) => {
                    writing.abandon();
                    return Err(refusal);
                }
            }
        }
        None => {
            let path = match member.name.as_str() {
                DATABASE => restoring.database(),
                _ => restoring.folder().join(config::FILE),
            };
            let mut file = restoring.create(&path)?;
            let sha256 = copy(&mut packed, &mut file, restoring.folder())?;
            file.sync_all().map_err(|error| unwritable(restoring.folder(), &error))?;
            sha256
        }
    };
    if sha256 != member.sha256 {
        let what = format!("备份里的“{}”与清单不符：备份损坏了，没有恢复", member.name);
        return Err(Refusal::Usage(what));
    }
    Ok(())
}

/// Copies all of a member; its SHA-256.
fn copy(from: &mut impl Read, to: &mut impl Write, folder: &Path) -> Result<String, Refusal> {
    let (mut hashing, mut part) = (Sha256::new(), vec![0; PART]);
    loop {
        let read = from.read(&mut part).map_err(|error| spoiled(error.into()))?;
        if read == 0 {
            return Ok(hexadecimal(&hashing.finalize()));
        }
        hashing.update(&part[..read]);
        to.write_all(&part[..read]).map_err(|error| unwritable(folder, &error))?;
    }
}

/// What a directory must be before anybody uses it.
async fn check(store: &Store, manifest: &Manifest, who: &str) -> Result<Holds, Refusal> {
    store.check().await?;
    let ledger = Ledger::of(store.clone());
    let kept: BTreeSet<&str> =
        manifest.files.iter().filter_map(|member| member.name.strip_prefix(FILES)).collect();
    let lacking: BTreeSet<&str> = manifest.lacking.iter().map(String::as_str).collect();
    for name in ledger.needed().await?.keys() {
        if !kept.contains(name.as_str()) && !lacking.contains(name.as_str()) {
            let what = format!("备份里缺少登记簿要用的“{name}”，没有恢复");
            return Err(Refusal::Usage(what));
        }
    }
    let audit = ledger.registry().audit(None).await?;
    // What did not agree when it was taken does not agree now; anything else is the archive's.
    if !audit.is_whole() && manifest.slips.is_empty() {
        let what = format!("备份里的登记簿通不过审计，没有恢复：{}", audit.slips.join("；"));
        return Err(Refusal::Usage(what));
    }
    ledger.restored(who, &manifest.taken).await?;
    Ok(ledger.holds().await?)
}

fn refuse(data: &Path, occupied: Occupied) -> Refusal {
    let data = data.display();
    Refusal::Usage(match occupied {
        Occupied::NoFolder => format!("{data} 不是目录；恢复到一个新的目录"),
        Occupied::NotEmpty => {
            format!("{data} 里已有东西；恢复只写到新的或空的目录，不会动正在用的")
        }
        Occupied::Busy => format!("另一个恢复正在写 {data}"),
    })
}

fn spoiled(error: ZipError) -> Refusal {
    let reason = match error {
        ZipError::Io(error) if error.kind() != io::ErrorKind::UnexpectedEof => io_reason(&error),
        ZipError::Io(_) => "后面断掉了".to_owned(),
        error => error.to_string(),
    };
    Refusal::Usage(format!("不是备份，或者备份损坏、不完整，没有恢复（{reason}）"))
}

fn unwritable(folder: &Path, error: &io::Error) -> Fault {
    Fault::at(folder, format!("写不出，没有恢复：{}", io_reason(error)))
}

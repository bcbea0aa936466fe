//! Files that are kept: whole or not at all, on the disk when told as kept, never one over another.
//!
//! Names are plain ASCII; what a user calls a file is told when it is sent.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::stream::BoxStream;
use futures_util::{StreamExt, TryStreamExt};
use object_store::local::LocalFileSystem;
use object_store::path::Path as Key;
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutOptions, WriteMultipart};
use sha2::{Digest as _, Sha256};
use tokio::runtime::Handle;

use super::make;
use crate::digest::hexadecimal;
use crate::fault::{Fault, io_reason};

/// The folder in the data directory.
const FOLDER: &str = "files";

/// How many parts of a file are written at once; what is waiting is held in memory.
const PARTS: usize = 2;

/// The kept files of a data directory.
#[derive(Debug, Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
    folder: PathBuf,
}

/// A file that is being written. It is not there until it is finished.
pub struct Writing {
    upload: WriteMultipart,
    handle: Handle,
    hashing: Sha256,
    bytes: u64,
}

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// SHA-256, as hexadecimal digits.
    pub sha256: String,
    /// How many bytes.
    pub bytes: u64,
}

impl Files {
    pub(super) fn open(data: &Path) -> Result<Self, Fault> {
        let folder = data.join(FOLDER);
        make(&folder)?;
        let store = LocalFileSystem::new_with_prefix(&folder).map_err(|error| told(&error))?;
        // Numbers are told as issued when the file is kept; that must be so after a power cut.
        let store = store.with_fsync(true);
        Ok(Self { store: Arc::new(store), folder })
    }

    /// Keeps bytes under a name that stands for them (their digest): what is there already is the same.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub async fn keep(&self, name: &str, bytes: Vec<u8>) -> Result<(), Fault> {
        let options = PutOptions { mode: PutMode::Create, ..PutOptions::default() };
        match self.store.put_opts(&Key::from(name), bytes.into(), options).await {
            Ok(_) | Err(object_store::Error::AlreadyExists { .. }) => Ok(()),
            Err(error) => Err(told(&error)),
        }
    }

    /// Begins a file. Only on a thread for blocking work.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn begin(&self, name: &str, handle: &Handle) -> Result<Writing, Fault> {
        let upload = handle.block_on(self.store.put_multipart(&Key::from(name)));
        let upload = {
            let _within = handle.enter();
            WriteMultipart::new(upload.map_err(|error| told(&error))?)
        };
        Ok(Writing { upload, handle: handle.clone(), hashing: Sha256::new(), bytes: 0 })
    }

    /// All bytes of a file; none if there is no such file (any more).
    ///
    /// # Errors
    /// A disk that cannot be read.
    pub async fn read(&self, name: &str) -> Result<Option<Vec<u8>>, Fault> {
        let Some((_, mut stream)) = self.stream(name).await? else { return Ok(None) };
        let mut bytes = Vec::new();
        while let Some(part) = stream.next().await {
            bytes.extend_from_slice(&part.map_err(|error| broken(&error))?);
        }
        Ok(Some(bytes))
    }

    /// The length and the bytes of a file, part by part; none if there is no such file (any more).
    ///
    /// # Errors
    /// A disk that cannot be read.
    pub async fn stream(
        &self,
        name: &str,
    ) -> Result<Option<(u64, BoxStream<'static, io::Result<Vec<u8>>>)>, Fault> {
        match self.store.get(&Key::from(name)).await {
            Ok(got) => {
                let bytes = got.meta.size;
                let parts = got.into_stream().map_ok(Vec::from).map_err(io::Error::other);
                Ok(Some((bytes, parts.boxed())))
            }
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(told(&error)),
        }
    }

    /// Removes a file; one that is not there is no failure.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub async fn remove(&self, name: &str) -> Result<(), Fault> {
        match self.store.delete(&Key::from(name)).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(told(&error)),
        }
    }

    /// The names of all files in a folder.
    ///
    /// # Errors
    /// A disk that cannot be read.
    pub async fn names(&self, folder: &str) -> Result<Vec<String>, Fault> {
        let folder = Key::from(folder);
        let listed = self.store.list(Some(&folder)).map_ok(|meta| meta.location.to_string());
        listed.try_collect().await.map_err(|error| told(&error))
    }
}

impl Files {
    /// Removes what somebody died over while writing it; tells how much. Only while nobody writes.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn clear_unfinished(&self, folder: &str) -> Result<usize, Fault> {
        let entries = match std::fs::read_dir(self.folder.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(0),
            Err(error) => return Err(broken(&error)),
        };
        let mut removed = 0;
        for entry in entries {
            let entry = entry.map_err(|error| broken(&error))?;
            // The store itself neither lists nor removes what it has not finished.
            if !is_unfinished(&entry.file_name().to_string_lossy()) {
                continue;
            }
            std::fs::remove_file(entry.path()).map_err(|error| broken(&error))?;
            removed += 1;
        }
        Ok(removed)
    }
}

/// Whether the store names a file so until it is finished: its name, `#` and digits.
fn is_unfinished(name: &str) -> bool {
    name.split_once('#').is_some_and(|(_, count)| {
        !count.is_empty() && count.bytes().all(|byte| byte.is_ascii_digit())
    })
}

impl Writing {
    /// Gives the file up; nothing is left of it.
    pub fn abandon(self) {
        if let Err(error) = self.handle.block_on(self.upload.abort()) {
            tracing::warn!("没有写完的文件清除不了：{error}");
        }
    }

    /// Ends the file: from now on it is there.
    ///
    /// # Errors
    /// A disk that cannot be written; nothing is left of it then.
    pub fn finish(self) -> Result<Written, Fault> {
        let sha256 = hexadecimal(&self.hashing.finalize());
        let finished = self.handle.block_on(self.upload.finish());
        finished.map(|_| Written { sha256, bytes: self.bytes }).map_err(|error| told(&error))
    }
}

impl Write for Writing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _within = self.handle.enter();
        self.hashing.update(bytes);
        self.bytes += bytes.len() as u64;
        self.upload.write(bytes);
        let capacity = self.handle.block_on(self.upload.wait_for_capacity(PARTS));
        capacity.map(|()| bytes.len()).map_err(io::Error::other)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn broken(error: &io::Error) -> Fault {
    let fault = Fault::new(format!("数据目录里的文件读写不了：{}", io_reason(error)));
    match error.kind() {
        io::ErrorKind::StorageFull => {
            fault.hint("腾出空间后再运行一次；已记下的（批次和编号）都留着")
        }
        _ => fault,
    }
}

/// What lies below a failure says most: a full disk, say.
fn told(error: &object_store::Error) -> Fault {
    let mut reason: &dyn std::error::Error = error;
    while let Some(below) = reason.source() {
        reason = below;
        if let Some(error) = reason.downcast_ref::<io::Error>() {
            return broken(error);
        }
    }
    Fault::new(format!("数据目录里的文件读写不了：{error}"))
}

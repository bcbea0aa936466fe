//! A data directory that is being restored: nobody uses it before it is whole.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::{FILE, Files, LOCK, Store, make, private, sync_folder};
use crate::config;
use crate::fault::{Fault, io_reason};

/// There as long as the directory is not whole, and locked by whoever is at it.
const MARK: &str = "restoring";

/// A data directory in the making; what is dropped unfinished is removed again.
pub struct Restoring {
    folder: PathBuf,
    /// Whether the folder itself was made here.
    made: bool,
    finished: bool,
    mark: File,
}

/// Why nothing can be restored into a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occupied {
    /// It is no directory.
    NoFolder,
    /// Something is in it.
    NotEmpty,
    /// Somebody else is restoring into it.
    Busy,
}

impl Restoring {
    /// Begins in a directory that is not there or is empty, or in which a restoring has died.
    ///
    /// # Errors
    /// A directory that cannot be made or written.
    pub fn begin(folder: &Path) -> Result<Result<Self, Occupied>, Fault> {
        let made = !folder.exists();
        if !made && !folder.is_dir() {
            return Ok(Err(Occupied::NoFolder));
        }
        let path = folder.join(MARK);
        let died = path.exists();
        if !made && !died && !is_empty(folder)? {
            return Ok(Err(Occupied::NotEmpty));
        }
        make(folder)?;
        let mark = private(&path)?;
        if mark.try_lock().is_err() {
            return Ok(Err(Occupied::Busy));
        }
        // Somebody may have begun to use it meanwhile.
        if !died && !is_empty(folder)? {
            std::fs::remove_file(&path)
                .map_err(|error| Fault::at(&path, format!("清除不了：{}", io_reason(&error))))?;
            return Ok(Err(Occupied::NotEmpty));
        }
        let restoring = Self { folder: folder.to_owned(), made, finished: false, mark };
        if died {
            restoring.clear()?;
        }
        sync_folder(folder)?;
        Ok(Ok(restoring))
    }

    /// Where it is.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files that will be kept.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn files(&self) -> Result<Files, Fault> {
        Files::open(&self.folder)
    }

    /// Where the database is to be written.
    #[must_use]
    pub fn database(&self) -> PathBuf {
        self.folder.join(FILE)
    }

    /// Makes a file that only the owner of the process reads, where there is none.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn create(&self, path: &Path) -> Result<File, Fault> {
        let mut options = File::options();
        options.create_new(true).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path).map_err(|error| self.told(&error))
    }

    /// Opens it as it will be, with its tables brought up to date.
    ///
    /// # Errors
    /// A database that cannot be opened, or of a newer program.
    pub async fn open(&self) -> Result<Store, Fault> {
        Store::open_as(&self.folder, false).await
    }

    /// It is whole, and can be used from now on.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn finish(mut self) -> Result<(), Fault> {
        for folder in [self.folder.join("files"), self.folder.clone()] {
            sync_folder(&folder)?;
        }
        if self.made
            && let Some(above) = self.folder.canonicalize().ok().as_deref().and_then(Path::parent)
        {
            sync_folder(above)?;
        }
        std::fs::remove_file(self.folder.join(MARK)).map_err(|error| self.told(&error))?;
        self.finished = true;
        sync_folder(&self.folder)
    }

    /// Removes what was written here, by name: nothing that somebody else has put there.
    fn clear(&self) -> Result<(), Fault> {
        let remove = |path: PathBuf| {
            let removed = if path.is_dir() {
                std::fs::remove_dir_all(&path)
            } else {
                std::fs::remove_file(&path)
            };
            match removed {
                Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                    Err(self.told(&error))
                }
                _ => Ok(()),
            }
        };
        for ending in ["", "-journal", "-wal", "-shm"] {
            remove(self.folder.join(format!("{FILE}{ending}")))?;
        }
        for name in [LOCK, config::FILE, "files"] {
            remove(self.folder.join(name))?;
        }
        Ok(())
    }

    fn told(&self, error: &std::io::Error) -> Fault {
        Fault::at(&self.folder, format!("读写不了：{}", io_reason(error)))
    }
}

impl Drop for Restoring {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        let cleared = self.clear().and_then(|()| {
            std::fs::remove_file(self.folder.join(MARK)).map_err(|error| self.told(&error))?;
            if self.made {
                std::fs::remove_dir(&self.folder).map_err(|error| self.told(&error))?;
            }
            Ok(())
        });
        if let Err(fault) = cleared {
            tracing::warn!("没有恢复成的目录清除不了：{fault}");
        }
        // Held until here: nobody else began meanwhile.
        let _ = self.mark.unlock();
    }
}

/// Refuses a directory whose restoring has not ended.
pub(super) fn refuse_unfinished(folder: &Path) -> Result<(), Fault> {
    if folder.join(MARK).exists() {
        let what = "这个数据目录正在恢复，或者恢复到一半中断了，不能使用";
        return Err(Fault::at(folder, what).hint("中断了的，再运行一次 chengwen restore"));
    }
    Ok(())
}

/// Whether nothing is in a directory; a disk of its own has a folder of the system's.
fn is_empty(folder: &Path) -> Result<bool, Fault> {
    let told = |error: &std::io::Error| Fault::at(folder, format!("读不了：{}", io_reason(error)));
    for entry in std::fs::read_dir(folder).map_err(|error| told(&error))? {
        let name = entry.map_err(|error| told(&error))?.file_name();
        if name != "lost+found" && name != MARK {
            return Ok(false);
        }
    }
    Ok(true)
}

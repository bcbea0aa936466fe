//! A file that is written part by part beside its name; it comes whole or not at all.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

/// A file in the making, for us alone; what is dropped before it has its name is removed.
pub struct Part {
    file: File,
    path: PathBuf,
    to: PathBuf,
    placed: bool,
}

/// Who may read a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readers {
    /// As the user has set for new files.
    Usual,
    /// The owner of the process only.
    Owner,
}

impl Part {
    /// Begins a file; whoever else writes the same one is waited for.
    ///
    /// # Errors
    /// A place that cannot be written.
    pub fn begin(to: &Path, readers: Readers) -> io::Result<Self> {
        let mut path = to.as_os_str().to_owned();
        path.push(".part");
        let path = PathBuf::from(path);
        let mut options = File::options();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        if readers == Readers::Owner {
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        }
        loop {
            let file = options.open(&path)?;
            file.lock()?;
            // Another one may have given it its name meanwhile, or have removed it.
            if !is_still(&file, &path)? {
                continue;
            }
            file.set_len(0)?;
            #[cfg(unix)]
            if readers == Readers::Owner {
                use std::os::unix::fs::PermissionsExt;
                file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
            }
            return Ok(Self { file, path, to: to.to_owned(), placed: false });
        }
    }

    /// What is written into.
    #[must_use]
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Gives it its name, also over what is there.
    ///
    /// # Errors
    /// A disk that cannot be written.
    pub fn place(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        std::fs::rename(&self.path, &self.to)?;
        self.placed = true;
        Ok(())
    }

    /// Gives it its name where there is nothing yet.
    ///
    /// # Errors
    /// `AlreadyExists`, or a disk that cannot be written.
    pub fn place_anew(mut self) -> io::Result<()> {
        self.file.sync_all()?;
        rename_anew(&self.path, &self.to)?;
        self.placed = true;
        Ok(())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.placed {
            // What is left of a failed write is of no use to anybody.
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

#[cfg(unix)]
fn is_still(file: &File, path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    let (held, named) = (file.metadata()?, std::fs::metadata(path));
    Ok(named.is_ok_and(|named| (named.dev(), named.ino()) == (held.dev(), held.ino())))
}

#[cfg(not(unix))]
fn is_still(_: &File, _: &Path) -> io::Result<bool> {
    Ok(true)
}

fn rename_anew(from: &Path, to: &Path) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        use rustix::io::Errno;
        match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
            // Some file systems of other machines cannot do both at once.
            Err(Errno::INVAL | Errno::NOSYS | Errno::OPNOTSUPP) => {}
            done => return done.map_err(io::Error::from),
        }
    }
    if to.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    std::fs::rename(from, to)
}

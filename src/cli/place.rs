//! Where the ledger of a batch is: what is numbered needs a registry that stays, the rest leaves nothing.

use std::fs::File;
use std::path::{Path, PathBuf};

use super::data::{self, Folder};
use super::output;
use crate::app::Refusal;
use crate::config::Config;
use crate::digest::hexadecimal;
use crate::fault::{Fault, io_reason};
use crate::store::make;

/// What the folders are called that leave nothing behind.
const PREFIX: &str = "chengwen-batch-";

/// In each of them, locked by whoever works in it.
const HELD: &str = "held";

pub(super) enum Place {
    Kept(PathBuf),
    Passing {
        folder: PathBuf,
        /// Its lock tells others that somebody is there.
        _held: File,
    },
}

impl Place {
    pub(super) fn of(config: &Config, numbered: bool) -> Result<Self, Refusal> {
        match data::folder(config) {
            Ok(folder) if folder.is_dir() => Ok(Self::Kept(folder.to_owned())),
            Ok(folder) => {
                // A name that was mistyped must not become a second registry.
                data::must_exist(folder, Folder::MustExist)?;
                Ok(Self::Kept(folder.to_owned()))
            }
            Err(_) if numbered => Err(Refusal::Usage(
                "这种文书由登记簿编号，要用数据目录：加 --data 目录，或设环境变量 CHENGWEN_DATA；\
                 第一次用时先建好这个目录，以后一直用它，编号才不会重复"
                    .to_owned(),
            )),
            Err(_) => Self::passing(),
        }
    }

    fn passing() -> Result<Self, Refusal> {
        let temporary = std::env::temp_dir();
        clear(&temporary);
        // Nobody has made it before, neither a process that died nor one that means harm.
        let mut random = [0; 10];
        getrandom::fill(&mut random)
            .map_err(|error| Fault::new(format!("系统不给随机数：{error}")))?;
        let folder = temporary.join(format!("{PREFIX}{}", hexadecimal(&random)));
        make(&folder)?;
        let new = folder.join("new");
        // It has its name only when it is locked: nobody takes it for that of a dead process.
        let held = File::create(&new).and_then(|held| {
            held.lock()?;
            std::fs::rename(&new, folder.join(HELD))?;
            Ok(held)
        });
        let held =
            held.map_err(|error| Fault::at(&folder, format!("建不了文件：{}", io_reason(&error))))?;
        Ok(Self::Passing { folder, _held: held })
    }

    pub(super) fn folder(&self) -> &Path {
        match self {
            Self::Kept(folder) | Self::Passing { folder, .. } => folder,
        }
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Self::Passing { folder, .. } = self
            && let Err(error) = std::fs::remove_dir_all(&*folder)
        {
            output::remark(format_args!("{} 没有清除：{}", folder.display(), io_reason(&error)));
        }
    }
}

/// Removes the folders of those who were killed; what cannot be removed is another user's.
fn clear(temporary: &Path) {
    for entry in std::fs::read_dir(temporary).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_string_lossy().starts_with(PREFIX);
        // Not what a link leads to.
        if !ours || !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        let held = File::open(entry.path().join(HELD));
        if held.is_ok_and(|held| held.try_lock().is_ok()) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

//! What commands of the data directory share.

use std::path::Path;

use tokio::runtime::{Builder, Runtime};

use crate::access::Access;
use crate::app::Refusal;
use crate::config::Config;
use crate::fault::{Fault, io_reason};
use crate::store::Store;

/// Threads that answer connections and wait for the database.
pub(super) fn runtime() -> Result<Runtime, Fault> {
    let runtime = Builder::new_multi_thread().thread_name("http").enable_all().build();
    runtime.map_err(|error| Fault::new(format!("服务线程无法启动：{}", io_reason(&error))))
}

/// Whether a data directory may be new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Folder {
    /// A name that was mistyped must not become an empty directory.
    MustExist,
    /// It is made if need be.
    MayBeNew,
}

/// The keys in a data directory.
pub(super) fn access(
    runtime: &Runtime,
    folder: &Path,
    expected: Folder,
) -> Result<Access, Refusal> {
    must_exist(folder, expected)?;
    Ok(runtime.block_on(Store::open(folder)).map(Access::of)?)
}

/// Refuses a directory that is not there.
pub(super) fn must_exist(folder: &Path, expected: Folder) -> Result<(), Refusal> {
    if expected == Folder::MustExist && !folder.is_dir() {
        let sentence = "没有这个数据目录；请核对名称，第一次用时先建好它";
        return Err(Refusal::Usage(format!("{}：{sentence}", folder.display())));
    }
    Ok(())
}

/// The data directory that was named.
pub(super) fn folder(config: &Config) -> Result<&Path, Refusal> {
    config.server.data.as_deref().ok_or_else(|| {
        Refusal::Usage("要用数据目录：加 --data 目录，或设环境变量 CHENGWEN_DATA".to_owned())
    })
}

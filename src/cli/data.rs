//! What commands of the data directory share.

use std::path::Path;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};

use crate::access::Access;
use crate::app::{App, Batches, House, Refusal};
use crate::config::Config;
use crate::fault::{Fault, io_reason};
use crate::jobs::Ledger;
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
    store(runtime, folder, expected).map(Access::of)
}

/// A data directory, opened.
pub(super) fn store(runtime: &Runtime, folder: &Path, expected: Folder) -> Result<Store, Refusal> {
    must_exist(folder, expected)?;
    Ok(runtime.block_on(Store::open(folder))?)
}

/// Refuses a directory that is not there.
pub(super) fn must_exist(folder: &Path, expected: Folder) -> Result<(), Refusal> {
    if expected == Folder::MustExist && !folder.is_dir() {
        let sentence = "没有这个数据目录；请核对名称，第一次用时先建好它";
        return Err(Refusal::Usage(format!("{}：{sentence}", folder.display())));
    }
    Ok(())
}

/// Batches and certificates in a data directory.
pub(super) fn batches(app: Arc<App>, config: &Config, store: Store) -> Batches {
    let house = House {
        verify_at: config.server.public_url.clone(),
        lease: config.limits.lease,
        most: config.limits.batches,
        at_once: config.limits.render_processes,
    };
    Batches::of(app, Ledger::of(store), house)
}

/// The data directory that was named.
pub(super) fn folder(config: &Config) -> Result<&Path, Refusal> {
    config.server.data.as_deref().ok_or_else(|| {
        Refusal::Usage("要用数据目录：加 --data 目录，或设环境变量 CHENGWEN_DATA".to_owned())
    })
}

//! `chengwen purge`: what has expired is removed, and told.

use std::process::ExitCode;

use super::data::{self, Folder};
use super::output;
use crate::app::Refusal;
use crate::config::Config;
use crate::jobs::{Ledger, Purged, PutOff};

pub(super) fn run(config: &Config) -> Result<ExitCode, Refusal> {
    let runtime = data::runtime()?;
    let access = data::access(&runtime, data::folder(config)?, Folder::MustExist)?;
    let sessions = runtime.block_on(access.purge_sessions())?;
    output::line(format_args!("已过期的登录会话：清除 {sessions} 个。"));
    let older = i64::try_from(config.limits.results.as_secs()).unwrap_or(i64::MAX);
    let Purged { files, put_off } =
        runtime.block_on(Ledger::of(access.store().clone()).purge(older))?;
    output::line(format_args!("批次印成的文件，已过保留期的和不再需要的：清除 {files} 个。"));
    match put_off {
        Some(PutOff::Work) => output::line("有批次正在印制，不再需要的文件等印完再清除。"),
        Some(PutOff::Backup) => output::line("正在备份，不再需要的文件等备份完再清除。"),
        None => {}
    }
    Ok(ExitCode::SUCCESS)
}

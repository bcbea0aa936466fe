//! `chengwen purge`: what has expired is removed, and told.

use std::process::ExitCode;

use super::data::{self, Folder};
use super::output;
use crate::app::Refusal;
use crate::config::Config;

pub(super) fn run(config: &Config) -> Result<ExitCode, Refusal> {
    let runtime = data::runtime()?;
    let access = data::access(&runtime, data::folder(config)?, Folder::MustExist)?;
    let sessions = runtime.block_on(access.purge_sessions())?;
    output::line(format_args!("已过期的登录会话：清除 {sessions} 个。"));
    Ok(ExitCode::SUCCESS)
}

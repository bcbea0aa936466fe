//! Processes for attached files, and what each file may be and take.

use std::path::PathBuf;

use crate::app::{MostOfAttachments, Processes};
use crate::config::Config;
use crate::crew::Bounds;
use crate::fault::{Fault, io_reason};
use crate::packet::MostAttached;

/// The file of this program, of which processes are started.
pub(super) fn program() -> Result<PathBuf, Fault> {
    std::env::current_exe()
        .map_err(|error| Fault::new(format!("找不到程序自己的文件：{}", io_reason(&error))))
}

/// The processes.
pub(super) fn processes(config: &Config) -> Result<Processes, Fault> {
    let (limits, own) = (&config.limits, &config.limits.attachments);
    let bounds = Bounds { time: own.time, memory: own.memory, jobs: limits.render_jobs };
    Ok(Processes { program: program()?, count: limits.render_processes, bounds })
}

/// The limits.
pub(super) fn most(config: &Config) -> MostOfAttachments {
    let own = &config.limits.attachments;
    let made = MostAttached { pages: own.pages, pixels: own.pixels, resolution: own.resolution };
    MostOfAttachments { made, bytes: own.memory, count: config.limits.files }
}

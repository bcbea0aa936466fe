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

/// The processes that typeset.
pub(super) fn renders(config: &Config) -> Result<Processes, Fault> {
    let limits = &config.limits;
    let bounds =
        Bounds { time: limits.render_time, memory: limits.render_memory, jobs: limits.render_jobs };
    Ok(Processes { program: program()?, count: limits.render_processes, bounds })
}

/// The limits; one packet has so many of its files worked at at once.
pub(super) fn most(config: &Config, at_once: usize) -> MostOfAttachments {
    let own = &config.limits.attachments;
    let made = MostAttached { pages: own.pages, pixels: own.pixels, resolution: own.resolution };
    MostOfAttachments {
        made,
        count: config.limits.files,
        at_once,
        time: own.packet_time,
        bytes: own.memory,
        total: own.packet,
    }
}

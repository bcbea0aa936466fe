//! What all attached files of one packet may take together: time, pages, bytes.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::limits::MostOfAttachments;

/// What is left, shared by all who work at files of one packet.
pub(super) struct Budget {
    begun: Instant,
    time: Duration,
    pages: usize,
    bytes: u64,
    spent: Mutex<Spent>,
}

#[derive(Default)]
struct Spent {
    pages: usize,
    bytes: u64,
    over: Option<String>,
}

impl Budget {
    /// All of it; a file of the packet may have so many pages.
    pub(super) fn of(most: &MostOfAttachments, pages: usize) -> Self {
        let (time, bytes) = (most.time, most.total);
        Self { begun: Instant::now(), time, pages, bytes, spent: Mutex::default() }
    }

    /// Counts the pages that were made of one file, and their bytes.
    pub(super) fn spend(&self, pages: usize, bytes: usize) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.pages += pages;
        spent.bytes += bytes as u64;
        let over = if spent.pages > self.pages {
            let most = self.pages;
            Some(format!(
                "附件共有 {} 多页，超过一份文件 {most} 页的限度（limits.pages）；请用 pages 选出要附的页",
                spent.pages
            ))
        } else if spent.bytes > self.bytes {
            let most = self.bytes >> 20;
            Some(format!(
                "附件合计超过 {most} MiB 的限度（limits.packet_mib）；请以 300 dpi 以下重新扫描，或减少附件"
            ))
        } else {
            None
        };
        spent.over = spent.over.take().or(over);
    }

    /// Why no more is worked at, if so.
    pub(super) fn over(&self) -> Option<String> {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        if spent.over.is_none() && self.begun.elapsed() > self.time {
            spent.over = Some(format!(
                "处理全部附件超过 {} 秒的限度（limits.packet_seconds），已停止；请减少附件，或以 300 dpi 以下重新扫描",
                self.time.as_secs_f64()
            ));
        }
        spent.over.clone()
    }
}

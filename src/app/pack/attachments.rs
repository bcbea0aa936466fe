//! Attached files made into pages or text, several at a time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::budget::Budget;
use super::files::{Files, NamedFile, unasked};
use super::limits::MostOfAttachments;
use super::told::{advised, told};
use super::{PackOptions, Sides};
use crate::app::{App, Refusal};
use crate::catalog::Packet;
use crate::crew::Undone;
use crate::intake::{self, Problem, Problems};
use crate::packet::typed::{self, Typed};
use crate::packet::{self, Attachment, Done, Fitted, Fitting, Given, Kind, Task};
use crate::values::Level;

/// How many pages one process draws at a time.
const DRAWN_AT_ONCE: usize = 8;

/// A file that was attached, with what became of it.
pub(super) struct Ready {
    pub(super) attachment: Attachment,
    pub(super) made: Made,
}

pub(super) enum Made {
    /// A4 pages, and what was found in them.
    Pages(Fitted, Vec<u8>),
    /// A text to be typeset.
    Text(Box<Typed>),
}

impl App {
    /// Looks at every attached file, and makes what can be made of it; what cannot is told. Gives also the
    /// files as they were received, each once.
    pub(super) fn ready(
        &self,
        packet: &Packet,
        given: &Given<'_>,
        files: Files<'_>,
        options: PackOptions,
        problems: &mut Problems,
    ) -> Result<(Vec<Ready>, Vec<NamedFile>), Refusal> {
        let attachments = &given.attachments;
        if let Files::Received(received) = files {
            unasked(&given.listed, received, problems);
        }
        let work = self.found(attachments, files, problems);
        let mut originals: Vec<NamedFile> = Vec::new();
        for (attachment, bytes) in &work {
            if !originals.iter().any(|(name, _)| *name == attachment.file) {
                originals.push((attachment.file.clone(), Arc::clone(bytes)));
            }
        }
        let next = AtomicUsize::new(0);
        let results = Mutex::new(Vec::new());
        let budget = Budget::of(&self.most.attachments, self.most.pages);
        let workers = self.most.attachments.at_once.max(1).min(work.len());
        thread::scope(|scope| {
            for _ in 0..workers {
                scope.spawn(|| {
                    while let Some((attachment, bytes)) =
                        work.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        if budget.over().is_some() {
                            break;
                        }
                        let made = self.made(packet, attachment, bytes, options);
                        if let Ok((_, Some(Made::Pages(fitted, pdf)))) = &made {
                            budget.spend(fitted.pages, pdf.len());
                        }
                        let mut results = results.lock().unwrap_or_else(PoisonError::into_inner);
                        results.push((attachment.at, made));
                    }
                });
            }
        });
        if let Some(sentence) = budget.over() {
            return Err(Refusal::OverLimit(sentence));
        }
        let results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut results: HashMap<usize, _> = results.into_iter().collect();
        let mut ready = Vec::new();
        for (attachment, _) in work {
            let Some(made) = results.remove(&attachment.at) else { continue };
            let (found, made) = made?;
            found.into_iter().for_each(|problem| problems.push(problem));
            if let Some(made) = made {
                ready.push(Ready { attachment: attachment.clone(), made });
            }
        }
        Ok((ready, originals))
    }

    /// What becomes of one file, and what was found in it.
    fn made(
        &self,
        packet: &Packet,
        attachment: &Attachment,
        bytes: &[u8],
        options: PackOptions,
    ) -> Result<(Vec<Problem>, Option<Made>), Refusal> {
        let problem = |code: &str, what: &str| attachment.found(Level::Problem, code, what);
        let kind = Kind::of(bytes);
        let material = packet.manifest.material(attachment.kind);
        let typed = material.is_some_and(|material| material.typed);
        if let Some(ending) = kind.ending_belied_by(&attachment.file) {
            let what = format!(
                "内容其实是 {}，文件名的后缀不对，请改名为以 .{ending} 结尾（packet.json 里的 file 一起改），并核对是不是要附的文件",
                kind.name()
            );
            return Ok((vec![problem("attachment.belied", &what)], None));
        }
        if kind == Kind::Other && typed && is_text_by_name(&attachment.file) {
            return Ok(self.typed(attachment, bytes));
        }
        let most = &self.most.attachments;
        let fitting = Fitting {
            pages: attachment.pages.clone(),
            quarters: attachment.quarters,
            one_sided: options.sides == Some(Sides::One),
            words: material.is_some_and(|it| it.least.is_some() || !it.sections.is_empty()),
            most: most.made,
        };
        let (fitted, pdf) = match self.preparing.perform(&Task::Fit(fitting), bytes) {
            Ok((Done::Fitted(fitted), pdf)) => (fitted, pdf),
            Ok((other, _)) => return not_made(attachment, other, most, packet),
            Err(undone) => return undone_with(attachment, undone),
        };
        let found = advised(attachment, &fitted);
        // A stranger's page may break the standard; a picture of it cannot.
        let archival = options.archival && kind == Kind::Pdf;
        if !archival || !fitted.unembedded.is_empty() {
            return Ok((found, Some(Made::Pages(fitted, pdf))));
        }
        let mut drawn = Vec::new();
        let starts: Vec<usize> = (0..fitted.pages).step_by(DRAWN_AT_ONCE).collect();
        let draw = |start: usize| {
            let pages = start..(start + DRAWN_AT_ONCE).min(fitted.pages);
            self.preparing.perform(&Task::Draw(pages, most.made.resolution), &pdf)
        };
        for several in starts.chunks(most.at_once.max(1)) {
            let made: Vec<_> = thread::scope(|scope| {
                let draw = &draw;
                let begun: Vec<_> =
                    several.iter().map(|start| scope.spawn(move || draw(*start))).collect();
                begun.into_iter().map(|one| one.join().unwrap_or(Err(Undone::Lost))).collect()
            });
            for one in made {
                match one {
                    Ok((Done::Drawn, bytes)) => drawn.push(bytes),
                    Ok((other, _)) => return not_made(attachment, other, most, packet),
                    Err(undone) => return undone_with(attachment, undone),
                }
            }
        }
        Ok((found, Some(Made::Pages(fitted, packet::joined(&drawn)?))))
    }

    fn typed(&self, attachment: &Attachment, bytes: &[u8]) -> (Vec<Problem>, Option<Made>) {
        let problem = |code: &str, what: &str| attachment.found(Level::Problem, code, what);
        let mut problems = Vec::new();
        if !attachment.pages.is_empty() || attachment.quarters != 0 {
            let what = "是文字，由程序排版，不能指定“页”或“旋转”，请删去";
            problems.push(problem("attachment.typed-pages", what));
        }
        let coverage = self.catalog().fonts().coverage();
        let (pointer, label) = (format!("{}/file", attachment.pointer()), attachment.called());
        match typed::read(bytes, is_markdown(&attachment.file), &|mark| coverage.covers(mark)) {
            Ok(typed) => {
                problems.extend(typed.problems(&pointer, &label));
                (problems, Some(Made::Text(Box::new(typed))))
            }
            Err(finding) => {
                problems.push(intake::on_line(&pointer, &label, 0, &finding));
                (problems, None)
            }
        }
    }
}

/// What is said of a file of which nothing was made.
pub(super) type NotMade = Result<(Vec<Problem>, Option<Made>), Refusal>;

pub(super) fn not_made(
    attachment: &Attachment,
    done: Done,
    most: &MostOfAttachments,
    packet: &Packet,
) -> NotMade {
    let Done::Unfit(unfit) = done else { return Err(Refusal::Lost) };
    let (code, what) = told(&unfit, most, packet);
    Ok((vec![attachment.found(Level::Problem, code, &what)], None))
}

fn undone_with(attachment: &Attachment, undone: Undone) -> NotMade {
    let (code, what) = match undone {
        Undone::OverTime(time) => (
            "attachment.over-time",
            format!(
                "处理超过 {} 秒的限度（limits.attachment_seconds），已停止；请把它重新扫描，或用别的程序另存一次",
                time.as_secs_f64()
            ),
        ),
        Undone::OverMemory(memory) => (
            "attachment.over-memory",
            format!(
                "处理要用的内存超过 {} MiB 的限度（limits.attachment_memory_mib），已停止；请以 300 dpi 重新扫描，或分成几个附件",
                memory >> 20
            ),
        ),
        // A file on which a process dies twice is not one that can be printed.
        Undone::Lost => (
            "attachment.damaged",
            "处理时程序两次中途退出，文件很可能已损坏，请重新扫描或重新导出".to_owned(),
        ),
        Undone::Unmanned(fault) => return Err(fault.into()),
        Undone::Failed(_) => return Err(Refusal::Lost),
    };
    Ok((vec![attachment.found(Level::Problem, code, &what)], None))
}

fn is_markdown(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("md" | "markdown"))
}

fn is_text_by_name(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    is_markdown(name) || matches!(ending.as_deref(), None | Some("txt" | "text"))
}

//! Attached files: found, told what they are, and made into pages or text.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::budget::Budget;
use super::{PackOptions, Sides};
use crate::app::{App, Refusal};
use crate::catalog::Packet;
use crate::crew::Undone;
use crate::fault::io_reason;
use crate::intake::{self, Problem, Problems};
use crate::packet::typed::{self, Typed};
use crate::packet::{
    self, Attachment, Done, Fitted, Fitting, Given, Kind, MostAttached, Task, Unfit, folded,
    slip_of,
};
use crate::values::{Facts, Level};

/// The code of faces that are not in a file.
pub(super) const UNEMBEDDED: &str = "attachment.unembedded";

/// How many pages one process draws at a time.
const DRAWN_AT_ONCE: usize = 8;

/// A file with the name that it was given.
pub type NamedFile = (String, Arc<[u8]>);

/// Where the files of a packet are.
#[derive(Debug, Clone, Copy)]
pub enum Files<'a> {
    /// Beside `packet.json`.
    Folder(&'a Path),
    /// They came with it: names and bytes.
    Received(&'a [NamedFile]),
}

/// The most that an attached file may be.
#[derive(Debug, Clone, Copy)]
pub struct MostOfAttachments {
    /// What is made of it.
    pub made: MostAttached,
    /// How many there may be.
    pub count: usize,
    /// How many of one packet are worked at at once.
    pub at_once: usize,
    /// The time in which all of one packet must be worked at.
    pub time: Duration,
    /// The bytes that the pages of all may have together.
    pub total: u64,
    /// The bytes of one file.
    pub bytes: u64,
}

impl Default for MostOfAttachments {
    fn default() -> Self {
        let made = MostAttached { pages: 300, pixels: 64_000_000, resolution: 300.0 };
        let time = Duration::from_secs(600);
        Self { made, count: 200, at_once: 1, time, bytes: 400 << 20, total: 1 << 30 }
    }
}

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
                        if let Ok((_, Some(made))) = &made {
                            budget.spend(made);
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

    /// The bytes of each file that is there and has an honest name.
    fn found<'a>(
        &self,
        attachments: &'a [Attachment],
        files: Files<'_>,
        problems: &mut Problems,
    ) -> Vec<(&'a Attachment, Arc<[u8]>)> {
        let mut seen: HashMap<String, &str> = HashMap::new();
        let mut read: HashMap<&str, Arc<[u8]>> = HashMap::new();
        let mut found = Vec::new();
        for attachment in attachments {
            let name = attachment.file.as_str();
            let mut tell = |code: &str, what: &str| {
                problems.push(attachment.found(Level::Problem, code, what));
            };
            if let Some(slip) = slip_of(name) {
                tell("attachment.name", slip);
                continue;
            }
            match seen.insert(folded(name), name) {
                // One file may be attached more than once, with other pages.
                Some(other) if other != name => {
                    tell(
                        "attachment.twin",
                        &format!("与“{other}”只差大小写，解压到 Windows 上会互相覆盖，请改名"),
                    );
                    continue;
                }
                _ => {}
            }
            let bytes = match read.get(name) {
                Some(bytes) => Ok(Arc::clone(bytes)),
                None => self.bytes_of(name, files),
            };
            match bytes {
                Ok(bytes) if bytes.is_empty() => {
                    tell("attachment.empty", "是空文件（0 字节），请重新传送或重新扫描");
                }
                Ok(bytes) => {
                    read.insert(name, Arc::clone(&bytes));
                    found.push((attachment, bytes));
                }
                Err((code, what)) => tell(code, &what),
            }
        }
        found
    }

    fn bytes_of(&self, name: &str, files: Files<'_>) -> Result<Arc<[u8]>, (&'static str, String)> {
        let most = self.most.attachments.bytes;
        let too_large = |bytes: u64| {
            let what = format!(
                "有 {} MiB，超过一个附件 {} MiB 的限度（limits.attachment_memory_mib），请缩小或分成几个附件",
                bytes >> 20,
                most >> 20
            );
            ("attachment.too-large", what)
        };
        match files {
            Files::Received(received) => match received.iter().find(|(own, _)| own == name) {
                Some((_, bytes)) if bytes.len() as u64 > most => Err(too_large(bytes.len() as u64)),
                Some((_, bytes)) => Ok(Arc::clone(bytes)),
                None => {
                    let near = nearest(name, received.iter().map(|(own, _)| own.clone()));
                    let what = format!("没有随请求传来{near}，请核对文件名（含后缀）");
                    Err(("attachment.absent", what))
                }
            },
            Files::Folder(folder) => {
                let path = folder.join(name);
                let unreadable = |error: std::io::Error| {
                    let what = match error.kind() {
                        std::io::ErrorKind::NotFound => {
                            let beside = fs::read_dir(folder).into_iter().flatten().flatten();
                            let names = beside
                                .map(|entry| entry.file_name().to_string_lossy().into_owned());
                            let near = nearest(name, names);
                            format!(
                                "找不到这个文件{near}；它应放在 packet.json 旁边，文件名要写全（含后缀）"
                            )
                        }
                        _ => format!("读不了：{}", io_reason(&error)),
                    };
                    ("attachment.absent", what)
                };
                let about = fs::metadata(&path).map_err(unreadable)?;
                if about.is_file() && about.len() > most {
                    return Err(too_large(about.len()));
                }
                fs::read(&path).map(Arc::from).map_err(unreadable)
            }
        }
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
        for start in (0..fitted.pages).step_by(DRAWN_AT_ONCE) {
            let pages = start..(start + DRAWN_AT_ONCE).min(fitted.pages);
            match self.preparing.perform(&Task::Draw(pages, most.made.resolution), &pdf) {
                Ok((Done::Drawn, bytes)) => drawn.push(bytes),
                Ok((other, _)) => return not_made(attachment, other, most, packet),
                Err(undone) => return undone_with(attachment, undone),
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
type NotMade = Result<(Vec<Problem>, Option<Made>), Refusal>;

fn not_made(
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

/// The most names among which a likely one is sought.
const NEAR: usize = 500;

/// The name that was most likely meant, as a piece of a sentence; nothing if none is near.
fn nearest(name: &str, names: impl Iterator<Item = String>) -> String {
    let stem = |name: &str| match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => folded(stem),
        _ => folded(name),
    };
    let near = |other: &String| {
        let alike = strsim::normalized_damerau_levenshtein(&folded(name), &folded(other));
        // Systems that hide endings make people forget them.
        if stem(name) == stem(other) { 2.0 + alike } else { alike }
    };
    let found = names.take(NEAR).map(|other| (near(&other), other)).filter(|(near, _)| *near > 0.6);
    let found = found.max_by(|one, other| one.0.total_cmp(&other.0));
    found.map_or(String::new(), |(_, other)| format!("，是否应为“{other}”"))
}

/// Files that came and are not in the list.
fn unasked(listed: &[String], received: &[NamedFile], problems: &mut Problems) {
    let mut names: HashMap<String, &str> = HashMap::new();
    let mut tell = |code: &str, sentence: String| {
        problems.push(Problem {
            level: Level::Problem,
            pointer: "/attachments".to_owned(),
            label: "附件".to_owned(),
            code: code.to_owned(),
            facts: Facts::new(),
            sentence,
        });
    };
    for (name, _) in received {
        if let Some(slip) = slip_of(name) {
            tell("file.name", format!("传来的文件“{name}”：{slip}"));
        } else if let Some(other) = names.insert(folded(name), name) {
            let sentence = if other == name {
                format!("传来两个同名的文件“{name}”，不知道要附哪一个，请改名")
            } else {
                format!("传来的文件“{name}”与“{other}”只差大小写，请改名")
            };
            tell("file.twin", sentence);
        } else if !listed.contains(name) {
            let sentence = format!("传来的文件“{name}”不在 attachments 的列表里，请列入或不要传");
            tell("file.unlisted", sentence);
        }
    }
}

fn is_markdown(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    matches!(ending.as_deref(), Some("md" | "markdown"))
}

fn is_text_by_name(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase());
    is_markdown(name) || matches!(ending.as_deref(), None | Some("txt" | "text"))
}

fn advised(attachment: &Attachment, fitted: &Fitted) -> Vec<Problem> {
    let advice = |code: &str, what: &str| attachment.found(Level::Advice, code, what);
    let mut found = Vec::new();
    if fitted.repaired {
        found.push(advice("attachment.repaired", "文件结构有损坏，已经修复，请核对印出的每一页"));
    }
    if fitted.faceless > 0 {
        let what = format!(
            "有 {} 处签章、批注或表单内容没有外观，印不出来；请在原来的程序里“打印为 PDF”后再附",
            fitted.faceless
        );
        found.push(advice("attachment.faceless", &what));
    }
    if fitted.unprinted > 0 {
        let what = format!(
            "有 {} 处签章或批注设为不打印，没有印出；要印出请在原程序里打印为 PDF 后再附",
            fitted.unprinted
        );
        found.push(advice("attachment.unprinted", &what));
    }
    if !fitted.unembedded.is_empty() {
        let what = format!(
            "用了没有嵌入的字体（{}），在别的电脑上可能印成别的字形；请嵌入字体重新导出",
            some_of(&fitted.unembedded)
        );
        found.push(advice(UNEMBEDDED, &what));
    }
    found
}

/// More names than this are not read.
const MOST_NAMES: usize = 10;

fn some_of(names: &[String]) -> String {
    let told = names[..names.len().min(MOST_NAMES)].join("、");
    if names.len() > MOST_NAMES { format!("{told}等 {} 种", names.len()) } else { told }
}

/// Why a file cannot be fitted, as a user is told.
fn told(unfit: &Unfit, most: &MostOfAttachments, packet: &Packet) -> (&'static str, String) {
    match unfit {
        Unfit::Kind(Kind::Heic) => (
            "attachment.heic",
            "是 HEIC 照片，不能直接印；请在手机“设置—相机—格式”中选“兼容性最佳”后重拍，或在电脑上用“照片”另存为 JPEG 再附".to_owned(),
        ),
        Unfit::Kind(kind @ Kind::Office) => (
            "attachment.office",
            format!("是 {}，请在其中用“另存为”或“导出”存成 PDF 再附", kind.name()),
        ),
        Unfit::Kind(Kind::Archive) => {
            ("attachment.archive", "是压缩包，请解压后把其中的文件逐个附上".to_owned())
        }
        Unfit::Kind(kind @ Kind::Picture) => (
            "attachment.picture",
            format!("是 {}，请另存为 JPEG 或 PNG 再附", kind.name()),
        ),
        Unfit::Kind(_) => {
            let typed = packet.manifest.materials.iter().filter(|material| material.typed);
            let typed: Vec<String> = typed.map(|it| format!("（{}）", it.number)).collect();
            let text = match typed.as_slice() {
                [] => String::new(),
                some => format!("，文字（.txt、.md）只用于附件{}", some.join("、")),
            };
            let what = format!("不是能印的文件；应为 PDF、JPEG、PNG 或 TIFF{text}");
            ("attachment.unknown", what)
        }
        Unfit::Encrypted => (
            "attachment.encrypted",
            "有打开密码；请用能打开它的程序去掉密码，或“打印为 PDF”后再附".to_owned(),
        ),
        Unfit::Damaged => {
            ("attachment.damaged", "已经损坏，读不完；请重新扫描或重新导出".to_owned())
        }
        Unfit::UnreadTiff => {
            ("attachment.tiff", "这种 TIFF 读不了，请另存为 PDF 或 JPEG".to_owned())
        }
        Unfit::TooManyPages(pages) => (
            "attachment.too-many-pages",
            format!(
                "要附 {pages} 页，超过一个附件 {} 页的限度（limits.attachment_pages）；请用 pages 选出要附的页，或分成几个附件",
                most.made.pages
            ),
        ),
        Unfit::NoSuchPage(page, there) => (
            "attachment.no-such-page",
            format!("要附第{page}页，但它只有 {there} 页，请改正 pages"),
        ),
        Unfit::TooManyPixels(pixels) => (
            "attachment.too-many-pixels",
            format!(
                "图片有 {} 万像素，超过 {} 万像素的限度（limits.attachment_megapixels）；A4 以 300 dpi 扫描约为 870 万像素，请重新扫描或缩小",
                pixels / 10_000,
                most.made.pixels / 10_000
            ),
        ),
        Unfit::Undrawable(page) => (
            "attachment.undrawable",
            format!("第{page}页有画不出的内容，不能转成存档用的图片；请打印为 PDF 后再附"),
        ),
        Unfit::BadPage(page) => (
            "attachment.bad-page",
            format!("第{page}页没有大小，或内容多得不合情理，印不出来；请用别的程序重新导出"),
        ),
    }
}

//! Attached files: where they are, whether they are there, and whether their names are honest.

use std::collections::HashMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use crate::app::App;
use crate::fault::io_reason;
use crate::intake::{Problem, Problems};
use crate::packet::{Attachment, folded, slip_of};
use crate::values::{Facts, Level};

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

impl App {
    /// The bytes of each file that is there and has an honest name.
    pub(super) fn found<'a>(
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
                // A pipe would be waited for, a device read, for ever.
                if !about.is_file() {
                    let what = "不是一个文件，请把文件本身放在 packet.json 旁边";
                    return Err(("attachment.absent", what.to_owned()));
                }
                if !lies_in(&path, folder) {
                    let what =
                        "是指向别处的链接，不知道会印出什么，请把文件本身放在 packet.json 旁边";
                    return Err(("attachment.elsewhere", what.to_owned()));
                }
                if about.len() > most {
                    return Err(too_large(about.len()));
                }
                fs::read(&path).map(Arc::from).map_err(unreadable)
            }
        }
    }
}

/// Whether a file really lies in a folder: a link may have come with what others packed, and lead anywhere.
fn lies_in(path: &Path, folder: &Path) -> bool {
    let folder = if folder == Path::new("") { Path::new(".") } else { folder };
    let (Ok(path), Ok(folder)) = (fs::canonicalize(path), fs::canonicalize(folder)) else {
        return false;
    };
    path.starts_with(folder)
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
pub(super) fn unasked(listed: &[String], received: &[NamedFile], problems: &mut Problems) {
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

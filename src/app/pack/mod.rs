//! Pack: a packet's list and files to one print file, or to an archive of everything.

mod attachments;
mod bound;
mod budget;
mod bundle;
mod contents;
mod files;
mod limits;
mod parts;
mod reports;
mod seen;
mod told;

use serde_json::Value;

use super::wanted::Sides;
use super::{App, Refusal};
use crate::catalog::Packet;
use crate::digest::Digest;
use crate::finish::Duplex;
use crate::intake::Problems;
use crate::packet::{self, Line};
use crate::values::{Level, Role};

use attachments::{Made, Ready};
use contents::Work;
pub use files::{Files, NamedFile};
pub use limits::MostOfAttachments;
pub use reports::Counted;
pub use seen::{AttachedPage, PacketSeen};
use told::UNEMBEDDED;

/// How a packet is to be put together.
#[derive(Debug, Clone, Copy)]
pub struct PackOptions {
    /// How many copies; `None` as the programme says.
    pub copies: Option<u8>,
    /// How they are printed.
    pub copies_as: CopiesAs,
    /// Whether each copy's pages bear its name (第一份).
    pub named: bool,
    /// The sides; `None` is both, turned on the long edge.
    pub sides: Option<Sides>,
    /// Whether it is printed although something is missing, as a draft.
    pub draft: bool,
    /// Whether the print file must be PDF/A-3u, for which pages of attached PDFs become pictures.
    pub archival: bool,
    /// What file is wanted.
    pub wrapping: Wrapping,
}

/// How several copies are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopiesAs {
    /// One file with all copies, one after the other.
    Pages,
    /// One copy in the file; the viewer's dialog proposes how many are printed.
    Viewer,
}

/// What file is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wrapping {
    /// The print file.
    Pdf,
    /// An archive with the print file, each part, each attached file, and lists.
    Zip,
}

/// A packet put together.
#[derive(Debug, Clone)]
pub struct Packed {
    /// The bytes of the PDF or zip.
    pub bytes: Vec<u8>,
    /// A name for it, with its ending.
    pub file_name: String,
    /// The pages of one copy, those that fill a leaf included.
    pub pages: usize,
    /// How many copies the file holds or asks for.
    pub copies: u8,
    /// The sheets of paper that all copies take.
    pub sheets: usize,
    /// How the printer is asked to print.
    pub duplex: Duplex,
    /// Whether the user turns the stack by hand.
    pub by_hand: bool,
    /// The list of materials.
    pub lines: Vec<Line>,
    /// Texts whose characters were counted.
    pub counted: Vec<Counted>,
    /// What the user should know; of a draft, also what must be mended.
    pub problems: Problems,
}

impl Default for PackOptions {
    fn default() -> Self {
        Self {
            copies: None,
            copies_as: CopiesAs::Pages,
            named: true,
            sides: None,
            draft: false,
            archival: false,
            wrapping: Wrapping::Zip,
        }
    }
}

/// The most copies that one file holds; 第一份 to 第九份.
const MOST_COPIES: u8 = 9;

/// The most that a viewer's dialog proposes (ISO 32000-1, table 150).
const MOST_PROPOSED: u8 = 5;

impl App {
    /// Puts a packet together.
    ///
    /// # Errors
    /// Problems of the list, of the papers or of attached files; a combination of options that does not go
    /// together; a limit; faults.
    pub fn pack(
        &self,
        list: &[u8],
        files: Files<'_>,
        options: PackOptions,
    ) -> Result<Packed, Refusal> {
        let packet = self.packet_of(list)?;
        // Before anything is looked at: a list may be longer than anybody reads.
        let (listed, most) = (items_of(list), self.most.attachments.count);
        if listed > most {
            return Err(Refusal::OverLimit(format!(
                "附件有 {listed} 个，超过 {most} 个的限度（limits.files）；请把同一种材料的扫描件合成一个 PDF"
            )));
        }
        let copies = options.copies.unwrap_or(packet.manifest.copies);
        go_together(copies, options)?;
        let one_sided = options.sides == Some(Sides::One);
        let given = packet::look(self.catalog(), packet, list, self.most.rows)?;
        let mut problems = given.problems.clone();
        if given.papers.is_empty() && given.attachments.is_empty() && !problems.is_sound() {
            return Err(Refusal::Problems(Box::new(problems)));
        }
        let (ready, originals) = self.ready(packet, &given, files, options, &mut problems)?;
        // A file that cannot be used is there all the same: its own problem tells of it.
        let (lines, missing) =
            packet::checklist(packet, &given.seen, &given.materials, &given.attachments)?;
        missing.into_iter().for_each(|problem| problems.push(problem));
        let (counted, short) = reports::examine(packet, &given.seen, &ready)?;
        short.into_iter().for_each(|problem| problems.push(problem));
        if options.archival {
            problems = unembedded(&ready, problems);
        }
        problems.sort_by_key(|problem| place_of(packet, &problem.pointer));
        if !problems.is_sound() && !options.draft {
            return Err(Refusal::Problems(Box::new(problems)));
        }
        let digests =
            originals.iter().map(|(name, bytes)| (name.clone(), Digest::of(bytes))).collect();
        let parts = self.parts(packet, &given, ready, options)?;
        // Only an archive holds them as they were received; they may be large.
        let originals = if options.wrapping == Wrapping::Zip { originals } else { Vec::new() };
        let work = Work {
            packet,
            list,
            given: &given,
            lines: &lines,
            originals: &originals,
            digests,
            options,
            copies,
            one_sided,
        };
        self.assembled(&work, parts, counted, problems)
    }

    /// The roles that one must have to have the papers of a list printed.
    ///
    /// # Errors
    /// The list is of no programme that has a packet.
    pub fn roles_of_packet(&self, list: &[u8]) -> Result<Vec<Role>, Refusal> {
        let packet = self.packet_of(list)?;
        let papers = packet.manifest.papers.iter();
        let documents = papers
            .filter_map(|it| self.catalog().document(&it.id(&packet.programme_id).to_string()));
        Ok(documents.map(|document| document.manifest.role).collect())
    }

    /// The files that a list names, whatever else is wrong with it.
    #[must_use]
    pub fn files_of_packet(&self, list: &[u8]) -> Vec<String> {
        serde_json::from_slice::<Value>(list).map_or(Vec::new(), |list| packet::listed(&list))
    }

    /// The packet that a list is of.
    fn packet_of(&self, list: &[u8]) -> Result<&Packet, Refusal> {
        let named = serde_json::from_slice::<Value>(list)
            .ok()
            .and_then(|list| Some(list.get("programme")?.as_str()?.to_owned()));
        let known: Vec<&Packet> = self.catalog().packets().collect();
        // Where there is only one, what is wrong with the name is told beside the other problems.
        let only = || known.first().copied().filter(|_| known.len() == 1);
        named.and_then(|name| self.catalog().packet(&name)).or_else(only).ok_or_else(|| {
            let known: Vec<&str> = known.iter().map(|it| it.programme_id.as_str()).collect();
            match known.as_slice() {
                [] => Refusal::Usage("文书目录里没有一个活动有申报材料（packet.toml）".to_owned()),
                known => {
                    Refusal::Usage(format!("programme 应写明活动，可用：{}", known.join("、")))
                }
            }
        })
    }
}

/// How many files a list has, whatever it says of them.
fn items_of(list: &[u8]) -> usize {
    let list = serde_json::from_slice::<Value>(list).unwrap_or_default();
    list.get("attachments").and_then(Value::as_array).map_or(0, Vec::len)
}

/// The place of a problem in the order of the list: papers, then attached files one by one.
fn place_of(packet: &Packet, pointer: &str) -> (usize, usize) {
    let mut steps = pointer.split('/').skip(1);
    let first = steps.next().unwrap_or_default();
    let papers = &packet.manifest.papers;
    match papers.iter().position(|paper| paper.key() == first) {
        Some(at) => (at, 0),
        None if first == "attachments" => {
            let at = steps.next().and_then(|at| at.parse().ok());
            (papers.len(), at.unwrap_or(usize::MAX))
        }
        None => (0, 0),
    }
}

/// Options that go together.
fn go_together(copies: u8, options: PackOptions) -> Result<(), Refusal> {
    let refuse = |sentence: String| Err(Refusal::Usage(sentence));
    let most = match options.copies_as {
        CopiesAs::Pages => MOST_COPIES,
        CopiesAs::Viewer => MOST_PROPOSED,
    };
    if !(1..=most).contains(&copies) {
        return refuse(format!("份数应为 1 至 {most} 的整数，现为 {copies}"));
    }
    let manual = options.sides == Some(Sides::Manual);
    if manual && options.wrapping == Wrapping::Pdf {
        return refuse("手动双面得到正面、背面两个文件，应输出 zip".to_owned());
    }
    if manual && options.copies_as == CopiesAs::Viewer && copies > 1 {
        return refuse(
            "手动双面须一份一份地印，不能由打印对话框指定份数；请用 pages，或把份数写作 1"
                .to_owned(),
        );
    }
    if manual && options.archival {
        return refuse("手动双面把文件拆成两份，不能再声明 PDF/A，请去掉其中一项".to_owned());
    }
    Ok(())
}

/// With pictures in the place of pages, letters whose face is not in the file would be lost: what is
/// advice otherwise must then be mended.
fn unembedded(ready: &[Ready], problems: Problems) -> Problems {
    let mut found = problems.only(|problem| problem.code != UNEMBEDDED);
    for it in ready {
        if let Made::Pages(fitted, _) = &it.made
            && !fitted.unembedded.is_empty()
        {
            let what = format!(
                "用了没有嵌入的字体（{}），转成图片时会缺字，不能做成 PDF/A；请嵌入字体重新导出，或去掉 --pdfa",
                fitted.unembedded.join("、")
            );
            found.push(it.attachment.found(Level::Problem, UNEMBEDDED, &what));
        }
    }
    found
}

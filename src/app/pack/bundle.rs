//! The archive of a packet: what is printed, each part, each file as received, and lists of it all.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::Packed;
use super::contents::Work;
use crate::app::table_out::harmless;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::packet::{Archive, Part, Plan, for_archive};

/// What an archive is made of.
pub(super) struct Bundle<'a> {
    pub(super) work: &'a Work<'a>,
    /// What is printed: names and bytes.
    pub(super) printing: Vec<(String, Vec<u8>)>,
    pub(super) parts: &'a [Part],
    /// Makes a part alone, if that differs from the part itself.
    pub(super) alone: &'a dyn Fn(usize) -> Result<Option<Vec<u8>>, Fault>,
    pub(super) plan: &'a Plan,
    pub(super) packed: &'a Packed,
}

/// The folders of an archive.
const PARTS: &str = "各部分";
const ORIGINALS: &str = "附件原件";

/// A line of the lists.
struct Listed {
    file: String,
    part: String,
    /// The running numbers of its pages, first and last; none if it is not printed as it is.
    numbers: Option<(usize, usize)>,
    pages: usize,
    source: Option<String>,
    digest: Digest,
}

impl Bundle<'_> {
    /// The bytes of the zip.
    pub(super) fn wrapped(self) -> Result<Vec<u8>, Fault> {
        let mut archive = Archive::new();
        let mut listed = Vec::new();
        let mut taken = HashSet::new();
        let all = usize::from(self.packed.copies) * self.packed.pages;
        for (name, bytes) in self.printing {
            let file = for_archive(&name, &mut taken);
            let (part, pages) = match file.ends_with(".pdf") {
                // Two halves share the pages.
                true if self.packed.by_hand => ("打印文件", all.div_ceil(2)),
                true => ("打印文件", all),
                false => ("打印说明", 0),
            };
            listed.push(Listed::of(&file, part, None, pages, None, &bytes));
            archive.add(&file, &bytes)?;
        }
        let mut taken = HashSet::new();
        for (at, part) in self.parts.iter().enumerate() {
            let name = for_archive(&format!("{at:02} {}.pdf", part.title), &mut taken);
            let file = format!("{PARTS}/{name}");
            let alone = (self.alone)(at)?;
            let bytes = alone.as_deref().unwrap_or(&part.pdf);
            let pages = self.plan.parts.get(at).map_or(0, |(_, pages)| *pages);
            let numbers = self.plan.number_of(at).map(|first| (first, first + pages - 1));
            listed.push(Listed::of(&file, &part.title, numbers, pages, part.source.clone(), bytes));
            archive.add(&file, bytes)?;
        }
        let mut taken = HashSet::new();
        for (name, bytes) in self.work.originals {
            let file = format!("{ORIGINALS}/{}", for_archive(name, &mut taken));
            let source = Some(name.clone());
            listed.push(Listed::of(&file, "附件原件", None, 0, source, bytes));
            archive.add(&file, bytes)?;
        }
        let list = self.work.list;
        listed.push(Listed::of("packet.json", "申报数据", None, 0, None, list));
        archive.add("packet.json", list)?;
        let manifest = format!("{:#}\n", manifest(self.work, self.packed, &listed));
        archive.add("清单.csv", table(&listed).as_bytes())?;
        archive.add("manifest.json", manifest.as_bytes())?;
        archive.finish()
    }
}

impl Listed {
    fn of(
        file: &str,
        part: &str,
        numbers: Option<(usize, usize)>,
        pages: usize,
        source: Option<String>,
        bytes: &[u8],
    ) -> Self {
        let digest = Digest::of(bytes);
        Self { file: file.to_owned(), part: part.to_owned(), numbers, pages, source, digest }
    }
}

/// `manifest.json`: for programs.
fn manifest(work: &Work<'_>, packed: &Packed, listed: &[Listed]) -> Value {
    let files: Vec<Value> = listed
        .iter()
        .map(|it| {
            json!({
                "file": it.file,
                "part": it.part,
                "pages": it.pages,
                "first_page": it.numbers.map(|(first, _)| first),
                "last_page": it.numbers.map(|(_, last)| last),
                "source": it.source,
                "sha256": it.digest,
            })
        })
        .collect();
    let counted: Vec<Value> = packed
        .counted
        .iter()
        .map(|it| json!({ "material": it.material, "characters": it.characters }))
        .collect();
    json!({
        "programme": work.packet.programme_id,
        "title": work.packet.manifest.title,
        "draft": work.options.draft,
        "copies": packed.copies,
        "pages_of_one_copy": packed.pages,
        "sheets": packed.sheets,
        "materials": packed.lines,
        "counted": counted,
        "problems": packed.problems,
        "files": files,
    })
}

/// `清单.csv`: for people; a mark says that it is UTF-8, or Excel takes it for GBK.
fn table(listed: &[Listed]) -> String {
    let mut text = "\u{FEFF}".to_owned();
    let mut row = |cells: [&str; 6]| {
        text.push_str(&cells.map(cell).join(","));
        text.push_str("\r\n");
    };
    row(["文件", "部分", "总第几页", "页数", "原文件名", "SHA-256"]);
    for it in listed {
        let numbers = match it.numbers {
            Some((first, last)) if first == last => first.to_string(),
            Some((first, last)) => format!("{first}至{last}"),
            None => String::new(),
        };
        let pages = if it.pages == 0 { String::new() } else { it.pages.to_string() };
        let source = it.source.clone().unwrap_or_default();
        row([&it.file, &it.part, &numbers, &pages, &source, it.digest.as_str()]);
    }
    text
}

/// A cell that no spreadsheet runs as a formula.
fn cell(words: &str) -> String {
    let safe = harmless(words);
    if safe.contains([',', '"', '\n', '\r', '\'']) {
        format!("\"{}\"", safe.replace('"', "\"\""))
    } else {
        safe
    }
}

#[cfg(test)]
mod tests {
    use super::cell;

    #[test]
    fn no_cell_runs() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("@SUM(A1)"), "\"'@SUM(A1)\"");
        assert_eq!(cell("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(cell("营业执照.jpg"), "营业执照.jpg");
    }
}

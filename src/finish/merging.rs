//! Many files of ours as one (合并), written as they come: what is alike stands in it once.
//!
//! The file as a whole (metadata, claims, language, identity) is what the first run says, which was
//! made with the title, identity and date of all.

use std::collections::HashMap;
use std::io::Write;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

use super::page_tree::{PageTree, pages_of};
use super::raw::{self, Kind, RawFile, entries, foreign, reference, tokens};
use super::{Intent, blanks_needed, intent};
use crate::digest::Hashing;
use crate::fault::{Fault, io_reason};

/// What of the catalog is said of all pages and stays true of more.
const KEPT: [&[u8]; 5] = [b"Metadata", b"OutputIntents", b"Lang", b"Names", b"AF"];

/// How merged files are to be printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Joint {
    /// What the printer is asked for; `None` as the first run says.
    pub intent: Option<Intent>,
    /// Whether each run begins on the front of a leaf.
    pub fronts: bool,
    /// Whether a blank page fills the last leaf, too.
    pub padded: bool,
}

/// A file in the making. Memory grows with the number of objects (some 40 bytes each), not with what
/// is in them.
pub struct Merging<W> {
    out: Counted<W>,
    joint: Joint,
    /// Where each object begins, from number 1 on.
    places: Vec<u64>,
    /// What has been written, by its digest.
    known: HashMap<[u8; 16], u32>,
    tree: PageTree,
    whole: Option<Whole>,
    last_box: Vec<u8>,
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Merged {
    /// How many pages it has, blank ones included.
    pub pages: usize,
    /// How long it is, in bytes.
    pub bytes: u64,
}

/// What is said of the file as a whole.
struct Whole {
    catalog: Vec<u8>,
    preferences: Vec<u8>,
    information: Option<u32>,
    identity: Option<Vec<u8>>,
}

struct Counted<W> {
    out: W,
    written: u64,
}

/// What has become of the objects of one run.
enum Became {
    /// It is being copied: what refers to it from within gives it a number early.
    Underway(Option<u32>),
    Written(u32),
}

impl<W: Write> Merging<W> {
    /// Begins a file.
    ///
    /// # Errors
    /// A fault if nothing can be written.
    pub fn begin(out: W, joint: Joint) -> Result<Self, Fault> {
        let mut out = Counted { out, written: 0 };
        out.write(b"%PDF-1.7\n%\xAA\xAA\xAA\xAA\n")?;
        Ok(Self {
            out,
            joint,
            places: Vec::new(),
            known: HashMap::new(),
            tree: PageTree::default(),
            whole: None,
            last_box: Vec::new(),
        })
    }

    /// Adds the pages of a run, without its first one if that is a primer; tells on which page (from 0)
    /// of the whole they begin.
    ///
    /// # Errors
    /// A fault if it is tagged, or no file of ours, or cannot be written.
    pub fn add(&mut self, run: &[u8], primed: bool) -> Result<usize, Fault> {
        self.add_pages(run, usize::from(primed)..usize::MAX)
    }

    /// The same with some pages only, counted from 0.
    ///
    /// # Errors
    /// As [`Self::add`]; and if there are no such pages.
    pub fn add_pages(&mut self, run: &[u8], range: Range<usize>) -> Result<usize, Fault> {
        let file = RawFile::read(run)?;
        let root = file.in_trailer(b"Root")?.ok_or_else(foreign)?;
        let catalog = file.resolved(root)?;
        for key in [b"StructTreeRoot".as_slice(), b"MarkInfo"] {
            if file.entry(catalog, key)?.is_some() {
                return Err(Fault::new("带结构标记（a-2a、ua-1）的文件不能合并"));
            }
        }
        let first = self.whole.is_none();
        for key in [b"Names".as_slice(), b"AF"] {
            if !first && file.entry(catalog, key)?.is_some() {
                return Err(Fault::new("随附数据的文件不能合并"));
            }
        }
        let pages = pages_of(&file, catalog)?;
        let range = range.start..range.end.min(pages.len());
        if range.is_empty() {
            return Err(Fault::new("PDF 没有这几页"));
        }
        if self.joint.fronts {
            self.fill()?;
        }
        let start = self.tree.pages();
        let mut copying = Copying { file: &file, became: HashMap::new() };
        for page in &pages[range] {
            let leaf = self.tree.next_leaf(|| reserve(&mut self.places));
            let mut body = b"<<".to_vec();
            for (key, value) in page {
                if *key == b"MediaBox" {
                    self.last_box = value.to_vec();
                }
                body.push(b'/');
                body.extend_from_slice(key);
                if *key == b"Parent" {
                    body.extend_from_slice(format!(" {leaf} 0 R").as_bytes());
                } else {
                    body.push(b' ');
                    self.rewrite(&mut copying, value, &mut body)?;
                }
            }
            body.extend_from_slice(b">>");
            let number = reserve(&mut self.places);
            self.write_object(number, &body, None)?;
            self.tree.add(number);
        }
        if first {
            self.whole = Some(self.whole_of(&mut copying, catalog)?);
        }
        Ok(start)
    }

    /// Writes what is said of the whole, and the table of objects.
    ///
    /// # Errors
    /// A fault if nothing was added, or it cannot be written.
    pub fn finish(self) -> Result<Merged, Fault> {
        self.finish_as(None)
    }

    /// The same; what is a `part` of a file is told from it by the second half of its identity (ISO
    /// 32000-1, 14.4).
    pub(super) fn finish_as(mut self, part: Option<&str>) -> Result<Merged, Fault> {
        if self.joint.padded {
            self.fill()?;
        }
        let whole = self.whole.take().ok_or_else(|| Fault::new("没有要合并的文件"))?;
        let tree = std::mem::take(&mut self.tree);
        let pages = tree.pages();
        let (root, nodes) = tree.nodes(|| reserve(&mut self.places));
        for (number, body) in nodes {
            self.write_object(number, &body, None)?;
        }
        let mut catalog = format!("<</Type/Catalog/Pages {root} 0 R").into_bytes();
        catalog.extend_from_slice(&whole.catalog);
        catalog.extend_from_slice(b"/ViewerPreferences");
        catalog.extend_from_slice(&whole.preferences);
        catalog.extend_from_slice(b">>");
        let number = reserve(&mut self.places);
        self.write_object(number, &catalog, None)?;

        let table = self.out.written;
        let count = self.places.len() + 1;
        let mut end = format!("xref\n0 {count}\n0000000000 65535 f \n").into_bytes();
        for place in &self.places {
            end.extend_from_slice(format!("{place:010} 00000 n \n").as_bytes());
        }
        end.extend_from_slice(format!("trailer\n<</Size {count}/Root {number} 0 R").as_bytes());
        if let Some(information) = whole.information {
            end.extend_from_slice(format!("/Info {information} 0 R").as_bytes());
        }
        if let Some(identity) = whole.identity {
            end.extend_from_slice(b"/ID");
            end.extend_from_slice(&in_part(&identity, part)?);
        }
        end.extend_from_slice(format!(">>\nstartxref\n{table}\n%%EOF\n").as_bytes());
        self.out.write(&end)?;
        self.out.out.flush().map_err(|error| unwritable(&error))?;
        Ok(Merged { pages, bytes: self.out.written })
    }

    /// Adds a blank page if the next one would stand on a back.
    fn fill(&mut self) -> Result<(), Fault> {
        for _ in 0..blanks_needed(self.tree.pages()) {
            let leaf = self.tree.next_leaf(|| reserve(&mut self.places));
            let mut body = format!("<</Type/Page/Parent {leaf} 0 R/Resources<<>>").into_bytes();
            body.extend_from_slice(b"/MediaBox");
            body.extend_from_slice(&self.last_box);
            body.extend_from_slice(b">>");
            let number = reserve(&mut self.places);
            self.write_object(number, &body, None)?;
            self.tree.add(number);
        }
        Ok(())
    }

    fn whole_of(&mut self, copying: &mut Copying<'_, '_>, catalog: &[u8]) -> Result<Whole, Fault> {
        let file = copying.file;
        let mut kept = Vec::new();
        let mut preferences: &[u8] = b"<<>>";
        for (key, value) in entries(catalog)? {
            if KEPT.contains(&key) {
                kept.push(b'/');
                kept.extend_from_slice(key);
                kept.push(b' ');
                self.rewrite(copying, value, &mut kept)?;
            } else if key == b"ViewerPreferences" {
                preferences = match reference(value) {
                    Some(number) => file.object(number)?.value,
                    None => value,
                };
            }
        }
        let preferences = match self.joint.intent {
            Some(wanted) => intent::written_into(preferences, wanted)?,
            None => preferences.to_vec(),
        };
        let information = file.in_trailer(b"Info")?.and_then(reference);
        let information = information.map(|number| self.copy(copying, number)).transpose()?;
        let identity = file.in_trailer(b"ID")?.map(<[u8]>::to_vec);
        Ok(Whole { catalog: kept, preferences, information, identity })
    }

    /// Copies an object with all that it needs, and gives its number here.
    fn copy(&mut self, copying: &mut Copying<'_, '_>, number: usize) -> Result<u32, Fault> {
        match copying.became.get_mut(&number) {
            Some(Became::Written(here)) => return Ok(*here),
            Some(Became::Underway(early)) => {
                return Ok(*early.get_or_insert_with(|| reserve(&mut self.places)));
            }
            None => {}
        }
        copying.became.insert(number, Became::Underway(None));
        let object = copying.file.object(number)?;
        let mut body = Vec::with_capacity(object.value.len() + 16);
        self.rewrite(copying, object.value, &mut body)?;
        let early = match copying.became.get(&number) {
            Some(Became::Underway(Some(early))) => Some(*early),
            _ => None,
        };
        let here = match early {
            // It refers to itself by this number: none can be like it.
            Some(early) => {
                self.write_object(early, &body, object.stream)?;
                early
            }
            None => self.write_once(&body, object.stream)?,
        };
        copying.became.insert(number, Became::Written(here));
        Ok(here)
    }

    /// Copies a value, with references as they are here.
    fn rewrite(
        &mut self,
        copying: &mut Copying<'_, '_>,
        value: &[u8],
        into: &mut Vec<u8>,
    ) -> Result<(), Fault> {
        let pieces = tokens(value)?;
        let mut copied = 0;
        for three in pieces.windows(3) {
            if let [(Kind::Number(number), from), (Kind::Number(_), _), (Kind::Other, to)] = three
                && value[to.clone()] == *b"R"
            {
                into.extend_from_slice(&value[copied..from.start]);
                let here = self.copy(copying, *number)?;
                into.extend_from_slice(format!("{here} 0 R").as_bytes());
                copied = to.end;
            }
        }
        into.extend_from_slice(&value[copied..]);
        Ok(())
    }

    /// Writes an object unless the same one is there.
    fn write_once(&mut self, body: &[u8], stream: Option<&[u8]>) -> Result<u32, Fault> {
        let mut hashing = Sha256::new();
        hashing.update((body.len() as u64).to_le_bytes());
        hashing.update(body);
        hashing.update(stream.unwrap_or_default());
        let mut digest = [0; 16];
        digest.copy_from_slice(&hashing.finalize()[..16]);
        if let Some(number) = self.known.get(&digest) {
            return Ok(*number);
        }
        let number = reserve(&mut self.places);
        self.write_object(number, body, stream)?;
        self.known.insert(digest, number);
        Ok(number)
    }

    fn write_object(
        &mut self,
        number: u32,
        body: &[u8],
        stream: Option<&[u8]>,
    ) -> Result<(), Fault> {
        if let Some(place) = self.places.get_mut(number as usize - 1) {
            *place = self.out.written;
        }
        self.out.write(format!("{number} 0 obj\n").as_bytes())?;
        self.out.write(body)?;
        if let Some(stream) = stream {
            self.out.write(b"\nstream\n")?;
            self.out.write(stream)?;
            self.out.write(b"\nendstream")?;
        }
        self.out.write(b"\nendobj\n")
    }
}

/// The pages of one sheet cut out of a file of ours, counted from 0, with only what they use. The rest
/// of the file's claims stay as they were.
///
/// # Errors
/// A fault if there are no such pages, or the file is tagged or none of ours.
pub fn only_page(pdf: &[u8], pages: Range<usize>) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let part = format!("pages {} to {}", pages.start, pages.end);
    let mut merging = Merging::begin(&mut bytes, Joint::default())?;
    merging.add_pages(pdf, pages)?;
    merging.finish_as(Some(&part))?;
    Ok(bytes)
}

/// What of a run has been copied.
struct Copying<'f, 'a> {
    file: &'f RawFile<'a>,
    became: HashMap<usize, Became>,
}

impl<W: Write> Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.out.write_all(bytes).map_err(|error| unwritable(&error))?;
        self.written += bytes.len() as u64;
        Ok(())
    }
}

/// The number of an object that is written later.
fn reserve(places: &mut Vec<u64>) -> u32 {
    places.push(0);
    u32::try_from(places.len()).unwrap_or(u32::MAX)
}

/// The identity of a part: the first half stays that of the file.
fn in_part(identity: &[u8], part: Option<&str>) -> Result<Vec<u8>, Fault> {
    let Some(part) = part else { return Ok(identity.to_vec()) };
    let halves = raw::items(identity)?;
    let [first, second] = halves.as_slice() else { return Err(foreign()) };
    let mut hashing = Hashing::new(part);
    hashing.add("identity", second);
    let digest = hashing.finish();
    let digits = digest.as_str().get(..32).unwrap_or_default();
    Ok([b"[", *first, b"<", digits.as_bytes(), b">]"].concat())
}

fn unwritable(error: &std::io::Error) -> Fault {
    Fault::new(format!("合并的文件写不进去：{}", io_reason(error)))
}

//! What exists: documents, programmes and fonts, read from a home and checked when opened.
//!
//! A catalog does not change once it is open. Whatever its files leave undone (a sentence that
//! reads an undeclared field, a rule that cannot be read, a family that is not there) is found
//! here, with file and line, before any record is looked at.

mod columns;
mod demands;
mod document;
pub mod expressions;
mod faces;
mod fields;
mod files;
mod fonts;
mod home;
mod lists;
mod manifest;
mod mappings;
mod numbers;
mod ordering;
mod packet;
mod paths;
mod position;
mod programme;
mod questions;
mod rules;
mod schema;
mod shape;
mod strays;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use columns::{Column, REASON};
pub use document::{Document, DocumentId, FILE_NAME};
use expressions::Surroundings;
pub use faces::Face;
pub use fields::{Field, Form};
use files::{depth, packet_samples_in, read_below, samples_in};
pub use fonts::{Coverage, Fonts, Role};
pub use home::{Home, Places};
use manifest::toml_fault;
pub use manifest::{
    Mapping, Numbered, Numbers, Orientation, Programme, Revocation, Sides, SpanOfDays,
};
pub use mappings::ENTRY;
pub use packet::{
    Manifest as PacketManifest, Material, Packet, PacketRule, Paper, SAME, Section, Seen,
};
pub use paths::{escape, pointer_of, unescape};
pub use questions::{Answer, Choice, Question, When};
pub use rules::Rule;
pub use schema::Schema;
use schema::Schemas;
pub use shape::Shape;
use strays::strays;

use crate::digest::{Digest, Hashing};
use crate::fault::{Fault, Faults, io_reason};
use crate::values::{Calendar, Regions};

/// Everything that a home offers, opened and checked.
pub struct Catalog {
    home: Home,
    documents: BTreeMap<DocumentId, Document>,
    /// The names of programmes that have no document yet.
    bare: Vec<String>,
    /// The packets, by programme.
    packets: BTreeMap<String, Packet>,
    /// The Typst files below `templates/`, by their path from there (`/lib/run.typ`).
    layouts: BTreeMap<String, String>,
    fonts: Fonts,
    regions: Arc<Regions>,
    calendar: Arc<Calendar>,
}

/// The file that says what a programme's packet consists of.
const PACKET: &str = "packet.toml";

/// The Typst file that lays a document out.
pub const LAYOUT: &str = "document.typ";

impl Catalog {
    /// Opens a home; `brought` is a folder with an operator's own faces.
    ///
    /// # Errors
    /// Every fault in every file, found in one look.
    pub fn open(home: Home, brought: Option<&Path>) -> Result<Self, Faults> {
        let templates = home.templates();
        let mut faults = Vec::new();
        let fonts =
            Fonts::open(&home.fonts(), brought).map_err(|more| faults.extend(Vec::from(more))).ok();
        let data = templates.join("lib/data");
        let surroundings = Surroundings {
            regions: Arc::new(kept(open_regions(&data.join("regions.csv")), &mut faults)),
            calendar: Arc::new(kept(open_calendar(&data.join("holidays.json")), &mut faults)),
        };
        let files = read_below(&templates)?;
        let samples = samples_in(&home.samples())?;
        let (documents, bare) =
            open_documents(&templates, &files, &samples, &surroundings, &mut faults);
        let packet_samples = packet_samples_in(&home.samples().join("packets"))?;
        let packets = open_packets(
            &templates,
            &files,
            packet_samples,
            (&documents, &surroundings),
            &mut faults,
        );
        if documents.is_empty() && faults.is_empty() {
            faults.push(
                Fault::at(&templates, "没有一份文书")
                    .hint("文书放在 templates/活动/文书/ 文件夹里；不跟随符号链接"),
            );
        }
        faults.extend(strays(&templates, &files, &documents, &samples, &home.samples()));
        faults.extend(mappings::faults(&templates, &files, &documents));
        let mut layouts = BTreeMap::new();
        for (path, bytes) in files.into_iter().filter(|(path, _)| path.ends_with(".typ")) {
            match String::from_utf8(bytes) {
                Ok(text) => {
                    layouts.insert(path, text);
                }
                Err(_) => faults.push(Fault::at(&templates.join(&path[1..]), "不是 UTF-8 文本")),
            }
        }
        let Surroundings { regions, calendar } = surroundings;
        for document in documents.values() {
            let file = templates.join(&document.id.programme).join(programme::FILE);
            let stray = programme::stray(&file, &document.programme, &regions);
            faults.extend(stray.filter(|fault| !faults.contains(fault)));
        }
        match (fonts, faults.is_empty()) {
            (Some(fonts), true) => {
                Ok(Self { home, documents, bare, packets, layouts, fonts, regions, calendar })
            }
            _ => Err(Faults::unless_none(faults, ())
                .err()
                .unwrap_or_else(|| Fault::new("目录没有打开").into())),
        }
    }

    /// The home it was opened from.
    #[must_use]
    pub fn home(&self) -> &Home {
        &self.home
    }

    /// The digest of all templates and fonts: two catalogs that share it typeset alike.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let mut hashing = Hashing::new("catalog");
        for (path, layout) in &self.layouts {
            hashing.add(path, layout.as_bytes());
        }
        for document in self.documents.values() {
            hashing.add(&document.id.to_string(), document.digest.as_str().as_bytes());
        }
        for packet in self.packets.values() {
            hashing.add(&packet.programme_id, packet.digest.as_str().as_bytes());
        }
        hashing.add("fonts", self.fonts.digest().as_str().as_bytes());
        hashing.finish()
    }

    /// All documents, in the order of their names.
    pub fn documents(&self) -> impl Iterator<Item = &Document> {
        self.documents.values()
    }

    /// The document of this name (`programme/document`).
    #[must_use]
    pub fn document(&self, name: &str) -> Option<&Document> {
        let (programme, document) = name.split_once('/')?;
        let id = DocumentId { programme: programme.to_owned(), document: document.to_owned() };
        self.documents.get(&id)
    }

    /// The names of programmes that have no document yet.
    pub fn bare_programmes(&self) -> impl Iterator<Item = &str> {
        self.bare.iter().map(String::as_str)
    }

    /// The packets of all programmes that have one.
    pub fn packets(&self) -> impl Iterator<Item = &Packet> {
        self.packets.values()
    }

    /// The packet of a programme, by the name of its folder.
    #[must_use]
    pub fn packet(&self, programme: &str) -> Option<&Packet> {
        self.packets.get(programme)
    }

    /// The Typst files, by their path below `templates/`, starting with a slash.
    #[must_use]
    pub fn layouts(&self) -> &BTreeMap<String, String> {
        &self.layouts
    }

    /// The fonts.
    #[must_use]
    pub fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// The regions (行政区划) of all provinces that the data know.
    #[must_use]
    pub fn regions(&self) -> &Regions {
        &self.regions
    }

    /// The working days (工作日) of the years that the data know.
    #[must_use]
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }
}

/// The samples of documents or of packets, by whose they are, then by case.
type Samples = BTreeMap<String, BTreeMap<String, PathBuf>>;

/// Opens the documents of every programme; gives with them the names of those that have none.
fn open_documents(
    templates: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    samples: &Samples,
    surroundings: &Surroundings,
    faults: &mut Vec<Fault>,
) -> (BTreeMap<DocumentId, Document>, Vec<String>) {
    let mut schemas = Schemas::default();
    let (mut documents, mut bare) = (BTreeMap::new(), Vec::new());
    let manifest = format!("/{}", programme::FILE);
    let programmes = files.keys().filter(|path| depth(path) == 2);
    for (path, name) in
        programmes.filter_map(|path| Some((path, path.strip_suffix(&manifest)?.trim_matches('/'))))
    {
        let (programme, text) = match programme::open(&templates.join(&path[1..])) {
            Ok((programme, text)) => (Arc::new(programme), text),
            Err(fault) => {
                faults.push(fault);
                continue;
            }
        };
        let prefix = format!("/{name}/");
        let below = |path: &&String| depth(path) > 2 && path.starts_with(&prefix);
        if !files.keys().any(|path| below(&path)) {
            bare.push(programme.name.clone());
        }
        let folders = files
            .keys()
            .filter_map(|path| path.strip_prefix(&prefix)?.strip_suffix("/document.toml"));
        for document in folders.filter(|folder| !folder.contains('/')) {
            let id = DocumentId { programme: name.to_owned(), document: document.to_owned() };
            let folder = format!("{prefix}{document}/");
            if !files.contains_key(&format!("{folder}{LAYOUT}")) {
                faults.push(Fault::at(&templates.join(&folder[1..]), format!("缺少 {LAYOUT}")));
            }
            let opened = Document::open(
                id.clone(),
                (&programme, &text),
                templates,
                (&mut schemas, surroundings),
                samples.get(&id.dashed()).cloned().unwrap_or_default(),
                digest_of("template", files, |file| file == path || file.starts_with(&folder)),
            );
            match opened {
                Ok(document) => {
                    documents.insert(id, document);
                }
                Err(more) => faults.extend(Vec::from(more)),
            }
        }
    }
    (documents, bare)
}

/// Opens the packet of every programme that has documents and says what is handed in together.
fn open_packets(
    templates: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    mut samples: Samples,
    (documents, surroundings): (&BTreeMap<DocumentId, Document>, &Surroundings),
    faults: &mut Vec<Fault>,
) -> BTreeMap<String, Packet> {
    let mut packets = BTreeMap::new();
    let programmes: BTreeMap<&String, &Arc<Programme>> =
        documents.values().map(|one| (&one.id.programme, &one.programme)).collect();
    for (programme_id, programme) in programmes {
        let path = format!("/{programme_id}/{PACKET}");
        if !files.contains_key(&path) {
            continue;
        }
        let opened = Packet::open(packet::Opening {
            programme_id,
            programme,
            path: &templates.join(&path[1..]),
            documents,
            surroundings,
            samples: samples.remove(programme_id).unwrap_or_default(),
            digest: digest_of("packet", files, |file| file == path),
        });
        match opened {
            Ok(packet) => {
                packets.insert(programme_id.clone(), packet);
            }
            Err(more) => faults.extend(Vec::from(more)),
        }
    }
    // A programme that could not be opened has been told of already.
    for (name, cases) in samples {
        if !files.contains_key(&format!("/{name}/{PACKET}")) {
            let what = format!("活动“{name}”没有 {PACKET}");
            faults.extend(cases.values().map(|case| Fault::at(case, what.clone())));
        }
    }
    packets
}

/// The digest of what all layouts share and of some files of their own.
fn digest_of(what: &str, files: &BTreeMap<String, Vec<u8>>, own: impl Fn(&str) -> bool) -> Digest {
    let shared = |path: &str| path.starts_with("/lib/") && !path.ends_with(".md");
    let mut hashing = Hashing::new(what);
    for (path, bytes) in files.iter().filter(|(path, _)| shared(path) || own(path)) {
        hashing.add(path, bytes);
    }
    hashing.finish()
}

/// What was read, or nothing with its fault told, so that the other files are looked at too.
fn kept<T: Default>(read: Result<T, Fault>, faults: &mut Vec<Fault>) -> T {
    read.map_err(|fault| faults.push(fault)).unwrap_or_default()
}

fn open_calendar(path: &Path) -> Result<Calendar, Fault> {
    let text = fs::read_to_string(path)
        .map_err(|error| Fault::at(path, format!("读不了文件：{}", io_reason(&error))))?;
    Calendar::parse(&text).map_err(|error| Fault::at(path, error.what).on_line(error.line))
}

fn open_regions(path: &Path) -> Result<Regions, Fault> {
    let text = fs::read_to_string(path)
        .map_err(|error| Fault::at(path, format!("读不了文件：{}", io_reason(&error))))?;
    Regions::parse(&text)
        .map_err(|error| Fault::at(path, error.what.to_string()).on_line(error.line))
}

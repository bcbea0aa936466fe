//! What exists: documents, programmes and fonts, read from a home and checked when opened.
//!
//! A catalog does not change once it is open. Whatever its files leave undone (a sentence that
//! reads an undeclared field, a rule that cannot be read, a family that is not there) is found
//! here, with file and line, before any record is looked at.

mod columns;
mod document;
pub mod expressions;
mod faces;
mod fields;
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
mod questions;
mod rules;
mod schema;
mod shape;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub use columns::{Column, REASON};
pub use document::{Document, DocumentId, FILE_NAME};
use expressions::Surroundings;
pub use faces::Face;
pub use fields::{Field, Form};
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

use crate::digest::{Digest, Hashing};
use crate::fault::{Fault, Faults, io_reason};
use crate::values::{Calendar, Regions, date};

/// Everything that a home offers, opened and checked.
pub struct Catalog {
    home: Home,
    documents: BTreeMap<DocumentId, Document>,
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
        let mut packet_samples = packet_samples_in(&home.samples().join("packets"))?;
        let mut schemas = Schemas::default();
        let mut documents = BTreeMap::new();
        for programme_path in
            files.keys().filter(|path| path.ends_with("/programme.toml") && depth(path) == 2)
        {
            let programme_name =
                programme_path.trim_matches('/').trim_end_matches("/programme.toml");
            let file = templates.join(programme_name).join("programme.toml");
            let (programme, programme_text) = match open_programme(&file) {
                Ok((programme, text)) => (Arc::new(programme), text),
                Err(more) => {
                    faults.push(more);
                    continue;
                }
            };
            let prefix = format!("/{programme_name}/");
            let folders = files
                .keys()
                .filter_map(|path| path.strip_prefix(&prefix)?.strip_suffix("/document.toml"));
            for document in folders.filter(|folder| !folder.contains('/')) {
                let id = DocumentId {
                    programme: programme_name.to_owned(),
                    document: document.to_owned(),
                };
                let folder = format!("{prefix}{document}/");
                if !files.contains_key(&format!("{folder}{LAYOUT}")) {
                    faults.push(Fault::at(&templates.join(&folder[1..]), format!("缺少 {LAYOUT}")));
                }
                let mut hashing = Hashing::new("template");
                for (path, bytes) in &files {
                    let shared = path.starts_with("/lib/") && !path.ends_with(".md");
                    if shared || path == programme_path || path.starts_with(&folder) {
                        hashing.add(path, bytes);
                    }
                }
                let own = samples.get(&id.dashed()).cloned().unwrap_or_default();
                match Document::open(
                    id.clone(),
                    (&programme, &programme_text),
                    &templates,
                    (&mut schemas, &surroundings),
                    own,
                    hashing.finish(),
                ) {
                    Ok(document) => {
                        documents.insert(id, document);
                    }
                    Err(more) => faults.extend(Vec::from(more)),
                }
            }
        }
        let mut packets = BTreeMap::new();
        for (path, programme_id, programme) in documents.values().map(|document: &Document| {
            let programme_id = &document.id.programme;
            let path = format!("/{programme_id}/{PACKET}");
            (path, programme_id, &document.programme)
        }) {
            if !files.contains_key(&path) || packets.contains_key(programme_id) {
                continue;
            }
            let mut hashing = Hashing::new("packet");
            let own = |file: &str| file.starts_with("/lib/") && !file.ends_with(".md");
            for (file, bytes) in files.iter().filter(|(file, _)| own(file) || **file == path) {
                hashing.add(file, bytes);
            }
            let opening = packet::Opening {
                programme_id,
                programme,
                path: &templates.join(&path[1..]),
                documents: &documents,
                surroundings: &surroundings,
                samples: packet_samples.remove(programme_id).unwrap_or_default(),
                digest: hashing.finish(),
            };
            match Packet::open(opening) {
                Ok(packet) => {
                    packets.insert(programme_id.clone(), packet);
                }
                Err(more) => faults.extend(Vec::from(more)),
            }
        }
        for (name, cases) in packet_samples {
            // A programme that could not be opened has been told of already.
            if !files.contains_key(&format!("/{name}/{PACKET}")) {
                for case in cases.values() {
                    faults.push(Fault::at(case, format!("活动“{name}”没有 {PACKET}")));
                }
            }
        }
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
            let province = document.programme.province.get_ref();
            if !regions.is_empty() && regions.of(province).next().is_none() {
                let file = templates.join(&document.id.programme).join("programme.toml");
                let what = format!("行政区划数据里没有省级代码 {province} 的县（市、区）");
                let fault = Fault::at(&file, what)
                    .hint("把它们加到 templates/lib/data/regions.csv，或改正 province");
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
        match (fonts, faults.is_empty()) {
            (Some(fonts), true) => {
                Ok(Self { home, documents, packets, layouts, fonts, regions, calendar })
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

/// Files that belong to nothing: what an owner wrote for a document or programme that is not there.
fn strays(
    templates: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    documents: &BTreeMap<DocumentId, Document>,
    samples: &BTreeMap<String, BTreeMap<String, PathBuf>>,
    samples_folder: &Path,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in files.keys().filter(|path| path.ends_with("/schema.json") && depth(path) == 3) {
        let folder = path.trim_end_matches("/schema.json");
        if !files.contains_key(&format!("{folder}/document.toml")) {
            faults.push(Fault::at(&templates.join(&folder[1..]), "缺少 document.toml"));
        }
        let programme = folder.rsplit_once('/').map_or("", |(programme, _)| programme);
        let manifest = format!("{programme}/programme.toml");
        if !files.contains_key(&manifest) {
            let fault = Fault::at(&templates.join(&programme[1..]), "缺少 programme.toml");
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    let told = |name: &str| documents.keys().any(|id| id.dashed() == name);
    // A document that could not be opened has been told of already.
    let tried = |name: &str| {
        files.keys().any(|path| {
            path.strip_prefix('/')
                .and_then(|path| path.strip_suffix("/document.toml"))
                .is_some_and(|folder| folder.replacen('/', "-", 1) == name)
        })
    };
    for (name, cases) in samples.iter().filter(|(name, _)| !told(name) && !tried(name)) {
        for case in cases.values() {
            let file = samples_folder.join(case.file_name().unwrap_or_default());
            faults.push(Fault::at(&file, format!("没有样例所属的文书“{name}”")));
        }
    }
    for document in documents.values() {
        let sentences = &document.programme.sentences;
        let sentences = sentences.iter().filter(|(_, sentences)| !sentences.is_empty());
        let sentences = sentences.map(|(name, _)| ("sentences", name));
        let numbers = document.programme.numbers.keys().map(|name| ("numbers", name.get_ref()));
        for (table, name) in sentences.chain(numbers) {
            let id =
                DocumentId { programme: document.id.programme.clone(), document: name.clone() };
            if !documents.contains_key(&id) && !tried(&id.dashed()) {
                let file = templates.join(&id.programme).join("programme.toml");
                let fault = Fault::at(&file, format!("[{table}.{name}]：没有这份文书"));
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
    }
    faults
}

fn open_programme(path: &Path) -> Result<(Programme, String), Fault> {
    let (programme, text): (Programme, String) = manifest::read(path)?;
    let on_line = |span: std::ops::Range<usize>| position::line_of(&text, span.start);
    if date::parse(programme.issued.get_ref()).is_err() {
        return Err(Fault::at(path, "issued 应为 YYYY-MM-DD 形式的真实日期")
            .on_line(on_line(programme.issued.span())));
    }
    for (name, day) in &programme.deadlines {
        // Any leap year will do to see whether the day exists.
        if date::parse(&format!("2024-{}", day.get_ref())).is_err() {
            return Err(Fault::at(
                path,
                format!("deadlines.{name} 应为 MM-DD 形式的月和日，例如 07-31"),
            )
            .on_line(on_line(day.span())));
        }
    }
    let province = programme.province.get_ref();
    if province.len() != 6 || !province.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::at(path, "province 应为 6 位行政区划代码，例如 140000")
            .on_line(on_line(programme.province.span())));
    }
    Ok((programme, text))
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

/// Every file below a folder, by its path from there, starting with a slash.
fn read_below(root: &Path) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    fn walk(folder: &Path, name: &str, files: &mut BTreeMap<String, Vec<u8>>) -> Result<(), Fault> {
        let unreadable = |error: std::io::Error| {
            Fault::at(folder, format!("读不了文件夹：{}", io_reason(&error)))
        };
        for entry in fs::read_dir(folder).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let Ok(own) = entry.file_name().into_string() else {
                return Err(Fault::at(&entry.path(), "文件名不是 UTF-8"));
            };
            // Editors leave hidden files; a symbolic link could lead out of the home.
            let kind = entry.file_type().map_err(unreadable)?;
            if own.starts_with('.') || kind.is_symlink() {
                continue;
            }
            let path = format!("{name}/{own}");
            if kind.is_dir() {
                walk(&entry.path(), &path, files)?;
            } else {
                let bytes = fs::read(entry.path()).map_err(|error| {
                    Fault::at(&entry.path(), format!("读不了文件：{}", io_reason(&error)))
                })?;
                files.insert(path, bytes);
            }
        }
        Ok(())
    }
    let mut files = BTreeMap::new();
    walk(root, "", &mut files)?;
    Ok(files)
}

/// The samples by document (`programme-document`), then by case.
fn samples_in(folder: &Path) -> Result<BTreeMap<String, BTreeMap<String, PathBuf>>, Fault> {
    let unreadable =
        |error: std::io::Error| Fault::at(folder, format!("读不了文件夹：{}", io_reason(&error)));
    let mut samples: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(stem) = path
            .file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.strip_suffix(".json"))
        else {
            continue;
        };
        let (document, case) = stem.split_once('.').unwrap_or((stem, ""));
        samples.entry(document.to_owned()).or_default().insert(case.to_owned(), path.clone());
    }
    Ok(samples)
}

/// The samples of packets by programme, then by case: each a folder (`programme` or `programme.case`) with a
/// `packet.json`.
fn packet_samples_in(folder: &Path) -> Result<BTreeMap<String, BTreeMap<String, PathBuf>>, Fault> {
    let mut samples: BTreeMap<String, BTreeMap<String, PathBuf>> = BTreeMap::new();
    if !folder.is_dir() {
        return Ok(samples);
    }
    let unreadable =
        |error: std::io::Error| Fault::at(folder, format!("读不了文件夹：{}", io_reason(&error)));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let file = path.join("packet.json");
        let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
        if file.is_file() {
            let (programme, case) = name.split_once('.').unwrap_or((name, ""));
            samples.entry(programme.to_owned()).or_default().insert(case.to_owned(), file);
        }
    }
    Ok(samples)
}

fn depth(path: &str) -> usize {
    path.matches('/').count()
}

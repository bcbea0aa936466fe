//! Every sample of every document, rendered and read back: what tests, `list --check` and `demo` ask.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{
    App, Files, Input, Options, Output, PackOptions, Refusal, Rendered, Wrapping, inspection,
};
use crate::catalog::{Document, Packet, pointer_of};
use crate::fault::{Fault, Faults, io_reason};
use crate::finish;
use crate::intake;
use crate::wording::Sheet;

/// Pixels per point of a page on the contact sheet: its lines can be told apart, not read.
const SMALL: f64 = 0.5;

/// Pixels across the contact sheet: a dozen upright pages.
const ACROSS: usize = 3720;

/// One sample that was printed as it should be.
#[derive(Debug, Clone)]
pub struct SampleReport {
    /// What a file of it may be called, without an ending.
    pub name: String,
    /// The PDF.
    pub pdf: Vec<u8>,
    /// How many pages it has.
    pub pages: usize,
    /// The name that the program gives it.
    pub file_name: String,
}

impl App {
    /// Renders every sample and every blank form, each checked on its bytes; `keep` gets each
    /// sample's report as soon as it is made.
    ///
    /// # Errors
    /// Every sample that has problems, draws a warning, or lacks something when read back.
    pub fn check_all(&self, keep: &mut dyn FnMut(SampleReport)) -> Result<(), Faults> {
        let mut faults = Vec::new();
        for document in self.catalog().documents() {
            for path in document.samples.values() {
                match self.check_sample(document, path) {
                    Ok(rendered) => keep(SampleReport {
                        name: path.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
                        pdf: rendered.bytes,
                        pages: rendered.pages,
                        file_name: rendered.file_name,
                    }),
                    Err(more) => faults.extend(Vec::from(more)),
                }
            }
            let name = document.id.to_string();
            for blank in blanks(document) {
                match self.render(&name, Input::Blank(blank), Options::default()) {
                    Ok(rendered) => faults.extend(self.shortcomings(document, &rendered, None)),
                    Err(refusal) => {
                        let place = PathBuf::from(format!("{name}（空白表格）"));
                        faults.extend(refused(refusal, Some(&place)));
                    }
                }
            }
        }
        for packet in self.catalog().packets() {
            for path in packet.samples.values() {
                match self.check_packet(packet, path) {
                    Ok(report) => keep(report),
                    Err(more) => faults.extend(Vec::from(more)),
                }
            }
        }
        Faults::unless_none(faults, ())
    }

    /// A sample of a packet, put together and read back.
    fn check_packet(&self, packet: &Packet, path: &Path) -> Result<SampleReport, Faults> {
        let list = fs::read(path)
            .map_err(|error| Fault::at(path, format!("读不了样例：{}", io_reason(&error))))?;
        let folder = path.parent().unwrap_or(path);
        let options = PackOptions { wrapping: Wrapping::Pdf, ..PackOptions::default() };
        let packed = match self.pack(&list, Files::Folder(folder), options) {
            Ok(packed) => packed,
            Err(refusal) => {
                return Err(Faults::unless_none(refused(refusal, Some(&path.to_owned())), ())
                    .err()
                    .unwrap_or_else(|| Fault::at(path, "样例没有通过").into()));
            }
        };
        let found = match finish::read_back(&packed.bytes) {
            Ok(file) => inspection::shortcomings_of_packet(packet, &packed, &file),
            Err(fault) => vec![fault.to_string()],
        };
        let faults = found.into_iter().map(|what| Fault::at(path, what)).collect();
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        Faults::unless_none(
            faults,
            SampleReport {
                name: format!("packet-{name}"),
                pages: packed.pages * usize::from(packed.copies),
                pdf: packed.bytes,
                file_name: packed.file_name,
            },
        )
    }

    /// A PNG with every page of every sample, small, in the order of documents and cases.
    ///
    /// # Errors
    /// A sample that does not render, or a fault.
    pub fn contact_sheet(&self) -> Result<Vec<u8>, Refusal> {
        let mut pages = Vec::new();
        for document in self.catalog().documents() {
            let name = document.id.to_string();
            for path in document.samples.values() {
                let bytes = fs::read(path).map_err(|error| {
                    Fault::at(path, format!("读不了样例：{}", io_reason(&error)))
                })?;
                let mut page = 1;
                loop {
                    let output = Output::Png { page, pixels_per_point: SMALL };
                    let options = Options { output, ..Options::default() };
                    let made = self.render(&name, Input::Record(&bytes), options)?;
                    pages.push(made.bytes);
                    page += 1;
                    if page > made.pages {
                        break;
                    }
                }
            }
        }
        Ok(finish::contact_sheet(&pages, ACROSS)?)
    }

    fn check_sample(&self, document: &Document, path: &PathBuf) -> Result<Rendered, Faults> {
        let bytes = fs::read(path)
            .map_err(|error| Fault::at(path, format!("读不了样例：{}", io_reason(&error))))?;
        let name = document.id.to_string();
        match self.render(&name, Input::Record(&bytes), Options::default()) {
            Ok(rendered) => {
                let mut faults = self.shortcomings(document, &rendered, Some(path));
                faults.extend(self.without_each_field(document, path, &bytes));
                Faults::unless_none(faults, rendered)
            }
            Err(refusal) => Err(Faults::unless_none(refused(refusal, Some(path)), ())
                .err()
                .unwrap_or_else(|| Fault::at(path, "样例没有通过").into())),
        }
    }

    /// The sample with each of its fields left out in turn: where that is a sound record still, its
    /// rules must hold their tongue or speak, and its sentences must be made.
    fn without_each_field(&self, document: &Document, path: &Path, sample: &[u8]) -> Vec<Fault> {
        let Ok(record) = serde_json::from_slice::<Value>(sample) else { return Vec::new() };
        let mut faults = Vec::new();
        for field in document.schema.shape.paths_with_items() {
            let mut without = record.clone();
            let Some(pointer) = take_out(&mut without, &field) else { continue };
            let input = without.to_string().into_bytes();
            let made = intake::examine(self.catalog(), document, &input, self.most.rows).and_then(
                |examined| match examined.records.first() {
                    Some(record) => Sheet::of(document, record).map(|_| ()),
                    None => Ok(()),
                },
            );
            if let Err(fault) = made {
                faults.push(Fault::at(path, format!("不填 {pointer} 时：{fault}")));
            }
        }
        faults
    }

    fn shortcomings(
        &self,
        document: &Document,
        rendered: &Rendered,
        path: Option<&PathBuf>,
    ) -> Vec<Fault> {
        let place = path.cloned().unwrap_or_else(|| PathBuf::from(document.id.to_string()));
        let found = match finish::read_back(&rendered.bytes) {
            Ok(file) => inspection::shortcomings(self.catalog(), document, &file),
            Err(fault) => vec![fault.to_string()],
        };
        found
            .into_iter()
            .chain(rendered.warnings.iter().map(|warning| format!("模板警告：{warning}")))
            .map(|what| Fault::at(&place, what))
            .collect()
    }
}

/// Takes a field out, of the first item where it is a field of items; gives its pointer if it was there.
fn take_out(record: &mut Value, path: &str) -> Option<String> {
    let (mut group, mut pointer) = (record, String::new());
    let mut keys = path.split('.').peekable();
    loop {
        if let Value::Array(items) = group {
            group = items.first_mut()?;
            pointer.push_str("/0");
            continue;
        }
        let key = keys.next()?;
        pointer.push_str(&pointer_of(key));
        let map = group.as_object_mut()?;
        if keys.peek().is_none() {
            return map.shift_remove(key).map(|_| pointer);
        }
        group = map.get_mut(key)?;
    }
}

/// The names of a document's blank forms: the empty one, then those of its manifest.
pub fn blanks(document: &Document) -> impl Iterator<Item = Option<&str>> {
    std::iter::once(None).chain(document.blanks.keys().map(|name| Some(name.as_str())))
}

fn refused(refusal: Refusal, path: Option<&PathBuf>) -> Vec<Fault> {
    let at = |what: String| match path {
        Some(path) => Fault::at(path, what),
        None => Fault::new(what),
    };
    match refusal {
        Refusal::Usage(sentence) => vec![at(sentence)],
        Refusal::OverLimit(sentence) => {
            vec![at(format!("样例印不出来，这项限度要调大：{sentence}"))]
        }
        Refusal::Lost => vec![at("排版进程两次中途退出".to_owned())],
        Refusal::Full(_) | Refusal::Otherwise(_) => vec![at(refusal.to_string())],
        Refusal::Problems(problems) => {
            problems.to_mend().map(|problem| at(problem.sentence.clone())).collect()
        }
        Refusal::Faults(faults) => Vec::from(faults)
            .into_iter()
            .map(|fault| match (&fault.file, path) {
                (None, Some(path)) => Fault { file: Some(path.clone()), ..fault },
                _ => fault,
            })
            .collect(),
    }
}

//! Every sample of every document, rendered and read back: what tests, `list --check` and `demo` ask.

mod fields;
mod measured;
mod numbers;
mod others;

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::Value;

use self::fields::Fields;
use super::matter::{lacking, without_room};
use super::plan::Plan;
use super::render::too_long;
use super::{
    App, Files, Input, Options, Output, PackOptions, Refusal, Rendered, Wrapping, inspection,
};
use crate::catalog::{Document, Packet};
use crate::crew::Undone;
use crate::fault::{Fault, Faults, io_reason};
use crate::finish;
use crate::intake;
use crate::typeset;
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
        let mut tried: Vec<(&Document, Vec<&Path>)> = Vec::new();
        for document in self.catalog().documents() {
            let mut sound = Vec::new();
            for path in document.samples.values() {
                match self.check_sample(document, path) {
                    Ok(rendered) => {
                        sound.push(path.as_path());
                        keep(SampleReport {
                            name: path
                                .file_stem()
                                .unwrap_or_default()
                                .to_string_lossy()
                                .into_owned(),
                            pdf: rendered.bytes,
                            pages: rendered.pages,
                            file_name: rendered.file_name,
                        });
                    }
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
            tried.push((document, sound));
        }
        // What only other papers than the samples show; it says something where those are sound.
        let found: Vec<Vec<Fault>> =
            tried.par_iter().map(|(document, sound)| self.tried(document, sound)).collect();
        faults.extend(found.into_iter().flatten());
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
                let faults = self.shortcomings(document, &rendered, Some(path));
                Faults::unless_none(faults, rendered)
            }
            Err(refusal) => Err(Faults::unless_none(refused(refusal, Some(path)), ())
                .err()
                .unwrap_or_else(|| Fault::at(path, "样例没有通过").into())),
        }
    }

    /// What comes to light when a document's samples are changed: fields that are not printed, numbers and
    /// codes that are not, texts that have no room although they should.
    fn tried(&self, document: &Document, sound: &[&Path]) -> Vec<Fault> {
        let mut fields = Fields::of(self, document);
        let (mut faults, mut on_paper, mut room) = (Vec::new(), Vec::new(), Vec::new());
        for path in sound {
            let read = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
            let records = match read {
                Some(Value::Array(records)) => records,
                Some(record) => vec![record],
                None => Vec::new(),
            };
            faults.extend(fields.look_at(path, &records));
            let Some(first) = records.first() else { continue };
            match intake::examine(self.catalog(), document, first.to_string().as_bytes(), 1) {
                Ok(examined) => {
                    for record in &examined.records {
                        // Another sample would show the same slip.
                        if on_paper.is_empty() {
                            on_paper = self.try_issued(document, path, record);
                        }
                        if room.is_empty() {
                            room = self.try_measured(document, record);
                        }
                    }
                }
                Err(fault) => faults.push(fault),
            }
        }
        // A sample that is to be mended may show what the others do not.
        if sound.len() == document.samples.len() {
            faults.extend(fields.conclude());
        }
        faults.extend(on_paper.into_iter().chain(room));
        faults
    }

    /// What each page of a sheet shows, its digest apart: where nothing differs the papers look the same.
    fn look_of(&self, document: &Document, sheet: Sheet) -> Result<Vec<u64>, Refusal> {
        let plan = Plan::of(document, true, Options::default())?;
        let job = plan.job(self, document, vec![sheet.without_digest()], typeset::Output::Marks);
        self.typesetting.typeset(&job).map(|made| made.marks).map_err(|undone| match undone {
            Undone::Failed(failure) => match lacking(document, &failure) {
                Some(found) => {
                    Refusal::Problems(Box::new(without_room(document, &job.sheets, found)))
                }
                None => too_long(failure),
            },
            other => other.into(),
        })
    }

    fn shortcomings(
        &self,
        document: &Document,
        rendered: &Rendered,
        path: Option<&PathBuf>,
    ) -> Vec<Fault> {
        let place = path.cloned().unwrap_or_else(|| PathBuf::from(document.id.to_string()));
        self.seen_in(document, &rendered.bytes)
            .into_iter()
            .chain(rendered.warnings.iter().map(|warning| format!("模板警告：{warning}")))
            .map(|what| Fault::at(&place, what))
            .collect()
    }

    /// What a file lacks when it is read back.
    fn seen_in(&self, document: &Document, bytes: &[u8]) -> Vec<String> {
        match finish::read_back(bytes) {
            Ok(file) => inspection::shortcomings(self.catalog(), document, &file),
            Err(fault) => vec![fault.to_string()],
        }
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

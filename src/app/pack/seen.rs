//! What an applicant sees before a packet is made: what its list lacks, and how an attached file will look.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::attachments::not_made;
use super::{Files, PackOptions, reports};
use crate::app::{App, Refusal};
use crate::intake::Problems;
use crate::packet::{self, Done, Line, Task};

/// Dots an inch of the picture of an attached page: an A4 page is 578 pixels wide.
const RESOLUTION: f64 = 70.0;

/// What is known of a packet by its list alone.
#[derive(Debug, Clone)]
pub struct PacketSeen {
    /// The records of its papers by their keys, with what was taken from other papers.
    pub papers: Map<String, Value>,
    /// The list of materials.
    pub lines: Vec<Line>,
    /// The sections that the text of each kind of material must have, where any are asked for.
    pub sections: BTreeMap<u8, Vec<String>>,
    /// What was found, but for what only the files themselves can tell.
    pub problems: Problems,
}

/// A page of an attached file as the packet will have it.
#[derive(Debug, Clone)]
pub struct AttachedPage {
    /// Its picture (PNG).
    pub picture: Vec<u8>,
    /// How many pages the file gives.
    pub pages: usize,
    /// What must be mended in the files of the list, and what should be known of them.
    pub problems: Problems,
}

impl App {
    /// Looks at a packet's list without its files.
    ///
    /// # Errors
    /// A list of no programme, or faults.
    pub fn look_at_packet(&self, list: &[u8]) -> Result<PacketSeen, Refusal> {
        let packet = self.packet_of(list)?;
        let given = packet::look(self.catalog(), packet, list, self.most.rows)?;
        let mut problems = given.problems.clone();
        let (lines, missing) =
            packet::checklist(packet, &given.seen, &given.materials, &given.attachments)?;
        missing.into_iter().for_each(|problem| problems.push(problem));
        let record = |it: &packet::GivenPaper<'_>| {
            let record = serde_json::from_slice(&it.input).unwrap_or_default();
            (it.paper.key().to_owned(), record)
        };
        let mut sections = BTreeMap::new();
        for material in &packet.manifest.materials {
            let asked = packet.sections(material, &given.seen)?;
            if !asked.is_empty() {
                let names = asked.iter().map(|section| section.name.clone()).collect();
                sections.insert(material.number, names);
            }
        }
        Ok(PacketSeen {
            papers: given.papers.iter().map(record).collect(),
            lines,
            sections,
            problems,
        })
    }

    /// Shows a page (from 1) of the first file that a list attaches, and tells what its texts lack.
    ///
    /// # Errors
    /// Problems of the file; a limit; faults.
    pub fn show_attached(
        &self,
        list: &[u8],
        files: Files<'_>,
        page: usize,
    ) -> Result<AttachedPage, Refusal> {
        let packet = self.packet_of(list)?;
        let given = packet::look(self.catalog(), packet, list, self.most.rows)?;
        // Nothing is asked of papers that are not there.
        let mut problems =
            given.problems.clone().only(|problem| problem.pointer.starts_with("/attachments/"));
        let options = PackOptions::default();
        let (ready, _) = self.ready(packet, &given, files, options, &mut problems)?;
        // Of a text told by several files all must have come.
        let (_, short) = reports::examine(packet, &given.seen, &ready)?;
        short.into_iter().for_each(|problem| problems.push(problem));
        let Some(first) = ready.into_iter().next() else {
            // A list without a file to be shown: what is wrong with the list itself is why.
            if problems.is_sound() {
                problems = given.problems;
            }
            if problems.is_sound() {
                let what = "列表里没有附件，请在 attachments 中写上要看的一个文件";
                return Err(Refusal::Usage(what.to_owned()));
            }
            return Err(Refusal::Problems(Box::new(problems)));
        };
        let attachment = first.attachment.clone();
        let part = self.attached(packet, &given, first, options)?;
        let task = Task::Show(page.saturating_sub(1), RESOLUTION);
        match self.preparing().perform(&task, &part.pdf)? {
            (Done::Shown(pages), picture) => Ok(AttachedPage { picture, pages, problems }),
            (other, _) => {
                let (found, _) = not_made(&attachment, other, &self.most.attachments, packet)?;
                found.into_iter().for_each(|problem| problems.push(problem));
                Err(Refusal::Problems(Box::new(problems)))
            }
        }
    }
}

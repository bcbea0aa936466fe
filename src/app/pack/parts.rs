//! The parts of a packet: papers, reports that are typeset, attached files fitted or drawn.

use serde_json::json;

use super::attachments::{Made, Ready};
use super::{PackOptions, Sides};
use crate::app::{App, Input, Options, Refusal};
use crate::catalog::{Orientation, Packet};
use crate::crew::Undone;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::packet::{self, Given, Part};
use crate::typeset::{self, Failure, Job, Standard};
use crate::wording::Sheet;

/// The layouts of our own papers.
pub(super) const CONTENTS: &str = "lib/packet/contents";
pub(super) const MARKS: &str = "lib/packet/marks";
const REPORT: &str = "lib/packet/report";

/// What a part is called: 附件（1）营业执照.
fn called(number: u8, name: &str) -> String {
    format!("附件（{number}）{name}")
}

impl App {
    /// The parts, contents page excepted, in the order of the packet.
    pub(super) fn parts(
        &self,
        packet: &Packet,
        given: &Given<'_>,
        ready: Vec<Ready>,
        options: PackOptions,
    ) -> Result<Vec<Part>, Refusal> {
        let mut parts = Vec::new();
        for paper in given.papers.iter().filter(|it| it.paper.material.is_none()) {
            parts.push(self.paper(packet, paper, options)?);
        }
        let mut waiting: Vec<Option<Ready>> = ready.into_iter().map(Some).collect();
        for material in &packet.manifest.materials {
            for paper in given.papers.iter().filter(|it| it.paper.material == Some(material.number))
            {
                parts.push(self.paper(packet, paper, options)?);
            }
            for place in &mut waiting {
                if let Some(own) = place.take_if(|it| it.attachment.kind == material.number) {
                    parts.push(self.attached(packet, given, own, options)?);
                }
            }
        }
        Ok(parts)
    }

    /// A paper as a part.
    fn paper(
        &self,
        packet: &Packet,
        given: &packet::GivenPaper<'_>,
        options: PackOptions,
    ) -> Result<Part, Refusal> {
        let sides = if options.sides == Some(Sides::One) { Some(Sides::One) } else { None };
        let input = if options.draft || given.record.is_none() {
            Input::Unfinished(&given.input)
        } else {
            Input::Record(&given.input)
        };
        let printing = Options { sides, ..Options::default() };
        let made = self.render(&given.document.id.to_string(), input, printing)?;
        let name = &given.document.manifest.name;
        let material = given.paper.material.and_then(|number| packet.manifest.material(number));
        let name = material.map_or(name, |material| &material.label);
        let title = material.map_or(name.clone(), |material| called(material.number, name));
        Ok(Part {
            name: name.clone(),
            label: (!given.paper.official).then(|| title.clone()),
            title,
            numbered: !given.paper.official,
            material: given.paper.material,
            pdf: made.bytes,
            ours: true,
            source: None,
        })
    }

    /// An attached file as a part.
    pub(super) fn attached(
        &self,
        packet: &Packet,
        given: &Given<'_>,
        ready: Ready,
        options: PackOptions,
    ) -> Result<Part, Refusal> {
        let Ready { attachment, made } = ready;
        let title = called(attachment.kind, &attachment.title);
        let (pdf, ours) = match made {
            Made::Text(typed) => {
                let title = typed.title.clone().unwrap_or_else(|| attachment.title.clone());
                (self.report(packet, given, &title, &typed, options)?, true)
            }
            Made::Pages(_, pdf) => (pdf, false),
        };
        Ok(Part {
            name: attachment.title,
            label: Some(title.clone()),
            title,
            numbered: true,
            material: Some(attachment.kind),
            pdf,
            ours,
            source: Some(attachment.file),
        })
    }

    /// A typed report, typeset.
    fn report(
        &self,
        packet: &Packet,
        given: &Given<'_>,
        title: &str,
        typed: &packet::typed::Typed,
        options: PackOptions,
    ) -> Result<Vec<u8>, Refusal> {
        let about = packet.about(&given.seen)?;
        let blocks = serde_json::to_value(&typed.blocks)
            .map_err(|error| Fault::new(format!("文字排不了：{error}")))?;
        // Whose it is need not be said twice.
        let whose = about.first().map(|(_, value)| value);
        let dense: String = title.chars().filter(|mark| !mark.is_whitespace()).collect();
        let closing = typed.closing.as_ref();
        let record = json!({
            "title": title,
            "whose": whose,
            "subtitle": whose.filter(|whose| !dense.contains(whose.as_str())),
            "blocks": blocks,
            "date": closing.map(|closing| closing.date.to_string()),
            "party": closing.and_then(|closing| closing.party.as_ref()),
        });
        let sheet = Sheet::free(record, given.date);
        let one_sided = options.sides == Some(Sides::One);
        self.typeset_own(packet, REPORT, title, sheet, one_sided)
    }

    /// One of our own papers, which no document describes.
    pub(super) fn typeset_own(
        &self,
        packet: &Packet,
        layout: &str,
        title: &str,
        sheet: Sheet,
        one_sided: bool,
    ) -> Result<Vec<u8>, Refusal> {
        let digest = Digest::of(&serde_json::to_vec(&sheet).unwrap_or_default());
        let source = format!(
            "{layout}; template sha256:{}; fonts sha256:{}",
            packet.digest,
            self.catalog().fonts().digest()
        );
        let job = Job {
            document: layout.to_owned(),
            title: title.to_owned(),
            author: packet.programme.issuer.clone(),
            orientation: Orientation::Portrait,
            draft: false,
            one_sided,
            overprint: None,
            most: self.most(),
            output: typeset::Output::Pdf {
                standard: Standard::A2u,
                carried: None,
                identity: format!("{source}; {digest}"),
                description: source,
                date: sheet.date(),
            },
            sheets: vec![sheet],
        };
        match self.typesetting.typeset(&job) {
            Ok(made) => Ok(made.bytes),
            Err(Undone::Failed(Failure::TooManyPages(pages))) => Err(self.too_many_pages(pages)),
            // Only what users typed can be too wide for a page.
            Err(Undone::Failed(Failure::Overflow(pages))) if layout == REPORT => {
                let pages: Vec<String> = pages.iter().map(ToString::to_string).collect();
                Err(Refusal::Usage(format!(
                    "“{title}”排成第{}页时有文字超出纸面；请把过长的词、网址或表格的列改短",
                    pages.join("、")
                )))
            }
            Err(other) => Err(other.into()),
        }
    }

    pub(super) fn too_many_pages(&self, pages: usize) -> Refusal {
        Refusal::OverLimit(format!(
            "共 {pages} 页，超过一份文件 {} 页的限度（limits.pages）；请用 pages 选出要附的页",
            self.most.pages
        ))
    }
}

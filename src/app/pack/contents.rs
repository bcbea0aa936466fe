//! What is said of a packet on its own pages: the contents page, and the marks in the margins.

use serde_json::{Value, json};

use super::files::NamedFile;
use super::parts::{CONTENTS, MARKS};
use super::{CopiesAs, PackOptions, Wrapping};
use crate::app::{App, Refusal};
use crate::catalog::Packet;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::packet::{Given, Line, Marks, Part, Plan, Read, Standing};
use crate::values::numeral;
use crate::wording::Sheet;

/// What is being put together, and how.
pub(super) struct Work<'a> {
    pub(super) packet: &'a Packet,
    /// `packet.json` as it was received.
    pub(super) list: &'a [u8],
    pub(super) given: &'a Given<'a>,
    pub(super) lines: &'a [Line],
    /// The attached files as they were received.
    pub(super) originals: &'a [NamedFile],
    /// Their digests by their names.
    pub(super) digests: Vec<(String, Digest)>,
    pub(super) options: PackOptions,
    pub(super) copies: u8,
    pub(super) one_sided: bool,
}

impl Work<'_> {
    /// The names of the copies in the file; a single one needs none.
    pub(super) fn names(&self) -> Vec<Option<String>> {
        if self.copies == 1 || self.options.copies_as == CopiesAs::Viewer {
            return vec![None];
        }
        let purposes = &self.packet.manifest.purposes;
        (1..=self.copies)
            .map(|copy| {
                let number = numeral::counting(copy.into());
                let purpose = purposes.get(usize::from(copy) - 1);
                let purpose = purpose.map_or(String::new(), |purpose| format!("（{purpose}）"));
                Some(format!("第{number}份{purpose}"))
            })
            .collect()
    }

    /// What the contents page says; `plan` counts that page as the first part.
    pub(super) fn contents(&self, parts: &[Part], plan: &Plan) -> Result<Value, Fault> {
        let about = self.packet.about(&self.given.seen)?;
        let item = |at: usize, title: Option<&str>| {
            let pages = plan.parts.get(at + 1).map_or(0, |(_, pages)| *pages);
            json!({ "title": title, "page": plan.number_of(at + 1), "pages": pages })
        };
        let mut lines = Vec::new();
        for (at, part) in parts.iter().enumerate().filter(|(_, part)| part.material.is_none()) {
            lines.push(json!({
                "number": "", "name": part.title, "standing": Standing::Present.word(),
                "items": [item(at, None)],
            }));
        }
        for line in self.lines {
            let own: Vec<usize> =
                (0..parts.len()).filter(|at| parts[*at].material == Some(line.number)).collect();
            // In a draft, a file that could not be used is not there.
            let lost = own.is_empty() && line.standing == Standing::Present;
            let standing = if lost { Standing::Missing } else { line.standing };
            let label = self.packet.manifest.material(line.number).map(|it| it.label.as_str());
            let items: Vec<Value> = match own.as_slice() {
                // One that is all of its kind, and is called so, needs no line of its own.
                [only] if Some(parts[*only].name.as_str()) == label => vec![item(*only, None)],
                several => several.iter().map(|at| item(*at, Some(&parts[*at].name))).collect(),
            };
            lines.push(json!({
                "number": format!("（{}）", line.number), "name": line.name,
                "standing": standing.word(), "items": items,
            }));
        }
        let last = plan.places.iter().filter_map(|place| place.number).max().unwrap_or(0);
        let note = format!(
            "页码为各页下端外侧的“总第几页”（正式表格不另印页码，按顺序计入），全份共{last}页，空白背面不计；一式{}份。",
            numeral::counting(self.copies.into())
        );
        Ok(json!({
            "title": self.packet.manifest.title, "about": about, "lines": lines, "note": note,
        }))
    }
}

impl App {
    /// The parts with the contents page before them, each read.
    pub(super) fn with_contents(
        &self,
        work: &Work<'_>,
        mut parts: Vec<Part>,
    ) -> Result<(Vec<Part>, Vec<Read>), Refusal> {
        let mut read = Vec::new();
        for part in &mut parts {
            read.push(Read::of(part)?);
            // An attached part alone is bound anew from what was read; it may be large.
            if work.options.wrapping == Wrapping::Pdf || !part.ours {
                part.pdf = Vec::new();
            }
        }
        let mut blank: Vec<Vec<bool>> = read.iter().map(|it| it.blank.clone()).collect();
        blank.insert(0, vec![false]);
        let title = "目录".to_owned();
        let mut contents = Part {
            name: title.clone(),
            title,
            label: None,
            numbered: true,
            material: None,
            pdf: Vec::new(),
            ours: true,
            source: None,
        };
        // How many pages it takes changes the numbers on it; more than twice it does not change.
        for _ in 0..4 {
            let plan = Plan::of(&blank, work.one_sided);
            let sheet = Sheet::free(work.contents(&parts, &plan)?, work.given.date);
            let name = &work.packet.manifest.title;
            contents.pdf = self.typeset_own(work.packet, CONTENTS, name, sheet, work.one_sided)?;
            let own = Read::of(&contents)?;
            let settled = own.blank.len() == blank[0].len();
            blank[0].clone_from(&own.blank);
            if settled {
                read.insert(0, own);
                parts.insert(0, contents);
                return Ok((parts, read));
            }
        }
        Err(Fault::new("目录的页数定不下来").into())
    }

    /// The marks of all pages.
    pub(super) fn marked(
        &self,
        work: &Work<'_>,
        parts: &[Part],
        plan: &Plan,
        names: &[Option<String>],
    ) -> Result<Marks, Refusal> {
        let mut pages = Vec::new();
        let mut places = Vec::new();
        let mut last = (usize::MAX, 0);
        for place in &plan.places {
            let borne = place.page.zip(place.number).and_then(|((part, _), number)| {
                last = if last.0 == part { (part, last.1 + 1) } else { (part, 1) };
                let part = &parts[part];
                let label = part.label.as_ref().map(|label| format!("{label} 第{}页", last.1));
                let number = part.numbered.then(|| format!("总第{number}页"));
                (label.is_some() || number.is_some())
                    .then(|| json!({ "label": label, "number": number, "back": place.back }))
            });
            places.push(borne.is_some().then_some(pages.len()));
            pages.extend(borne);
        }
        let shown: Vec<&String> = names.iter().flatten().filter(|_| work.options.named).collect();
        let after = pages.len();
        let copies = names
            .iter()
            .enumerate()
            .map(|(at, name)| name.as_ref().filter(|_| work.options.named).map(|_| after + at))
            .collect();
        let draft = work.options.draft.then_some(after + shown.len());
        let record = json!({ "pages": pages, "copies": shown, "draft": work.options.draft });
        let sheet = Sheet::free(record, work.given.date);
        let name = &work.packet.manifest.title;
        let pdf = self.typeset_own(work.packet, MARKS, name, sheet, work.one_sided)?;
        Ok(Marks { pdf, places, copies, draft })
    }
}

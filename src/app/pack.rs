//! Pack: a packet's list and files to one print file, or to an archive of everything.

use std::sync::Arc;

use serde_json::{Value, json};

use super::attachments::{Files, Made, Ready};
use super::bundle::Bundle;
use super::render::{Sides, by_hand};
use super::reports::{self, Counted};
use super::{App, Input, Options, Refusal};
use crate::catalog::{Orientation, Packet};
use crate::crew::Undone;
use crate::digest::{Digest, Hashing};
use crate::fault::Fault;
use crate::finish::{self, Duplex, Intent};
use crate::intake::Problems;
use crate::packet::{
    self, Done, Dress, Given, Kind, Line, Marks, Part, Plan, Read, Standing, Task, dress,
};
use crate::typeset::{self, Failure, Job, Standard};
use crate::values::{Level, Role, numeral};
use crate::wording::{Sheet, safe_file_name};

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

/// How many pages one process draws at a time.
const DRAWN_AT_ONCE: usize = 8;

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
        let copies = options.copies.unwrap_or(packet.manifest.copies);
        go_together(copies, options)?;
        let one_sided = options.sides == Some(Sides::One);
        let given = packet::look(self.catalog(), packet, list, self.most.rows)?;
        let mut problems = given.problems.clone();
        if given.papers.is_empty() && given.attachments.is_empty() && !problems.is_sound() {
            return Err(Refusal::Problems(Box::new(problems)));
        }
        let (ready, originals) = self.ready(packet, &given, files, one_sided, &mut problems)?;
        let kinds: Vec<u8> = given.papers.iter().filter_map(|it| it.paper.material).collect();
        // A file that cannot be used is there all the same: its own problem tells of it.
        let (lines, missing) = packet::checklist(packet, &given.seen, &kinds, &given.attachments)?;
        missing.into_iter().for_each(|problem| problems.push(problem));
        let (counted, short) = reports::examine(packet, &given.seen, &ready)?;
        short.into_iter().for_each(|problem| problems.push(problem));
        if options.archival {
            unembedded(&ready, &mut problems);
        }
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

    /// The packet that a list is of.
    fn packet_of(&self, list: &[u8]) -> Result<&Packet, Refusal> {
        let named = serde_json::from_slice::<Value>(list)
            .ok()
            .and_then(|list| Some(list.get("programme")?.as_str()?.to_owned()));
        let known: Vec<&Packet> = self.catalog().packets().collect();
        let found = match (&named, known.as_slice()) {
            (Some(name), _) => self.catalog().packet(name),
            // What is wrong with the list is told beside its other problems.
            (None, [only]) => Some(*only),
            (None, _) => None,
        };
        found.or_else(|| known.first().copied().filter(|_| known.len() == 1)).ok_or_else(|| {
            let known: Vec<&str> = known.iter().map(|it| it.programme_id.as_str()).collect();
            match known.as_slice() {
                [] => Refusal::Usage("文书目录里没有一个活动有申报材料（packet.toml）".to_owned()),
                known => {
                    Refusal::Usage(format!("programme 应写明活动，可用：{}", known.join("、")))
                }
            }
        })
    }

    /// The parts, contents page excepted, in the order of the packet.
    fn parts(
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
    fn attached(
        &self,
        packet: &Packet,
        given: &Given<'_>,
        ready: Ready,
        options: PackOptions,
    ) -> Result<Part, Refusal> {
        let Ready { attachment, bytes, made } = ready;
        let title = called(attachment.kind, &attachment.title);
        let (pdf, ours) = match made {
            Made::Text(typed) => {
                let title = typed.title.clone().unwrap_or_else(|| attachment.title.clone());
                (self.report(packet, given, &title, &typed, options)?, true)
            }
            // A stranger's page may break the standard; a picture of it cannot.
            Made::Pages(fitted, pdf) if options.archival && Kind::of(&bytes) == Kind::Pdf => {
                (packet::joined(&self.drawn(&pdf, fitted.pages)?)?, false)
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

    /// Pages as pictures, a few at a time on all processes.
    fn drawn(&self, pdf: &[u8], pages: usize) -> Result<Vec<Vec<u8>>, Refusal> {
        let resolution = self.most.attachments.made.resolution;
        let starts: Vec<usize> = (0..pages).step_by(DRAWN_AT_ONCE).collect();
        let run = |start: usize| {
            let task = Task::Draw(start..(start + DRAWN_AT_ONCE).min(pages), resolution);
            self.preparing.perform(&task, pdf)
        };
        let mut drawn = Vec::new();
        for several in starts.chunks(self.preparing.places().max(1)) {
            let made = std::thread::scope(|scope| {
                let handles: Vec<_> =
                    several.iter().map(|start| scope.spawn(move || run(*start))).collect();
                handles
                    .into_iter()
                    .map(|handle| handle.join().unwrap_or(Err(Undone::Lost)))
                    .collect::<Vec<_>>()
            });
            for one in made {
                match one? {
                    (Done::Drawn, bytes) => drawn.push(bytes),
                    _ => {
                        return Err(Refusal::Usage(
                            "有的附件不能转成图片，去掉 --pdfa 可以照原样附上".to_owned(),
                        ));
                    }
                }
            }
        }
        Ok(drawn)
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
    fn typeset_own(
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

    fn too_many_pages(&self, pages: usize) -> Refusal {
        Refusal::OverLimit(format!(
            "共 {pages} 页，超过一份文件 {} 页的限度（limits.pages）；请用 pages 选出要附的页",
            self.most.pages
        ))
    }

    /// Everything bound, dressed and wrapped.
    fn assembled(
        &self,
        work: &Work<'_>,
        parts: Vec<Part>,
        counted: Vec<Counted>,
        problems: Problems,
    ) -> Result<Packed, Refusal> {
        let Work { packet, given, options, copies, .. } = *work;
        let stem = match packet.file_name(&given.seen)? {
            Some(name) if !options.draft => name,
            Some(name) => format!("{name}（草稿）"),
            None => format!("{}（草稿）", packet.manifest.name),
        };
        let stem = safe_file_name(&stem);
        let identity = self.identity(work, &parts);
        let (parts, read) = self.with_contents(work, parts)?;
        let blank: Vec<Vec<bool>> = read.iter().map(|it| it.blank.clone()).collect();
        let plan = Plan::of(&blank, work.one_sided);
        let names = work.names();
        if plan.places.len() * names.len() > self.most.pages {
            return Err(self.too_many_pages(plan.places.len() * names.len()));
        }
        let marked = self.marked(work, &parts, &plan, &names)?;
        let mut document = packet::bind(&parts, &read, &plan, &marked, &names)?;
        let about = Dress {
            title: &packet.manifest.title,
            author: packet.programme.issuer.as_deref(),
            date: given.date,
            identity: &identity,
            archival: options.archival,
        };
        let carriers: Vec<_> = read.iter().map(Read::document).collect();
        dress(&mut document, &about, &carriers)?;
        let duplex = match options.sides {
            Some(Sides::One) => Duplex::Simplex,
            Some(Sides::Short) => Duplex::ShortEdge,
            _ => Duplex::LongEdge,
        };
        let proposed = if options.copies_as == CopiesAs::Viewer { copies } else { 1 };
        let intent = Intent { duplex, copies: proposed };
        let pages = plan.places.len();
        let by_sides = if duplex == Duplex::Simplex { pages } else { pages.div_ceil(2) };
        let mut packed = Packed {
            bytes: Vec::new(),
            file_name: format!("{stem}.pdf"),
            pages,
            copies,
            sheets: by_sides * usize::from(copies),
            duplex,
            by_hand: options.sides == Some(Sides::Manual),
            lines: work.lines.to_vec(),
            counted,
            problems,
        };
        if options.wrapping == Wrapping::Pdf {
            // The parts are not needed any more, and may be large.
            drop((read, parts));
            packed.bytes = finish::with_intent(document, intent)?;
            return Ok(packed);
        }
        let whole = finish::with_intent(document, intent)?;
        let printing = if packed.by_hand {
            let halves = finish::halves(&whole)?;
            vec![
                (format!("{stem}-正面.pdf"), halves.fronts),
                (format!("{stem}-背面.pdf"), halves.backs),
                ("打印说明.txt".to_owned(), by_hand(&stem, halves.sheets).into_bytes()),
            ]
        } else {
            vec![(format!("{stem}.pdf"), whole)]
        };
        let alone = |at: usize| alone(at, &about, intent, (&parts, &read), &plan, &marked);
        let bundle =
            Bundle { work, printing, parts: &parts, alone: &alone, plan: &plan, packed: &packed };
        packed.bytes = bundle.wrapped()?;
        packed.file_name = format!("{stem}.zip");
        Ok(packed)
    }

    /// The parts with the contents page before them, each read.
    fn with_contents(
        &self,
        work: &Work<'_>,
        mut parts: Vec<Part>,
    ) -> Result<(Vec<Part>, Vec<Read>), Refusal> {
        let mut read = Vec::new();
        for part in &mut parts {
            read.push(Read::of(part)?);
            if work.options.wrapping == Wrapping::Pdf {
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
    fn marked(
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

    /// What the packet is: everything that can change its pages.
    fn identity(&self, work: &Work<'_>, parts: &[Part]) -> String {
        let mut hashing = Hashing::new("packet");
        hashing.add("list", work.list);
        for (name, digest) in &work.digests {
            hashing.add(name, digest.as_str().as_bytes());
        }
        for paper in &work.given.papers {
            hashing.add(paper.paper.key(), paper.document.digest.as_str().as_bytes());
        }
        hashing.add("packet", work.packet.digest.as_str().as_bytes());
        hashing.add("fonts", self.catalog().fonts().digest().as_str().as_bytes());
        let most = &self.most.attachments.made;
        let options = format!("{:?} {} {}", work.options, work.copies, most.resolution);
        hashing.add("options", options.as_bytes());
        hashing.add("parts", parts.len().to_string().as_bytes());
        hashing.finish().as_str().to_owned()
    }
}

/// The layouts of our own papers.
const CONTENTS: &str = "lib/packet/contents";
const MARKS: &str = "lib/packet/marks";
const REPORT: &str = "lib/packet/report";

/// What is being put together, and how.
pub(super) struct Work<'a> {
    pub(super) packet: &'a Packet,
    /// `packet.json` as it was received.
    pub(super) list: &'a [u8],
    pub(super) given: &'a Given<'a>,
    pub(super) lines: &'a [Line],
    /// The attached files as they were received.
    pub(super) originals: &'a [(String, Arc<[u8]>)],
    /// Their digests by their names.
    pub(super) digests: Vec<(String, Digest)>,
    pub(super) options: PackOptions,
    pub(super) copies: u8,
    pub(super) one_sided: bool,
}

impl Work<'_> {
    /// The names of the copies in the file; a single one needs none.
    fn names(&self) -> Vec<Option<String>> {
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
    fn contents(&self, parts: &[Part], plan: &Plan) -> Result<Value, Fault> {
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

/// An attached part alone, with its label and its numbers; ours stay as they are.
fn alone(
    at: usize,
    about: &Dress<'_>,
    intent: Intent,
    (parts, read): (&[Part], &[Read]),
    plan: &Plan,
    marks: &Marks,
) -> Result<Option<Vec<u8>>, Fault> {
    let part = &parts[at];
    if part.ours {
        return Ok(None);
    }
    let (own, kept) = plan.only(at);
    let marks = Marks {
        pdf: marks.pdf.clone(),
        places: kept.into_iter().map(|place| marks.places[place]).collect(),
        copies: Vec::new(),
        draft: marks.draft,
    };
    let single = std::slice::from_ref(&read[at]);
    let mut document = packet::bind(std::slice::from_ref(part), single, &own, &marks, &[None])?;
    let identity = format!("{}; {at}", about.identity);
    let about = Dress { title: &part.title, identity: &identity, archival: false, ..about.clone() };
    dress(&mut document, &about, &[])?;
    Ok(Some(finish::with_intent(document, Intent { copies: 1, ..intent })?))
}

/// What a part is called: 附件（1）营业执照.
fn called(number: u8, name: &str) -> String {
    format!("附件（{number}）{name}")
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

/// With pictures in the place of pages, letters whose face is not in the file would be lost.
fn unembedded(ready: &[Ready], problems: &mut Problems) {
    for it in ready {
        if let Made::Pages(fitted, _) = &it.made
            && !fitted.unembedded.is_empty()
        {
            let what = format!(
                "用了没有嵌入的字体（{}），转成图片时会缺字，不能做成 PDF/A；请嵌入字体重新导出，或去掉 --pdfa",
                fitted.unembedded.join("、")
            );
            problems.push(it.attachment.found(
                Level::Problem,
                "attachment.unembedded-archival",
                &what,
            ));
        }
    }
}

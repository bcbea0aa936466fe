//! Parts bound to a print file, dressed, and wrapped.

use super::bundle::Bundle;
use super::contents::Work;
use super::{CopiesAs, Counted, Packed, Sides, Wrapping};
use crate::app::by_hand::by_hand;
use crate::app::{App, Refusal};
use crate::digest::Hashing;
use crate::fault::Fault;
use crate::finish::{self, Duplex, Intent};
use crate::intake::Problems;
use crate::packet::{self, Dress, Marks, Part, Plan, Read, dress};
use crate::wording::safe_file_name;

impl App {
    /// Everything bound, dressed and wrapped.
    pub(super) fn assembled(
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
                (
                    "打印说明.txt".to_owned(),
                    by_hand(&stem, halves.sheets, names.len()).into_bytes(),
                ),
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

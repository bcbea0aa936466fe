//! Whether `measured` of a manifest holds: texts of so many characters have room, however wide they are, and
//! those it does not name have room at their longest. A check lays out only longer ones, and a batch gives
//! numbers to what a check lets pass.

use super::refused;
use crate::app::issued::{ADDRESS, CODE, with_code};
use crate::app::{App, Refusal};
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::{Draft, Record};
use crate::wording::Sheet;

/// What is as wide as any character: the widest letter of the alphabets, which makes words that are not broken
/// (so it is the first to lack room), and a hanzi.
const WIDEST: [char; 2] = ['Щ', '国'];

/// A text of so many characters at a place.
type Filled = (String, usize);

/// What says that a text may have so many characters without being laid out.
#[derive(Debug, Clone, Copy)]
enum Bound {
    /// `measured` of the manifest.
    Measured,
    /// `maxLength` of the schema, where the manifest does not name the text.
    Longest,
}

/// The free texts of a record that `measured` does not name, each with the most characters it may have.
fn longest(document: &Document, record: &Record) -> Vec<Filled> {
    let shape = &document.schema.shape;
    let measured = |at: &str| document.manifest.measured.keys().any(|it| it.get_ref() == at);
    let numbered = document.manifest.numbered.as_ref().map(|it| it.at.get_ref().as_str());
    let free = |at: &String| {
        let text = record.complete().pointer(at).is_some_and(|value| value.is_string());
        text && !measured(at)
            && numbered != Some(at.as_str())
            && shape.at(record.complete(), at).iter().all(|shape| {
                let printed = |format: &str| format.starts_with("printable");
                shape.choices.is_empty() && shape.format.as_deref().is_none_or(printed)
            })
    };
    let pointers = shape.paths().into_iter().map(|path| format!("/{}", path.replace('.', "/")));
    let filled = pointers.filter(free).filter_map(|at| {
        let most = shape.longest_at(&at)?;
        Some((at, most))
    });
    filled.collect()
}

impl App {
    /// Fills the measured fields of a sample with as much as they surely hold.
    pub(super) fn try_measured(&self, document: &Document, record: &Record) -> Vec<Fault> {
        // No record has more than the schema allows.
        let filled: Vec<Filled> = document
            .manifest
            .measured
            .iter()
            .map(|(pointer, most)| {
                let at = pointer.get_ref();
                (at.clone(), document.schema.shape.longest_at(at).map_or(*most, |it| it.min(*most)))
            })
            .collect();
        if filled.is_empty() {
            return Vec::new();
        }
        let mut faults = self.try_filled(document, record, &filled, Bound::Measured);
        let longest = longest(document, record);
        if faults.is_empty() && !longest.is_empty() {
            faults = self.try_filled(document, record, &longest, Bound::Longest);
        }
        faults
    }

    fn try_filled(
        &self,
        document: &Document,
        record: &Record,
        filled: &[Filled],
        bound: Bound,
    ) -> Vec<Fault> {
        for mark in WIDEST {
            let faults = match self.lacks_room(document, record, filled, mark) {
                Ok(None) => continue,
                Ok(Some(places)) => self.told(document, record, (filled, &places), (mark, bound)),
                Err(refusal) => refused(refusal, None),
            };
            return faults;
        }
        Vec::new()
    }

    /// Whether there is no room, and for which places the layout says so.
    fn lacks_room(
        &self,
        document: &Document,
        record: &Record,
        filled: &[Filled],
        mark: char,
    ) -> Result<Option<Vec<String>>, Refusal> {
        let texts =
            filled.iter().map(|(at, count)| (at.as_str(), String::from_iter(vec![mark; *count])));
        let draft = Draft::with_texts(record, texts);
        // A sentence that cannot be made of a text which no record has, proves nothing.
        let Ok(sheet) = Sheet::of_draft(document, &draft) else { return Ok(None) };
        let numbered = document.manifest.numbered.is_some();
        let sheet = if numbered { with_code(sheet, ADDRESS, CODE) } else { sheet };
        match self.look_of(document, sheet) {
            Ok(_) => Ok(None),
            Err(Refusal::Problems(problems)) => {
                let places = problems.to_mend().map(|problem| problem.pointer.clone());
                Ok(Some(places.filter(|at| filled.iter().any(|it| it.0 == *at)).collect()))
            }
            Err(Refusal::Usage(_)) => Ok(Some(Vec::new())),
            Err(other) => Err(other),
        }
    }

    /// Which counts are too large, and what there is room for.
    fn told(
        &self,
        document: &Document,
        record: &Record,
        (filled, places): (&[Filled], &[String]),
        (mark, bound): (char, Bound),
    ) -> Vec<Fault> {
        let id = &document.id;
        let folder = self.catalog().home().templates().join(&id.programme).join(&id.document);
        let manifest = folder.join("document.toml");
        let lacks = |filled: &[Filled]| {
            matches!(self.lacks_room(document, record, filled, mark), Ok(Some(_)))
        };
        let alone = |it: &&Filled| {
            places.contains(&it.0) || places.is_empty() && lacks(std::slice::from_ref(*it))
        };
        let guilty: Vec<&Filled> = filled.iter().filter(alone).collect();
        if guilty.is_empty() {
            let what = match bound {
                Bound::Measured => "measured 的各项都写满就放不下，请改小",
                Bound::Longest => {
                    "没有写进 [measured] 的各项都写满（maxLength）就放不下，请写进去，或改小"
                }
            };
            return vec![Fault::at(&manifest, what)];
        }
        let one = |(at, most): &Filled| {
            // The most that has room, by halves.
            let (mut room, mut none) = (0, *most);
            while room + 1 < none {
                let half = room.midpoint(none);
                match lacks(&[(at.clone(), half)]) {
                    true => none = half,
                    false => room = half,
                }
            }
            let (named, hint) = match bound {
                Bound::Measured => {
                    (format!("measured 的 {at} = {most}"), "改小这个数，或者在版面上给它更多地方")
                }
                Bound::Longest => (
                    format!("{at} 的 maxLength 是 {most}，没有写进 [measured]"),
                    "把放得下的字数写进 [measured]，更长的才会在检查时排一遍；或者改小 maxLength",
                ),
            };
            let what = format!("{named}：写满 {most} 字（如“{mark}”）就放不下，放得下 {room} 字");
            Fault::at(&manifest, what).hint(hint)
        };
        guilty.into_iter().map(one).collect()
    }
}

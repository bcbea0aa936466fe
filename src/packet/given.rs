//! `packet.json` looked at: the papers' records, and which files are attached as what.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::catalog::{Catalog, Document, Packet, Paper, Seen};
use crate::fault::Fault;
use crate::intake::{self, Draft, Problem, Problems, Record};
use crate::values::{Facts, Level, date};
use crate::wording;

/// What `packet.json` says.
pub struct Given<'a> {
    /// The papers that are there, in the programme's order.
    pub papers: Vec<GivenPaper<'a>>,
    /// The kinds of material that papers are.
    pub materials: Vec<u8>,
    /// The attached files, in the order of `packet.json`.
    pub attachments: Vec<Attachment>,
    /// The names of all files that are listed, those too of whose lines something else is wrong.
    pub listed: Vec<String>,
    /// What the programme's expressions see.
    pub seen: Seen,
    /// The date of the packet: that of its first paper.
    pub date: NaiveDate,
    /// All that was found.
    pub problems: Problems,
}

/// A paper with its record.
pub struct GivenPaper<'a> {
    /// What the programme says of it.
    pub paper: &'a Paper,
    /// Its document.
    pub document: &'a Document,
    /// Its record as JSON, with what was taken from another paper.
    pub input: Vec<u8>,
    /// Its record, if it is sound.
    pub record: Option<Record>,
    /// What is sound of it, if it is not.
    pub draft: Option<Draft>,
}

/// An attached file as `packet.json` lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its place in the list, from 0.
    pub at: usize,
    /// The kind of material.
    pub kind: u8,
    /// What it is called on the page.
    pub title: String,
    /// The name of the file.
    pub file: String,
    /// The pages wanted, as first and last, from 1; all if there are none.
    pub pages: Vec<(usize, usize)>,
    /// Quarters by which it is turned clockwise.
    pub quarters: i64,
}

impl Attachment {
    /// Its place in `packet.json`, as a JSON pointer.
    #[must_use]
    pub fn pointer(&self) -> String {
        format!("/attachments/{}", self.at)
    }

    /// What it is called in sentences: `附件（1）营业执照（营业执照.jpg）`.
    #[must_use]
    pub fn called(&self) -> String {
        format!("附件（{}）{}（{}）", self.kind, self.title, self.file)
    }

    /// Something found in it.
    #[must_use]
    pub fn found(&self, level: Level, code: &str, what: &str) -> Problem {
        Problem {
            level,
            pointer: format!("{}/file", self.pointer()),
            label: format!("附件（{}）{}", self.kind, self.title),
            code: code.to_owned(),
            facts: Facts::new(),
            sentence: format!("{}：{what}", self.called()),
        }
    }
}

/// Looks at `packet.json`; lists may have so many items at most.
///
/// # Errors
/// A fault of the programme's rules.
pub fn look<'a>(
    catalog: &'a Catalog,
    packet: &'a Packet,
    input: &[u8],
    most: usize,
) -> Result<Given<'a>, Fault> {
    let province = packet.programme.province.get_ref();
    let (given, mut problems) = intake::structured(catalog, province, &packet.schema, input);
    let mut papers: Vec<GivenPaper<'_>> = Vec::new();
    let mut unsound = Vec::new();
    for paper in &packet.manifest.papers {
        let Some(document) = catalog.document(&paper.id(&packet.programme_id).to_string()) else {
            continue;
        };
        let own = given.get(paper.key()).unwrap_or(&Value::Null);
        let source = paper.from().and_then(|from| papers.iter().find(|it| it.paper.key() == from));
        let (value, whole) = match (own, source) {
            (Value::Object(map), None) => (Value::Object(map.clone()), paper.from().is_none()),
            (Value::Object(map), Some(source)) => completed(document, source, map)?,
            (Value::String(word), Some(source)) if paper.words_for_same().contains(&&**word) => {
                completed(document, source, &Map::new())?
            }
            _ => continue,
        };
        let input = value.to_string().into_bytes();
        let mut examined = intake::examine(catalog, document, &input, most)?;
        // Of what is not sound nothing is asked, told or not.
        for place in examined.problems.places_to_mend() {
            unsound.push(dotted(paper.key(), place));
        }
        if !whole {
            // What is missing would have been taken from the other paper, were that sound; what is wrong
            // with what was taken is told there.
            examined.problems = examined
                .problems
                .only(|problem| problem.code != intake::MISSING && is_own(problem, own));
        } else if source.is_some() {
            // What was taken from another paper was advised of there.
            examined.problems = examined
                .problems
                .only(|problem| problem.level == Level::Problem || is_own(problem, own));
        }
        let name = &document.manifest.name;
        problems.enclose(&format!("/{}", paper.key()), name, examined.problems);
        let record = examined.records.pop();
        let draft = examined.drafts.pop();
        papers.push(GivenPaper { paper, document, input, record, draft });
    }
    let attachments = attachments(packet, &given, &mut problems);
    for (at, attachment) in attachments.iter().enumerate() {
        let same = |other: &&Attachment| {
            (&other.file, &other.pages) == (&attachment.file, &attachment.pages)
        };
        if let Some(other) = attachments[..at].iter().find(same) {
            let what =
                format!("与第{}个附件是同一个文件的同样几页，会印两次，请核对", other.at + 1);
            problems.push(attachment.found(Level::Advice, "attachment.repeated", &what));
        }
    }
    let seen = seen(packet, &papers, unsound);
    for rule in &packet.manifest.rules {
        if let Some(sentence) = packet.broken(rule, &seen)? {
            problems.push(Problem {
                level: rule.level,
                pointer: rule.at.clone(),
                label: String::new(),
                code: rule.code.clone(),
                facts: Facts::new(),
                sentence,
            });
        }
    }
    let issued = date::parse(packet.programme.issued.get_ref()).unwrap_or_default();
    let dated = papers.first().and_then(|it| {
        it.record.as_ref().map(Record::date).or_else(|| it.draft.as_ref().map(Draft::date))
    });
    let listed = listed(&given);
    let materials = packet.manifest.papers.iter().filter_map(|paper| {
        // One that is there and not sound is not missing.
        paper.material.filter(|_| given.get(paper.key()).is_some_and(|own| !own.is_null()))
    });
    let materials = materials.collect();
    Ok(Given {
        papers,
        materials,
        attachments,
        listed,
        seen,
        date: dated.unwrap_or(issued),
        problems,
    })
}

/// What the programme's expressions see: every record, and what is sound of each that is not.
fn seen(packet: &Packet, papers: &[GivenPaper<'_>], unsound: Vec<String>) -> Seen {
    let records = papers.iter().filter_map(|it| {
        let record = it.record.as_ref().map(Record::complete);
        let complete = record.or_else(|| it.draft.as_ref().map(Draft::complete))?;
        Some((it.paper.key().to_owned(), it.document.context(complete)))
    });
    packet.context(records.collect::<BTreeMap<_, _>>(), unsound)
}

/// A place in a paper as expressions name it.
fn dotted(key: &str, pointer: &str) -> String {
    let keys = pointer.split('/').skip(1).take_while(|step| step.parse::<usize>().is_err());
    std::iter::once(key).chain(keys).collect::<Vec<_>>().join(".")
}

/// Whether something was found in a field that the record has itself.
fn is_own(problem: &Problem, own: &Value) -> bool {
    own.get(problem.pointer.split('/').nth(1).unwrap_or_default()).is_some()
}

/// A record with what it leaves out taken from another paper's; tells also whether that one is sound. Of
/// one that is not, what can be had is taken, for a draft.
fn completed(
    document: &Document,
    source: &GivenPaper<'_>,
    own: &Map<String, Value>,
) -> Result<(Value, bool), Fault> {
    let derived = match (&source.record, &source.draft) {
        (Some(record), _) => wording::derive(document, source.document, record.complete())?,
        (None, Some(draft)) => {
            wording::derive(document, source.document, draft.complete()).unwrap_or_default()
        }
        (None, None) => Vec::new(),
    };
    let mut whole = match derived.into_iter().next() {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    for (key, value) in own {
        whole.insert(key.clone(), value.clone());
    }
    Ok((Value::Object(whole), source.record.is_some()))
}

/// The files that a list names.
#[must_use]
pub fn listed(given: &Value) -> Vec<String> {
    let items = given.get("attachments").and_then(Value::as_array);
    let names = items.into_iter().flatten().filter_map(|item| item.get("file")?.as_str());
    names.map(str::to_owned).collect()
}

fn attachments(packet: &Packet, given: &Value, problems: &mut Problems) -> Vec<Attachment> {
    let mut found = Vec::new();
    let listed = given.get("attachments").and_then(Value::as_array);
    for (at, item) in listed.into_iter().flatten().enumerate() {
        let place = format!("/attachments/{at}");
        let Some(file) = item.get("file").and_then(Value::as_str) else { continue };
        let kind =
            item.get("kind").and_then(Value::as_u64).and_then(|kind| u8::try_from(kind).ok());
        let Some(material) = kind.and_then(|kind| packet.manifest.material(kind)) else {
            if !problems.touches(&format!("{place}/kind")) {
                problems.push(unknown_kind(packet, &place, at));
            }
            continue;
        };
        // A title that cannot be printed must not stop a draft.
        let sound = !problems.touches(&format!("{place}/title"));
        let title = item.get("title").and_then(Value::as_str).filter(|_| sound);
        let title = title.unwrap_or(&material.label);
        let mut attachment = Attachment {
            at,
            kind: material.number,
            title: title.to_owned(),
            file: file.to_owned(),
            pages: Vec::new(),
            quarters: 0,
        };
        if let Some(degrees) = item.get("rotation").and_then(Value::as_i64) {
            attachment.quarters = degrees / 90;
            if ![0, 90, 180, 270].contains(&degrees) {
                let what = format!("“旋转”为 {degrees} 度，应为 90、180 或 270（顺时针）");
                let problem = attachment.found(Level::Problem, "attachment.rotation", &what);
                problems.push(Problem { pointer: format!("{place}/rotation"), ..problem });
            }
        }
        if let Some(text) = item.get("pages").and_then(Value::as_str) {
            match ranges(text) {
                Some(pages) => attachment.pages = pages,
                None => {
                    let what = format!("“页”写作“{text}”，应为 1-3 或 1,4-6 这样的页码，小的在前");
                    let problem = attachment.found(Level::Problem, "attachment.pages", &what);
                    let pointer = format!("{place}/pages");
                    problems.push(Problem { pointer, ..problem });
                }
            }
        }
        found.push(attachment);
    }
    found
}

fn unknown_kind(packet: &Packet, place: &str, at: usize) -> Problem {
    let known: Vec<String> = packet
        .manifest
        .materials
        .iter()
        .map(|material| format!("{}（{}）", material.number, material.label))
        .collect();
    Problem {
        level: Level::Problem,
        pointer: format!("{place}/kind"),
        label: "材料种类".to_owned(),
        code: "attachment.kind".to_owned(),
        facts: Facts::new(),
        sentence: format!("第{}个附件的“材料种类”应为其中之一：{}", at + 1, known.join("、")),
    }
}

/// Pages as a user writes them: `1-3`, `1,4-6`; full-width marks too.
fn ranges(text: &str) -> Option<Vec<(usize, usize)>> {
    let plain: String = text
        .chars()
        .filter(|mark| !mark.is_whitespace())
        .map(|mark| match mark {
            '，' | '、' | ';' | '；' => ',',
            '－' | '—' | '–' | '~' | '～' | '至' => '-',
            '０'..='９' => char::from_u32(mark as u32 - '０' as u32 + '0' as u32).unwrap_or(mark),
            mark => mark,
        })
        .collect();
    plain
        .split(',')
        .map(|part| {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
            (first >= 1 && last >= first && last < 1_000_000).then_some((first, last))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn pages_as_users_write_them() {
        assert_eq!(ranges("1-3"), Some(vec![(1, 3)]));
        assert_eq!(ranges(" 1，４－6、9 "), Some(vec![(1, 1), (4, 6), (9, 9)]));
        for bad in ["", "0", "3-1", "1-", "all", "1,,2", "-3"] {
            assert_eq!(ranges(bad), None, "{bad}");
        }
    }
}

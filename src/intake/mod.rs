//! Bytes to records, or to every problem at once.
//!
//! The order is: JSON, characters, schema, domain formats, what must differ, rules. A later step does
//! not speak about a place at which an earlier one has found something to mend.

mod breaches;
mod distinct;
mod examined;
mod json;
mod listed;
mod many;
mod numbered;
mod problem;
mod record;
mod room;
mod rows;
mod rules;
mod sentence;
pub mod table;
mod texts;
mod value_sentences;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::catalog::{Catalog, Document, REASON, Schema, unescape};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::values::{Finding, date};

pub use examined::{ExaminedRow, ExaminedRows, RowFinding, RowsGiven, RowsRefusal, examine_rows};
pub use listed::{ListedItem, ListedItems, listed_items};
pub use numbered::numbered;
pub use problem::{Problem, Problems, overlap};
pub use record::{Draft, KeptRecord, Record};

/// The code of a field that is not filled in.
pub const MISSING: &str = "field.missing";
pub use room::{of_rows, without_room};
pub use sentence::{on_line, shown};
pub use table::{Grid, RowsKind, Table, sheets};

/// What one look at an input gave.
#[derive(Debug, Clone)]
pub struct Examination {
    /// The records, if nothing must be mended; more than one only of a document that takes many.
    pub records: Vec<Record>,
    /// What is sound of each, if something must be mended.
    pub drafts: Vec<Draft>,
    /// All problems and advice, in the order of the paper.
    pub problems: Problems,
}

/// What one look at one record gave.
struct Look {
    made: Made,
    problems: Problems,
    /// The record as it was understood, for what is asked of several together.
    given: Value,
}

/// What a look made: a record, or a draft if something must be mended.
enum Made {
    Record(Record),
    Draft(Draft),
}

/// Looks at one input of a document, with at most so many records, and items in any list.
///
/// # Errors
/// A fault if the document's own rules cannot be evaluated.
pub fn examine(
    catalog: &Catalog,
    document: &Document,
    input: &[u8],
    most: usize,
) -> Result<Examination, Fault> {
    let json::Read { value, findings } = json::read(input);
    examine_read(catalog, document, value, findings, most)
}

/// The same of an input that was read already, with what was found in it then.
///
/// # Errors
/// A fault if the document's own rules cannot be evaluated.
pub fn examine_read(
    catalog: &Catalog,
    document: &Document,
    value: Option<Value>,
    findings: Vec<(String, Finding)>,
    most: usize,
) -> Result<Examination, Fault> {
    if let Some(problems) = value.as_ref().and_then(|value| rows::too_many(document, value, most)) {
        let drafts = vec![draft(document, &Value::Null, &problems)];
        return Ok(Examination { records: Vec::new(), drafts, problems });
    }
    let (made, mut problems) = match value {
        Some(Value::Array(items)) if document.manifest.many => {
            many::examine(catalog, document, items, findings)?
        }
        value => {
            let judge = texts::Judge::new(catalog, document.programme.province.get_ref());
            let look = look(&judge, document, value, findings)?;
            (vec![look.made], look.problems)
        }
    };
    if let Some(rest) = problems.untold() {
        let told = if problems.is_sound() { Finding::advice } else { Finding::problem };
        let finding = told("problems.too-many").with("rest", rest);
        let last = sentence::problem(&document.schema, &Value::Null, String::new(), finding);
        problems.conclude(last);
    }
    let (mut records, mut drafts) = (Vec::new(), Vec::new());
    for made in made {
        match made {
            Made::Record(record) if problems.is_sound() => records.push(record),
            Made::Record(record) => drafts.push(Draft::from(record)),
            Made::Draft(draft) => drafts.push(draft),
        }
    }
    Ok(Examination { records, drafts, problems })
}

/// Looks at an input that a schema alone describes, such as the list of a packet; gives it as it was
/// understood, with what was found.
#[must_use]
pub fn structured(
    catalog: &Catalog,
    province: &str,
    schema: &Schema,
    input: &[u8],
) -> (Value, Problems) {
    let json::Read { value, findings } = json::read(input);
    let judge = texts::Judge::new(catalog, province);
    let (given, mut problems, _) = shaped(&judge, schema, value, findings);
    problems.sort_by_place(&schema.shape);
    (given, problems)
}

fn look(
    judge: &texts::Judge<'_>,
    document: &Document,
    value: Option<Value>,
    findings: Vec<(String, Finding)>,
) -> Result<Look, Fault> {
    let schema = &document.schema;
    let (given, mut problems, readable) = shaped(judge, schema, value, findings);
    let mut complete = Value::Null;
    if readable {
        complete = schema.shape.complete(&given);
        if given.is_object() {
            let broken = rules::find(document, &complete, &problems)?;
            problems.extend(broken);
        }
    }
    problems.sort_by_place(&schema.shape);
    let made = if problems.is_sound() {
        Made::Record(record(document, &given, complete)?)
    } else {
        Made::Draft(draft(document, &given, &problems))
    };
    Ok(Look { made, problems, given })
}

/// What a schema says of a value: characters, structure, domain formats, what must differ. Tells also
/// whether there was anything to look at.
fn shaped(
    judge: &texts::Judge<'_>,
    schema: &Schema,
    value: Option<Value>,
    findings: Vec<(String, Finding)>,
) -> (Value, Problems, bool) {
    let mut problems = Problems::default();
    let mut given = value.unwrap_or(Value::Null);
    let readable = !given.is_null() || findings.is_empty();
    // A sentence is made only for what will be told.
    let say = |problems: &mut Problems, given: &Value, found: Vec<(String, Finding)>| {
        for (at, finding) in found {
            if problems.is_full() {
                problems.overlook(at, finding.level);
            } else {
                problems.push(sentence::problem(schema, given, at, finding));
            }
        }
    };
    say(&mut problems, &given, findings);
    if readable {
        let cleaned = judge.clean(&schema.shape, &mut given);
        say(&mut problems, &given, cleaned);
        let breaches = breaches::find(schema, &given);
        let refused = breaches.refused;
        let fresh = breaches.found.into_iter().filter(|(at, _)| !problems.has_one_at(at)).collect();
        say(&mut problems, &given, fresh);
        // Soundness is the validator's word, whatever was said of single fields.
        if problems.is_sound() && refused {
            let finding = Finding::problem("field.other").with("message", "不合 schema");
            say(&mut problems, &given, vec![(String::new(), finding)]);
        }
        let formats = judge.formats(&schema.shape, &given, &problems);
        say(&mut problems, &given, formats);
        let same = distinct::find(&schema.shape, &given);
        say(&mut problems, &given, same);
    }
    (given, problems, readable)
}

/// Reads the JSON of an input that is not a whole record yet.
///
/// # Errors
/// The slips that make it no JSON.
pub fn read(document: &Document, input: &[u8]) -> Result<Value, Box<Problems>> {
    let json::Read { value, findings } = json::read(input);
    let given = value.as_ref().unwrap_or(&Value::Null);
    let mut problems = Problems::default();
    for (at, finding) in findings {
        problems.push(sentence::problem(&document.schema, given, at, finding));
    }
    if problems.is_sound() { Ok(value.unwrap_or_default()) } else { Err(Box::new(problems)) }
}

/// The empty draft of a document: its blank form; with a name, the one in which the document's
/// manifest has filled in something. `None` if there is no blank form of that name.
#[must_use]
pub fn blank(document: &Document, name: Option<&str>) -> Option<Draft> {
    let empty = Value::Object(Map::new());
    let given = match name {
        Some(name) => document.blanks.get(name)?,
        None => &empty,
    };
    Some(draft(document, given, &Problems::default()))
}

/// A record that was examined before and kept as canonical JSON: its digest says that it is the same, so it
/// is not examined again.
///
/// # Errors
/// A fault if it is not the same, or no record of this document any more.
pub fn kept(document: &Document, canonical: &str, digest: &str) -> Result<Record, Fault> {
    let failed = |what: &str| Fault::new(format!("留存的数据（{}）{what}", document.id));
    if Digest::of(canonical.as_bytes()).as_str() != digest {
        return Err(failed("被改过，与摘要不符"));
    }
    let given: Value = serde_json::from_str(canonical).map_err(|_| failed("不是 JSON"))?;
    let complete = document.schema.shape.complete(&given);
    record(document, &given, complete)
}

fn record(document: &Document, given: &Value, complete: Value) -> Result<Record, Fault> {
    let shape = &document.schema.shape;
    let canonical = shape.ordered(given).to_string();
    let date = dated(document, given).ok_or_else(|| {
        Fault::new(format!(
            "文书 {} 的 dated_by（{}）没有取得日期",
            document.id,
            document.manifest.dated_by.get_ref()
        ))
        .hint("这个字段应在 schema 中为必填，format 为 date")
    })?;
    let kept = KeptRecord::of(canonical, date);
    Ok(Record { document: document.id.clone(), complete, kept })
}

fn draft(document: &Document, given: &Value, problems: &Problems) -> Draft {
    let mut sound = if given.is_object() { given.clone() } else { Value::Object(Map::new()) };
    let mut unsound: Vec<&str> = problems.places_to_mend().collect();
    // Items are taken out from the back, so that the places before them keep their numbers.
    unsound
        .sort_by_cached_key(|pointer| std::cmp::Reverse(document.schema.shape.order_of(pointer)));
    for pointer in unsound {
        take_out(&mut sound, pointer);
    }
    Draft {
        date: dated(document, &sound).unwrap_or(document.issued),
        complete: document.schema.shape.complete(&sound),
    }
}

fn take_out(record: &mut Value, pointer: &str) {
    let Some((group, key)) = pointer.rsplit_once('/') else {
        return;
    };
    match record.pointer_mut(group) {
        Some(Value::Object(map)) => {
            // The order is the schema's in the end; closing each gap would take for ever.
            map.swap_remove(&unescape(key));
            // Without its reason nothing stands for the value.
            if key == REASON && map.is_empty() {
                take_out(record, group);
            }
        }
        Some(Value::Array(items)) => {
            if let Ok(index) = key.parse::<usize>()
                && index < items.len()
            {
                items.remove(index);
            }
        }
        _ => {}
    }
}

fn dated(document: &Document, record: &Value) -> Option<NaiveDate> {
    let pointer = document.manifest.dated_by.get_ref();
    date::parse(record.pointer(pointer)?.as_str()?).ok()
}

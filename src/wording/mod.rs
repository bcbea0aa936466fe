//! Sentences and file names: a record becomes a sheet (版面), in which nothing is left to say.

mod derive;
pub mod numbering;
mod revocation;
mod span;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use minijinja::value::{Value as Seen, merge_maps};
use minijinja::{Error, ErrorKind, context};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::expressions::{paths_of_expression, paths_of_sentence};
use crate::catalog::{Document, FILE_NAME, Field, Shape, pointer_of};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::intake::{Draft, Record};
use crate::values::text::{is_device, misleads};

pub use derive::{applicant_of, derive};
pub use revocation::revocation;
pub use span::{Span, span};

/// A record with all its sentences made: plain data, and all that the layout is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    record: Value,
    computed: BTreeMap<String, Value>,
    sentences: BTreeMap<String, Option<String>>,
    digest: Option<Digest>,
    date: NaiveDate,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verify: Option<Verification>,
}

/// Where a sheet is verified (查验).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Verification {
    /// The address that its QR code holds.
    pub url: String,
    /// The code, to be typed.
    pub code: String,
}

/// A record that travels inside its PDF.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// The name of the file inside the PDF.
    pub file_name: String,
    /// Its canonical JSON.
    pub json: String,
}

impl Sheet {
    /// The sheet of a record; it bears the record's digest if the document carries its record.
    ///
    /// # Errors
    /// A fault if a sentence cannot be made of a sound record.
    pub fn of(document: &Document, record: &Record) -> Result<Self, Fault> {
        let seen = document.context(record.complete());
        let mut computed = BTreeMap::new();
        for name in document.manifest.computed.keys() {
            computed.insert(name.clone(), compute(document, name, &seen)?);
        }
        let context = with_computed(&computed, seen);
        let mut sentences = BTreeMap::new();
        for name in document.manifest.sentences.keys() {
            sentences.insert(name.clone(), Some(sentence(document, name, &context)?));
        }
        Ok(Self {
            record: record.complete().clone(),
            computed: plain(document, computed)?,
            sentences,
            digest: document.manifest.carry.then(|| record.digest().clone()),
            date: record.date(),
            verify: None,
        })
    }

    /// The sheet of a draft: no digest, nothing computed and no sentence that cannot be made without
    /// a missing field.
    ///
    /// # Errors
    /// A fault if a sentence cannot be made although its fields are there.
    pub fn of_draft(document: &Document, draft: &Draft) -> Result<Self, Fault> {
        let seen = document.context(draft.complete());
        let computed = computed_of_draft(document, draft.complete(), &seen)?;
        let context = with_computed(&computed, seen);
        let mut sentences = BTreeMap::new();
        for name in document.manifest.sentences.keys() {
            // A sentence may provide for what is missing (a rule to write on); one that does not
            // is left out.
            let reads = paths_of_sentence(&document.environment, name);
            // What could not be computed is missing like a field.
            let uncomputed = computed.iter().any(|(name, value)| {
                let path = format!("computed.{name}");
                value.is_none() && reads.iter().any(|read| read.starts_with(&path))
            });
            let made = match sentence(document, name, &context) {
                Ok(made) => Some(made),
                Err(_) if uncomputed || lacks(document, draft.complete(), &reads) => None,
                Err(fault) => return Err(fault),
            };
            sentences.insert(name.clone(), made);
        }
        Ok(Self {
            record: draft.complete().clone(),
            computed: plain(document, computed)?,
            sentences,
            digest: None,
            date: draft.date(),
            verify: None,
        })
    }

    /// The sheet of a paper of our own that no document describes: no sentences, nothing computed, no
    /// digest.
    #[must_use]
    pub fn free(record: Value, date: NaiveDate) -> Self {
        let (computed, sentences) = (BTreeMap::new(), BTreeMap::new());
        Self { record, computed, sentences, digest: None, date, verify: None }
    }

    /// The same sheet with a QR code of an address at which it is verified, and the code to be typed
    /// there. The layout of a certificate has room for it; others do not look.
    #[must_use]
    pub fn with_verification(self, url: String, code: String) -> Self {
        Self { verify: Some(Verification { url, code }), ..self }
    }

    /// The same sheet without the record's digest, which differs with every field.
    #[must_use]
    pub fn without_digest(self) -> Self {
        Self { digest: None, ..self }
    }

    /// Where it is verified, if anywhere.
    #[must_use]
    pub fn verification(&self) -> Option<&Verification> {
        self.verify.as_ref()
    }

    /// The complete record, or draft, of which the sheet was made.
    #[must_use]
    pub fn record(&self) -> &Value {
        &self.record
    }

    /// The date that the sheet bears.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The digest that is printed on it, if any.
    #[must_use]
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }
}

impl Carried {
    /// The record as it is carried in the PDF of its document.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        Self {
            file_name: format!("{}.json", record.document().dashed()),
            json: record.canonical().to_owned(),
        }
    }
}

/// The file name of a record's PDF, without an ending.
///
/// # Errors
/// A fault if the sentence cannot be made.
pub fn file_name(document: &Document, record: &Record) -> Result<String, Fault> {
    let seen = document.context(record.complete());
    let reads = paths_of_sentence(&document.environment, FILE_NAME);
    let mut computed = BTreeMap::new();
    for name in document.manifest.computed.keys() {
        if reads.iter().any(|read| read.starts_with(&format!("computed.{name}"))) {
            computed.insert(name.clone(), compute(document, name, &seen)?);
        }
    }
    let made = sentence(document, FILE_NAME, &with_computed(&computed, seen))?;
    Ok(safe_file_name(&made))
}

/// The file name of a record's PDF by a pattern of a user's (text, and fields as `{{ holder }}`), without an
/// ending.
///
/// # Errors
/// What is wrong with the pattern, and which fields it may name.
pub fn file_name_by(pattern: &str, document: &Document, record: &Record) -> Result<String, String> {
    if !names_fields_only(pattern) {
        return Err(patterns(document, "双花括号里只能写一个字段名，不能写别的"));
    }
    let seen = document.context(record.complete());
    let made = document.environment.render_str(pattern, seen);
    made.map(|made| safe_file_name(&made)).map_err(|error| wrong_pattern(document, &error))
}

/// Whether a pattern works nothing out: a few words of a stranger's would make a text without end.
fn names_fields_only(pattern: &str) -> bool {
    let mut pieces = pattern.split("{{");
    let plain = |text: &str| !text.contains("{%") && !text.contains("{#");
    let field = |mark: char| mark.is_alphanumeric() || mark == '_' || mark == '.' || mark == ' ';
    // Whether a brace that is not closed will do, the reader of sentences says.
    pieces.next().is_none_or(plain)
        && pieces.all(|piece| match piece.split_once("}}") {
            Some((name, rest)) => name.chars().all(field) && plain(rest),
            None => piece.chars().all(field),
        })
}

/// What is wrong with a pattern, and which fields it may name.
fn wrong_pattern(document: &Document, error: &Error) -> String {
    let what = match error.kind() {
        ErrorKind::SyntaxError => {
            "双花括号里读不懂；里面写英文的字段名，不写栏目的中文名称".to_owned()
        }
        ErrorKind::UndefinedError => "用了没有的字段".to_owned(),
        ErrorKind::UnknownFilter | ErrorKind::UnknownTest | ErrorKind::UnknownFunction => {
            "用了没有的函数".to_owned()
        }
        _ => error.to_string(),
    };
    patterns(document, &what)
}

/// What is wrong, and which fields a pattern may name.
fn patterns(document: &Document, what: &str) -> String {
    let fields = document.schema.fields();
    let known = fields.iter().map(|field| format!("{}（{}）", field.path(), field.column.label));
    let known: Vec<String> = known.collect();
    let first = fields.first().map(Field::path).unwrap_or_default();
    format!("{what}；可用的字段：{}；例如 {{{{ {first} }}}}", known.join("、"))
}

/// A text as one file name on Windows, macOS and Linux: no separators, reserved marks, hidden marks, devices
/// or dots at the end, at most 80 characters (240 bytes of a file system's 255).
#[must_use]
pub fn safe_file_name(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|mark| if misleads(mark) || "/\\:*?\"<>|".contains(mark) { '_' } else { mark })
        .take(80)
        .collect();
    let mut bytes = kept.len();
    let mut kept = kept;
    while bytes > 240 {
        kept.pop();
        bytes = kept.len();
    }
    let trimmed = kept.trim().trim_matches('.').trim();
    match trimmed {
        "" => "文书".to_owned(),
        device if is_device(device) => format!("_{device}"),
        name => name.to_owned(),
    }
}

/// Whether one of these paths is a field that every record has and this draft lacks.
fn lacks(document: &Document, complete: &Value, reads: &BTreeSet<String>) -> bool {
    reads.iter().any(|path| {
        let pointer = pointer_of(path);
        let absent = complete.pointer(&pointer).is_none_or(Value::is_null);
        absent && document.schema.shape.always_holds(&pointer)
            || document.schema.shape.items_at(&pointer).is_some_and(|shape| {
                let items = complete.pointer(&pointer).and_then(Value::as_array);
                items.into_iter().flatten().any(|item| lacks_a_field(shape, item))
            })
    })
}

/// Whether an item lacks a field that every item of a sound record has, at any depth.
fn lacks_a_field(shape: &Shape, item: &Value) -> bool {
    shape.required_of(item).into_iter().any(|key| {
        let inner = item.get(key).unwrap_or(&Value::Null);
        let fields = shape.fields_of(item);
        let own = fields.iter().find(|(known, _)| *known == key).and_then(|(_, own)| own.first());
        inner.is_null() || own.is_some_and(|own| inner.is_object() && lacks_a_field(own, inner))
    })
}

/// What can be computed of a draft; none where what is missing is read.
fn computed_of_draft(
    document: &Document,
    complete: &Value,
    seen: &Seen,
) -> Result<BTreeMap<String, Seen>, Fault> {
    let mut computed = BTreeMap::new();
    for (name, expression) in &document.manifest.computed {
        let reads = paths_of_expression(&document.environment, expression.get_ref());
        let made = match compute(document, name, seen) {
            Ok(made) => made,
            Err(_) if lacks(document, complete, &reads.unwrap_or_default()) => Seen::from(()),
            Err(fault) => return Err(fault),
        };
        computed.insert(name.clone(), made);
    }
    Ok(computed)
}

/// What sentences see: the record, and what was computed of it.
fn with_computed(computed: &BTreeMap<String, Seen>, seen: Seen) -> Seen {
    if computed.is_empty() {
        return seen;
    }
    let computed: BTreeMap<&str, Seen> =
        computed.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
    merge_maps([context!(computed), seen])
}

/// What was computed, as plain data for the layout.
fn plain(
    document: &Document,
    computed: BTreeMap<String, Seen>,
) -> Result<BTreeMap<String, Value>, Fault> {
    computed
        .into_iter()
        .map(|(name, value)| match serde_json::to_value(&value) {
            Ok(value) => Ok((name, value)),
            Err(error) => {
                Err(Fault::new(format!("文书 {} 算出的“{name}”用不了：{error}", document.id)))
            }
        })
        .collect()
}

fn compute(document: &Document, name: &str, context: &Seen) -> Result<Seen, Fault> {
    let expression =
        document.manifest.computed.get(name).map_or("none", |it| it.get_ref().as_str());
    document
        .environment
        .compile_expression(expression)
        .and_then(|expression| expression.eval(context.clone()))
        .map_err(|error| Fault::new(format!("文书 {} 算不出“{name}”：{error}", document.id)))
}

fn sentence(document: &Document, name: &str, context: &Seen) -> Result<String, Fault> {
    document
        .environment
        .get_template(name)
        .and_then(|template| template.render(context.clone()))
        .map_err(|error| {
            Fault::new(format!("文书 {} 的句子“{name}”写不出来：{error}", document.id))
        })
}

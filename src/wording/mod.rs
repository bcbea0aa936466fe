//! Sentences and file names: a record becomes a sheet (版面), in which nothing is left to say.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use minijinja::value::Value as Seen;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::catalog::expressions::paths_of_sentence;
use crate::catalog::{Document, FILE_NAME, pointer_of};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::intake::{Draft, Record};

/// A record with all its sentences made: plain data, and all that the layout is given.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sheet {
    record: Value,
    sentences: BTreeMap<String, Option<String>>,
    digest: Option<Digest>,
    date: NaiveDate,
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
        let context = document.context(record.complete());
        let mut sentences = BTreeMap::new();
        for name in document.manifest.sentences.keys() {
            sentences.insert(name.clone(), Some(sentence(document, name, &context)?));
        }
        Ok(Self {
            record: record.complete().clone(),
            sentences,
            digest: document.manifest.carry.then(|| record.digest().clone()),
            date: record.date(),
        })
    }

    /// The sheet of a draft: no digest, and no sentence that cannot be made without a missing field.
    ///
    /// # Errors
    /// A fault if a sentence cannot be made although its fields are there.
    pub fn of_draft(document: &Document, draft: &Draft) -> Result<Self, Fault> {
        let context = document.context(draft.complete());
        let mut sentences = BTreeMap::new();
        for name in document.manifest.sentences.keys() {
            // A sentence may provide for what is missing (a rule to write on); one that does not
            // is left out.
            let made = match sentence(document, name, &context) {
                Ok(made) => Some(made),
                Err(_) if needs_missing(document, draft.complete(), name) => None,
                Err(fault) => return Err(fault),
            };
            sentences.insert(name.clone(), made);
        }
        Ok(Self { record: draft.complete().clone(), sentences, digest: None, date: draft.date() })
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
    let made = sentence(document, FILE_NAME, &document.context(record.complete()))?;
    Ok(safe_file_name(&made))
}

/// A text as one file name on Windows, macOS and Linux: no separators, reserved marks or dots at
/// the end, at most 80 characters (240 bytes of a file system's 255).
#[must_use]
pub fn safe_file_name(text: &str) -> String {
    let kept: String = text
        .chars()
        .map(|mark| if mark.is_control() || "/\\:*?\"<>|".contains(mark) { '_' } else { mark })
        .take(80)
        .collect();
    let mut bytes = kept.len();
    let mut kept = kept;
    while bytes > 240 {
        kept.pop();
        bytes = kept.len();
    }
    let trimmed = kept.trim().trim_matches('.').trim();
    if trimmed.is_empty() { "文书".to_owned() } else { trimmed.to_owned() }
}

/// Whether a sentence reads a field that every record has and this draft lacks.
fn needs_missing(document: &Document, complete: &Value, name: &str) -> bool {
    paths_of_sentence(&document.environment, name).iter().any(|path| {
        let pointer = pointer_of(path);
        let absent = complete.pointer(&pointer).is_none_or(Value::is_null);
        absent && document.schema.shape.always_holds(&pointer)
    })
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

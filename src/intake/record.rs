//! A record (数据): one input that has passed; and a draft, what is sound of one that has not.

use chrono::NaiveDate;
use serde_json::Value;

use crate::catalog::{Document, DocumentId, unescape};
use crate::digest::Digest;
use crate::fault::Fault;

/// One validated input of a document; only `intake` can make it.
#[derive(Debug, Clone)]
pub struct Record {
    pub(super) document: DocumentId,
    pub(super) complete: Value,
    pub(super) kept: KeptRecord,
}

/// A record as it is kept where there are thousands: its canonical JSON, and what is asked of all of
/// them. It takes a tenth of the memory of a [`Record`], which [`super::kept`] makes of it again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptRecord {
    canonical: String,
    digest: Digest,
    date: NaiveDate,
}

/// What is sound of an input, the rest empty. The blank form is the empty draft.
///
/// It is a type of its own so that an unfinished paper can carry neither record nor digest.
#[derive(Debug, Clone)]
pub struct Draft {
    pub(super) complete: Value,
    pub(super) date: NaiveDate,
}

impl Record {
    /// The document that it fills.
    #[must_use]
    pub fn document(&self) -> &DocumentId {
        &self.document
    }

    /// The record with every field of the schema; what is absent is null.
    #[must_use]
    pub fn complete(&self) -> &Value {
        &self.complete
    }

    /// Its canonical JSON: the schema's order, nothing added, no white space, UTF-8.
    #[must_use]
    pub fn canonical(&self) -> &str {
        self.kept.canonical()
    }

    /// The SHA-256 of the canonical JSON.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        self.kept.digest()
    }

    /// The date that the paper bears.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.kept.date()
    }
}

impl From<Record> for KeptRecord {
    fn from(record: Record) -> Self {
        record.kept
    }
}

impl KeptRecord {
    /// Of a record's canonical JSON and date.
    pub(super) fn of(canonical: String, date: NaiveDate) -> Self {
        let digest = Digest::of(canonical.as_bytes());
        // What it was written into may have room for twice as much.
        Self { canonical: canonical.into_boxed_str().into_string(), digest, date }
    }

    /// The canonical JSON.
    #[must_use]
    pub fn canonical(&self) -> &str {
        &self.canonical
    }

    /// The SHA-256 of the canonical JSON.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// The date that the paper bears.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }

    /// The record itself; this one was examined, so nothing is looked at again.
    ///
    /// # Errors
    /// A fault if it is no record of this document.
    pub fn record(&self, document: &Document) -> Result<Record, Fault> {
        let given = serde_json::from_str(&self.canonical)
            .map_err(|_| Fault::new(format!("文书 {} 的数据不是 JSON", document.id)))?;
        Ok(Record {
            document: document.id.clone(),
            complete: document.schema.shape.complete(&given),
            kept: self.clone(),
        })
    }

    /// Gives up the canonical JSON.
    pub(super) fn into_canonical(self) -> String {
        self.canonical
    }
}

impl From<Record> for Draft {
    /// A sound record among others that are not.
    fn from(record: Record) -> Self {
        Self { complete: record.complete, date: record.kept.date() }
    }
}

impl Draft {
    /// A record with other texts at some places, as a draft: nothing of them is looked at.
    #[must_use]
    pub fn with_texts<'a>(
        record: &Record,
        texts: impl IntoIterator<Item = (&'a str, String)>,
    ) -> Self {
        let mut complete = record.complete.clone();
        for (pointer, text) in texts {
            let (above, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
            if let Some(Value::Object(group)) = complete.pointer_mut(above) {
                group.insert(unescape(key), Value::from(text));
            }
        }
        Self { complete, date: record.date() }
    }

    /// The draft with every field of the schema; what is absent or unsound is null.
    #[must_use]
    pub fn complete(&self) -> &Value {
        &self.complete
    }

    /// The date of the draft: its own if sound, else the day the blank form was issued.
    #[must_use]
    pub fn date(&self) -> NaiveDate {
        self.date
    }
}

//! Who asks for a batch, by what, and what the rows are that are asked for.

use crate::catalog::Document;
use crate::digest::Hashing;
use crate::intake::KeptRecord;

/// Who asks for a batch, and by what.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asks.
    pub who: &'a str,
    /// The key of the request; `None`, and the rows themselves are the key, whatever their print.
    pub key: Option<&'a str>,
    /// Whether the same rows are meant to be accepted once more.
    pub anew: bool,
    /// Whether sound rows are accepted without the others, and printed without those that cannot be.
    pub good_rows: bool,
}

impl Asked<'_> {
    /// Whether the same rows are to become another batch; whoever has a key says so by another key.
    pub(super) fn is_once_more(&self) -> bool {
        self.anew && self.key.is_none()
    }

    /// What a batch of these rows is known by.
    pub(super) fn key_of(&self, matter: &str) -> String {
        match self.key {
            Some(key) => format!("key {}: {key}", self.who),
            None => format!("rows {matter}"),
        }
    }
}

/// What the rows are, whatever they become, and whichever others were refused beside them.
pub(super) fn matter<'a>(
    document: &Document,
    records: impl Iterator<Item = &'a KeptRecord>,
) -> String {
    let mut hashing = Hashing::new("rows");
    hashing.add("document", document.id.to_string().as_bytes());
    for record in records {
        hashing.add("row", record.digest().as_str().as_bytes());
    }
    hashing.finish().as_str().to_owned()
}

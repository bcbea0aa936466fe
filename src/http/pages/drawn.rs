//! The small pictures that were drawn already.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::body::Bytes;

/// The pictures that were drawn, by document.
#[derive(Default)]
pub(in crate::http) struct Thumbnails(Mutex<BTreeMap<String, Bytes>>);

impl Thumbnails {
    /// That of a document.
    pub(super) fn find(&self, document: &str) -> Option<Bytes> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(document).cloned()
    }

    /// Keeps one for whoever asks next.
    pub(super) fn keep(&self, document: String, picture: Bytes) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(document, picture);
    }
}

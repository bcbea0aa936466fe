//! Who may do what: roles, keys (密钥), and browsers' sessions.
//!
//! A key is shown once; only its digest is kept. A session is opened with a key and ends with it.

mod keys;
mod secret;
mod sessions;

use std::sync::Arc;

use crate::store::Store;
use crate::values::Role;

pub use keys::{Key, New};
pub use secret::id_of;

/// Keys and sessions in the data directory.
#[derive(Debug, Clone)]
pub struct Access {
    store: Store,
    /// When the use of each key was last written down.
    used: Arc<std::sync::Mutex<std::collections::HashMap<String, i64>>>,
}

/// Someone who has shown a key, or a session of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The key's id, which is no secret.
    pub key: String,
    /// The name that the key was made for.
    pub name: String,
    /// What it allows.
    pub role: Role,
}

impl Access {
    /// Keys and sessions of a data directory.
    #[must_use]
    pub fn of(store: Store) -> Self {
        Self { store, used: Arc::default() }
    }

    /// Where they are kept.
    #[must_use]
    pub fn store(&self) -> &Store {
        &self.store
    }
}

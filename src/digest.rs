//! SHA-256 digests: of templates, fonts, records and options, by which a render is known.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::Digest as _;

/// A finished SHA-256 digest in lower-case hexadecimal (64 digits).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

/// A digest being made of named parts.
pub struct Hashing(sha2::Sha256);

impl Digest {
    /// The digest of plain bytes, as `sha256sum` prints it.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self::from_output(&sha2::Sha256::digest(bytes))
    }

    /// All 64 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The twelve digits that stand on paper (`8C1F-22AB-90DE`), to be compared by eye.
    #[must_use]
    pub fn short(&self) -> String {
        let digits: Vec<char> = self.0.chars().take(12).map(|it| it.to_ascii_uppercase()).collect();
        digits.chunks(4).map(String::from_iter).collect::<Vec<_>>().join("-")
    }

    fn from_output(output: &[u8]) -> Self {
        Self(hexadecimal(output))
    }
}

/// Bytes as lower-case hexadecimal digits.
#[must_use]
pub fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

impl Hashing {
    /// Starts a digest; `purpose` keeps digests of different things apart.
    #[must_use]
    pub fn new(purpose: &str) -> Self {
        let mut hashing = Self(sha2::Sha256::new());
        hashing.add("chengwen", purpose.as_bytes());
        hashing
    }

    /// Adds a named part; lengths are hashed too, so that parts cannot run into each other.
    pub fn add(&mut self, name: &str, bytes: &[u8]) {
        for part in [name.as_bytes(), bytes] {
            self.0.update((part.len() as u64).to_le_bytes());
            self.0.update(part);
        }
    }

    /// The finished digest.
    #[must_use]
    pub fn finish(self) -> Digest {
        Digest::from_output(&self.0.finalize())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({:.12}…)", self.0)
    }
}

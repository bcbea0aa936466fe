//! Print intent (打印设置): what the PDF asks of a printer (ISO 32000-1, 12.2, table 150).

use lopdf::{Dictionary, Document, Object};

use super::broken;
use super::raw::entries;
use crate::fault::Fault;

/// Which sides of a sheet are printed (单双面).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Duplex {
    /// Both sides, turned on the long edge (长边翻转).
    LongEdge,
    /// Both sides, turned on the short edge (短边翻转).
    ShortEdge,
    /// One side (单面).
    Simplex,
}

/// What a printer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Intent {
    /// The sides.
    pub duplex: Duplex,
    /// How many copies the viewer's dialog proposes, 1 to 5 (the range of `/NumCopies`).
    pub copies: u8,
}

impl Duplex {
    /// The name in a PDF.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LongEdge => "DuplexFlipLongEdge",
            Self::ShortEdge => "DuplexFlipShortEdge",
            Self::Simplex => "Simplex",
        }
    }
}

/// Merges the intent into the viewer preferences that export wrote.
pub(super) fn write(document: &mut Document, intent: Intent) -> Result<(), Fault> {
    let existing = {
        let catalog = document.catalog().map_err(|error| broken(&error))?;
        match catalog.get(b"ViewerPreferences") {
            Ok(object) => document
                .dereference(object)
                .and_then(|(_, object)| object.as_dict())
                .map_err(|error| broken(&error))?
                .clone(),
            Err(_) => Dictionary::new(),
        }
    };
    let mut preferences = existing;
    preferences.set("Duplex", Object::Name(intent.duplex.name().into()));
    // A form that is scaled to the printer's margins has the wrong margins.
    preferences.set("PrintScaling", Object::Name(b"None".to_vec()));
    if (2..=5).contains(&intent.copies) {
        preferences.set("NumCopies", Object::Integer(intent.copies.into()));
    }
    let catalog = document.catalog_mut().map_err(|error| broken(&error))?;
    catalog.set("ViewerPreferences", Object::Dictionary(preferences));
    Ok(())
}

/// The same for preferences as they stand in a file.
pub(super) fn written_into(preferences: &[u8], intent: Intent) -> Result<Vec<u8>, Fault> {
    let mut written = b"<<".to_vec();
    let mut put = |key: &[u8], value: &[u8]| {
        written.push(b'/');
        written.extend_from_slice(key);
        written.push(b' ');
        written.extend_from_slice(value);
    };
    for (key, value) in entries(preferences)? {
        if !matches!(key, b"Duplex" | b"PrintScaling" | b"NumCopies") {
            put(key, value);
        }
    }
    put(b"Duplex", format!("/{}", intent.duplex.name()).as_bytes());
    put(b"PrintScaling", b"/None");
    if (2..=5).contains(&intent.copies) {
        put(b"NumCopies", intent.copies.to_string().as_bytes());
    }
    written.extend_from_slice(b">>");
    Ok(written)
}

//! Print intent (打印设置): what the PDF asks of a printer (ISO 32000-1, 12.2, table 150).

use lopdf::{Dictionary, Document, Object};

use super::broken;
use super::raw::{RawFile, entries, reference};
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

/// The file with the intent in a catalog that is its last object, as export writes it: nothing else is
/// moved. None if it is another kind of file.
pub(super) fn spliced(pdf: &[u8], intent: Intent) -> Option<Vec<u8>> {
    let file = RawFile::read(pdf).ok()?;
    let root = reference(file.in_trailer(b"Root").ok()??)?;
    let place = file.last_place(root)?;
    let catalog = file.object(root).ok()?.value;
    let mut preferences: &[u8] = b"<<>>";
    let mut written = pdf.get(..place)?.to_vec();
    written.reserve(pdf.len() - place + 128);
    written.extend_from_slice(format!("{root} 0 obj\n<<").as_bytes());
    for (key, value) in entries(catalog).ok()? {
        if key == b"ViewerPreferences" {
            preferences = file.resolved(value).ok()?;
        } else {
            written.extend_from_slice(&[b"/", key, b" ", value].concat());
        }
    }
    written.extend_from_slice(b"/ViewerPreferences");
    written.extend_from_slice(&written_into(preferences, intent).ok()?);
    written.extend_from_slice(b">>\nendobj\n");
    let table = written.len();
    written.extend_from_slice(pdf.get(file.table..file.told)?);
    written.extend_from_slice(format!("startxref\n{table}\n%%EOF\n").as_bytes());
    Some(written)
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

//! What a file says of itself: print intent, claims, encryption.

use lopdf::{Document, Object, decode_text_string};

use super::tree::{dictionary, resolved};
use crate::values::text::visible;

/// The most bytes of metadata that are read.
const LIMIT: usize = 4 << 20;

/// A file's own words; nothing of its pages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// The title in the document information.
    pub title: Option<String>,
    /// The program that wrote the file.
    pub producer: Option<String>,
    /// `/Lang` of the catalog.
    pub language: Option<String>,
    /// `/Duplex` of the viewer preferences.
    pub duplex: Option<String>,
    /// `/PrintScaling` of the viewer preferences.
    pub scaling: Option<String>,
    /// `/NumCopies` of the viewer preferences.
    pub copies: Option<i64>,
    /// Part and level of PDF/A that the metadata claim, such as `2U`.
    pub archival: Option<String>,
    /// Part of PDF/UA that the metadata claim.
    pub accessible: Option<String>,
    /// Whether the file is tagged.
    pub tagged: bool,
    /// Whether the file is encrypted (and opens without a password).
    pub encrypted: bool,
}

impl FileFacts {
    pub(super) fn read(document: &Document) -> Self {
        let information = document
            .trailer
            .get(b"Info")
            .ok()
            .and_then(|object| resolved(document, object).as_dict().ok());
        let catalog = document.catalog().ok();
        let text = |of: Option<&lopdf::Dictionary>, key: &[u8]| {
            let object = resolved(document, of?.get(key).ok()?);
            let text = decode_text_string(object).ok().filter(|text| !text.trim().is_empty());
            text.map(|text| visible(&text))
        };
        let preferences =
            catalog.and_then(|catalog| dictionary(document, catalog, b"ViewerPreferences"));
        let name = |key: &[u8]| {
            let object = resolved(document, preferences?.get(key).ok()?);
            Some(visible(&String::from_utf8_lossy(object.as_name().ok()?)))
        };
        let metadata = catalog.and_then(|catalog| metadata(document, catalog));
        Self {
            title: text(information, b"Title"),
            producer: text(information, b"Producer"),
            language: text(catalog, b"Lang"),
            duplex: name(b"Duplex"),
            scaling: name(b"PrintScaling"),
            copies: preferences
                .and_then(|it| resolved(document, it.get(b"NumCopies").ok()?).as_i64().ok()),
            archival: metadata.as_deref().and_then(archival),
            accessible: metadata.as_deref().and_then(|text| claim(text, "pdfuaid:part")),
            tagged: catalog
                .and_then(|catalog| dictionary(document, catalog, b"MarkInfo"))
                .is_some_and(|info| info.get(b"Marked").and_then(Object::as_bool).unwrap_or(false)),
            encrypted: document.was_encrypted(),
        }
    }
}

fn metadata(document: &Document, catalog: &lopdf::Dictionary) -> Option<String> {
    let stream = resolved(document, catalog.get(b"Metadata").ok()?).as_stream().ok()?;
    let bytes = stream.get_plain_content_with_limit(LIMIT).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// What metadata claim by this name, written as an element or as an attribute.
fn claim(metadata: &str, name: &str) -> Option<String> {
    let rest = &metadata[metadata.find(name)? + name.len()..];
    let rest = rest.trim_start_matches([' ', '=', '>', '"', '\'']);
    let end = rest.find(|mark: char| !mark.is_ascii_alphanumeric())?;
    Some(rest[..end].to_owned()).filter(|value| !value.is_empty())
}

/// Part and level, such as `2U`.
fn archival(metadata: &str) -> Option<String> {
    let level = claim(metadata, "pdfaid:conformance").unwrap_or_default();
    Some(format!("{}{}", claim(metadata, "pdfaid:part")?, level.to_uppercase()))
}

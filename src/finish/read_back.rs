//! A finished file read again from its bytes: what is really in it, not what was meant.

use std::collections::{BTreeMap, BTreeSet};

use lopdf::content::Content;
use lopdf::{Dictionary, Document, Object, decode_text_string};

use super::{broken, open};
use crate::fault::Fault;

/// What a PDF says of itself and of its pages.
#[derive(Debug, Clone, PartialEq)]
pub struct ReadBack {
    /// The pages in order.
    pub pages: Vec<Page>,
    /// The title in the document information.
    pub title: Option<String>,
    /// `/Lang` of the catalog.
    pub language: Option<String>,
    /// `/Duplex` of the viewer preferences.
    pub duplex: Option<String>,
    /// `/PrintScaling` of the viewer preferences.
    pub scaling: Option<String>,
    /// `/NumCopies` of the viewer preferences.
    pub copies: Option<i64>,
    /// Part and level of PDF/A in the metadata, such as `3U`.
    pub archival: Option<String>,
    /// Whether the file is tagged.
    pub tagged: bool,
    /// The embedded files: name and bytes.
    pub carried: BTreeMap<String, Vec<u8>>,
}

/// One page.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// Width in points.
    pub width: f64,
    /// Height in points.
    pub height: f64,
    /// The fonts that its text uses.
    pub fonts: BTreeSet<UsedFont>,
    /// How many glyphs with number 0 it shows; each is a box on paper.
    pub boxes: usize,
    /// Whether it draws nothing.
    pub blank: bool,
}

/// A font of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct UsedFont {
    /// The PostScript name, without the subset's six letters.
    pub name: String,
    /// Whether its outlines are in the file.
    pub embedded: bool,
}

/// Reads a file back.
///
/// # Errors
/// A fault if the bytes are no PDF that we can read.
pub fn read_back(pdf: &[u8]) -> Result<ReadBack, Fault> {
    let document = open(pdf)?;
    let catalog = document.catalog().map_err(|error| broken(&error))?;
    let preferences = dictionary(&document, catalog, b"ViewerPreferences");
    let name = |key: &[u8]| -> Option<String> {
        let name = preferences?.get(key).ok()?.as_name().ok()?;
        Some(String::from_utf8_lossy(name).into_owned())
    };
    let information = document
        .trailer
        .get(b"Info")
        .and_then(|object| document.dereference(object))
        .and_then(|(_, object)| object.as_dict())
        .ok();
    let text = |from: Option<&Dictionary>, key: &[u8]| -> Option<String> {
        decode_text_string(document.dereference(from?.get(key).ok()?).ok()?.1).ok()
    };
    let mut pages = Vec::new();
    for id in document.page_iter() {
        pages.push(page(&document, id)?);
    }
    Ok(ReadBack {
        pages,
        title: text(information, b"Title"),
        language: text(Some(catalog), b"Lang"),
        duplex: name(b"Duplex"),
        scaling: name(b"PrintScaling"),
        copies: preferences.and_then(|p| p.get(b"NumCopies").ok()?.as_i64().ok()),
        archival: archival(&document, catalog),
        tagged: dictionary(&document, catalog, b"MarkInfo")
            .is_some_and(|info| info.get(b"Marked").and_then(Object::as_bool).unwrap_or(false)),
        carried: carried(&document, catalog),
    })
}

fn page(document: &Document, id: lopdf::ObjectId) -> Result<Page, Fault> {
    let dictionary = document.get_dictionary(id).map_err(|error| broken(&error))?;
    let bounds: Vec<f64> = dictionary
        .get(b"MediaBox")
        .and_then(|object| document.dereference(object))
        .and_then(|(_, object)| object.as_array())
        .map_err(|error| broken(&error))?
        .iter()
        .filter_map(|number| number.as_float().ok())
        .map(f64::from)
        .collect();
    let &[left, bottom, right, top] = bounds.as_slice() else {
        return Err(Fault::new("PDF 的页面没有尺寸"));
    };
    let bytes = document.get_page_content(id);
    let content = Content::decode(&bytes).map_err(|error| broken(&error))?;
    let known = document.get_page_fonts(id).map_err(|error| broken(&error))?;
    let mut page = Page {
        width: right - left,
        height: top - bottom,
        fonts: BTreeSet::new(),
        boxes: 0,
        blank: content.operations.is_empty(),
    };
    let mut two_bytes = false;
    for operation in &content.operations {
        match operation.operator.as_str() {
            "Tf" => {
                let name = operation.operands.first().and_then(|name| name.as_name().ok());
                if let Some(font) = name.and_then(|name| known.get(name)) {
                    two_bytes =
                        font.get(b"Subtype").and_then(Object::as_name).is_ok_and(|n| n == b"Type0");
                    page.fonts.insert(used(document, font));
                }
            }
            "Tj" | "TJ" | "'" | "\"" if two_bytes => {
                page.boxes += operation.operands.iter().map(boxes).sum::<usize>();
            }
            _ => {}
        }
    }
    Ok(page)
}

/// Glyph numbers of a composite font stand in two bytes each (Identity-H).
fn boxes(shown: &Object) -> usize {
    match shown {
        Object::String(bytes, _) => bytes.chunks(2).filter(|glyph| *glyph == [0, 0]).count(),
        Object::Array(parts) => parts.iter().map(boxes).sum(),
        _ => 0,
    }
}

fn used(document: &Document, font: &Dictionary) -> UsedFont {
    let name = font.get(b"BaseFont").and_then(Object::as_name).unwrap_or_default();
    let name = String::from_utf8_lossy(name);
    let name = name.split_once('+').map_or(name.as_ref(), |(_, name)| name);
    let name = name.trim_end_matches("-Identity-H").to_owned();
    let descendant = font
        .get(b"DescendantFonts")
        .and_then(|object| document.dereference(object))
        .and_then(|(_, object)| object.as_array())
        .ok()
        .and_then(|list| document.dereference(list.first()?).ok()?.1.as_dict().ok())
        .unwrap_or(font);
    let descriptor = dictionary(document, descendant, b"FontDescriptor");
    let embedded = descriptor.is_some_and(|descriptor| {
        [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"]
            .iter()
            .any(|key| descriptor.get(key).is_ok())
    });
    UsedFont { name, embedded }
}

fn archival(document: &Document, catalog: &Dictionary) -> Option<String> {
    let (_, metadata) = document.dereference(catalog.get(b"Metadata").ok()?).ok()?;
    let stream = metadata.as_stream().ok()?;
    let bytes = stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
    let text = String::from_utf8_lossy(&bytes);
    let value = |tag: &str| -> Option<String> {
        let start = text.find(&format!("<pdfaid:{tag}>"))? + tag.len() + 9;
        let rest = &text[start..];
        Some(rest[..rest.find('<')?].to_owned())
    };
    Some(format!("{}{}", value("part")?, value("conformance").unwrap_or_default()))
}

/// The files of the catalog's `/Names /EmbeddedFiles` tree, by name.
fn carried(document: &Document, catalog: &Dictionary) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let tree = dictionary(document, catalog, b"Names")
        .and_then(|names| dictionary(document, names, b"EmbeddedFiles"));
    let mut nodes: Vec<&Dictionary> = tree.into_iter().collect();
    // A damaged tree may run in a circle.
    for _ in 0..1000 {
        let Some(node) = nodes.pop() else { break };
        for object in array(document, node, b"Kids") {
            nodes.extend(document.dereference(object).ok().and_then(|(_, o)| o.as_dict().ok()));
        }
        for pair in array(document, node, b"Names").chunks(2) {
            let [name, file] = pair else { continue };
            let Ok(name) = decode_text_string(name) else { continue };
            let stream = document
                .dereference(file)
                .ok()
                .and_then(|(_, file)| file.as_dict().ok())
                .and_then(|file| dictionary(document, file, b"EF"))
                .and_then(|ef| document.dereference(ef.get(b"F").ok()?).ok()?.1.as_stream().ok());
            if let Some(stream) = stream {
                let bytes =
                    stream.decompressed_content().unwrap_or_else(|_| stream.content.clone());
                files.insert(name, bytes);
            }
        }
    }
    files
}

fn dictionary<'a>(
    document: &'a Document,
    of: &'a Dictionary,
    key: &[u8],
) -> Option<&'a Dictionary> {
    document.dereference(of.get(key).ok()?).ok()?.1.as_dict().ok()
}

fn array<'a>(document: &'a Document, of: &'a Dictionary, key: &[u8]) -> &'a [Object] {
    of.get(key)
        .ok()
        .and_then(|object| document.dereference(object).ok()?.1.as_array().ok())
        .map(Vec::as_slice)
        .unwrap_or_default()
}

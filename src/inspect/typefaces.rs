//! The fonts of a file as its text uses them: codes to characters, widths and names.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Encoding, Object};

use super::tree::{dictionary, number, resolved};
use crate::values::text::visible;

/// The most bytes that a font's own tables may become.
const LIMIT: usize = 16 << 20;

/// A font as the report names it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Typeface {
    /// The PostScript name without the subset's six letters.
    pub(super) name: String,
    /// Whether its outlines are in the file.
    pub(super) embedded: bool,
    /// Whether text is shown in it; many files set a font that they do not use.
    pub(super) used: bool,
}

/// One code of a text that is shown.
pub(super) struct Shown {
    pub(super) code: u32,
    pub(super) bytes: usize,
    /// Empty if the file does not tell which character it is.
    pub(super) text: String,
    /// The advance in text space units (1 is the size of the font).
    pub(super) width: f64,
    /// Whether it is drawn with glyph 0, the box for what a font lacks.
    pub(super) missing: bool,
}

enum Codes {
    /// One byte each.
    Single,
    /// Two bytes each, and the code is the glyph's number (Identity-H).
    Identity,
    /// Two bytes each by an embedded map, or one of those that Unicode stands behind.
    Double,
    /// One byte below 0x81, else two (GBK-EUC-H and its kin).
    Gbk,
}

/// A font that is ready to decode text.
pub(super) struct Font {
    pub(super) face: Typeface,
    pub(super) vertical: bool,
    codes: Codes,
    texts: HashMap<u32, String>,
    unicode: Option<Encoding<'static>>,
    utf16: bool,
    singles: Vec<String>,
    widths: HashMap<u32, f64>,
    usual: f64,
    /// 0.001, or what a Type3 font says.
    unit: f64,
}

impl Font {
    pub(super) fn read(document: &Document, font: &Dictionary) -> Self {
        let name_of = |key: &[u8]| font.get(key).and_then(Object::as_name).unwrap_or_default();
        let subtype = name_of(b"Subtype");
        let descendant = font
            .get(b"DescendantFonts")
            .ok()
            .and_then(|list| resolved(document, list).as_array().ok()?.first())
            .and_then(|first| resolved(document, first).as_dict().ok());
        let described = descendant.unwrap_or(font);
        let descriptor = dictionary(document, described, b"FontDescriptor");
        let composite = subtype == b"Type0";
        let encoding = font.get(b"Encoding").ok().map(|encoding| resolved(document, encoding));
        let encoding_name = encoding.and_then(|encoding| encoding.as_name().ok()).unwrap_or(b"");
        let codes = match encoding_name {
            _ if !composite => Codes::Single,
            b"Identity-H" | b"Identity-V" => Codes::Identity,
            name if name.starts_with(b"GB") => Codes::Gbk,
            _ => Codes::Double,
        };
        let mut made = Self {
            face: Typeface {
                used: false,
                name: plain_name(font, descendant),
                embedded: subtype == b"Type3"
                    || descriptor.is_some_and(|descriptor| {
                        [b"FontFile".as_slice(), b"FontFile2", b"FontFile3"]
                            .iter()
                            .any(|key| descriptor.has(key))
                    }),
            },
            vertical: encoding_name.ends_with(b"-V"),
            codes,
            texts: HashMap::new(),
            unicode: to_unicode(document, font),
            utf16: encoding_name.starts_with(b"Uni"),
            singles: Vec::new(),
            widths: HashMap::new(),
            usual: if composite { 1000.0 } else { 0.0 },
            unit: 0.001,
        };
        if composite {
            if let Some(width) = described.get(b"DW").ok().and_then(|it| number(document, it)) {
                made.usual = width;
            }
            made.read_wide(document, described);
        } else {
            made.read_simple(document, font, descriptor);
        }
        made
    }

    /// `/Widths` from `/FirstChar` on, and the characters of all 256 codes.
    fn read_simple(
        &mut self,
        document: &Document,
        font: &Dictionary,
        descriptor: Option<&Dictionary>,
    ) {
        let first = font.get(b"FirstChar").ok().and_then(|it| number(document, it)).unwrap_or(0.0);
        let widths = font.get(b"Widths").ok().map(|it| resolved(document, it));
        for (at, width) in
            widths.and_then(|it| it.as_array().ok()).into_iter().flatten().enumerate()
        {
            if let Some(width) = number(document, width)
                && let Ok(at) = u32::try_from(at)
            {
                self.widths.insert(first.max(0.0) as u32 + at, width);
            }
        }
        self.usual = descriptor
            .and_then(|it| number(document, it.get(b"MissingWidth").ok()?))
            // The fourteen standard fonts need not say their widths; half a size is near enough
            // for lines to hold together.
            .unwrap_or(if self.widths.is_empty() { 500.0 } else { 0.0 });
        if let Some(matrix) = font.get(b"FontMatrix").ok().map(|it| resolved(document, it))
            && let Some(unit) = matrix.as_array().ok().and_then(|it| number(document, it.first()?))
        {
            self.unit = unit.abs();
        }
        let encoding = font.get_font_encoding_with_limit(document, LIMIT).ok();
        self.singles = (0..=255_u8)
            .map(|code| {
                self.unicode
                    .as_ref()
                    .and_then(|map| told(map.bytes_to_string(&[code]).ok()?))
                    .or_else(|| told(encoding.as_ref()?.bytes_to_string(&[code]).ok()?))
                    .unwrap_or_default()
            })
            .collect();
    }

    /// `/W` of a composite font: `first [w w w]` or `first last w`.
    fn read_wide(&mut self, document: &Document, font: &Dictionary) {
        let Some(list) =
            font.get(b"W").ok().and_then(|list| resolved(document, list).as_array().ok())
        else {
            return;
        };
        let mut parts = list.iter().map(|part| resolved(document, part));
        while let Some(first) = parts.next().and_then(|it| number(document, it)) {
            let first = first.max(0.0) as u32;
            match parts.next() {
                Some(Object::Array(widths)) => {
                    for (at, width) in (0..).zip(widths) {
                        if let Some(width) = number(document, width) {
                            self.widths.insert(first.saturating_add(at), width);
                        }
                    }
                }
                Some(last) => {
                    let last = number(document, last).unwrap_or(0.0) as u32;
                    let width = parts.next().and_then(|it| number(document, it)).unwrap_or(1000.0);
                    // A glyph's number has two bytes.
                    for code in first..=last.min(0xFFFF) {
                        self.widths.insert(code, width);
                    }
                }
                None => return,
            }
        }
    }

    /// The first code of these bytes; none if there are none.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Option<Shown> {
        let first = *bytes.first()?;
        let double = match self.codes {
            Codes::Single => false,
            Codes::Identity | Codes::Double => bytes.len() > 1,
            Codes::Gbk => first >= 0x81 && bytes.len() > 1,
        };
        let taken = &bytes[..if double { 2 } else { 1 }];
        let code = taken.iter().fold(0, |code, byte| code << 8 | u32::from(*byte));
        let width = match self.codes {
            // Only the widths of the roman half and of the full characters matter here; which
            // glyph a code of these maps means is not known without the map.
            Codes::Gbk if !double => 500.0,
            Codes::Gbk => self.usual,
            Codes::Double if self.utf16 && code < 0x100 => 500.0,
            _ => self.widths.get(&code).copied().unwrap_or(self.usual),
        };
        let text = match self.codes {
            Codes::Single => self.singles[usize::from(first)].clone(),
            _ => self.text_of(code, taken),
        };
        Some(Shown {
            code,
            bytes: taken.len(),
            text,
            width: width * self.unit,
            missing: matches!(self.codes, Codes::Identity) && code == 0,
        })
    }

    fn text_of(&mut self, code: u32, bytes: &[u8]) -> String {
        if let Some(text) = self.texts.get(&code) {
            return text.clone();
        }
        let mapped = self.unicode.as_ref().and_then(|map| told(map.bytes_to_string(bytes).ok()?));
        let text = mapped.unwrap_or_else(|| match self.codes {
            Codes::Gbk => encoding_rs::GB18030.decode(bytes).0.into_owned(),
            Codes::Double if self.utf16 => encoding_rs::UTF_16BE.decode(bytes).0.into_owned(),
            _ => String::new(),
        });
        self.texts.insert(code, text.clone());
        text
    }
}

/// A text that says something.
fn told(text: String) -> Option<String> {
    (!text.is_empty() && !text.contains(['\u{FFFD}', '\0'])).then_some(text)
}

/// The `/ToUnicode` map, which says more than the encoding's name where both are there.
fn to_unicode(document: &Document, font: &Dictionary) -> Option<Encoding<'static>> {
    font.get(b"ToUnicode").ok()?;
    let mut alone = font.clone();
    alone.remove(b"Encoding");
    match alone.get_font_encoding_with_limit(document, LIMIT).ok()? {
        Encoding::UnicodeMapEncoding(map) => Some(Encoding::UnicodeMapEncoding(map)),
        _ => None,
    }
}

/// The name of a font without the subset's letters, and without the name of its map.
fn plain_name(font: &Dictionary, descendant: Option<&Dictionary>) -> String {
    let from =
        |font: &Dictionary, key: &[u8]| font.get(key).and_then(Object::as_name).ok().map(readable);
    let name = descendant
        .and_then(|it| from(it, b"BaseFont"))
        .or_else(|| from(font, b"BaseFont"))
        .or_else(|| from(font, b"Name"))
        .unwrap_or_default();
    let name = visible(&name);
    match name.split_once('+') {
        Some((tag, rest)) if tag.len() == 6 && tag.bytes().all(|it| it.is_ascii_uppercase()) => {
            rest.to_owned()
        }
        _ => name,
    }
}

/// Chinese names stand in a PDF as UTF-8, or as GBK from older programs.
fn readable(name: &[u8]) -> String {
    match std::str::from_utf8(name) {
        Ok(name) => name.to_owned(),
        Err(_) => encoding_rs::GB18030.decode(name).0.into_owned(),
    }
}

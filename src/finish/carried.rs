//! The records that a file carries, as the file itself declares them; the file may be anybody's.

use std::fmt;

use lopdf::xref::XrefRecovery;
use lopdf::{Dictionary, Document, LoadOptions, Object, decode_text_string};

/// The most bytes that a record, or a table of the file, may become.
const LIMIT: usize = 256 << 20;

/// Who made a file, as it says itself.
const CREATOR: &str = "chengwen";

/// What the description of a record begins with in the print file of a packet (申报包).
pub const IN_PACKET: &str = "packet; ";

/// A record that a file carries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CarriedRecord {
    /// The document that it fills (`programme/document`).
    pub document: String,
    /// Whether the file is a packet, in which the document is one part.
    pub in_packet: bool,
    /// How the document was made: digests and options, `; ` between them.
    pub description: String,
    /// The bytes as they were embedded: JSON.
    pub json: Vec<u8>,
}

/// Why nothing can be taken out of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoRecord {
    /// It is no PDF.
    NotPdf,
    /// It cannot be opened without a password.
    Locked,
    /// It, or what it carries, cannot be read.
    Damaged,
    /// It was not made here.
    Foreign,
    /// It was made here and carries nothing.
    CarriesNone,
}

/// The records of a file, in its order; at least one.
///
/// # Errors
/// Why there is none.
pub fn carried_records(pdf: &[u8]) -> Result<Vec<CarriedRecord>, NoRecord> {
    let head = &pdf[..pdf.len().min(1024)];
    if !head.windows(5).any(|part| part == b"%PDF-") {
        return Err(NoRecord::NotPdf);
    }
    let options = LoadOptions { max_decompressed_size: Some(LIMIT), ..LoadOptions::default() };
    let document = Document::load_mem_with_options(pdf, options).map_err(|error| match error {
        lopdf::Error::InvalidPassword
        | lopdf::Error::Decryption(_)
        | lopdf::Error::UnsupportedSecurityHandler(_) => NoRecord::Locked,
        _ => NoRecord::Damaged,
    })?;
    if document.is_encrypted() && !document.was_encrypted() {
        return Err(NoRecord::Locked);
    }
    // What is pieced together again may be an older state of the file, or a part of it.
    if document.xref_recovery == Some(XrefRecovery::Reconstructed) {
        return Err(NoRecord::Damaged);
    }
    let catalog = document.catalog().map_err(|_| NoRecord::Damaged)?;
    let files = catalog.get(b"AF").ok().and_then(|object| resolved(&document, object));
    let files = files.and_then(|files| files.as_array().ok());
    let mut records = Vec::new();
    for file in files.into_iter().flatten() {
        let file = resolved(&document, file).and_then(|file| file.as_dict().ok());
        let declared = file.and_then(|file| Some((file, declaration(&document, file)?)));
        if let Some((file, mut record)) = declared {
            record.json = content(&document, file).ok_or(NoRecord::Damaged)?;
            records.push(record);
        }
    }
    if !records.is_empty() {
        return Ok(records);
    }
    Err(if is_ours(&document) { NoRecord::CarriesNone } else { NoRecord::Foreign })
}

/// What an embedded file says of itself, if it says that it is the record of a document.
fn declaration(document: &Document, file: &Dictionary) -> Option<CarriedRecord> {
    if file.get(b"AFRelationship").and_then(Object::as_name).ok()? != b"Source" {
        return None;
    }
    let name = text(document, file, b"UF").or_else(|| text(document, file, b"F"))?;
    let described = text(document, file, b"Desc")?;
    let own = described.strip_prefix(IN_PACKET);
    let description = own.unwrap_or(&described);
    let (id, options) = description.split_once("; ")?;
    let (programme, folder) = id.split_once('/')?;
    let declared =
        options.starts_with("template sha256:") && name == format!("{programme}-{folder}.json");
    declared.then(|| CarriedRecord {
        document: id.to_owned(),
        in_packet: own.is_some(),
        description: description.to_owned(),
        json: Vec::new(),
    })
}

/// The bytes of an embedded file; none unless they are JSON.
fn content(document: &Document, file: &Dictionary) -> Option<Vec<u8>> {
    let embedded = resolved(document, file.get(b"EF").ok()?)?.as_dict().ok()?;
    let stream = embedded.get(b"UF").or_else(|_| embedded.get(b"F")).ok()?;
    let stream = resolved(document, stream)?.as_stream().ok()?;
    let bytes = stream.get_plain_content_with_limit(LIMIT).ok()?;
    serde_json::from_slice::<serde::de::IgnoredAny>(&bytes).is_ok().then_some(bytes)
}

fn is_ours(document: &Document) -> bool {
    let information = document.trailer.get(b"Info").ok();
    information
        .and_then(|object| resolved(document, object)?.as_dict().ok())
        .and_then(|information| text(document, information, b"Creator"))
        .is_some_and(|creator| creator == CREATOR)
}

fn text(document: &Document, of: &Dictionary, key: &[u8]) -> Option<String> {
    decode_text_string(resolved(document, of.get(key).ok()?)?).ok()
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> Option<&'a Object> {
    document.dereference(object).ok().map(|(_, object)| object)
}

impl fmt::Display for NoRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPdf => "不是 PDF 文件",
            Self::Locked => "这个 PDF 有打开密码，请去掉密码后再试",
            Self::Damaged => "这个 PDF 或其中随附的数据已损坏，请换用原来的文件",
            Self::Foreign => {
                "这个 PDF 不是本程序生成的（也可能是打印后扫描、由其他软件另存的），没有随附数据，请换用原来的文件"
            }
            Self::CarriesNone => {
                "这个 PDF 由本程序生成，但没有随附数据：空白表格、未填完的预览、公开的文书和指定了其他 PDF 标准的文件都不随附"
            }
        })
    }
}

//! What a bound file says of itself: title, dates, identity, the records it carries, the standard it claims.

use chrono::NaiveDate;
use lopdf::{Dictionary, Document, Object, Stream, StringFormat, dictionary, text_string};

use super::import::Import;
use crate::digest::{Digest, Hashing};
use crate::fault::Fault;
use crate::finish::IN_PACKET;
use crate::inspect::tree;

/// What a bound file says of itself.
#[derive(Debug, Clone)]
pub struct Dress<'a> {
    /// Its title.
    pub title: &'a str,
    /// Who is named as its author.
    pub author: Option<&'a str>,
    /// Its date.
    pub date: NaiveDate,
    /// What it is: hashed into its identity.
    pub identity: &'a str,
    /// Whether it claims PDF/A-3u; every page must then be such.
    pub archival: bool,
}

/// Dresses a file; `carriers` are the parts whose records it carries.
///
/// # Errors
/// A fault if a file of ours is not as it should be.
pub fn dress(
    document: &mut Document,
    dress: &Dress<'_>,
    carriers: &[&Document],
) -> Result<(), Fault> {
    let broken = |error: lopdf::Error| Fault::new(format!("申报材料的 PDF 不完整：{error}"));
    let too_many = |_| Fault::new("自己的 PDF 对象过多");
    let mut files: Vec<(String, Object)> = Vec::new();
    let mut intents = None;
    for carrier in carriers {
        let catalog = carrier.catalog().map_err(broken)?;
        let mut import = Import::of(carrier);
        if let Ok(associated) = catalog.get(b"AF") {
            let associated = tree::resolved(carrier, associated).as_array().cloned();
            for file in associated.unwrap_or_default() {
                let taken = import.take(&file, document).map_err(too_many)?;
                files.push((renamed(document, &taken)?, taken));
            }
        }
        if dress.archival
            && intents.is_none()
            && let Ok(own) = catalog.get(b"OutputIntents")
        {
            intents = Some(import.take(own, document).map_err(too_many)?);
        }
    }
    if dress.archival && intents.is_none() {
        return Err(Fault::new("没有可用的输出意图（OutputIntent），不能声明 PDF/A"));
    }
    let mut hashing = Hashing::new("packet");
    hashing.add("identity", dress.identity.as_bytes());
    let digest = hashing.finish();
    let metadata = Stream::new(
        dictionary! { "Type" => "Metadata", "Subtype" => "XML" },
        xmp(dress, &digest).into_bytes(),
    );
    // A catalogue's metadata are read by programs that unpack nothing.
    let metadata = document.add_object(metadata.with_compression(false));
    let date = format!("D:{}000000+08'00", dress.date.format("%Y%m%d"));
    let mut about = dictionary! {
        "Title" => text_string(dress.title),
        "Creator" => text_string("chengwen"),
        "CreationDate" => Object::string_literal(date.clone()),
        "ModDate" => Object::string_literal(date),
    };
    if let Some(author) = dress.author {
        about.set("Author", text_string(author));
    }
    let about = document.add_object(about);
    let catalog = document.catalog_mut().map_err(broken)?;
    catalog.set("Metadata", metadata);
    catalog.set("Lang", text_string("zh-CN"));
    if let Some(intents) = intents {
        catalog.set("OutputIntents", intents);
    }
    let mut shown = Dictionary::new();
    shown.set("DisplayDocTitle", true);
    catalog.set("ViewerPreferences", shown);
    if !files.is_empty() {
        files.sort_by(|one, other| one.0.cmp(&other.0));
        let names: Vec<Object> =
            files.iter().flat_map(|(name, file)| [text_string(name), file.clone()]).collect();
        let embedded = dictionary! { "Names" => names };
        catalog.set("Names", dictionary! { "EmbeddedFiles" => embedded });
        let files: Vec<Object> = files.into_iter().map(|(_, file)| file).collect();
        catalog.set("AF", files);
    }
    let identity = identity(&digest);
    document.trailer.set("Info", about);
    document.trailer.set("ID", vec![identity.clone(), identity]);
    Ok(())
}

/// Says of a carried file that a packet carries it; tells its name.
fn renamed(document: &mut Document, file: &Object) -> Result<String, Fault> {
    let broken = |error: lopdf::Error| Fault::new(format!("随附的数据不完整：{error}"));
    let id = file.as_reference().map_err(broken)?;
    let own = document.get_dictionary_mut(id).map_err(broken)?;
    let described = own.get(b"Desc").and_then(lopdf::decode_text_string).map_err(broken)?;
    own.set("Desc", text_string(&format!("{IN_PACKET}{described}")));
    own.get(b"UF").and_then(lopdf::decode_text_string).map_err(broken)
}

fn identity(digest: &Digest) -> Object {
    let bytes = digest.as_str().as_bytes()[..16].to_vec();
    Object::String(bytes, StringFormat::Hexadecimal)
}

/// The metadata as XMP; the standard is named only if it is claimed.
fn xmp(dress: &Dress<'_>, digest: &Digest) -> String {
    let date = format!("{}T00:00:00+08:00", dress.date);
    let claim = if dress.archival {
        "<pdfaid:part>3</pdfaid:part><pdfaid:conformance>U</pdfaid:conformance>"
    } else {
        ""
    };
    let author = dress.author.map_or(String::new(), |author| {
        format!("<dc:creator><rdf:Seq><rdf:li>{}</rdf:li></rdf:Seq></dc:creator>", escaped(author))
    });
    let title = escaped(dress.title);
    let instance = &digest.as_str()[..32];
    format!(
        "<?xpacket begin=\"\u{FEFF}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n\
         <x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\
         <rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\
         <rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" \
         xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:xmpMM=\"http://ns.adobe.com/xap/1.0/mm/\" \
         xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\">\
         <dc:format>application/pdf</dc:format>\
         <dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">{title}</rdf:li></rdf:Alt></dc:title>\
         {author}<dc:language><rdf:Bag><rdf:li>zh-CN</rdf:li></rdf:Bag></dc:language>\
         <xmp:CreatorTool>chengwen</xmp:CreatorTool>\
         <xmp:CreateDate>{date}</xmp:CreateDate><xmp:ModifyDate>{date}</xmp:ModifyDate>\
         <xmpMM:DocumentID>{instance}</xmpMM:DocumentID>{claim}\
         </rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end=\"r\"?>"
    )
}

fn escaped(words: &str) -> String {
    words.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

//! A page of an attached file as a form (ISO 32000-1, 8.10): its content, and the appearances of what is
//! laid upon it: stamps, signatures, filled fields. Whatever can be clicked, run or followed stays behind.

use lopdf::{DecompressError, Dictionary, Document, Object, ObjectId, Stream};

use super::import::{Import, TooMany};
use super::layers::Layers;
use super::place::Matrix;
use crate::inspect::tree::{self, PageNode};

/// What the content of one page may become when it is unpacked, in bytes.
const CONTENT: usize = 64 << 20;

/// The most bytes that a table of the file itself may become.
pub(super) const TABLE: usize = 256 << 20;

/// More annotations than any page bears.
const MOST_ANNOTATIONS: usize = 5_000;

/// Bits of an annotation's `/F` (ISO 32000-1, table 165).
const HIDDEN: i64 = 1 << 1;
const PRINT: i64 = 1 << 2;
const NO_VIEW: i64 = 1 << 5;

/// A page, ready to be shown: forms in its own space, the page itself first.
pub(super) struct Foreign {
    /// Each with the matrix into the page's space.
    pub(super) forms: Vec<(ObjectId, Matrix)>,
    /// What is seen of it: left, bottom, right, top.
    pub(super) own: [f64; 4],
    /// How many quarters it is turned clockwise.
    pub(super) quarters: i64,
    /// Points in one of its units.
    pub(super) unit: f64,
    /// Fields that say how they look nowhere, so that they cannot be printed.
    pub(super) faceless: usize,
    /// What is seen on the screen and is not to be printed.
    pub(super) unprinted: usize,
}

/// Why a page cannot be taken.
#[derive(Debug)]
pub(super) enum Unusable {
    /// It has more objects than can be meant, or its content is beyond all measure.
    TooLarge,
    /// It has no extent.
    Empty,
}

impl From<TooMany> for Unusable {
    fn from(_: TooMany) -> Self {
        Self::TooLarge
    }
}

/// Takes one page over.
pub(super) fn page(
    node: &PageNode<'_>,
    layers: &Layers,
    import: &mut Import<'_>,
    into: &mut Document,
) -> Result<Foreign, Unusable> {
    let source = import.source();
    let media = node.get(source, b"MediaBox").and_then(|it| tree::rectangle(source, it));
    let media = media.unwrap_or([0.0, 0.0, 612.0, 792.0]);
    let crop = node.get(source, b"CropBox").and_then(|it| tree::rectangle(source, it));
    let extends = |own: &[f64; 4]| own[2] - own[0] >= 1.0 && own[3] - own[1] >= 1.0;
    // What is cut away stays away; a cut that leaves nothing is none, as viewers take it.
    let cut = crop.map(|crop| {
        [crop[0].max(media[0]), crop[1].max(media[1]), crop[2].min(media[2]), crop[3].min(media[3])]
    });
    let own = cut.filter(extends).unwrap_or(media);
    if !extends(&own) {
        return Err(Unusable::Empty);
    }
    let rotate = node.get(source, b"Rotate").and_then(|it| tree::number(source, it));
    let unit = node.get(source, b"UserUnit").and_then(|it| tree::number(source, it));
    let content = form(node, own, import, into)?;
    let mut forms = vec![(content, Matrix::IDENTITY)];
    let (mut faceless, mut unprinted) = (0, 0);
    let annotations = node.get(source, b"Annots").and_then(|it| it.as_array().ok());
    for annotation in annotations.into_iter().flatten().take(MOST_ANNOTATIONS) {
        let Ok(annotation) = tree::resolved(source, annotation).as_dict() else { continue };
        if annotation.get(b"OC").is_ok_and(|layer| !layers.show(source, layer)) {
            continue;
        }
        match appearance(annotation, import, into)? {
            Appearance::Shown(form, matrix) => forms.push((form, matrix)),
            Appearance::Faceless => faceless += 1,
            Appearance::Unprinted => unprinted += 1,
            Appearance::None => {}
        }
    }
    Ok(Foreign {
        forms,
        own,
        quarters: (rotate.unwrap_or(0.0) / 90.0).round() as i64,
        unit: unit.filter(|unit| (0.1..=100.0).contains(unit)).unwrap_or(1.0),
        faceless,
        unprinted,
    })
}

/// The content of a page as a form.
fn form(
    node: &PageNode<'_>,
    own: [f64; 4],
    import: &mut Import<'_>,
    into: &mut Document,
) -> Result<ObjectId, Unusable> {
    let source = import.source();
    let mut dictionary = Dictionary::new();
    dictionary.set("Type", Object::Name(b"XObject".to_vec()));
    dictionary.set("Subtype", Object::Name(b"Form".to_vec()));
    let corners = own.iter().map(|number| Object::Real(*number as f32)).collect();
    dictionary.set("BBox", Object::Array(corners));
    for key in [b"Resources".as_slice(), b"Group"] {
        if let Some(value) = node.get(source, key) {
            dictionary.set(key, import.take(value, into)?);
        }
    }
    let stream = match node.own.get(b"Contents").map(|it| tree::resolved(source, it)) {
        Ok(Object::Stream(stream)) => {
            import.look_at(stream);
            let packed = packed(source, stream, dictionary);
            // It goes over as it is packed, and whoever prints it must unpack it. What is packed in a way
            // that is not known here is known there, or is blank.
            if let Err(lopdf::Error::Decompress(
                DecompressError::MemoryLimitExceeded { .. }
                | DecompressError::TooManyFilters { .. },
            )) = packed.get_plain_content_with_limit(CONTENT)
            {
                return Err(Unusable::TooLarge);
            }
            packed
        }
        Ok(Object::Array(parts)) => {
            let mut content = Vec::new();
            for part in parts {
                let Ok(stream) = tree::resolved(source, part).as_stream() else { continue };
                import.look_at(stream);
                let left = CONTENT.saturating_sub(content.len());
                let packed = packed(source, stream, Dictionary::new());
                let plain = packed.get_plain_content_with_limit(left);
                content.extend(plain.map_err(|_| Unusable::TooLarge)?);
                // Parts are joined as if white space stood between them.
                content.push(b'\n');
            }
            let mut stream = Stream::new(dictionary, content);
            // A page of text is a tenth of its size when packed; one that cannot be packed stays as it is.
            let _ = stream.compress();
            stream
        }
        // A page without content is blank.
        _ => Stream::new(dictionary, Vec::new()),
    };
    Ok(into.add_object(Object::Stream(stream)))
}

/// A stream as it is, packed as it was, with another dictionary.
fn packed(source: &Document, stream: &Stream, mut dictionary: Dictionary) -> Stream {
    for key in [b"Filter".as_slice(), b"DecodeParms"] {
        if let Ok(value) = stream.dict.get(key) {
            dictionary.set(key, direct(source, value, DEEPEST));
        }
    }
    Stream::new(dictionary, stream.content.clone())
}

/// How deep the parameters of a filter go: an array of dictionaries of numbers.
const DEEPEST: usize = 4;

/// An object with what its references lead to in their place.
fn direct(source: &Document, object: &Object, deepest: usize) -> Object {
    let Some(below) = deepest.checked_sub(1) else { return Object::Null };
    match tree::resolved(source, object) {
        Object::Array(items) => {
            Object::Array(items.iter().map(|item| direct(source, item, below)).collect())
        }
        Object::Dictionary(entries) => {
            let mut own = Dictionary::new();
            for (key, value) in entries {
                own.set(key.clone(), direct(source, value, below));
            }
            Object::Dictionary(own)
        }
        // No filter of a page's content has a stream beside it.
        Object::Stream(_) => Object::Null,
        plain => plain.clone(),
    }
}

enum Appearance {
    Shown(ObjectId, Matrix),
    /// It is printed, and says nowhere how it looks.
    Faceless,
    /// It is seen, and is not to be printed.
    Unprinted,
    /// Nothing is seen of it.
    None,
}

/// How an annotation looks on paper (ISO 32000-1, 12.5.5).
fn appearance(
    annotation: &Dictionary,
    import: &mut Import<'_>,
    into: &mut Document,
) -> Result<Appearance, Unusable> {
    let source = import.source();
    let flags = annotation.get(b"F").ok().and_then(|it| tree::number(source, it)).unwrap_or(0.0);
    let flags = flags as i64;
    let kind = name(source, annotation, b"Subtype").unwrap_or_default();
    if flags & HIDDEN != 0 || matches!(kind, b"Popup" | b"Link") {
        return Ok(Appearance::None);
    }
    let rectangle = annotation.get(b"Rect").ok().and_then(|it| tree::rectangle(source, it));
    // What has no extent is not meant to be seen, as signatures are that stand nowhere on paper.
    let Some(rectangle) = rectangle.filter(|it| it[2] > it[0] && it[3] > it[1]) else {
        return Ok(Appearance::None);
    };
    let face = normal(annotation, source);
    if flags & PRINT == 0 {
        // What only a screen can do, such as a button to print with, is not missed.
        let seen = flags & NO_VIEW == 0 && matches!(face, Face::Of(..));
        let missed = seen && !(kind == b"Widget" && is_button(annotation, source));
        return Ok(if missed { Appearance::Unprinted } else { Appearance::None });
    }
    let (face, stream) = match face {
        Face::Of(face, stream) => (face, stream),
        Face::Blank => return Ok(Appearance::None),
        // A field left empty has nothing to show.
        Face::Unsaid if kind == b"Widget" && !is_filled(annotation, source) => {
            return Ok(Appearance::None);
        }
        Face::Unsaid => return Ok(Appearance::Faceless),
    };
    let own = stream.dict.get(b"BBox").ok().and_then(|it| tree::rectangle(source, it));
    let Some(own) = own.filter(|own| own[2] > own[0] && own[3] > own[1]) else {
        return Ok(Appearance::None);
    };
    let matrix = stream.dict.get(b"Matrix").ok().and_then(|it| matrix(source, it));
    let seen = matrix.unwrap_or(Matrix::IDENTITY).around(own);
    let scale = |low: usize, high: usize| {
        let extent = seen[high] - seen[low];
        if extent > 0.0 { (rectangle[high] - rectangle[low]) / extent } else { 1.0 }
    };
    let (across, up) = (scale(0, 2), scale(1, 3));
    let place = Matrix([
        across,
        0.0,
        0.0,
        up,
        rectangle[0] - seen[0] * across,
        rectangle[1] - seen[1] * up,
    ]);
    let taken = import.take(face, into)?;
    let Object::Reference(id) = taken else { return Ok(Appearance::None) };
    // Some writers leave out what makes it a form.
    if let Ok(Object::Stream(stream)) = into.get_object_mut(id) {
        stream.dict.set("Type", Object::Name(b"XObject".to_vec()));
        stream.dict.set("Subtype", Object::Name(b"Form".to_vec()));
    }
    Ok(Appearance::Shown(id, place))
}

/// The normal appearance of an annotation.
enum Face<'a> {
    Of(&'a Object, &'a Stream),
    /// It is in a state in which nothing is shown, as a box that is not ticked.
    Blank,
    /// There is none.
    Unsaid,
}

/// The normal appearance, of the state that the annotation is in.
fn normal<'a>(annotation: &'a Dictionary, source: &'a Document) -> Face<'a> {
    let faces = tree::dictionary(source, annotation, b"AP");
    let Some(mut face) = faces.and_then(|faces| faces.get(b"N").ok()) else { return Face::Unsaid };
    if let Object::Dictionary(states) = tree::resolved(source, face) {
        let state = name(source, annotation, b"AS");
        let Some(of_state) = state.and_then(|state| states.get(state).ok()) else {
            return Face::Blank;
        };
        face = of_state;
    }
    // A stream is always an object of its own.
    match (face, tree::resolved(source, face)) {
        (Object::Reference(_), Object::Stream(stream)) => Face::Of(face, stream),
        _ => Face::Unsaid,
    }
}

/// The name behind a key.
fn name<'a>(source: &'a Document, of: &'a Dictionary, key: &[u8]) -> Option<&'a [u8]> {
    tree::resolved(source, of.get(key).ok()?).as_name().ok()
}

/// More fields above one another than any form has.
const MOST_ABOVE: usize = 32;

/// What a field says under a key, or one of the fields above it (ISO 32000-1, 12.7.3).
fn of_field<'a>(field: &'a Dictionary, source: &'a Document, key: &[u8]) -> Option<&'a Object> {
    let above = |field: &&'a Dictionary| tree::dictionary(source, field, b"Parent");
    std::iter::successors(Some(field), above)
        .take(MOST_ABOVE)
        .find_map(|field| field.get(key).ok())
        .map(|value| tree::resolved(source, value))
}

/// Whether a field holds anything.
fn is_filled(field: &Dictionary, source: &Document) -> bool {
    match of_field(field, source, b"V") {
        None | Some(Object::Null) => false,
        Some(Object::String(text, _)) => !text.is_empty() && text != b"\xFE\xFF",
        Some(Object::Name(state)) => state != b"Off",
        Some(Object::Array(chosen)) => !chosen.is_empty(),
        Some(_) => true,
    }
}

/// Whether a field is there to be pressed (ISO 32000-1, table 226).
fn is_button(field: &Dictionary, source: &Document) -> bool {
    let flags = of_field(field, source, b"Ff").and_then(|it| tree::number(source, it));
    let kind = of_field(field, source, b"FT").and_then(|it| it.as_name().ok());
    kind == Some(b"Btn") && flags.unwrap_or(0.0) as i64 & 1 << 16 != 0
}

fn matrix(source: &Document, object: &Object) -> Option<Matrix> {
    let numbers: Vec<f64> = tree::resolved(source, object)
        .as_array()
        .ok()?
        .iter()
        .map_while(|it| tree::number(source, it))
        .collect();
    numbers.try_into().ok().map(Matrix)
}

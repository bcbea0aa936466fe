//! A page of an attached file as a form (ISO 32000-1, 8.10): its content, and the appearances of what is
//! laid upon it: stamps, signatures, filled fields. Whatever can be clicked, run or followed stays behind.

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::import::{Import, TooMany};
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
    import: &mut Import<'_>,
    into: &mut Document,
) -> Result<Foreign, Unusable> {
    let source = import.source();
    let media = node.get(source, b"MediaBox").and_then(|it| tree::rectangle(source, it));
    let media = media.unwrap_or([0.0, 0.0, 612.0, 792.0]);
    let crop = node.get(source, b"CropBox").and_then(|it| tree::rectangle(source, it));
    // What is cut away stays away.
    let own = crop.map_or(media, |crop| {
        [crop[0].max(media[0]), crop[1].max(media[1]), crop[2].min(media[2]), crop[3].min(media[3])]
    });
    if own[2] - own[0] < 1.0 || own[3] - own[1] < 1.0 {
        return Err(Unusable::Empty);
    }
    let rotate = node.get(source, b"Rotate").and_then(|it| tree::number(source, it));
    let unit = node.get(source, b"UserUnit").and_then(|it| tree::number(source, it));
    let content = form(node, own, import, into)?;
    let mut forms = vec![(content, Matrix::IDENTITY)];
    let mut faceless = 0;
    let annotations = node.get(source, b"Annots").and_then(|it| it.as_array().ok());
    for annotation in annotations.into_iter().flatten().take(MOST_ANNOTATIONS) {
        let Ok(annotation) = tree::resolved(source, annotation).as_dict() else { continue };
        match appearance(annotation, import, into)? {
            Appearance::Shown(form, matrix) => forms.push((form, matrix)),
            Appearance::Faceless => faceless += 1,
            Appearance::None => {}
        }
    }
    Ok(Foreign {
        forms,
        own,
        quarters: (rotate.unwrap_or(0.0) / 90.0).round() as i64,
        unit: unit.filter(|unit| (0.1..=100.0).contains(unit)).unwrap_or(1.0),
        faceless,
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
        Ok(Object::Stream(stream)) => packed(stream, dictionary),
        Ok(Object::Array(parts)) => {
            let mut content = Vec::new();
            for part in parts {
                let Ok(stream) = tree::resolved(source, part).as_stream() else { continue };
                let left = CONTENT.saturating_sub(content.len());
                let plain = stream.get_plain_content_with_limit(left);
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
fn packed(stream: &Stream, mut dictionary: Dictionary) -> Stream {
    for key in [b"Filter".as_slice(), b"DecodeParms"] {
        if let Ok(value) = stream.dict.get(key) {
            dictionary.set(key, value.clone());
        }
    }
    Stream::new(dictionary, stream.content.clone())
}

enum Appearance {
    Shown(ObjectId, Matrix),
    /// It is printed, and says nowhere how it looks.
    Faceless,
    /// It is not printed.
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
    if flags & HIDDEN != 0 || flags & PRINT == 0 {
        return Ok(Appearance::None);
    }
    let kind = annotation.get(b"Subtype").and_then(Object::as_name).unwrap_or_default();
    if matches!(kind, b"Popup" | b"Link") {
        return Ok(Appearance::None);
    }
    let rectangle = annotation.get(b"Rect").ok().and_then(|it| tree::rectangle(source, it));
    let face = normal(annotation, source);
    let (Some(rectangle), Some((face, stream))) = (rectangle, face) else {
        // A field left empty has nothing to show.
        let filled = kind != b"Widget" || annotation.has(b"V") || annotation.has(b"Parent");
        return Ok(if filled { Appearance::Faceless } else { Appearance::None });
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

/// The normal appearance, of the state that the annotation is in.
fn normal<'a>(
    annotation: &'a Dictionary,
    source: &'a Document,
) -> Option<(&'a Object, &'a Stream)> {
    let faces = tree::dictionary(source, annotation, b"AP")?;
    let mut face = faces.get(b"N").ok()?;
    if let Ok(states) = tree::resolved(source, face).as_dict() {
        let state = annotation.get(b"AS").and_then(Object::as_name).ok()?;
        face = states.get(state).ok()?;
    }
    // A stream is always an object of its own.
    let Object::Reference(_) = face else { return None };
    Some((face, tree::resolved(source, face).as_stream().ok()?))
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

/// The layers (optional content, ISO 32000-1, 8.11) of a file, and which of them are not shown.
#[derive(Debug, Default)]
pub(super) struct Layers {
    pub(super) all: Vec<ObjectId>,
    pub(super) hidden: Vec<ObjectId>,
}

impl Layers {
    /// Those of the file's usual view.
    pub(super) fn of(source: &Document) -> Self {
        let references = |of: Option<&Dictionary>, key: &[u8]| -> Vec<ObjectId> {
            let list = of.and_then(|of| of.get(key).ok()).map(|it| tree::resolved(source, it));
            let list = list.and_then(|it| it.as_array().ok());
            list.into_iter().flatten().filter_map(|it| it.as_reference().ok()).collect()
        };
        let Some(layers) =
            source.catalog().ok().and_then(|it| tree::dictionary(source, it, b"OCProperties"))
        else {
            return Self::default();
        };
        let usual = tree::dictionary(source, layers, b"D");
        let all = references(Some(layers), b"OCGs");
        let base = usual.and_then(|it| it.get(b"BaseState").ok()?.as_name().ok());
        let hidden = if base == Some(b"OFF") {
            let on = references(usual, b"ON");
            all.iter().copied().filter(|layer| !on.contains(layer)).collect()
        } else {
            references(usual, b"OFF")
        };
        Self { all, hidden }
    }
}

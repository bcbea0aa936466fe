//! Objects taken over from one file into another: what is reached from them, and nothing else.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use crate::inspect::tree;

/// More objects than any page needs; a file that has more is made to have them.
const MOST: usize = 400_000;

/// Keys that lead out of what is drawn: to tags, to data and measures of other programs, to other files.
const OUTWARD: [&[u8]; 11] = [
    b"StructParent",
    b"StructParents",
    b"Metadata",
    b"PieceInfo",
    b"OPI",
    b"Ref",
    b"AF",
    b"AA",
    b"Measure",
    b"PtData",
    b"PS",
];

/// Keys of a stream whose content stands in another file.
const OUTSIDE: [&[u8]; 3] = [b"F", b"FFilter", b"FDecodeParms"];

/// Programs of faces: one that lies in another file is none, so that the face counts as not embedded.
const FACES: [&[u8]; 3] = [b"FontFile", b"FontFile2", b"FontFile3"];

/// What is never part of what is drawn.
const ELSEWHERE: [&[u8]; 5] = [b"Page", b"Pages", b"Annot", b"Action", b"Catalog"];

/// Files within the file: only ours are taken over.
const CARRIED: [&[u8]; 3] = [b"EmbeddedFile", b"Filespec", b"F"];

/// What does something when it is clicked (ISO 32000-1, table 198), which need not say that it is an action.
const ACTIONS: [&[u8]; 10] = [
    b"JavaScript",
    b"URI",
    b"Launch",
    b"GoToR",
    b"GoToE",
    b"SubmitForm",
    b"ImportData",
    b"Rendition",
    b"Movie",
    b"RichMediaExecute",
];

/// Keys that only something other than a list of names has, so that a font may be called `AF`.
const TELLING: [&[u8]; 5] = [b"Type", b"Subtype", b"PatternType", b"ShadingType", b"FunctionType"];

/// What is kept of a layer, and of a membership of several (ISO 32000-1, tables 98 and 99).
const LAYER: [&[u8]; 3] = [b"Type", b"Name", b"Intent"];
const MEMBERSHIP: [&[u8]; 4] = [b"Type", b"OCGs", b"P", b"VE"];

/// As what an object is taken: one that is both is taken twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Role {
    Drawn,
    /// A list of what marked content names.
    Marks,
}

/// What goes from a source into a target, each object once.
pub(super) struct Import<'a> {
    source: &'a Document,
    /// Whether the source is a stranger's: only what is drawn is taken from it.
    foreign: bool,
    taken: HashMap<(ObjectId, Role), ObjectId>,
    waiting: Vec<(ObjectId, Role)>,
    /// How many streams have their content in another file.
    outside: usize,
}

/// The source has more objects than can be meant.
#[derive(Debug)]
pub(super) struct TooMany;

impl<'a> Import<'a> {
    /// From a file of ours.
    pub(super) fn of(source: &'a Document) -> Self {
        Self { source, foreign: false, taken: HashMap::new(), waiting: Vec::new(), outside: 0 }
    }

    /// From a file of a stranger.
    pub(super) fn foreign(source: &'a Document) -> Self {
        Self { foreign: true, ..Self::of(source) }
    }

    pub(super) fn source(&self) -> &'a Document {
        self.source
    }

    /// How many streams have their content in another file, which is not opened.
    pub(super) fn outside(&self) -> usize {
        self.outside
    }

    /// Counts a stream of a stranger's whose content is in another file.
    pub(super) fn look_at(&mut self, stream: &Stream) {
        self.outside += usize::from(self.foreign && stream.dict.has(b"F"));
    }

    /// Where an object that was taken stands now.
    pub(super) fn place(&self, id: ObjectId) -> Option<ObjectId> {
        self.taken.get(&(id, Role::Drawn)).copied()
    }

    /// An object with all that it leads to.
    pub(super) fn take(&mut self, object: &Object, into: &mut Document) -> Result<Object, TooMany> {
        let taken = self.translated(object, Role::Drawn, into)?;
        while let Some((id, role)) = self.waiting.pop() {
            let own = self.taken[&(id, role)];
            let object = match self.source.get_object(id) {
                Ok(object) => self.translated(object, role, into)?,
                // A reference that leads nowhere stands for null (ISO 32000-1, 7.3.10).
                Err(_) => Object::Null,
            };
            into.objects.insert(own, object);
        }
        Ok(taken)
    }

    fn translated(
        &mut self,
        object: &Object,
        role: Role,
        into: &mut Document,
    ) -> Result<Object, TooMany> {
        Ok(match object {
            Object::Reference(id) => Object::Reference(self.place_of(*id, role, into)?),
            Object::Array(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.translated(item, role, into)).collect();
                Object::Array(items?)
            }
            Object::Dictionary(dictionary) => Object::Dictionary(match role {
                Role::Drawn => self.dictionary(dictionary, into)?,
                Role::Marks => self.marks(dictionary, into)?,
            }),
            Object::Stream(stream) => {
                if self.is_carried(&stream.dict) {
                    return Ok(Object::Null);
                }
                self.look_at(stream);
                let mut dictionary = self.dictionary(&stream.dict, into)?;
                for key in OUTWARD.into_iter().chain(OUTSIDE) {
                    dictionary.remove(key);
                }
                let mut taken = Stream::new(dictionary, stream.content.clone());
                taken.allows_compression = stream.allows_compression;
                Object::Stream(taken)
            }
            plain => plain.clone(),
        })
    }

    fn dictionary(
        &mut self,
        dictionary: &Dictionary,
        into: &mut Document,
    ) -> Result<Dictionary, TooMany> {
        let mut taken = Dictionary::new();
        let kind = self.name(dictionary, b"Type");
        if ELSEWHERE.contains(&kind) || self.is_carried(dictionary) || self.acts(dictionary) {
            return Ok(taken);
        }
        let kept: Option<&[&[u8]]> = match kind {
            b"OCG" if self.foreign => Some(&LAYER),
            b"OCMD" if self.foreign => Some(&MEMBERSHIP),
            _ => None,
        };
        let tells = TELLING.iter().any(|key| {
            dictionary.get(key).is_ok_and(|it| tree::resolved(self.source, it).as_dict().is_err())
        });
        for (key, value) in dictionary.iter() {
            let key = key.as_slice();
            let outward = self.foreign && tells && OUTWARD.contains(&key);
            if outward || kept.is_some_and(|kept| !kept.contains(&key)) {
                continue;
            }
            if self.foreign && FACES.contains(&key) && self.lies_outside(value) {
                continue;
            }
            let role = if self.foreign && key == b"Properties" { Role::Marks } else { Role::Drawn };
            taken.set(key, self.translated(value, role, into)?);
        }
        Ok(taken)
    }

    /// What marked content names: layers. Of everything else only the name is kept.
    fn marks(&mut self, named: &Dictionary, into: &mut Document) -> Result<Dictionary, TooMany> {
        let mut taken = Dictionary::new();
        for (key, value) in named.iter() {
            let layer = tree::resolved(self.source, value)
                .as_dict()
                .is_ok_and(|it| matches!(self.name(it, b"Type"), b"OCG" | b"OCMD"));
            let value = if layer {
                self.translated(value, Role::Drawn, into)?
            } else {
                Object::Dictionary(Dictionary::new())
            };
            taken.set(key.clone(), value);
        }
        Ok(taken)
    }

    /// Whether this is a file within a stranger's file; such a one need not say so.
    fn is_carried(&self, dictionary: &Dictionary) -> bool {
        let says = |key: &[u8]| {
            let value = dictionary.get(key).map(|it| tree::resolved(self.source, it));
            value.is_ok_and(|it| matches!(it, Object::String(..)))
        };
        self.foreign
            && (CARRIED.contains(&self.name(dictionary, b"Type"))
                || dictionary.has(b"EF") && (says(b"F") || says(b"UF")))
    }

    /// Whether this is a stream whose content is in another file.
    fn lies_outside(&self, object: &Object) -> bool {
        tree::resolved(self.source, object).as_stream().is_ok_and(|stream| stream.dict.has(b"F"))
    }

    fn acts(&self, dictionary: &Dictionary) -> bool {
        self.foreign && ACTIONS.contains(&self.name(dictionary, b"S"))
    }

    /// The name behind a key; empty if there is none.
    fn name<'b>(&self, of: &'b Dictionary, key: &[u8]) -> &'b [u8]
    where
        'a: 'b,
    {
        let value = of.get(key).ok().map(|it| tree::resolved(self.source, it));
        value.and_then(|it| it.as_name().ok()).unwrap_or_default()
    }

    fn place_of(
        &mut self,
        id: ObjectId,
        role: Role,
        into: &mut Document,
    ) -> Result<ObjectId, TooMany> {
        if let Some(place) = self.taken.get(&(id, role)) {
            return Ok(*place);
        }
        if self.taken.len() >= MOST {
            return Err(TooMany);
        }
        // A place of its own at once, so that a circle ends here.
        let place = into.add_object(Object::Null);
        self.taken.insert((id, role), place);
        self.waiting.push((id, role));
        Ok(place)
    }
}

//! Objects taken over from one file into another: what is reached from them, and nothing else.

use std::collections::HashMap;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

/// More objects than any page needs; a file that has more is made to have them.
const MOST: usize = 400_000;

/// Keys of a stream that lead out of what is drawn: to tags, to data of other programs, to other files.
const OUTWARD: [&[u8]; 7] =
    [b"StructParent", b"StructParents", b"Metadata", b"PieceInfo", b"OPI", b"Ref", b"AF"];

/// What is never part of what is drawn.
const ELSEWHERE: [&[u8]; 5] = [b"Page", b"Pages", b"Annot", b"Action", b"Catalog"];

/// What goes from a source into a target, each object once.
pub(super) struct Import<'a> {
    source: &'a Document,
    taken: HashMap<ObjectId, ObjectId>,
    waiting: Vec<ObjectId>,
}

/// The source has more objects than can be meant.
#[derive(Debug)]
pub(super) struct TooMany;

impl<'a> Import<'a> {
    pub(super) fn of(source: &'a Document) -> Self {
        Self { source, taken: HashMap::new(), waiting: Vec::new() }
    }

    pub(super) fn source(&self) -> &'a Document {
        self.source
    }

    /// Where an object that was taken stands now.
    pub(super) fn place(&self, id: ObjectId) -> Option<ObjectId> {
        self.taken.get(&id).copied()
    }

    /// An object with all that it leads to.
    pub(super) fn take(&mut self, object: &Object, into: &mut Document) -> Result<Object, TooMany> {
        let taken = self.translated(object, into)?;
        while let Some(id) = self.waiting.pop() {
            let own = self.taken[&id];
            let object = match self.source.get_object(id) {
                Ok(object) => self.translated(object, into)?,
                // A reference that leads nowhere stands for null (ISO 32000-1, 7.3.10).
                Err(_) => Object::Null,
            };
            into.objects.insert(own, object);
        }
        Ok(taken)
    }

    fn translated(&mut self, object: &Object, into: &mut Document) -> Result<Object, TooMany> {
        Ok(match object {
            Object::Reference(id) => Object::Reference(self.place_of(*id, into)?),
            Object::Array(items) => {
                let items: Result<Vec<_>, _> =
                    items.iter().map(|item| self.translated(item, into)).collect();
                Object::Array(items?)
            }
            Object::Dictionary(dictionary) => {
                Object::Dictionary(self.dictionary(dictionary, into)?)
            }
            Object::Stream(stream) => {
                let mut dictionary = self.dictionary(&stream.dict, into)?;
                for key in OUTWARD {
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
        let kind = dictionary.get(b"Type").and_then(Object::as_name).unwrap_or_default();
        if ELSEWHERE.contains(&kind) {
            return Ok(taken);
        }
        for (key, value) in dictionary.iter() {
            taken.set(key.clone(), self.translated(value, into)?);
        }
        Ok(taken)
    }

    fn place_of(&mut self, id: ObjectId, into: &mut Document) -> Result<ObjectId, TooMany> {
        if let Some(place) = self.taken.get(&id) {
            return Ok(*place);
        }
        if self.taken.len() >= MOST {
            return Err(TooMany);
        }
        // A place of its own at once, so that a circle ends here.
        let place = into.add_object(Object::Null);
        self.taken.insert(id, place);
        self.waiting.push(id);
        Ok(place)
    }
}

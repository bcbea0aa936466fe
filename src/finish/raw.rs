//! The objects of a file of ours as they stand in its bytes: copied, but never taken apart further than
//! to see what they refer to. Reading a file into objects takes ten times as long.

use std::ops::Range;

use crate::fault::Fault;

/// A file with the places of its objects.
pub(super) struct RawFile<'a> {
    bytes: &'a [u8],
    /// By number; none is free.
    places: Vec<Option<usize>>,
    trailer: &'a [u8],
    /// Where the table begins, and where its place is told.
    pub(super) table: usize,
    pub(super) told: usize,
}

/// One object: a value, and after a dictionary perhaps the bytes of a stream.
#[derive(Clone, Copy)]
pub(super) struct RawObject<'a> {
    pub(super) value: &'a [u8],
    pub(super) stream: Option<&'a [u8]>,
}

/// A piece of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `<<`, `[`.
    Open,
    /// `>>`, `]`.
    Close,
    /// `/Name`.
    Name,
    /// A whole number without a sign.
    Number(usize),
    /// A string, another number, or a word.
    Other,
}

/// A piece and where it stands.
pub(super) type Token = (Kind, Range<usize>);

impl<'a> RawFile<'a> {
    /// Reads the table of objects at the end of a file.
    ///
    /// # Errors
    /// A fault if it has none of the kind that we write.
    pub(super) fn read(bytes: &'a [u8]) -> Result<Self, Fault> {
        let tail = bytes.len().saturating_sub(64);
        let told = find_last(&bytes[tail..], b"startxref").ok_or_else(foreign)? + tail;
        let (Kind::Number(table), _) = token(bytes, told + 9)?.ok_or_else(foreign)? else {
            return Err(foreign());
        };
        let rest = bytes.get(table..).filter(|rest| rest.starts_with(b"xref"));
        let mut at = table + rest.map(|_| 4).ok_or_else(foreign)?;
        let mut places = Vec::new();
        loop {
            let (kind, range) = token(bytes, at)?.ok_or_else(foreign)?;
            let Kind::Number(first) = kind else {
                if bytes[range.clone()] != *b"trailer" {
                    return Err(foreign());
                }
                at = range.end;
                break;
            };
            let Some((Kind::Number(count), range)) = token(bytes, range.end)? else {
                return Err(foreign());
            };
            let mut entry = range.end;
            while bytes.get(entry).is_some_and(u8::is_ascii_whitespace) {
                entry += 1;
            }
            // A lying count finds no entry before it takes memory.
            for number in first..first.saturating_add(count) {
                let line = bytes.get(entry..entry + 18).ok_or_else(foreign)?;
                let place = std::str::from_utf8(&line[..10]).ok().and_then(|it| it.parse().ok());
                if places.len() <= number {
                    places.resize(number.min(bytes.len()) + 1, None);
                }
                places[number] = place.filter(|_| line[17] == b'n');
                entry += 20;
            }
            at = entry;
        }
        let trailer = value_at(bytes, at)?;
        let file = Self { bytes, places, trailer: &bytes[trailer], table, told };
        // What was written by steps has more than one table.
        if file.entry(file.trailer, b"Prev")?.is_some() {
            return Err(foreign());
        }
        Ok(file)
    }

    /// A value of the trailer.
    pub(super) fn in_trailer(&self, key: &[u8]) -> Result<Option<&'a [u8]>, Fault> {
        self.entry(self.trailer, key)
    }

    /// A value of a dictionary, as it stands there.
    pub(super) fn entry(
        &self,
        dictionary: &'a [u8],
        key: &[u8],
    ) -> Result<Option<&'a [u8]>, Fault> {
        let found = entries(dictionary)?.into_iter().find(|(name, _)| *name == key);
        Ok(found.map(|(_, value)| value))
    }

    /// The object with this number.
    pub(super) fn object(&self, number: usize) -> Result<RawObject<'a>, Fault> {
        let place = self.places.get(number).copied().flatten().ok_or_else(foreign)?;
        let mut at = place;
        // Number, generation, `obj`.
        for _ in 0..3 {
            at = token(self.bytes, at)?.ok_or_else(foreign)?.1.end;
        }
        let range = value_at(self.bytes, at)?;
        let value = &self.bytes[range.clone()];
        let Some((Kind::Other, after)) = token(self.bytes, range.end)? else {
            return Ok(RawObject { value, stream: None });
        };
        if self.bytes[after.clone()] != *b"stream" {
            return Ok(RawObject { value, stream: None });
        }
        let start = match self.bytes.get(after.end..) {
            Some([b'\r', b'\n', ..]) => after.end + 2,
            _ => after.end + 1,
        };
        let length = self.entry(value, b"Length")?.ok_or_else(foreign)?;
        let length = match reference(length) {
            Some(number) => self.object(number)?.value,
            None => length,
        };
        let Some((Kind::Number(length), _)) = token(length, 0)? else { return Err(foreign()) };
        let end = start.checked_add(length).ok_or_else(foreign)?;
        let stream = self.bytes.get(start..end).ok_or_else(foreign)?;
        Ok(RawObject { value, stream: Some(stream) })
    }

    /// Where an object begins if none begins after it.
    pub(super) fn last_place(&self, number: usize) -> Option<usize> {
        let place = self.places.get(number).copied().flatten()?;
        let last = self.places.iter().flatten().all(|other| *other <= place);
        (last && place < self.table).then_some(place)
    }

    /// What a value stands for: itself, or the object to which it refers.
    pub(super) fn resolved(&self, value: &'a [u8]) -> Result<&'a [u8], Fault> {
        match reference(value) {
            Some(number) => Ok(self.object(number)?.value),
            None => Ok(value),
        }
    }
}

/// The number of the object that a value refers to, if it is a reference.
pub(super) fn reference(value: &[u8]) -> Option<usize> {
    let tokens = tokens(value).ok()?;
    match tokens.as_slice() {
        [(Kind::Number(number), _), (Kind::Number(_), _), (Kind::Other, word)]
            if value[word.clone()] == *b"R" =>
        {
            Some(*number)
        }
        _ => None,
    }
}

/// A name without its stroke, and its value as it stands.
pub(super) type Entry<'a> = (&'a [u8], &'a [u8]);

/// The entries of a dictionary: names without their stroke, and values as they stand.
pub(super) fn entries(dictionary: &[u8]) -> Result<Vec<Entry<'_>>, Fault> {
    if !dictionary.starts_with(b"<<") {
        return Err(foreign());
    }
    let mut found = Vec::new();
    let mut at = 2;
    loop {
        match token(dictionary, at)?.ok_or_else(foreign)? {
            (Kind::Name, name) => {
                let value = value_at(dictionary, name.end)?;
                at = value.end;
                found.push((&dictionary[name.start + 1..name.end], &dictionary[value]));
            }
            (Kind::Close, _) => return Ok(found),
            _ => return Err(foreign()),
        }
    }
}

/// Whole values of an array.
pub(super) fn items(array: &[u8]) -> Result<Vec<&[u8]>, Fault> {
    if !array.starts_with(b"[") {
        return Err(foreign());
    }
    let mut found = Vec::new();
    let mut at = 1;
    while !matches!(token(array, at)?.ok_or_else(foreign)?.0, Kind::Close) {
        let value = value_at(array, at)?;
        at = value.end;
        found.push(&array[value]);
    }
    Ok(found)
}

/// All pieces of a value.
pub(super) fn tokens(value: &[u8]) -> Result<Vec<Token>, Fault> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(next) = token(value, at)? {
        at = next.1.end;
        found.push(next);
    }
    Ok(found)
}

/// Where the next whole value stands: a reference, an array with all that is in it.
fn value_at(bytes: &[u8], at: usize) -> Result<Range<usize>, Fault> {
    let (kind, first) = token(bytes, at)?.ok_or_else(foreign)?;
    match kind {
        Kind::Open => {
            let (mut depth, mut end) = (1, first.end);
            while depth > 0 {
                let (kind, range) = token(bytes, end)?.ok_or_else(foreign)?;
                match kind {
                    Kind::Open => depth += 1,
                    Kind::Close => depth -= 1,
                    _ => {}
                }
                end = range.end;
            }
            Ok(first.start..end)
        }
        Kind::Number(_) => {
            if let Ok(Some((Kind::Number(_), second))) = token(bytes, first.end)
                && let Ok(Some((Kind::Other, third))) = token(bytes, second.end)
                && bytes[third.clone()] == *b"R"
            {
                return Ok(first.start..third.end);
            }
            Ok(first)
        }
        Kind::Close => Err(foreign()),
        Kind::Name | Kind::Other => Ok(first),
    }
}

/// The next piece from a place on; none at the end.
fn token(bytes: &[u8], at: usize) -> Result<Option<Token>, Fault> {
    let mut at = at;
    loop {
        match bytes.get(at) {
            None => return Ok(None),
            Some(b'%') => {
                while bytes.get(at).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
                    at += 1;
                }
            }
            Some(byte) if is_white(*byte) => at += 1,
            Some(_) => break,
        }
    }
    let plain = |from: usize| {
        let rest = &bytes[from..];
        from + rest.iter().position(|byte| !is_regular(*byte)).unwrap_or(rest.len())
    };
    let (kind, end) = match &bytes[at..] {
        [b'<', b'<', ..] => (Kind::Open, at + 2),
        [b'>', b'>', ..] => (Kind::Close, at + 2),
        [b'[', ..] => (Kind::Open, at + 1),
        [b']', ..] => (Kind::Close, at + 1),
        [b'/', ..] => (Kind::Name, plain(at + 1)),
        [b'<', rest @ ..] => {
            let end = rest.iter().position(|byte| *byte == b'>').ok_or_else(foreign)?;
            (Kind::Other, at + end + 2)
        }
        [b'(', ..] => (Kind::Other, string_end(bytes, at)?),
        _ => {
            let end = plain(at);
            if end == at {
                return Err(foreign());
            }
            let word = &bytes[at..end];
            let digits = word.iter().all(u8::is_ascii_digit);
            let number = std::str::from_utf8(word).ok().filter(|_| digits);
            let number = number.and_then(|number| number.parse().ok());
            (number.map_or(Kind::Other, Kind::Number), end)
        }
    };
    Ok(Some((kind, at..end)))
}

/// Where a string ends, whose brackets may stand in pairs.
fn string_end(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let (mut depth, mut at) = (0, at);
    loop {
        match bytes.get(at).ok_or_else(foreign)? {
            b'\\' => at += 1,
            b'(' => depth += 1,
            b')' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            return Ok(at);
        }
    }
}

fn is_white(byte: u8) -> bool {
    matches!(byte, b'\0' | b'\t' | b'\n' | 12 | b'\r' | b' ')
}

fn is_regular(byte: u8) -> bool {
    !is_white(byte)
        && !matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn find_last(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).rposition(|window| window == what)
}

pub(super) fn foreign() -> Fault {
    Fault::new("PDF 不是排版写出的样子，合并不了")
}

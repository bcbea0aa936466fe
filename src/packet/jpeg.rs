//! What a JPEG says of itself (ITU-T T.81, annex B): how its colours are kept, and whether it goes on to
//! its end. Its segments are walked by their lengths: the small picture in a photograph's EXIF data has
//! marks of its own.

/// What can be told without unpacking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Segments {
    /// How every reader takes its colours; none if readers differ.
    pub(super) colours: Option<Colours>,
    /// Whether its end mark stands behind its samples. Telephones write more behind that.
    pub(super) whole: bool,
}

/// Colours that all readers take alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Colours {
    Grey,
    Rgb,
}

/// Walks the segments of a JPEG.
pub(super) fn segments(bytes: &[u8]) -> Segments {
    let mut frame = None;
    let mut marked = false;
    let mut sampled = false;
    let mut at = 2;
    let whole = loop {
        let Some(marker) = marker(bytes, &mut at) else { break false };
        match marker {
            0xD9 => break sampled,
            // These have no length.
            0x01 | 0xD0..=0xD8 => continue,
            _ => {}
        }
        let length = bytes.get(at..at + 2).map(|it| usize::from(it[0]) << 8 | usize::from(it[1]));
        let Some(body) = length.and_then(|length| bytes.get(at + 2..at + length)) else {
            break false;
        };
        at += body.len() + 2;
        match marker {
            0xC0..=0xC3 | 0xC5..=0xC7 | 0xC9..=0xCB | 0xCD..=0xCF if frame.is_none() => {
                frame = Some((marker, body));
            }
            0xE0 if body.starts_with(b"JFIF\0") => marked = true,
            0xEE if body.starts_with(b"Adobe") => marked = true,
            0xDA => {
                sampled = true;
                skip_samples(bytes, &mut at);
            }
            _ => {}
        }
    };
    let colours = frame.and_then(|(marker, body)| colours(marker, body, marked));
    Segments { colours, whole }
}

/// The next marker; whatever stands before it is passed over.
fn marker(bytes: &[u8], at: &mut usize) -> Option<u8> {
    let mut fill = false;
    loop {
        let byte = *bytes.get(*at)?;
        *at += 1;
        match byte {
            0xFF => fill = true,
            0x00 => fill = false,
            byte if fill => return Some(byte),
            _ => {}
        }
    }
}

/// Goes on to the marker that ends the samples: those of restarts and escaped bytes are among them.
fn skip_samples(bytes: &[u8], at: &mut usize) {
    while let Some(pair) = bytes.get(*at..*at + 2) {
        if pair[0] == 0xFF && !matches!(pair[1], 0x00 | 0xD0..=0xD7 | 0xFF) {
            return;
        }
        *at += 1;
    }
    *at = bytes.len();
}

/// The colours of a frame: with four parts it is meant for a press, some programs turn those round, and
/// three parts without any mark are told by their names, which not every reader looks at.
fn colours(marker: u8, frame: &[u8], marked: bool) -> Option<Colours> {
    // Sequential and progressive, of eight bits: what printers unpack.
    if !matches!(marker, 0xC0..=0xC2) || frame.first() != Some(&8) {
        return None;
    }
    let parts = usize::from(*frame.get(5)?);
    let names: Vec<u8> = frame.get(6..6 + parts * 3)?.chunks_exact(3).map(|it| it[0]).collect();
    match names.as_slice() {
        [_] => Some(Colours::Grey),
        [_, _, _] if marked || names == [1, 2, 3] => Some(Colours::Rgb),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A JPEG of segments, without samples that mean anything.
    fn of(parts: &[&[u8]]) -> Vec<u8> {
        [&[0xFF, 0xD8], parts.concat().as_slice()].concat()
    }

    const JFIF: &[u8] = b"\xFF\xE0\x00\x07JFIF\0";
    const ADOBE: &[u8] = b"\xFF\xEE\x00\x0EAdobe\x00\x64\0\0\0\0\x02";
    const GREY: &[u8] = b"\xFF\xC0\x00\x0B\x08\0\x08\0\x08\x01\x01\x11\0";
    const THREE: &[u8] = b"\xFF\xC2\x00\x11\x08\0\x08\0\x08\x03\x01\x11\0\x02\x11\0\x03\x11\0";
    const NAMED: &[u8] = b"\xFF\xC0\x00\x11\x08\0\x08\0\x08\x03R\x11\0G\x11\0B\x11\0";
    const FOUR: &[u8] =
        b"\xFF\xC0\x00\x14\x08\0\x08\0\x08\x04\x01\x11\0\x02\x11\0\x03\x11\0\x04\x11\0";
    const SAMPLES: &[u8] = b"\xFF\xDA\x00\x02\x12\xFF\x00\x34\xFF\xD0\x56";
    const END: &[u8] = b"\xFF\xD9";
    /// Data of a telephone with a small picture, whole by itself.
    const THUMB: &[u8] = b"\xFF\xE1\x00\x0CExif\0\0\xFF\xD8\xFF\xD9";

    #[test]
    fn colours_are_those_that_every_reader_sees() {
        for (parts, colours) in [
            ([JFIF, GREY], Some(Colours::Grey)),
            ([JFIF, THREE], Some(Colours::Rgb)),
            ([ADOBE, THREE], Some(Colours::Rgb)),
            ([ADOBE, NAMED], Some(Colours::Rgb)),
            ([b"", THREE], Some(Colours::Rgb)),
            ([b"", NAMED], None),
            ([b"", FOUR], None),
            ([ADOBE, FOUR], None),
        ] {
            let found = segments(&of(&[parts[0], parts[1], SAMPLES, END]));
            assert_eq!(found, Segments { colours, whole: true }, "{parts:?}");
        }
    }

    #[test]
    fn the_end_stands_behind_the_samples() {
        for (parts, whole) in [
            (vec![THUMB, GREY, SAMPLES, END], true),
            (vec![THUMB, GREY, SAMPLES, SAMPLES, END, THUMB, b"more"], true),
            (vec![THUMB, GREY, SAMPLES], false),
            (vec![THUMB, GREY], false),
            (vec![THUMB, GREY, END], false),
            (vec![THUMB, b"\xFF"], false),
            (vec![b"\xFF\xE1\xFF\xFF", END], false),
            (vec![b"\xFF\xE1\x00\x00", GREY, SAMPLES, END], false),
        ] {
            assert_eq!(segments(&of(&parts)).whole, whole, "{parts:?}");
        }
        assert!(!segments(b"").whole && !segments(b"\xFF\xD8\xFF").whole);
    }
}

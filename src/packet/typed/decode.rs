//! Bytes to text: the encodings in which Chinese programs write text files.

use encoding_rs::{GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// The text of these bytes: UTF-8 or UTF-16 by its byte order mark, else UTF-8, else GB18030 (and so
/// GBK and GB2312). None if they are no text.
pub(super) fn text(bytes: &[u8]) -> Option<String> {
    let marked = [UTF_8, UTF_16LE, UTF_16BE].into_iter().find(|encoding| {
        let mark: &[u8] = match encoding.name() {
            "UTF-8" => &[0xEF, 0xBB, 0xBF],
            "UTF-16LE" => &[0xFF, 0xFE],
            _ => &[0xFE, 0xFF],
        };
        bytes.starts_with(mark)
    });
    let text = match marked {
        Some(encoding) => {
            let (text, broken) = encoding.decode_with_bom_removal(bytes);
            (!broken).then(|| text.into_owned())?
        }
        None => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => {
                GB18030.decode_without_bom_handling_and_without_replacement(bytes)?.into_owned()
            }
        },
    };
    (!text.contains(is_of_no_text)).then_some(text)
}

/// Characters that stand in files of other kinds and in no text: a printer's page break (U+000C) and a
/// line break within a paragraph (U+000B) do stand in texts.
fn is_of_no_text(mark: char) -> bool {
    matches!(mark, '\0'..='\u{8}' | '\u{E}'..='\u{19}' | '\u{1C}'..='\u{1F}')
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn knows_what_chinese_programs_write() {
        for bytes in [
            "成文\r\n".as_bytes().to_vec(),
            "\u{FEFF}成文\r\n".as_bytes().to_vec(),
            vec![0xB3, 0xC9, 0xCE, 0xC4, 0x0D, 0x0A],
            "\u{FEFF}成文\r\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
            "\u{FEFF}成文\r\n".encode_utf16().flat_map(u16::to_be_bytes).collect(),
        ] {
            assert_eq!(text(&bytes).as_deref(), Some("成文\r\n"), "{bytes:?}");
        }
        assert_eq!(text(b"").as_deref(), Some(""));
    }

    #[test]
    fn other_files_are_no_text() {
        for bytes in [
            b"PK\x03\x04\x14\x00\x06\x00".as_slice(),
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\x00\x00",
            b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n\x00\x01",
            b"\x89PNG\r\n\x1A\n\x00\x00\x00\x0DIHDR",
            b"\xFF\xFEa",
            b"\x80\xFF\xFF",
        ] {
            assert_eq!(text(bytes), None, "{bytes:?}");
        }
    }
}

//! Codes to verify a certificate by (查验码): random, short enough to be typed, and never guessed.

use crate::fault::Fault;

/// Crockford's base 32: no I, L, O or U, which are misread.
const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Digits of a code, each of 5 bits: 80 bits.
const LENGTH: usize = 16;

/// Digits of a group, as a code is printed.
const GROUP: usize = 4;

/// A new code.
pub(super) fn new() -> Result<String, Fault> {
    let mut bytes = [0_u8; LENGTH];
    getrandom::fill(&mut bytes).map_err(|error| Fault::new(format!("系统不给随机数：{error}")))?;
    Ok(bytes.iter().map(|byte| char::from(DIGITS[usize::from(byte & 31)])).collect())
}

/// A code as it is printed, in groups of four.
#[must_use]
pub fn printed(code: &str) -> String {
    let digits: Vec<char> = code.chars().collect();
    digits.chunks(GROUP).map(String::from_iter).collect::<Vec<_>>().join("-")
}

/// What was typed or scanned, as a code is kept: misread digits are put right, groups joined. None if it
/// can be no code.
#[must_use]
pub fn typed(text: &str) -> Option<String> {
    let mut code = String::new();
    for mark in text.chars() {
        let mark = match mark.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            '-' | '－' | '—' => continue,
            mark if mark.is_whitespace() => continue,
            // Input methods write these.
            mark @ '\u{FF01}'..='\u{FF5E}' => {
                let half = char::from_u32(u32::from(mark) - 0xFEE0)?.to_ascii_uppercase();
                match half {
                    'O' => '0',
                    'I' | 'L' => '1',
                    '-' => continue,
                    half => half,
                }
            }
            mark => mark,
        };
        if !mark.is_ascii() || !DIGITS.contains(&(mark as u8)) || code.len() == LENGTH {
            return None;
        }
        code.push(mark);
    }
    (code.len() == LENGTH).then_some(code)
}

#[cfg(test)]
mod tests {
    use super::{new, printed, typed};

    #[test]
    fn what_is_printed_is_what_is_typed() {
        let code = new().expect("random");
        assert_eq!(code.len(), 16);
        assert_ne!(code, new().expect("random"));
        assert_eq!(typed(&printed(&code)), Some(code.clone()));
        assert_eq!(typed(&format!(" {} ", printed(&code).to_lowercase())), Some(code));
        assert_eq!(typed("oil0-OIL1-2345-678９").as_deref(), Some("0110011123456789"));
        assert_eq!(typed("ABCD-EFGH-JKMN-PQR"), None);
        assert_eq!(typed("ABCD-EFGH-JKMN-PQRSU"), None);
        assert_eq!(typed("证书"), None);
    }
}

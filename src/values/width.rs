//! Full-width forms (全角) to half-width ones (半角), for the corrections that are proposed.

/// The text with full-width ASCII and the ideographic space as their half-width forms.
#[must_use]
pub fn half(text: &str) -> String {
    text.chars().map(half_of).collect()
}

/// The half-width form of one character, or the character itself.
#[must_use]
pub fn half_of(mark: char) -> char {
    match mark {
        // U+FF01..U+FF5E stand in the order of ASCII 21..7E.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(mark as u32 - 0xFEE0).unwrap_or(mark),
        '\u{3000}' => ' ',
        // Dashes that an input method gives for the hyphen.
        '—' | '–' | '‐' | '―' => '-',
        _ => mark,
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn makes_half_width() {
        assert_eq!(half("０３５１—４１２３４５６　ＡＢ"), "0351-4123456 AB");
        assert_eq!(half("太原市"), "太原市");
    }
}

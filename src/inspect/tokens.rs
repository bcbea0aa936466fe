//! The words of a content stream (ISO 32000-1, 7.8.2), one operator with its operands at a time.
//!
//! A page that stops being understood at its first odd byte would be half measured without a sign of
//! it. So this reader steps over what it does not know, and its nesting has a limit.

/// An operand.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Number(f64),
    Name(Vec<u8>),
    Text(Vec<u8>),
    /// An array of numbers and texts; deeper arrays and dictionaries hold nothing to measure.
    List(Vec<Self>),
    Other,
}

/// More operands than any operator takes; a stream of numbers must not fill the memory.
const MOST_OPERANDS: usize = 64;

/// Reads operators one after the other.
pub(super) struct Tokens<'a> {
    bytes: &'a [u8],
    at: usize,
}

enum Token<'a> {
    Operand(Operand),
    Word(&'a [u8]),
    Open,
    Close,
    OpenMap,
    CloseMap,
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | 0 | 12)
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, b'(' | b')' | b'<' | b'>' | b'[' | b']' | b'{' | b'}' | b'/' | b'%')
}

fn hexadecimal(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

impl<'a> Tokens<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 0 }
    }

    /// The next operator, its operands in `operands`; none at the end of the stream.
    pub(super) fn next(&mut self, operands: &mut Vec<Operand>) -> Option<&'a [u8]> {
        operands.clear();
        loop {
            let operand = match self.token()? {
                Token::Word(b"BI") => {
                    self.skip_image();
                    operands.clear();
                    continue;
                }
                Token::Word(b"true" | b"false" | b"null") => Operand::Other,
                Token::Word(word) => return Some(word),
                Token::Operand(operand) => operand,
                Token::Open => self.list(),
                Token::OpenMap => {
                    self.skip_map();
                    Operand::Other
                }
                Token::Close | Token::CloseMap => continue,
            };
            if operands.len() < MOST_OPERANDS {
                operands.push(operand);
            }
        }
    }

    fn list(&mut self) -> Operand {
        let mut parts = Vec::new();
        let mut depth = 1_usize;
        while let Some(token) = self.token() {
            match token {
                Token::Open | Token::OpenMap => depth += 1,
                Token::Close | Token::CloseMap => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                Token::Operand(operand) if depth == 1 => parts.push(operand),
                Token::Operand(_) | Token::Word(_) => {}
            }
        }
        Operand::List(parts)
    }

    fn skip_map(&mut self) {
        let mut depth = 1_usize;
        while let Some(token) = self.token() {
            match token {
                Token::OpenMap => depth += 1,
                Token::CloseMap => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return;
            }
        }
    }

    /// An inline image's bytes end with `EI` between spaces.
    fn skip_image(&mut self) {
        let rest = &self.bytes[self.at.min(self.bytes.len())..];
        let end = rest.windows(4).position(|part| {
            is_space(part[0]) && &part[1..3] == b"EI" && (is_space(part[3]) || part[3] == b'Q')
        });
        self.at = end.map_or(self.bytes.len(), |end| self.at + end + 3);
    }

    fn token(&mut self) -> Option<Token<'a>> {
        loop {
            let byte = *self.bytes.get(self.at)?;
            if is_space(byte) {
                self.at += 1;
            } else if byte == b'%' {
                while self.bytes.get(self.at).is_some_and(|byte| !matches!(byte, b'\n' | b'\r')) {
                    self.at += 1;
                }
            } else {
                break;
            }
        }
        let start = self.at;
        let first = self.bytes[start];
        self.at += 1;
        let second = self.bytes.get(self.at).copied();
        Some(match first {
            b'(' => Token::Operand(Operand::Text(self.literal())),
            b'<' if second == Some(b'<') => {
                self.at += 1;
                Token::OpenMap
            }
            b'<' => Token::Operand(Operand::Text(self.hexadecimal())),
            b'>' if second == Some(b'>') => {
                self.at += 1;
                Token::CloseMap
            }
            b'[' => Token::Open,
            b']' => Token::Close,
            b'/' => Token::Operand(Operand::Name(self.name())),
            b'>' | b')' | b'{' | b'}' => return self.token_after_stray(),
            _ => {
                while self
                    .bytes
                    .get(self.at)
                    .is_some_and(|&byte| !is_space(byte) && !is_delimiter(byte))
                {
                    self.at += 1;
                }
                let word = &self.bytes[start..self.at];
                match number(word) {
                    Some(number) => Token::Operand(Operand::Number(number)),
                    None => Token::Word(word),
                }
            }
        })
    }

    /// Stray delimiters may stand in any number; they are stepped over without going deeper.
    fn token_after_stray(&mut self) -> Option<Token<'a>> {
        while matches!(self.bytes.get(self.at), Some(b'>' | b')' | b'{' | b'}')) {
            self.at += 1;
        }
        self.bytes.get(self.at)?;
        Some(Token::Operand(Operand::Other))
    }

    fn literal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut depth = 1_usize;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            match byte {
                b'(' => depth += 1,
                b')' => {
                    depth -= 1;
                    if depth == 0 {
                        break;
                    }
                }
                b'\\' => {
                    self.escaped(&mut text);
                    continue;
                }
                _ => {}
            }
            text.push(byte);
        }
        text
    }

    fn escaped(&mut self, text: &mut Vec<u8>) {
        let Some(&byte) = self.bytes.get(self.at) else { return };
        self.at += 1;
        match byte {
            b'n' => text.push(b'\n'),
            b'r' => text.push(b'\r'),
            b't' => text.push(b'\t'),
            b'b' => text.push(8),
            b'f' => text.push(12),
            b'\n' => {}
            b'\r' => {
                if self.bytes.get(self.at) == Some(&b'\n') {
                    self.at += 1;
                }
            }
            b'0'..=b'7' => {
                let mut value = u32::from(byte - b'0');
                for _ in 0..2 {
                    match self.bytes.get(self.at) {
                        Some(&digit @ b'0'..=b'7') => {
                            value = value * 8 + u32::from(digit - b'0');
                            self.at += 1;
                        }
                        _ => break,
                    }
                }
                text.push(value.to_le_bytes()[0]);
            }
            other => text.push(other),
        }
    }

    fn hexadecimal(&mut self) -> Vec<u8> {
        let mut text = Vec::new();
        let mut half = None;
        while let Some(&byte) = self.bytes.get(self.at) {
            self.at += 1;
            if byte == b'>' {
                break;
            }
            let Some(digit) = hexadecimal(byte) else { continue };
            match half.take() {
                None => half = Some(digit),
                Some(high) => text.push(high << 4 | digit),
            }
        }
        text.extend(half.map(|high| high << 4));
        text
    }

    fn name(&mut self) -> Vec<u8> {
        let mut name = Vec::new();
        while let Some(&byte) = self.bytes.get(self.at) {
            if is_space(byte) || is_delimiter(byte) {
                break;
            }
            self.at += 1;
            let digits = (byte == b'#')
                .then(|| {
                    let high = hexadecimal(*self.bytes.get(self.at)?)?;
                    let low = hexadecimal(*self.bytes.get(self.at + 1)?)?;
                    Some(high << 4 | low)
                })
                .flatten();
            if digits.is_some() {
                self.at += 2;
            }
            name.push(digits.unwrap_or(byte));
        }
        name
    }
}

/// Numbers as PDF writes them: no exponent, and some writers leave out a digit or double a sign.
fn number(word: &[u8]) -> Option<f64> {
    if !matches!(word.first()?, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return None;
    }
    let text = std::str::from_utf8(word).ok()?;
    if !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'+' | b'-' | b'.')) {
        return None;
    }
    let negative = text.starts_with('-');
    let digits = text.trim_start_matches(['-', '+']);
    let digits = digits.split(['-', '+']).next().unwrap_or_default();
    if digits.is_empty() || digits == "." {
        return Some(0.0);
    }
    let value: f64 = digits.parse().ok()?;
    Some(if negative { -value } else { value })
}

#[cfg(test)]
mod tests {
    use super::{Operand, Tokens};

    fn operators(content: &str) -> Vec<(String, Vec<Operand>)> {
        let mut tokens = Tokens::new(content.as_bytes());
        let (mut operands, mut found) = (Vec::new(), Vec::new());
        while let Some(word) = tokens.next(&mut operands) {
            found.push((String::from_utf8_lossy(word).into_owned(), operands.clone()));
        }
        found
    }

    #[test]
    fn operators_come_with_their_operands() {
        let found = operators("1 0 0 -1 .5 -.5 cm /F#31 12 Tf [(a\\051)-20<4142>]TJ % end\nET");
        let words: Vec<&str> = found.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["cm", "Tf", "TJ", "ET"]);
        assert_eq!(found[0].1[3], Operand::Number(-1.0));
        assert_eq!(found[0].1[5], Operand::Number(-0.5));
        assert_eq!(found[1].1[0], Operand::Name(b"F1".to_vec()));
        let parts = vec![
            Operand::Text(b"a)".to_vec()),
            Operand::Number(-20.0),
            Operand::Text(b"AB".to_vec()),
        ];
        assert_eq!(found[2].1, [Operand::List(parts)]);
    }

    #[test]
    fn what_is_odd_is_stepped_over() {
        let found = operators("q ))>> } BI /W 1 ID \x01(]\x02 EI Q << /A << /B 1 >> >> BDC 1 w");
        let words: Vec<&str> = found.iter().map(|(word, _)| word.as_str()).collect();
        assert_eq!(words, ["q", "Q", "BDC", "w"]);
        let deep = format!("{}1{} w 2 w", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(operators(&deep).len(), 2);
        assert!(operators("(never closed").is_empty());
    }
}

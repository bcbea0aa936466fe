//! Lines in JSON and TOML files, so that a fault can be found with an editor.

use std::ops::Range;

use toml::Spanned;

/// The line (from 1) on which a byte offset stands.
#[must_use]
pub(super) fn line_of(text: &str, offset: usize) -> usize {
    let end = offset.min(text.len());
    text.as_bytes()[..end].iter().filter(|&&byte| byte == b'\n').count() + 1
}

/// The line (from 1) on which the value of a JSON pointer starts, in a text that is valid JSON.
///
/// A pointer that leads nowhere gives the line of its deepest part that exists.
#[must_use]
pub(super) fn line_of_pointer(text: &str, pointer: &str) -> usize {
    let mut scanner = Scanner { text: text.as_bytes(), at: 0 };
    let mut deepest = 0;
    scanner.find(pointer, &mut deepest);
    line_of(text, deepest)
}

/// Walks over JSON that a parser has already accepted.
struct Scanner<'a> {
    text: &'a [u8],
    at: usize,
}

impl Scanner<'_> {
    /// Goes over one value; `wanted` is the rest of the pointer from here. True once it is found.
    fn find(&mut self, wanted: &str, deepest: &mut usize) -> bool {
        self.blank();
        *deepest = self.at;
        if wanted.is_empty() {
            return true;
        }
        let (step, rest) = split(wanted);
        match self.peek() {
            Some(b'{') => {
                self.at += 1;
                loop {
                    self.blank();
                    if self.peek() != Some(b'"') {
                        return false;
                    }
                    let key = self.string();
                    self.blank();
                    self.at += 1; // the colon
                    let here = &self.text[key];
                    if serde_json::from_slice::<String>(here).is_ok_and(|key| key == step) {
                        return self.find(rest, deepest);
                    }
                    self.skip();
                    self.blank();
                    if self.peek() != Some(b',') {
                        return false;
                    }
                    self.at += 1;
                }
            }
            Some(b'[') => {
                self.at += 1;
                let mut index = 0;
                loop {
                    self.blank();
                    if self.peek() == Some(b']') || self.peek().is_none() {
                        return false;
                    }
                    if step == index.to_string() {
                        return self.find(rest, deepest);
                    }
                    self.skip();
                    self.blank();
                    if self.peek() != Some(b',') {
                        return false;
                    }
                    self.at += 1;
                    index += 1;
                }
            }
            _ => false,
        }
    }

    fn skip(&mut self) {
        self.blank();
        let mut depth = 0_usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => {
                    self.string();
                    if depth == 0 {
                        return;
                    }
                }
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' if depth == 0 => return,
                b'}' | b']' => {
                    depth -= 1;
                    self.at += 1;
                    if depth == 0 {
                        return;
                    }
                }
                b',' if depth == 0 => return,
                _ => self.at += 1,
            }
        }
    }

    fn string(&mut self) -> Range<usize> {
        let start = self.at;
        self.at += 1;
        while let Some(byte) = self.peek() {
            self.at += if byte == b'\\' { 2 } else { 1 };
            if byte == b'"' {
                break;
            }
        }
        start..self.at.min(self.text.len())
    }

    fn blank(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }
}

fn split(pointer: &str) -> (String, &str) {
    let body = pointer.strip_prefix('/').unwrap_or(pointer);
    let end = body.find('/').unwrap_or(body.len());
    (body[..end].replace("~1", "/").replace("~0", "~"), &body[end..])
}

/// The line on which a text of a TOML file begins: a text in three quotation marks begins below them.
pub(super) fn first_line(toml: &str, text: &Spanned<String>) -> usize {
    let start = text.span().start;
    let opened = toml.get(start..).unwrap_or_default();
    let below = ["\"\"\"", "'''"]
        .iter()
        .filter_map(|marks| opened.strip_prefix(marks))
        .any(|rest| rest.starts_with(['\n', '\r']));
    line_of(toml, start) + usize::from(below)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_line_of_a_pointer() {
        let text = "{\n \"a\": {\"x\": \"}]\\\"\"},\n \"b\": [1,\n  {\"c/d\":\n 2}]\n}";
        assert_eq!(line_of_pointer(text, ""), 1);
        assert_eq!(line_of_pointer(text, "/a/x"), 2);
        assert_eq!(line_of_pointer(text, "/b/1"), 4);
        assert_eq!(line_of_pointer(text, "/b/1/c~1d"), 5);
        assert_eq!(line_of_pointer(text, "/b/1/none"), 4);
    }
}

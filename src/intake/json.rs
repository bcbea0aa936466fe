//! Bytes to JSON: says line and column of a slip, and refuses a key that stands twice.

use std::cell::RefCell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::catalog::escape;
use crate::values::Finding;

/// What was read, and what was found on the way: each finding with its pointer.
pub(super) struct Read {
    pub value: Option<Value>,
    pub findings: Vec<(String, Finding)>,
}

/// The most keys that are told to stand twice; whoever has more has the wrong file. Each is told with its
/// pointer, which may be as long as the text.
const TWICE: usize = 100;

/// Reads one JSON text; duplicate keys are found at once, the first value of each is kept.
pub(super) fn read(bytes: &[u8]) -> Read {
    let mut findings = Vec::new();
    let bytes = match bytes.strip_prefix(b"\xEF\xBB\xBF") {
        // Windows Notepad writes a byte order mark; it says nothing and harms nothing.
        Some(rest) => rest,
        None => bytes,
    };
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
            findings.push((String::new(), Finding::problem("json.encoding").with("line", line)));
            return Read { value: None, findings };
        }
    };
    if text.trim().is_empty() {
        findings.push((String::new(), Finding::problem("json.empty")));
        return Read { value: None, findings };
    }
    let duplicates = RefCell::new(Vec::new());
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let place = Place { trail: None, duplicates: &duplicates };
    let value = place
        .deserialize(&mut deserializer)
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| findings.push((String::new(), syntax(text, &error))))
        .ok();
    findings.extend(
        duplicates.into_inner().into_iter().map(|(pointer, key)| {
            (pointer, Finding::problem("json.duplicate-key").with("key", key))
        }),
    );
    Read { value, findings }
}

fn syntax(text: &str, error: &serde_json::Error) -> Finding {
    let (line, column) = (error.line(), error.column());
    let message = error.to_string();
    let what = match message.split(" at line ").next().unwrap_or(&message) {
        m if m.starts_with("EOF") => "内容不完整，缺少结尾的括号或引号",
        m if m.starts_with("trailing comma") => "最后一项后面多了逗号",
        m if m.starts_with("trailing characters") => "结尾之后还有多余的内容",
        m if m.starts_with("key must be a string") => "字段名应放在半角双引号里",
        m if m.starts_with("expected `:`") => "字段名后面应为半角冒号",
        m if m.starts_with("expected `,`") => "两项之间应有半角逗号，或括号没有配对",
        m if m.starts_with("control character") => {
            "上一行的文字没有以半角双引号结束；文字里的换行应写作 \\n"
        }
        m if m.starts_with("invalid escape") => "反斜杠后面的字符不合规定，反斜杠本身应写作 \\\\",
        m if m.contains("surrogate") || m.starts_with("unexpected end of hex") => {
            "\\u 转义不完整，请直接写汉字"
        }
        m if m.starts_with("number out of range") => "数字超出范围",
        m if m.starts_with("invalid number") => "数字写法不对",
        m if m.starts_with("recursion limit") => "括号嵌套过深",
        _ => "此处应为文字、数字、true、false、null、[ 或 {",
    };
    let mut finding = Finding::problem("json.syntax")
        .with("line", line)
        .with("column", column_in_characters(text, line, column))
        .with("what", what);
    if text.lines().nth(line.saturating_sub(1)).is_some_and(|content| content.contains("//")) {
        finding = finding.with("hint", "JSON 里不能写注释，请删去");
    } else if message.starts_with("expected `,`") {
        finding = finding.with("hint", "文字里面的引号请用“ ”");
    }
    if let Some(mark) = full_width_near(text, line, column) {
        finding = finding.with("full_width", mark.to_string());
    }
    finding
}

/// The library counts bytes; a reader counts characters.
fn column_in_characters(text: &str, line: usize, column: usize) -> usize {
    let content = text.lines().nth(line.saturating_sub(1)).unwrap_or_default();
    content.char_indices().filter(|(at, _)| *at < column).count().max(1)
}

/// A full-width mark at the place of the slip, which an input method has put for a half-width one.
fn full_width_near(text: &str, line: usize, column: usize) -> Option<char> {
    let content = text.lines().nth(line.saturating_sub(1))?;
    content
        .char_indices()
        .filter(|(at, mark)| {
            let end = at + mark.len_utf8();
            *at < column && end + 3 > column
        })
        .map(|(_, mark)| mark)
        .find(|mark| "，：“”‘’｛｝［］【】；".contains(*mark))
}

/// One place of the text that is being read.
#[derive(Clone, Copy)]
struct Place<'a> {
    trail: Option<&'a Trail<'a>>,
    duplicates: &'a RefCell<Vec<(String, String)>>,
}

/// The steps from a place up to the root; a pointer is only written when it is needed.
struct Trail<'a> {
    up: Option<&'a Self>,
    step: Step<'a>,
}

enum Step<'a> {
    Key(&'a str),
    Item(usize),
}

impl Trail<'_> {
    fn pointer(&self) -> String {
        let above = self.up.map(Self::pointer).unwrap_or_default();
        match self.step {
            Step::Key(key) => format!("{above}/{}", escape(key)),
            Step::Item(at) => format!("{above}/{at}"),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        // 7.0 and 7 are one number, and must be one record. Beyond 2^53 they cannot be told apart.
        if value.fract() == 0.0 && value.abs() < 9_007_199_254_740_992.0 {
            #[expect(clippy::cast_possible_truncation, reason = "a whole number below 2^53")]
            return Ok(Value::Number((value as i64).into()));
        }
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let trail = Trail { up: self.trail, step: Step::Item(list.len()) };
            let place = Place { trail: Some(&trail), duplicates: self.duplicates };
            match items.next_element_seed(place)? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let trail = Trail { up: self.trail, step: Step::Key(&key) };
            let place = Place { trail: Some(&trail), duplicates: self.duplicates };
            let value = entries.next_value_seed(place)?;
            if map.contains_key(&key) {
                let mut duplicates = self.duplicates.borrow_mut();
                if duplicates.len() < TWICE {
                    duplicates.push((trail.pointer(), key));
                }
            } else {
                map.insert(key, value);
            }
        }
        Ok(Value::Object(map))
    }
}

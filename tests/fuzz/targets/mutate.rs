//! Changes to an input: bytes, words, and, where the input ends in JSON, values.

use serde_json::Value;

/// Numbers that are always the same after the same start (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn from(start: u64) -> Self {
        Self(start)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `most`, which is at least 1.
    pub(crate) fn below(&mut self, most: usize) -> usize {
        usize::try_from(self.next() % (most.max(1) as u64)).expect("it is below a usize")
    }

    fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }
}

/// A few changes to an input, of bytes or of values.
pub(crate) fn changed(
    input: &[u8],
    other: &[u8],
    words: &[Vec<u8>],
    chance: &mut Chance,
) -> Vec<u8> {
    if chance.below(2) == 0
        && let Some(changed) = in_values(input, words, chance)
    {
        return changed;
    }
    let mut bytes = input.to_vec();
    for _ in 0..=chance.below(4) {
        in_bytes(&mut bytes, other, words, chance);
    }
    bytes
}

fn in_bytes(bytes: &mut Vec<u8>, other: &[u8], words: &[Vec<u8>], chance: &mut Chance) {
    let at = chance.below(bytes.len());
    let end = (at + 1 + chance.below(24)).min(bytes.len());
    match chance.below(8) {
        0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
        1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).unwrap_or_default(),
        2 if at < end => drop(bytes.drain(at..end)),
        3 if at < end => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        4 => bytes.truncate(at),
        5 => {
            let from = chance.below(other.len());
            let to = (from + 1 + chance.below(64)).min(other.len());
            bytes.splice(at..at, other.get(from..to).unwrap_or_default().iter().copied());
        }
        6 if at < end => {
            let word = chance.of(words).cloned().unwrap_or_default();
            bytes.splice(at..end, word);
        }
        _ => {
            let word = chance.of(words).cloned().unwrap_or_default();
            bytes.splice(at..at, word);
        }
    }
}

/// One to three values changed in the JSON that an input ends with, if it does.
pub(crate) fn in_values(input: &[u8], words: &[Vec<u8>], chance: &mut Chance) -> Option<Vec<u8>> {
    let start = input.iter().position(|byte| matches!(byte, b'{' | b'['))?;
    let mut value: Value = serde_json::from_slice(&input[start..]).ok()?;
    for _ in 0..=chance.below(3) {
        let mut places = 0;
        count(&value, &mut places);
        let mut left = chance.below(places);
        change(&mut value, &mut left, words, chance);
    }
    Some([&input[..start], value.to_string().as_bytes()].concat())
}

fn count(value: &Value, places: &mut usize) {
    *places += 1;
    match value {
        Value::Object(entries) => entries.values().for_each(|value| count(value, places)),
        Value::Array(items) => items.iter().for_each(|value| count(value, places)),
        _ => {}
    }
}

/// Changes the value that comes after `left` others; gives whether that has been done.
fn change(value: &mut Value, left: &mut usize, words: &[Vec<u8>], chance: &mut Chance) -> bool {
    if *left == 0 {
        *value = fresh(value.clone(), words, chance);
        return true;
    }
    *left -= 1;
    match value {
        Value::Object(entries) => {
            entries.values_mut().any(|value| change(value, left, words, chance))
        }
        Value::Array(items) => items.iter_mut().any(|value| change(value, left, words, chance)),
        _ => false,
    }
}

/// Characters that have made trouble somewhere.
const ODD: [char; 22] = [
    '\0',
    '\u{1b}',
    '\n',
    '\t',
    ' ',
    '\u{3000}',
    '\u{200b}',
    '\u{202e}',
    '\u{feff}',
    '\u{fffd}',
    '〇',
    '○',
    '０',
    'Ａ',
    '\u{2f00}',
    '\u{f900}',
    '\u{20000}',
    '\u{323b0}',
    '\u{1f600}',
    '\u{e000}',
    '\u{301}',
    '"',
];

fn fresh(value: Value, words: &[Vec<u8>], chance: &mut Chance) -> Value {
    let word = |chance: &mut Chance| {
        let word = chance.of(words)?;
        serde_json::from_slice(word).ok()
    };
    match (value, chance.below(10)) {
        (_, 0) => Value::Null,
        (_, 1) => word(chance).unwrap_or_default(),
        (Value::String(text), 2..) => {
            let mut marks: Vec<char> = text.chars().collect();
            let at = chance.below(marks.len() + 1);
            match chance.below(6) {
                0 => marks.insert(at, ODD[chance.below(ODD.len())]),
                1 => marks.truncate(at),
                2 => marks.splice(at..at, text.chars()).for_each(drop),
                3 if at < marks.len() => drop(marks.remove(at)),
                4 => {
                    let number = u32::try_from(chance.below(0x11_0000)).unwrap_or_default();
                    marks.insert(at, char::from_u32(number).unwrap_or('一'));
                }
                _ if at < marks.len() => {
                    let near = (u32::from(marks[at])).wrapping_add(1);
                    marks[at] = char::from_u32(near).unwrap_or('二');
                }
                _ => marks.push('五'),
            }
            Value::String(marks.into_iter().collect())
        }
        (Value::Object(mut entries), 2..) => {
            let keys: Vec<String> = entries.keys().cloned().collect();
            let key = chance.of(&keys).cloned().unwrap_or_default();
            let named = word(chance).and_then(|it| it.as_str().map(str::to_owned));
            match chance.below(3) {
                0 => drop(entries.shift_remove(&key)),
                1 => drop(
                    entries.insert(named.unwrap_or_default(), word(chance).unwrap_or_default()),
                ),
                _ => {
                    let moved = entries.shift_remove(&key).unwrap_or_default();
                    entries.insert(named.unwrap_or(key), moved);
                }
            }
            Value::Object(entries)
        }
        (Value::Array(mut items), 2..) => {
            let at = chance.below(items.len());
            match chance.below(3) {
                0 if at < items.len() => drop(items.remove(at)),
                1 if at < items.len() => items.insert(at, items[at].clone()),
                _ => items.push(word(chance).unwrap_or_default()),
            }
            Value::Array(items)
        }
        (Value::Number(number), 2..=6) => {
            let by = i64::try_from(chance.below(5)).unwrap_or_default() - 2;
            Value::from(number.as_i64().unwrap_or_default().saturating_add(by))
        }
        (value, 7) => Value::Array(vec![value]),
        (value, 8) => Value::String(value.to_string()),
        (_, 9) => Value::from(chance.next()),
        (_, _) => Value::from(0.5),
    }
}

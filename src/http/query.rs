//! Queries: what is asked beside the record. All slips are told at once, with what is allowed.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Value, json};

use super::problem::Problem;
use super::words::{COPIES, SIDES, STANDARDS, YES};
use crate::app::{Options, Output};
use crate::typeset::Offset;

/// Pixels per point of a preview: 144 dpi, as on the command line.
const PIXELS_PER_POINT: f64 = 2.0;

/// A query that is being read: each key is taken once, what is left is unknown.
pub(super) struct Query {
    pairs: Vec<(String, String)>,
    known: Vec<&'static str>,
    slips: Vec<Value>,
}

impl Query {
    fn of(parts: &Parts) -> Self {
        let raw = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(raw.as_bytes()).into_owned().collect();
        Self { pairs, known: Vec::new(), slips: Vec::new() }
    }

    /// One of these words.
    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        choices: &[(&str, T)],
    ) -> Option<T> {
        let given = self.take(key)?;
        let chosen = choices.iter().find(|(word, _)| *word == given);
        if chosen.is_none() {
            let words = choices.iter().map(|(word, _)| *word).filter(|word| !word.is_empty());
            let words: Vec<&str> = words.collect();
            self.slip(key, &given, &words);
        }
        chosen.map(|(_, choice)| *choice)
    }

    /// One of these names, which the document's owner gave.
    pub(super) fn name<'a>(
        &mut self,
        key: &'static str,
        names: impl Iterator<Item = &'a str>,
    ) -> Option<&'a str> {
        let choices: Vec<(&str, &str)> = names.map(|name| (name, name)).collect();
        self.choice(key, &choices)
    }

    /// A whole number within bounds.
    pub(super) fn number(
        &mut self,
        key: &'static str,
        bounds: std::ops::RangeInclusive<usize>,
    ) -> Option<usize> {
        let given = self.take(key)?;
        let number = given.parse().ok().filter(|number| bounds.contains(number));
        if number.is_none() {
            let allowed = match *bounds.end() {
                usize::MAX => format!("从{}起的整数", bounds.start()),
                end => format!("{}至{end}的整数", bounds.start()),
            };
            self.slip(key, &given, &[&allowed]);
        }
        number
    }

    /// How the file is to be printed.
    pub(super) fn printing(&mut self) -> Options {
        Options {
            sides: self.choice("sides", &SIDES),
            standard: self.choice("standard", &STANDARDS),
            copies: self
                .number("copies", COPIES)
                .and_then(|copies| u8::try_from(copies).ok())
                .unwrap_or(1),
            overprint: self.overprint(),
            output: Output::Pdf,
        }
    }

    /// Whether stock is overprinted, and how far the rest is moved.
    pub(super) fn overprint(&mut self) -> Option<Offset> {
        let wanted = self.choice("overprint", &YES).unwrap_or_default();
        let offset = self.offset();
        if let (Some(offset), false) = (offset, wanted) {
            self.slip("offset", &offset.to_string(), &["同时写 overprint=yes 时的偏移"]);
        }
        wanted.then_some(offset.unwrap_or_default())
    }

    /// How far everything is moved.
    pub(super) fn offset(&mut self) -> Option<Offset> {
        let given = self.take("offset").filter(|given| !given.is_empty())?;
        let offset = Offset::parse(&given);
        if let Err(what) = &offset {
            self.slip("offset", &given, &[what]);
        }
        offset.ok()
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was wrong or unknown.
    pub(super) fn end(mut self) -> Result<(), Problem> {
        for (key, value) in std::mem::take(&mut self.pairs) {
            let sentence = if self.known.contains(&key.as_str()) {
                format!("参数“{key}”写了两次")
            } else if self.known.is_empty() {
                format!("没有参数“{key}”，这个地址不带参数")
            } else {
                format!("没有参数“{key}”，可用：{}", self.known.join("、"))
            };
            let (known, name) = (&self.known, &key);
            self.slips.push(
                json!({ "name": name, "value": value, "allowed": known, "sentence": sentence }),
            );
        }
        if self.slips.is_empty() {
            return Ok(());
        }
        let sentences: Vec<&str> =
            self.slips.iter().filter_map(|slip| slip["sentence"].as_str()).collect();
        Err(Problem::of_query(sentences.join("；"), Value::Array(self.slips.clone())))
    }

    fn take(&mut self, key: &'static str) -> Option<String> {
        self.known.push(key);
        let at = self.pairs.iter().position(|(name, _)| name == key)?;
        Some(self.pairs.remove(at).1)
    }

    /// Any text.
    pub(super) fn text(&mut self, key: &'static str) -> Option<String> {
        self.take(key)
    }

    /// Notes that a value cannot be so, and what can.
    pub(super) fn slip(&mut self, key: &str, given: &str, allowed: &[&str]) {
        let sentence = if allowed.is_empty() {
            format!("{key} 不能是“{given}”，这份文书没有可选的名称")
        } else {
            format!("{key} 不能是“{given}”，可用：{}", allowed.join("、"))
        };
        self.slips
            .push(json!({ "name": key, "value": given, "allowed": allowed, "sentence": sentence }));
    }
}

/// The whole query, read by the handler.
impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(Self::of(parts))
    }
}

/// No query at all.
pub(super) struct NoQuery;

impl<S: Sync> FromRequestParts<S> for NoQuery {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Query::of(parts).end().map(|()| Self)
    }
}

/// `sides`, `standard`, `copies`, `overprint`, `offset`; refused before the body is read.
pub(super) struct Printing(pub(super) Options);

impl<S: Sync> FromRequestParts<S> for Printing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(parts);
        let options = query.printing();
        query.end().map(|()| Self(options))
    }
}

/// `page`; refused before the body is read.
pub(super) struct Picture(pub(super) Options);

impl<S: Sync> FromRequestParts<S> for Picture {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut query = Query::of(parts);
        let page = query.number("page", 1..=usize::MAX).unwrap_or(1);
        let output = Output::Png { page, pixels_per_point: PIXELS_PER_POINT };
        query.end().map(|()| Self(Options { output, ..Options::default() }))
    }
}

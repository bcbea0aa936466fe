//! Numbered documents: how numbers are made and counted, and what is checked of that when they are opened.
//!
//! A number given twice cannot be taken back from paper. So what an owner writes is not only read but tried:
//! with the samples, every choice they might have made, two years, and serials that have more digits than
//! the pattern expects.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use chrono::{Datelike, NaiveDate};
use minijinja::value::{Value as Seen, merge_maps};
use minijinja::{Environment, context};
use serde_json::Value;
use toml::Spanned;

use super::document::Document;
use super::expressions::{paths_of_expression, paths_of_sentence, unknown_paths};
use super::manifest::{Manifest, Numbers, Programme};
use super::paths::{path_of, unescape};
use super::position::first_line;
use super::position::line_of;
use super::shape::Shape;
use crate::fault::Fault;
use crate::values::{date, text};

/// The names of the two sentences in a document's environment; no sentence of an owner is called so.
const PATTERN: &str = "numbers:pattern";
const COUNTER: &str = "numbers:counter";

/// What the sentences see besides the record; no field of a numbered document may be called so.
const OWN: [&str; 2] = ["year", "serial"];

/// The serials that are tried: neighbours, and more digits than four.
const SERIALS: [u64; 8] = [1, 2, 11, 101, 9_999, 10_001, 12_345, 100_000];

/// How many records of a sample, and how many combinations of choices, are tried.
const RECORDS: usize = 20;
const COMBINATIONS: usize = 500;

/// The files of a document as far as its numbers are concerned.
pub(super) struct Opening<'a> {
    /// The folder name of the document.
    pub(super) name: &'a str,
    /// `document.toml`, with its text.
    pub(super) file: (&'a Path, &'a str),
    pub(super) manifest: &'a Manifest,
    /// `programme.toml`, with its text.
    pub(super) programme_file: (&'a Path, &'a str),
    pub(super) programme: &'a Programme,
    pub(super) shape: &'a Shape,
}

/// Reads what manifest and programme say of numbers, and puts the sentences into the environment.
pub(super) fn open(opening: &Opening<'_>, environment: &mut Environment<'static>) -> Vec<Fault> {
    let Opening { name, file: (file, text), manifest, programme_file, programme, shape } = opening;
    let known = shape.paths();
    let facts = programme.facts();
    let mut faults = Vec::new();
    let given = programme.numbers.get_key_value(*name);
    let Some(numbered) = &manifest.numbered else {
        if let Some((key, _)) = given {
            let what =
                format!("[numbers.{name}]：这份文书不编号（document.toml 中没有 [numbered]）");
            let line = line_of(programme_file.1, key.span().start);
            faults.push(Fault::at(programme_file.0, what).on_line(line));
        }
        return faults;
    };
    let mut fault = |at: &Spanned<String>, what: String| {
        let line = line_of(text, at.span().start);
        faults.push(Fault::at(file, format!("[numbered]：{what}")).on_line(line));
    };
    let at = numbered.at.get_ref();
    let (above, key) = at.rsplit_once('/').unwrap_or(("", at));
    let places = shape.ever_at(at);
    if !known.contains(&path_of(at)) || !places.iter().any(|place| place.types == ["string"]) {
        fault(&numbered.at, format!("at 指向的 {at} 不是 schema 中的文字字段"));
    } else if shape.ever_at(above).iter().any(|group| group.required.contains(&unescape(key))) {
        fault(&numbered.at, format!("at 指向的 {at} 不能必填，编号由登记簿给出"));
    } else if !above.is_empty() && !shape.always_holds(above) {
        fault(&numbered.at, format!("at 指向的 {at} 所在的 {above} 应为必填，否则编号无处可写"));
    }
    for (name, expression) in numbered.kept() {
        match paths_of_expression(environment, expression.get_ref()) {
            Ok(paths) => {
                for unknown in unknown_paths(&paths, &known, &facts) {
                    fault(expression, format!("“{name}”用了未声明的字段“{unknown}”"));
                }
            }
            Err(error) => fault(expression, format!("“{name}”的表达式有误：{error}")),
        }
    }
    for field in OWN.iter().filter(|field| shape.fields.iter().any(|(key, _)| key == *field)) {
        fault(&numbered.at, format!("编号的文书不能有字段 {field}，编号的写法另有所指"));
    }
    let Some((_, numbers)) = given else {
        let what = format!("编号的文书须在 programme.toml 中写明 [numbers.{name}]");
        fault(&numbered.at, what);
        return faults;
    };
    faults.extend(sentences(opening, (at, numbers), &known, environment));
    faults
}

/// Reads the two sentences of a programme for a document whose number stands at a place.
fn sentences(
    opening: &Opening<'_>,
    (at, numbers): (&str, &Numbers),
    known: &[String],
    environment: &mut Environment<'static>,
) -> Vec<Fault> {
    let Opening { name, manifest, programme_file: (file, text), programme, .. } = opening;
    let facts = programme.facts();
    let mut faults = Vec::new();
    let mut fault = |sentence: &Spanned<String>, line: usize, what: String| {
        let line = first_line(text, sentence) + line - 1;
        faults.push(Fault::at(file, format!("[numbers.{name}]：{what}")).on_line(line));
    };
    let mut reads: Vec<BTreeSet<String>> = Vec::new();
    for (part, own, template, sentence) in [
        ("pattern", &OWN[..], PATTERN, &numbers.pattern),
        ("counter", &OWN[..1], COUNTER, &numbers.counter),
    ] {
        let source = sentence.get_ref().clone();
        if let Err(error) = environment.add_template_owned(template, source) {
            let what = format!("{part} 有误：{}", error.detail().unwrap_or("语法错误"));
            fault(sentence, error.line().unwrap_or(1), what);
            continue;
        }
        let paths = paths_of_sentence(environment, template);
        let mut readable = known.to_vec();
        readable.extend(own.iter().map(|name| (*name).to_owned()));
        for unknown in unknown_paths(&paths, &readable, &facts) {
            fault(sentence, 1, format!("{part} 用了未声明的字段“{unknown}”"));
        }
        if paths.contains(&path_of(at)) {
            let what = format!("{part} 用了编号自己（{at}），编号还没有时写不出来");
            fault(sentence, 1, what);
        }
        reads.push(paths);
    }
    let [pattern, counter] = reads.as_slice() else { return faults };
    if !pattern.contains("serial") {
        fault(&numbers.pattern, 1, "pattern 没有用 serial，两张证书会是同一编号".to_owned());
    }
    // The year tells as much of the date as most counters ask; whether it is enough is tried.
    let dated = path_of(manifest.dated_by.get_ref());
    let told =
        |path: &String| pattern.contains(path) || (*path == dated && pattern.contains("year"));
    for path in counter.iter().filter(|path| !path.starts_with("programme") && !told(path)) {
        let what =
            format!("counter 按“{path}”分别计数，pattern 却没有用它，两个计数会给出同一编号");
        fault(&numbers.counter, 1, what);
    }
    faults
}

/// Tries the numbers of a document whose files are sound, with its samples.
pub(super) fn tried(document: &Document, (file, text): (&Path, &str)) -> Option<Fault> {
    let numbered = document.manifest.numbered.as_ref()?;
    let numbers = document.programme.numbers.get(document.id.document.as_str())?;
    let fault = |sentence: &Spanned<String>, what: String| {
        let what = format!("[numbers.{}]：{what}", document.id.document);
        Fault::at(file, what).on_line(first_line(text, sentence))
    };
    let at = numbered.at.get_ref();
    let dated_by = document.manifest.dated_by.get_ref();
    let mut reads = paths_of_sentence(&document.environment, PATTERN);
    reads.extend(paths_of_sentence(&document.environment, COUNTER));
    // What was given out already: the number, and by which counter and serial.
    let mut given: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for record in document.samples.values().flat_map(|path| sample_records(path)) {
        let Some(dated) = record.pointer(dated_by).and_then(Value::as_str) else { continue };
        let Ok(dated) = date::parse(dated) else { continue };
        let dates =
            [dated, other_year(dated), other_month(dated), dated.succ_opt().unwrap_or(dated)];
        for (mut record, date) in chosen(&document.schema.shape, record, &reads)
            .into_iter()
            .flat_map(|record| dates.map(|date| (record.clone(), date)))
        {
            put(&mut record, dated_by, &date.to_string());
            if !document.schema.validator.is_valid(&record) {
                continue;
            }
            let complete = document.schema.shape.complete(&record);
            let counter = match document.counter_of(&complete, date) {
                Ok(counter) => counter.unwrap_or_default(),
                Err(failed) => return Some(fault(&numbers.counter, failed.what)),
            };
            for serial in SERIALS {
                let number = match document.number_of(&complete, date, serial) {
                    Ok(number) => number,
                    Err(failed) => return Some(fault(&numbers.pattern, failed.what)),
                };
                put(&mut record, at, &number);
                if !document.schema.validator.is_valid(&record) {
                    let what = format!("编号“{number}”不合 schema 对 {at} 的规定");
                    return Some(fault(&numbers.pattern, what));
                }
                let holder = (counter.clone(), serial);
                match given.get(&number) {
                    Some(other) if *other != holder => {
                        let what = format!(
                            "计数“{}”的第{}号和计数“{counter}”的第{serial}号是同一编号“{number}”",
                            other.0, other.1
                        );
                        return Some(fault(&numbers.pattern, what));
                    }
                    _ => given.insert(number, holder),
                };
            }
        }
    }
    None
}

/// A day of the next year.
fn other_year(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year() + 1, day.month(), 1).unwrap_or(day)
}

/// A day of another month of the year.
fn other_month(day: NaiveDate) -> NaiveDate {
    NaiveDate::from_ymd_opt(day.year(), 1 + day.month() % 12, 1).unwrap_or(day)
}

/// The first records of a sample file; one that cannot be read is told of when the samples are checked.
fn sample_records(path: &Path) -> Vec<Value> {
    let read = fs::read(path).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
    match read {
        Some(Value::Array(records)) => records.into_iter().take(RECORDS).collect(),
        Some(record) => vec![record],
        None => Vec::new(),
    }
}

/// A record with every choice that its fields offer, as far as they are read.
fn chosen(shape: &Shape, record: Value, reads: &BTreeSet<String>) -> Vec<Value> {
    let mut records = vec![record];
    for path in reads {
        let pointer = super::pointer_of(path);
        let places = shape.ever_at(&pointer);
        let Some(place) = places.iter().find(|place| !place.choices.is_empty()) else { continue };
        let with = |record: &Value| {
            let choices = place.choices.iter().map(|choice| {
                let mut other = record.clone();
                put(&mut other, &pointer, choice);
                other
            });
            choices.collect::<Vec<_>>()
        };
        let more: Vec<Value> = records.iter().flat_map(with).take(COMBINATIONS).collect();
        records.extend(more);
        records.truncate(COMBINATIONS);
    }
    records
}

/// Writes a text at a place whose group is there.
fn put(record: &mut Value, pointer: &str, text: &str) {
    let (above, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    if let Some(Value::Object(group)) = record.pointer_mut(above) {
        group.insert(unescape(key), Value::from(text));
    }
}

impl Document {
    /// The counter on which a record of this date has its serial; `None` if the document is not numbered.
    ///
    /// # Errors
    /// A fault if the programme's sentence cannot be made of this record.
    pub fn counter_of(&self, complete: &Value, date: NaiveDate) -> Result<Option<String>, Fault> {
        if self.manifest.numbered.is_none() {
            return Ok(None);
        }
        let seen = merge_maps([context!(year => date.year()), self.context(complete)]);
        self.said(COUNTER, "计数的名称", seen).map(Some)
    }

    /// The number of a record of this date that has this serial.
    ///
    /// # Errors
    /// A fault if the document is not numbered, or the programme's sentence cannot be made of this record.
    pub fn number_of(
        &self,
        complete: &Value,
        date: NaiveDate,
        serial: u64,
    ) -> Result<String, Fault> {
        let own = context!(year => date.year(), serial => serial);
        self.said(PATTERN, "编号", merge_maps([own, self.context(complete)]))
    }

    /// A sentence that gives one line of text.
    fn said(&self, template: &str, what: &str, seen: Seen) -> Result<String, Fault> {
        let made = self
            .environment
            .get_template(template)
            .and_then(|template| template.render(seen))
            .map_err(|error| Fault::new(format!("文书 {} 的{what}写不出来：{error}", self.id)))?;
        let cleaned = text::clean(&made, false);
        if made.is_empty() || cleaned.text != made || !cleaned.findings.is_empty() {
            let what = format!("文书 {} 的{what}“{made}”应是一行文字，首尾没有空白", self.id);
            return Err(Fault::new(what));
        }
        Ok(made)
    }
}

//! What is found in a typed text, each thing once, and the cleaning that finds it.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use serde_json::Value;

use crate::values::{Finding, Level, look_alike, text};

/// A longer text than any report; what is found beyond so many things is not told.
const TOLD: usize = 500;

/// The advice on invisible spaces, which counts those of the whole text.
const REMOVED: &str = "text.removed";

/// 〓, by which Chinese printers mark a character that they do not have.
const GETA: char = '〓';

/// The findings of one text in the making.
pub(super) struct Ledger<'a> {
    covers: &'a dyn Fn(char) -> bool,
    covered: RefCell<HashMap<char, bool>>,
    found: Vec<(usize, Finding)>,
    seen: HashSet<(&'static str, String)>,
}

impl<'a> Ledger<'a> {
    pub(super) fn new(covers: &'a dyn Fn(char) -> bool) -> Self {
        Self { covers, covered: RefCell::default(), found: Vec::new(), seen: HashSet::new() }
    }

    /// Notes a finding of a line: a character, and an advice, once; what must be mended in each place.
    pub(super) fn note(&mut self, line: usize, finding: Finding) {
        let what = match finding.facts.get("code_point") {
            Some(mark) => mark.to_string(),
            None => {
                let place = if finding.level == Level::Problem { line } else { 0 };
                format!("{place} {}", Value::Object(finding.facts.clone()))
            }
        };
        if self.found.len() < TOLD && self.seen.insert((finding.code, what)) {
            self.found.push((line, finding));
        }
    }

    /// A text of one line without what nobody meant to write. White space at its ends stays: what it
    /// means is for others to say.
    pub(super) fn clean(&mut self, line: usize, given: &str) -> String {
        let core = given.trim();
        let (before, after) = match given.find(core) {
            Some(at) => (&given[..at], &given[at + core.len()..]),
            None => ("", ""),
        };
        let indent = before.chars().count();
        // Only the width of a tab is unknown on paper.
        let cleaned = text::clean(&core.replace('\t', " "), false);
        let mut found = cleaned.findings;
        found.extend(text::undrawable(&cleaned.text, &|mark| self.covers(mark)));
        found.extend(look_alike::examine(&cleaned.text));
        for mut finding in found {
            if let Some(position) = finding.facts.get("position").and_then(Value::as_u64) {
                finding.facts.insert("position".to_owned(), (position + indent as u64).into());
            }
            match finding.code {
                REMOVED => self.removed(line, finding),
                // Typed lines are indented and end in spaces by custom.
                "text.trimmed" => {}
                _ => self.note(line, finding),
            }
        }
        // What no face can draw is told; a draft is printed all the same, with a sign in its place.
        let drawn: String =
            cleaned.text.chars().map(|mark| if self.covers(mark) { mark } else { GETA }).collect();
        format!("{before}{drawn}{after}")
    }

    /// All that was found, in the order of the lines.
    pub(super) fn finish(mut self) -> Vec<(usize, Finding)> {
        self.found.sort_by_key(|(line, _)| *line);
        self.found
    }

    fn covers(&self, mark: char) -> bool {
        *self.covered.borrow_mut().entry(mark).or_insert_with(|| (self.covers)(mark))
    }

    /// A page out of the web has such spaces on every line: they are counted, and told once.
    fn removed(&mut self, line: usize, finding: Finding) {
        let known = self.found.iter_mut().find(|(_, known)| known.code == REMOVED);
        let Some((place, known)) = known else {
            self.found.push((line, finding));
            return;
        };
        if *place != line {
            *place = 0;
        }
        let (Some(Value::Array(all)), Some(Value::Array(more))) =
            (known.facts.get_mut("characters"), finding.facts.get("characters"))
        else {
            return;
        };
        for one in more {
            let count = |of: &Value| of["count"].as_u64().unwrap_or(0);
            match all.iter_mut().find(|known| known["code_point"] == one["code_point"]) {
                Some(known) => known["count"] = (count(known) + count(one)).into(),
                None => all.push(one.clone()),
            }
        }
    }
}

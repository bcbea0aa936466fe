//! Problems (问题) and advice (提示): what a user must mend, and what a user should know.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::Serialize;
use serde_json::Value;

use super::breaches::CHOICE;
use crate::catalog::Shape;
use crate::values::{Facts, Level};

/// One thing found in what a user gave: where, what, and a sentence that says how to mend it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Problem {
    /// Must it be mended, or should it be known?
    pub level: Level,
    /// The place in the record, as a JSON pointer (RFC 6901); empty for the whole.
    pub pointer: String,
    /// The label that the paper prints for the place, from the outermost group on.
    pub label: String,
    /// A stable code for programs.
    pub code: String,
    /// The facts that the sentence tells, for programs.
    pub facts: Facts,
    /// One Chinese sentence with label and remedy.
    pub sentence: String,
}

/// How many problems are told of one input; whoever has more has the wrong file.
const TOLD: usize = 1000;

/// The code of the last word on an input with more problems than are told.
pub(super) const LAST_WORD: &str = "problems.too-many";

/// Everything found in one input, in the order of the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Problems {
    found: Vec<Problem>,
    /// How many were found beyond those that are told.
    #[serde(skip)]
    rest: usize,
    /// The places at which something must be mended, in an order in which what lies below a place comes
    /// together: every rule asks for every row of a long list.
    #[serde(skip)]
    broken: BTreeSet<String>,
    /// For each place and code, where it was said first and with which facts.
    #[serde(skip)]
    said: HashMap<(String, String), (usize, HashSet<String>)>,
}

impl Problems {
    /// All that was found, problems and advice.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.found
    }

    /// Only what must be mended.
    pub fn to_mend(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter().filter(|problem| problem.level == Level::Problem)
    }

    /// Only what should be known.
    pub fn advice(&self) -> impl Iterator<Item = &Problem> {
        self.found.iter().filter(|problem| problem.level == Level::Advice)
    }

    /// Whether nothing must be mended.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.broken.is_empty()
    }

    /// Whether something must be mended at this place, above it or below it.
    #[must_use]
    pub fn touches(&self, pointer: &str) -> bool {
        let below = format!("{pointer}/");
        let mut above = pointer;
        let is_above = loop {
            match above.rsplit_once('/') {
                _ if self.broken.contains(above) => break true,
                Some((next, _)) => above = next,
                None => break false,
            }
        };
        is_above
            || self.broken.range(below.clone()..).next().is_some_and(|it| it.starts_with(&below))
    }

    /// Whether something must be mended at just this place.
    pub(super) fn has_one_at(&self, pointer: &str) -> bool {
        self.broken.contains(pointer)
    }

    /// The places at which something must be mended, told or not.
    pub(crate) fn places_to_mend(&self) -> impl Iterator<Item = &str> {
        self.broken.iter().map(String::as_str)
    }

    /// How many were found beyond those that are told, if any.
    pub(super) fn untold(&self) -> Option<usize> {
        (self.rest > 0).then_some(self.rest)
    }

    /// Puts the last word after all others.
    pub(super) fn conclude(&mut self, problem: Problem) {
        self.found.push(problem);
    }

    /// Whether no more will be told.
    pub(super) fn is_full(&self) -> bool {
        self.found.len() >= TOLD
    }

    /// Counts what will not be told; its place is known all the same.
    pub(super) fn overlook(&mut self, pointer: String, level: Level) {
        self.rest += 1;
        if level == Level::Problem {
            self.broken.insert(pointer);
        }
    }

    pub(crate) fn push(&mut self, problem: Problem) {
        let facts = Value::Object(problem.facts.clone()).to_string();
        let key = (problem.pointer.clone(), problem.code.clone());
        // A value may break one keyword in two places of a schema (the list of all choices and that
        // of the chosen category): the later, narrower one says more. Otherwise one code may be said
        // of a place once for each character; the facts tell those apart.
        let narrower = problem.code == CHOICE;
        match self.said.get(&key) {
            Some((at, _)) if narrower => {
                self.found[*at] = problem;
                return;
            }
            Some((_, known)) if known.contains(&facts) => return,
            _ => {}
        }
        if problem.level == Level::Problem {
            self.broken.insert(problem.pointer.clone());
        }
        let at = self.found.len();
        if self.is_full() {
            self.rest += 1;
            return;
        }
        self.said.entry(key).or_insert_with(|| (at, HashSet::new())).1.insert(facts);
        self.found.push(problem);
    }

    /// Takes in what was found in one record of an array, named by its row (from 0).
    pub(super) fn absorb(&mut self, row: usize, problems: Self) {
        self.enclose(&format!("/{row}"), &format!("第{}份", row + 1), problems);
    }

    /// Takes in what was found in a part of the input: what is called so, at this place.
    pub(crate) fn enclose(&mut self, pointer: &str, name: &str, problems: Self) {
        for mut problem in problems.found {
            problem.pointer = format!("{pointer}{}", problem.pointer);
            problem.label = match problem.label.as_str() {
                "" => name.to_owned(),
                label => format!("{name}—{label}"),
            };
            problem.sentence = format!("{name}：{}", problem.sentence);
            self.push(problem);
        }
        self.broken.extend(problems.broken.iter().map(|broken| format!("{pointer}{broken}")));
        self.rest += problems.rest;
    }

    /// Takes in what was found in the same input by another look.
    pub(crate) fn join(&mut self, other: Self) {
        self.broken.extend(other.broken.iter().cloned());
        self.rest += other.rest;
        self.extend(other);
    }

    /// The order of an array of records: row by row, each in the order of the paper.
    pub(super) fn sort_by_row(&mut self, shape: &Shape) {
        self.found.sort_by_cached_key(|problem| {
            let below = problem.pointer.strip_prefix('/').unwrap_or_default();
            let (row, rest) = below.split_at(below.find('/').unwrap_or(below.len()));
            (row.parse::<usize>().unwrap_or(0), shape.order_of(rest))
        });
    }

    /// Those of them that are to be kept.
    pub(crate) fn only(self, keep: impl Fn(&Problem) -> bool) -> Self {
        let mut kept = Self::default();
        kept.extend(self.into_iter().filter(keep));
        kept
    }

    /// The same without what is told elsewhere: its places must be mended all the same.
    pub(super) fn untold_of(mut self, elsewhere: impl Fn(&Problem) -> bool) -> Self {
        self.found.retain(|problem| !elsewhere(problem));
        // These are places in the list as it was.
        self.said.clear();
        self
    }

    /// Those of them at a place or below it; what was found elsewhere, told or not, counts no more.
    pub(crate) fn within(self, pointer: &str) -> Self {
        let broken = self.broken.iter().filter(|broken| within(broken, pointer)).cloned().collect();
        let kept =
            self.only(|problem| within(&problem.pointer, pointer) || problem.code == LAST_WORD);
        Self { broken, ..kept }
    }

    /// Another order, equal ones as they were found.
    pub(crate) fn sort_by_key<K: Ord>(&mut self, key: impl FnMut(&Problem) -> K) {
        self.found.sort_by_cached_key(key);
    }

    pub(super) fn sort_by_place(&mut self, shape: &Shape) {
        self.found.sort_by_cached_key(|problem| shape.order_of(&problem.pointer));
    }

    pub(super) fn extend(&mut self, more: impl IntoIterator<Item = Problem>) {
        more.into_iter().for_each(|problem| self.push(problem));
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.found.into_iter()
    }
}

/// Whether two pointers name the same place, or one a place within the other's.
#[must_use]
pub fn overlap(one: &str, other: &str) -> bool {
    within(one, other) || within(other, one)
}

/// Whether the pointer `inner` is `outer` or lies below it.
fn within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

//! Problems (问题) and advice (提示): what a user must mend, and what a user should know.

use serde::Serialize;

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

/// Everything found in one input, in the order of the record.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// All that was found, problems and advice.
    #[must_use]
    pub fn all(&self) -> &[Problem] {
        &self.0
    }

    /// Only what must be mended.
    pub fn to_mend(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter().filter(|problem| problem.level == Level::Problem)
    }

    /// Only what should be known.
    pub fn advice(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter().filter(|problem| problem.level == Level::Advice)
    }

    /// Whether nothing must be mended.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.to_mend().next().is_none()
    }

    /// Whether something must be mended at this place, above it or below it.
    #[must_use]
    pub fn touches(&self, pointer: &str) -> bool {
        self.to_mend()
            .any(|problem| within(&problem.pointer, pointer) || within(pointer, &problem.pointer))
    }

    pub(super) fn push(&mut self, problem: Problem) {
        let known = self
            .0
            .iter_mut()
            .find(|known| known.pointer == problem.pointer && known.code == problem.code);
        match known {
            // A value may break one keyword in two places of a schema (the list of all choices and
            // that of the chosen category): the later, narrower one says more.
            Some(known) if problem.code == CHOICE => *known = problem,
            // One finding may come once for each character (text.no-glyph); the facts tell them apart.
            Some(known) if known.facts == problem.facts => {}
            _ => self.0.push(problem),
        }
    }

    pub(super) fn sort_by_place(&mut self, shape: &Shape) {
        self.0.sort_by_cached_key(|problem| shape.order_of(&problem.pointer));
    }

    pub(super) fn extend(&mut self, more: impl IntoIterator<Item = Problem>) {
        more.into_iter().for_each(|problem| self.push(problem));
    }
}

impl IntoIterator for Problems {
    type Item = Problem;
    type IntoIter = std::vec::IntoIter<Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// Whether the pointer `inner` is `outer` or lies below it.
#[must_use]
pub fn within(inner: &str, outer: &str) -> bool {
    inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

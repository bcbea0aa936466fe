//! What is found in a value: a stable code and facts, without a sentence.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Whether the user must mend it or should know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// 问题: the paper would be refused.
    Problem,
    /// 提示: the paper may be right all the same.
    Advice,
}

/// The facts of a finding, for sentences and for programs.
pub type Facts = Map<String, Value>;

/// One thing found in a value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// Must it be mended?
    pub level: Level,
    /// A stable code such as `credit-code.length`.
    pub code: &'static str,
    /// What the sentence tells.
    pub facts: Facts,
}

impl Finding {
    /// A finding that must be mended.
    #[must_use]
    pub fn problem(code: &'static str) -> Self {
        Self { level: Level::Problem, code, facts: Facts::new() }
    }

    /// A finding that should be known.
    #[must_use]
    pub fn advice(code: &'static str) -> Self {
        Self { level: Level::Advice, code, facts: Facts::new() }
    }

    /// The same finding with one more fact.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.facts.insert(key.to_owned(), value.into());
        self
    }
}

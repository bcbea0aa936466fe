//! `rules.toml`: what must hold between fields.

use std::collections::BTreeSet;
use std::path::Path;

use minijinja::Environment;
use serde::Deserialize;
use toml::Spanned;

use super::expressions::{paths_of_expression, paths_of_sentence, unknown_paths};
use super::manifest;
use super::paths::path_of;
use super::position::line_of;
use super::schema::Schema;
use crate::fault::{Fault, Faults};
use crate::values::Level;

/// One rule, checked against the schema.
#[derive(Debug)]
pub struct Rule {
    /// Its stable code, unique in the document.
    pub code: String,
    /// Whether the user must mend it or should know it.
    pub level: Level,
    /// The place that the sentence is about, as a JSON pointer.
    pub at: String,
    /// The rule is asked only if this holds.
    pub when: Option<String>,
    /// What must hold.
    pub require: String,
    /// The name of its sentence in the document's environment.
    pub sentence: String,
    /// The dotted paths that `when` and `require` read.
    pub reads: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RulesFile {
    #[serde(default)]
    rule: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: Spanned<String>,
    level: LevelName,
    at: Spanned<String>,
    when: Option<Spanned<String>>,
    require: Spanned<String>,
    sentence: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum LevelName {
    Problem,
    Advice,
}

/// Reads the rules of a document and puts their sentences into its environment.
///
/// # Errors
/// Every fault with its line: an expression that cannot be read, a field that is not declared,
/// a code given twice.
pub(super) fn open(
    path: &Path,
    schema: &Schema,
    programme: &serde_json::Value,
    environment: &mut Environment<'static>,
) -> Result<Vec<Rule>, Faults> {
    let (file, text): (RulesFile, String) = manifest::read(path)?;
    let known = schema.shape.paths();
    let mut faults = Vec::new();
    let mut rules: Vec<Rule> = Vec::new();
    for entry in file.rule {
        let code = entry.code.get_ref().clone();
        let mut fault = |at: &Spanned<String>, what: String| {
            let line = line_of(&text, at.span().start);
            faults.push(Fault::at(path, format!("规则“{code}”{what}")).on_line(line));
        };
        if rules.iter().any(|rule| rule.code == code) {
            fault(&entry.code, "的代码重复".to_owned());
        }
        if !known.contains(&path_of(entry.at.get_ref())) {
            fault(&entry.at, format!("指向的 {} 不在 schema 中", entry.at.get_ref()));
        }
        let mut reads = BTreeSet::new();
        for expression in entry.when.iter().chain([&entry.require]) {
            match paths_of_expression(environment, expression.get_ref()) {
                Ok(paths) => {
                    for unknown in unknown_paths(&paths, &known, programme) {
                        fault(expression, format!("用了未声明的字段“{unknown}”"));
                    }
                    reads.extend(paths);
                }
                Err(error) => fault(expression, format!("的表达式有误：{error}")),
            }
        }
        let name = format!("rule:{code}");
        match environment.add_template_owned(name.clone(), entry.sentence.get_ref().clone()) {
            Ok(()) => {
                let paths = paths_of_sentence(environment, &name);
                for unknown in unknown_paths(&paths, &known, programme) {
                    fault(&entry.sentence, format!("的句子用了未声明的字段“{unknown}”"));
                }
                // A sentence about an unsound field cannot be made.
                reads.extend(paths);
            }
            Err(error) => fault(&entry.sentence, format!("的句子有误：{error}")),
        }
        let level = match entry.level {
            LevelName::Problem => Level::Problem,
            LevelName::Advice => Level::Advice,
        };
        rules.push(Rule {
            code,
            level,
            at: entry.at.into_inner(),
            when: entry.when.map(Spanned::into_inner),
            require: entry.require.into_inner(),
            sentence: name,
            reads: reads.into_iter().filter(|path| known.contains(path)).collect(),
        });
    }
    Faults::unless_none(faults, rules)
}

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
    /// The list whose items it is asked of one by one, as a JSON pointer; `None` if it is asked once.
    pub each: Option<String>,
    /// The place that the sentence is about, as a JSON pointer; with `each` it begins at the item.
    pub at: String,
    /// The name of the template that says something if the rule is to be asked at all.
    pub when: Option<String>,
    /// The name of the template that says something if what must hold does.
    pub require: String,
    /// The name of its sentence in the document's environment.
    pub sentence: String,
    /// The dotted paths of the record that it reads.
    pub reads: Vec<String>,
    /// The dotted paths of the item that it reads, without `row.`.
    pub reads_of_item: Vec<String>,
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
    each: Option<Spanned<String>>,
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
        let items = entry.each.as_ref().map(|each| schema.shape.items_at(each.get_ref()));
        if let (Some(None), Some(each)) = (items, &entry.each) {
            fault(each, format!("的 each 指向的 {} 不是 schema 中的列表", each.get_ref()));
        }
        let own = match items {
            Some(item) => item.map(super::Shape::paths).unwrap_or_default(),
            None => known.clone(),
        };
        let place = entry.at.get_ref();
        let whole_item = items.is_some() && place.is_empty();
        if !whole_item && !own.contains(&path_of(place)) {
            fault(&entry.at, format!("指向的 {place} 不在 schema 中"));
        }
        let mut readable = known.clone();
        if items.is_some() {
            readable.extend(["row".to_owned(), "row_number".to_owned()]);
            readable.extend(own.iter().map(|path| format!("row.{path}")));
        }
        let mut reads = BTreeSet::new();
        // Compiled once, as templates that say something or nothing.
        let mut expression = |part: &str, given: &Spanned<String>| {
            let name = format!("rule:{code}:{part}");
            match paths_of_expression(environment, given.get_ref()) {
                Ok(paths) => {
                    for unknown in unknown_paths(&paths, &readable, programme) {
                        fault(given, format!("用了未声明的字段“{unknown}”"));
                    }
                    reads.extend(paths);
                    let template = format!("{{% if {} %}}1{{% endif %}}", given.get_ref());
                    if let Err(error) = environment.add_template_owned(name.clone(), template) {
                        fault(given, format!("的表达式有误：{error}"));
                    }
                }
                Err(error) => fault(given, format!("的表达式有误：{error}")),
            }
            name
        };
        let when = entry.when.as_ref().map(|when| expression("when", when));
        let require = expression("require", &entry.require);
        let name = format!("rule:{code}");
        match environment.add_template_owned(name.clone(), entry.sentence.get_ref().clone()) {
            Ok(()) => {
                let paths = paths_of_sentence(environment, &name);
                for unknown in unknown_paths(&paths, &readable, programme) {
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
            each: entry.each.map(Spanned::into_inner),
            at: entry.at.into_inner(),
            when,
            require,
            sentence: name,
            reads_of_item: reads
                .iter()
                .filter_map(|path| path.strip_prefix("row."))
                .filter(|path| own.iter().any(|known| known == path))
                .map(str::to_owned)
                .collect(),
            reads: reads.into_iter().filter(|path| known.contains(path)).collect(),
        });
    }
    Faults::unless_none(faults, rules)
}

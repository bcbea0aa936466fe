//! The rules of a document, asked of a record; a rule about an unsound field waits its turn.

use std::collections::HashMap;

use minijinja::context;
use minijinja::value::{Value as Seen, merge_maps};
use rayon::prelude::*;
use serde_json::Value;

use super::problem::{Problem, Problems};
use crate::catalog::{Document, Rule, pointer_of};
use crate::fault::Fault;
use crate::values::Facts;

/// What the rules find in a complete record; `known` are the problems of single fields.
///
/// # Errors
/// A fault if a rule cannot be evaluated: the record is sound where the rule reads it, so the rule
/// is wrong.
pub(super) fn find(
    document: &Document,
    complete: &Value,
    known: &Problems,
) -> Result<Vec<Problem>, Fault> {
    let mut found = Vec::new();
    if document.rules.is_empty() {
        return Ok(found);
    }
    let context = document.context(complete);
    let mut rows: HashMap<&str, Vec<Seen>> = HashMap::new();
    for rule in &document.rules {
        if rule.reads.iter().any(|path| known.touches(&pointer_of(path))) {
            continue;
        }
        let facts = facts_of(&rule.reads, complete);
        let Some(each) = &rule.each else {
            let question = Question { rule, at: rule.at.clone(), facts };
            if !known.touches(&rule.at) {
                found.extend(question.ask(document, &context, complete)?);
            }
            continue;
        };
        let Some(items) = complete.pointer(each).and_then(Value::as_array) else { continue };
        // What several rules see of the same rows is made once.
        let rows = rows.entry(each).or_insert_with(|| {
            items.par_iter().map(|item| document.item_context(each, item)).collect()
        });
        let ask = |(at, item): (usize, &Value)| {
            let place = format!("{each}/{at}");
            let unsound = |path: &String| known.touches(&format!("{place}{}", pointer_of(path)));
            let own = format!("{place}{}", rule.at);
            let untold = known.has_one_at(&place) || known.touches(&own);
            if untold || rule.reads_of_item.iter().any(unsound) {
                return Ok(None);
            }
            let row = context!(row => rows[at].clone(), row_number => at + 1);
            let mut facts = facts.clone();
            facts.extend(facts_of(&rule.reads_of_item, item));
            let question = Question { rule, at: own, facts };
            question.ask(document, &merge_maps([row, context.clone()]), complete)
        };
        let asked: Result<Vec<Option<Problem>>, Fault> =
            items.par_iter().enumerate().with_min_len(64).map(ask).collect();
        found.extend(asked?.into_iter().flatten());
    }
    Ok(found)
}

/// The plain values that a rule reads, for programs.
fn facts_of(reads: &[String], group: &Value) -> Facts {
    reads
        .iter()
        .filter_map(|path| Some((path.clone(), group.pointer(&pointer_of(path))?.clone())))
        // A whole table is no fact of one problem.
        .filter(|(_, value)| {
            !value.as_array().is_some_and(|list| list.iter().any(Value::is_object))
        })
        .collect()
}

/// One rule asked about one place.
struct Question<'a> {
    rule: &'a Rule,
    at: String,
    facts: Facts,
}

impl Question<'_> {
    fn ask(
        self,
        document: &Document,
        context: &Seen,
        complete: &Value,
    ) -> Result<Option<Problem>, Fault> {
        let Self { rule, at, facts } = self;
        let said = |name: &str| {
            document
                .environment
                .get_template(name)
                .and_then(|template| template.render(context.clone()))
                .map_err(|error| {
                    let what =
                        format!("文书 {} 的规则“{}”无法计算：{error}", document.id, rule.code);
                    Fault::new(what)
                })
        };
        if let Some(when) = &rule.when
            && said(when)?.is_empty()
        {
            return Ok(None);
        }
        if !said(&rule.require)?.is_empty() {
            return Ok(None);
        }
        Ok(Some(Problem {
            level: rule.level,
            label: document.schema.shape.labels(complete, &at).join("—"),
            pointer: at,
            code: rule.code.clone(),
            facts,
            sentence: said(&rule.sentence)?,
        }))
    }
}

//! The rules of a document, asked of a record; a rule about an unsound field waits its turn.

use minijinja::value::Value as Seen;
use serde_json::Value;

use super::problem::{Problem, Problems};
use crate::catalog::{Document, Rule, pointer_of};
use crate::fault::Fault;

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
    let context = document.context(complete);
    let mut found = Vec::new();
    for rule in &document.rules {
        let unsound = |path: &String| known.touches(&pointer_of(path));
        if known.touches(&rule.at) || rule.reads.iter().any(unsound) {
            continue;
        }
        if let Some(problem) = ask(document, rule, &context, complete)? {
            found.push(problem);
        }
    }
    Ok(found)
}

fn ask(
    document: &Document,
    rule: &Rule,
    context: &Seen,
    complete: &Value,
) -> Result<Option<Problem>, Fault> {
    let wrong = |error: minijinja::Error| {
        Fault::new(format!("文书 {} 的规则“{}”无法计算：{error}", document.id, rule.code))
    };
    let holds = |expression: &str| -> Result<bool, Fault> {
        let compiled = document.environment.compile_expression(expression).map_err(wrong)?;
        Ok(compiled.eval(context.clone()).map_err(wrong)?.is_true())
    };
    if let Some(when) = &rule.when
        && !holds(when)?
    {
        return Ok(None);
    }
    if holds(&rule.require)? {
        return Ok(None);
    }
    let sentence = document
        .environment
        .get_template(&rule.sentence)
        .and_then(|template| template.render(context.clone()))
        .map_err(wrong)?;
    let facts = rule
        .reads
        .iter()
        .filter_map(|path| Some((path.clone(), complete.pointer(&pointer_of(path))?.clone())))
        .collect();
    Ok(Some(Problem {
        level: rule.level,
        pointer: rule.at.clone(),
        label: document.schema.shape.labels(complete, &rule.at).join("—"),
        code: rule.code.clone(),
        facts,
        sentence,
    }))
}

//! The expressions of rules and the sentences of manifests: minijinja, strict, with few functions.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use minijinja::value::{Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};

use crate::values::{date, registration};

/// The functions and filters that an expression may use, besides minijinja's own.
pub const FUNCTIONS: [&str; 5] =
    ["characters", "years_between", "days_between", "written_date", "hanzi_date"];

/// An environment in which an undefined variable is an error and nothing is escaped.
#[must_use]
pub fn environment() -> Environment<'static> {
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_fuel(Some(200_000));
    environment.set_formatter(|out, state, value| match value.kind() {
        // An absent field must be asked about, not printed as "none".
        ValueKind::None => Err(Error::new(ErrorKind::UndefinedError, "字段没有填写，却被印出")),
        _ => minijinja::escape_formatter(out, state, value),
    });
    environment.add_function("characters", |text: String| text.chars().count());
    environment.add_function("years_between", |earlier: String, later: String| {
        Ok::<_, Error>(date::years_between(day(&earlier)?, day(&later)?))
    });
    environment.add_function("days_between", |earlier: String, later: String| {
        Ok::<_, Error>(date::days_between(day(&earlier)?, day(&later)?))
    });
    environment.add_test("registration_number", |text: String| registration::is_judged(&text));
    environment.add_function("written_date", |text: String| day(&text).map(date::written));
    environment.add_function("hanzi_date", |text: String| day(&text).map(date::hanzi));
    environment
}

/// The dotted paths that a sentence reads.
#[must_use]
pub fn paths_of_sentence(environment: &Environment<'_>, name: &str) -> BTreeSet<String> {
    match environment.get_template(name) {
        Ok(template) => own_paths(template.undeclared_variables(true)),
        Err(_) => BTreeSet::new(),
    }
}

/// The dotted paths that an expression reads.
///
/// # Errors
/// The reader's error if it is no expression.
pub fn paths_of_expression(
    environment: &Environment<'_>,
    expression: &str,
) -> Result<BTreeSet<String>, Error> {
    let compiled = environment.compile_expression(expression)?;
    Ok(own_paths(compiled.undeclared_variables(true)))
}

fn own_paths(found: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    found.into_iter().filter(|path| !FUNCTIONS.contains(&path.as_str())).collect()
}

/// What a rule or a sentence may not read: paths that neither the record nor the programme has.
#[must_use]
pub fn unknown_paths(
    read: &BTreeSet<String>,
    known: &[String],
    programme: &serde_json::Value,
) -> Vec<String> {
    read.iter()
        .filter(|path| match path.strip_prefix("programme") {
            Some("") => false,
            Some(rest) if rest.starts_with('.') => {
                programme.pointer(&rest.replace('.', "/")).is_none()
            }
            _ => !known.contains(*path),
        })
        .cloned()
        .collect()
}

/// A plain value as the expressions see it.
#[must_use]
pub fn value_of(data: &serde_json::Value) -> Value {
    Value::from(minijinja::value::Serde(data))
}

fn day(text: &str) -> Result<NaiveDate, Error> {
    date::parse(text)
        .map_err(|_| Error::new(ErrorKind::InvalidOperation, format!("“{text}”不是日期")))
}

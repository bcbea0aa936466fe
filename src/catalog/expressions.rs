//! The expressions of rules and the sentences of manifests: minijinja, strict, with few functions.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use minijinja::value::{Rest, Value, ValueKind};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior, context};

use crate::values::{Calendar, Regions, date, registration};

/// The functions that an expression may use, besides minijinja's own.
pub const FUNCTIONS: [&str; 7] = [
    "characters",
    "years_between",
    "days_between",
    "written_date",
    "hanzi_date",
    "working_period",
    "calendar_years",
];

/// What expressions may ask besides the record.
#[derive(Debug, Clone)]
pub struct Surroundings {
    /// The regions (行政区划).
    pub regions: Arc<Regions>,
    /// The working days (工作日).
    pub calendar: Arc<Calendar>,
}

/// An environment in which an undefined variable is an error and nothing is escaped; `province` is
/// the region code of the programme.
#[must_use]
pub fn environment(surroundings: &Surroundings, province: &str) -> Environment<'static> {
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
    environment.add_filter("padded", |number: u64, digits: usize| {
        // Never cut: a serial of more digits has them all.
        let digits = digits.min(20);
        format!("{number:0digits$}")
    });
    environment.add_test("registration_number", |text: String| registration::is_judged(&text));
    environment.add_function("written_date", |text: String| day(&text).map(date::written));
    environment.add_function("hanzi_date", |text: String| day(&text).map(date::hanzi));
    let calendar = Arc::clone(&surroundings.calendar);
    environment.add_function("working_period", move |issued: String, days: u32, counted: bool| {
        let period = calendar.period(day(&issued)?, days, counted);
        Ok::<_, Error>(match period {
            Some((from, to)) => context!(from => from.to_string(), to => to.to_string()),
            None => Value::from(()),
        })
    });
    let calendar = Arc::clone(&surroundings.calendar);
    environment.add_function("calendar_years", move || {
        let years: Vec<String> = calendar.years().map(|year| format!("{year}年")).collect();
        years.join("、")
    });
    // Who takes a function for a filter is told so, where it stands.
    for name in FUNCTIONS {
        environment.add_filter(name, move |_: Value, _: Rest<Value>| {
            let what = format!("{name} 是函数，写成 {name}(…)，不写在 | 后面");
            Err::<Value, _>(Error::new(ErrorKind::InvalidOperation, what))
        });
    }
    let order = RegionOrder::of(&surroundings.regions, province);
    let sorting = order.clone();
    environment.add_filter("in_region_order", move |items: Vec<Value>, field: String| {
        sorting.sorted(items, &field)
    });
    environment.add_filter("by_city", move |items: Vec<Value>, field: String| {
        order.by_city(items, &field)
    });
    environment
}

/// The place of each region of a province in the order of codes, with its city.
#[derive(Clone)]
struct RegionOrder(Arc<BTreeMap<String, (usize, String)>>);

impl RegionOrder {
    fn of(regions: &Regions, province: &str) -> Self {
        let places = regions.of(province).enumerate().map(|(at, region)| {
            // A zone that belongs to no city is grouped under its own name.
            let city = if region.city.is_empty() { &region.name } else { &region.city };
            (region.full_name(), (at, city.clone()))
        });
        Self(Arc::new(places.collect()))
    }

    /// Items in the order of the codes of their regions, otherwise as they were given.
    fn sorted(&self, items: Vec<Value>, field: &str) -> Result<Vec<Value>, Error> {
        let mut placed = Vec::with_capacity(items.len());
        for item in items {
            placed.push((self.place(&item, field)?.0, item));
        }
        placed.sort_by_key(|(place, _)| *place);
        Ok(placed.into_iter().map(|(_, item)| item).collect())
    }

    /// The same, in groups of one city each.
    fn by_city(&self, items: Vec<Value>, field: &str) -> Result<Vec<Value>, Error> {
        let mut groups: Vec<(String, Vec<Value>)> = Vec::new();
        for item in self.sorted(items, field)? {
            let (_, city) = self.place(&item, field)?;
            match groups.last_mut() {
                Some((last, rows)) if last == city => rows.push(item),
                _ => groups.push((city.clone(), vec![item])),
            }
        }
        Ok(groups.into_iter().map(|(city, rows)| context!(city, rows)).collect())
    }

    /// An item without a region, as an unfinished record may have it, comes last.
    fn place(&self, item: &Value, field: &str) -> Result<&(usize, String), Error> {
        static LAST: (usize, String) = (usize::MAX, String::new());
        let name = item.get_attr(field)?;
        if name.is_none() || name.is_undefined() {
            return Ok(&LAST);
        }
        name.as_str().and_then(|name| self.0.get(name)).ok_or_else(|| {
            let what = format!("“{field}”应为行政区划，现为“{name}”");
            Error::new(ErrorKind::InvalidOperation, what)
        })
    }
}

/// The dotted paths that a sentence reads.
#[must_use]
pub fn paths_of_sentence(environment: &Environment<'_>, name: &str) -> BTreeSet<String> {
    match environment.get_template(name) {
        Ok(template) => {
            let whole = without_slices(template.source());
            let sliced = environment.template_from_str(&whole);
            let sliced = sliced.map(|it| it.undeclared_variables(true)).unwrap_or_default();
            own_paths(template.undeclared_variables(true).into_iter().chain(sliced))
        }
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
    let whole = without_slices(expression);
    let sliced = environment.compile_expression(&whole);
    let sliced = sliced.map(|it| it.undeclared_variables(true)).unwrap_or_default();
    Ok(own_paths(compiled.undeclared_variables(true).into_iter().chain(sliced)))
}

/// An expression with each slice (`text[:2]`) replaced by the text that it is of: minijinja does not tell
/// which variables are sliced.
fn without_slices(expression: &str) -> String {
    let mut kept = String::new();
    // For each open bracket, where it stands, and whether a colon was seen in it.
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut quote = None;
    for mark in expression.chars() {
        let sliceable =
            kept.ends_with(|before: char| before.is_alphanumeric() || "_)]".contains(before));
        kept.push(mark);
        match (quote, mark) {
            (Some(begun), _) if begun == mark => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(mark),
            (None, '[' | '{' | '(') => {
                // Only what stands behind a value slices it; a map has colons of its own.
                let place = if mark == '[' && sliceable { kept.len() - 1 } else { usize::MAX };
                open.push((place, false));
            }
            (None, ':') => {
                if let Some((_, colon)) = open.last_mut() {
                    *colon = true;
                }
            }
            (None, ']' | '}' | ')') => {
                if let Some((place, true)) = open.pop()
                    && place < kept.len()
                {
                    kept.truncate(place);
                }
            }
            _ => {}
        }
    }
    kept
}

fn own_paths(found: impl IntoIterator<Item = String>) -> BTreeSet<String> {
    found.into_iter().filter(|path| !FUNCTIONS.contains(&path.as_str())).collect()
}

/// The names besides the record's own fields that expressions may read; no field may be called so.
pub const RESERVED: [&str; 4] = ["programme", "computed", "row", "row_number"];

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
            // What is computed has fields that no schema tells.
            _ => !known.iter().any(|known| {
                known == *path
                    || (known.starts_with("computed.")
                        && path
                            .strip_prefix(known.as_str())
                            .is_some_and(|rest| rest.starts_with('.')))
            }),
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn evaluate(expression: &str, data: &serde_json::Value) -> Result<serde_json::Value, String> {
        let regions = include_str!("../../templates/lib/data/regions.csv");
        let holidays = include_str!("../../templates/lib/data/holidays.json");
        let surroundings = Surroundings {
            regions: Arc::new(Regions::parse(regions).expect("the regions")),
            calendar: Arc::new(Calendar::parse(holidays).expect("the holidays")),
        };
        let environment = environment(&surroundings, "140000");
        environment
            .compile_expression(expression)
            .and_then(|compiled| compiled.eval(value_of(data)))
            .map_err(|error| error.to_string())
            .map(|value| serde_json::to_value(&value).expect("plain"))
    }

    #[test]
    fn what_is_sliced_is_read() {
        let environment = Environment::new();
        for (expression, read) in [
            ("phone[:1] == '1'", vec!["phone"]),
            ("contact.phone[5:] <= programme.until", vec!["contact.phone", "programme.until"]),
            ("'[' ~ name[1:-1] ~ ':]' in list", vec!["list", "name"]),
            ("(name ~ mark)[2:]", vec!["mark", "name"]),
            ("kind in {'a': one}['a'] and other['b']", vec!["kind", "one", "other"]),
        ] {
            let paths = paths_of_expression(&environment, expression).expect("an expression");
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            for path in read {
                assert!(paths.contains(&path), "{path} not in {paths:?} of {expression}");
            }
        }
    }

    fn rows() -> serde_json::Value {
        json!({ "rows": [
            { "n": 1, "region": "运城市盐湖区" },
            { "n": 2, "region": "太原市迎泽区" },
            { "n": 3, "region": null },
            { "n": 4, "region": "山西转型综合改革示范区" },
            { "n": 5, "region": "太原市小店区" },
            { "n": 6, "region": "太原市迎泽区" },
        ] })
    }

    #[test]
    fn lists_stand_in_the_order_of_their_regions() {
        let sorted = evaluate("rows|in_region_order('region')|map(attribute='n')|list", &rows());
        // Equal ones as they were given; one without a region last.
        assert_eq!(sorted, Ok(json!([5, 2, 6, 4, 1, 3])));
        let cities = evaluate("rows|by_city('region')", &rows()).expect("groups");
        let names: Vec<_> = cities.as_array().expect("a list").iter().map(|c| &c["city"]).collect();
        assert_eq!(names, ["太原市", "运城市", ""]);
        assert_eq!(cities[0]["rows"].as_array().map(Vec::len), Some(4));
        let wrong = json!({ "rows": [{ "region": "北京市海淀区" }] });
        assert!(
            evaluate("rows|by_city('region')", &wrong).expect_err("no region").contains("海淀")
        );
    }

    #[test]
    fn periods_are_counted_in_working_days() {
        let of = |expression| evaluate(expression, &json!({})).expect("a period");
        let wanted = json!({ "from": "2025-04-15", "to": "2025-04-21" });
        assert_eq!(of("working_period('2025-04-14', 5, false)"), wanted);
        assert_eq!(of("working_period('2026-12-28', 5, false)"), json!(null));
        assert_eq!(of("calendar_years()"), json!("2024年、2025年、2026年"));
    }
}

//! Cells to values: the inverse of writing a record into cells.

use std::ops::RangeInclusive;

use chrono::{Datelike, Days, NaiveDate};
use serde_json::{Map, Number, Value, json};

use super::grid::{Cell, Kind, Line, address};
use super::head::TableColumn;
use crate::catalog::{Field, Form, REASON, unescape};
use crate::values::{Finding, width};

/// From here on a spreadsheet has no room for every digit.
const ROUNDED: f64 = 1e15;

/// The years whose days are known in plain numbers.
const DAYS_OF: RangeInclusive<i32> = 1949..=2100;

/// The record of a row, and what was found in its cells: each finding with its pointer.
pub(super) fn record(
    line: &Line,
    columns: &[TableColumn],
    fields: &[Field],
) -> (Value, Vec<(String, Finding)>) {
    let mut record = Value::Object(Map::new());
    let mut findings = Vec::new();
    for column in columns {
        let Some(field) = column.field.and_then(|at| fields.get(at)) else { continue };
        let Some(cell) = line.cell(column.column) else { continue };
        match value(cell, field) {
            Ok((pointer, value)) => put(&mut record, &pointer, value),
            Err(finding) => {
                let at = address(line.number, column.column);
                findings.push((field.column.pointer.clone(), finding.with("cell", at)));
            }
        }
    }
    (record, findings)
}

/// What a cell of a column says, and where it belongs.
fn value(cell: &Cell, field: &Field) -> Result<(String, Value), Finding> {
    let text = cell.text.trim();
    match cell.kind {
        Kind::Error => return Err(Finding::problem("table.error-cell").with("found", text)),
        Kind::Unworked => return Err(Finding::problem("table.formula-unworked")),
        _ => {}
    }
    let reason = text.strip_prefix("未填原因：").or_else(|| text.strip_prefix("未填原因:"));
    if let (Some(reason), Some(at)) = (reason, &field.reason_at) {
        return Ok((at.clone(), json!({ REASON: reason.trim() })));
    }
    let value = match field.form {
        Form::Integer | Form::Number => number(cell, text)?,
        Form::Truth => match text {
            "是" | "TRUE" | "true" | "True" | "√" => Value::Bool(true),
            "否" | "FALSE" | "false" | "False" | "×" => Value::Bool(false),
            _ => text.into(),
        },
        Form::Date => match (cell.kind, day_of(text)) {
            // A day whose cell has lost its format, or was saved as text.
            (Kind::Text | Kind::Number(_), Some(day)) => {
                let finding = Finding::problem("table.date-number").with("found", text);
                return Err(finding.with("corrected", day.to_string()));
            }
            (Kind::Text, None) => date(text).into(),
            _ => as_text(cell, text)?.into(),
        },
        Form::Texts | Form::Integers => {
            let text = as_text(cell, text)?;
            let items = text.split(['、', '；', ';', '\n']).map(str::trim);
            let items = items.filter(|item| !item.is_empty());
            items
                .map(|item| match item.parse::<i64>() {
                    Ok(number) if field.form == Form::Integers => Value::from(number),
                    _ => chosen(item, field).into(),
                })
                .collect()
        }
        Form::Text | Form::Groups => chosen(&as_text(cell, text)?, field).into(),
    };
    Ok((field.column.pointer.clone(), value))
}

/// The choice that is called so, or the text itself.
fn chosen(text: &str, field: &Field) -> String {
    let called = field.choice_labels.iter().position(|label| label == text);
    called.and_then(|at| field.choices.get(at)).map_or(text, String::as_str).to_owned()
}

/// A cell in a column of texts.
fn as_text(cell: &Cell, text: &str) -> Result<String, Finding> {
    let rounded = match cell.kind {
        Kind::Number(number) => number.abs() >= ROUNDED,
        Kind::Text => is_scientific(text),
        _ => false,
    };
    if rounded {
        return Err(Finding::problem("table.number-rounded").with("found", text));
    }
    Ok(text.to_owned())
}

fn number(cell: &Cell, text: &str) -> Result<Value, Finding> {
    let text = as_text(cell, text)?;
    let plain = width::half(&text).replace(',', "");
    let number = plain.parse::<i64>().ok().map(Number::from);
    let number = number.or_else(|| Number::from_f64(plain.parse().ok()?));
    Ok(number.map_or(Value::String(text), Value::Number))
}

/// 9.11401E+17, as spreadsheets save what no longer fits into a column.
fn is_scientific(text: &str) -> bool {
    let Some((digits, power)) = text.split_once("E+").or_else(|| text.split_once("e+")) else {
        return false;
    };
    let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    all(power) && all(&digits.replacen('.', "", 1))
}

/// The day that a spreadsheet means by a plain number, if it is one of our time.
fn day_of(text: &str) -> Option<NaiveDate> {
    let whole = text.split_once('.').map_or(text, |(whole, _)| whole);
    let days = whole.parse().ok().filter(|_| whole.len() == 5)?;
    let day = NaiveDate::from_ymd_opt(1899, 12, 30)?.checked_add_days(Days::new(days))?;
    DAYS_OF.contains(&day.year()).then_some(day)
}

/// A date in any of the forms that spreadsheets show, as YYYY-MM-DD; what is none stays as it is.
fn date(text: &str) -> String {
    let plain = width::half(text);
    // Some programs save midnight with every date.
    let plain = plain.trim_end_matches("00:00:00").trim_end_matches(" 0:00").trim();
    let plain = plain.strip_suffix('日').unwrap_or(plain);
    let parts: Vec<&str> = plain.split(['/', '-', '.', '年', '月']).map(str::trim).collect();
    let digits = |part: &str, most: usize| {
        (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
    };
    match parts[..] {
        [year, month, day]
            if year.len() == 4 && digits(year, 4) && digits(month, 2) && digits(day, 2) =>
        {
            format!("{year}-{month:0>2}-{day:0>2}")
        }
        _ => text.to_owned(),
    }
}

/// Puts a value at its place, making the groups on the way.
fn put(record: &mut Value, pointer: &str, value: Value) {
    let mut place = record;
    for step in pointer.split('/').skip(1) {
        if !place.is_object() {
            // A reason stands for the whole group; what else was filled in is told by the schema.
            *place = Value::Object(Map::new());
        }
        let Value::Object(map) = place else { return };
        place = map.entry(unescape(step)).or_insert(Value::Null);
    }
    match (place, value) {
        (Value::Object(known), Value::Object(more)) => known.extend(more),
        (place, value) => *place = value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_as_they_are_shown() {
        for text in [
            "2026/3/5",
            "2026-3-5",
            "2026.3.5",
            "2026年3月5日",
            "2026-03-05",
            "２０２６/3/5",
            "2026/3/5 0:00",
        ] {
            assert_eq!(date(text), "2026-03-05", "{text}");
        }
        for text in ["3/5/2026", "26-3-5", "2026年3月", "待定", "2026-3-5-1"] {
            assert_eq!(date(text), text);
        }
    }

    #[test]
    fn plain_numbers_of_days_are_known() {
        let day = |text| day_of(text).map(|day| day.to_string());
        assert_eq!(day("46086").as_deref(), Some("2026-03-05"));
        assert_eq!(day("46086.5").as_deref(), Some("2026-03-05"));
        for text in ["20260305", "2026", "待定待定待", "99999", "2026-", "4608６"] {
            assert_eq!(day(text), None, "{text}");
        }
    }

    #[test]
    fn what_a_spreadsheet_has_rounded_is_known() {
        for text in ["9.11401E+17", "1E+20", "9.11e+17"] {
            assert!(is_scientific(text), "{text}");
        }
        for text in ["E+17", "9E17", "MA0K3T7W78", "1.2.3E+4", "9E+", "-"] {
            assert!(!is_scientific(text), "{text}");
        }
    }
}

//! Working days (工作日): Monday to Friday, less the days off and plus the make-up days (调休) that the
//! State Council announces for each year. A year that was not announced is not known.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate, Weekday};
use serde::Deserialize;

use super::date;

/// The announced years.
#[derive(Debug, Clone, Default)]
pub struct Calendar {
    years: BTreeMap<i32, Year>,
}

#[derive(Debug, Clone)]
struct Year {
    /// The names of the holidays, by day.
    off: BTreeMap<NaiveDate, String>,
    worked: BTreeMap<NaiveDate, String>,
}

/// What kind of day one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayKind<'a> {
    /// Monday to Friday.
    Working,
    /// Saturday or Sunday.
    Rest,
    /// A day off that was announced, with the holiday's name.
    Holiday(&'a str),
    /// A weekend day that is worked, with the name of the holiday that it makes up for.
    MadeUp(&'a str),
    /// Of a year that was not announced.
    Unknown,
}

/// What cannot be used in the calendar data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarFault {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong, in Chinese.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Where the data are from; for readers of the file.
    #[serde(rename = "note")]
    _note: Option<String>,
    years: BTreeMap<String, Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    off_days: BTreeMap<String, String>,
    make_up_workdays: BTreeMap<String, String>,
}

/// First and last day of a period.
pub type Period = (NaiveDate, NaiveDate);

impl Calendar {
    /// Reads the calendar data (JSON: `years`, each with `off_days` and `make_up_workdays`, both a
    /// date and the holiday's name).
    ///
    /// # Errors
    /// The first slip: no such day, a day of another year, a make-up day that is no weekend.
    pub fn parse(json: &str) -> Result<Self, CalendarFault> {
        let file: File = serde_json::from_str(json).map_err(|error| CalendarFault {
            line: error.line(),
            what: format!("不合格式：{error}"),
        })?;
        let fault = |text: &str, what: String| {
            let before = json.find(&format!("\"{text}\"")).unwrap_or(0);
            CalendarFault { line: json[..before].matches('\n').count() + 1, what }
        };
        let mut years = BTreeMap::new();
        for (name, entry) in &file.years {
            let year: i32 =
                name.parse().map_err(|_| fault(name, format!("“{name}”不是年份，例如 2026")))?;
            let days = |given: &BTreeMap<String, String>| {
                let day = |(text, name): (&String, &String)| {
                    let day = date::parse(text).ok().filter(|day| day.year() == year);
                    let what = || fault(text, format!("“{text}”不是{year}年的日期"));
                    day.map(|day| (day, name.clone())).ok_or_else(what)
                };
                given.iter().map(day).collect::<Result<BTreeMap<_, _>, CalendarFault>>()
            };
            let (off, worked) = (days(&entry.off_days)?, days(&entry.make_up_workdays)?);
            if let Some(day) = worked.keys().find(|day| !is_weekend(**day)) {
                let text = day.to_string();
                return Err(fault(&text, format!("{text}不是周末，不能调休上班")));
            }
            if let Some(day) = off.keys().find(|day| worked.contains_key(day)) {
                let text = day.to_string();
                return Err(fault(&text, format!("{text}既放假又上班")));
            }
            years.insert(year, Year { off, worked });
        }
        Ok(Self { years })
    }

    /// The years it knows, in order.
    pub fn years(&self) -> impl Iterator<Item = i32> {
        self.years.keys().copied()
    }

    /// Whether a day is a working day; `None` in a year that is not known.
    #[must_use]
    pub fn is_working(&self, day: NaiveDate) -> Option<bool> {
        match self.kind_of(day) {
            DayKind::Working | DayKind::MadeUp(_) => Some(true),
            DayKind::Rest | DayKind::Holiday(_) => Some(false),
            DayKind::Unknown => None,
        }
    }

    /// What kind of day one is.
    #[must_use]
    pub fn kind_of(&self, day: NaiveDate) -> DayKind<'_> {
        let Some(year) = self.years.get(&day.year()) else { return DayKind::Unknown };
        match (year.worked.get(&day), year.off.get(&day)) {
            (Some(name), _) => DayKind::MadeUp(name),
            (None, Some(name)) => DayKind::Holiday(name),
            (None, None) if is_weekend(day) => DayKind::Rest,
            (None, None) => DayKind::Working,
        }
    }

    /// The period of so many working days from the day of issue: with that day counted it begins
    /// on it, otherwise on the next working day (民法典 201: the day on which a period begins is not
    /// counted); it ends on the last of the working days. `None` if it meets a year that is not
    /// known, or if no day is asked for.
    #[must_use]
    pub fn period(&self, issued: NaiveDate, days: u32, issue_day_counted: bool) -> Option<Period> {
        if days == 0 {
            return None;
        }
        let mut first = issue_day_counted.then_some(issued);
        let mut left = days;
        for day in issued.iter_days().skip(usize::from(!issue_day_counted)) {
            if self.is_working(day)? {
                left -= 1;
                let first = *first.get_or_insert(day);
                if left == 0 {
                    return Some((first, day));
                }
            }
        }
        None
    }
}

fn is_weekend(day: NaiveDate) -> bool {
    matches!(day.weekday(), Weekday::Sat | Weekday::Sun)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn calendar() -> Calendar {
        Calendar::parse(include_str!("../../templates/lib/data/holidays.json")).expect("the data")
    }

    fn day(text: &str) -> NaiveDate {
        date::parse(text).expect("a date")
    }

    #[test]
    fn ends_where_it_should() {
        // Issue day, working days, last day with the issue day excluded and included.
        for (issued, days, excluded, included) in [
            ("2025-04-14", 5, "2025-04-21", "2025-04-18"),
            ("2026-02-13", 5, "2026-02-27", "2026-02-26"),
            ("2026-02-10", 7, "2026-02-26", "2026-02-25"),
            ("2026-04-30", 5, "2026-05-11", "2026-05-09"),
            ("2026-09-24", 7, "2026-10-12", "2026-10-10"),
            ("2025-09-29", 5, "2025-10-13", "2025-10-11"),
            ("2024-09-12", 5, "2024-09-20", "2024-09-19"),
            ("2026-01-01", 5, "2026-01-08", "2026-01-08"),
        ] {
            let last = |counted| calendar().period(day(issued), days, counted).expect("known").1;
            assert_eq!(last(false), day(excluded), "{issued} + {days}");
            assert_eq!(last(true), day(included), "{issued} + {days}, counted");
        }
    }

    #[test]
    fn begins_where_it_should() {
        let first = |issued, counted| calendar().period(day(issued), 5, counted).expect("known").0;
        assert_eq!(first("2025-04-18", false), day("2025-04-21"));
        assert_eq!(first("2025-04-18", true), day("2025-04-18"));
        assert_eq!(first("2026-01-01", true), day("2026-01-01"));
        assert_eq!(first("2026-02-13", false), day("2026-02-14"), "a make-up Saturday");
    }

    #[test]
    fn counts_the_working_days_of_a_year() {
        for (year, wanted) in [(2024, 251), (2025, 248), (2026, 248)] {
            let first = NaiveDate::from_ymd_opt(year, 1, 1).expect("a day");
            let found = first
                .iter_days()
                .take_while(|day| day.year() == year)
                .filter(|day| calendar().is_working(*day) == Some(true))
                .count();
            assert_eq!(found, wanted, "{year}");
        }
    }

    #[test]
    fn does_not_guess_a_year() {
        assert_eq!(calendar().is_working(day("2027-01-01")), None);
        assert_eq!(calendar().period(day("2026-12-28"), 5, false), None);
        assert!(calendar().period(day("2026-12-24"), 5, true).is_some());
        assert_eq!(calendar().period(day("2026-03-02"), 0, false), None);
        assert_eq!(calendar().period(day("2026-03-01"), 0, true), None);
        assert_eq!(calendar().period(day("2023-12-28"), 2, true), None);
    }

    #[test]
    fn names_the_kind_of_a_day() {
        let calendar = calendar();
        let kind = |text| calendar.kind_of(day(text));
        assert_eq!(kind("2025-10-01"), DayKind::Holiday("国庆节"));
        assert_eq!(kind("2025-09-28"), DayKind::MadeUp("国庆节"));
        assert_eq!(kind("2025-09-27"), DayKind::Rest);
        assert_eq!(kind("2025-09-29"), DayKind::Working);
        assert_eq!(kind("2027-01-01"), DayKind::Unknown);
    }

    #[test]
    fn names_the_line_of_a_slip() {
        let file = |year: &str, off: &str, worked: &str| {
            format!(
                "{{\"years\": {{\n\"{year}\": {{\"off_days\": {{\n{off}}},\n\"make_up_workdays\": {{\n{worked}}}}}}}}}"
            )
        };
        let of = |text: String| Calendar::parse(&text).expect_err("a slip");
        assert_eq!(of(file("2026", "\"2026-02-30\": \"春节\"", "")).line, 3);
        assert_eq!(of(file("2026", "\"2025-02-03\": \"春节\"", "")).line, 3);
        assert_eq!(of(file("2026", "", "\"2026-03-04\": \"春节\"")).line, 5);
        assert_eq!(of(file("二〇二六", "", "")).line, 2);
        assert_eq!(of("{\n\"years\": [".to_owned()).line, 2);
    }

    proptest! {
        #[test]
        fn a_period_holds_as_many_working_days_as_asked(offset in 0_i64..1000, days in 1_u32..40, counted: bool) {
            let calendar = calendar();
            let issued = day("2024-01-02") + chrono::Duration::days(offset);
            if let Some((first, last)) = calendar.period(issued, days, counted) {
                let working = first
                    .iter_days()
                    .take_while(|day| *day <= last)
                    .filter(|day| calendar.is_working(*day) == Some(true))
                    .count();
                prop_assert_eq!(working, days as usize);
                prop_assert_eq!(calendar.is_working(last), Some(true));
                prop_assert!(first >= issued && (counted || first > issued));
            }
        }
    }
}

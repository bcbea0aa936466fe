//! Dates (日期): read as YYYY-MM-DD, written 2026年3月5日 or 二〇二六年三月五日.

use chrono::{Datelike, NaiveDate};

use super::{Finding, numeral, width};

/// The years that a paper of ours may speak of.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// Reads a date in the extended form of ISO 8601, YYYY-MM-DD.
///
/// # Errors
/// A finding: another form (with the right one where it can be told), a day that does not exist,
/// a year out of reach.
pub fn parse(text: &str) -> Result<NaiveDate, Finding> {
    let Some((year, month, day)) = parts(text) else {
        let finding = Finding::problem("date.malformed").with("found", text.to_owned());
        return Err(match corrected(text) {
            Some(date) => finding.with("corrected", date.to_string()),
            None => finding,
        });
    };
    if !YEARS.contains(&year) {
        return Err(Finding::problem("date.year")
            .with("found", text.to_owned())
            .with("earliest", *YEARS.start())
            .with("latest", *YEARS.end()));
    }
    NaiveDate::from_ymd_opt(year, month, day).ok_or_else(|| {
        let finding = Finding::problem("date.impossible").with("found", text.to_owned());
        match days_in(year, month) {
            Some(days) => finding.with("year", year).with("month", month).with("days", days),
            None => finding.with("month", month),
        }
    })
}

/// 2026年3月5日: full year, no leading zeros (GB/T 9704-2012, 7.3.5.4).
#[must_use]
pub fn written(date: NaiveDate) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

/// 二〇二六年三月五日, as certificates bear it, with 〇 (U+3007).
#[must_use]
pub fn hanzi(date: NaiveDate) -> String {
    format!(
        "{}年{}月{}日",
        numeral::digits(date.year().unsigned_abs()),
        numeral::counting(date.month()),
        numeral::counting(date.day())
    )
}

/// Whole years from one day to another, negative if the second is earlier; a year is full on its
/// anniversary, and one that began on 29 February on 1 March of common years.
#[must_use]
pub fn years_between(earlier: NaiveDate, later: NaiveDate) -> i32 {
    if later < earlier {
        return -years_between(later, earlier);
    }
    let reached = (later.month(), later.day()) >= (earlier.month(), earlier.day());
    later.year() - earlier.year() - i32::from(!reached)
}

/// Days from one day to another, negative if the second is earlier.
#[must_use]
pub fn days_between(earlier: NaiveDate, later: NaiveDate) -> i64 {
    (later - earlier).num_days()
}

fn parts(text: &str) -> Option<(i32, u32, u32)> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            4 | 7 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    if !shaped {
        return None;
    }
    Some((text[..4].parse().ok()?, text[5..7].parse().ok()?, text[8..].parse().ok()?))
}

/// The date that was probably meant by 2026年3月5日, 2026/3/5, 2026.3.5 or 20260305.
fn corrected(text: &str) -> Option<NaiveDate> {
    let half = width::half(text);
    let numbers: Vec<&str> =
        half.split(|mark: char| !mark.is_ascii_digit()).filter(|part| !part.is_empty()).collect();
    let (year, month, day) = match numbers.as_slice() {
        [year, month, day] if year.len() == 4 && month.len() < 3 && day.len() < 3 => {
            (*year, *month, *day)
        }
        [whole] if whole.len() == 8 => (&whole[..4], &whole[4..6], &whole[6..]),
        _ => return None,
    };
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

fn days_in(year: i32, month: u32) -> Option<u32> {
    (28..=31).rev().find(|day| NaiveDate::from_ymd_opt(year, month, *day).is_some())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        parse(text).expect("a date")
    }

    #[test]
    fn writes_dates() {
        assert_eq!(written(day("2026-03-05")), "2026年3月5日");
        assert_eq!(hanzi(day("2026-03-05")), "二〇二六年三月五日");
        assert_eq!(hanzi(day("2020-10-31")), "二〇二〇年十月三十一日");
        assert_eq!(hanzi(day("2011-11-20")), "二〇一一年十一月二十日");
    }

    #[test]
    fn says_what_is_wrong() {
        let of = |text: &str| parse(text).expect_err("no date");
        for text in ["2026年3月5日", "2026/3/5", "2026.03.05", "20260305", "２０２６-３-５"]
        {
            assert_eq!(of(text).facts["corrected"], "2026-03-05", "{text}");
        }
        assert!(!of("去年").facts.contains_key("corrected"));
        assert_eq!(of("2026-02-30").code, "date.impossible");
        assert_eq!(of("2026-02-30").facts["days"], 28);
        assert_eq!(of("2026-13-01").facts["month"], 13);
        assert_eq!(of("0026-03-05").code, "date.year");
    }

    #[test]
    fn counts_years_on_the_anniversary() {
        let years = |a, b| years_between(day(a), day(b));
        assert_eq!(years("2023-06-18", "2026-06-17"), 2);
        assert_eq!(years("2023-06-18", "2026-06-18"), 3);
        assert_eq!(years("2024-02-29", "2027-02-28"), 2);
        assert_eq!(years("2024-02-29", "2027-03-01"), 3);
        assert_eq!(years("2026-06-18", "2023-06-18"), -3);
        assert_eq!(days_between(day("2026-02-28"), day("2026-03-01")), 1);
    }

    proptest! {
        #[test]
        fn a_date_can_be_read_again(days in 0_i64..109_573) {
            let date = day("1900-01-01") + chrono::Duration::days(days);
            prop_assert_eq!(parse(&date.to_string()), Ok(date));
            prop_assert_eq!(corrected(&written(date)), Some(date));
            prop_assert_eq!(read_hanzi(&hanzi(date)), Some(date));
        }
    }

    fn read_hanzi(text: &str) -> Option<NaiveDate> {
        let (year, rest) = text.split_once('年')?;
        let (month, rest) = rest.split_once('月')?;
        let year: String = year
            .chars()
            .map(|mark| "〇一二三四五六七八九".chars().position(|known| known == mark))
            .map(|digit| digit.map(|digit| digit.to_string()))
            .collect::<Option<_>>()?;
        NaiveDate::from_ymd_opt(
            year.parse().ok()?,
            numeral::read_counting(month)?,
            numeral::read_counting(rest.strip_suffix('日')?)?,
        )
    }
}

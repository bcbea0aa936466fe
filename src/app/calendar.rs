//! Calendar: the span of days that a record speaks of, day by day, for a picture beside the form.

use chrono::{Datelike, Days, Months, NaiveDate};
use serde::Serialize;

use super::{App, Refusal};
use crate::catalog::Document;
use crate::intake::{self, Draft, Problems};
use crate::values::{Calendar, DayKind, Level, Period};
use crate::wording;

/// More months than these are shown of no span.
const MOST_MONTHS: usize = 12;

/// A span with the months that it lies in.
#[derive(Debug, Clone, Serialize)]
pub struct SpanShown {
    /// What the span is called.
    pub title: String,
    /// Its days; none if they cannot be said yet.
    pub span: Option<SpanDays>,
    /// What must be mended before they can be said.
    pub problems: Problems,
    /// What should be known of the days: a year whose holidays are not known, months that are not shown.
    pub notes: Vec<String>,
    /// Each month from its first to its last day.
    pub months: Vec<Month>,
}

/// First and last day of a span.
#[derive(Debug, Clone, Serialize)]
pub struct SpanDays {
    /// The first day.
    pub from: NaiveDate,
    /// The last day.
    pub to: NaiveDate,
    /// How many of its days are worked; none if that is not known.
    pub working_days: Option<usize>,
}

/// One month.
#[derive(Debug, Clone, Serialize)]
pub struct Month {
    /// The year.
    pub year: i32,
    /// The month, from 1.
    pub month: u32,
    /// Its days in their order.
    pub days: Vec<MarkedDay>,
}

/// One day of a month.
#[derive(Debug, Clone, Serialize)]
pub struct MarkedDay {
    /// The day.
    pub date: NaiveDate,
    /// Monday is 1, Sunday is 7.
    pub weekday: u32,
    /// `working`, `rest`, `holiday`, `made-up`, or `unknown` in a year that was not announced.
    pub kind: &'static str,
    /// The holiday that it is, or that it makes up for.
    pub name: Option<String>,
    /// Whether the span holds it.
    pub within: bool,
}

impl App {
    /// Whether a document's records speak of a span of days.
    #[must_use]
    pub fn has_calendar(document: &Document) -> bool {
        document.manifest.calendar.is_some()
    }

    /// The span of days that a record speaks of; it may be unfinished.
    ///
    /// # Errors
    /// A usage sentence if the document's records speak of none, or a fault.
    pub fn calendar(&self, document: &str, record: &[u8]) -> Result<SpanShown, Refusal> {
        let document = self.document(document)?;
        let none = || Refusal::Usage(format!("文书 {} 没有要在日历上看的日期", document.id));
        let title = document.manifest.calendar.as_ref().ok_or_else(none)?.title.clone();
        let examined = intake::examine(&self.catalog, document, record, self.most.rows)?;
        let problems = examined.problems;
        let mut drafts = examined.records.into_iter().map(Draft::from).chain(examined.drafts);
        let draft = drafts.next().ok_or_else(none)?;
        let span = wording::span(document, &draft)?.ok_or_else(none)?;
        let calendar = self.catalog.calendar();
        let mut shown = SpanShown {
            title,
            span: None,
            problems: Problems::default(),
            notes: Vec::new(),
            months: vec![],
        };
        let Some(days) = span.days else {
            let concerns = |at: &str| span.reads.iter().any(|read| intake::overlap(read, at));
            shown.problems = problems
                .only(|problem| problem.level == Level::Problem && concerns(&problem.pointer));
            return Ok(shown);
        };
        let working_days = working_days(calendar, days);
        shown.span = Some(SpanDays { from: days.0, to: days.1, working_days });
        shown.months = months(calendar, days);
        shown.notes = notes(calendar, days, &shown.months);
        Ok(shown)
    }
}

/// How many days of a span are worked; none if it meets a year that is not known.
fn working_days(calendar: &Calendar, (from, to): Period) -> Option<usize> {
    let mut count = 0;
    for day in from.iter_days().take_while(|day| *day <= to) {
        count += usize::from(calendar.is_working(day)?);
    }
    Some(count)
}

/// The months that a span lies in, at most so many.
fn months(calendar: &Calendar, (from, to): Period) -> Vec<Month> {
    let first = from.with_day(1).unwrap_or(from);
    let starts = std::iter::successors(Some(first), |day| day.checked_add_months(Months::new(1)));
    let starts = starts.take_while(|day| *day <= to).take(MOST_MONTHS);
    let month = |start: NaiveDate| {
        let days = start.iter_days().take_while(|day| day.month() == start.month());
        let days = days.map(|day| marked(calendar, day, (from..=to).contains(&day)));
        Month { year: start.year(), month: start.month(), days: days.collect() }
    };
    starts.map(month).collect()
}

fn marked(calendar: &Calendar, day: NaiveDate, within: bool) -> MarkedDay {
    let (kind, name) = match calendar.kind_of(day) {
        DayKind::Working => ("working", None),
        DayKind::Rest => ("rest", None),
        DayKind::Holiday(name) => ("holiday", Some(name.to_owned())),
        DayKind::MadeUp(name) => ("made-up", Some(name.to_owned())),
        DayKind::Unknown => ("unknown", None),
    };
    MarkedDay { date: day, weekday: day.weekday().number_from_monday(), kind, name, within }
}

fn notes(calendar: &Calendar, (from, to): Period, months: &[Month]) -> Vec<String> {
    let mut notes = Vec::new();
    let known: Vec<i32> = calendar.years().collect();
    let unknown = (from.year()..=to.year()).filter(|year| !known.contains(year));
    let unknown: Vec<String> = unknown.take(3).map(|year| format!("{year}年")).collect();
    if !unknown.is_empty() {
        let known: Vec<String> = known.iter().map(|year| format!("{year}年")).collect();
        notes.push(format!(
            "不知道{}的放假安排（已知{}），所以没有数工作日；请在 templates/lib/data/holidays.json 中补上，或者自行核对日期",
            unknown.join("、"),
            known.join("、")
        ));
    }
    let shown = months.last().and_then(|month| month.days.last()).map(|day| day.date);
    if shown.is_some_and(|last| last.checked_add_days(Days::new(1)).is_some_and(|next| next <= to))
    {
        notes.push(format!("这段时间超过{MOST_MONTHS}个月，只列出前{MOST_MONTHS}个月；请核对日期"));
    }
    notes
}

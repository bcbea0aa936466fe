//! What is made of a record besides its print: the spreadsheet of its list, what it gives to another
//! document, the days that it speaks of.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::answer::{self, ADVICE, PROBLEMS};
use super::asked::{Named, Printable, Record};
use super::office::Office;
use super::problem::{
    INVALID_RECORD, NO_CALENDAR, NOT_COLLECTED, NOT_DERIVED, Problem, is_unreadable,
};
use super::query::{NoQuery, Query};
use super::words::XLSX;
use crate::app::{App, Refusal};
use crate::catalog::Document;

type Answer = Result<Response, Problem>;

/// POST …/xlsx
pub(super) async fn xlsx(
    State(office): State<Arc<Office>>,
    Printable(document): Printable,
    _: NoQuery,
    Record(record, _room): Record,
) -> Answer {
    if !App::is_collected(office.app.document(&document)?) {
        let detail = format!("文书 {document} 没有可以列成表的数据");
        return Err(Problem::new(NOT_COLLECTED, detail));
    }
    let (app, name) = (Arc::clone(&office.app), document.clone());
    let made = office.checked(move || app.listed_sheet(&name, &record)).await?;
    let made = made.map_err(|refusal| match refusal {
        Refusal::Usage(sentence) => Problem::new(INVALID_RECORD, sentence),
        other => other.into(),
    })?;
    office.count(&made.problems);
    let plain = format!("{}.xlsx", document.replace('/', "-"));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(XLSX));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let named = answer::named("attachment", &plain, &made.file_name);
    headers.extend(HeaderValue::try_from(named).map(|it| (header::CONTENT_DISPOSITION, it)));
    headers.insert(PROBLEMS, made.problems.to_mend().count().into());
    headers.insert(ADVICE, made.problems.advice().count().into());
    Ok((headers, made.bytes).into_response())
}

/// POST …/derive
pub(super) async fn derive(
    State(office): State<Arc<Office>>,
    Named(document): Named,
    mut query: Query,
    Record(record, _room): Record,
) -> Answer {
    let target: &Document = office.app.document(&document)?;
    if App::sources(target).next().is_none() {
        let detail = format!("文书 {document} 不由其他文书得出");
        return Err(Problem::new(NOT_DERIVED, detail));
    }
    let from = query.text("from").unwrap_or_default();
    if !App::sources(target).any(|known| known == from) {
        query.slip("from", &from, &App::sources(target).collect::<Vec<_>>());
    }
    query.end()?;
    let app = Arc::clone(&office.app);
    let derived = office.checked(move || app.derive(&document, &from, &record)).await??;
    // Of what is no JSON nothing is derived.
    if is_unreadable(&derived.problems) {
        return Err(Problem::of_record(&derived.problems));
    }
    office.count(&derived.problems);
    Ok(answer::json_of(&json!({ "record": derived.record, "problems": derived.problems })))
}

/// POST …/calendar
pub(super) async fn calendar(
    State(office): State<Arc<Office>>,
    Named(document): Named,
    _: NoQuery,
    Record(record, _room): Record,
) -> Answer {
    if !App::has_calendar(office.app.document(&document)?) {
        let detail = format!("文书 {document} 没有要在日历上看的日期");
        return Err(Problem::new(NO_CALENDAR, detail));
    }
    let app = Arc::clone(&office.app);
    let shown = office.checked(move || app.calendar(&document, &record)).await??;
    if is_unreadable(&shown.problems) {
        return Err(Problem::of_record(&shown.problems));
    }
    Ok(answer::json_of(&json!(shown)))
}

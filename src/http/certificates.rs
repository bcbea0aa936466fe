//! The routes of certificates: found, shown, printed again, revoked.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path, State};
use axum::http::request::Parts;
use axum::response::Response;
use chrono::NaiveDate;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::answer;
use super::asked::Note;
use super::caller::Caller;
use super::office::Office;
use super::problem::{INVALID_RECORD, NOT_JSON, Problem, UNKNOWN_NUMBER, UNPRINTABLE};
use super::query::{NoQuery, Query};
use super::words::{LISTS, List};
use crate::app::{App, Batches, Source, described, told};
use crate::registry::{Certificate, Search, State as Standing};
use crate::store::today;

type Shared = State<Arc<Office>>;
type Answer = Result<Response, Problem>;

/// How many certificates one answer lists, unless asked otherwise, and at most.
const LISTED: u32 = 100;
const LISTED_AT_MOST: usize = 1000;

/// The certificate in the path.
pub(super) struct Numbered(pub(super) Certificate);

impl FromRequestParts<Arc<Office>> for Numbered {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Problem> {
        let path: Result<Path<String>, PathRejection> =
            Path::from_request_parts(parts, office).await;
        let Ok(Path(number)) = path else {
            return Err(Problem::new(UNKNOWN_NUMBER, "地址不是 UTF-8 文字"));
        };
        let found = office.kept()?.ledger().registry().find(&number).await?;
        let unknown = || Problem::new(UNKNOWN_NUMBER, format!("登记簿里没有编号{number}"));
        found.map(Self).ok_or_else(unknown)
    }
}

/// What is asked with a reprint.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Reprinted {
    why: String,
    from: Option<Source>,
}

/// What is asked with a revocation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Revoked {
    why: String,
    replaced_by: Option<String>,
    day: Option<NaiveDate>,
}

/// GET /api/v1/certificates
pub(super) async fn list(State(office): Shared, mut query: Query) -> Answer {
    let states = Standing::ALL.map(|state| (state.word(), state));
    let search = Search {
        text: query.text("text"),
        state: query.choice("state", &states),
        year: query.number("year", 1..=9999).and_then(|year| i32::try_from(year).ok()),
        document: query.text("document"),
        batch: query.text("batch"),
    };
    let skip = query.number("skip", 0..=u32::MAX as usize).map_or(0, narrow);
    let most = query.number("most", 1..=LISTED_AT_MOST).map(narrow);
    let kind = query.choice("as", &LISTS).unwrap_or(List::Json);
    query.end()?;
    let day = today();
    // A list is read page by page; a file is whole unless asked otherwise.
    let most = most.unwrap_or(if kind == List::Json { LISTED } else { u32::MAX });
    let registry = office.kept()?.ledger().registry();
    let (found, kept) = registry.search(&search, day, skip, most).await?;
    if kind == List::Json {
        let certificates: Vec<Value> = kept.iter().map(|kept| described(kept, day)).collect();
        let list = json!({ "found": found, "skip": skip, "certificates": certificates });
        return Ok(answer::json_of(&list));
    }
    let csv = kind == List::Csv;
    let reasons = registry.reasons().await?;
    let export = move |app: &App| app.exported(&kept, &reasons, day, csv);
    let bytes = office.with_certificates(move |batches, _| export(batches.app())).await?;
    let (ending, media_type) = match kind {
        List::Csv => ("csv", "text/csv; charset=utf-8"),
        _ => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    };
    let (name, plain) = (format!("证书登记簿.{ending}"), format!("certificates.{ending}"));
    Ok(answer::plain_file(bytes, &name, &plain, media_type))
}

/// GET /api/v1/certificates/ranges
pub(super) async fn ranges(State(office): Shared, _: NoQuery) -> Answer {
    let ranges = office.kept()?.ledger().registry().ranges().await?;
    Ok(answer::json_of(&json!({ "ranges": ranges })))
}

/// GET /api/v1/certificates/{number}
pub(super) async fn show(_: State<Arc<Office>>, Numbered(kept): Numbered, _: NoQuery) -> Answer {
    let mut shown = described(&kept, today());
    shown["record"] = serde_json::from_str(&kept.record).unwrap_or_default();
    Ok(answer::json_of(&shown))
}

/// GET /api/v1/certificates/{number}/history
pub(super) async fn history(State(office): Shared, Numbered(kept): Numbered, _: NoQuery) -> Answer {
    let entries = office.kept()?.ledger().registry().history_of(&kept.number).await?;
    let entries: Vec<Value> = entries.iter().map(told).collect();
    Ok(answer::json_of(&json!({ "number": kept.number, "history": entries })))
}

/// GET /api/v1/certificates/{number}/announcement
pub(super) async fn notice(State(office): Shared, Numbered(kept): Numbered, _: NoQuery) -> Answer {
    let numbers = [kept.number];
    let job = move |batches: &Batches, handle: &Handle| {
        let notice = batches.notice_again(&numbers, handle)?;
        let [number] = numbers;
        Ok((number, notice))
    };
    let (number, notice) = office.with_certificates(job).await?;
    let none = || Problem::new(UNPRINTABLE, format!("{number}没有撤销公告"));
    let (document, record) = notice.ok_or_else(none)?;
    let told = json!({ "numbers": [number], "document": document, "record": record, "notes": [] });
    Ok(answer::json_of(&told))
}

/// POST /api/v1/certificates/{number}/reprint
pub(super) async fn reprint(
    State(office): Shared,
    Numbered(kept): Numbered,
    _: NoQuery,
    caller: Caller,
    Note(body): Note,
) -> Answer {
    let asked: Reprinted =
        read(&body, "{\"why\": \"原因\", \"from\": \"issued 或 current，可以不写\"}")?;
    let (who, number) = (name_of(&caller), kept.number);
    let made = office
        .with_certificates(move |batches, handle| {
            batches.reprint(&number, &who, &asked.why, asked.from, handle)
        })
        .await?;
    Ok(answer::plain_file(made.bytes, &made.file_name, "certificate.pdf", "application/pdf"))
}

/// POST /api/v1/certificates/{number}/revoke
pub(super) async fn revoke(
    State(office): Shared,
    Numbered(kept): Numbered,
    _: NoQuery,
    caller: Caller,
    Note(body): Note,
) -> Answer {
    let asked: Revoked = read(
        &body,
        "{\"why\": \"原因\", \"replaced_by\": \"换发的编号，可以不写\", \"day\": \"2027-05-18，可以不写\"}",
    )?;
    let (who, numbers) = (name_of(&caller), [kept.number]);
    let day = asked.day.unwrap_or_else(today);
    let revoked = office
        .with_certificates(move |batches, handle| {
            let other = asked.replaced_by.as_deref();
            batches.revoke(&numbers, &who, &asked.why, other, day, handle)
        })
        .await?;
    let (document, record) = revoked.notice.unzip();
    let told = json!({ "numbers": revoked.numbers, "document": document, "record": record, "notes": revoked.notes });
    Ok(answer::json_of(&told))
}

/// A small body, with what it should be.
fn read<T: DeserializeOwned>(body: &Bytes, wanted: &str) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| {
        let kind = if error.is_data() { INVALID_RECORD } else { NOT_JSON };
        Problem::new(kind, format!("正文应为 {wanted}"))
    })
}

/// Who does it, as the history tells it.
fn name_of(caller: &Caller) -> String {
    caller.holder.as_ref().map_or_else(|| "本机".to_owned(), |holder| holder.name.clone())
}

/// Within its bounds already.
fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

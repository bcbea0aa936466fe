//! The routes of documents: extract, ask the office, answer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::answer::{self, Disposition};
use super::asked::{Named, Printable, Record};
use super::office::Office;
use super::problem::{Problem, is_unreadable};
use super::query::{NoQuery, Picture, Printing, Query};
use super::turns::Paper;
use crate::app::{App, Options, blanks};
use crate::catalog::Document;

type Shared = State<Arc<Office>>;
type Answer = Result<Response, Problem>;

/// GET /api/v1/documents
pub(super) async fn list(State(office): Shared, _: NoQuery, asked: HeaderMap) -> Response {
    let documents: Vec<Value> = office.app.catalog().documents().map(described).collect();
    let list = json!({ "documents": documents }).to_string();
    answer::kept(&asked, "application/json", &list.into())
}

/// GET …/schema
pub(super) async fn schema(
    State(office): Shared,
    Named(document): Named,
    _: NoQuery,
    asked: HeaderMap,
) -> Answer {
    let schema = office.app.document(&document)?.schema.bundled.to_string();
    Ok(answer::kept(&asked, "application/schema+json", &schema.into()))
}

/// GET …/sample
pub(super) async fn sample(
    State(office): Shared,
    Named(document): Named,
    mut query: Query,
    asked: HeaderMap,
) -> Answer {
    let cases = office.app.document(&document)?.samples.keys().map(String::as_str);
    let case = query.name("case", cases).unwrap_or_default();
    query.end()?;
    // A document may have samples with names only; the first stands for the plain one.
    let first = || office.app.document(&document).ok()?.samples.keys().next().cloned();
    let bytes = office
        .sample(&document, case)
        .or_else(|| office.sample(&document, &first()?))
        .ok_or_else(|| Problem::fault(vec![format!("{document} 没有样例")]))?;
    Ok(answer::kept(&asked, "application/json", &bytes))
}

/// POST …/check
pub(super) async fn check(
    State(office): Shared,
    Named(document): Named,
    _: NoQuery,
    Record(record, _room): Record,
) -> Answer {
    answer::checked(&office.check(document, record).await?)
}

/// POST …/pdf
pub(super) async fn pdf(
    State(office): Shared,
    Printable(document): Printable,
    Printing(options): Printing,
    Record(record, _room): Record,
) -> Answer {
    let made = office.render(document.clone(), Paper::Record(record), options).await?;
    Ok(answer::file(made, &document, Disposition::Attachment))
}

/// POST …/preview
pub(super) async fn preview(
    State(office): Shared,
    Printable(document): Printable,
    Picture(options): Picture,
    Record(record, _room): Record,
) -> Answer {
    let made = office.render(document.clone(), Paper::Unfinished(record), options).await?;
    // Of what is no JSON nothing is sound: its picture would be the blank form.
    if is_unreadable(&made.problems) {
        return Err(Problem::of_record(&made.problems));
    }
    Ok(answer::file(made, &document, Disposition::Inline))
}

/// GET …/blank
pub(super) async fn blank(
    State(office): Shared,
    Printable(document): Printable,
    mut query: Query,
    asked: HeaderMap,
) -> Answer {
    let names = blanks(office.app.document(&document)?).flatten();
    let name = query.name("name", names).map(str::to_owned);
    let options = query.printing();
    query.end()?;
    let made = office.render(document.clone(), Paper::Blank(name), options).await?;
    let bytes = made.bytes.clone();
    let mut response = answer::file(made, &format!("{document}-blank"), Disposition::Attachment);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer::tag(&mut response, &asked, &bytes);
    Ok(response)
}

/// GET …/calibration
pub(super) async fn calibration(
    State(office): Shared,
    Printable(document): Printable,
    mut query: Query,
) -> Answer {
    let offset = query.offset().unwrap_or_default();
    query.end()?;
    let made =
        office.render(document.clone(), Paper::Calibration(offset), Options::default()).await?;
    Ok(answer::file(made, &format!("{document}-calibration"), Disposition::Attachment))
}

fn described(document: &Document) -> Value {
    let home = format!("/api/v1/documents/{}", document.id);
    let cases: Vec<&str> = document.samples.keys().map(String::as_str).collect();
    let mut described = json!({
        "document": document.id.to_string(),
        "name": document.manifest.name,
        "title": document.manifest.title,
        "programme": document.programme.name,
        "role": document.manifest.role,
        "samples": cases,
        "blanks": blanks(document).flatten().collect::<Vec<_>>(),
        "from": App::sources(document).collect::<Vec<_>>(),
        "list": document.list(),
        "digest": document.digest,
        "links": {
            "schema": format!("{home}/schema"),
            "sample": format!("{home}/sample"),
            "check": format!("{home}/check"),
            "pdf": format!("{home}/pdf"),
            "preview": format!("{home}/preview"),
            "blank": format!("{home}/blank"),
        },
    });
    described["links"]["rows"] = format!("{home}/rows").into();
    let some = [
        ("form", "form.xlsx", App::has_form(document)),
        ("collect", "collect", App::is_collected(document)),
        ("xlsx", "xlsx", App::is_collected(document)),
        ("derive", "derive", App::sources(document).next().is_some()),
        ("calendar", "calendar", App::has_calendar(document)),
        ("calibration", "calibration", document.manifest.overprint),
    ];
    for (name, last, _) in some.into_iter().filter(|(_, _, there)| *there) {
        described["links"][name] = format!("{home}/{last}").into();
    }
    described
}

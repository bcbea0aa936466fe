//! POST …/rows and GET …/form.xlsx: rows of a document looked at, and the spreadsheet they are filled into.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::answer::{self, ADVICE, PROBLEMS};
use super::asked::{Named, bounded, must_be_plain, wrong_type};
use super::office::Office;
use super::problem::{INVALID_RECORD, Problem};
use super::query::{NoQuery, Query};
use super::room::Room;
use super::words::XLSX;
use crate::app::{ExaminedRows, Refusal, RowsKind};
use crate::intake::Problem as Found;

/// The media types of rows.
const ACCEPTED: &str =
    "application/json, text/csv, application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// What rows are answered as.
pub(super) const ANSWERS: [(&str, As); 2] = [("json", As::Json), ("xlsx", As::Xlsx)];

/// How what was found is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum As {
    /// A list of problems.
    Json,
    /// The spreadsheet with its bad cells marked.
    Xlsx,
}

/// The bytes of rows, what they are written in, and the room that they take.
pub(super) struct Rows(pub(super) Bytes, pub(super) RowsKind, pub(super) Room);

impl FromRequest<Arc<Office>> for Rows {
    type Rejection = Problem;

    async fn from_request(request: Request, office: &Arc<Office>) -> Result<Self, Problem> {
        let headers = request.headers();
        let given = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let given = given.unwrap_or_default();
        let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        // In which characters a text is written is told by its bytes.
        let kind = match essence.as_str() {
            "application/json" => RowsKind::Json,
            "text/csv" => RowsKind::Csv,
            XLSX => RowsKind::Xlsx,
            _ => {
                let given = if given.is_empty() { "空" } else { given };
                let detail = format!("Content-Type 应为以下之一：{ACCEPTED}；现为{given}");
                return Err(wrong_type(ACCEPTED, detail));
            }
        };
        must_be_plain(headers, ACCEPTED)?;
        let limits = &office.config.limits;
        // A spreadsheet of thousands of rows is a file, not a record.
        let (bytes, room) =
            bounded(office, request.into_body(), limits.upload, limits.upload_time).await?;
        Ok(Self(bytes, kind, room))
    }
}

/// POST …/rows
pub(super) async fn rows(
    State(office): State<Arc<Office>>,
    Named(document): Named,
    mut query: Query,
    Rows(bytes, kind, _room): Rows,
) -> Result<Response, Problem> {
    let wanted = query.choice("as", &ANSWERS).unwrap_or(As::Json);
    query.end()?;
    let app = Arc::clone(&office.app);
    let name = document.clone();
    let job = move || {
        let examined = app.examine_rows(&name, &bytes, kind)?;
        let copy = match wanted {
            As::Json => None,
            As::Xlsx => Some(app.annotated(&name, &examined)?),
        };
        Ok::<_, Refusal>((examined, copy))
    };
    let (examined, copy) = office.checked(job).await?.map_err(unfit)?;
    office.count(examined.problems());
    match copy {
        Some(copy) => Ok(spreadsheet(copy, &document, "检查结果", Some(&examined))),
        None => told(&examined),
    }
}

/// GET …/form.xlsx
pub(super) async fn form(
    State(office): State<Arc<Office>>,
    Named(document): Named,
    _: NoQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let bytes = office.app.fill_in(&document).map_err(unfit)?;
    let mut response = spreadsheet(bytes.clone(), &document, "填写", None);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    answer::tag(&mut response, &asked, &bytes);
    Ok(response)
}

/// A file that is no table is the caller's.
pub(super) fn unfit(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::Usage(sentence) => Problem::new(INVALID_RECORD, sentence),
        other => other.into(),
    }
}

fn told(examined: &ExaminedRows) -> Result<Response, Problem> {
    let problems = examined.problems();
    let told = |found: &Found| examined.told(found);
    if examined.is_sound() {
        let all = examined.rows().len();
        let advice: Vec<Value> = problems.advice().map(told).collect();
        return Ok(answer::json_of(&json!({ "sound": true, "rows": all, "advice": advice })));
    }
    Err(unsound(examined))
}

/// What must be mended in rows, each with its place.
pub(super) fn unsound(examined: &ExaminedRows) -> Problem {
    let (all, good) = (examined.rows().len(), examined.sound().count());
    let list: Vec<Value> =
        examined.problems().all().iter().map(|found| examined.told(found)).collect();
    let detail = format!("共 {all} 份，{good} 份没有问题；改正后再试");
    let problem = Problem::new(INVALID_RECORD, detail).listing("problems", list.into());
    let unsound: Vec<usize> = examined.unsound().collect();
    problem.listing("unsound_rows", json!(unsound))
}

fn spreadsheet(
    bytes: Vec<u8>,
    document: &str,
    what: &str,
    examined: Option<&ExaminedRows>,
) -> Response {
    let plain = document.replace('/', "-");
    let disposition =
        answer::named("attachment", &format!("{plain}.xlsx"), &format!("{plain}-{what}.xlsx"));
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(XLSX));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.extend(
        HeaderValue::try_from(disposition).map(|value| (header::CONTENT_DISPOSITION, value)),
    );
    if let Some(examined) = examined {
        headers.insert(PROBLEMS, examined.problems().to_mend().count().into());
        headers.insert(ADVICE, examined.problems().advice().count().into());
    }
    (headers, bytes).into_response()
}

//! GET …/rows and GET …/result: what became of every row, and the file that was made.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Arc;

use super::asked::Seen;
use super::told;
use crate::app::{BatchOptions, Batches, manifest};
use crate::http::answer::{json_of, named};
use crate::http::office::Office;
use crate::http::problem::{OVER, Problem, REMOVED, UNFINISHED, UNKNOWN_BATCH};
use crate::http::query::Query;
use crate::http::rows::{ANSWERS, As};
use crate::http::words::XLSX;
use crate::jobs::{Batch, Print, PrintState};

/// GET …/rows
pub(in crate::http) async fn rows(
    State(office): State<Arc<Office>>,
    Seen(batches, batch): Seen,
    mut query: Query,
) -> Result<Response, Problem> {
    let wanted = query.choice("as", &ANSWERS).unwrap_or(As::Json);
    query.end()?;
    let rows = batches.ledger().row_states(&batch.id).await?;
    let prints = batches.ledger().prints_of(&batch.id).await?;
    let state = prints.iter().find(|print| print.issues).map(|print| print.state);
    let (word, said) = match state {
        Some(PrintState::Done) => ("printed", "印出"),
        Some(PrintState::Cancelled) => ("cancelled", "已取消，编号作废"),
        _ => ("waiting", "尚未印出"),
    };
    if wanted == As::Json {
        let mut list = manifest(&rows, &std::collections::HashMap::new());
        for (told, row) in list.iter_mut().zip(&rows) {
            let outcome = if row.failed.is_some() { "failed" } else { word };
            if let Value::Object(told) = told {
                // Names in a zip are the business of its own list.
                told.shift_remove("file");
                told.insert("outcome".to_owned(), outcome.into());
                told.insert("state".to_owned(), row.state.clone().into());
            }
        }
        let id = &batch.id;
        return Ok(json_of(&json!({ "id": id, "document": batch.document, "rows": list })));
    }
    let (own, document) = (batches.clone(), batch.document.clone());
    let made = office.checked(move || own.list(&document, &rows, said)).await??;
    let plain = format!("batch-{}-rows.xlsx", batch.id);
    let file_name = format!("{}-{}-清单.xlsx", name_of(&office, &batch), batch.id);
    let mut headers = attached(XLSX, &plain, &file_name);
    headers.insert(header::CONTENT_LENGTH, made.len().into());
    Ok((headers, made).into_response())
}

/// GET …/result
pub(in crate::http) async fn result(
    State(office): State<Arc<Office>>,
    Seen(batches, batch): Seen,
    mut query: Query,
) -> Result<Response, Problem> {
    let print = print_of(&batches, &batch, query.text("print"), query).await?;
    let why = || print.why.clone().unwrap_or_default();
    match print.state {
        PrintState::Done => {}
        PrintState::Waiting => {
            let detail = format!("已排好 {} 份，共 {} 份；请稍后再取", print.done, print.rows);
            let again = HeaderValue::from_static("1");
            return Err(Problem::new(UNFINISHED, detail).with(header::RETRY_AFTER, again));
        }
        PrintState::Stalled => {
            let detail = format!("停住了：{}；改正后再次 POST 到 …/prints，或取消这一批", why());
            return Err(Problem::new(UNFINISHED, detail));
        }
        PrintState::Cancelled => {
            return Err(Problem::new(OVER, format!("已取消：{}", why())));
        }
    }
    let kept = match &print.file {
        Some(file) => batches.ledger().store().files().stream(file).await?,
        None => None,
    };
    let Some((bytes, parts)) = kept else {
        let days = office.config.limits.results.as_secs() / 86_400;
        let detail = format!(
            "文件已过保留期（{days} 天，limits.result_days），已经清除；编号和登记不变，要再印，请 POST 到 {}/prints",
            told::home(&batch.id)
        );
        return Err(Problem::new(REMOVED, detail));
    };
    let options = BatchOptions::read(&print.options)?;
    let ending = options.ending();
    let media_type = if ending == "zip" { "application/zip" } else { "application/pdf" };
    let (first, last) = print.range;
    let name = format!("{}-{}-第{first}至{last}份.{ending}", name_of(&office, &batch), batch.id);
    let plain = format!("batch-{}-{first}-{last}.{ending}", batch.id);
    let mut headers = attached(media_type, &plain, &name);
    headers.insert(header::CONTENT_LENGTH, bytes.into());
    let pages = HeaderName::from_static("chengwen-pages");
    headers.extend(print.pages.map(|count| (pages, HeaderValue::from(count))));
    Ok((headers, Body::from_stream(parts)).into_response())
}

/// The print of a batch that is asked for in the query; without a word, the one that issues its rows.
pub(super) async fn print_of(
    batches: &Batches,
    batch: &Batch,
    asked: Option<String>,
    query: Query,
) -> Result<Print, Problem> {
    query.end()?;
    let prints = batches.ledger().prints_of(&batch.id).await?;
    let wanted = |print: &Print| asked.as_ref().map_or(print.issues, |asked| print.id == *asked);
    prints.into_iter().find(wanted).ok_or_else(|| {
        let asked = asked.clone().unwrap_or_default();
        Problem::new(UNKNOWN_BATCH, format!("批次 {} 没有印制 {asked}", batch.id))
    })
}

/// What the document is called; its id, if it is not there any more.
fn name_of(office: &Office, batch: &Batch) -> String {
    let document = office.app.catalog().document(&batch.document);
    document.map_or_else(|| batch.document.replace('/', "-"), |it| it.manifest.name.clone())
}

fn attached(media_type: &'static str, plain: &str, file_name: &str) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let disposition = HeaderValue::try_from(named("attachment", plain, file_name));
    headers.extend(disposition.map(|value| (header::CONTENT_DISPOSITION, value)));
    headers
}

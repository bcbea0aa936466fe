//! POST …/collect: a document from the records that files carry, and the rows of spreadsheets.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde_json::json;

use super::answer;
use super::asked::Printable;
use super::multipart::{Part, Parts};
use super::office::Office;
use super::problem::{NO_FILES, NOT_COLLECTED, NOT_MULTIPART, Problem, UNFIT_FILES};
use super::query::NoQuery;
use crate::app::Refusal;

/// Files in the order of the list, and the head.
struct Asked {
    files: Vec<(String, Bytes)>,
    head: Option<Bytes>,
}

pub(super) async fn collect(
    State(office): State<Arc<Office>>,
    Printable(document): Printable,
    _: NoQuery,
    Parts(parts, _room): Parts,
) -> Result<Response, Problem> {
    match office.app.collection(&document) {
        Err(Refusal::Usage(sentence)) => return Err(Problem::new(NOT_COLLECTED, sentence)),
        begun => begun.map(|_| ())?,
    }
    let Asked { files, head } = asked(parts)?;
    let collected = office.collect(document, files, head).await?;
    let (record, problems) = (json!(collected.record), json!(collected.problems));
    let (refused, taken) = (json!(collected.refused), json!(collected.taken));
    if collected.refused.is_empty() {
        let told = json!({
            "record": record, "problems": problems, "taken": taken, "refused": refused,
        });
        return Ok(answer::json_of(&told));
    }
    let detail = format!("有 {} 个文件不能汇总，改正或去掉后再试", collected.refused.len());
    let problem = Problem::new(UNFIT_FILES, detail).listing("refused", refused);
    let problem = problem.listing("problems", problems).listing("taken", taken);
    Err(problem.listing("record", record))
}

fn asked(parts: Vec<Part>) -> Result<Asked, Problem> {
    let (mut files, mut head) = (Vec::new(), None);
    for part in parts {
        match part.name.as_str() {
            "file" => {
                let name = part.plain_name().map(str::to_owned);
                let name = name.unwrap_or_else(|| format!("第{}个文件", files.len() + 1));
                files.push((name, part.bytes));
            }
            "with" if head.is_none() => head = Some(part.bytes),
            "with" => return Err(Problem::new(NOT_MULTIPART, "with 只能有一个")),
            other => {
                let detail = format!("没有“{other}”这一部分，可用：file（可以多个）、with");
                return Err(Problem::new(NOT_MULTIPART, detail));
            }
        }
    }
    if files.is_empty() {
        return Err(Problem::new(NO_FILES, "没有文件：每个 PDF 或表格放在一个名为 file 的部分里"));
    }
    Ok(Asked { files, head })
}

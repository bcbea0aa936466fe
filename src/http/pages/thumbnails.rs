//! Small pictures of the documents: the first page of each sample, drawn once.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use crate::app::{Options, Output};
use crate::http::answer;
use crate::http::office::Office;
use crate::http::problem::{Problem, UNKNOWN_ROUTE};
use crate::http::query::NoQuery;
use crate::http::turns::Paper;

/// Pixels per point: a page of A4 is 357 pixels wide, shown at half of that.
const SIZE: f64 = 0.6;

/// GET /thumbnails/{programme}/{document}
pub(in crate::http) async fn thumbnail(
    State(office): State<Arc<Office>>,
    Path((programme, document)): Path<(String, String)>,
    _: NoQuery,
    asked: HeaderMap,
) -> Result<Response, Problem> {
    let name = format!("{programme}/{document}");
    let picture = match office.thumbnails.find(&name) {
        Some(picture) => picture,
        None => {
            let unknown = || Problem::new(UNKNOWN_ROUTE, format!("没有文书 {name} 的图样"));
            let sample = office.sample(&name, "").ok_or_else(unknown)?;
            let output = Output::Png { page: 1, pixels_per_point: SIZE };
            let options = Options { output, ..Options::default() };
            let made = office.render(name.clone(), Paper::Record(sample), options).await?;
            let picture = Bytes::from(made.bytes);
            office.thumbnails.keep(name, picture.clone());
            picture
        }
    };
    Ok(answer::kept(&asked, "image/png", &picture))
}

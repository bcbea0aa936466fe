//! GET /batches/new: a list is handed in, looked at, and printed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use crate::app::App;
use crate::catalog::{Document, Sides};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{page, visitor, without_data};
use crate::http::problem::Problem;
use crate::http::query::Query;

/// GET /batches/new
pub(in crate::http) async fn new(
    State(office): State<Arc<Office>>,
    mut query: Query,
    caller: Caller,
) -> Result<Response, Problem> {
    let wanted = query.text("document");
    query.end()?;
    if office.batches.is_none() {
        return without_data(&office, &caller, "新的一批");
    }
    let mut documents: Vec<&Document> =
        office.app.catalog().documents().filter(|document| App::is_tabular(document)).collect();
    // What is numbered is what batches are for.
    documents.sort_by_key(|document| document.manifest.numbered.is_none());
    let may = |document: &Document| caller.role >= document.manifest.role;
    let first = documents.iter().find(|document| may(document)).map(|it| it.id.to_string());
    let chosen = wanted.or(first);
    let documents: Vec<Value> = documents
        .into_iter()
        .map(|document| {
            let id = document.id.to_string();
            let chosen = chosen.as_ref() == Some(&id);
            described(document, may(document), chosen)
        })
        .collect();
    let seen = context! { visitor => visitor(&office.mode, &caller), documents };
    page(StatusCode::OK, "batch_new.html", seen)
}

/// A document on the page, with what its rows may become.
fn described(document: &Document, open: bool, chosen: bool) -> Value {
    let (manifest, home) = (&document.manifest, format!("/api/v1/documents/{}", document.id));
    context! {
        id => document.id.to_string(),
        name => &manifest.name,
        title => &manifest.title,
        numbered => manifest.numbered.is_some(),
        // The column in which a list may bring its own numbers along.
        own_number => own_number(document),
        overprint => manifest.overprint,
        simplex => manifest.sides == Sides::Simplex,
        form => format!("{home}/form.xlsx"),
        rows => format!("{home}/rows"),
        calibration => format!("{home}/calibration"),
        needs => manifest.role.title(),
        open,
        chosen => open && chosen,
    }
}

/// The label of the field that bears the number.
fn own_number(document: &Document) -> Option<String> {
    let at = document.manifest.numbered.as_ref()?.at.get_ref();
    let columns = document.schema.shape.columns();
    columns.into_iter().find(|column| column.pointer == *at).map(|column| column.label)
}

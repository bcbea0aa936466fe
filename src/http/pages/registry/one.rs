//! GET /registry/{number}: all that is kept of a certificate, and what can be done with it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::mark;
use crate::catalog::Document;
use crate::http::caller::Caller;
use crate::http::certificates::Numbered;
use crate::http::office::Office;
use crate::http::pages::{encoded, page, visitor, when};
use crate::http::problem::Problem;
use crate::http::query::NoQuery;
use crate::registry::{Certificate, Entry, State as Standing, printed};
use crate::store::today;

/// GET /registry/{number}
pub(in crate::http) async fn one(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Numbered(kept): Numbered,
    _: NoQuery,
) -> Result<Response, Problem> {
    let history = office.kept()?.ledger().registry().history_of(&kept.number).await?;
    let history: Vec<Value> = history.iter().map(happened).collect();
    let document = office.app.catalog().document(&kept.document);
    let now = today();
    let state = kept.state_on(now);
    // What is over by its term alone may be printed again, or taken back, as well.
    let stands = matches!(state, Standing::Issued | Standing::Reprinted | Standing::Expired);
    let numbered = document.and_then(|document| document.manifest.numbered.as_ref());
    let announced = numbered.is_some_and(|numbered| numbered.revocation.is_some());
    let home = format!("/api/v1/certificates/{}", encoded(&kept.number));
    let seen = context! {
        visitor => visitor(&office.mode, &caller),
        number => &kept.number,
        state => state.title(),
        mark => mark(state),
        replaced_by => &kept.replaced_by,
        replaced_link => kept.replaced_by.as_deref().map(|by| format!("/registry/{}", encoded(by))),
        holder => &kept.holder,
        credit_code => &kept.credit_code,
        title => &kept.title,
        issuer => &kept.issuer,
        term_from => &kept.term_from,
        term_to => &kept.term_to,
        issued_on => &kept.issued_on,
        name => document.map_or(kept.document.as_str(), |it| it.manifest.name.as_str()),
        batch => &kept.batch,
        row => kept.row,
        page => kept.page,
        code => printed(&kept.code),
        verify => format!("/verify/{}", encoded(&kept.code)),
        verify_at => &kept.verify_at,
        fields => document.map(|document| fields(document, &kept)),
        digest => &kept.digest,
        sha256 => &kept.sha256,
        history,
        stands,
        revoked => state == Standing::Revoked && announced,
        announced,
        today => now.to_string(),
        home,
    };
    page(StatusCode::OK, "certificate.html", seen)
}

/// What the record says, in the words and the order of the paper.
fn fields(document: &Document, kept: &Certificate) -> Vec<Value> {
    let record: serde_json::Value = serde_json::from_str(&kept.record).unwrap_or_default();
    let shape = &document.schema.shape;
    let columns = shape.columns();
    columns
        .iter()
        .map(|column| (column, shape.cell(&record, &columns, column)))
        .filter(|(_, text)| !text.is_empty())
        .map(|(column, text)| context! { label => &column.label, text })
        .collect()
}

fn happened(entry: &Entry) -> Value {
    let facts: serde_json::Value = serde_json::from_str(&entry.facts).unwrap_or_default();
    context! {
        at => when(entry.at),
        who => &entry.who,
        what => entry.title(),
        why => &entry.why,
        day => facts["day"].as_str(),
        replaced_by => facts["replaced_by"].as_str(),
    }
}

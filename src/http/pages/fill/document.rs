//! One document, filled in and printed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::asks_for;
use super::regions::regions;
use crate::app::App;
use crate::catalog::{Answer, Document, Sides};
use crate::http::asked::Printable;
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{page, visitor};
use crate::http::problem::Problem;
use crate::http::query::NoQuery;

/// GET /documents/{programme}/{document}
pub(in crate::http) async fn document(
    State(office): State<Arc<Office>>,
    Printable(name): Printable,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let document = office.app.document(&name)?;
    let manifest = &document.manifest;
    let questions = document.schema.questions();
    let province = document.programme.province.get_ref();
    let regions = if asks_for(&questions, "region") {
        regions(office.app.catalog(), province)
    } else {
        Vec::new()
    };
    let list = list_of(document);
    let form = context! { id => &name, document => &name, title => &manifest.name, list };
    let catalog = office.app.catalog();
    let sources: Vec<String> = App::sources(document)
        .filter_map(|source| catalog.document(source))
        .map(|source| source.manifest.name.clone())
        .collect();
    let makes: Vec<Value> = catalog
        .documents()
        .filter(|target| App::sources(target).any(|source| source == name))
        .filter(|target| target.manifest.role <= caller.role)
        .map(|target| context! { document => target.id.to_string(), name => &target.manifest.name })
        .collect();
    let seen = context! {
        visitor => visitor(&office.mode, &caller),
        title => &manifest.title,
        has_list => questions.iter().any(|it| matches!(it.answer, Answer::List { .. })),
        questions => Serde(&questions),
        regions,
        form,
        list,
        numbered => manifest.numbered.is_some(),
        sources,
        makes,
        blank_sheet => App::has_form(document).then(|| format!("/api/v1/documents/{name}/form.xlsx")),
        calendar => manifest.calendar.as_ref().map(|calendar| &calendar.title),
        sides => sides(manifest.sides),
        own_sides => own_sides(manifest.sides),
    };
    page(StatusCode::OK, "document.html", seen)
}

/// The key of the list that is gathered from files, if the document has one.
fn list_of(document: &Document) -> Option<&str> {
    let into = document.manifest.from.values().find_map(|mapping| mapping.into.as_ref())?;
    // Deeper lists stand in a group, which no page draws as a table of its own.
    into.get_ref().strip_prefix('/').filter(|key| !key.contains('/'))
}

/// The ways to print it, its own first.
fn sides(own: Sides) -> Vec<Value> {
    let duplex = context! { value => "long", label => "双面，长边翻转" };
    let one = context! { value => "one", label => "单面" };
    let manual = context! { value => "manual", label => "手动双面（打印机不能自动双面时）" };
    match own {
        Sides::Duplex => vec![duplex, one, manual],
        Sides::Simplex => vec![one],
    }
}

fn own_sides(own: Sides) -> &'static str {
    match own {
        Sides::Duplex => "long",
        Sides::Simplex => "one",
    }
}

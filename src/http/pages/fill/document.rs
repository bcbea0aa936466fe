//! One document, filled in and printed.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::regions::regions;
use super::{asks_for, refused};
use crate::catalog::{Answer, Sides};
use crate::http::asked::Named;
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{page, visitor};
use crate::http::problem::Problem;
use crate::http::query::NoQuery;

/// GET /documents/{programme}/{document}
pub(in crate::http) async fn document(
    State(office): State<Arc<Office>>,
    Named(name): Named,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let document = office.app.document(&name)?;
    let manifest = &document.manifest;
    if caller.role < manifest.role {
        return refused(&office, &caller, &manifest.name, manifest.role);
    }
    let questions = document.schema.questions();
    let province = document.programme.province.get_ref();
    let regions = if asks_for(&questions, "region") {
        regions(office.app.catalog(), province)
    } else {
        Vec::new()
    };
    let form = context! { id => &name, document => &name, title => &manifest.name };
    let seen = context! {
        visitor => visitor(&office.mode, &caller),
        title => &manifest.title,
        has_list => questions.iter().any(|it| matches!(it.answer, Answer::List { .. })),
        questions => Serde(&questions),
        regions,
        form,
        sides => sides(manifest.sides),
        how => how(manifest.sides),
    };
    page(StatusCode::OK, "document.html", seen)
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

fn how(own: Sides) -> &'static str {
    match own {
        Sides::Duplex => "双面，长边翻转",
        Sides::Simplex => "单面",
    }
}

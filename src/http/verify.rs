//! The page behind the code on a certificate (查验): what it confers, on whom, and whether it is good.
//!
//! A wrong code and an unknown number get the same page by the same work: one look-up by code, and one
//! comparison of numbers.

use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use minijinja::{Environment, UndefinedBehavior, context};
use subtle::ConstantTimeEq;

use super::office::Office;
use super::problem::Problem;
use super::query::{NoQuery, Query};
use crate::digest::Digest;
use crate::fault::Fault;
use crate::registry::{Certificate, State as Standing};
use crate::store::today;
use crate::values::date;
use crate::values::width::half_of;

const PAGE: &str = include_str!("verify/page.html");

/// Nothing but the page itself and its own style; the form leads back here.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";

/// GET /verify/{code}
pub(super) async fn scanned(
    State(office): State<Arc<Office>>,
    path: Result<Path<String>, PathRejection>,
    _: NoQuery,
) -> Result<Response, Problem> {
    let Path(code) = path.unwrap_or(Path(String::new()));
    answered(&office, None, &code).await
}

/// GET /verify
pub(super) async fn typed(
    State(office): State<Arc<Office>>,
    mut query: Query,
) -> Result<Response, Problem> {
    let (number, code) = (query.text("number"), query.text("code"));
    query.end()?;
    if number.is_none() && code.is_none() {
        return page(StatusCode::OK, minijinja::Value::UNDEFINED, None);
    }
    answered(&office, Some(&number.unwrap_or_default()), &code.unwrap_or_default()).await
}

/// The page of a code; `number` is what was typed beside it.
async fn answered(office: &Office, number: Option<&str>, code: &str) -> Result<Response, Problem> {
    let registry = office.kept()?.ledger().registry();
    let kept = registry.find_by_code(code).await?;
    // Digests, so that the comparison takes as long whatever is compared.
    let wanted = plain(kept.as_ref().map_or("", |kept| &kept.number));
    let given = number.map_or_else(|| wanted.clone(), plain);
    let [wanted, given] = [wanted, given].map(|number| Digest::of(number.as_bytes()));
    let same = bool::from(wanted.as_str().as_bytes().ct_eq(given.as_str().as_bytes()));
    let Some(kept) = kept.filter(|_| same) else {
        return page(StatusCode::NOT_FOUND, minijinja::Value::UNDEFINED, Some((number, code)));
    };
    let state = kept.state_on(today());
    let day = match state {
        Standing::Revoked | Standing::Replaced => {
            let history = registry.history_of(&kept.number).await?;
            history.iter().rev().find_map(|entry| {
                let facts: serde_json::Value = serde_json::from_str(&entry.facts).ok()?;
                facts["day"].as_str().map(written)
            })
        }
        _ => None,
    };
    let good = matches!(state, Standing::Issued | Standing::Reprinted);
    let shown = context! {
        good,
        state => if good { "有效" } else { state.title() },
        meaning => meaning(state, day.as_deref(), &kept),
        number => &kept.number,
        holder => &kept.holder,
        title => &kept.title,
        term => term(&kept),
        issuer => &kept.issuer,
        issued_on => written(&kept.issued_on),
    };
    page(StatusCode::OK, shown, None)
}

/// What a state means to whoever looks at the paper.
fn meaning(state: Standing, day: Option<&str>, kept: &Certificate) -> String {
    let on = day.map(|day| format!("已于{day}")).unwrap_or_else(|| "已".to_owned());
    match state {
        Standing::Issued | Standing::Reprinted => {
            "证书已登记，在有效期内。请核对下列内容与证书是否一致。".to_owned()
        }
        Standing::Expired => "证书的有效期已过，不再有效。".to_owned(),
        Standing::Revoked => format!("证书{on}撤销，不再有效。"),
        Standing::Replaced => match &kept.replaced_by {
            Some(other) => format!("证书{on}换发，不再有效。新证书的编号是{other}。"),
            None => format!("证书{on}换发，不再有效。"),
        },
        Standing::Reserved => "编号已登记，证书尚未颁发。".to_owned(),
        Standing::Void => "编号已作废，没有颁发过这个证书。".to_owned(),
    }
}

fn term(kept: &Certificate) -> String {
    let day = |day: &Option<String>| day.as_deref().map(written);
    match (day(&kept.term_from), day(&kept.term_to)) {
        (Some(from), Some(to)) => format!("{from}至{to}"),
        (Some(from), None) => format!("{from}起"),
        (None, Some(to)) => format!("至{to}"),
        (None, None) => String::new(),
    }
}

fn written(day: &str) -> String {
    date::parse(day).map_or_else(|_| day.to_owned(), date::written)
}

/// A number as it is compared: people type brackets and digits as their keyboards have them.
fn plain(number: &str) -> String {
    number
        .chars()
        .map(half_of)
        .filter(|mark| !mark.is_whitespace())
        .map(|mark| match mark {
            '[' | '(' | '【' => '〔',
            ']' | ')' | '】' => '〕',
            mark => mark.to_ascii_uppercase(),
        })
        .collect()
}

/// The page; `unknown` is what was asked for in vain, number and code, to be corrected where it was typed.
fn page(
    status: StatusCode,
    shown: minijinja::Value,
    unknown: Option<(Option<&str>, &str)>,
) -> Result<Response, Problem> {
    let (number, code) = unknown.unwrap_or_default();
    let unknown = unknown.is_some();
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    // By the ending of this name everything is escaped.
    let html = environment
        .render_named_str(
            "page.html",
            PAGE,
            context! { certificate => shown, unknown, number, code },
        )
        .map_err(|error| Fault::new(format!("查验的网页写不出来：{error}")))?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (HeaderName::from_static("x-robots-tag"), "noindex"),
    ];
    Ok((status, headers, html).into_response())
}

//! GET /registry: certificates found by what a clerk remembers.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::mark;
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::{encoded, page, visitor, without_data};
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::registry::{Certificate, Search, State as Standing};
use crate::store::today;

/// So many stand on a page.
const SHOWN: u32 = 50;

/// GET /registry
pub(in crate::http) async fn search(
    State(office): State<Arc<Office>>,
    caller: Caller,
    mut query: Query,
) -> Result<Response, Problem> {
    // A form sends what is not filled in as well.
    let some = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
    let text = some(query.text("text"));
    let states = Standing::ALL.map(|state| (state.word(), Some(state)));
    let any = [("", None)];
    let states: Vec<(&str, Option<Standing>)> = any.into_iter().chain(states).collect();
    let state = query.choice("state", &states).flatten();
    let year = some(query.text("year"));
    let document = some(query.text("document"));
    let batch = some(query.text("batch"));
    let skip = query.number("skip", 0..=u32::MAX as usize).unwrap_or(0);
    query.end()?;
    let Some(batches) = &office.batches else {
        return without_data(&office, &caller, "证书登记簿");
    };
    let skip = u32::try_from(skip).unwrap_or(u32::MAX);
    // A year that is none finds nothing, and the field says so.
    let number = year.as_deref().map(|year| year.trim().parse::<i32>());
    let wrong_year = matches!(number, Some(Err(_)));
    let asked = Search {
        text: text.clone(),
        state,
        document: document.clone(),
        batch: batch.clone(),
        year: number.and_then(Result::ok),
    };
    let day = today();
    let registry = batches.ledger().registry();
    let (found, kept) = match wrong_year {
        true => (0, Vec::new()),
        false => registry.search(&asked, day, skip, SHOWN).await?,
    };
    let pairs = [
        ("text", text.clone()),
        ("state", state.map(|state| state.word().to_owned())),
        ("year", year.clone()),
        ("document", document.clone()),
        ("batch", batch.clone()),
    ];
    let words = written(&pairs);
    let at = |skip: u32| format!("/registry?{words}skip={skip}");
    let documents: Vec<Value> = office
        .app
        .catalog()
        .documents()
        .filter(|known| known.manifest.numbered.is_some())
        .map(|known| {
            let id = known.id.to_string();
            let chosen = document.as_ref() == Some(&id);
            context! { id, name => &known.manifest.name, programme => &known.programme.name, chosen }
        })
        .collect();
    let states: Vec<Value> = Standing::ALL
        .into_iter()
        // Whoever looks for what is in force finds what was printed again as well.
        .filter(|it| *it != Standing::Reprinted)
        .map(|it| context! { word => it.word(), title => it.title(), chosen => state == Some(it) })
        .collect();
    let list: Vec<Value> = kept.iter().map(|kept| told(kept, day)).collect();
    let last = u64::from(skip) + list.len() as u64;
    let seen = context! {
        visitor => visitor(&office.mode, &caller),
        text, year, wrong_year, batch, documents, states, found,
        asked => !words.is_empty(),
        first => skip + 1,
        last,
        before => (skip > 0).then(|| at(skip.saturating_sub(SHOWN))),
        after => (last < found).then(|| at(skip.saturating_add(SHOWN))),
        export => format!("/api/v1/certificates?{words}as="),
        list,
    };
    page(StatusCode::OK, "registry.html", seen)
}

/// What was asked as the beginning of a query.
fn written(pairs: &[(&str, Option<String>)]) -> String {
    let mut words = form_urlencoded::Serializer::new(String::new());
    for (key, value) in pairs {
        if let Some(value) = value {
            words.append_pair(key, value);
        }
    }
    let words = words.finish();
    if words.is_empty() { words } else { format!("{words}&") }
}

fn told(kept: &Certificate, day: chrono::NaiveDate) -> Value {
    let state = kept.state_on(day);
    context! {
        number => &kept.number,
        link => format!("/registry/{}", encoded(&kept.number)),
        holder => &kept.holder,
        credit_code => &kept.credit_code,
        title => &kept.title,
        issued_on => &kept.issued_on,
        term_to => &kept.term_to,
        state => state.title(),
        mark => mark(state),
    }
}

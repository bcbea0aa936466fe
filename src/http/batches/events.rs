//! GET /api/v1/batches/{batch}/events: how a print goes on, as it happens.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use super::asked::Seen;
use super::file::print_of;
use super::told;
use crate::http::office::Office;
use crate::http::problem::Problem;
use crate::http::query::Query;
use crate::jobs::{Batch, Ledger, Print, PrintState};

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// A word now and then keeps proxies from giving up; shorter than any of them is patient.
const ALIVE: Duration = Duration::from_secs(10);

/// A browser that was cut off comes again after so long.
const RETRY: Duration = Duration::from_secs(2);

/// Someone who watches a print.
struct Watching {
    office: Arc<Office>,
    ledger: Ledger,
    batch: Batch,
    print: String,
    /// What was told last.
    told: Option<(i64, PrintState)>,
}

/// GET …/events
pub(in crate::http) async fn events(
    State(office): State<Arc<Office>>,
    Seen(batches, batch): Seen,
    mut query: Query,
) -> Result<Response, Problem> {
    let print = print_of(&batches, &batch, query.text("print"), query).await?;
    let ledger = batches.ledger().clone();
    let watching = Watching { office, ledger, batch, print: print.id, told: None };
    let events = stream::unfold(Some(watching), |watching| async move {
        watching?.next().await.map(|(event, rest)| (Ok::<_, Infallible>(event), rest))
    });
    let answer = Sse::new(events).keep_alive(KeepAlive::new().interval(ALIVE));
    // Some proxies gather an answer until it ends.
    let unbuffered = HeaderName::from_static("x-accel-buffering");
    Ok(([(unbuffered, HeaderValue::from_static("no"))], answer).into_response())
}

impl Watching {
    /// The next event, and whoever still watches after it.
    async fn next(mut self) -> Option<(Event, Option<Self>)> {
        loop {
            if self.told.is_some_and(|(_, state)| state == PrintState::Waiting) {
                tokio::time::sleep(PAUSE).await;
            }
            // Whoever watches must not keep the server from stopping.
            if self.office.background.is_stopping() {
                return None;
            }
            let print = match self.ledger.print(&self.print).await {
                Ok(print) => print?,
                Err(fault) => {
                    tracing::error!("程序故障：{fault}");
                    return None;
                }
            };
            let stands = (print.done, print.state);
            let known = self.told.replace(stands) == Some(stands);
            if !known {
                let told = told::progress(&print, &self.office.rates).to_string();
                let event = Event::default().event("progress").retry(RETRY).data(told);
                return Some((event, Some(self)));
            }
            if print.state != PrintState::Waiting {
                return Some((self.end(&print), None));
            }
        }
    }

    fn end(&self, print: &Print) -> Event {
        let told = told::print(&self.batch, print, &self.office.rates);
        Event::default().event("end").data(told.to_string())
    }
}

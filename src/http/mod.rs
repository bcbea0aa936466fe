//! HTTP: thin, one small function for each route: extract, ask the app, answer.
//!
//! A request goes through these layers, from the outside in: [`watch`] (id, headers, log, count),
//! the catch of panics, [`guard`] (without keys, this machine only), [`caller`] (who asks, how often, and
//! whether they may: one table, [`doors`]), the route. Rendering never runs on a thread
//! that answers connections: [`desk`] bounds it, and what waits for it.

mod answer;
mod asked;
mod batches;
mod caller;
mod certificates;
mod collect;
mod cookie;
mod desk;
mod docs;
mod documents;
mod doors;
mod guard;
mod made;
mod meters;
mod multipart;
mod office;
mod openapi;
mod pace;
mod packets;
mod pages;
mod peer;
mod problem;
mod query;
mod readiness;
mod room;
mod rows;
mod server;
mod session;
mod turns;
mod verify;
mod watch;
mod words;

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use tower_http::catch_panic::CatchPanicLayer;

pub use doors::{DOORS, Door, in_markdown};
pub use office::{Mode, Office, PACKETS_AT_ONCE};
pub use peer::Peer;
use problem::{METHOD, Problem, UNKNOWN_ROUTE};
use query::NoQuery;
pub use server::{may_listen, serve};

/// The routes, with their layers.
pub fn router(office: Arc<Office>) -> Router {
    let document = Router::new()
        .route("/schema", get(documents::schema))
        .route("/sample", get(documents::sample))
        .route("/blank", get(documents::blank))
        .route("/calibration", get(documents::calibration))
        .route("/check", post(documents::check))
        .route("/rows", post(rows::rows))
        .route("/form.xlsx", get(rows::form))
        .route("/pdf", post(documents::pdf))
        .route("/preview", post(documents::preview))
        .route("/collect", post(collect::collect))
        .route("/xlsx", post(made::xlsx))
        .route("/derive", post(made::derive))
        .route("/calendar", post(made::calendar));
    let batch = Router::new()
        .route("/", get(batches::one).delete(batches::cancel))
        .route("/rows", get(batches::rows))
        .route("/result", get(batches::result))
        .route("/events", get(batches::events))
        .route("/prints", post(batches::again));
    let routes = Router::new()
        .route("/api/v1/documents", get(documents::list))
        .nest("/api/v1/documents/{programme}/{document}", document)
        .route("/api/v1/certificates", get(certificates::list))
        .route("/api/v1/certificates/ranges", get(certificates::ranges))
        .route("/api/v1/certificates/{number}", get(certificates::show))
        .route("/api/v1/certificates/{number}/history", get(certificates::history))
        .route("/api/v1/certificates/{number}/announcement", get(certificates::notice))
        .route("/api/v1/certificates/{number}/reprint", post(certificates::reprint))
        .route("/api/v1/certificates/{number}/revoke", post(certificates::revoke))
        .route("/verify", get(verify::typed))
        .route("/verify/{code}", get(verify::scanned))
        .route("/api/v1/packets", post(packets::packets))
        .route("/api/v1/packets/check", post(packets::check))
        .route("/api/v1/packets/preview", post(packets::preview))
        .route("/api/v1/batches", get(batches::list).post(batches::accept))
        .route("/api/v1/batches/check", post(batches::check))
        .nest("/api/v1/batches/{batch}", batch)
        .route("/api/v1/session", get(session::who).post(session::open).delete(session::close))
        .route("/", get(pages::start))
        .route("/documents/{programme}/{document}", get(pages::document))
        .route("/packets/{programme}", get(pages::packet))
        .route("/help", get(pages::help))
        .route("/sign-in", get(pages::sign_in))
        .route("/batches", get(pages::batches))
        .route("/batches/new", get(pages::batch_new))
        .route("/batches/{batch}", get(pages::batch))
        .route("/registry", get(pages::registry))
        .route("/registry/ranges", get(pages::ranges))
        .route("/registry/{number}", get(pages::certificate))
        .route("/assets/{file}", get(pages::asset))
        .route("/thumbnails/{programme}/{document}", get(pages::thumbnail))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .route("/openapi.json", get(openapi_json))
        .route("/docs", get(docs::page))
        .route("/docs/", get(docs::slash))
        .route("/docs/{file}", get(docs::file));
    layered(routes, office)
}

/// Routes with the layers that every answer goes through.
fn layered(routes: Router<Arc<Office>>, office: Arc<Office>) -> Router {
    routes
        .fallback(unknown_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(Arc::clone(&office), caller::admit))
        .layer(from_fn_with_state(Arc::clone(&office), guard::local_only))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(Arc::clone(&office), watch::watch))
        .with_state(office)
}

/// Alive as long as it answers.
async fn healthz(_: NoQuery) -> &'static str {
    "ok\n"
}

async fn readyz(State(office): State<Arc<Office>>, _: NoQuery) -> Result<&'static str, Problem> {
    office.stand().await.map(|()| "ok\n")
}

async fn metrics(State(office): State<Arc<Office>>, _: NoQuery) -> Result<Response, Problem> {
    let text = office.metrics().await.map_err(|fault| Problem::fault(vec![fault.to_string()]))?;
    Ok(([(header::CONTENT_TYPE, meters::MEDIA_TYPE)], text).into_response())
}

async fn openapi_json(State(office): State<Arc<Office>>, _: NoQuery, asked: HeaderMap) -> Response {
    answer::kept(&asked, "application/json", &office.openapi)
}

async fn unknown_route() -> Problem {
    Problem::new(UNKNOWN_ROUTE, "接口说明见 /docs")
}

async fn wrong_method() -> Problem {
    Problem::new(METHOD, "可用的方法见本答复的 Allow")
}

/// What a panic says may hold what a user wrote; where it happened, the hook of `serve` has logged.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Problem::fault(vec!["panic，位置见上一条日志".to_owned()]).into_response()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use axum::body::Body;
    use axum::http::Request;
    use tower::ServiceExt;

    use super::*;
    use crate::app::{App, Setup};
    use crate::catalog::Places;

    async fn broken() -> &'static str {
        panic!("a slip of ours")
    }

    #[tokio::test]
    async fn a_panic_is_a_fault_of_ours_and_says_nothing_more() {
        let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let places = Places { flag: Some(home), ..Places::default() };
        let app = App::open(&Setup { places, ..Setup::default() }).expect("no faults");
        let config = crate::config::Config::default();
        let office = Office::open(Arc::new(app), config, Mode::Open, None).expect("no faults");
        let routes = layered(Router::new().route("/broken", get(broken)), office);
        let request = Request::get("/broken").header(header::HOST, "localhost");
        let Ok(response) = routes.oneshot(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), 500);
        assert!(response.headers().contains_key("x-request-id"));
        let bytes = axum::body::to_bytes(response.into_body(), 4096).await.expect("a body");
        let text = String::from_utf8(bytes.to_vec()).expect("UTF-8");
        assert!(text.contains("/problems/fault") && !text.contains("slip"), "{text}");
    }
}

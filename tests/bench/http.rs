//! What HTTP adds: the same work through the program, and through the router with all its layers.

#![expect(clippy::expect_used, clippy::panic, reason = "a measurement of a broken home is none")]
#![allow(missing_docs, reason = "criterion's macros make items without any")]

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use chengwen::app::{App, Input, Options, Setup};
use chengwen::catalog::Places;
use chengwen::config::Config;
use chengwen::http::{Mode, Office, Peer, router};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use http_body_util::BodyExt;
use serde_json::Value;
use tokio::runtime::Runtime;
use tower::ServiceExt;

fn app() -> App {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = Places { flag: Some(home), ..Places::default() };
    App::open(&Setup { places, ..Setup::default() }).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Records that differ in their names, so that no cache answers with the last one's page.
fn records(app: &App, document: &str) -> impl FnMut() -> Vec<u8> {
    let path = &app.catalog().document(document).expect("known").samples[""];
    let mut record: Value =
        serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON");
    let mut number = 0_u32;
    move || {
        number += 1;
        record["name"] = format!("太原市第{number}食品商行").into();
        record.to_string().into_bytes()
    }
}

fn ask(runtime: &Runtime, routes: &Router, verb: &str, document: &str, record: Vec<u8>) -> usize {
    let request = Request::post(format!("/api/v1/documents/{document}/{verb}"))
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "application/json")
        .extension(Peer(std::net::Ipv4Addr::LOCALHOST.into()))
        .body(Body::from(record))
        .expect("a request");
    runtime.block_on(async {
        let Ok(response) = routes.clone().oneshot(request).await;
        let status = response.status();
        assert_eq!(status, StatusCode::OK, "{:?}", response.headers());
        response.into_body().collect().await.expect("a body").to_bytes().len()
    })
}

fn added(criterion: &mut Criterion) {
    let app = Arc::new(app());
    let documents: Vec<String> = app.catalog().documents().map(|one| one.id.to_string()).collect();
    // A small document, whose records differ in their name: what is added shows most.
    let named = |document: &&String| {
        let path = &app.catalog().document(document).expect("known").samples[""];
        let record: Value =
            serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON");
        record.get("name").is_some()
    };
    let document = documents.iter().rev().find(named).expect("a document");
    let runtime = Runtime::new().expect("threads");
    // A measurement asks as often as it can.
    let mut config = Config::default();
    (config.limits.burst, config.limits.requests_per_second) = (1_000_000, 1_000_000);
    let office = Office::open(Arc::clone(&app), config, Mode::Open, None).expect("no faults");
    let routes = router(office);
    let mut next = records(&app, document);
    criterion.bench_function("check through the program", |bench| {
        let work = |record: Vec<u8>| black_box(app.check(document, &record).expect("no fault"));
        bench.iter_batched(&mut next, work, BatchSize::SmallInput);
    });
    criterion.bench_function("check through the router", |bench| {
        let work = |record| black_box(ask(&runtime, &routes, "check", document, record));
        bench.iter_batched(&mut next, work, BatchSize::SmallInput);
    });
    in_turn(&mut next, &app, document, |record| {
        ask(&runtime, &routes, "pdf", document, record);
    });
    criterion.bench_function("render through the program", |bench| {
        let work = |record: Vec<u8>| {
            let input = Input::Record(&record);
            black_box(app.render(document, input, Options::default()).expect("sound"))
        };
        bench.iter_batched(&mut next, work, BatchSize::SmallInput);
    });
    criterion.bench_function("render through the router", |bench| {
        let work = |record| black_box(ask(&runtime, &routes, "pdf", document, record));
        bench.iter_batched(&mut next, work, BatchSize::SmallInput);
    });
}

/// Renders by turns through both. On a machine whose load changes, what one adds to the other shows
/// in turns only: runs one after another differ by more.
fn in_turn(
    next: &mut impl FnMut() -> Vec<u8>,
    app: &App,
    document: &str,
    through_the_router: impl Fn(Vec<u8>),
) {
    const TURNS: usize = 300;
    let milliseconds = |work: &mut dyn FnMut()| {
        let started = Instant::now();
        work();
        started.elapsed().as_secs_f64() * 1e3
    };
    let (mut program, mut router) = (Vec::new(), Vec::new());
    for _ in 0..TURNS {
        let record = next();
        program.push(milliseconds(&mut || {
            let input = Input::Record(&record);
            black_box(app.render(document, input, Options::default()).expect("sound"));
        }));
        let record = next();
        router.push(milliseconds(&mut || through_the_router(record.clone())));
    }
    for times in [&mut program, &mut router] {
        times.sort_by(f64::total_cmp);
    }
    let (program, router) = (program[TURNS / 2], router[TURNS / 2]);
    println!(
        "render by turns: program {program:.2} ms, router {router:.2} ms (medians of {TURNS})"
    );
}

/// The picture beside a form: what typing asks for, with records that differ by what is typed.
fn previewed(criterion: &mut Criterion) {
    let app = Arc::new(app());
    let runtime = Runtime::new().expect("threads");
    let mut config = Config::default();
    (config.limits.burst, config.limits.requests_per_second) = (1_000_000, 1_000_000);
    let office = Office::open(Arc::clone(&app), config, Mode::Open, None).expect("no faults");
    let routes = router(office);
    for document in app.catalog().documents() {
        let name = document.id.to_string();
        let path = document.samples.values().next().expect("a sample");
        let sample: Value =
            serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON");
        // The first text of the record is what is typed.
        let Some(field) = first_text(&sample) else { continue };
        let mut typed = 0_u32;
        let mut next = move || {
            typed += 1;
            let mut record = sample.clone();
            record[&field] = format!("第{typed}次").into();
            record.to_string().into_bytes()
        };
        criterion.bench_function(&format!("preview of {name}"), |bench| {
            let work = |record| black_box(ask(&runtime, &routes, "preview", &name, record));
            bench.iter_batched(&mut next, work, BatchSize::SmallInput);
        });
    }
}

/// The key of a record's first free text.
fn first_text(record: &Value) -> Option<String> {
    let fields = record.as_object()?.iter();
    let texts = fields.filter(|(_, value)| value.as_str().is_some_and(|text| !text.is_ascii()));
    texts.map(|(key, _)| key.clone()).next()
}

criterion_group!(benches, added, previewed);
criterion_main!(benches);

//! Warm costs of the parts: every iteration has a record of its own, so that no cache of Typst
//! answers with the last one's page.

#![expect(clippy::expect_used, clippy::panic, reason = "a measurement of a broken home is none")]
#![allow(missing_docs, reason = "criterion's macros make items without any")]

use std::hint::black_box;
use std::path::PathBuf;
use std::time::Duration;

use chengwen::app::{App, Input, Options, Output, Processes, Setup, measure};
use chengwen::catalog::Places;
use chengwen::crew::Bounds;
use chengwen::typeset::Standard;
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use serde_json::Value;

#[path = "../suite/made.rs"]
mod made;

fn app() -> App {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = Places { flag: Some(home), ..Places::default() };
    App::open(&Setup { places, ..Setup::default() }).unwrap_or_else(|faults| panic!("{faults}"))
}

/// Records that differ in their names, as those of different applicants do.
fn records(app: &App, document: &str) -> impl FnMut() -> Vec<u8> {
    let path = &app.catalog().document(document).expect("known").samples[""];
    let mut record: Value =
        serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON");
    // The field that most surely differs between two papers of a kind.
    let named = ["name", "holder", "unit", "issuer"];
    let field = named.into_iter().find(|field| record.get(field).is_some()).unwrap_or("issuer");
    let mut number = 0_u32;
    move || {
        number += 1;
        record[field] = format!("太原市第{number}食品商行").into();
        record.to_string().into_bytes()
    }
}

fn pipeline(criterion: &mut Criterion) {
    let app = app();
    let documents: Vec<String> = app.catalog().documents().map(|one| one.id.to_string()).collect();
    for document in &documents {
        let mut next = records(&app, document);
        criterion.bench_function(&format!("check {document}"), |bench| {
            bench.iter_batched(
                &mut next,
                |record| black_box(app.check(document, &record).expect("no fault")),
                BatchSize::SmallInput,
            );
        });
        let mut next = records(&app, document);
        criterion.bench_function(&format!("render {document} to PDF"), |bench| {
            bench.iter_batched(
                &mut next,
                |record| {
                    let input = Input::Record(&record);
                    black_box(app.render(document, input, Options::default()).expect("sound"))
                },
                BatchSize::SmallInput,
            );
        });
        let picture = Output::Png { page: 1, pixels_per_point: 1.5 };
        let options = Options { output: picture, ..Options::default() };
        let mut next = records(&app, document);
        criterion.bench_function(&format!("render page 1 of {document} to PNG"), |bench| {
            bench.iter_batched(
                &mut next,
                |record| {
                    black_box(app.render(document, Input::Record(&record), options).expect("sound"))
                },
                BatchSize::SmallInput,
            );
        });
    }
    criterion.bench_function("open a home", |bench| bench.iter(|| black_box(self::app())));
}

/// What it costs that a job goes to another process and its file comes back.
fn boundary(criterion: &mut Criterion) {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = Places { flag: Some(home), ..Places::default() };
    let bounds = Bounds { time: Duration::from_secs(60), memory: 1 << 30, jobs: usize::MAX };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_chengwen"));
    let processes = Some(Processes { program, count: 1, bounds });
    let there = App::open(&Setup { places, processes, ..Setup::default() });
    let there = there.unwrap_or_else(|faults| panic!("{faults}"));
    let here = app();
    for document in ["shanxi/certificate", "shanxi/application"] {
        for (place, app) in [("here", &here), ("in a process", &there)] {
            let mut next = records(app, document);
            criterion.bench_function(&format!("boundary: {document} {place}"), |bench| {
                bench.iter_batched(
                    &mut next,
                    |record| {
                        let input = Input::Record(&record);
                        black_box(app.render(document, input, Options::default()).expect("sound"))
                    },
                    BatchSize::SmallInput,
                );
            });
        }
    }
}

/// Long lists, each time with another first name.
fn lists(criterion: &mut Criterion) {
    let app = app();
    let sample = |document: &str| -> Value {
        let path = &app.catalog().document(document).expect("known").samples[""];
        serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON")
    };
    let notice = made::notice(&app, &sample("shanxi/notice"), 500);
    let summary = made::summary(&app, &sample("shanxi/summary"), 5000);
    let certificates = made::certificates(&app, &sample("shanxi/certificate"), 1000);
    for (name, document, record, field) in [
        ("notice of 500 names", "shanxi/notice", notice, "/entries/0/name"),
        ("summary of 5000 rows", "shanxi/summary", summary, "/rows/0/name"),
        ("1000 certificates in one file", "shanxi/certificate", certificates, "/0/holder"),
    ] {
        let mut record = record;
        let mut number = 0_u32;
        let mut next = || {
            number += 1;
            *record.pointer_mut(field).expect("the field") =
                format!("太原市第{number}食品商行").into();
            record.to_string().into_bytes()
        };
        criterion.bench_function(name, |bench| {
            bench.iter_batched(
                &mut next,
                |record| {
                    let input = Input::Record(&record);
                    black_box(app.render(document, input, Options::default()).expect("sound"))
                },
                BatchSize::PerIteration,
            );
        });
        // What tags cost in size: the file for the printer beside the one to be published.
        let record = next();
        let [plain, tagged] = [None, Some(Standard::Ua1)].map(|standard| {
            let options = Options { standard, ..Options::default() };
            app.render(document, Input::Record(&record), options).expect("sound").bytes
        });
        let kib = |bytes: &[u8]| bytes.len() / 1024;
        println!("size of {name}: {} KiB, tagged {} KiB", kib(&plain), kib(&tagged));
        criterion.bench_function(&format!("inspect {name}"), |bench| {
            bench.iter(|| black_box(measure(&Places::default(), &plain).expect("readable")));
        });
    }
}

criterion_group!(benches, pipeline, boundary);
criterion_group! {
    name = long;
    config = Criterion::default().sample_size(10);
    targets = lists
}
criterion_main!(benches, long);

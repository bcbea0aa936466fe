//! Batches as they are really made: rows to sheets, runs in two render processes, one merged file on disk;
//! and files of single sheets.
//!
//! `cargo bench --bench batches` measures the parts. `cargo bench --bench batches -- whole [ROWS …]` prints
//! what the whole chain takes: sheets a second, memory of all processes, size of the file.

#![expect(clippy::expect_used, clippy::panic, reason = "a measurement of a broken home is none")]

use std::fs::File;
use std::hint::black_box;
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use chengwen::app::{App, Options, Processes, Setup, Whole};
use chengwen::catalog::{Document, Places};
use chengwen::crew::Bounds;
use chengwen::finish::{Intent, Joint, Merging, only_page, print_ready};
use chengwen::intake::{Record, examine};
use chengwen::wording::Sheet;
use criterion::{BatchSize, Criterion};
use serde_json::Value;

#[expect(dead_code, reason = "only certificates are made here")]
#[path = "../suite/made.rs"]
mod made;

const CERTIFICATE: &str = "shanxi/certificate";

/// How many rows a run holds, and a job of single files, unless `CHUNK` says otherwise.
const CHUNK: usize = 250;

fn app(processes: usize) -> App {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let places = Places { flag: Some(home), ..Places::default() };
    let bounds = Bounds { time: Duration::from_secs(60), memory: 1 << 30, jobs: usize::MAX };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_chengwen"));
    let processes = (processes > 0).then_some(Processes { program, count: processes, bounds });
    App::open(&Setup { places, processes, ..Setup::default() })
        .unwrap_or_else(|faults| panic!("{faults}"))
}

fn document(app: &App) -> &Document {
    app.catalog().document(CERTIFICATE).expect("known")
}

/// Sound records, all different; made in portions, as a table is read.
fn records(app: &App, rows: usize) -> Vec<Record> {
    let path = &document(app).samples[""];
    let sample: Value = serde_json::from_slice(&std::fs::read(path).expect("read")).expect("JSON");
    let made = made::certificates(app, &sample, rows);
    let rows = made.as_array().expect("an array");
    let look = |chunk: &[Value]| {
        let bytes = Value::from(chunk).to_string().into_bytes();
        let examined = examine(app.catalog(), document(app), &bytes, usize::MAX).expect("no fault");
        assert!(examined.problems.is_sound());
        examined.records
    };
    rows.chunks(1000).flat_map(look).collect()
}

fn sheets(app: &App, records: &[Record], verified: bool) -> Vec<Sheet> {
    let made = records.iter().enumerate().map(|(at, record)| {
        let sheet = Sheet::of(document(app), record).expect("a sheet");
        if !verified {
            return sheet;
        }
        let code = format!("7K9QX2M4TBCD{:04}", at % 10_000);
        sheet.with_verification(format!("https://fxxf.scjgj.example.cn/verify/{code}"), code)
    });
    made.collect()
}

fn whole(records: &[Record]) -> Whole {
    let date = records.iter().map(Record::date).max().expect("a date");
    Whole { matter: "rows".to_owned(), date }
}

/// The memory that the processes held at most, in bytes, seen every few milliseconds.
struct Watch {
    most: AtomicUsize,
    ended: AtomicUsize,
}

impl Watch {
    fn look(&self, app: &App) {
        while self.ended.load(Ordering::Acquire) == 0 {
            let theirs = app.typesetting().crews().map_or(0, |crews| crews.resident());
            let own = resident();
            self.most.fetch_max(own + usize::try_from(theirs).unwrap_or(0), Ordering::AcqRel);
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

fn resident() -> usize {
    let told = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = told.split(' ').nth(1).and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or(0) * 4096
}

/// Chunks in order, each made by whichever of `count` threads is free.
fn in_order<T: Send>(
    app: &App,
    rows: &[Record],
    chunk: usize,
    count: usize,
    make: impl Fn(&App, &[Record]) -> T + Sync,
    mut take: impl FnMut(T),
) {
    let chunks: Vec<&[Record]> = rows.chunks(chunk).collect();
    let next = AtomicUsize::new(0);
    std::thread::scope(|scope| {
        // No more wait than are in the making, so that memory stays flat.
        let (send, receive) = mpsc::sync_channel(count);
        for _ in 0..count {
            let (send, chunks, next, make) = (send.clone(), &chunks, &next, &make);
            scope.spawn(move || {
                loop {
                    let at = next.fetch_add(1, Ordering::AcqRel);
                    let Some(rows) = chunks.get(at) else { break };
                    if send.send((at, make(app, rows))).is_err() {
                        break;
                    }
                }
            });
        }
        drop(send);
        let mut waiting = std::collections::BTreeMap::new();
        let mut wanted = 0;
        for (at, made) in receive {
            waiting.insert(at, made);
            while let Some(made) = waiting.remove(&wanted) {
                take(made);
                wanted += 1;
            }
        }
    });
}

/// The whole chain, once.
fn merged(app: &App, rows: &[Record], verified: bool, chunk: usize, path: &Path) {
    let options = Options::default();
    let whole = whole(rows);
    let watch = Watch { most: AtomicUsize::new(0), ended: AtomicUsize::new(0) };
    let before = resident();
    let started = Instant::now();
    let mut merging_took = Duration::ZERO;
    let done = std::thread::scope(|scope| {
        scope.spawn(|| watch.look(app));
        let out = BufWriter::new(File::create(path).expect("a file"));
        let joint = app.joint(document(app), options).expect("can be merged");
        let mut merging = Merging::begin(out, joint).expect("begun");
        in_order(
            app,
            rows,
            chunk,
            2,
            |app, rows| {
                let sheets = sheets(app, rows, verified);
                app.typeset_run(document(app), sheets, &whole, options).expect("typeset").bytes
            },
            |run| {
                let started = Instant::now();
                merging.add(&run, false).expect("added");
                merging_took += started.elapsed();
            },
        );
        let done = merging.finish().expect("finished");
        watch.ended.store(1, Ordering::Release);
        done
    });
    let took = started.elapsed();
    println!(
        "{} certificates{} in runs of {chunk}: {:.0} sheets a second ({took:.2?}, merging {merging_took:.2?}), \
         {:.1} MiB in the file ({:.0} bytes a sheet), {} MiB of memory at most (rows held here: {} MiB)",
        done.pages,
        if verified { " with QR code" } else { "" },
        done.pages as f64 / took.as_secs_f64(),
        done.bytes as f64 / f64::from(1 << 20),
        done.bytes as f64 / done.pages as f64,
        watch.most.load(Ordering::Acquire) >> 20,
        before >> 20,
    );
}

fn singles(app: &App, rows: &[Record], chunk: usize) {
    let started = Instant::now();
    let (mut files, mut bytes) = (0, 0);
    in_order(
        app,
        rows,
        chunk,
        2,
        |app, rows| {
            let sheets = sheets(app, rows, false);
            app.typeset_singles(document(app), rows, sheets, Options::default()).expect("typeset")
        },
        |made| {
            files += made.len();
            bytes += made.iter().map(Vec::len).sum::<usize>();
        },
    );
    let took = started.elapsed();
    println!(
        "{files} files of one certificate, {chunk} in a job: {:.0} files a second, {} bytes a file",
        files as f64 / took.as_secs_f64(),
        bytes / files
    );
}

fn whole_chain(counts: &[usize]) {
    let app = app(2);
    let folder = std::env::temp_dir();
    let path = folder.join(format!("chengwen-batches-{}.pdf", std::process::id()));
    let chunk = std::env::var_os("CHUNK")
        .and_then(|chunk| chunk.into_string().ok())
        .and_then(|chunk| chunk.parse().ok())
        .unwrap_or(CHUNK);
    let most = counts.iter().copied().max().unwrap_or(1000);
    let rows = records(&app, most);
    // Processes are started by the first job, and warm after the second.
    for _ in 0..2 {
        in_order(
            &app,
            &rows[..200],
            50,
            2,
            |app, rows| {
                let made = sheets(app, rows, false);
                app.typeset_run(document(app), made, &whole(rows), Options::default()).map(drop)
            },
            |done| done.expect("typeset"),
        );
    }
    for count in counts {
        for verified in [false, true] {
            merged(&app, &rows[..*count], verified, chunk, &path);
        }
    }
    singles(&app, &rows[..1000.min(most)], 50);
    singles(&app, &rows[..1000.min(most)], 250);
    std::fs::remove_file(&path).expect("removed");
}

fn parts(criterion: &mut Criterion) {
    let app = app(0);
    let rows = records(&app, CHUNK);
    let document = document(&app);
    let whole = whole(&rows);
    let options = Options::default();
    criterion.bench_function("sentences of 250 sheets", |bench| {
        bench.iter(|| black_box(sheets(&app, &rows, false)));
    });
    for (name, verified) in [("", false), (" with QR code", true)] {
        let made = sheets(&app, &rows, verified);
        criterion.bench_function(&format!("typeset a run of 250{name}"), |bench| {
            bench.iter_batched(
                || made.clone(),
                |made| {
                    black_box(app.typeset_run(document, made, &whole, options).expect("typeset"))
                },
                BatchSize::PerIteration,
            );
        });
        let run = app.typeset_run(document, made, &whole, options).expect("typeset").bytes;
        criterion.bench_function(&format!("merge a run of 250{name}"), |bench| {
            let mut merging = Merging::begin(std::io::sink(), Joint::default()).expect("begun");
            bench.iter(|| black_box(merging.add(&run, false).expect("added")));
        });
        criterion.bench_function(&format!("cut a page out of a run of 250{name}"), |bench| {
            bench.iter(|| black_box(only_page(&run, 125..126).expect("cut out")));
        });
    }
    let made = sheets(&app, &rows[..1], false);
    let file = app.typeset_run(document, made, &whole, options).expect("typeset").bytes;
    let intent = Intent { duplex: chengwen::finish::Duplex::Simplex, copies: 1 };
    criterion.bench_function("print intent of a file", |bench| {
        bench.iter(|| black_box(print_ready(&file, intent, false).expect("ready")));
    });
    let few = &rows[..50];
    let made = sheets(&app, few, false);
    criterion.bench_function("typeset 50 single files", |bench| {
        bench.iter_batched(
            || made.clone(),
            |made| black_box(app.typeset_singles(document, few, made, options).expect("typeset")),
            BatchSize::PerIteration,
        );
    });
}

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    if arguments.next().as_deref() == Some("whole") {
        let counts: Vec<usize> = arguments.filter_map(|count| count.parse().ok()).collect();
        whole_chain(if counts.is_empty() { &[1000, 10_000, 50_000] } else { &counts });
        return;
    }
    let mut criterion = Criterion::default().sample_size(20).configure_from_args();
    parts(&mut criterion);
    criterion.final_summary();
}

//! Render processes: what runs over a limit is stopped, what dies is replaced, and the rest goes on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use chengwen::app::{App, Input, Options, Processes, Refusal, Rendered, Setup};
use chengwen::catalog::Places;
use chengwen::crew::{Bounds, Crews};
use serde_json::json;

use crate::homes::Spoilt;
use crate::support::{root, run, sample};

const APPLICATION: &str = "shanxi/application";
pub(crate) const FOREVER: &str = "shanxi/commitment";
pub(crate) const GREEDY: &str = "shanxi/notice";

const USUAL: Bounds = Bounds { time: Duration::from_secs(60), memory: 1 << 30, jobs: 1000 };

fn manned(home: &Path, count: usize, bounds: Bounds) -> App {
    let places = Places { flag: Some(home.to_owned()), ..Places::default() };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_chengwen"));
    let processes = Some(Processes { program, count, bounds });
    App::open(&Setup { places, processes, ..Setup::default() })
        .unwrap_or_else(|faults| panic!("{faults}"))
}

fn crews(app: &App) -> &Crews {
    app.typesetting().crews().expect("it has processes")
}

/// A home where one document computes for ever and one eats memory.
pub(crate) fn costly() -> Spoilt {
    let home = Spoilt::new();
    for (document, layout) in [
        (FOREVER, include_str!("../templates/forever.typ")),
        (GREEDY, include_str!("../templates/greedy.typ")),
    ] {
        std::fs::write(home.path(&format!("templates/{document}/document.typ")), layout)
            .expect("written");
    }
    home
}

fn print(app: &App, document: &str, name: usize) -> Result<Rendered, Refusal> {
    let sample = sample(app, &document.replace('/', "-"));
    let mut record = sample.record();
    if record.get("name").is_some() {
        record["name"] = json!(format!("太原市第{name}食品商行"));
    }
    let bytes = record.to_string().into_bytes();
    app.render(document, Input::Record(&bytes), Options::default())
}

#[test]
fn a_process_gives_the_same_bytes() {
    let here = crate::support::app();
    let there = manned(&root(), 2, USUAL);
    for document in [APPLICATION, FOREVER, GREEDY, "shanxi/summary", "shanxi/certificate"] {
        let (one, other) = (print(&here, document, 1), print(&there, document, 1));
        assert_eq!(one.expect("printed").bytes, other.expect("printed").bytes, "{document}");
        assert_eq!(there.check(document, b"{}").expect("checked").records.len(), 0);
    }
    // A preview of a draft, a page that is not there, a text without room: all come back as they are.
    let output = chengwen::app::Output::Png { page: 9, pixels_per_point: 1.0 };
    let options = Options { output, ..Options::default() };
    let refused = there.render(APPLICATION, Input::Unfinished(b"{}"), options);
    assert!(matches!(refused, Err(Refusal::Usage(sentence)) if sentence.contains("共 4 页")));
    let mut record = sample(&there, "shanxi-certificate").record();
    record["holder"] = json!("山".repeat(60));
    let bytes = record.to_string().into_bytes();
    let told = [&here, &there].map(|app| {
        let examined = app.check("shanxi/certificate", &bytes).expect("checked");
        serde_json::to_value(&examined.problems).expect("plain data")
    });
    assert_eq!(told[0], told[1]);
}

#[test]
fn what_runs_over_a_limit_is_stopped_and_the_rest_goes_on() {
    let home = costly();
    let bounds = Bounds { time: Duration::from_secs(10), memory: 500 << 20, jobs: 1000 };
    let app = manned(home.folder.path(), 4, bounds);
    let done = AtomicUsize::new(0);
    thread::scope(|scope| {
        let forever = scope.spawn(|| print(&app, FOREVER, 0));
        let greedy = scope.spawn(|| print(&app, GREEDY, 0));
        for lane in 0..2 {
            let (app, done) = (&app, &done);
            scope.spawn(move || {
                for number in 0..50 {
                    let made = print(app, APPLICATION, lane * 50 + number).expect("printed");
                    assert_eq!(made.pages, 4);
                    done.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        let told = |made: thread::ScopedJoinHandle<'_, Result<Rendered, Refusal>>| match made
            .join()
            .expect("no panic")
        {
            Err(Refusal::OverLimit(sentence)) => sentence,
            other => panic!("{other:?}"),
        };
        let sentence = told(forever);
        assert!(
            sentence.contains("10 秒") && sentence.contains("limits.render_seconds"),
            "{sentence}"
        );
        let sentence = told(greedy);
        assert!(
            sentence.contains("500 MiB") && sentence.contains("limits.render_memory_mib"),
            "{sentence}"
        );
    });
    assert_eq!(done.into_inner(), 100);
    let count = crews(&app).count();
    assert_eq!((count.over_time, count.over_memory, count.died), (1, 1, 0));
    // The keeper was not late, and both places are manned again.
    let late = crews(&app).latest();
    assert!(late < Duration::from_millis(200), "{late:?}");
    print(&app, APPLICATION, 0).expect("printed");
    assert!(count.started >= 4);
}

/// Says at the end of its life that it is over.
struct EndAtDrop<'a>(&'a AtomicBool);

impl Drop for EndAtDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

#[test]
fn processes_killed_by_hand_leave_no_request_unanswered() {
    let app = manned(&root(), 2, USUAL);
    let ended = AtomicBool::new(false);
    let done = AtomicUsize::new(0);
    let (mut printed, mut lost) = (0, 0);
    thread::scope(|scope| {
        // The killer stops also when something here fails, or the failure would never be told.
        let end = EndAtDrop(&ended);
        let killer = scope.spawn(|| {
            let mut killed = 0_usize;
            let mut seen = 0;
            while !ended.load(Ordering::Acquire) {
                // Where a process takes long to start, none would ever answer if each were killed first.
                let now = done.load(Ordering::Acquire);
                if killed > 0 && now == seen {
                    thread::park_timeout(Duration::from_millis(20));
                    continue;
                }
                seen = now;
                let numbers = crews(&app).numbers();
                if let Some(number) = numbers.get(killed % numbers.len().max(1)) {
                    run("kill", &["-9", &number.to_string()]);
                    killed += 1;
                }
                // A pause between two deaths, so that there is something to kill.
                thread::park_timeout(Duration::from_millis(300));
            }
            killed
        });
        let lanes: Vec<_> = (0..3)
            .map(|lane| {
                let (app, done) = (&app, &done);
                scope.spawn(move || {
                    let numbers = (0..40).map(|number| lane * 40 + number);
                    let made = numbers.map(|number| {
                        let made = print(app, APPLICATION, number);
                        done.fetch_add(1, Ordering::AcqRel);
                        made
                    });
                    made.collect::<Vec<_>>()
                })
            })
            .collect();
        for made in lanes.into_iter().flat_map(|lane| lane.join().expect("no panic")) {
            match made {
                Ok(made) => {
                    assert_eq!(made.pages, 4);
                    printed += 1;
                }
                Err(Refusal::Lost) => lost += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        drop(end);
        let killed = killer.join().expect("no panic");
        assert!(killed >= 3, "{killed} were killed");
    });
    assert_eq!(printed + lost, 120);
    // One lost its process; that it lost the next one too is rare.
    assert!(lost <= 12, "{lost} were lost");
    let died = crews(&app).count().died;
    assert!(died >= 3, "{died} died");
    print(&app, APPLICATION, 0).expect("printed");
}

#[test]
fn a_worn_process_is_replaced() {
    let app = manned(&root(), 1, Bounds { jobs: 5, ..USUAL });
    let first = {
        print(&app, APPLICATION, 0).expect("printed");
        crews(&app).numbers()
    };
    for number in 1..12 {
        print(&app, APPLICATION, number).expect("printed");
    }
    let count = crews(&app).count();
    assert_eq!((count.worn, count.died), (2, 0));
    assert_ne!(crews(&app).numbers(), first);
}

#[test]
fn ten_thousand_renders_leave_nothing_behind() {
    let app = manned(&root(), 2, Bounds { jobs: 100_000, ..USUAL });
    let sample = sample(&app, "shanxi-certificate");
    let print = |numbers: std::ops::Range<usize>| {
        thread::scope(|scope| {
            for lane in 0..2 {
                let (app, sample, numbers) = (&app, &sample, numbers.clone());
                scope.spawn(move || {
                    let mut record = sample.record();
                    for number in numbers.skip(lane).step_by(2) {
                        record["holder"] = json!(format!("太原市第{number}食品商行"));
                        let bytes = record.to_string().into_bytes();
                        let input = Input::Record(&bytes);
                        app.render(&sample.document, input, Options::default()).expect("sound");
                    }
                });
            }
        });
    };
    let all = || crews(&app).resident() + crate::memory::resident_bytes();
    print(0..2000);
    let before = all();
    print(2000..10_000);
    let after = all();
    let mib = |bytes: u64| bytes >> 20;
    assert!(after < before + (40 << 20), "{} MiB grew to {} MiB", mib(before), mib(after));
    assert_eq!(crews(&app).count().died, 0);
}

#[test]
fn templates_that_changed_since_the_start_are_told() {
    let home = Spoilt::new();
    let app = manned(home.folder.path(), 1, Bounds { jobs: 1, ..USUAL });
    print(&app, APPLICATION, 0).expect("printed");
    // The next process opens what is not what the server opened.
    home.spoil(
        "templates/shanxi/notice/document.typ",
        "#let most-inline = 4",
        "#let most-inline = 5",
    );
    let started = Instant::now();
    let told = loop {
        match print(&app, APPLICATION, 1) {
            Err(Refusal::Faults(faults)) => break faults.to_string(),
            // The process that was started before the change.
            Ok(_) if started.elapsed() < Duration::from_secs(20) => {}
            other => panic!("{other:?}"),
        }
    };
    assert!(told.contains("重新启动服务"), "{told}");
    assert!(crews(&app).stand().is_err());
}

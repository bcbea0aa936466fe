//! Memory: caches are trimmed after every compile, also after one that failed.

use chengwen::app::{Input, Options};
use serde_json::json;

use crate::made;
use crate::support::{app, sample};

/// Resident memory of this process in MiB.
fn resident() -> usize {
    of_status("VmRSS")
}

/// The same in bytes.
pub(crate) fn resident_bytes() -> u64 {
    (resident() as u64) << 20
}

/// The most that this process has ever held, in MiB; every test has a process of its own.
pub(crate) fn peak() -> usize {
    of_status("VmHWM")
}

fn of_status(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").expect("a status");
    let line = status.lines().find(|line| line.starts_with(name)).expect("a line");
    line.split_whitespace().nth(1).and_then(|kib| kib.parse::<usize>().ok()).expect("a number")
        / 1024
}

#[test]
fn many_renders_leave_nothing_behind() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    let mut record = sample.record();
    let mut run = |numbers: std::ops::Range<usize>| {
        for number in numbers {
            record["name"] = json!(format!("太原市第{number}食品商行"));
            let bytes = record.to_string().into_bytes();
            app.render(&sample.document, Input::Record(&bytes), Options::default()).expect("sound");
        }
    };
    run(0..40);
    let before = resident();
    run(40..160);
    // Without trimming, these 120 applications leave 180 MiB.
    let after = resident();
    assert!(after < before + 30, "{before} MiB grew to {after} MiB");
}

#[test]
fn five_thousand_rows_stay_within_their_limit() {
    let app = app();
    let record = made::summary(&app, &sample(&app, "shanxi-summary").record(), 5000).to_string();
    let input = Input::Record(record.as_bytes());
    app.render("shanxi/summary", input, Options::default()).expect("sound");
    let most = peak();
    assert!(most < 700, "{most} MiB");
}

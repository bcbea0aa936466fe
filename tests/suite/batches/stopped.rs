//! One process is stopped while it holds a chunk, and goes on when another has done its work.

use std::process::Child;
use std::time::Duration;

use super::shared::{Place, ended, start, wait_until};
use crate::support::run;

const ROWS: usize = 2_000;
const LEASE: &[&str] = &["--set", "limits.lease_seconds=1"];

fn signal(child: &Child, name: &str) {
    let sent = run("kill", &[name, &child.id().to_string()]);
    assert!(sent.status.success(), "{sent:?}");
}

/// Stops a process while it holds chunks and keeps nobody from writing the ledger.
fn stop_at_work(place: &Place, child: &Child, stage: i64) {
    wait_until("a chunk that is held", || {
        if place.held(stage) == 0 {
            return false;
        }
        signal(child, "-STOP");
        if place.held(stage) > 0 && place.can_be_written() {
            return true;
        }
        signal(child, "-CONT");
        false
    });
}

fn a_stopped_process_is_passed_over(stage: i64) {
    let place = Place::new();
    place.rows("rows.json", 1, ROWS);
    let mut first = start(&mut place.batch("rows.json", "first.pdf", LEASE));
    stop_at_work(&place, &first, stage);
    let holders: Vec<(String, i64)> =
        place.ask("SELECT holder, fence FROM chunk WHERE state = 'held' ORDER BY chunk");
    // Its own render processes live on meanwhile.
    let told = place.run("rows.json", "second.pdf", LEASE).with(0);
    assert!(told.contains("编号照旧"), "{told}");
    assert_eq!(place.count("chunk WHERE state <> 'done'"), 0);
    assert!(first.try_wait().expect("asked").is_none(), "it still stands");
    for (_, fence) in &holders {
        assert_eq!(*fence, 1, "nobody had it before");
    }
    let taken = place.count("chunk WHERE fence > 1");
    assert_eq!(taken, i64::try_from(holders.len()).expect("few"), "what it held was taken over");
    let (numbers, audit) = (place.assert_pages("second.pdf", 1, ROWS), place.audit());

    signal(&first, "-CONT");
    ended(first).with(0);
    assert!(place.bytes("first.pdf") == place.bytes("second.pdf"), "one file");
    assert_eq!(place.audit(), audit, "nothing happened twice");
    assert_eq!(place.count("certificate WHERE state = 'issued'"), 2_000);
    assert_eq!(numbers.len(), ROWS);
    place.assert_tidy();
}

#[test]
fn stopped_while_it_typesets_another_one_takes_over() {
    a_stopped_process_is_passed_over(0);
}

#[test]
fn stopped_while_it_joins_the_file_another_one_takes_over() {
    a_stopped_process_is_passed_over(1);
}

#[test]
fn one_that_only_takes_long_keeps_its_work() {
    let place = Place::new();
    place.rows("rows.json", 1, ROWS);
    let first = start(&mut place.batch("rows.json", "one.pdf", LEASE));
    std::thread::sleep(Duration::from_millis(500));
    // Both write one output at once.
    let second = start(&mut place.batch("rows.json", "one.pdf", LEASE));
    ended(first).with(0);
    ended(second).with(0);
    place.assert_pages("one.pdf", 1, ROWS);
    assert_eq!(place.count("batch"), 1);
    assert_eq!(place.audit().entries, 4_000);
    place.assert_tidy();
}

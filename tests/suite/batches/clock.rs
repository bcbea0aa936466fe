//! A clock that is two days fast and is then set right, between a kill and the next run.

use std::time::Instant;

use super::shared::{Place, ended, start, wait_until};
use crate::support::run;

const ROWS: usize = 2_000;

#[test]
fn a_clock_that_goes_back_keeps_nothing_waiting() {
    let place = Place::new();
    place.rows("rows.json", 1, ROWS);
    // `faketime` starts a child of its own, which a kill would miss: its library is taken from it.
    let library = run("faketime", &["-f", "+2d", "printenv", "LD_PRELOAD"]);
    let library = String::from_utf8(library.stdout).expect("UTF-8");
    let mut fast = place.batch("rows.json", "a.pdf", &["--set", "limits.render_processes=1"]);
    fast.env("LD_PRELOAD", library.trim()).env("FAKETIME", "+2d");
    let mut child = start(&mut fast);
    wait_until("a chunk that is held", || {
        assert!(child.try_wait().expect("asked").is_none(), "it works on");
        place.held(0) > 0
    });
    child.kill().expect("killed");
    ended(child);
    let (ahead,) = place.ask::<(i64,)>("SELECT max(at) FROM history")[0];
    assert!(ahead > chengwen::store::now() + 100_000, "the clock of the first run was fast");

    let begun = Instant::now();
    place.run("rows.json", "a.pdf", &[]).with(0);
    println!("after the clock went back: {:?}", begun.elapsed());
    place.assert_pages("a.pdf", 1, ROWS);
    // The order is that of what happened, not that of what the clock said.
    let audit = place.audit();
    assert_eq!(audit.entries, 4_000);
    let order: Vec<(String, i64, i64)> =
        place.ask("SELECT what, min(entry), max(entry) FROM history GROUP BY what ORDER BY 2");
    let order: Vec<(&str, i64, i64)> =
        order.iter().map(|(what, from, to)| (what.as_str(), *from, *to)).collect();
    assert_eq!(order, [("reserved", 1, 2_000), ("issued", 2_001, 4_000)]);
    let (behind,) = place.ask::<(i64,)>("SELECT min(at) FROM history WHERE what = 'issued'")[0];
    assert!(behind < ahead, "each entry tells what the clock said");
    // Nothing has run out: the file is still kept, and given again.
    let told = place.run("rows.json", "b.pdf", &[]).with(0);
    assert!(told.contains("编号照旧"), "{told}");
    assert!(place.bytes("a.pdf") == place.bytes("b.pdf"));
    assert_eq!(place.audit(), audit);
    place.assert_tidy();
}

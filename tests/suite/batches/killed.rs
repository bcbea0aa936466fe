//! Killed at any point and run again: every row once, every number once, the ledger whole.

use std::collections::BTreeSet;
use std::time::Duration;

use super::shared::{Place, ended, number, start};

const ROWS: usize = 2_000;
const KILLS: usize = 20;

/// Random enough for a test, and the same again for the same seed (xorshift).
struct Chance(u64);

impl Chance {
    /// `KILL_SEED=…` has the same points again.
    fn new() -> Self {
        let given = std::env::var_os("KILL_SEED").and_then(|seed| seed.into_string().ok());
        let given = given.and_then(|seed| seed.parse().ok());
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).expect("random");
        let seed = given.unwrap_or(u64::from_le_bytes(bytes));
        println!("KILL_SEED={seed}");
        Self(seed | 1)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % most
    }
}

#[test]
fn killed_twenty_times_at_random_points_nothing_is_lost_or_doubled() {
    let place = Place::new();
    let mut chance = Chance::new();
    let (mut batches, mut kills) = (1, 0);
    place.rows("1.json", 1, ROWS);
    while kills < KILLS {
        let (rows, output) = (format!("{batches}.json"), format!("{batches}.pdf"));
        let mut child = start(&mut place.batch(&rows, &output, &[]));
        // From before the ledger is there until the file is joined; all of a run takes some seconds.
        std::thread::sleep(Duration::from_millis(50 + chance.below(2_500)));
        if child.try_wait().expect("asked").is_none() {
            child.kill().expect("killed");
        }
        // It may have ended a moment before.
        match ended(child).code {
            None => kills += 1,
            Some(code) => {
                assert_eq!(code, 0, "a batch that was not killed is whole");
                batches += 1;
                place.rows(&format!("{batches}.json"), (batches - 1) * ROWS + 1, ROWS);
            }
        }
    }
    let run = |at: usize| place.run(&format!("{at}.json"), &format!("{at}.pdf"), &[]).with(0);
    run(batches);
    println!("{kills} kills, {batches} batches");

    let mut numbers = BTreeSet::new();
    for at in 1..=batches {
        let found = place.assert_pages(&format!("{at}.pdf"), (at - 1) * ROWS + 1, ROWS);
        let wanted: Vec<String> = ((at - 1) * ROWS + 1..=at * ROWS).map(number).collect();
        assert!(found == wanted, "the rows of batch {at} have their numbers in their order");
        numbers.extend(found);
    }
    assert_eq!(numbers.len(), batches * ROWS);
    let counted = i64::try_from(batches * ROWS).expect("small");
    assert_eq!(place.count("certificate WHERE state = 'issued'"), counted);
    assert_eq!((place.count("certificate"), place.count("batch_row")), (counted, counted));
    assert_eq!(place.count("batch"), i64::try_from(batches).expect("small"));
    // Reserved once and issued once, whatever was done how often.
    let audit = place.audit();
    assert_eq!(audit.entries, 2 * counted);

    let before = place.bytes("1.pdf");
    std::fs::remove_file(place.path("1.pdf")).expect("removed");
    let told = run(1);
    assert!(told.contains("编号照旧"), "{told}");
    assert!(place.bytes("1.pdf") == before, "run again, it gives the same bytes");
    assert_eq!(place.audit(), audit, "and nothing has happened");
    place.assert_tidy();
}

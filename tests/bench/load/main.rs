//! The service at twice what it can do: `cargo bench --bench load`, about seven minutes; `-- --seconds N` for
//! another length of each of the two runs (120).
//!
//! First what it can do: throughput and time by kind, and of the mix. Then the mix at twice that rate; then
//! the same with a render process killed every second; then whether it answers as before. Ends with 1 if an
//! answer was not as it must be; times are told, not judged.

#![expect(clippy::expect_used, clippy::panic, reason = "a load on a broken service is none")]

mod drive;
mod house;
mod mix;
mod report;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use drive::Crowd;
use house::House;
use report::{Memory, Run};
use wire::{Connection, request};

/// How long each kind is asked for alone.
const ALONE: Duration = Duration::from_secs(6);

/// How long the mix is asked for, to learn what the service can do.
const CAPACITY: Duration = Duration::from_secs(20);

fn main() -> ExitCode {
    let given: Vec<String> = std::env::args().collect();
    // The suite's runner builds benches and runs them to see that they start.
    if given.iter().any(|it| it == "--test") {
        return ExitCode::SUCCESS;
    }
    let seconds = given.windows(2).find(|pair| pair[0] == "--seconds").map(|pair| &pair[1]);
    let seconds = seconds.map_or(120, |it| it.parse().expect("whole seconds"));
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(load(Duration::from_secs(seconds)))
}

async fn load(span: Duration) -> ExitCode {
    let house = Arc::new(House::start());
    until_ready(&house).await;
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let crowd = Crowd::new(house.address, mix::mix(house.address, &home).await);
    let before = crowd.specimens().await;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);

    println!("| kind | a second | median | 95 % | longest |\n|---|---|---|---|---|");
    let mut sound = true;
    for (number, kind) in crowd.kinds.iter().enumerate() {
        let (seen, took) = crowd.in_turns(Some(number), cores, ALONE).await;
        sound &= report::alone(&kind.name, &seen, took);
    }
    let (seen, took) = crowd.in_turns(None, cores * 2, CAPACITY).await;
    sound &= report::alone("the mix", &seen, took);
    let capacity = seen.len() as f64 / took.as_secs_f64();

    for killing in [false, true] {
        let rate = capacity * 2.0;
        let manner = if killing { ", a render process killed every second" } else { "" };
        println!("\n{rate:.0} requests a second for {} s{manner}", span.as_secs());
        let waited = waits(&house).await;
        let (seen, memory, killed) = overload(&house, &crowd, rate, span, killing).await;
        let waited = report::begun(&waited, &waits(&house).await);
        sound &= Run { kinds: &crowd.kinds, seen, memory, killed, waited, span }.tell();
    }

    until_ready(&house).await;
    let same = crowd.specimens().await == before;
    println!("\nafterwards every kind answers {}", if same { "as before" } else { "OTHERWISE" });
    let (seen, took) = crowd.in_turns(None, cores * 2, CAPACITY).await;
    sound &= report::alone("the mix, afterwards", &seen, took);
    ExitCode::from(u8::from(!(sound && same)))
}

/// The mix at a rate, with the memory looked at (and perhaps a process killed) every second.
async fn overload(
    house: &Arc<House>,
    crowd: &Arc<Crowd>,
    rate: f64,
    span: Duration,
    killing: bool,
) -> (Vec<drive::Seen>, Vec<Memory>, usize) {
    let over = Arc::new(AtomicBool::new(false));
    let (ended, watched) = (Arc::clone(&over), Arc::clone(house));
    let watching = std::thread::spawn(move || {
        let (mut memory, mut killed) = (Vec::new(), 0);
        let started = Instant::now();
        for second in 0.. {
            if ended.load(Ordering::Acquire) {
                break;
            }
            let (own, others) = watched.memory();
            memory.push(Memory { own, others });
            if killing && watched.kill_a_render_process(second) {
                killed += 1;
            }
            let next = Duration::from_secs(second as u64 + 1);
            std::thread::sleep(next.saturating_sub(started.elapsed()));
        }
        (memory, killed)
    });
    let seen = crowd.at_a_rate(rate, span).await;
    over.store(true, Ordering::Release);
    let (memory, killed) = watching.join().expect("no panic");
    (seen, memory, killed)
}

/// The lines of /metrics that tell how long jobs waited before they began.
async fn waits(house: &House) -> Vec<(String, u64)> {
    let mut wire = Connection::open(house.address).await.expect("it listens");
    let answer = wire.ask(&request("GET", "/metrics", "", b"")).await.expect("an answer");
    let text = String::from_utf8(answer.body).expect("text");
    let bucket = "chengwen_desk_wait_seconds_bucket";
    let lines = text.lines().filter_map(|line| line.strip_prefix(bucket));
    lines
        .filter_map(|line| line.rsplit_once(' '))
        .map(|(labels, count)| (labels.to_owned(), count.parse().expect("a count")))
        .collect()
}

async fn until_ready(house: &House) {
    let started = Instant::now();
    loop {
        let mut wire = Connection::open(house.address).await.expect("it listens");
        let answer = wire.ask(&request("GET", "/readyz", "", b"")).await.expect("an answer");
        if answer.status == 200 {
            return;
        }
        assert!(started.elapsed() < Duration::from_secs(120), "it does not get ready");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

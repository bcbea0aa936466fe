//! What is told of a run, and what was not as it must be.

use std::collections::BTreeMap;
use std::time::Duration;

use super::drive::Seen;
use super::mix::Kind;

/// What the server, and all its processes, held at a moment, in MiB.
pub(crate) struct Memory {
    pub(crate) own: f64,
    pub(crate) others: f64,
}

/// A run at a rate.
pub(crate) struct Run<'a> {
    pub(crate) kinds: &'a [Kind],
    pub(crate) seen: Vec<Seen>,
    pub(crate) memory: Vec<Memory>,
    pub(crate) killed: usize,
    pub(crate) waited: String,
    pub(crate) span: Duration,
}

/// How long those at a hundredth of the way waited, in milliseconds.
fn at(times: &[Duration], hundredth: usize) -> f64 {
    let last = times.len().saturating_sub(1);
    times.get(last * hundredth / 100).map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
}

fn sorted<'a>(seen: impl Iterator<Item = &'a Seen>) -> Vec<Duration> {
    let mut times: Vec<Duration> = seen.map(|one| one.took).collect();
    times.sort_unstable();
    times
}

/// Tells of one kind, asked for alone; whether all answers were what was asked for.
pub(crate) fn alone(name: &str, seen: &[Seen], took: Duration) -> bool {
    let times = sorted(seen.iter());
    println!(
        "| {name} | {:.0} | {:.1} ms | {:.1} ms | {:.0} ms |",
        seen.len() as f64 / took.as_secs_f64(),
        at(&times, 50),
        at(&times, 95),
        at(&times, 100),
    );
    let wrong: Vec<&Seen> = seen.iter().filter(|one| one.status != 200).collect();
    if let Some(first) = wrong.first() {
        println!("NOT as asked: {}, first {} {:?}", wrong.len(), first.status, first.wrong);
    }
    wrong.is_empty()
}

impl Run<'_> {
    /// Tells of it; whether all answers were as they must be.
    pub(crate) fn tell(&self) -> bool {
        println!("| kind | asked | done | done, a second | median | 95 % | longest |");
        println!("|---|---|---|---|---|---|---|");
        for (number, kind) in self.kinds.iter().enumerate() {
            let own = || self.seen.iter().filter(move |one| one.kind == number);
            let done = sorted(own().filter(|one| one.status == 200));
            println!(
                "| {} | {} | {} | {:.1} | {:.0} ms | {:.0} ms | {:.0} ms |",
                kind.name,
                own().count(),
                done.len(),
                done.len() as f64 / self.span.as_secs_f64(),
                at(&done, 50),
                at(&done, 95),
                at(&done, 100),
            );
        }
        println!("| not done | count | median | 99 % | longest | over 50 ms |");
        println!("|---|---|---|---|---|---|");
        let mut refused: BTreeMap<(u16, &str), Vec<&Seen>> = BTreeMap::new();
        for one in self.seen.iter().filter(|one| one.status != 200) {
            refused.entry((one.status, &one.problem)).or_default().push(one);
        }
        for ((status, problem), seen) in refused {
            let times = sorted(seen.into_iter());
            let slow = times.iter().filter(|took| took.as_millis() > 50).count();
            println!(
                "| {status} {problem} | {} | {:.1} ms | {:.1} ms | {:.0} ms | {slow} |",
                times.len(),
                at(&times, 50),
                at(&times, 99),
                at(&times, 100),
            );
        }
        println!("{}", self.waited);
        let thirds = self.memory.len().div_ceil(3).max(1);
        let peaks = self.memory.chunks(thirds).map(|third| {
            let most = |of: fn(&Memory) -> f64| third.iter().map(of).fold(0.0, f64::max);
            format!("{:.0} + {:.0}", most(|it| it.own), most(|it| it.others))
        });
        let peaks: Vec<String> = peaks.collect();
        println!(
            "memory at most, server + processes, by thirds of the run: {} MiB; killed: {}",
            peaks.join(", "),
            self.killed,
        );
        let wrong: Vec<&Seen> = self.seen.iter().filter(|one| one.wrong.is_some()).collect();
        for one in wrong.iter().take(10) {
            let told = one.wrong.as_deref().unwrap_or_default();
            println!("WRONG: {} {}: {told}", self.kinds[one.kind].name, one.status);
        }
        println!("answers that are not as they must be: {}", wrong.len());
        wrong.is_empty()
    }
}

/// How many jobs began between two looks, by how long each desk had let them wait.
pub(crate) fn begun(before: &[(String, u64)], after: &[(String, u64)]) -> String {
    let before: BTreeMap<&str, u64> = before.iter().map(|(it, count)| (&**it, *count)).collect();
    let mut desks: BTreeMap<&str, Vec<(&str, u64)>> = BTreeMap::new();
    for (labels, count) in after {
        let count = count - before.get(&**labels).copied().unwrap_or_default();
        let value = |name: &str| labels.split(name).nth(1)?.split('"').nth(1);
        if let (Some(desk), Some(edge)) = (value("desk="), value("le=")) {
            desks.entry(desk).or_default().push((edge, count));
        }
    }
    let told = desks.into_iter().map(|(desk, mut edges)| {
        edges.sort_by_key(|(_, count)| *count);
        let all = edges.last().map_or(0, |(_, count)| *count);
        // The first edge below which all of them began.
        let most = edges.iter().filter(|(_, count)| *count == all);
        let edge = |edge: &str| edge.parse::<f64>().unwrap_or(f64::INFINITY);
        let most = most.map(|(it, _)| edge(it)).fold(f64::INFINITY, f64::min);
        format!("{desk}: {all} begun, each within {most} s")
    });
    told.collect::<Vec<_>>().join("; ")
}

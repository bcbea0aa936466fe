//! The counters of one server, in the text that Prometheus reads. Every label has few values.

use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::desk::Desk;
use crate::app::App;
use crate::crew::{Crews, Preparing};
use crate::fault::Fault;
use crate::intake::Problems;
use crate::jobs::Totals;
use crate::values::Level;

/// The media type of the text (OpenMetrics).
pub(super) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// How a render ended.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outcome {
    Done,
    Problems,
    Unprintable,
    /// Stopped at a limit.
    OverLimit,
    /// Its process died, twice.
    Lost,
    Fault,
    /// Turned away, or waited too long.
    Turned,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Problems => "problems",
            Self::Unprintable => "unprintable",
            Self::OverLimit => "over_limit",
            Self::Lost => "lost",
            Self::Fault => "fault",
            Self::Turned => "turned",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Made {
    document: String,
    outcome: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Named {
    document: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct At {
    desk: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Ended {
    reason: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct InState {
    state: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Found {
    level: &'static str,
    code: String,
}

type Times<S> = Family<S, Histogram, fn() -> Histogram>;

/// The counters.
pub(super) struct Meters {
    registry: Registry,
    requests: Family<Answered, Counter>,
    latency: Times<Route>,
    renders: Family<Made, Counter>,
    render_times: Times<Named>,
    waits: Times<At>,
    waiting: Family<At, Gauge>,
    running: Family<At, Gauge>,
    problems: Family<Found, Counter>,
    processes: Gauge,
    process_memory: Gauge,
    process_starts: Gauge,
    process_ends: Family<Ended, Gauge>,
    prints: Family<InState, Gauge>,
    rows_to_print: Gauge,
    certificates: Family<InState, Gauge>,
    ready: Gauge,
    free_disk: Gauge,
}

/// From a millisecond to half a minute.
fn times() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 16))
}

/// To the default queue deadline (`limits.queue_seconds`, 2 s), and beyond.
fn waits() -> Histogram {
    Histogram::new([0.001, 0.005, 0.02, 0.1, 0.25, 0.5, 1.0, 1.5, 2.0, 2.1, 5.0, 30.0])
}

impl Default for Meters {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("chengwen");
        let requests = Family::default();
        let latency = Times::new_with_constructor(times as fn() -> Histogram);
        let renders = Family::default();
        let render_times = Times::new_with_constructor(times as fn() -> Histogram);
        let waits = Times::new_with_constructor(waits as fn() -> Histogram);
        let waiting = Family::default();
        let running = Family::default();
        let problems = Family::default();
        let (processes, process_memory, process_starts) =
            (Gauge::default(), Gauge::default(), Gauge::default());
        let process_ends = Family::default();
        let (prints, rows_to_print, certificates) =
            (Family::default(), Gauge::default(), Family::default());
        let (ready, free_disk) = (Gauge::default(), Gauge::default());
        registry.register("ready", "Whether /readyz answers ok: 1 or 0", ready.clone());
        let about = "Bytes free on the disk of the data directory";
        registry.register("free_disk_bytes", about, free_disk.clone());
        registry.register("prints", "Prints of batches, by state", prints.clone());
        let about = "Rows of unfinished prints that are not typeset yet";
        registry.register("rows_to_print", about, rows_to_print.clone());
        let about = "Numbers in the registry, by state";
        registry.register("certificates", about, certificates.clone());
        let about = "Problems and advice found in records, by code";
        registry.register("problems", about, problems.clone());
        registry.register("render_processes", "Render processes that live", processes.clone());
        let about = "Memory that all render processes hold";
        registry.register("render_process_bytes", about, process_memory.clone());
        let about = "Render processes started since the server started";
        registry.register("render_process_starts", about, process_starts.clone());
        let about = "Render processes that ended since the server started, by reason";
        registry.register("render_process_ends", about, process_ends.clone());
        registry.register("http_requests", "Answers by method, route and status", requests.clone());
        registry.register("http_request_seconds", "Time to the answer, by route", latency.clone());
        registry.register("renders", "Renders by document and outcome", renders.clone());
        registry.register("render_seconds", "Time of a render, by document", render_times.clone());
        let about = "Time that jobs waited for a place before they began";
        registry.register("desk_wait_seconds", about, waits.clone());
        registry.register("desk_waiting", "Jobs that wait for a place", waiting.clone());
        registry.register("desk_running", "Jobs at work", running.clone());
        Self {
            registry,
            requests,
            latency,
            renders,
            render_times,
            waits,
            waiting,
            running,
            problems,
            processes,
            process_memory,
            process_starts,
            process_ends,
            prints,
            rows_to_print,
            certificates,
            ready,
            free_disk,
        }
    }
}

impl Meters {
    /// Counts an answer. `route` is a route's pattern, never a path as it was asked.
    pub(super) fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let (method, route) = (method.to_owned(), route.to_owned());
        self.latency.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&Answered { method, route, status }).inc();
    }

    /// Counts a render that ran.
    pub(super) fn rendered(&self, document: &str, outcome: Outcome, took: Duration) {
        let document = document.to_owned();
        let times = Named { document: document.clone() };
        self.render_times.get_or_create(&times).observe(took.as_secs_f64());
        self.renders.get_or_create(&Made { document, outcome: outcome.word() }).inc();
    }

    /// Where a desk tells how long jobs waited before they began.
    pub(super) fn waits(&self, desk: &'static str) -> Histogram {
        self.waits.get_or_create(&At { desk }).clone()
    }

    /// Counts a render that was turned away or waited too long.
    pub(super) fn turned(&self, document: &str) {
        let made = Made { document: document.to_owned(), outcome: Outcome::Turned.word() };
        self.renders.get_or_create(&made).inc();
    }

    /// Counts what was found in a record. Codes are ours or those of rules, so there are few.
    pub(super) fn found(&self, problems: &Problems) {
        for problem in problems.all() {
            let level = match problem.level {
                Level::Problem => "problem",
                Level::Advice => "advice",
            };
            let found = Found { level, code: problem.code.to_string() };
            self.problems.get_or_create(&found).inc();
        }
    }

    /// The ledger as it stands.
    pub(super) fn batches(&self, totals: &Totals) {
        let tell = |family: &Family<InState, Gauge>, counts: &[(String, i64)]| {
            for (state, count) in counts {
                family.get_or_create(&InState { state: state.clone() }).set(*count);
            }
        };
        // A state that nothing is in any more is not forgotten, but empty.
        self.prints.clear();
        self.certificates.clear();
        tell(&self.prints, &totals.prints);
        tell(&self.certificates, &totals.certificates);
        self.rows_to_print.set(totals.rows_to_print);
    }

    /// Whether anyone should be sent here, and how much disk is free where that is known.
    pub(super) fn stand(&self, ready: bool, free_disk: Option<u64>) {
        self.ready.set(i64::from(ready));
        self.free_disk.set(free_disk.and_then(|free| i64::try_from(free).ok()).unwrap_or(0));
    }

    fn look_at(&self, crews: &Crews, preparing: &Preparing) {
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let (own, memory, numbers) = preparing.count();
        self.processes.set(number((crews.numbers().len() + numbers.len()) as u64));
        self.process_memory.set(number(crews.resident() + memory));
        let count = crews.count().and(own);
        self.process_starts.set(number(count.started));
        for (reason, ended) in [
            ("over_time", count.over_time),
            ("over_memory", count.over_memory),
            ("died", count.died),
            ("worn", count.worn),
        ] {
            self.process_ends.get_or_create(&Ended { reason }).set(number(ended));
        }
    }

    /// Everything as text, with the desks and the processes as they stand now.
    pub(super) fn text(
        &self,
        desks: [(&'static str, &Desk); 3],
        app: &App,
    ) -> Result<String, Fault> {
        if let Some(crews) = app.typesetting().crews() {
            self.look_at(crews, app.preparing());
        }
        for (name, desk) in desks {
            let at = At { desk: name };
            let number = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
            self.waiting.get_or_create(&at).set(number(desk.waiting()));
            self.running.get_or_create(&at).set(number(desk.running()));
        }
        let mut text = String::new();
        encode(&mut text, &self.registry)
            .map_err(|error| Fault::new(format!("指标写不出来：{error}")))?;
        Ok(text)
    }
}

//! The keeper of a crew: it starts processes, watches them, kills what runs over, and replaces what is gone.

use std::mem;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::pool::{PAUSE, Shared, State};
use super::process::{Process, Silence};
use super::wire::Answer;
use crate::fault::{Fault, io_reason};

/// How often the keeper looks while there is work. What it finds is found so much late at most, and the
/// aim is a tenth of a second.
const LOOK: Duration = Duration::from_millis(20);

/// How often it looks while there is none, for processes that died idle.
const IDLE: Duration = Duration::from_secs(1);

impl Shared {
    /// The keeper. Processes die with the thread that started them (Linux counts so), and this one
    /// lives as long as the crew.
    pub(super) fn keep(self: &Arc<Self>) {
        let mut state = self.state();
        while !state.ended {
            state = self.start_missing(state);
            let pause = match &state.unmanned {
                _ if state.free.len() < state.living.len() => LOOK,
                Some((_, again)) => again.saturating_duration_since(Instant::now()),
                None => IDLE,
            };
            let waited = self.called.wait_timeout(state, pause);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            let living = state.living.clone();
            drop(state);
            let late: Vec<Duration> =
                living.iter().filter_map(|handle| handle.watch(&self.manning.bounds)).collect();
            drop(living);
            state = self.state();
            // One that nobody holds any more was lost by a panic: its place is free.
            state.living.retain(|handle| Arc::strong_count(handle) > 1);
            state.latest = late.into_iter().fold(state.latest, Duration::max);
            // Those at work are counted out by whoever waits for them.
            let (dead, free): (Vec<_>, Vec<_>) =
                mem::take(&mut state.free).into_iter().partition(|it| it.handle.is_dead());
            state.free = free;
            state.count.died += dead.len() as u64;
            state.living.retain(|it| !dead.iter().any(|dead| Arc::ptr_eq(&dead.handle, it)));
        }
    }

    /// Starts processes until every place is taken.
    fn start_missing<'a>(
        self: &'a Arc<Self>,
        mut state: MutexGuard<'a, State>,
    ) -> MutexGuard<'a, State> {
        let now = Instant::now();
        while state.living.len() < self.manning.count
            && !state.ended
            && state.unmanned.as_ref().is_none_or(|(_, again)| *again <= now)
        {
            drop(state);
            let started = Process::start(&self.manning);
            state = self.state();
            let failed = match started {
                Ok(process) => {
                    state.count.started += 1;
                    let handle = Arc::clone(&process.handle);
                    state.living.push(Arc::clone(&handle));
                    let failed = self.welcome(process);
                    if failed.is_some() {
                        state.living.retain(|other| !Arc::ptr_eq(other, &handle));
                    }
                    failed
                }
                Err(fault) => Some(fault),
            };
            if let Some(fault) = failed {
                tracing::error!("程序故障：{fault}");
                state.unmanned = Some((fault, now + PAUSE));
                self.freed.notify_all();
            }
        }
        state
    }

    /// Lets a new process do what was last asked for, before anybody waits for it.
    fn warm(&self, process: &mut Process) -> Result<(), Silence> {
        let state = self.state();
        let model = state.models.get(&state.last).map(Arc::clone);
        drop(state);
        match model {
            Some(model) => process.ask::<Answer>(&*model, &[], self.manning.bounds.time).map(drop),
            None => Ok(()),
        }
    }

    /// Waits, on a thread of its own, until a process has opened its home.
    fn welcome(self: &Arc<Self>, mut process: Process) -> Option<Fault> {
        let shared = Arc::clone(self);
        let handle = Arc::clone(&process.handle);
        let greet =
            move || match process.greet(&shared.digest).and_then(|()| shared.warm(&mut process)) {
                Ok(()) => {
                    let mut state = shared.state();
                    state.unmanned = None;
                    state.stillborn = 0;
                    state.free.push(process);
                    drop(state);
                    shared.freed.notify_one();
                }
                Err(silence) => shared.bury_unready(&process.handle, &silence),
            };
        let thread = thread::Builder::new().name("crew-welcome".to_owned()).spawn(greet);
        let error = thread.err()?;
        handle.kill();
        Some(Fault::new(format!("排版进程无人迎接：{}", io_reason(&error))))
    }
}

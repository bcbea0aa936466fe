//! The crew: processes that are free, and a keeper that starts, watches, kills and replaces them.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::process::{Handle, Killed, Process, START, Silence};
use super::wire::Answer;
use super::{Manning, Undone};
use crate::fault::{Fault, io_reason};
use crate::typeset::{Job, Output, Typeset};

/// How long it waits before it starts another after one that could not be started.
pub(super) const PAUSE: Duration = Duration::from_secs(2);

/// After how many that were killed before they were ready, one after the other, it pauses too.
const STILLBORN: u32 = 5;

/// A number of render processes.
pub(super) struct Crew {
    shared: Arc<Shared>,
    keeper: Option<JoinHandle<()>>,
}

pub(super) struct Shared {
    pub(super) manning: Manning,
    /// That of the templates and fonts that the processes must have opened.
    pub(super) digest: String,
    pub(super) state: Mutex<State>,
    /// A process is free, or none can be started.
    pub(super) freed: Condvar,
    /// There is something for the keeper to do.
    pub(super) called: Condvar,
}

#[derive(Default)]
pub(super) struct State {
    pub(super) free: Vec<Process>,
    /// All that live, also those at work.
    pub(super) living: Vec<Arc<Handle>>,
    /// Why the last one could not be had, and when to try again.
    pub(super) unmanned: Option<(Fault, Instant)>,
    /// How many in a row were killed from outside before they were ready.
    pub(super) stillborn: u32,
    pub(super) count: Count,
    /// How long after its time a job was stopped, at worst.
    pub(super) latest: Duration,
    /// A job of each document, which warms a new process: the first job of a document takes many times
    /// as long as the next. And the document that was last asked for.
    pub(super) models: HashMap<String, Arc<Job>>,
    pub(super) last: String,
    pub(super) ended: bool,
}

/// What became of processes since the start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    /// Started.
    pub started: u64,
    /// Killed because a job took too long.
    pub over_time: u64,
    /// Killed because they held too much memory.
    pub over_memory: u64,
    /// Died of something else.
    pub died: u64,
    /// Replaced because they had done or held much.
    pub worn: u64,
}

impl Count {
    /// Both together.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        Self {
            started: self.started + more.started,
            over_time: self.over_time + more.over_time,
            over_memory: self.over_memory + more.over_memory,
            died: self.died + more.died,
            worn: self.worn + more.worn,
        }
    }
}

impl Crew {
    /// Mans a crew; `digest` is that of the templates and fonts that its processes must have opened.
    ///
    /// # Errors
    /// The keeper's thread cannot be started. Processes that cannot be are told when a job comes.
    pub(super) fn man(manning: Manning, digest: String) -> Result<Self, Fault> {
        let shared = Arc::new(Shared {
            manning,
            digest,
            state: Mutex::default(),
            freed: Condvar::new(),
            called: Condvar::new(),
        });
        let kept = Arc::clone(&shared);
        let keeper = thread::Builder::new().name("crew".to_owned()).spawn(move || kept.keep());
        let keeper = keeper.map_err(|error| {
            Fault::new(format!("排版进程的看守线程无法启动：{}", io_reason(&error)))
        })?;
        Ok(Self { shared, keeper: Some(keeper) })
    }

    /// Has a process typeset a job, and waits for it.
    pub(super) fn typeset(&self, job: &Job) -> Result<Typeset, Undone> {
        match self.ask::<Answer>(job, &[])? {
            (Answer::Done { ends, pages, starts, marks, no_room, warnings }, bytes) => {
                self.shared.remember(job);
                Ok(Typeset { bytes, ends, pages, starts, marks, no_room, warnings })
            }
            (Answer::Failed(failure), _) => Err(Undone::Failed(failure)),
        }
    }

    /// Has a process do a piece of work, and waits for it.
    pub(super) fn ask<A: DeserializeOwned>(
        &self,
        head: &impl Serialize,
        body: &[u8],
    ) -> Result<(A, Vec<u8>), Undone> {
        let bounds = self.shared.manning.bounds;
        let mut tries = 0;
        loop {
            let mut process = self.shared.take()?;
            match process.ask(head, body, bounds.time) {
                Ok(answer) => {
                    self.shared.give_back(process);
                    return Ok(answer);
                }
                Err(silence) => {
                    self.shared.bury(&process.handle, &silence);
                    match silence {
                        Silence::Killed(Killed::Time) => return Err(Undone::OverTime(bounds.time)),
                        Silence::Killed(Killed::Memory) => {
                            return Err(Undone::OverMemory(bounds.memory));
                        }
                        Silence::Stranger(fault) => return Err(Undone::Unmanned(fault)),
                        // It may have died for another's sake.
                        Silence::Died if tries == 0 => tries += 1,
                        Silence::Died => return Err(Undone::Lost),
                    }
                }
            }
        }
    }

    /// What became of processes since the start.
    pub(super) fn count(&self) -> Count {
        self.shared.state().count
    }

    /// How long after its time a job was stopped, at worst.
    pub(super) fn latest(&self) -> Duration {
        self.shared.state().latest
    }

    /// The processes that live now, by the numbers the system knows them by.
    pub(super) fn numbers(&self) -> Vec<u32> {
        self.shared.state().living.iter().map(|handle| handle.number()).collect()
    }

    /// The memory that all processes hold together, in bytes.
    pub(super) fn resident(&self) -> u64 {
        self.shared.state().living.iter().filter_map(|handle| handle.resident()).sum()
    }

    /// Whether every place is manned; if not, why.
    ///
    /// # Errors
    /// Why the last process could not be had.
    pub(super) fn stand(&self) -> Result<usize, Fault> {
        let state = self.shared.state();
        match &state.unmanned {
            Some((fault, _)) => Err(fault.clone()),
            None => Ok(state.living.iter().filter(|handle| !handle.is_dead()).count()),
        }
    }
}

impl Drop for Crew {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.ended = true;
        for handle in &state.living {
            handle.kill();
        }
        drop(state);
        self.shared.called.notify_all();
        self.shared.freed.notify_all();
        if let Some(keeper) = self.keeper.take() {
            // A keeper that panicked has nothing left to end.
            let _ = keeper.join();
        }
    }
}

impl Shared {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for a process that is free.
    fn take(&self) -> Result<Process, Undone> {
        // Longer than the one before may take, and a new one to start.
        let deadline = Instant::now() + self.manning.bounds.time + START;
        let mut state = self.state();
        loop {
            if let Some(process) = state.free.pop() {
                drop(state);
                self.called.notify_one();
                return Ok(process);
            }
            if let Some((fault, _)) = &state.unmanned
                && state.living.is_empty()
            {
                return Err(Undone::Unmanned(fault.clone()));
            }
            if state.ended {
                return Err(Undone::Lost);
            }
            self.called.notify_one();
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Undone::Unmanned(Fault::new("等不到空闲的排版进程")));
            }
            let waited = self.freed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Keeps the first small job of each document.
    fn remember(&self, job: &Job) {
        let mut state = self.state();
        if !state.models.contains_key(&job.document) && job.sheets.len() == 1 {
            let model = Job { output: Output::Nothing, ..job.clone() };
            state.models.insert(job.document.clone(), Arc::new(model));
        }
        state.last.clone_from(&job.document);
    }

    fn give_back(&self, process: Process) {
        let worn = process.is_worn(&self.manning.bounds);
        let mut state = self.state();
        if worn || state.ended {
            state.count.worn += u64::from(worn);
            state.living.retain(|handle| !Arc::ptr_eq(handle, &process.handle));
            drop(state);
            self.called.notify_one();
            process.handle.kill();
        } else {
            state.free.push(process);
            drop(state);
            self.freed.notify_one();
        }
    }

    /// Counts a process out that gave no sign before it was ready.
    pub(super) fn bury_unready(&self, dead: &Arc<Handle>, silence: &Silence) {
        if !matches!(silence, Silence::Died) {
            return self.bury(dead, silence);
        }
        let mut state = self.state();
        state.stillborn += 1;
        let again_and_again = state.stillborn >= STILLBORN;
        drop(state);
        self.bury(dead, &Silence::Died);
        if again_and_again {
            let fault = Fault::new("排版进程一启动就被系统终止").hint("查看内存是否够用");
            self.bury(dead, &Silence::Stranger(fault));
        }
    }

    /// Counts a process out.
    pub(super) fn bury(&self, dead: &Arc<Handle>, silence: &Silence) {
        dead.kill();
        let mut state = self.state();
        state.living.retain(|handle| !Arc::ptr_eq(handle, dead));
        match silence {
            Silence::Killed(Killed::Time) => state.count.over_time += 1,
            Silence::Killed(Killed::Memory) => state.count.over_memory += 1,
            Silence::Died => state.count.died += 1,
            // Processes that are ended with the server have no fault.
            Silence::Stranger(_) if state.ended => {}
            Silence::Stranger(fault) => {
                tracing::error!("程序故障：{fault}");
                state.unmanned = Some((fault.clone(), Instant::now() + PAUSE));
            }
        }
        drop(state);
        self.called.notify_one();
        self.freed.notify_all();
    }
}

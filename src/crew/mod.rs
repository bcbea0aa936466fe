//! Typesetting that can be stopped: render processes, each with a limit of time and of memory.
//!
//! Typst looks at no clock and has no limit of memory, and a thread cannot be killed. So a server
//! gives its jobs to processes of the same program ([`work`] is their side), one job at a time to
//! each. A process that runs over a limit is killed and replaced; the others go on. The command line
//! typesets in its own process, with the same code ([`Typesetting::Here`]).

mod keeper;
mod pool;
mod preparing;
mod process;
mod wire;
mod work;

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use crate::fault::Fault;
use crate::typeset::{Failure, Job, Output, Typeset, Typesetter};

pub use pool::Count;
use pool::Crew;
pub use preparing::Preparing;
pub use work::{prepare, work};

/// Where jobs are typeset.
pub enum Typesetting {
    /// In this process; nothing can stop it.
    Here(Box<Typesetter>),
    /// In processes of their own.
    Crews(Box<Crews>),
}

/// The render processes of a server.
pub struct Crews {
    renders: Arc<Crew>,
    /// Checks that need the layout take milliseconds, and do not wait behind renders. Most servers never
    /// need this process.
    checks: Mutex<Option<Arc<Crew>>>,
    manning: Manning,
    digest: String,
}

/// The limits of a render process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// How long one job may take.
    pub time: Duration,
    /// How much memory the process may hold, in bytes (resident). Kept on Linux only, as other systems
    /// do not tell.
    pub memory: u64,
    /// After how many jobs a process is replaced.
    pub jobs: usize,
}

/// How a crew is to be manned.
#[derive(Debug, Clone)]
pub struct Manning {
    /// The program.
    pub program: PathBuf,
    /// What the program is called with, so that it opens the same home and serves as a render process.
    pub arguments: Vec<OsString>,
    /// How many processes typeset at once.
    pub count: usize,
    /// What each of them may take.
    pub bounds: Bounds,
}

/// Why a job was not typeset.
#[derive(Debug)]
pub enum Undone {
    /// The job itself.
    Failed(Failure),
    /// It took longer than this, and was stopped.
    OverTime(Duration),
    /// It took more memory than this (bytes), and was stopped.
    OverMemory(u64),
    /// The process that had it died, and so did the next one.
    Lost,
    /// No process can be had.
    Unmanned(Fault),
}

impl Typesetting {
    /// Typesets one job.
    ///
    /// # Errors
    /// What [`Undone`] lists.
    pub fn typeset(&self, job: &Job) -> Result<Typeset, Undone> {
        match self {
            Self::Here(typesetter) => typesetter.typeset(job).map_err(Undone::Failed),
            Self::Crews(crews) => crews.of(job)?.typeset(job),
        }
    }

    /// The render processes, if there are any.
    #[must_use]
    pub fn crews(&self) -> Option<&Crews> {
        match self {
            Self::Here(_) => None,
            Self::Crews(crews) => Some(crews),
        }
    }
}

impl Crews {
    /// Mans the crews; `digest` is that of the templates and fonts that each process must have opened.
    ///
    /// # Errors
    /// A thread cannot be started. Processes that cannot be are told when a job comes.
    pub fn man(manning: Manning, digest: String) -> Result<Self, Fault> {
        let renders = Arc::new(Crew::man(manning.clone(), digest.clone())?);
        Ok(Self { renders, checks: Mutex::default(), manning, digest })
    }

    fn of(&self, job: &Job) -> Result<Arc<Crew>, Undone> {
        if !matches!(job.output, Output::Nothing) {
            return Ok(Arc::clone(&self.renders));
        }
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(crew) = &*checks {
            return Ok(Arc::clone(crew));
        }
        let manning = Manning { count: 1, ..self.manning.clone() };
        let crew = Arc::new(Crew::man(manning, self.digest.clone()).map_err(Undone::Unmanned)?);
        *checks = Some(Arc::clone(&crew));
        Ok(crew)
    }

    fn all(&self) -> Vec<Arc<Crew>> {
        let checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner).clone();
        std::iter::once(Arc::clone(&self.renders)).chain(checks).collect()
    }

    /// What became of processes since the start.
    #[must_use]
    pub fn count(&self) -> Count {
        self.all().iter().map(|crew| crew.count()).fold(Count::default(), Count::and)
    }

    /// The processes that live now, by the numbers the system knows them by.
    #[must_use]
    pub fn numbers(&self) -> Vec<u32> {
        self.all().iter().flat_map(|crew| crew.numbers()).collect()
    }

    /// The memory that all processes hold together, in bytes.
    #[must_use]
    pub fn resident(&self) -> u64 {
        self.all().iter().map(|crew| crew.resident()).sum()
    }

    /// How long after its time a job was stopped, at worst since the start.
    #[must_use]
    pub fn latest(&self) -> Duration {
        self.all().iter().map(|crew| crew.latest()).max().unwrap_or_default()
    }

    /// How many render processes live.
    ///
    /// # Errors
    /// Why the last one could not be had.
    pub fn stand(&self) -> Result<usize, Fault> {
        self.renders.stand()
    }
}

impl Undone {
    /// What a user is told of a job that ran over a limit, with the limit's name in the configuration;
    /// none if it did not.
    #[must_use]
    pub fn over_limit(&self) -> Option<String> {
        let (what, limit) = match self {
            Self::OverTime(time) => (format!("{} 秒", time.as_secs_f64()), "limits.render_seconds"),
            Self::OverMemory(memory) => {
                (format!("{} MiB 内存", memory >> 20), "limits.render_memory_mib")
            }
            Self::Failed(_) | Self::Lost | Self::Unmanned(_) => return None,
        };
        let remedy = "请减少一次印的内容，例如分成几份，或请管理员调大这项限度";
        Some(format!("排版超过 {what}的限度（{limit}），已停止；{remedy}"))
    }
}

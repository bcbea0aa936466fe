//! Work on attached files: strangers' files, each with a limit of time and memory of its own.

use std::sync::{Arc, Mutex, PoisonError};

use super::pool::{Count, Crew};
use super::{Manning, Undone};
use crate::packet::{Done, Task};

/// Where attached files are worked at.
pub enum Preparing {
    /// In this process; nothing can stop it.
    Here,
    /// In processes of their own, started when the first file comes.
    Apart(Preparers),
}

/// Processes that work at attached files.
pub struct Preparers {
    manning: Manning,
    crew: Mutex<Option<Arc<Crew>>>,
}

impl Preparing {
    /// Work in processes of their own.
    #[must_use]
    pub fn apart(manning: Manning) -> Self {
        Self::Apart(Preparers { manning, crew: Mutex::default() })
    }

    /// Does a piece of work on a file; gives what came of it, and the bytes of a PDF.
    ///
    /// # Errors
    /// It ran over a limit, or there is no process.
    pub fn perform(&self, task: &Task, bytes: &[u8]) -> Result<(Done, Vec<u8>), Undone> {
        match self {
            Self::Here => Ok(task.perform(bytes)),
            Self::Apart(preparers) => preparers.crew()?.ask(task, bytes),
        }
    }

    /// What became of its processes since the start, the memory that they hold in bytes, and the numbers
    /// that the system knows them by.
    #[must_use]
    pub fn count(&self) -> (Count, u64, Vec<u32>) {
        let Self::Apart(preparers) = self else { return (Count::default(), 0, Vec::new()) };
        let crew = preparers.crew.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let crew = crew.as_deref();
        crew.map(|crew| (crew.count(), crew.resident(), crew.numbers())).unwrap_or_default()
    }
}

impl Preparers {
    fn crew(&self) -> Result<Arc<Crew>, Undone> {
        let mut crew = self.crew.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(crew) = &*crew {
            return Ok(Arc::clone(crew));
        }
        // These processes open no home, so there is nothing that could differ.
        let started = Crew::man(self.manning.clone(), String::new()).map_err(Undone::Unmanned)?;
        let started = Arc::new(started);
        *crew = Some(Arc::clone(&started));
        Ok(started)
    }
}

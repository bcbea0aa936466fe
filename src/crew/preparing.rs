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
    Crew(Manning, Mutex<Option<Arc<Crew>>>),
}

impl Preparing {
    /// Work in processes of their own.
    #[must_use]
    pub fn manned(manning: Manning) -> Self {
        Self::Crew(manning, Mutex::default())
    }

    /// Does a piece of work on a file; gives what came of it, and the bytes of a PDF.
    ///
    /// # Errors
    /// It ran over a limit, or there is no process.
    pub fn perform(&self, task: &Task, bytes: &[u8]) -> Result<(Done, Vec<u8>), Undone> {
        match self {
            Self::Here => Ok(task.perform(bytes)),
            Self::Crew(manning, crew) => manned(manning, crew)?.ask(task, bytes),
        }
    }

    /// How many can be worked at at once.
    #[must_use]
    pub fn places(&self) -> usize {
        match self {
            Self::Here => 1,
            Self::Crew(manning, _) => manning.count,
        }
    }

    /// What became of its processes since the start, the memory that they hold in bytes, and their
    /// numbers.
    #[must_use]
    pub fn count(&self) -> (Count, u64, Vec<u32>) {
        let Self::Crew(_, crew) = self else { return (Count::default(), 0, Vec::new()) };
        let crew = crew.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let crew = crew.as_deref();
        crew.map(|crew| (crew.count(), crew.resident(), crew.numbers())).unwrap_or_default()
    }
}

fn manned(manning: &Manning, crew: &Mutex<Option<Arc<Crew>>>) -> Result<Arc<Crew>, Undone> {
    let mut crew = crew.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(crew) = &*crew {
        return Ok(Arc::clone(crew));
    }
    // These processes open no home, so there is nothing that could differ.
    let started = Arc::new(Crew::man(manning.clone(), String::new()).map_err(Undone::Unmanned)?);
    *crew = Some(Arc::clone(&started));
    Ok(started)
}

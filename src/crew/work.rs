//! The side of a render process: jobs from standard input, answers to standard output, until the input
//! ends.

use std::io::{self, Read, Write};

use super::wire::{self, Answer, Hello};
use crate::packet::Task;
use crate::typeset::{Job, Typeset, Typesetter};

/// What a process may take beyond its limit before the system itself refuses: the stacks of its
/// threads, which are mapped but mostly never touched, and what it reaches between two looks of its
/// keeper.
#[cfg(target_os = "linux")]
const BEYOND: u64 = 2 << 30;

/// Works until the input ends. `memory` is the process's limit in bytes.
///
/// # Errors
/// A pipe that breaks, or frames that are none of ours.
pub fn work(
    typesetter: &Typesetter,
    digest: &str,
    memory: Option<u64>,
    input: &mut impl Read,
    output: &mut impl Write,
) -> io::Result<()> {
    bind(memory)?;
    let hello = Hello { version: env!("CARGO_PKG_VERSION").to_owned(), digest: digest.to_owned() };
    wire::send(output, &hello, &[])?;
    while let Some((job, _)) = wire::receive::<Job>(input)? {
        let (answer, body) = match typesetter.typeset(&job) {
            Ok(made) => {
                let Typeset { bytes, ends, pages, starts, marks, no_room, warnings } = made;
                (Answer::Done { ends, pages, starts, marks, no_room, warnings }, bytes)
            }
            Err(failure) => (Answer::Failed(failure), Vec::new()),
        };
        wire::send(output, &answer, &body)?;
    }
    Ok(())
}

/// The same for work on attached files, for which no home is opened.
///
/// # Errors
/// A pipe that breaks, or frames that are none of ours.
pub fn prepare(
    memory: Option<u64>,
    input: &mut impl Read,
    output: &mut impl Write,
) -> io::Result<()> {
    bind(memory)?;
    let hello = Hello { version: env!("CARGO_PKG_VERSION").to_owned(), digest: String::new() };
    wire::send(output, &hello, &[])?;
    while let Some((task, bytes)) = wire::receive::<Task>(input)? {
        let (done, made) = task.perform(&bytes);
        wire::send(output, &done, &made)?;
    }
    Ok(())
}

/// Dies with its parent, and cannot grow without end even if nobody looks.
#[cfg(target_os = "linux")]
fn bind(memory: Option<u64>) -> io::Result<()> {
    use rustix::process::{Resource, Rlimit, Signal, set_parent_process_death_signal, setrlimit};
    set_parent_process_death_signal(Some(Signal::KILL))?;
    if let Some(memory) = memory {
        let most = Some(memory.saturating_add(BEYOND));
        setrlimit(Resource::Data, Rlimit { current: most, maximum: most })?;
    }
    // A core file would hold what users wrote.
    setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) })?;
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn bind(_: Option<u64>) -> io::Result<()> {
    Ok(())
}

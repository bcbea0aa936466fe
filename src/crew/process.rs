//! One render process, seen from outside.

use std::io::{self, BufRead, BufReader};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::wire::{self, Hello};
use super::{Bounds, Manning};
use crate::fault::{Fault, io_reason};

/// What a process needs to open its home, at most.
pub(super) const START: Duration = Duration::from_secs(30);

/// A process with its pipes. Whoever has it may ask it; its [`Handle`] is for the keeper.
pub(super) struct Process {
    pub(super) handle: Arc<Handle>,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    jobs: usize,
}

/// What the keeper watches and kills by.
pub(super) struct Handle {
    child: Mutex<Child>,
    number: u32,
    work: Mutex<Work>,
    /// Whether it said that the system refused it memory.
    refused_memory: Arc<AtomicBool>,
}

#[derive(Default)]
struct Work {
    /// When it must have answered.
    until: Option<Instant>,
    killed: Option<Killed>,
}

/// Which limit a process was killed by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Killed {
    Time,
    Memory,
}

/// Why a process gave no answer.
#[derive(Debug)]
pub(super) enum Silence {
    Killed(Killed),
    /// It died of something else, or not by itself.
    Died,
    /// It never was one of ours.
    Stranger(Fault),
}

impl Process {
    pub(super) fn start(manning: &Manning) -> Result<Self, Fault> {
        let mut command = Command::new(&manning.program);
        command.args(&manning.arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        // Ctrl+C is for the server, which first answers what it has accepted.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let cannot = |error: &io::Error| {
            Fault::at(&manning.program, format!("排版进程无法启动：{}", io_reason(error)))
        };
        let mut child = command.spawn().map_err(|error| cannot(&error))?;
        let refused_memory = Arc::new(AtomicBool::new(false));
        let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let work = Work { until: Some(Instant::now() + START), killed: None };
        // From here on, whatever fails, the process is ended and taken from the system's list.
        let handle = Handle {
            number: child.id(),
            child: Mutex::new(child),
            work: Mutex::new(work),
            refused_memory: Arc::clone(&refused_memory),
        };
        let (Some(input), Some(output), Some(errors)) = pipes else {
            return Err(Fault::new("排版进程没有管道"));
        };
        listen(errors, refused_memory).map_err(|error| cannot(&error))?;
        let output = BufReader::new(output);
        Ok(Self { handle: Arc::new(handle), input, output, jobs: 0 })
    }

    /// Waits until it has opened its home; `digest` is that of ours.
    pub(super) fn greet(&mut self, digest: &str) -> Result<(), Silence> {
        let heard = wire::receive::<Hello>(&mut self.output);
        // What says something else is none of ours; what says nothing has ended.
        let ended = match &heard {
            Ok(heard) => heard.is_none(),
            Err(error) => error.kind() == io::ErrorKind::UnexpectedEof,
        };
        let Ok(Some((hello, _))) = heard else {
            return Err(match self.handle.silence() {
                // Killed from outside, by hand or because the system ran out of memory: its home is as
                // good as it was.
                Silence::Died if ended && self.handle.ended_by_signal() => Silence::Died,
                Silence::Died => Silence::Stranger(
                    Fault::new("排版进程打不开文书目录").hint("用 chengwen list --check 查看原因"),
                ),
                Silence::Killed(_) => {
                    let seconds = START.as_secs();
                    Silence::Stranger(Fault::new(format!("排版进程 {seconds} 秒没有就绪")))
                }
                other @ Silence::Stranger(_) => other,
            });
        };
        if hello.version != env!("CARGO_PKG_VERSION") || hello.digest != digest {
            let fault = Fault::new("程序、模板或字体在服务启动后改变了，排版进程与服务不一致");
            return Err(Silence::Stranger(fault.hint("重新启动服务")));
        }
        match self.handle.busy_until(None) {
            Some(_) => Err(self.handle.silence()),
            None => Ok(()),
        }
    }

    /// Has it do a piece of work: head and body there, head and body back.
    pub(super) fn ask<A: DeserializeOwned>(
        &mut self,
        head: &impl Serialize,
        body: &[u8],
        time: Duration,
    ) -> Result<(A, Vec<u8>), Silence> {
        self.handle.busy_until(Some(Instant::now() + time));
        let sent = wire::send(&mut self.input, head, body);
        let answer = sent.and_then(|()| wire::receive::<A>(&mut self.output));
        // A process that answers just as its time ends is killed all the same, and is no more used.
        if let Some(killed) = self.handle.busy_until(None) {
            return Err(Silence::Killed(killed));
        }
        self.jobs += 1;
        match answer {
            Ok(Some(answer)) => Ok(answer),
            Ok(None) | Err(_) => Err(self.handle.silence()),
        }
    }

    /// Whether it has done so much, or holds so much, that another should take its place.
    pub(super) fn is_worn(&self, bounds: &Bounds) -> bool {
        self.jobs >= bounds.jobs
            || self.handle.resident().is_some_and(|held| held > bounds.memory / 4 * 3)
    }
}

impl Handle {
    /// Sets when it must have answered; tells if it was killed before.
    fn busy_until(&self, until: Option<Instant>) -> Option<Killed> {
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        work.until = until;
        work.killed
    }

    /// Kills it if it runs over a limit; tells how long after its time that was, if it was that.
    pub(super) fn watch(&self, bounds: &Bounds) -> Option<Duration> {
        // The lock is kept until it is killed, so that an answer that comes just now is not believed.
        let mut work = self.work.lock().unwrap_or_else(PoisonError::into_inner);
        let until = work.until.filter(|_| work.killed.is_none())?;
        let late = Instant::now().checked_duration_since(until);
        let over = if late.is_some() {
            Killed::Time
        } else if self.resident().is_some_and(|held| held > bounds.memory) {
            Killed::Memory
        } else {
            return None;
        };
        work.killed = Some(over);
        self.kill();
        late
    }

    /// How much memory it holds, in bytes.
    #[cfg(target_os = "linux")]
    pub(super) fn resident(&self) -> Option<u64> {
        let told = std::fs::read_to_string(format!("/proc/{}/statm", self.number)).ok()?;
        let pages: u64 = told.split(' ').nth(1)?.parse().ok()?;
        Some(pages * rustix::param::page_size() as u64)
    }

    /// Other systems do not tell.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn resident(&self) -> Option<u64> {
        None
    }

    /// The number by which the system knows it.
    pub(super) fn number(&self) -> u32 {
        self.number
    }

    /// Whether it has ended.
    pub(super) fn is_dead(&self) -> bool {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        !matches!(child.try_wait(), Ok(None))
    }

    /// Whether a signal ended it, not itself.
    fn ended_by_signal(&self) -> bool {
        #[cfg(unix)]
        {
            use std::os::unix::process::ExitStatusExt;
            let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
            matches!(child.try_wait(), Ok(Some(status)) if status.signal().is_some())
        }
        #[cfg(not(unix))]
        false
    }

    /// Ends it, and takes it from the system's list.
    pub(super) fn kill(&self) {
        let mut child = self.child.lock().unwrap_or_else(PoisonError::into_inner);
        // One that has ended already cannot be killed.
        let _ = child.kill();
        let _ = child.wait();
    }

    fn silence(&self) -> Silence {
        let killed = self.work.lock().unwrap_or_else(PoisonError::into_inner).killed;
        self.kill();
        match killed {
            Some(killed) => Silence::Killed(killed),
            None if self.refused_memory.load(Ordering::Acquire) => Silence::Killed(Killed::Memory),
            None => Silence::Died,
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Hears what a process says when it breaks. Only where it broke is logged: what it says may hold what
/// a user wrote.
fn listen(
    errors: impl io::Read + Send + 'static,
    refused_memory: Arc<AtomicBool>,
) -> io::Result<()> {
    let hear = move || {
        for line in BufReader::new(errors).lines().map_while(Result::ok) {
            if line.starts_with("memory allocation of ") {
                refused_memory.store(true, Ordering::Release);
            } else if let Some((_, place)) = line.split_once("panicked at ") {
                tracing::error!("排版进程出错：{place}");
            }
        }
    };
    std::thread::Builder::new().name("crew-errors".to_owned()).spawn(hear).map(drop)
}

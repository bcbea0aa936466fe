//! The desk: a bounded number of jobs at once, a bounded queue before them, and patience with an end.
//!
//! Jobs are synchronous and take long, so they run on the runtime's threads for blocking work, never
//! on those that answer connections. Whoever stops waiting (a client that hangs up drops its
//! request) gives up the place at once; a job that has begun keeps its place until it ends.

use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use prometheus_client::metrics::histogram::Histogram;
use tokio::sync::Semaphore;

/// Places to work at, and places to wait in.
pub(super) struct Desk {
    places: Arc<Semaphore>,
    at_once: usize,
    waiting: AtomicUsize,
    waiting_at_most: usize,
    patience: Duration,
    /// How long those that began had waited, in seconds.
    waits: Histogram,
    /// How long jobs took of late, in seconds.
    usual: Arc<Mutex<f64>>,
}

/// Why a job was not done. Both tell after how many seconds to come again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Turned {
    /// The queue is full.
    Away(u64),
    /// The queue did not move in time.
    Late(u64),
}

/// A place in the queue, given up when dropped.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::AcqRel);
    }
}

impl Desk {
    pub(super) fn new(
        at_once: usize,
        waiting_at_most: usize,
        patience: Duration,
        waits: Histogram,
    ) -> Self {
        let at_once = at_once.max(1);
        Self {
            places: Arc::new(Semaphore::new(at_once)),
            at_once,
            waiting: AtomicUsize::new(0),
            waiting_at_most,
            patience,
            waits,
            usual: Arc::new(Mutex::new(0.0)),
        }
    }

    /// Does a job when a place is free.
    ///
    /// # Errors
    /// The queue is full, or did not move in time. A panic of the job goes on in the caller.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Turned> {
        let came = Instant::now();
        let permit = match Arc::clone(&self.places).try_acquire_owned() {
            Ok(permit) => permit,
            Err(_) => {
                let place = self.queue_up()?;
                let permit = Arc::clone(&self.places).acquire_owned();
                let permit = tokio::time::timeout(self.patience, permit).await;
                drop(place);
                // The semaphore is never closed. A place that came free as the time ran out came too late.
                permit
                    .ok()
                    .and_then(Result::ok)
                    .filter(|_| came.elapsed() <= self.patience)
                    .ok_or_else(|| Turned::Late(self.come_again()))?
            }
        };
        let (usual, waits) = (Arc::clone(&self.usual), self.waits.clone());
        let done = tokio::task::spawn_blocking(move || {
            let started = Instant::now();
            waits.observe(came.elapsed().as_secs_f64());
            let made = job();
            let took = started.elapsed().as_secs_f64();
            let mut usual = usual.lock().unwrap_or_else(PoisonError::into_inner);
            *usual = if *usual == 0.0 { took } else { *usual * 0.8 + took * 0.2 };
            drop(permit);
            made
        });
        match done.await {
            Ok(made) => Ok(made),
            Err(failed) => match failed.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                // The runtime is ending.
                Err(_) => Err(Turned::Late(1)),
            },
        }
    }

    /// Whether one more would be turned away.
    pub(super) fn is_full(&self) -> bool {
        self.waiting() >= self.waiting_at_most.max(1) && self.places.available_permits() == 0
    }

    /// How many wait.
    pub(super) fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// How many are at work.
    pub(super) fn running(&self) -> usize {
        self.at_once - self.places.available_permits().min(self.at_once)
    }

    fn queue_up(&self) -> Result<Place<'_>, Turned> {
        let one_more = |waiting| (waiting < self.waiting_at_most).then_some(waiting + 1);
        self.waiting
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, one_more)
            .map(|_| Place(&self.waiting))
            .map_err(|_| Turned::Away(self.come_again()))
    }

    /// The whole seconds in which the queue will have been worked off, 1 to 60.
    fn come_again(&self) -> u64 {
        let usual = *self.usual.lock().unwrap_or_else(PoisonError::into_inner);
        let rounds = (self.waiting() + self.running()).div_ceil(self.at_once);
        let seconds = (usual * f64::from(u32::try_from(rounds).unwrap_or(u32::MAX))).ceil();
        // A float that is no number becomes 0 here.
        (seconds as u64).clamp(1, 60)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::task::Poll;

    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    fn desk(at_once: usize, waiting_at_most: usize, patience: Duration) -> Desk {
        Desk::new(at_once, waiting_at_most, patience, Histogram::new([]))
    }

    /// A job that says when it begins and ends when it is told to.
    fn held() -> (impl FnOnce() + Send + 'static, mpsc::Receiver<()>, mpsc::Sender<()>) {
        let (begun, begins) = mpsc::channel();
        let (end, ends) = mpsc::channel::<()>();
        let job = move || {
            begun.send(()).expect("the test listens");
            ends.recv().expect("the test ends it");
        };
        (job, begins, end)
    }

    fn poll_once<F: Future>(future: std::pin::Pin<&mut F>) -> Poll<F::Output> {
        future.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()))
    }

    #[tokio::test]
    async fn a_full_queue_turns_away_and_a_place_is_given_up_when_dropped() {
        let desk = Arc::new(desk(1, 1, LONG));
        let (job, begins, end) = held();
        let other = Arc::clone(&desk);
        let first = tokio::spawn(async move { other.run(job).await });
        tokio::task::spawn_blocking(move || begins.recv()).await.expect("ran").expect("begun");
        assert_eq!((desk.running(), desk.waiting()), (1, 0));

        let mut second = Box::pin(desk.run(|| 2));
        assert!(poll_once(second.as_mut()).is_pending());
        assert_eq!(desk.waiting(), 1);
        assert_eq!(desk.run(|| 3).await, Err(Turned::Away(1)));

        drop(second);
        assert_eq!(desk.waiting(), 0);
        let mut fourth = Box::pin(desk.run(|| 4));
        assert!(poll_once(fourth.as_mut()).is_pending());
        end.send(()).expect("it listens");
        assert_eq!(fourth.await, Ok(4));
        assert_eq!(first.await.expect("no panic"), Ok(()));
        assert_eq!((desk.running(), desk.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn patience_ends() {
        let desk = Arc::new(desk(1, 5, Duration::ZERO));
        let (job, begins, end) = held();
        let other = Arc::clone(&desk);
        let first = tokio::spawn(async move { other.run(job).await });
        tokio::task::spawn_blocking(move || begins.recv()).await.expect("ran").expect("begun");
        assert_eq!(desk.run(|| ()).await, Err(Turned::Late(1)));
        assert_eq!(desk.waiting(), 0);
        end.send(()).expect("it listens");
        assert_eq!(first.await.expect("no panic"), Ok(()));
    }

    #[tokio::test]
    async fn a_panic_frees_the_place() {
        let desk = Arc::new(desk(1, 0, LONG));
        let other = Arc::clone(&desk);
        let broken = tokio::spawn(async move { other.run(|| panic!("broken")).await });
        let failed: Result<Result<(), _>, _> = broken.await;
        assert!(failed.expect_err("it panics").is_panic());
        assert_eq!(desk.run(|| 1).await, Ok(1));
    }

    #[tokio::test]
    async fn come_again_grows_with_the_queue() {
        let desk = desk(2, 100, LONG);
        *desk.usual.lock().expect("sound") = 3.0;
        desk.waiting.store(7, Ordering::Release);
        assert_eq!(desk.come_again(), 12);
        desk.waiting.store(90, Ordering::Release);
        assert_eq!(desk.come_again(), 60);
    }
}

//! How often one address, or one key, may ask.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicUsize, Ordering};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::config::Limits;

/// After so many requests, those who have not asked for long are forgotten.
const FORGET_EVERY: usize = 10_000;

/// Whom requests are counted for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Counted {
    Address(IpAddr),
    Key(String),
}

/// Requests, counted by who asks.
pub(super) struct Pace {
    counts: DefaultKeyedRateLimiter<Counted>,
    asked: AtomicUsize,
}

impl Pace {
    pub(super) fn new(limits: &Limits) -> Self {
        let at_least_one = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
        let quota = Quota::per_second(at_least_one(limits.requests_per_second))
            .allow_burst(at_least_one(limits.burst));
        Self { counts: RateLimiter::keyed(quota), asked: AtomicUsize::new(0) }
    }

    /// Counts one request.
    ///
    /// # Errors
    /// The whole seconds after which to come again.
    pub(super) fn take(&self, counted: &Counted) -> Result<(), u64> {
        if self.asked.fetch_add(1, Ordering::Relaxed) % FORGET_EVERY == FORGET_EVERY - 1 {
            self.counts.retain_recent();
        }
        self.counts.check_key(counted).map_err(|later| {
            let wait = later.wait_time_from(DefaultClock::default().now());
            wait.as_secs_f64().ceil().max(1.0) as u64
        })
    }
}

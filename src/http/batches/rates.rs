//! How fast prints go on, as far as someone has looked.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::jobs::{Print, PrintState};

/// Prints of which nobody asks any more are forgotten when there are so many.
const AT_MOST: usize = 1000;

/// How far each unfinished print was when someone first looked.
#[derive(Default)]
pub(in crate::http) struct Rates(Mutex<HashMap<String, (Instant, i64)>>);

/// How fast a print goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    /// Rows a second.
    pub(super) per_second: f64,
    /// Seconds until all rows are typeset, if it goes on so.
    pub(super) seconds_left: u64,
}

impl Rates {
    /// Takes note of a print; tells its rate as soon as it is known.
    pub(super) fn seen(&self, print: &Print) -> Option<Rate> {
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if print.state != PrintState::Waiting {
            first.remove(&print.id);
            return None;
        }
        if first.len() >= AT_MOST {
            first.clear();
        }
        let now = Instant::now();
        let begun = first.entry(print.id.clone()).or_insert((now, print.done));
        if print.done < begun.1 {
            // It begins anew: its template has changed.
            *begun = (now, print.done);
        }
        let (rows, took) = (print.done - begun.1, now.duration_since(begun.0).as_secs_f64());
        if rows <= 0 || took <= 0.0 {
            return None;
        }
        let per_second = rows as f64 / took;
        let left = ((print.rows - print.done) as f64 / per_second).ceil();
        // What is more than any number becomes the greatest.
        Some(Rate { per_second: (per_second * 10.0).round() / 10.0, seconds_left: left as u64 })
    }
}

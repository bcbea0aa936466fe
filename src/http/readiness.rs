//! Readiness: a server is ready when its fonts are verified and every sample has rendered, and as long as
//! its queue, its disk and its render processes are in order.

use std::sync::{Mutex, PoisonError};

use super::problem::{NOT_READY, Problem};
use crate::app::App;
use crate::fault::Faults;

/// What a server must have seen before it is ready.
#[derive(Default)]
pub(super) struct Readiness(Mutex<State>);

#[derive(Debug, Clone, Copy, Default)]
struct State {
    fonts: Step,
    samples: Step,
    stopping: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Step {
    #[default]
    Pending,
    Passed,
    /// With so many faults.
    Failed(usize),
}

impl Step {
    fn of(outcome: &Result<(), Faults>) -> Self {
        match outcome {
            Ok(()) => Self::Passed,
            Err(faults) => Self::Failed(faults.all().len()),
        }
    }

    fn told(self, what: &str) -> Option<String> {
        match self {
            Self::Passed => None,
            Self::Pending => Some(format!("{what}正在核对")),
            Self::Failed(number) => Some(format!("{what}有 {number} 个故障，见日志")),
        }
    }
}

impl Readiness {
    /// Looks at the fonts and at every sample.
    pub(super) fn check(&self, app: &App) -> Result<(), Faults> {
        let fonts = app.verify_fonts();
        self.change(|state| state.fonts = Step::of(&fonts));
        let samples = app.check_all(&mut |_| ());
        self.change(|state| state.samples = Step::of(&samples));
        let both = [fonts, samples].into_iter().filter_map(Result::err).flat_map(Vec::from);
        Faults::unless_none(both.collect(), ())
    }

    /// From now on nobody should be sent here.
    pub(super) fn stop(&self) {
        self.change(|state| state.stopping = true);
    }

    /// Whether the server is ready; if not, what is missing, with what else was found just now.
    pub(super) fn judge(&self, also: Vec<String>) -> Result<(), Problem> {
        let state = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let stopping = state.stopping.then(|| "服务正在停止".to_owned());
        let missing: Vec<String> = [stopping, state.fonts.told("字体"), state.samples.told("样例")]
            .into_iter()
            .flatten()
            .chain(also)
            .collect();
        if missing.is_empty() { Ok(()) } else { Err(Problem::new(NOT_READY, missing.join("；"))) }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_when_both_have_passed_and_until_told_to_stop() {
        let readiness = Readiness::default();
        readiness.change(|state| state.fonts = Step::Passed);
        assert!(readiness.judge(Vec::new()).is_err());
        readiness.change(|state| state.samples = Step::Passed);
        assert!(readiness.judge(Vec::new()).is_ok());
        assert!(readiness.judge(vec!["磁盘已满".to_owned()]).is_err());
        readiness.stop();
        assert!(readiness.judge(Vec::new()).is_err());
    }
}

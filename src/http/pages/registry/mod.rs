//! The pages of the registry: certificates found, one with all that is kept of it, and which numbers were
//! given.

mod one;
mod ranges;
mod search;

pub(in crate::http) use one::one;
pub(in crate::http) use ranges::ranges;
pub(in crate::http) use search::search;

use crate::registry::State;

/// The look of a state: good, waiting for its paper, or over.
fn mark(state: State) -> &'static str {
    match state {
        State::Issued | State::Reprinted => "right",
        State::Reserved => "waiting",
        State::Revoked => "wrong",
        State::Replaced | State::Expired | State::Void => "over",
    }
}

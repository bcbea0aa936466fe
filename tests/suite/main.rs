//! The tests, through the public door: samples, refusals, broken homes, the command line, the paper.

#![expect(clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod accessible;
mod awkward;
mod back;
#[cfg(target_os = "linux")]
mod batches;
#[cfg(target_os = "linux")]
mod browser;
mod carried;
mod command_line;
#[cfg(target_os = "linux")]
mod crew;
mod direction;
mod fuzz;
mod golden;
mod homes;
pub(crate) mod hostile;
mod http;
mod inspect;
mod large;
mod made;
#[cfg(target_os = "linux")]
mod memory;
mod merging;
mod numbering;
#[cfg(target_os = "linux")]
mod operate;
mod overprint;
mod owners;
mod packet;
mod paper;
mod print;
mod refused;
mod registry;
mod rows;
mod samples;
mod support;
mod tables;
mod typed;

//! The tests, through the public door: samples, refusals, broken homes, the command line, the paper.

mod carried;
mod command_line;
mod direction;
mod golden;
mod homes;
mod hostile;
mod print;
mod refused;
mod samples;
mod support;

//! Batches of the real program, and what they survive.

mod again;
mod backup;
mod cancelled;
mod clock;
mod crash;
mod disk;
mod killed;
mod racing;
mod shared;
mod spoiled;
mod stopped;

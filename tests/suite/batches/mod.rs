//! Batches of the real program, and what they survive.

mod killed;
mod shared;

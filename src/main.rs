//! The `chengwen` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    chengwen::cli::run()
}

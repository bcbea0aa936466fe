//! `chengwen schema`: the contract of a document.

use std::process::ExitCode;

use super::output;
use crate::app::{App, Refusal};

pub(super) fn run(app: &App, document: &str) -> Result<ExitCode, Refusal> {
    output::json(&app.document(document)?.schema.bundled)?;
    Ok(ExitCode::SUCCESS)
}

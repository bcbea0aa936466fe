//! `chengwen check`: every problem of an input at once.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::output;
use crate::app::{App, Refusal};

pub(super) fn run(
    app: &App,
    document: &str,
    input: &Path,
    as_json: bool,
) -> Result<ExitCode, Refusal> {
    // An unknown document is told before standard input is waited for.
    app.document(document)?;
    let examined = app.check(document, &output::read(input)?)?;
    let sound = examined.problems.is_sound();
    if as_json {
        output::json(&json!({
            "sound": sound,
            "problems": examined.problems.to_mend().collect::<Vec<_>>(),
            "advice": examined.problems.advice().collect::<Vec<_>>(),
        }))?;
    } else {
        output::tell(&examined.problems);
        if sound {
            match examined.records.len() {
                0 | 1 => output::line("检查通过。"),
                many => output::line(format_args!("检查通过，共{many}份。")),
            }
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

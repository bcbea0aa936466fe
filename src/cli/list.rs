//! `chengwen list`: what exists.

use std::process::ExitCode;

use serde_json::json;

use super::output;
use crate::app::{App, Refusal};

pub(super) fn run(app: &App, check: bool, as_json: bool) -> Result<ExitCode, Refusal> {
    let mut samples = 0;
    if check {
        app.verify_fonts()?;
        app.check_all(&mut |_| samples += 1)?;
    }
    if as_json {
        let documents: Vec<_> = app
            .catalog()
            .documents()
            .map(|document| {
                json!({
                    "document": document.id.to_string(),
                    "name": document.manifest.name,
                    "title": document.manifest.title,
                    "programme": document.programme.name,
                    "samples": document.samples.values().map(|path| path.display().to_string()).collect::<Vec<_>>(),
                    "digest": document.digest,
                })
            })
            .collect();
        output::json(&json!({ "documents": documents }))?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut programme = "";
    for document in app.catalog().documents() {
        if programme != document.programme.name {
            programme = &document.programme.name;
            output::line(programme);
        }
        output::line(format_args!("  {:<24} {}", document.id.to_string(), document.manifest.name));
    }
    for programme in app.catalog().bare_programmes() {
        output::line(format_args!("{programme}\n  还没有文书"));
    }
    for packet in app.catalog().packets() {
        let (name, programme) = (&packet.manifest.name, &packet.programme_id);
        output::line(format_args!("{name}：chengwen packet（programme 写 {programme}）"));
    }
    if check {
        output::line(format_args!(
            "字体与 SHA256SUMS 相符；{samples} 个样例和全部空白表格检查通过。"
        ));
    }
    Ok(ExitCode::SUCCESS)
}

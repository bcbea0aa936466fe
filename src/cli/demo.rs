//! `chengwen demo`: every sample as a PDF, to be looked at.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

use super::output;
use crate::app::{App, Input, Options, Refusal, blanks};
use crate::fault::io_reason;

pub(super) fn run(app: &App, folder: &Path, contact_sheet: bool) -> Result<ExitCode, Refusal> {
    fs::create_dir_all(folder).map_err(|error| {
        Refusal::Usage(format!("建不了目录 {}：{}", folder.display(), io_reason(&error)))
    })?;
    let mut reports = Vec::new();
    app.check_all(&mut |report| reports.push(report))?;
    for report in &reports {
        let path = folder.join(format!("{}.pdf", report.name));
        output::write(&path, &report.pdf)?;
        output::line(format_args!("{}  {} 页  {}", path.display(), report.pages, report.file_name));
    }
    let documents = app.catalog().documents();
    let forms: Vec<_> = documents
        .flat_map(|document| blanks(document).map(move |blank| (document, blank)))
        .collect();
    for (document, blank) in &forms {
        let blank = *blank;
        let input = Input::Blank(blank);
        let rendered = app.render(&document.id.to_string(), input, Options::default())?;
        let name = blank.map(|name| format!("-{name}")).unwrap_or_default();
        let path = folder.join(format!("{}.blank{name}.pdf", document.id.dashed()));
        output::write(&path, &rendered.bytes)?;
        output::line(format_args!(
            "{}  {} 页  {}",
            path.display(),
            rendered.pages,
            rendered.file_name
        ));
    }
    if contact_sheet {
        let path = folder.join("contact-sheet.png");
        output::write(&path, &app.contact_sheet()?)?;
        output::line(format_args!("{}  各文书样例的每一页", path.display()));
    }
    output::line(format_args!("{} 个样例、{} 份空白表格，都已检查。", reports.len(), forms.len()));
    Ok(ExitCode::SUCCESS)
}

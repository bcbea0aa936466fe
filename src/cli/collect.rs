//! `chengwen collect`: the record of a document from what applicants' files and spreadsheets bring.

use std::path::Path;
use std::process::ExitCode;

use super::arguments::Collect;
use super::output;
use crate::app::{App, Collected, Input, Options, Refusal, Taken};
use crate::intake::shown;

/// The file that is wanted.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Json,
    Spreadsheet,
    Pdf,
}

pub(super) fn run(app: &App, collect: &Collect) -> Result<ExitCode, Refusal> {
    let mut collection = app.collection(&collect.document)?;
    let wanted = wanted(&collect.output)?;
    if wanted == Wanted::Pdf && collect.head.is_none() {
        let what = "印成 PDF 还缺表头（填报单位、日期等）：请写成 JSON 文件，用 --with 给出；\
                    没有表头时 -o 可以以 .json 或 .xlsx 结尾";
        return Err(Refusal::Usage(what.to_owned()));
    }
    let inputs: Vec<&Path> = collect.files.iter().chain(&collect.head).map(AsRef::as_ref).collect();
    output::spare(&collect.output, &inputs)?;
    let head = collect.head.as_deref().map(output::read).transpose()?;
    // One file after another: hundreds of packets with their scans do not fit into memory.
    for path in &collect.files {
        let name = path.display().to_string();
        match output::read(path) {
            Ok(pdf) => collection.take(&name, &pdf)?,
            Err(Refusal::Usage(why)) => collection.refuse(&name, why),
            Err(other) => return Err(other),
        }
    }
    let collected = collection.finish(head.as_deref())?;
    for refused in &collected.refused {
        output::remark(format_args!("文件 {}：{}", refused.file, refused.reason));
    }
    output::tell(&collected.problems);
    // Problems count the items; who mends them looks for the file.
    let places = || collected.problems.to_mend().map(|problem| problem.pointer.as_str());
    for Taken { pointer, file, row } in &collected.taken {
        let below = format!("{pointer}/");
        if places().any(|place| place == pointer || place.starts_with(&below)) {
            let row = row.map(|row| format!(" 第{row}行")).unwrap_or_default();
            output::remark(format_args!("{} 来自 {file}{row}", shown(pointer)));
        }
    }
    if !collected.refused.is_empty() {
        let (refused, all) = (collected.refused.len(), collect.files.len());
        output::remark(format_args!("{all} 个文件中有 {refused} 个不能汇总，没有写出。"));
    }
    if !collected.refused.is_empty() || !collected.problems.is_sound() {
        return Ok(ExitCode::from(1));
    }
    output::write(&collect.output, &written(app, collect, wanted, &collected)?)?;
    if !output::is_standard(&collect.output) {
        let (out, taken) = (collect.output.display(), collected.taken.len());
        output::remark(format_args!("已生成 {out}，由文件得来 {taken} 项"));
    }
    Ok(ExitCode::SUCCESS)
}

fn wanted(path: &Path) -> Result<Wanted, Refusal> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("json") => Ok(Wanted::Json),
        Some("xlsx") => Ok(Wanted::Spreadsheet),
        Some("pdf") => Ok(Wanted::Pdf),
        _ if output::is_standard(path) => Ok(Wanted::Json),
        _ => Err(Refusal::Usage("-o 应以 .json、.xlsx 或 .pdf 结尾".to_owned())),
    }
}

fn written(
    app: &App,
    collect: &Collect,
    wanted: Wanted,
    collected: &Collected,
) -> Result<Vec<u8>, Refusal> {
    let document = &collect.document;
    match wanted {
        Wanted::Json => Ok(format!("{:#}\n", collected.record).into_bytes()),
        Wanted::Spreadsheet => app.spreadsheet(document, &collected.record, collected.date),
        Wanted::Pdf => {
            let record = collected.record.to_string();
            let input = Input::Record(record.as_bytes());
            Ok(app.render(document, input, Options::default())?.bytes)
        }
    }
}

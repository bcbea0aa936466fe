//! `chengwen batch`: rows to one file or a zip, with numbers and a registry; it resumes when run again.

use std::collections::HashSet;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use futures_util::TryStreamExt;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::runtime::Runtime;

use super::arguments::Batch;
use super::data;
use super::place::Place;
use super::{check, output, preparers, registry};
use crate::app::{
    App, Asked, BatchOptions, Batches, ExaminedRows, Form, Part, Readers, Refusal, RowsKind, Setup,
    Wanted,
};
use crate::config::Config;
use crate::fault::{Fault, io_reason};
use crate::jobs::{Print, PrintState};
use crate::store::Store;

pub(super) fn run(
    config: &Config,
    setup: Setup,
    batch: &Batch,
    by: &str,
) -> Result<ExitCode, Refusal> {
    let options = options_of(batch)?;
    let bytes = output::read(&batch.rows)?;
    output::spare(&batch.output, &[&batch.rows])?;
    let app = App::open(&Setup { processes: Some(preparers::renders(config)?), ..setup })?;
    let document = app.document(&batch.document)?;
    let numbered = document.manifest.numbered.is_some();
    let runtime = data::runtime()?;
    let place = Place::of(config, numbered)?;
    let store = runtime.block_on(Store::open(place.folder()))?;
    let batches = data::batches(Arc::new(app), config, store);
    let named = (!output::is_standard(&batch.rows)).then_some(batch.rows.as_path());
    let kind = RowsKind::guess(named, &bytes);
    let asked = Asked { who: by, key: None, anew: batch.new, good_rows: batch.good_rows };
    // What is only printed again, or cancelled, asks the registry for nothing.
    if batch.only.is_some() || batch.cancel.is_some() {
        let examined = batches.app().examine_rows(&batch.document, &bytes, kind)?;
        let known = runtime.block_on(batches.accepted_before(&batch.document, &examined));
        let id = match known {
            Ok(id) => id,
            // Why they are not the rows that were accepted.
            Err(refusal) => {
                check::tell_found(&examined);
                return Err(refusal);
            }
        };
        if let Some(why) = &batch.cancel {
            registry::cancelled(&runtime, batches.ledger(), &id, by, why)?;
            return Ok(ExitCode::SUCCESS);
        }
        if let Some(range) = batch.only {
            let why = batch.why.as_deref().unwrap_or_default();
            let again = runtime.block_on(batches.print(&id, range, &options, by, why))?;
            note(&again.notes);
            return finished(&runtime, &batches, &again.print.id, batch, &options);
        }
    }
    let foreseen = batches.examine(&batch.document, &bytes, kind, asked, runtime.handle())?;
    if foreseen.examined.is_sound() {
        check::tell_found(&foreseen.examined);
    } else if let Some(refused) = refuse(&batches, batch, kind, &foreseen.examined)? {
        return Ok(refused);
    }
    let accepting = batches.accept(&batch.document, foreseen, &options, asked);
    let wanted = runtime.block_on(accepting)?;
    note(&wanted.notes);
    if !wanted.new {
        tell_known(&runtime, &batches, &wanted)?;
    }
    finished(&runtime, &batches, &wanted.print, batch, &options)
}

/// Works until a print is done, and hands it over.
fn finished(
    runtime: &Runtime,
    batches: &Batches,
    print: &str,
    batch: &Batch,
    options: &BatchOptions,
) -> Result<ExitCode, Refusal> {
    let done = match watch(runtime, batches, print) {
        Ok(done) => done,
        Err(refusal) => return stalled(runtime, batches, print, refusal),
    };
    deliver(runtime, batches, &done, &batch.output)?;
    tell(runtime, batches, &done, batch, options)?;
    Ok(ExitCode::SUCCESS)
}

/// Tells why a print stands still for what its rows are, and what can be done; other refusals are told as
/// everywhere.
fn stalled(
    runtime: &Runtime,
    batches: &Batches,
    print: &str,
    refusal: Refusal,
) -> Result<ExitCode, Refusal> {
    let print = runtime.block_on(batches.ledger().print(print))?;
    let stalled = print.filter(|print| print.state == PrintState::Stalled);
    let of_the_rows = matches!(refusal, Refusal::Usage(_) | Refusal::Problems(_));
    let Some(print) = stalled.filter(|_| of_the_rows) else { return Err(refusal) };
    output::remark(format_args!("没有印完：{refusal}。"));
    if print.issues {
        output::remark(format_args!(
            "要改正数据，先取消这一批（批次 {}）：同一条命令加 --cancel 原因，已编的号作废；\
             再用改正的数据成批。",
            print.batch
        ));
    }
    Ok(ExitCode::from(1))
}

fn note(notes: &[String]) {
    for note in notes {
        output::remark(format_args!("提示：{note}。"));
    }
}

/// Tells of rows that were accepted before: whether they were printed as well.
fn tell_known(runtime: &Runtime, batches: &Batches, known: &Wanted) -> Result<(), Refusal> {
    let print = runtime.block_on(batches.ledger().print(&known.print))?;
    let batch = &known.batch;
    match print.filter(|print| print.state == PrintState::Waiting) {
        Some(print) if !print.issues => output::remark(format_args!(
            "这些数据已受理过并且印完（批次 {batch}），这次按别的选项再印，编号照旧。"
        )),
        Some(print) => output::remark(format_args!(
            "这些数据受理过（批次 {batch}），没有印完：接着印，已完成 {} 份，编号照旧。",
            print.done
        )),
        None => output::remark(format_args!(
            "这些数据已受理过并且印完（批次 {batch}），编号照旧；要作为新的一批重新编号，加 --new。"
        )),
    }
    Ok(())
}

/// Tells what is bad; unless the good rows are wanted alone, nothing more is done.
fn refuse(
    batches: &Batches,
    batch: &Batch,
    kind: RowsKind,
    examined: &ExaminedRows,
) -> Result<Option<ExitCode>, Refusal> {
    let code = check::tell_rows(examined, false)?;
    if !batch.good_rows {
        // Where no row could be read there is none to be marked, and none that is good.
        if examined.rows().is_empty() {
            return Ok(Some(code));
        }
        let marked = beside(&batch.output, "有问题.xlsx");
        output::spare(&marked, &[&batch.rows])?;
        output::write(&marked, &batches.app().annotated(&batch.document, examined)?)?;
        output::remark(format_args!(
            "没有受理任何一份。问题已标在 {}；只印没有问题的，加 --good-rows。",
            marked.display()
        ));
        return Ok(Some(code));
    }
    let ending = if kind == RowsKind::Json { "json" } else { "xlsx" };
    let bad = beside(&batch.output, &format!("未受理.{ending}"));
    output::spare(&bad, &[&batch.rows])?;
    output::write(&bad, &batches.app().unsound_rows(&batch.document, examined)?)?;
    output::remark(format_args!("有问题的另存为 {}，改正后可单独成批。", bad.display()));
    Ok(None)
}

/// Works until the print is done, with a bar for whoever looks.
fn watch(runtime: &Runtime, batches: &Batches, print: &str) -> Result<Print, Refusal> {
    let bar = ProgressBar::new(0);
    // A pattern of our own that is no pattern would only be an uglier bar.
    if let Ok(style) =
        ProgressStyle::with_template("{bar:40} {pos}/{len} 份  每秒 {per_sec}  还需 {eta}")
    {
        bar.set_style(style);
    }
    let finishing = batches.finish(print, |now| {
        bar.set_length(now.rows.unsigned_abs());
        bar.set_position(now.done.unsigned_abs());
        true
    });
    let done = runtime.block_on(finishing);
    bar.finish_and_clear();
    let done = done?;
    match done.state {
        PrintState::Done => Ok(done),
        _ => Err(Fault::new(format!("批次停在第 {} 份，请再运行一次", done.done)).into()),
    }
}

/// Copies the finished file to where it is wanted; it comes whole or not at all.
fn deliver(runtime: &Runtime, batches: &Batches, print: &Print, to: &Path) -> Result<(), Refusal> {
    let gone = || Fault::new("印好的文件不见了，请再运行一次");
    let name = print.file.as_deref().ok_or_else(gone)?;
    let found = runtime.block_on(batches.ledger().store().files().stream(name))?;
    let (_, mut parts) = found.ok_or_else(gone)?;
    let copied = runtime.block_on(async {
        let part = Part::begin(to, Readers::Usual)?;
        while let Some(bytes) = parts.try_next().await? {
            part.file().write_all(&bytes)?;
        }
        part.place()
    });
    copied.map_err(|error| {
        let (to, reason) = (to.display(), io_reason(&error));
        let what = format!("写不到 {to}：{reason}");
        let hint = "编号和印好的文件都留着，腾出空间或换个地方，再运行一次即可";
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Fault::new(what).hint(hint).into(),
            _ => Refusal::Usage(format!("{what}；{hint}")),
        }
    })
}

fn tell(
    runtime: &Runtime,
    batches: &Batches,
    print: &Print,
    batch: &Batch,
    options: &BatchOptions,
) -> Result<(), Refusal> {
    let ledger = batches.ledger();
    let mut rows = runtime.block_on(ledger.row_states(&print.batch))?;
    let (first, last) = print.range;
    rows.retain(|row| (first..=last).contains(&row.row));
    let runs = runtime.block_on(ledger.runs_of(&print.id))?;
    let held: HashSet<i64> = runs.iter().flat_map(|run| &run.starts).map(|it| it.0).collect();
    for row in rows.iter().filter(|row| row.failed.is_some()) {
        let why = row.failed.as_deref().unwrap_or_default();
        output::remark(format_args!("没有印出 {}：{why}", row.name));
    }
    let printed: Vec<_> = rows.iter().filter(|row| held.contains(&row.row)).collect();
    let numbers = match (printed.first(), printed.last()) {
        (Some(first), Some(last)) => match (&first.number, &last.number) {
            (Some(first), Some(last)) if first == last => format!("，编号 {first}"),
            (Some(first), Some(last)) => format!("，首份编号 {first}，末份 {last}"),
            _ => String::new(),
        },
        _ => String::new(),
    };
    let mut list = String::new();
    if options.form == Form::Merged {
        let beside = beside(&batch.output, "清单.xlsx");
        output::spare(&beside, &[&batch.rows])?;
        output::write(&beside, &batches.list(&batch.document, &rows, "印出")?)?;
        list = format!("，每份的编号和结果见 {}", beside.display());
    }
    output::remark(format_args!(
        "已生成 {}（批次 {}，{} 份{numbers}{list}）",
        batch.output.display(),
        print.batch,
        printed.len()
    ));
    Ok(())
}

/// A file beside the output: `证书.pdf` and `清单.xlsx` give `证书-清单.xlsx`.
fn beside(output: &Path, what: &str) -> PathBuf {
    let stem = output.file_stem().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!("{stem}-{what}"))
}

fn options_of(batch: &Batch) -> Result<BatchOptions, Refusal> {
    let ending = batch.output.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let form = match ending.as_deref() {
        Some("pdf") => Form::Merged,
        Some("zip") => Form::Each,
        _ => {
            let what = "-o 应以 .pdf（合成一个文件）或 .zip（每份一个文件）结尾";
            return Err(Refusal::Usage(what.to_owned()));
        }
    };
    if batch.stock.is_only_offset() {
        let what = "--offset 只用于套打，请同时写 --overprint";
        return Err(Refusal::Usage(what.to_owned()));
    }
    if batch.names.is_some() && form == Form::Merged {
        let what = "--names 是压缩包里文件的名称，-o 应以 .zip 结尾";
        return Err(Refusal::Usage(what.to_owned()));
    }
    Ok(BatchOptions {
        form,
        sides: batch.sides.map(Into::into),
        standard: batch.standard.map(Into::into),
        overprint: batch.stock.wanted(),
        names: batch.names.clone(),
    })
}

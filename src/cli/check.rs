//! `chengwen check`: every problem of an input at once; of a table also where it stands in it.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Handle;

use super::data::{self, Folder};
use super::output;
use crate::app::{App, Asked, Batches, ExaminedRows, Refusal, RowsKind, Setup};
use crate::config::Config;
use crate::intake::{Problem, shown};
use crate::values::Level;

/// The same with the registry of a data directory beside it, which may have something against rows of
/// numbered documents.
pub(super) fn run_beside(
    config: &Config,
    setup: &Setup,
    document: &str,
    input: &Path,
    as_json: bool,
    marked: Option<&Path>,
) -> Result<ExitCode, Refusal> {
    let app = Arc::new(App::open(setup)?);
    if app.document(document)?.manifest.numbered.is_none() {
        return run(&app, document, input, as_json, marked, None);
    }
    let runtime = data::runtime()?;
    let store = data::store(&runtime, data::folder(config)?, Folder::MustExist)?;
    let batches = data::batches(Arc::clone(&app), config, store);
    run(&app, document, input, as_json, marked, Some((&batches, runtime.handle())))
}

pub(super) fn run(
    app: &App,
    document: &str,
    input: &Path,
    as_json: bool,
    marked: Option<&Path>,
    registry: Option<(&Batches, &Handle)>,
) -> Result<ExitCode, Refusal> {
    // An unknown document is told before standard input is waited for.
    app.document(document)?;
    if let Some(marked) = marked {
        if output::is_standard(marked) {
            return Err(Refusal::Usage("--marked 需要一个文件名，不能写到标准输出".to_owned()));
        }
        output::spare_as("--marked", marked, &[input])?;
    }
    let bytes = output::read(input)?;
    let name = (!output::is_standard(input)).then_some(input);
    let kind = RowsKind::guess(name, &bytes);
    // A record by itself is told of as everywhere; rows are looked up in the registry.
    let rows = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if kind != RowsKind::Json || marked.is_some() || (rows && registry.is_some()) {
        let examined = match registry {
            Some((batches, handle)) => {
                let asked = Asked { who: "", key: None, anew: false, good_rows: false };
                batches.examine(document, &bytes, kind, asked, handle)?.examined
            }
            None => app.examine_rows(document, &bytes, kind)?,
        };
        // Where no row could be read there is nothing to mark.
        let marked = marked.filter(|_| !examined.rows().is_empty());
        if let Some(marked) = marked {
            output::write(marked, &app.annotated(document, &examined)?)?;
        }
        let code = tell_rows(&examined, as_json)?;
        if let Some(marked) = marked {
            output::remark(format_args!("标出问题的表在 {}。", marked.display()));
        }
        return Ok(code);
    }
    let examined = app.check(document, &bytes)?;
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

pub(super) fn tell_rows(examined: &ExaminedRows, as_json: bool) -> Result<ExitCode, Refusal> {
    let (sound, all) = (examined.is_sound(), examined.rows().len());
    let good = examined.sound().count();
    let problems = examined.problems();
    if as_json {
        let told = |problem: &Problem| examined.told(problem);
        output::json(&json!({
            "sound": sound,
            "rows": all,
            "sound_rows": good,
            "problems": problems.to_mend().map(told).collect::<Vec<_>>(),
            "advice": problems.advice().map(told).collect::<Vec<_>>(),
        }))?;
    } else {
        tell_found(examined);
        if sound {
            output::line(format_args!("检查通过，共{all}份。"));
        } else if all == 0 {
            output::remark("没有读到一份数据；改正后再试。");
        } else {
            output::remark(format_args!("共 {all} 份，{good} 份没有问题；改正后再试。"));
        }
    }
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

/// All that was found in rows, one line each on standard error, each with its place in the table.
pub(super) fn tell_found(examined: &ExaminedRows) {
    for problem in examined.problems().all() {
        let kind = if problem.level == Level::Problem { "问题" } else { "提示" };
        let place = examined.place_of(problem);
        let place = match place.map(|place| place.cell.unwrap_or(format!("第{}行", place.row))) {
            Some(place) => place,
            None if problem.pointer.is_empty() => "全文".to_owned(),
            None => shown(&problem.pointer),
        };
        output::remark(format_args!("{kind} {place}：{}", problem.sentence));
    }
}

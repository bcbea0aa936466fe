//! `chengwen extract`: the record that a file carries, and whether the paper says the same.

use std::path::Path;
use std::process::ExitCode;

use super::output;
use super::preparers;
use crate::app::{App, Refusal, extract_apart};
use crate::config::Config;

/// Gives the record; with an opened program, only if the paper agrees with it.
pub(super) fn run(app: Option<&App>, file: &Path) -> Result<ExitCode, Refusal> {
    let pdf = output::read(file)?;
    match given(app, &pdf) {
        // The file is at fault, not the call.
        Err(Refusal::Usage(why)) => {
            output::remark(format_args!("文件有误：{}：{why}", file.display()));
            Ok(ExitCode::from(1))
        }
        done => done,
    }
}

fn given(app: Option<&App>, pdf: &[u8]) -> Result<ExitCode, Refusal> {
    let preparing = preparers::processes(&Config::default())?.preparing();
    let records = extract_apart(&preparing, pdf)?;
    let Some(app) = app else {
        output::write(Path::new("-"), &records)?;
        return Ok(ExitCode::SUCCESS);
    };
    let found = app.verify(pdf)?;
    let sound = found.is_sound();
    if sound {
        output::write(Path::new("-"), &records)?;
        // The record ends without a line break; what follows on a terminal begins a line.
        output::remark("");
    }
    for verdict in &found.verdicts {
        let told = [
            ("一致", &verdict.agreements),
            ("不一致", &verdict.differences),
            ("提示", &verdict.remarks),
        ];
        for (kind, sentences) in told {
            for sentence in sentences {
                output::remark(format_args!("{kind} {}：{sentence}", verdict.document));
            }
        }
    }
    for (kind, sentences) in [("不一致", &found.differences), ("提示", &found.remarks)] {
        for sentence in sentences {
            output::remark(format_args!("{kind} 整份文件：{sentence}"));
        }
    }
    let outcome = if sound { "核对通过。" } else { "核对未通过，没有输出数据。" };
    output::remark(format_args!("{outcome}{}。", found.unseen));
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

//! `chengwen extract`: the record that a file carries, and whether the paper says the same.

use std::path::Path;
use std::process::ExitCode;

use super::output;
use crate::app::{App, Refusal, extract};

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
    let records = extract(pdf)?;
    let Some(app) = app else {
        output::write(Path::new("-"), &records)?;
        return Ok(ExitCode::SUCCESS);
    };
    let verdicts = app.verify(pdf)?;
    let sound = verdicts.iter().all(|verdict| verdict.differences.is_empty());
    if sound {
        output::write(Path::new("-"), &records)?;
        // The record ends without a line break; what follows on a terminal begins a line.
        output::remark("");
    }
    for verdict in &verdicts {
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
    output::remark(if sound {
        "核对通过。"
    } else {
        "核对未通过，没有输出数据。"
    });
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

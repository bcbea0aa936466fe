//! `chengwen schema`: the contract of a document, or the spreadsheet in which its rows are filled in.

use std::path::Path;
use std::process::ExitCode;

use super::output;
use crate::app::{App, Refusal};

pub(super) fn run(app: &App, document: &str, xlsx: Option<&Path>) -> Result<ExitCode, Refusal> {
    match xlsx {
        Some(file) if output::is_standard(file) => {
            return Err(Refusal::Usage("--xlsx 需要一个文件名，不能写到标准输出".to_owned()));
        }
        Some(file) => {
            output::write(file, &app.fill_in(document)?)?;
            output::remark(format_args!("填写用的表在 {}，一行填一份。", file.display()));
        }
        None => output::json(&app.document(document)?.schema.bundled)?,
    }
    Ok(ExitCode::SUCCESS)
}

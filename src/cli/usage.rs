//! What clap says of a wrong call, in Chinese.

use std::process::ExitCode;

use clap::Error;

use super::output;
use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Tells the error, or the help that was asked for; a wrong call is the user's to mend.
pub(super) fn tell(error: &Error) -> ExitCode {
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            output::line(error.render());
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            output::remark(error.render());
            ExitCode::from(1)
        }
        _ => {
            output::remark(format_args!("用法有误：{}", sentence(error)));
            output::remark("用 chengwen --help 或 chengwen 命令 --help 查看用法");
            ExitCode::from(1)
        }
    }
}

fn sentence(error: &Error) -> String {
    let get = |kind: ContextKind| -> Option<String> {
        error.get(kind).and_then(|value| match value {
            ContextValue::String(text) => Some(text.clone()),
            ContextValue::Strings(texts) if !texts.is_empty() => Some(texts.join("、")),
            ContextValue::StyledStr(text) => Some(text.to_string()),
            ContextValue::StyledStrs(texts) if !texts.is_empty() => {
                Some(texts.iter().map(ToString::to_string).collect::<Vec<_>>().join("、"))
            }
            _ => None,
        })
    };
    let argument = get(ContextKind::InvalidArg).unwrap_or_default();
    let value = get(ContextKind::InvalidValue).unwrap_or_default();
    match error.kind() {
        ErrorKind::UnknownArgument => match get(ContextKind::SuggestedArg) {
            Some(near) => format!("没有选项“{argument}”，是否应为 {near}"),
            None => format!("没有选项“{argument}”"),
        },
        ErrorKind::InvalidSubcommand => {
            let given = get(ContextKind::InvalidSubcommand).unwrap_or_default();
            match get(ContextKind::SuggestedSubcommand) {
                Some(near) => format!("没有命令“{given}”，是否应为 {near}"),
                None => format!("没有命令“{given}”"),
            }
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("{argument} 缺少值"),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => {
            match get(ContextKind::ValidValue) {
                Some(known) => format!("{argument} 不能是“{value}”，可用：{known}"),
                None => match std::error::Error::source(error) {
                    Some(reason) => format!("{argument} 不能是“{value}”，{reason}"),
                    None => format!("{argument} 不能是“{value}”"),
                },
            }
        }
        ErrorKind::TooManyValues if !value.is_empty() => format!("{argument} 不带值“{value}”"),
        ErrorKind::TooManyValues | ErrorKind::TooFewValues | ErrorKind::WrongNumberOfValues => {
            format!("{argument} 的值的个数不对")
        }
        ErrorKind::MissingRequiredArgument => format!("缺少 {argument}"),
        ErrorKind::MissingSubcommand => "缺少命令".to_owned(),
        ErrorKind::ArgumentConflict => format!(
            "{argument} 不能与 {} 同用，也不能重复",
            get(ContextKind::PriorArg).unwrap_or_else(|| "自己".to_owned())
        ),
        ErrorKind::InvalidUtf8 => "参数不是 UTF-8 文字".to_owned(),
        _ => error.to_string(),
    }
}

//! `chengwen config`: every setting as it is, with its source.

use std::process::ExitCode;

use super::output;
use crate::app::Refusal;
use crate::config::Config;

pub(super) fn run(config: &Config, json: bool, toml: bool) -> Result<ExitCode, Refusal> {
    if json {
        output::json(&serde_json::json!({ "settings": config.told }))?;
        return Ok(ExitCode::SUCCESS);
    }
    if toml {
        output::line(config.written().trim_end());
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = "";
    for told in &config.told {
        let (head, key) = told.key.split_once('.').unwrap_or(("", told.key));
        if head != table {
            output::line(format_args!("{}[{head}]", if table.is_empty() { "" } else { "\n" }));
            table = head;
        }
        let value = if told.value.is_empty() { "（未设）" } else { &told.value };
        output::line(format_args!("{key} = {value}    # {}；{}", told.about, told.source));
    }
    output::line(
        "\n在命令行上用 --set 名称=值，或设环境变量（如 limits.rows 为 CHENGWEN_LIMITS_ROWS），\
         或写进 chengwen.toml（--config 指明，或放在数据目录或文书目录里；--toml 写成它的样子）。",
    );
    Ok(ExitCode::SUCCESS)
}

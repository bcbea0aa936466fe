//! `chengwen keys`: made, listed, revoked.

use std::process::ExitCode;

use chrono::{DateTime, FixedOffset, NaiveDate, TimeZone};

use super::arguments::KeysVerb;
use super::{data, output};
use crate::access::{Key, New};
use crate::app::Refusal;
use crate::config::Config;
use crate::store::now;

/// Chinese standard time, in seconds east of Greenwich.
const CHINA: i32 = 8 * 3600;

pub(super) fn run(config: &Config, verb: KeysVerb, by: &str) -> Result<ExitCode, Refusal> {
    let runtime = data::runtime()?;
    let access = data::access(&runtime, data::folder(config)?)?;
    match verb {
        KeysVerb::Create { role, name, expires } => {
            let expires_at = expires.map(end_of).transpose()?;
            let new = New { name, role, expires_at };
            let (key, text) = runtime.block_on(access.create(&new, by))?;
            output::remark(format_args!(
                "已建立密钥 {}（{}，{}）。下面是密钥全文，只显示这一次，请妥善保存；\
                 正在运行的开放模式的服务要重新启动才凭密钥使用。",
                key.id,
                key.name,
                key.role.title()
            ));
            output::line(&text);
        }
        KeysVerb::List { json } => {
            let keys = runtime.block_on(access.keys())?;
            if json {
                output::json(&serde_json::json!({ "keys": keys }))?;
            } else {
                list(&keys);
            }
        }
        KeysVerb::Revoke { id } => {
            if !runtime.block_on(access.revoke(&id, by))? {
                let sentence = format!("没有密钥 {id}，或者它已撤销；用 chengwen keys list 查看");
                return Err(Refusal::Usage(sentence));
            }
            output::remark(format_args!("已撤销密钥 {id}，用它登录的会话也已结束。"));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn list(keys: &[Key]) {
    if keys.is_empty() {
        output::line("还没有密钥。");
    }
    let at = now();
    for key in keys {
        let state = match key.revoked_at {
            Some(revoked) => format!("{}撤销", written(revoked)),
            None if !key.is_good(at) => "已过期".to_owned(),
            None => match key.expires_at {
                Some(end) => format!("{}到期", written(end)),
                None => "长期".to_owned(),
            },
        };
        let used =
            key.used_at.map_or("没有用过".to_owned(), |used| format!("{}用过", written(used)));
        output::line(format_args!(
            "{}  {}  {}  {}建立  {state}  {used}",
            key.id,
            key.role.title(),
            key.name,
            written(key.created_at)
        ));
    }
}

/// A moment as people in China write it.
fn written(at: i64) -> String {
    let moment = DateTime::from_timestamp(at, 0).zip(FixedOffset::east_opt(CHINA));
    moment.map_or_else(String::new, |(moment, china)| {
        moment.with_timezone(&china).format("%Y-%m-%d %H:%M ").to_string()
    })
}

/// The end of a day in China.
fn end_of(day: NaiveDate) -> Result<i64, Refusal> {
    let end = FixedOffset::east_opt(CHINA)
        .zip(day.succ_opt().and_then(|next| next.and_hms_opt(0, 0, 0)))
        .and_then(|(china, midnight)| china.from_local_datetime(&midnight).single())
        .map(|end| end.timestamp());
    match end {
        Some(end) if end > now() => Ok(end),
        _ => Err(Refusal::Usage(format!("--expires {day} 已经过去"))),
    }
}

//! `chengwen keys`: made, listed, revoked.

use std::process::ExitCode;

use chrono::{FixedOffset, NaiveDate, TimeZone};

use super::arguments::KeysVerb;
use super::data::{self, Folder};
use super::output::{self, written};
use crate::access::{Key, New, id_of};
use crate::app::Refusal;
use crate::config::Config;
use crate::store::{CHINA, now};

pub(super) fn run(config: &Config, verb: KeysVerb, by: &str) -> Result<ExitCode, Refusal> {
    let runtime = data::runtime()?;
    let making = matches!(verb, KeysVerb::Create { .. });
    let expected = if making { Folder::MayBeNew } else { Folder::MustExist };
    let access = data::access(&runtime, data::folder(config)?, expected)?;
    match verb {
        KeysVerb::Create { role, name, expires } => {
            let expires_at = expires.map(end_of).transpose()?;
            let new = New { name, role, expires_at };
            let (key, text) = runtime.block_on(access.create(&new, by))?;
            output::remark(format_args!(
                "已建立密钥 {}（{}，{}）。下面是密钥全文，只显示这一次，请妥善保存。\
                 凭密钥运行的服务立即认它；开放模式的服务要重新启动。",
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
        KeysVerb::History => {
            for entry in runtime.block_on(access.store().journal(u32::MAX))?.iter().rev() {
                let what = entry.title();
                let (at, who, subject) = (written(entry.at), &entry.who, &entry.subject);
                output::line(format_args!("{at} {who}  {what} {subject}").to_string().trim_end());
            }
        }
        KeysVerb::Revoke { id } => {
            // Whoever gives the whole key means its id; the secret is not repeated.
            let id = id_of(&id).map_or_else(|| id.clone(), str::to_owned);
            let id = id.as_str();
            if !runtime.block_on(access.revoke(id, by))? {
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
        return;
    }
    output::line("编号  权限  给谁  建立（北京时间）  有效  最近使用");
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

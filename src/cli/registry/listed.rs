//! Certificates as a list, as a file, and one with all that happened to it.

use std::path::Path;

use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::app::{App, Refusal, Setup, described, told};
use crate::cli::output::{self, written};
use crate::registry::{Registry, Search};
use crate::store::today;

pub(super) fn list(
    runtime: &Runtime,
    setup: impl Fn() -> Result<Setup, Refusal>,
    registry: &Registry,
    search: &Search,
    path: Option<&Path>,
    as_json: bool,
) -> Result<(), Refusal> {
    let day = today();
    let ending = path.map(|path| path.extension().and_then(|ending| ending.to_str()));
    if let Some(ending) = ending
        && !matches!(ending, Some("xlsx" | "csv" | "json"))
    {
        return Err(Refusal::Usage("-o 的文件名应以 .xlsx、.csv 或 .json 结尾".to_owned()));
    }
    let (found, kept) = runtime.block_on(registry.search(search, day, 0, u32::MAX))?;
    let all = || {
        let certificates: Vec<Value> = kept.iter().map(|kept| described(kept, day)).collect();
        json!({ "found": found, "certificates": certificates })
    };
    if let (Some(path), Some(ending)) = (path, ending.flatten()) {
        let bytes = match ending {
            "json" => format!("{:#}\n", all()).into_bytes(),
            ending => {
                let reasons = runtime.block_on(registry.reasons())?;
                App::open(&setup()?)?.exported(&kept, &reasons, day, ending == "csv")?
            }
        };
        output::write(path, &bytes)?;
        output::remark(format_args!("已导出 {found} 个证书到 {}。", path.display()));
        return Ok(());
    }
    if as_json {
        return output::json(&all());
    }
    if kept.is_empty() {
        output::line("没有找到证书。");
        return Ok(());
    }
    let mut rows = vec![["编号", "状态", "有效期至", "名称", "称号"].map(str::to_owned)];
    rows.extend(kept.iter().map(|kept| {
        let end = kept.term_to.clone().unwrap_or_else(|| "长期".to_owned());
        let state = kept.state_on(day).title().to_owned();
        [kept.number.clone(), state, end, kept.holder.clone(), kept.title.clone()]
    }));
    aligned(&rows);
    let is_cut = kept.iter().any(|kept| width(&kept.holder).max(width(&kept.title)) > WIDEST);
    let whole = if is_cut {
        "名称太长的没有写全，全文用 show、--json 或 -o 文件查看。"
    } else {
        ""
    };
    output::remark(format_args!("共 {found} 个。{whole}"));
    Ok(())
}

pub(super) fn show(
    runtime: &Runtime,
    registry: &Registry,
    number: &str,
    as_json: bool,
) -> Result<(), Refusal> {
    let day = today();
    let kept = runtime.block_on(registry.find(number))?;
    let kept = kept.ok_or_else(|| {
        let what = format!("登记簿里没有编号{number}；用 chengwen registry list --text 查找");
        Refusal::Usage(what)
    })?;
    let history = runtime.block_on(registry.history_of(number))?;
    if as_json {
        let mut shown = described(&kept, day);
        shown["record"] = serde_json::from_str(&kept.record).unwrap_or_default();
        shown["history"] = history.iter().map(told).collect();
        return output::json(&shown);
    }
    let text = |text: &Option<String>| text.clone().unwrap_or_else(|| "无".to_owned());
    let term = match (&kept.term_from, &kept.term_to) {
        (Some(from), Some(to)) => format!("{from} 至 {to}"),
        (Some(from), None) => format!("{from} 起"),
        (None, Some(to)) => format!("至 {to}"),
        (None, None) => "没有写明".to_owned(),
    };
    let state = match &kept.replaced_by {
        Some(other) => format!("{}为 {other}", kept.state_on(day).title()),
        None => kept.state_on(day).title().to_owned(),
    };
    for (label, value) in [
        ("编号", kept.number.clone()),
        ("状态", state),
        ("名称", kept.holder.clone()),
        ("代码", text(&kept.credit_code)),
        ("称号", kept.title.clone()),
        ("机关", text(&kept.issuer)),
        ("有效期", term),
        ("落款日期", kept.issued_on.clone()),
        ("批次", format!("{} 第 {} 份", kept.batch, kept.row)),
    ] {
        output::line(format_args!("{}{value}", padded(label, 10)));
    }
    output::line("变更记录（北京时间）");
    for entry in &history {
        let why = if entry.why.is_empty() { String::new() } else { format!("  {}", entry.why) };
        let (at, who) = (written(entry.at), &entry.who);
        output::line(format_args!("  {at} {who}  {}{why}", entry.title()));
    }
    Ok(())
}

/// The widest column, in characters that are not ours: one long text must not break every line.
const WIDEST: usize = 40;

/// Columns under each other: a character of ours is as wide as two of others.
fn aligned(rows: &[[String; 5]]) {
    let rows: Vec<[String; 5]> = rows.iter().map(|row| row.each_ref().map(|it| cut(it))).collect();
    let mut widths = [0; 5];
    for row in &rows {
        for (widest, text) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(text));
        }
    }
    for row in &rows {
        let line: Vec<String> =
            row.iter().zip(widths).map(|(text, widest)| padded(text, widest + 2)).collect();
        output::line(line.concat().trim_end());
    }
}

/// A text as far as a column shows it.
fn cut(text: &str) -> String {
    if width(text) <= WIDEST {
        return text.to_owned();
    }
    let mut used = 0;
    let fits = |mark: &char| {
        used += width(mark.encode_utf8(&mut [0; 4]));
        // The mark for what is left out takes two.
        used + 2 <= WIDEST
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

fn padded(text: &str, wide: usize) -> String {
    format!("{text}{}", " ".repeat(wide.saturating_sub(width(text))))
}

fn width(text: &str) -> usize {
    text.chars().map(|mark| if mark.is_ascii() { 1 } else { 2 }).sum()
}

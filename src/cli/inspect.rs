//! `chengwen inspect`: any PDF measured, and held against the standard when asked.

use std::path::Path;
use std::process::ExitCode;

use serde_json::json;

use super::arguments::Against;
use super::output;
use super::preparers;
use crate::app::{Refusal, measure_apart};
use crate::catalog::Places;
use crate::config::Config;
use crate::inspect::{Finding, Report, Verdict};

pub(super) fn run(
    places: &Places,
    file: &Path,
    against: Option<Against>,
    as_json: bool,
) -> Result<ExitCode, Refusal> {
    let pdf = output::read(file)?;
    let preparing = preparers::processes(&Config::default())?.preparing();
    let report = match measure_apart(places, &preparing, &pdf) {
        Ok(report) => report,
        Err(Refusal::Usage(why)) => {
            output::remark(format_args!("文件有误：{}：{why}", file.display()));
            return Ok(ExitCode::from(1));
        }
        Err(other) => return Err(other),
    };
    if as_json {
        output::json(&in_json(&report, against))?;
    } else {
        in_words(&report, file, against);
    }
    let sound = against.is_none() || report.is_sound();
    Ok(if sound { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn in_json(report: &Report, against: Option<Against>) -> serde_json::Value {
    let file = &report.file;
    let findings: Vec<_> = match against {
        Some(Against::Gbt9704) => report.findings.iter().map(|it| json!(it)).collect(),
        None => report
            .findings
            .iter()
            .map(|it| json!({ "clause": it.clause, "name": it.name, "value": it.value }))
            .collect(),
    };
    let mut told = json!({
        "file": {
            "title": file.title, "producer": file.producer, "language": file.language,
            "duplex": file.duplex, "scaling": file.scaling, "copies": file.copies,
            "archival": file.archival, "accessible": file.accessible, "tagged": file.tagged, "encrypted": file.encrypted,
        },
        "pages": report.pages,
        "faces": report.faces,
        "findings": findings,
    });
    if against.is_some() {
        told["against"] = json!("gbt9704");
        told["sound"] = json!(report.is_sound());
    }
    told
}

fn in_words(report: &Report, path: &Path, against: Option<Against>) {
    let file = &report.file;
    let boxes: usize = report.pages.iter().map(|page| page.boxes).sum();
    let sides = match file.duplex.as_deref() {
        Some("DuplexFlipLongEdge") => "双面（长边翻转）",
        Some("DuplexFlipShortEdge") => "双面（短边翻转）",
        Some("Simplex") => "单面",
        _ => "没有写明单双面",
    };
    let scaling =
        if file.scaling.as_deref() == Some("None") { "实际大小" } else { "没有写明比例" };
    let copies = file.copies.map(|copies| format!("，{copies} 份")).unwrap_or_default();
    let archival = match &file.archival {
        Some(claim) => format!("自称 PDF/A-{}", claim.to_lowercase()),
        None => "不是 PDF/A".to_owned(),
    };
    let accessible =
        file.accessible.as_ref().map(|part| format!("、PDF/UA-{part}")).unwrap_or_default();
    let tagged = if file.tagged { "，有标签" } else { "" };
    output::line(format_args!(
        "文件：{}，{} 页，{archival}{accessible}{tagged}",
        path.display(),
        report.pages.len()
    ));
    if let Some(title) = &file.title {
        output::line(format_args!("题名：{title}"));
    }
    output::line(format_args!("打印：{sides}，{scaling}{copies}"));
    for face in &report.faces {
        let role = face.role.as_deref().unwrap_or(if face.stands_in {
            "补其他字体所缺的字"
        } else {
            "认不出是哪一种"
        });
        let absent = if face.embedded { "" } else { "，未嵌入" };
        output::line(format_args!("字体：{}（{role}{absent}）", face.name));
    }
    if boxes > 0 {
        output::line(format_args!("缺字：{boxes} 个字印成方框"));
    }
    output::line("");
    match against {
        None => measured(report),
        Some(Against::Gbt9704) => judged(report),
    }
}

/// What was measured, without a verdict.
fn measured(report: &Report) {
    let found: Vec<&Finding> = report.findings.iter().filter(|it| it.value.is_some()).collect();
    let rows = found.iter().map(|it| [it.clause, it.name, it.value.as_deref().unwrap_or_default()]);
    table(["条款", "项目", "实测"], rows.map(|row| row.map(str::to_owned)).collect());
    output::line("\n条款为 GB/T 9704—2012 的条号；加 --against gbt9704 逐条判断。");
}

fn judged(report: &Report) {
    if !report.is_paper() {
        output::line(
            "这份文件不像公文（可能是表格、证书、扫描件，或文字转成了曲线）：下面的结论只供参考。\n",
        );
    }
    let rows = report.findings.iter().map(|it| {
        let value = it.value.as_deref().or(it.note.as_deref()).unwrap_or_default();
        [it.clause, it.name, it.verdict.word(), value, it.wanted].map(str::to_owned)
    });
    table(["条款", "项目", "结论", "实测", "应为"], rows.collect());
    for (verdict, head) in [
        (Verdict::Fail, "\n必须改正（标准的规定）："),
        (Verdict::Soft, "\n建议改正（标准用“一般”“推荐”，或由打印决定）："),
    ] {
        let these = || report.findings.iter().filter(move |it| it.verdict == verdict);
        if these().next().is_some() {
            output::line(head);
        }
        for it in these() {
            let mend = it.note.as_deref().unwrap_or_default();
            let value = it.value.as_deref().unwrap_or_default();
            output::line(format_args!("  {} {}：{value}。{mend}。", it.clause, it.name));
        }
    }
    let [pass, soft, fail, absent] =
        [Verdict::Pass, Verdict::Soft, Verdict::Fail, Verdict::NotFound].map(|it| report.count(it));
    output::line(format_args!(
        "\n共 {} 项：通过 {pass}，建议 {soft}，不合 {fail}，未见 {absent}。",
        report.findings.len()
    ));
}

/// Columns one below the other; a Chinese character is two wide.
fn table<const COLUMNS: usize>(head: [&str; COLUMNS], rows: Vec<[String; COLUMNS]>) {
    let mut all = vec![head.map(str::to_owned)];
    all.extend(rows);
    let mut widths = [0; COLUMNS];
    for row in &all {
        for (at, cell) in row.iter().enumerate() {
            widths[at] = widths[at].max(width(cell)).min(WIDEST);
        }
    }
    for row in &all {
        let mut line = String::new();
        for (at, cell) in row.iter().enumerate() {
            line.push_str(cell);
            if at + 1 < COLUMNS {
                line.push_str(&" ".repeat(widths[at].saturating_sub(width(cell)) + 2));
            }
        }
        output::line(line.trim_end());
    }
}

/// A longer cell pushes the rest of its row, not every row.
const WIDEST: usize = 44;

fn width(text: &str) -> usize {
    text.chars().map(|mark| if mark.is_ascii() || matches!(mark, '×' | '±') { 1 } else { 2 }).sum()
}

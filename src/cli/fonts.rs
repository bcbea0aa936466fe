//! `chengwen fonts`: which face plays which role, and which face draws a character.

use std::process::ExitCode;

use serde_json::json;

use super::output;
use crate::app::{App, Refusal};
use crate::catalog::Fonts;
use crate::values::gb18030;
use crate::values::text::code_point;

pub(super) fn run(app: &App, text: Option<&str>, as_json: bool) -> Result<ExitCode, Refusal> {
    let fonts = app.catalog().fonts();
    match text {
        Some(text) => check(fonts, text, as_json),
        None => list(fonts, as_json),
    }
}

fn list(fonts: &Fonts, as_json: bool) -> Result<ExitCode, Refusal> {
    if as_json {
        let roles: Vec<_> = fonts
            .roles()
            .iter()
            .map(|role| {
                let chain: Vec<_> = fonts
                    .chain(role)
                    .map(|face| json!({ "family": face.family, "file": face.path.display().to_string(), "brought": face.brought }))
                    .collect();
                json!({ "role": role.name, "chain": chain })
            })
            .collect();
        let unused: Vec<String> =
            fonts.unused().iter().map(|path| path.display().to_string()).collect();
        let levels: Vec<_> = levels(fonts)
            .map(|(level, drawn, all)| json!({ "level": level, "drawn": drawn, "all": all }))
            .collect();
        output::json(&json!({
            "roles": roles,
            "unused": unused,
            "digest": fonts.digest(),
            "gb18030_2022": levels,
        }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for role in fonts.roles() {
        let chain: Vec<&str> = fonts.chain(role).map(|face| face.family.as_str()).collect();
        output::line(format_args!("{}：{}", role.name, chain.join(" → ")));
    }
    for (level, drawn, all) in levels(fonts) {
        // No share is rounded up to the whole.
        let share = (drawn * 10_000 / all) as f64 / 100.0;
        output::line(format_args!("GB 18030-2022 {level}：{drawn}/{all} 字（{share}%）"));
    }
    for path in fonts.unused() {
        output::line(format_args!(
            "未使用（名称不在 roles.toml 任何一个角色中）：{}",
            path.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

/// For each level of GB 18030-2022, how many of its Chinese characters some face draws, and of how many.
fn levels(fonts: &Fonts) -> impl Iterator<Item = (&'static str, usize, usize)> {
    let coverage = fonts.coverage();
    gb18030::Level::ALL.into_iter().map(move |level| {
        let drawn = level.characters().filter(|mark| coverage.covers(*mark)).count();
        (level.name(), drawn, level.characters().count())
    })
}

/// Each character once, with the face that draws it in each role; exit 1 if one has none.
fn check(fonts: &Fonts, text: &str, as_json: bool) -> Result<ExitCode, Refusal> {
    let coverage = fonts.coverage();
    let mut seen = Vec::new();
    let mut rows = Vec::new();
    let mut missing = 0;
    for mark in text.chars().filter(|mark| !mark.is_whitespace()) {
        if seen.contains(&mark) {
            continue;
        }
        seen.push(mark);
        missing += usize::from(!coverage.covers(mark));
        let drawn: serde_json::Map<_, _> = fonts
            .roles()
            .iter()
            .filter(|role| !role.latin)
            .map(|role| {
                let face = coverage.drawn_by(role, mark).map(|face| face.family.as_str());
                (role.name.clone(), json!(face))
            })
            .collect();
        rows.push((mark, drawn));
    }
    if as_json {
        let rows: Vec<_> = rows
            .iter()
            .map(|(mark, drawn)| {
                json!({ "character": mark, "code_point": code_point(*mark), "drawn_by": drawn })
            })
            .collect();
        output::json(&json!({ "characters": rows, "missing": missing }))?;
    } else {
        for (mark, drawn) in rows {
            let faces: Vec<String> = drawn
                .iter()
                .map(|(role, face)| format!("{role} {}", face.as_str().unwrap_or("没有字形")))
                .collect();
            output::line(format_args!("{mark} {}：{}", code_point(mark), faces.join("，")));
        }
        if missing > 0 {
            output::line(format_args!("共 {missing} 个字没有字形，印不出来。"));
        }
    }
    Ok(if missing == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

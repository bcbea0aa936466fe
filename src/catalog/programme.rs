//! `programme.toml`, opened: what it says is looked at before any document leans on it.

use std::ops::Range;
use std::path::Path;

use super::manifest::{self, Programme};
use super::position;
use crate::fault::Fault;
use crate::values::{Regions, date};

/// The file that makes a folder below `templates/` a programme (活动).
pub(super) const FILE: &str = "programme.toml";

/// Opens a programme; with it, the text as it was read.
pub(super) fn open(path: &Path) -> Result<(Programme, String), Fault> {
    let (programme, text): (Programme, String) = manifest::read(path)?;
    let on_line = |span: Range<usize>| position::line_of(&text, span.start);
    if date::parse(programme.issued.get_ref()).is_err() {
        return Err(Fault::at(path, "issued 应为 YYYY-MM-DD 形式的真实日期")
            .on_line(on_line(programme.issued.span())));
    }
    for (name, day) in &programme.deadlines {
        // Any leap year will do to see whether the day exists.
        if date::parse(&format!("2024-{}", day.get_ref())).is_err() {
            return Err(Fault::at(
                path,
                format!("deadlines.{name} 应为 MM-DD 形式的月和日，例如 07-31"),
            )
            .on_line(on_line(day.span())));
        }
    }
    let province = programme.province.get_ref();
    if province.len() != 6 || !province.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::at(path, "province 应为 6 位行政区划代码，例如 140000")
            .on_line(on_line(programme.province.span())));
    }
    Ok((programme, text))
}

/// A fault where the regions (行政区划) know nothing of a programme's province.
pub(super) fn stray(path: &Path, programme: &Programme, regions: &Regions) -> Option<Fault> {
    let province = programme.province.get_ref();
    if regions.is_empty() || regions.of(province).next().is_some() {
        return None;
    }
    let what = format!("行政区划数据里没有省级代码 {province} 的县（市、区）");
    let hint = "把它们加到 templates/lib/data/regions.csv，或改正 province";
    Some(Fault::at(path, what).hint(hint))
}

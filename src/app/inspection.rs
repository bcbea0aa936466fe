//! What every file we make must show when it is read back from its bytes.

use super::Packed;
use crate::catalog::{Catalog, Document, Orientation, Packet};
use crate::finish::ReadBack;

/// A4 (GB/T 9704-2012, 5.1) in points.
const A4: (f64, f64) = (595.276, 841.890);

/// How far a page may be off A4, in points (0.1 mm).
const TOLERANCE: f64 = 0.3;

/// What a file of this document lacks, one sentence each.
pub(super) fn shortcomings(catalog: &Catalog, document: &Document, file: &ReadBack) -> Vec<String> {
    let mut found = Vec::new();
    let wanted = match document.manifest.orientation {
        Orientation::Portrait => A4,
        Orientation::Landscape => (A4.1, A4.0),
    };
    let ours: Vec<String> =
        catalog.fonts().faces().iter().filter_map(crate::catalog::Face::post_script_name).collect();
    for (at, page) in file.pages.iter().enumerate() {
        let off = (page.width - wanted.0).abs().max((page.height - wanted.1).abs());
        if off > TOLERANCE {
            let stands = match document.manifest.orientation {
                Orientation::Portrait => "竖排",
                Orientation::Landscape => "横排",
            };
            found.push(format!(
                "第{}页不是{stands} A4（{:.1}×{:.1} pt）",
                at + 1,
                page.width,
                page.height
            ));
        }
        if page.boxes > 0 {
            found.push(format!("第{}页有 {} 个字没有字形", at + 1, page.boxes));
        }
        for font in &page.fonts {
            if !font.embedded {
                found.push(format!("第{}页的字体 {} 没有嵌入", at + 1, font.name));
            }
            if !ours.contains(&font.name) {
                found.push(format!("第{}页的字体 {} 不是程序自带的", at + 1, font.name));
            }
        }
    }
    if file.title.as_deref() != Some(document.manifest.title.as_str()) {
        found.push("PDF 的标题不是文书的标题".to_owned());
    }
    if !file.language.as_deref().is_some_and(|language| language.starts_with("zh")) {
        found.push("PDF 没有标明中文".to_owned());
    }
    if file.scaling.as_deref() != Some("None") || file.duplex.is_none() {
        found.push("PDF 没有打印设置".to_owned());
    }
    if document.manifest.padded && !file.pages.len().is_multiple_of(2) {
        found.push("页数没有补成双数".to_owned());
    }
    found
}

/// What the print file of a packet lacks, one sentence each. What strangers' pages look like is not ours to
/// judge.
pub(super) fn shortcomings_of_packet(
    packet: &Packet,
    packed: &Packed,
    file: &ReadBack,
) -> Vec<String> {
    let mut found = Vec::new();
    for (at, page) in file.pages.iter().enumerate() {
        let off = |wide: f64, high: f64| (page.width - wide).abs().max((page.height - high).abs());
        if off(A4.0, A4.1).min(off(A4.1, A4.0)) > TOLERANCE {
            found.push(format!("第{}页不是 A4（{:.1}×{:.1} pt）", at + 1, page.width, page.height));
        }
    }
    if file.pages.len() != packed.pages * usize::from(packed.copies) || packed.pages % 2 == 1 {
        found.push(format!("页数不对：{} 页", file.pages.len()));
    }
    if file.title.as_deref() != Some(packet.manifest.title.as_str()) {
        found.push("PDF 的标题不是申报材料的标题".to_owned());
    }
    if file.scaling.as_deref() != Some("None") || file.duplex.is_none() {
        found.push("PDF 没有打印设置".to_owned());
    }
    if file.archival.is_some() {
        found.push("PDF 声明了它不能保证的标准".to_owned());
    }
    let carrying = packet.manifest.papers.len();
    if file.carried.len() != carrying {
        found.push(format!("应随附 {carrying} 份数据，现为 {}", file.carried.len()));
    }
    found
}

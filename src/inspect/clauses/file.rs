//! What a file must bring to the printer, so that the sheets come out as clause 6 wants them.

use super::Measure;
use crate::inspect::subject::{Subject, on_pages};

/// 6.1: 字迹清楚. Glyph 0 is the box that a font draws for a character it lacks.
pub(super) fn missing(subject: &Subject<'_>) -> Measure {
    let boxes = |at: &usize| subject.pages[*at].glyphs.iter().filter(|it| it.missing).count();
    let wrong: Vec<usize> = (0..subject.pages.len()).filter(|at| boxes(at) > 0).collect();
    if subject.pages.iter().all(|page| page.glyphs.is_empty()) {
        return Measure::NotFound("没有文字".to_owned());
    }
    if wrong.is_empty() {
        return Measure::Met("没有缺字".to_owned());
    }
    let count: usize = wrong.iter().map(boxes).sum();
    Measure::Broken(
        format!("{}有 {count} 个字印成方框", on_pages(wrong.into_iter())),
        "换用有这些字的字体".to_owned(),
    )
}

/// 6.2 wants both sides printed; the file can ask the printer for it (`/Duplex`). A file of one page has
/// no second side.
pub(super) fn duplex(subject: &Subject<'_>) -> Measure {
    let lying = subject.lies();
    match subject.facts.duplex.as_deref() {
        Some("DuplexFlipLongEdge") => Measure::Met("双面，长边翻转".to_owned()),
        Some("Simplex") if subject.pages.len() < 2 => Measure::Met("单面（只有一页）".to_owned()),
        Some("Simplex") => {
            Measure::Broken("单面".to_owned(), "打印时选择双面、长边翻转".to_owned())
        }
        Some("DuplexFlipShortEdge") if lying => Measure::Met("双面，短边翻转（横排）".to_owned()),
        Some("DuplexFlipShortEdge") => {
            Measure::Broken("双面，短边翻转".to_owned(), "打印时选择长边翻转".to_owned())
        }
        _ if subject.pages.len() < 2 => Measure::NotFound("只有一页".to_owned()),
        _ => Measure::Broken("没有写明".to_owned(), "打印时选择双面、长边翻转".to_owned()),
    }
}

/// A page that is shrunk to fit loses every measure (`/PrintScaling`).
pub(super) fn scaling(subject: &Subject<'_>) -> Measure {
    match subject.facts.scaling.as_deref() {
        Some("None") => Measure::Met("实际大小".to_owned()),
        _ => Measure::Broken(
            "没有写明".to_owned(),
            "打印时选择“实际大小”，不要“适合页面”".to_owned(),
        ),
    }
}

/// A face that is not in the file is replaced by whatever the printing machine has.
pub(super) fn embedded(subject: &Subject<'_>) -> Measure {
    let used = || subject.faces.iter().filter(|face| face.used);
    if used().next().is_none() {
        return Measure::NotFound("没有文字".to_owned());
    }
    let absent: Vec<&str> =
        used().filter(|face| !face.embedded).map(|face| face.name.as_str()).collect();
    if absent.is_empty() {
        return Measure::Met(format!("{} 种，全部嵌入", used().count()));
    }
    Measure::Broken(
        format!("未嵌入：{}", absent.join("、")),
        "导出 PDF 时选择嵌入全部字体".to_owned(),
    )
}

/// What cannot be copied cannot be measured either.
pub(super) fn readable(subject: &Subject<'_>) -> Measure {
    let glyphs: usize = subject.pages.iter().map(|page| page.glyphs.len()).sum();
    let unknown =
        |at: &usize| subject.pages[*at].glyphs.iter().filter(|it| it.mark == '\u{FFFD}').count();
    let wrong: Vec<usize> = (0..subject.pages.len()).filter(|at| unknown(at) > 0).collect();
    let scans = subject.pages.iter().filter(|page| page.glyphs.is_empty() && page.pictures > 0);
    if glyphs == 0 {
        return match scans.count() {
            0 => Measure::NotFound("没有文字".to_owned()),
            count => Measure::Broken(
                format!("{count} 页是图片"),
                "用排版程序直接导出 PDF，不要扫描".to_owned(),
            ),
        };
    }
    if wrong.is_empty() {
        return Measure::Met("全部可选取".to_owned());
    }
    let count: usize = wrong.iter().map(unknown).sum();
    Measure::Broken(
        format!("{}有 {count} 个字认不出", on_pages(wrong.into_iter())),
        "导出 PDF 时保留文字编码（不要转成曲线）".to_owned(),
    )
}

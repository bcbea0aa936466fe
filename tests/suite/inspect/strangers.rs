//! Files that other programs made: measured as they are, never passed where they fail.

use std::path::Path;

use chengwen::inspect::{Report, Verdict};

use super::spoilt::{specimen, specimen_with};
use super::{finding, report, those};
use crate::support::run;

fn read(path: &Path) -> Report {
    report(&std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}

/// The files of `strangers.py`.
fn reportlab(folder: &Path) {
    crate::support::reportlab("tests/suite/inspect/strangers.py", folder);
}

fn value<'a>(report: &'a Report, name: &str) -> &'a str {
    finding(report, name).value.as_deref().unwrap_or("")
}

#[test]
fn another_programs_report() {
    let folder = tempfile::tempdir().expect("a folder");
    reportlab(folder.path());
    let usual = read(&folder.path().join("usual.pdf"));
    assert_eq!(value(&usual, "幅面"), "210.0×297.0 mm");
    assert_eq!(value(&usual, "天头"), "25.4 mm");
    assert_eq!(value(&usual, "订口（奇数页左）"), "31.7 mm");
    assert_eq!(value(&usual, "正文字号"), "12 pt");
    assert_eq!(value(&usual, "正文字体"), "宋体");
    assert_eq!(value(&usual, "字距"), "12 pt");
    assert_eq!(value(&usual, "每行字数"), "34 字");
    assert_eq!(value(&usual, "行距"), "20 pt");
    assert_eq!(value(&usual, "每面行数"), "34 行（第1页）");
    assert!(value(&usual, "页码位置").contains("居中"));
    assert!(value(&usual, "字体嵌入").contains("STSong-Light"));
    assert_eq!(value(&usual, "文字可选取"), "全部可选取");
    let failed = those(&usual, Verdict::Fail);
    for name in [
        "天头",
        "订口（奇数页左）",
        "订口（偶数页右）",
        "版心宽",
        "正反面套正",
        "页码形式",
        "页码位置",
        "页码高低",
    ] {
        assert!(failed.contains(&name), "{name} not in {failed:?}");
    }
    assert!(!usual.is_sound());

    let letter = read(&folder.path().join("letter.pdf"));
    assert_eq!(finding(&letter, "幅面").verdict, Verdict::Fail);
    assert!(value(&letter, "幅面").contains("215.9×279.4 mm"), "{}", value(&letter, "幅面"));

    let near = read(&folder.path().join("near.pdf"));
    for (name, value) in [
        ("天头", "37.0 mm"),
        ("订口（奇数页左）", "28.0 mm"),
        ("正文字号", "16 pt"),
        ("行距", "28.99 pt"),
    ] {
        assert_eq!(
            (finding(&near, name).verdict, finding(&near, name).value.as_deref()),
            (Verdict::Pass, Some(value))
        );
    }
    let failed = those(&near, Verdict::Fail);
    assert_eq!(failed, ["订口（偶数页右）", "版心宽"], "{:#?}", near.findings);
    assert_eq!(value(&near, "每行字数"), "27 字");
    // 1.6 mm apart: less than what 6.2 allows in print, and still told.
    assert_eq!(finding(&near, "正反面套正").verdict, Verdict::Soft);
    assert_eq!(value(&near, "正反面套正"), "相差 1.60 mm");
}

#[test]
fn what_has_no_chinese_text_is_not_judged() {
    let folder = tempfile::tempdir().expect("a folder");
    reportlab(folder.path());
    for name in ["english.pdf", "drawn.pdf"] {
        let report = read(&folder.path().join(name));
        let passed = those(&report, Verdict::Pass);
        let of_the_sheet = ["幅面", "文字颜色", "字迹", "文字可选取", "页面方向"];
        assert!(passed.iter().all(|name| of_the_sheet.contains(name)), "{name}: {passed:?}");
        assert_eq!(finding(&report, "正文字号").verdict, Verdict::NotFound);
        assert_eq!(those(&report, Verdict::Fail), Vec::<&str>::new());
    }
}

/// The same pages, written again by poppler through cairo: other fonts, other operators.
fn through_cairo(pdf: &[u8]) -> Report {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.pdf"), folder.path().join("to.pdf"));
    std::fs::write(&from, pdf).expect("written");
    let ran = run("pdftocairo", &["-pdf", &from.to_string_lossy(), &to.to_string_lossy()]);
    assert!(ran.status.success(), "{ran:?}");
    read(&to)
}

#[test]
fn the_same_pages_from_another_writer_come_out_the_same() {
    let ours = report(&specimen());
    let theirs = through_cairo(&specimen());
    // cairo writes no print intent.
    let of_file = ["双面打印设置", "打印比例"];
    for (ours, theirs) in ours.findings.iter().zip(&theirs.findings) {
        if of_file.contains(&ours.name) {
            assert_eq!(theirs.verdict, Verdict::Soft);
        } else {
            assert_eq!(ours.verdict, theirs.verdict, "{ours:?} {theirs:?}");
        }
    }
}

#[test]
fn what_fails_fails_from_another_writer_too() {
    let page = "templates/lib/page.typ";
    let layout = "templates/shanxi/commitment/document.typ";
    for (file, old, new, row) in [
        (
            page,
            "(inside: 页边.订口, outside: 页边.切口)",
            "(left: 页边.订口, right: 页边.切口)",
            "订口（偶数页右）",
        ),
        (page, "订口: 28mm, 切口: 26mm", "订口: 24mm, 切口: 30mm", "订口（奇数页左）"),
        (
            layout,
            "text(font: 字体.小标宋, size: 字号.二号, lines",
            "text(font: 字体.黑体, size: 字号.二号, lines",
            "标题字体",
        ),
        (layout, "close(4 * 字距, date)", "close(2 * 字距, date)", "署名和日期位置"),
        (layout, "par[特此通知。]", "par(text(fill: blue)[特此通知。])", "文字颜色"),
        (layout, "v(4mm)", "v(9mm)", "红色分隔线"),
    ] {
        let theirs = through_cairo(&specimen_with(&[(file, old, new)]));
        assert_eq!(finding(&theirs, row).verdict, Verdict::Fail, "{:?}", finding(&theirs, row));
    }
}

#[test]
fn rewritten_files_are_measured_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let from = folder.path().join("from.pdf");
    std::fs::write(&from, specimen()).expect("written");
    let ours = read(&from);
    let from = from.to_string_lossy();
    let to = folder.path().join("to.pdf");
    let written = to.to_string_lossy();
    let ways: [(&str, Vec<&str>); 3] = [
        ("qpdf", vec!["--object-streams=generate", "--linearize", &from, &written]),
        ("qpdf", vec!["--qdf", "--object-streams=disable", &from, &written]),
        ("mutool", vec!["clean", "-gggg", "-d", "-a", &from, &written]),
    ];
    for (program, arguments) in ways {
        let ran = run(program, &arguments);
        assert!(ran.status.success(), "{ran:?}");
        assert_eq!(read(&to).findings, ours.findings, "{program} {arguments:?}");
    }
}

#[test]
fn text_that_cannot_be_read_is_not_passed() {
    // mupdf writes text without saying which characters it shows.
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.pdf"), folder.path().join("to.pdf"));
    std::fs::write(&from, specimen()).expect("written");
    let ran = run("mutool", &["convert", "-o", &to.to_string_lossy(), &from.to_string_lossy()]);
    assert!(ran.status.success(), "{ran:?}");
    let theirs = read(&to);
    assert!(
        value(&theirs, "文字可选取").contains("认不出"),
        "{:?}",
        finding(&theirs, "文字可选取")
    );
    for name in ["天头", "版心宽", "正文字体", "标题字号", "署名和日期位置", "页码位置"]
    {
        assert_eq!(
            finding(&theirs, name).verdict,
            Verdict::NotFound,
            "{:?}",
            finding(&theirs, name)
        );
    }
}

//! `inspect`: on what we make, on papers with one thing spoilt, on strangers' files, on hostile ones.

mod command;
pub(crate) mod hostile;
mod spoilt;
mod strangers;

use chengwen::app::{App, Options};
use chengwen::inspect::{FaceNames, Finding, Report, Verdict, inspect};

use crate::support::{app, render, samples};

pub(crate) fn report(pdf: &[u8]) -> Report {
    let names = FaceNames::with_roles(None).expect("the table can be read");
    inspect(pdf, &names).unwrap_or_else(|why| panic!("{why}"))
}

pub(crate) fn finding<'a>(report: &'a Report, name: &str) -> &'a Finding {
    report.findings.iter().find(|it| it.name == name).unwrap_or_else(|| panic!("no row {name}"))
}

/// The names of the rows that came out so.
pub(crate) fn those(report: &Report, verdict: Verdict) -> Vec<&'static str> {
    report.findings.iter().filter(|it| it.verdict == verdict).map(|it| it.name).collect()
}

fn made(app: &App, name: &str) -> Report {
    let sample = crate::support::sample(app, name);
    report(&render(app, &sample.document, &sample.record(), Options::default()).bytes)
}

#[test]
fn our_letters_and_notices_break_no_hard_clause() {
    let app = app();
    let ours = |name: &str| name.ends_with("/commitment") || name.ends_with("/notice");
    let lying = |name: &str| name.ends_with("/summary");
    for sample in samples(&app).iter().filter(|it| ours(&it.document) || lying(&it.document)) {
        let report = made(&app, &sample.name);
        let broken = [those(&report, Verdict::Fail), those(&report, Verdict::Soft)].concat();
        assert_eq!(broken, Vec::<&str>::new(), "{}: {:#?}", sample.name, report.findings);
        if lying(&sample.document) {
            let head = finding(&report, "横排页的表头").value.as_deref().unwrap_or_default();
            assert!(
                head.contains("奇数页上边 28.0 mm") || head.contains("奇数页上边 27.9 mm"),
                "{head}"
            );
            continue;
        }
        for (name, value) in [
            ("幅面", "210.0×297.0 mm"),
            ("订口（奇数页左）", "28.0 mm"),
            ("正文字号", "16 pt"),
            ("正文字体", "仿宋"),
            ("字距", "15.79 pt"),
            ("行距", "28.99 pt"),
            ("标题字号", "22 pt"),
            ("标题字体", "小标宋"),
            ("双面打印设置", "双面，长边翻转"),
        ] {
            let found = finding(&report, name);
            assert_eq!(found.value.as_deref(), Some(value), "{}: {found:?}", sample.name);
            assert_eq!(found.verdict, Verdict::Pass);
        }
    }
}

#[test]
fn what_the_file_says_of_itself_is_told() {
    let app = app();
    let report = made(&app, "shanxi-application");
    assert_eq!(report.file.archival.as_deref(), Some("3U"));
    assert_eq!(report.file.scaling.as_deref(), Some("None"));
    assert_eq!(report.pages.len(), 4);
    assert!(report.pages.iter().all(|page| page.boxes == 0 && page.glyphs > 0));
    assert!(report.faces.iter().all(|face| face.embedded), "{:?}", report.faces);
    let known = report.faces.iter().filter(|face| face.role.is_some()).count();
    // The face for rare characters stands in for others and has no role of its own.
    assert!(known >= 5 && report.faces.len() - known <= 1, "{:?}", report.faces);
    // A form is no 公文: its title is larger, and that is told.
    assert_eq!(finding(&report, "标题字号").verdict, Verdict::Fail);
}

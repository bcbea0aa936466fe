//! The list of materials: what is there, what is missing, what need not be; how long a report is, and
//! what it speaks of.

use chengwen::packet::Standing;
use chengwen::values::Level;
use serde_json::{Value, json};

use super::bound::Bound;
use super::made::{Corners, Paper, png};
use super::{Given, ONE, PackOptions, advised, codes, report};
use crate::support::{app, set};

const DRAFT: PackOptions = PackOptions { draft: true, ..ONE };

/// A packet of an applicant of this kind.
fn of_kind(kind: &str, subkind: &str) -> Given {
    let mut given = Given::sound();
    set(&mut given.list, "/application/category", json!({ "kind": kind, "subkinds": [subkind] }));
    given
}

fn small() -> Vec<u8> {
    png(&Corners::of(40, 60))
}

#[test]
fn each_required_material_is_missed() {
    let app = app();
    for kind in [1, 3, 4] {
        let problems = Given::sound().without(kind).refused(&app, ONE);
        let found: Vec<_> = problems.to_mend().collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(
            (found[0].code.as_str(), found[0].pointer.as_str()),
            ("packet.missing-material", "/attachments")
        );
        assert_eq!(found[0].facts["material"], json!(kind));
        let sentence = &found[0].sentence;
        assert!(
            sentence.contains(&format!("缺少附件（{kind}）")) && sentence.contains("请加上"),
            "{sentence}"
        );
        // Two of the three may be typed.
        assert_eq!(sentence.contains(".txt"), kind != 1, "{sentence}");
    }
    // The letter is a paper of its own.
    let mut given = Given::sound();
    set(&mut given.list, "/commitment", Value::Null);
    let problems = given.refused(&app, ONE);
    assert_eq!(codes(&problems), ["packet.missing-material"]);
    let sentence = &problems.to_mend().next().expect("it").sentence;
    assert!(
        sentence.contains("缺少附件（2）") && sentence.contains("\"commitment\": \"same\""),
        "{sentence}"
    );
    // It may come as a scan, too.
    let scanned = given.with(2, "承诺书.png", small()).packed(&app, ONE);
    assert_eq!(scanned.lines[1].standing, Standing::Present);
    // All of them at once.
    let mut given = Given::sound();
    given.list["attachments"] = json!([]);
    given.files.clear();
    let problems = given.refused(&app, ONE);
    assert_eq!(problems.to_mend().filter(|it| it.code == "packet.missing-material").count(), 3);
}

#[test]
fn honours_that_are_claimed_are_proven() {
    let app = app();
    let mut given = Given::sound();
    set(&mut given.list, "/application/honours", json!("2022年获太原市“诚信经营示范店”称号。"));
    let problems = given.refused(&app, ONE);
    let found: Vec<_> = problems.to_mend().collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!(found[0].facts["material"], json!(5));
    let packed = given.with(5, "奖状.png", small()).packed(&app, ONE);
    assert_eq!(packed.lines[4].standing, Standing::Present);
    // Proof of what is not claimed is advised upon, and printed.
    let packed = Given::sound().with(5, "奖状.png", small()).packed(&app, ONE);
    assert_eq!(advised(&packed.problems), ["packet.needless"]);
    assert_eq!(packed.lines[4].standing, Standing::Present);
    let packed = Given::sound().packed(&app, ONE);
    assert_eq!(packed.lines[4].standing, Standing::NotApplicable);
    assert!(packed.lines[4].reason.as_deref().is_some_and(|reason| reason.contains("没有填写")));
    let standing: Vec<Standing> = packed.lines.iter().map(|line| line.standing).collect();
    assert_eq!(standing[..4], [Standing::Present; 4]);
    assert_eq!(standing[5..], [Standing::NotApplicable, Standing::Optional]);
    assert_eq!(
        packed.lines.iter().map(|line| line.number).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6, 7]
    );
}

#[test]
fn an_industry_brings_a_recommendation_and_speaks_of_its_members() {
    let app = app();
    let given = of_kind("示范行业", "协会");
    let problems = given.refused(&app, ONE);
    assert_eq!(codes(&problems), ["packet.missing-material", "report.without-section"]);
    let section = problems.to_mend().find(|it| it.code == "report.without-section").expect("it");
    assert_eq!(section.pointer, "/attachments/2/file");
    assert!(
        section.sentence.contains("会员") && section.sentence.contains("创建情况报告.txt"),
        "{}",
        section.sentence
    );
    // A word in the running text is no section; a heading is.
    let said = report(1600).replace("诚信经营", "会员经营");
    let without = given.without(4).with(6, "推荐.png", small());
    let problems = without.clone().with(4, "报告.txt", said.into()).refused(&app, ONE);
    assert_eq!(codes(&problems), ["report.without-section"]);
    let told = report(1600) + "二、会员单位创建情况\n会员单位六十八家。\n";
    let packed = without.clone().with(4, "报告.txt", told.clone().into()).packed(&app, ONE);
    assert_eq!(advised(&packed.problems), Vec::<&str>::new());
    let markdown = told.replace("二、会员", "## 会员");
    let packed = without.with(4, "报告.md", markdown.into()).packed(&app, ONE);
    assert_eq!(advised(&packed.problems), Vec::<&str>::new());
    // A recommendation that nobody asked for.
    let packed = Given::sound().with(6, "推荐.png", small()).packed(&app, ONE);
    assert_eq!(advised(&packed.problems), ["packet.needless"]);
}

#[test]
fn an_area_speaks_of_its_shops() {
    let app = app();
    let problems = of_kind("示范区域", "商圈").refused(&app, ONE);
    assert!(codes(&problems).contains(&"report.without-section"), "{problems:#?}");
    let told = report(1600) + "二、区域内商户创建情况\n商户一百家。\n";
    let given = of_kind("示范区域", "商圈").without(4).with(4, "报告.txt", told.into());
    match given.pack(&app, ONE) {
        Ok(_) => {}
        Err(chengwen::app::Refusal::Problems(problems)) => {
            let codes = codes(&problems);
            assert!(!codes.contains(&"report.without-section"), "{problems:#?}");
            assert!(codes.iter().all(|code| !code.starts_with("report.")), "{problems:#?}");
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn a_report_is_counted_and_the_number_told() {
    let app = app();
    let with = |text: String| Given::sound().without(4).with(4, "报告.txt", text.into());
    for (characters, missing) in [(1499, Some(1)), (1500, None), (1501, None), (40, Some(1460))] {
        let given = with(report(characters));
        let Some(missing) = missing else {
            let packed = given.packed(&app, ONE);
            assert_eq!(packed.counted.len(), 1);
            assert_eq!((packed.counted[0].material, packed.counted[0].characters), (4, characters));
            continue;
        };
        let problems = given.refused(&app, ONE);
        let found: Vec<_> = problems.to_mend().collect();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].code, "report.too-short");
        assert_eq!(found[0].facts["characters"], json!(characters));
        let sentence = &found[0].sentence;
        assert!(sentence.contains(&format!("字数为 {characters}")), "{sentence}");
        assert!(sentence.contains(&format!("还差 {missing} 字")), "{sentence}");
    }
    // White space is not counted, Latin words are counted as words.
    let spread = report(1498).replace("诚信", "诚 　信");
    let problems = with(spread + "\n\nhello world 2026\n").packed(&app, ONE);
    assert_eq!(problems.counted[0].characters, 1501);
    // A report in two files is one report.
    let given = with(report(900)).with(4, "报告续.txt", report(600).into());
    assert_eq!(given.packed(&app, ONE).counted[0].characters, 1500);
}

#[test]
fn a_scan_cannot_be_counted_and_that_is_told() {
    let app = app();
    for (name, bytes) in [("报告.png", small()), ("报告.pdf", Paper::of("").bytes())] {
        let packed = Given::sound().without(4).with(4, name, bytes).packed(&app, ONE);
        assert_eq!(advised(&packed.problems), ["report.uncountable"]);
        let advice = packed.problems.advice().next().expect("it");
        assert_eq!(advice.level, Level::Advice);
        assert!(
            advice.sentence.contains(name) && advice.sentence.contains("不少于 1500 字"),
            "{}",
            advice.sentence
        );
        assert_eq!(packed.counted, []);
    }
}

#[test]
fn a_draft_prints_what_there_is() {
    let app = app();
    let mut given = Given::sound().without(1).without(4).with(4, "报告.txt", report(80).into());
    set(&mut given.list, "/application/postcode", json!("12"));
    let strict = given.refused(&app, ONE);
    let packed = given.packed(&app, DRAFT);
    assert_eq!(codes(&packed.problems), codes(&strict));
    assert!(codes(&strict).contains(&"packet.missing-material"));
    assert!(packed.file_name.contains("草稿"), "{}", packed.file_name);
    let bound = Bound::of(&packed.bytes);
    assert!(bound.words[0].contains('缺'), "{}", bound.words[0]);
    for (at, words) in bound.words.iter().enumerate() {
        // Across each page that bears anything, the official form's too; a blank back bears nothing.
        assert_eq!(
            words.contains('草') && words.contains('稿'),
            !words.is_empty(),
            "{at}: {words}"
        );
    }
    // What is unsound is not printed in the form, what is sound is.
    let form = bound.start("培育申请表");
    assert!(bound.words[form..form + 4].concat().contains("柳巷北路"));
    // A title and a report that no face of ours can draw: told, and the draft is printed without.
    let mut given = Given::sound().without(4).with(4, "报告.txt", (report(1600) + "😀\n").into());
    given.list["attachments"][0]["title"] = json!("证书😀");
    let strict = given.refused(&app, ONE);
    assert_eq!(strict.to_mend().count(), 2, "{strict:#?}");
    let bound = Bound::of(&given.packed(&app, DRAFT).bytes);
    assert!(bound.bookmarks().iter().any(|(_, title, _)| title == "附件（1）登记证书复印件"));
    // Nothing but a list: still a draft, of the papers alone.
    let mut given = Given::sound();
    given.list["attachments"] = json!([]);
    given.files.clear();
    let bound = Bound::of(&given.packed(&app, DRAFT).bytes);
    assert_eq!(bound.bookmarks().len(), 3, "{:?}", bound.bookmarks());
    // Without a draft the word is nowhere.
    let sound = Bound::of(&Given::sound().packed(&app, ONE).bytes);
    assert!(sound.words.iter().all(|words| !words.contains("草稿")));
}

#[test]
fn papers_that_contradict_each_other_are_told() {
    let app = app();
    let mut given = Given::sound();
    given.list["commitment"] = json!({ "name": "太原市迎泽区别家食品有限公司" });
    let problems = given.refused(&app, ONE);
    assert_eq!(codes(&problems), ["packet.other-name"]);
    let told = problems.to_mend().next().expect("it");
    assert_eq!(told.pointer, "/commitment/name");
    assert!(
        told.sentence.contains("别家") && told.sentence.contains("晋味源"),
        "{}",
        told.sentence
    );
    // What is wrong in the form is told once, as the form's, though the letter takes it over.
    let mut given = Given::sound();
    set(&mut given.list, "/application/region", json!("太原市没有区"));
    let problems = given.refused(&app, ONE);
    assert!(problems.to_mend().all(|it| it.pointer.starts_with("/application")), "{problems:#?}");
    assert!(!problems.is_sound());
}

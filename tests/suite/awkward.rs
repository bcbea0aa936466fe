//! Awkward data: whatever the lengths, nothing is lost, nothing leaves the type area, nothing of
//! what must stay whole is split.

use chengwen::app::{App, Options};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use crate::support::{app, render, run, sample, set, squeezed, text_of};

/// The type area (版心) of GB/T 9704-2012, 5.2.1, in points, on odd pages; 2 mm further left on
/// even ones. A frame may stand half a point outside.
const LEFT: f64 = 28.0 / 25.4 * 72.0;
const TOP: f64 = 37.0 / 25.4 * 72.0;
const WIDTH: f64 = 156.0 / 25.4 * 72.0;
const HEIGHT: f64 = 225.0 / 25.4 * 72.0;
const SHIFT: f64 = 2.0 / 25.4 * 72.0;
const SLACK: f64 = 1.5;

/// Every word that leaves the type area, but for what stands in the foot, and every pair of words
/// that lie on each other.
fn crooked(pdf: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    std::fs::write(&path, pdf).expect("written");
    let boxes = run("pdftotext", &["-bbox", &path.to_string_lossy(), "-"]);
    let boxes = String::from_utf8(boxes.stdout).expect("UTF-8");
    let mut page = 0;
    let mut found = Vec::new();
    let mut seen: Vec<([f64; 4], String)> = Vec::new();
    for line in boxes.lines() {
        if line.contains("<page ") {
            page += 1;
            seen.clear();
        }
        let Some(word) = line.trim().strip_prefix("<word ") else { continue };
        let number = |key: &str| -> f64 {
            let start = word.find(key).expect("a side") + key.len() + 2;
            word[start..].split('"').next().expect("a number").parse().expect("a number")
        };
        let (x_min, y_min, x_max, y_max) =
            (number("xMin"), number("yMin"), number("xMax"), number("yMax"));
        let overlap = |a: (f64, f64), b: (f64, f64)| a.1.min(b.1) - a.0.max(b.0);
        for (other, text) in &seen {
            let wide = overlap((x_min, x_max), (other[0], other[2]));
            let high = overlap((y_min, y_max), (other[1], other[3]));
            // Lines of small type stand close; a third of a line upon another is no line pitch. Marks squeezed together do so within a line.
            if wide > 20.0 && high > (y_max - y_min) * 0.34 {
                found.push(format!("page {page}: {word} lies on {text}"));
            }
        }
        seen.push(([x_min, y_min, x_max, y_max], word.to_owned()));
        let left = if page % 2 == 1 { LEFT } else { LEFT - SHIFT };
        // Below 269 mm there are only page number and digest.
        if y_min > TOP + HEIGHT + 10.0 {
            continue;
        }
        // The reader's boxes are as high as the face says, and as wide as the glyph's cell: of a
        // mark at the edge of a line the empty half stands outside.
        let text = word.split(['>', '<']).nth(1).unwrap_or_default();
        let half = |mark: Option<char>, marks: &str| {
            if mark.is_some_and(|mark| marks.contains(mark)) { 8.0 } else { 0.0 }
        };
        let inside = x_min > left - SLACK - half(text.chars().next(), "“（《〈")
            && x_max < left + WIDTH + SLACK + half(text.chars().last(), "，、；：。”）》〉")
            && y_min > TOP - 6.0
            && y_max < TOP + HEIGHT + 6.0;
        if !inside {
            found.push(format!("page {page}: {word}"));
        }
    }
    found
}

/// The texts of a record that the paper prints as they are.
fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !key.ends_with("_on"))
            .for_each(|(_, inner)| texts(inner, found)),
        Value::Array(items) => items.iter().for_each(|inner| texts(inner, found)),
        Value::String(text) => found.extend(text.lines().map(squeezed)),
        _ => {}
    }
}

fn assert_sound(app: &App, document: &str, record: &Value) {
    let made = render(app, document, record, Options::default());
    assert_eq!(made.warnings, [""; 0]);
    assert_eq!(crooked(&made.bytes), [""; 0]);
    // A page break may fall into a text, with the label of the row in between.
    let page = squeezed(&text_of(&made.bytes).concat());
    let count = |text: &str, mark: char| text.chars().filter(|other| *other == mark).count();
    let mut wanted = Vec::new();
    texts(record, &mut wanted);
    for text in wanted {
        for mark in text.chars() {
            assert!(count(&page, mark) >= count(&text, mark), "{mark} of {text} is lost");
        }
    }
}

fn words(most: usize) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => "[一乙丁七万丈三上下不与丑专且世丘丙业丛东丝丞丢两严丧个丫中丰串临丸丹为主丽举]{1,30}",
        1 => "[A-Za-z]{1,16}",
        1 => "[0-9]{1,11}",
        1 => "（[山西太原大同]{1,6}）",
        1 => "[、，；]",
        1 => "“[甲乙丙丁]{1,8}”",
    ];
    proptest::collection::vec(piece, 1..40).prop_map(move |pieces| {
        let text: String = pieces.concat().chars().take(most).collect();
        text.trim().to_owned()
    })
}

fn reason_or(text: impl Strategy<Value = String>) -> impl Strategy<Value = Value> {
    (text, words(98), 0_u8..5).prop_map(|(text, reason, dice)| {
        if dice == 0 { json!({ "reason": format!("因为{reason}") }) } else { json!(text) }
    })
}

fn lines(most: usize) -> impl Strategy<Value = String> {
    proptest::collection::vec(words(400), 1..12).prop_map(move |lines| {
        let text: String = lines.join("\n").chars().take(most).collect();
        text.trim().to_owned()
    })
}

/// The same few cases each time, so that a change is judged by itself; `AWKWARD_CASES=500` looks for
/// new ones.
fn many_or_few() -> ProptestConfig {
    let wanted = std::env::var_os("AWKWARD_CASES").and_then(|cases| cases.to_str()?.parse().ok());
    ProptestConfig {
        cases: wanted.unwrap_or(20),
        rng_seed: if wanted.is_some() { RngSeed::Random } else { RngSeed::Fixed(9704) },
        max_shrink_iters: 60,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(many_or_few())]

    #[test]
    fn applications_of_any_length(
        name in words(100),
        address in reason_or(words(200)),
        authority in reason_or(words(60)),
        contact in words(20),
        other in words(40),
        remote in words(60),
        services in reason_or(lines(1500)),
        honours in reason_or(lines(4000)),
        remarks in proptest::option::of(lines(300)),
    ) {
        let app = app();
        let mut record = sample(&app, "shanxi-application.region").record();
        set(&mut record, "/name", json!(name));
        set(&mut record, "/address", address);
        set(&mut record, "/industry_authority", authority);
        set(&mut record, "/contact/name", json!(contact));
        set(&mut record, "/category/other", json!(other));
        set(&mut record, "/rights_mechanism/online_resolution_other", json!(remote));
        set(&mut record, "/main_services", services);
        set(&mut record, "/honours", honours);
        set(&mut record, "/remarks", remarks.map_or(Value::Null, Value::from));
        assert_sound(&app, "shanxi/application", &record);
    }

    #[test]
    fn letters_of_any_length(
        name in words(100),
        promises in proptest::collection::btree_set(words(196).prop_map(|text| format!("承诺{text}。。")), 0..12),
    ) {
        let app = app();
        let mut record = sample(&app, "shanxi-commitment").record();
        set(&mut record, "/name", json!(name));
        set(&mut record, "/own_promises", promises.into_iter().collect());
        assert_sound(&app, "shanxi/commitment", &record);
        // The date never stands without a line of the text.
        let made = render(&app, "shanxi/commitment", &record, Options::default());
        let pages = text_of(&made.bytes);
        let last = pages.last().expect("a page");
        prop_assert!(squeezed(last).contains("如有违反") || last.lines().count() >= 6, "{last}");
    }
}

#[test]
fn rows_of_marks_stay_in_their_cells() {
    let app = app();
    for mark in ["—", "/", "-", "…", "。", "“", "（", "■", "*", "W", "1", "_", "＿", "～"]
    {
        let mut record = sample(&app, "shanxi-application").record();
        for (pointer, length) in [
            ("/name", 60),
            ("/address", 80),
            ("/industry_authority", 24),
            ("/contact/name", 40),
            ("/rights_mechanism/remote_return_other", 40),
            ("/main_services", 150),
            ("/honours", 150),
            ("/remarks", 90),
        ] {
            set(&mut record, pointer, json!(mark.repeat(length)));
        }
        let made = render(&app, "shanxi/application", &record, Options::default());
        assert_eq!(crooked(&made.bytes), [""; 0], "{mark}");

        let mut letter = sample(&app, "shanxi-commitment").record();
        set(&mut letter, "/name", json!(mark.repeat(100)));
        set(
            &mut letter,
            "/registration",
            json!({
                "number": format!("号{}", mark.repeat(39)), "other_certificate": mark.repeat(30)
            }),
        );
        set(&mut letter, "/own_promises", json!([mark.repeat(190)]));
        let made = render(&app, "shanxi/commitment", &letter, Options::default());
        assert_eq!(crooked(&made.bytes), [""; 0], "{mark}");
    }
}

#[test]
fn text_that_cannot_stay_on_its_page_is_told() {
    // A layout that pushes its text off the paper: nothing is printed as if it were whole.
    let home = crate::homes::Spoilt::new();
    home.spoil(
        "templates/shanxi/commitment/document.typ",
        "  show: 正文\n",
        "  show: 正文\n  place(dx: 170mm, record.name)\n",
    );
    let app = crate::support::app_at(&home.path("")).unwrap_or_else(|faults| panic!("{faults}"));
    let sample = sample(&app, "shanxi-commitment");
    let refused =
        crate::support::try_render(&app, &sample.document, &sample.record(), Options::default());
    match refused.expect_err("text off the paper") {
        chengwen::app::Refusal::Usage(sentence) => {
            assert!(sentence.contains("第1页有文字超出纸面"), "{sentence}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_length_of_a_row_has_its_room() {
    let app = app();
    // Through the length at which a form no longer fits its page, in both kinds of script.
    for length in (10..420).step_by(41) {
        let mut record = sample(&app, "shanxi-application").record();
        let han: String = "经营范围".chars().cycle().take(length).collect();
        let latin: String =
            "Shanxi vinegar and noodles, 88 kinds; ".chars().cycle().take(length).collect();
        set(&mut record, "/main_services", json!(han));
        set(&mut record, "/honours", json!(latin.trim()));
        set(&mut record, "/address", json!(han.chars().take(200).collect::<String>()));
        assert_sound(&app, "shanxi/application", &record);
    }
}

#[test]
fn what_must_stay_whole_does() {
    let app = app();
    for lines in [1, 8, 14, 20, 26, 32, 38, 44, 50, 56] {
        let mut record = sample(&app, "shanxi-application").record();
        let honours = vec![
            "获得某项荣誉称号，由某机关授予，有效期三年，每年复核一次并公布结果。";
            lines
        ];
        set(&mut record, "/honours", json!(honours.join("\n")));
        let made = render(&app, "shanxi/application", &record, Options::default());
        let pages: Vec<String> = text_of(&made.bytes).iter().map(|page| squeezed(page)).collect();
        let page_of =
            |text: &str| pages.iter().position(|page| page.contains(text)).expect("printed");
        // The commitment block and each opinion stand on one page with their signatures.
        assert_eq!(page_of("郑重承诺"), page_of("申报主体（签章）"));
        let opinions =
            pages.iter().map(|page| page.matches("日（盖章）").count()).collect::<Vec<_>>();
        let labels = ["初审意见", "复审意见"].map(page_of);
        for label in labels {
            assert!(opinions[label] >= 1, "{opinions:?}");
        }
        assert_eq!(opinions.iter().sum::<usize>(), 3);
        // A row that runs on has its label on every page.
        let running: Vec<&String> =
            pages.iter().filter(|page| page.contains("每年复核一次")).collect();
        assert!(running.iter().all(|page| page.contains("获得相关资质")), "{lines} lines");
        assert!(lines < 20 || running.len() > 1);
    }
}

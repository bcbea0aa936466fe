//! Any list of attached files is packed, or its problems are told: nothing panics, nothing is our fault.

use chengwen::app::{App, Refusal, Sides};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::bound::Bound;
use super::made::{Corners, Paper, RED, filled, jpeg, png, tiff};
use super::{Given, ONE, PackOptions};
use crate::support::app;

/// Small files, good and bad, by their names.
fn pool() -> Vec<(&'static str, Vec<u8>)> {
    let mut paper = Paper::new();
    for (width, height, turned) in [(300.0, 400.0, 0), (400.0, 300.0, 90), (50.0, 900.0, 180)] {
        paper.page([0.0, 0.0, width, height], &filled([10.0, 10.0, 40.0, 40.0], RED));
        let page = paper.count() - 1;
        paper.set(page, "Rotate", turned);
    }
    let paper = paper.bytes();
    vec![
        ("截断.pdf", paper[..paper.len() * 2 / 3].to_vec()),
        ("三页.pdf", paper),
        ("照片.jpg", jpeg(&Corners::of(60, 40).stored(6))),
        ("扫描.png", png(&Corners::of(40, 60))),
        ("传真.tif", tiff(&[Corners::of(40, 60), Corners::of(60, 40).stored(3)])),
        ("说明.txt", "一、情况\n诚信经营。\n".into()),
        ("说明.md", "# 说明\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n".into()),
        ("空.png", Vec::new()),
        ("假.pdf", png(&Corners::of(4, 6))),
    ]
}

/// One line of the list: kind, file, pages, rotation, title.
fn item() -> impl Strategy<Value = (usize, Value)> {
    let pages = prop_oneof![
        4 => Just(None),
        1 => "[1-3](-[1-4])?(,[1-3])?".prop_map(Some),
        1 => "[0-9三,，-]{0,6}".prop_map(Some),
    ];
    let turned = prop_oneof![
        3 => Just(None),
        2 => prop_oneof![Just(0), Just(90), Just(180), Just(270)].prop_map(Some),
        1 => (-400..400).prop_map(Some),
    ];
    let title = prop_oneof![3 => Just(None), 1 => "\\PC{0,30}".prop_map(Some), 1 => "[一-龥]{1,20}".prop_map(Some)];
    (0..9_usize, 1..9_u8, pages, turned, title).prop_map(|(file, kind, pages, turned, title)| {
        let mut item = json!({ "kind": kind });
        if let Some(pages) = pages {
            item["pages"] = json!(pages);
        }
        if let Some(turned) = turned {
            item["rotation"] = json!(turned);
        }
        if let Some(title) = title {
            item["title"] = json!(title);
        }
        (file, item)
    })
}

fn packs(app: &App, pool: &[(&str, Vec<u8>)], items: Vec<(usize, Value)>, options: PackOptions) {
    let mut given = Given::sound();
    for (file, mut item) in items {
        let (name, bytes) = &pool[file];
        item["file"] = json!(name);
        given = given.listed(item);
        if !given.files.iter().any(|(own, _)| own == name) {
            given = given.received(name, bytes.clone());
        }
    }
    match given.pack(app, options) {
        Ok(packed) => {
            let bound = Bound::of(&packed.bytes);
            assert_eq!(bound.pages.len(), packed.pages * usize::from(packed.copies));
            assert!(options.draft || packed.problems.is_sound());
        }
        Err(Refusal::Problems(problems)) => {
            assert!(!problems.is_sound() && !options.draft, "{problems:#?}");
            assert!(problems.all().iter().all(|it| !it.sentence.is_empty() && !it.code.is_empty()));
        }
        Err(other) => panic!("{other:?} of {:#}", given.list),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_list_is_packed_or_told(
        lists in prop::collection::vec(
            (prop::collection::vec(item(), 0..7), any::<bool>(), any::<bool>()),
            2,
        ),
    ) {
        let (app, pool) = (app(), pool());
        for (items, draft, one) in lists {
            let sides = one.then_some(Sides::One);
            packs(&app, &pool, items, PackOptions { draft, sides, copies: Some(2), ..ONE });
        }
    }
}

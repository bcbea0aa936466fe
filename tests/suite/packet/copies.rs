//! Copies and sides: three in a file, or one that the viewer multiplies; turned by hand; on one side.

use chengwen::app::{CopiesAs, PackOptions, Refusal, Sides, Wrapping};
use chengwen::finish::read_back;
use chengwen::packet::unpack;

use super::bound::Bound;
use super::made::{Corners, jpeg};
use super::{Given, ONE};
use crate::support::app;

const NAMES: [&str; 3] = ["第一份", "第二份", "第三份"];

fn named(words: &str) -> Vec<&'static str> {
    NAMES.into_iter().filter(|name| words.contains(name)).collect()
}

#[test]
fn copies_share_what_they_show() {
    let app = app();
    // A photograph of some size, so that it would be seen if it were there three times.
    let pixels = image::RgbImage::from_fn(900, 1200, |x, y| {
        image::Rgb([((x * 7) ^ (y * 3)) as u8, (x * y) as u8, (x + y * 5) as u8])
    });
    let given = Given::sound().with(7, "照片.png", super::made::png_of(pixels));
    let one = given.packed(&app, ONE);
    let three = given.packed(&app, PackOptions { copies: Some(3), ..ONE });
    assert!(one.bytes.len() > 1_000_000, "{}", one.bytes.len());
    let times = three.bytes.len() as f64 / one.bytes.len() as f64;
    assert!(times <= 1.2, "three copies are {times} times as large as one");
    let small = Given::sound();
    let [one, three] = [1, 3].map(|copies| {
        small.packed(&app, PackOptions { copies: Some(copies), ..ONE }).bytes.len() as f64
    });
    assert!(three / one <= 1.2, "{three} / {one}");
}

#[test]
fn each_copy_begins_on_a_new_leaf_and_bears_its_name() {
    let app = app();
    let given = Given::sound().with(7, "照片.jpg", jpeg(&Corners::of(60, 40)));
    let packed = given.packed(&app, PackOptions { copies: Some(3), ..ONE });
    let bound = Bound::of(&packed.bytes);
    assert_eq!(bound.pages.len(), packed.pages * 3);
    assert_eq!(packed.pages % 2, 0);
    assert_eq!((packed.copies, packed.sheets), (3, packed.pages / 2 * 3));
    let form = bound.start("培育申请表");
    for (at, words) in bound.words.iter().enumerate() {
        let (copy, page) = (at / packed.pages, at % packed.pages);
        let official = (form..form + 4).contains(&page);
        let wanted: &[&str] = if official || words.is_empty() { &[] } else { &NAMES[copy..=copy] };
        assert_eq!(named(words), wanted, "page {at}: {words}");
    }
    assert_eq!(read_back(&packed.bytes).expect("a PDF").copies, None);
    // The same without names.
    let packed = given.packed(&app, PackOptions { copies: Some(3), named: false, ..ONE });
    let bound = Bound::of(&packed.bytes);
    assert_eq!(bound.pages.len(), packed.pages * 3);
    assert!(bound.words.iter().all(|words| named(words).is_empty()));
    // The bookmarks still tell the copies apart.
    assert_eq!(bound.bookmarks().iter().filter(|(level, ..)| *level == 0).count(), 3);
}

#[test]
fn a_viewer_is_asked_for_copies_only_when_the_file_holds_one() {
    let app = app();
    let given = Given::sound();
    let options = PackOptions { copies: Some(3), copies_as: CopiesAs::Viewer, ..ONE };
    let packed = given.packed(&app, options);
    let bound = Bound::of(&packed.bytes);
    assert_eq!(bound.pages.len(), packed.pages);
    assert_eq!((packed.copies, packed.sheets), (3, packed.pages / 2 * 3));
    assert!(bound.words.iter().all(|words| named(words).is_empty()));
    assert_eq!(read_back(&packed.bytes).expect("a PDF").copies, Some(3));
    assert!(bound.words[0].contains("一式三份"), "{}", bound.words[0]);
    let single = given.packed(&app, PackOptions { copies_as: CopiesAs::Viewer, ..ONE });
    assert_eq!(read_back(&single.bytes).expect("a PDF").copies, None);
    // What the programme says, if nobody says otherwise.
    let packed = given.packed(&app, PackOptions { copies: None, ..ONE });
    assert_eq!(packed.copies, 3);
}

#[test]
fn printed_on_one_side_no_page_is_empty() {
    let app = app();
    let given = Given::sound().with(7, "照片.jpg", jpeg(&Corners::of(60, 40)));
    let options = PackOptions { sides: Some(Sides::One), copies: Some(2), ..ONE };
    let packed = given.packed(&app, options);
    let bound = Bound::of(&packed.bytes);
    assert!(bound.words.iter().all(|words| !words.is_empty()), "{:?}", bound.words);
    assert_eq!(packed.sheets, packed.pages * 2);
    assert_eq!(bound.pages.len(), packed.pages * 2);
    let file = read_back(&packed.bytes).expect("a PDF");
    assert_eq!(file.duplex.as_deref(), Some("Simplex"));
    // Numbers run as on both sides; nothing is at the side of a back.
    let both = given.packed(&app, PackOptions { copies: Some(2), ..ONE });
    assert!(both.pages > packed.pages);
    let last = |words: &[String]| {
        let found = words.iter().rev().find(|words| words.contains('总')).expect("a number");
        let (_, after) = found.split_once('总').expect("a number");
        after.split('页').next().expect("a number").to_owned()
    };
    assert_eq!(last(&bound.words), last(&Bound::of(&both.bytes).words));
    let short = given.packed(&app, PackOptions { sides: Some(Sides::Short), ..ONE });
    assert_eq!(
        read_back(&short.bytes).expect("a PDF").duplex.as_deref(),
        Some("DuplexFlipShortEdge")
    );
}

#[test]
fn a_stack_turned_by_hand_comes_out_as_the_whole() {
    let app = app();
    let given = Given::sound();
    let usual = PackOptions { copies: Some(2), wrapping: Wrapping::Zip, ..ONE };
    let whole = given.packed(&app, usual);
    let whole = Bound::of(&unpack(&whole.bytes, "申报材料.pdf").expect("the print file"));
    let packed = given.packed(&app, PackOptions { sides: Some(Sides::Manual), ..usual });
    assert!(packed.by_hand);
    assert!(unpack(&packed.bytes, "申报材料.pdf").is_err());
    let [fronts, backs] = ["-正面.pdf", "-背面.pdf"].map(|ending| {
        let bytes = unpack(&packed.bytes, ending).expect("a half");
        assert_eq!(read_back(&bytes).expect("a PDF").duplex.as_deref(), Some("Simplex"));
        Bound::of(&bytes)
    });
    assert_eq!(fronts.words.len(), packed.sheets);
    let odd: Vec<&String> = whole.words.iter().step_by(2).collect();
    let mut even: Vec<&String> = whole.words.iter().skip(1).step_by(2).collect();
    even.reverse();
    assert_eq!(fronts.words.iter().collect::<Vec<_>>(), odd);
    assert_eq!(backs.words.iter().collect::<Vec<_>>(), even);
    let told = unpack(&packed.bytes, "打印说明.txt").expect("how to");
    let told = String::from_utf8(told).expect("UTF-8");
    assert!(told.contains("正面") && told.contains("背面"), "{told}");
}

#[test]
fn what_does_not_go_together_is_refused_at_once() {
    let app = app();
    let given = Given::sound();
    let viewer = PackOptions { copies_as: CopiesAs::Viewer, ..ONE };
    let manual = PackOptions { sides: Some(Sides::Manual), wrapping: Wrapping::Zip, ..ONE };
    for (options, part) in [
        (PackOptions { copies: Some(0), ..ONE }, "份数应为 1 至 9 的整数，现为 0"),
        (PackOptions { copies: Some(10), ..ONE }, "份数应为 1 至 9"),
        (PackOptions { copies: Some(6), ..viewer }, "份数应为 1 至 5"),
        (PackOptions { wrapping: Wrapping::Pdf, ..manual }, "应输出 zip"),
        (PackOptions { copies: Some(3), copies_as: CopiesAs::Viewer, ..manual }, "手动双面"),
        (PackOptions { archival: true, ..manual }, "PDF/A"),
    ] {
        match given.pack(&app, options) {
            Err(Refusal::Usage(sentence)) => assert!(sentence.contains(part), "{sentence}"),
            other => panic!("{options:?}: {other:?}"),
        }
    }
    // One copy by hand is one copy, whoever multiplies it.
    let single = PackOptions { copies: Some(1), copies_as: CopiesAs::Viewer, ..manual };
    match given.pack(&app, single) {
        Ok(packed) => assert!(packed.by_hand),
        Err(refusal) => panic!("the remedy that is told does not help: {refusal:?}"),
    }
}

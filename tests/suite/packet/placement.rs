//! Where attached pages stand: upright, whole, inside the margins; turned as the file, the list or the
//! telephone says.

use lopdf::{Object, dictionary};
use serde_json::json;

use super::bound::{Bound, Drawn, is, near};
use super::made::{
    BLUE, Corners, GREEN, MM, Paper, RED, YELLOW, cornered, filled, jpeg, numbers, png, tiff,
};
use super::{Given, ONE};
use crate::support::app;

/// Margins of attached pages in millimetres: above and below, at the binding, at the outer side.
const ENDS: f64 = 16.0;
const BINDING: f64 = 20.0;
const OUTER: f64 = 12.0;

/// What stands between the margins of a front: left, top, right, bottom.
const FRONT: [f64; 4] = [BINDING, ENDS, 210.0 - OUTER, 297.0 - ENDS];

/// The colours of the corners as they are seen: upper left, upper right, lower left, lower right.
fn corners(drawn: &Drawn) -> [&'static str; 4] {
    let [left, top, right, bottom] = drawn.coloured().expect("something is there");
    [(left, top), (right, top), (left, bottom), (right, bottom)].map(|(across, down)| {
        let inwards = |at: f64, low: f64, high: f64| if at == low { at + 3.0 } else { high - 3.0 };
        let pixel = drawn.at(inwards(across, left, right), inwards(down, top, bottom));
        let known = [("red", RED), ("green", GREEN), ("blue", BLUE), ("yellow", YELLOW)];
        known.into_iter().find(|(_, colour)| is(pixel, *colour)).map_or("none", |(name, _)| name)
    })
}

const UPRIGHT: [&str; 4] = ["red", "green", "blue", "yellow"];

/// The corners after so many quarters clockwise.
fn turned(quarters: usize) -> [&'static str; 4] {
    (0..quarters % 4).fold(UPRIGHT, |[ul, ur, ll, lr], _| [ll, ul, lr, ur])
}

/// Each of these files as (7), each a part; all in one packet.
fn packed(files: Vec<(&str, Vec<u8>, serde_json::Value)>) -> (Bound, Vec<usize>) {
    let mut given = Given::sound();
    let mut titles = Vec::new();
    for (at, (ending, bytes, more)) in files.into_iter().enumerate() {
        let mut item =
            json!({ "kind": 7, "title": format!("甲{at}"), "file": format!("{at}.{ending}") });
        for (key, value) in more.as_object().expect("entries") {
            item[key] = value.clone();
        }
        titles.push(format!("附件（7）甲{at}"));
        given = given.with_item(item, bytes);
    }
    let bound = Bound::of(&given.packed(&app(), ONE).bytes);
    let starts = titles.iter().map(|title| bound.start(title)).collect();
    (bound, starts)
}

#[test]
fn a_page_is_turned_as_its_file_and_the_list_say() {
    let bounds = [0.0, 0.0, 210.0 * MM, 297.0 * MM];
    let mut files = Vec::new();
    let mut wanted = Vec::new();
    for (own, listed) in
        [(0, 0), (90, 0), (180, 0), (270, 0), (-90, 0), (0, 90), (0, 270), (270, 90), (180, 270)]
    {
        let mut paper = Paper::of(&cornered(bounds));
        paper.set(0, "Rotate", own);
        files.push(("pdf", paper.bytes(), json!({ "rotation": listed })));
        let quarters = (own + listed + 360) / 90;
        wanted.push(((own, listed), usize::try_from(quarters).expect("not below zero")));
    }
    let (bound, starts) = packed(files);
    for (start, (what, quarters)) in starts.into_iter().zip(wanted) {
        let drawn = bound.drawn(start);
        assert_eq!(corners(&drawn), turned(quarters), "{what:?}");
        let (wide, high) = drawn.size();
        assert_eq!(wide > high, quarters % 2 == 1, "{what:?}");
    }
}

#[test]
fn a_photograph_stands_as_the_telephone_was_held() {
    let mut files = Vec::new();
    for stored in 1..=8 {
        files.push(("jpg", jpeg(&Corners::of(64, 96).stored(stored)), json!({})));
    }
    files.push(("png", png(&Corners::of(64, 96).stored(6)), json!({})));
    files.push(("png", png(&Corners::of(96, 64).stored(8)), json!({})));
    files.push(("tif", tiff(&[Corners::of(64, 96).stored(6)]), json!({})));
    files.push(("jpg", jpeg(&Corners::of(96, 64).stored(5)), json!({})));
    let (bound, starts) = packed(files);
    for (at, start) in starts.into_iter().enumerate() {
        let drawn = bound.drawn(start);
        assert_eq!(corners(&drawn), UPRIGHT, "picture {at}");
        let (wide, high) = drawn.size();
        assert_eq!(wide > high, at == 9 || at == 11, "picture {at}");
    }
    // What the list says comes on top of it.
    let turn = json!({ "rotation": 90 });
    let (bound, starts) = packed(vec![("jpg", jpeg(&Corners::of(64, 96).stored(6)), turn)]);
    assert_eq!(corners(&bound.drawn(starts[0])), turned(1));
}

/// A page of so many millimetres, wholly green.
fn green(width: f64, height: f64) -> Paper {
    let bounds = [0.0, 0.0, width * MM, height * MM];
    let mut paper = Paper::new();
    paper.page(bounds, &filled(bounds, GREEN));
    paper
}

/// Where something of this size stands in a room: made smaller if need be, in the middle.
fn fitted(room: [f64; 4], width: f64, height: f64) -> [f64; 4] {
    let (wide, high) = (room[2] - room[0], room[3] - room[1]);
    let scale = 1.0_f64.min(wide / width).min(high / height);
    let (x, y) = ((room[0] + room[2]) / 2.0, (room[1] + room[3]) / 2.0);
    let (wide, high) = (width * scale / 2.0, height * scale / 2.0);
    [x - wide, y - high, x + wide, y + high]
}

#[test]
fn a_page_of_any_size_is_whole_inside_the_margins() {
    let across = [ENDS, BINDING, 297.0 - ENDS, 210.0 - OUTER];
    let mut files = Vec::new();
    let mut wanted = Vec::new();
    for (width, height) in [
        (210.0, 297.0),
        (297.0, 420.0),
        (215.9, 279.4),
        (80.0, 600.0),
        (105.0, 148.5),
        (5.0, 5.0),
        (297.0, 210.0),
        (2000.0, 1000.0),
    ] {
        files.push(("pdf", green(width, height).bytes(), json!({})));
        let room = if width > height { across } else { FRONT };
        wanted.push((format!("{width}×{height}"), fitted(room, width, height)));
    }
    // A unit of two points.
    let mut paper = green(105.0, 148.5);
    paper.set(0, "UserUnit", 2);
    files.push(("pdf", paper.bytes(), json!({})));
    wanted.push(("UserUnit".to_owned(), fitted(FRONT, 210.0, 297.0)));
    // Bounds that begin elsewhere.
    let bounds = [-200.0, 300.0, -200.0 + 210.0 * MM, 300.0 + 297.0 * MM];
    let mut paper = Paper::new();
    paper.page(bounds, &filled(bounds, GREEN));
    files.push(("pdf", paper.bytes(), json!({})));
    wanted.push(("bounds".to_owned(), fitted(FRONT, 210.0, 297.0)));
    // Bounds from the tree, corners the wrong way round.
    let mut paper = green(148.0, 210.0);
    let tree = paper.tree();
    paper.document.objects.insert(tree, dictionary! {}.into());
    paper.set_in(tree, "MediaBox", numbers(&[148.0 * MM, 210.0 * MM, 0.0, 0.0]));
    let page = paper
        .document
        .objects
        .values_mut()
        .find(|it| it.as_dict().is_ok_and(|it| it.has(b"Contents")));
    page.and_then(|page| page.as_dict_mut().ok()).expect("a page").remove(b"MediaBox");
    files.push(("pdf", paper.bytes(), json!({})));
    wanted.push(("inherited".to_owned(), fitted(FRONT, 148.0, 210.0)));

    let (bound, starts) = packed(files);
    for (start, (what, wanted)) in starts.into_iter().zip(wanted) {
        let found = bound.drawn(start).coloured().unwrap_or_else(|| panic!("{what} is not there"));
        assert!(near(found, wanted, 0.6), "{what}: {found:?}, not {wanted:?}");
    }
}

#[test]
fn what_is_cut_away_stays_away() {
    let whole = [0.0, 0.0, 600.0, 800.0];
    let kept = [100.0, 250.0, 400.0, 650.0];
    // A little more is green than is kept, so that no pixel of the edge is red.
    let content = filled(whole, RED) + &filled([90.0, 240.0, 410.0, 660.0], GREEN);
    let mut paper = Paper::new();
    paper.page(whole, &content);
    paper.set(0, "CropBox", numbers(&kept));
    // One that reaches beyond the paper, and one turned.
    paper.page(whole, &filled(whole, GREEN));
    paper.set(1, "CropBox", numbers(&[-50.0, 400.0, 700.0, 900.0]));
    paper.page(whole, &content);
    paper.set(2, "CropBox", numbers(&kept));
    paper.set(2, "Rotate", 90);
    // A cut that leaves nothing is none.
    for (page, cut) in [(3, [0.0; 4]), (4, [1000.0, 1000.0, 2000.0, 2000.0])] {
        paper.page(whole, &filled(whole, GREEN));
        paper.set(page, "CropBox", numbers(&cut));
    }
    let (bound, starts) = packed(vec![("pdf", paper.bytes(), json!({}))]);
    for page in [3, 4] {
        let found = bound.drawn(starts[0] + page).coloured().expect("green");
        assert!(((found[2] - found[0]) / (found[3] - found[1]) - 0.75).abs() < 0.02, "{found:?}");
    }
    let first = bound.drawn(starts[0]);
    assert_eq!(first.place_of(RED), None);
    let wanted = fitted(FRONT, 300.0 / MM, 400.0 / MM);
    assert!(near(first.coloured().expect("green"), wanted, 0.6));
    let second = bound.drawn(starts[0] + 1).coloured().expect("green");
    assert!(((second[2] - second[0]) / (second[3] - second[1]) - 1.5).abs() < 0.02, "{second:?}");
    let third = bound.drawn(starts[0] + 2);
    assert_eq!(third.place_of(RED), None);
    assert!(third.size().0 > third.size().1);
}

#[test]
fn the_binding_is_at_the_left_of_fronts_and_at_the_right_of_backs() {
    let mut paper = Paper::new();
    for (width, height) in [(210.0, 297.0), (210.0, 297.0), (297.0, 210.0), (297.0, 210.0)] {
        let bounds = [0.0, 0.0, width * MM, height * MM];
        paper.page(bounds, &filled(bounds, GREEN));
    }
    let given = Given::sound().with(7, "甲.pdf", paper.bytes());
    for one_sided in [false, true] {
        let sides = one_sided.then_some(chengwen::app::Sides::One);
        let bound = Bound::of(&given.packed(&app(), super::PackOptions { sides, ..ONE }).bytes);
        let start = bound.start("附件（7）其他证明材料");
        for at in 0..4 {
            let back = at % 2 == 1 && !one_sided;
            let (near_spine, far) = if back { (OUTER, BINDING) } else { (BINDING, OUTER) };
            let wanted = if at < 2 {
                fitted([near_spine, ENDS, 210.0 - far, 297.0 - ENDS], 210.0, 297.0)
            } else {
                // Bound at its head on fronts, at its foot on backs.
                fitted([ENDS, near_spine, 297.0 - ENDS, 210.0 - far], 297.0, 210.0)
            };
            let found = bound.drawn(start + at).coloured().expect("green");
            assert!(near(found, wanted, 0.6), "{at} {one_sided}: {found:?}, not {wanted:?}");
        }
    }
}

#[test]
fn content_may_come_in_pieces_or_not_at_all() {
    let mut paper = Paper::new();
    let whole = [0.0, 0.0, 400.0, 600.0];
    paper.page(whole, "");
    let pieces: Vec<Object> = ["q 1 0 0 rg", "0 0 400 600", "re f", "Q"]
        .into_iter()
        .map(|piece| paper.stream(dictionary! {}, piece).into())
        .collect();
    paper.set(0, "Contents", pieces);
    let blank = paper.page(whole, "");
    paper.document.get_dictionary_mut(blank).expect("a page").remove(b"Contents");
    // A matrix and colours left behind, and states that are never put back.
    paper.page(whole, "q q 0.1 0 0 0.1 7 7 cm 1 1 1 rg 1 1 1 RG 0 0 1 1 re W n");
    // Packed, and how is said elsewhere.
    for (page, pieces) in [(3, 1), (4, 2)] {
        paper.page(whole, "");
        let content = filled(whole, GREEN).repeat(9);
        let method = paper.document.add_object(Object::Name(b"FlateDecode".to_vec()));
        let mut stream = lopdf::Stream::new(dictionary! {}, content.into_bytes());
        stream.compress().expect("packed");
        assert!(stream.dict.has(b"Filter"), "what is short is not packed");
        stream.dict.set("Filter", method);
        let stream: Object = paper.document.add_object(stream).into();
        if pieces == 1 {
            paper.set(page, "Contents", stream);
        } else {
            paper.set(page, "Contents", vec![stream.clone(), stream]);
        }
    }
    let (bound, starts) = packed(vec![("pdf", paper.bytes(), json!({}))]);
    assert!(bound.drawn(starts[0]).place_of(RED).is_some());
    assert_eq!(bound.drawn(starts[0] + 1).coloured(), None);
    for page in [3, 4] {
        assert!(bound.drawn(starts[0] + page).place_of(GREEN).is_some(), "page {page}");
    }
    for page in 0..3 {
        let words = &bound.words[starts[0] + page];
        let label = format!("附件（7）甲0第{}页", page + 1);
        assert!(words.contains(&label) && words.contains("总第"), "{words}");
        assert!(words.chars().count() < 40, "{words}");
        // The marks are where they always are, whatever the page leaves behind.
        let drawn = bound.drawn(starts[0] + page);
        let ink = (120..210).any(|across| drawn.at(f64::from(across), 10.0)[0] < 128);
        assert!(ink || page == 1, "page {page}");
    }
}

#[test]
fn a_page_that_stands_twice_is_printed_twice() {
    let mut paper = Paper::new();
    let whole = [0.0, 0.0, 400.0, 600.0];
    paper.page(whole, &filled(whole, RED));
    paper.page(whole, &filled(whole, GREEN));
    paper.again(0);
    let (bound, starts) = packed(vec![("pdf", paper.bytes(), json!({}))]);
    for (page, colour) in [RED, GREEN, RED].into_iter().enumerate() {
        assert!(bound.drawn(starts[0] + page).place_of(colour).is_some(), "page {page}");
    }
}

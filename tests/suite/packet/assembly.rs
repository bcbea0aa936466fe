//! How a packet is put together: the order of parts, the pages that are wanted, marks that cover nothing,
//! and pictures no finer than print.

use lopdf::{Object, Stream};
use serde_json::json;

use super::bound::Bound;
use super::made::{Corners, GREEN, MM, Paper, filled, grey, jpeg, png, png_of, tiff};
use super::{Given, ONE, PackOptions, coarse};
use crate::support::{app, run};

/// A PDF of so many pages, each as wide in millimetres as its number and a hundred.
fn counted(pages: usize) -> Vec<u8> {
    let mut paper = Paper::new();
    for page in 1..=pages {
        let bounds = [0.0, 0.0, (100.0 + page as f64) * MM, 200.0 * MM];
        paper.page(bounds, &filled(bounds, GREEN));
    }
    paper.bytes()
}

/// Which page of a counted file stands on a page.
fn counted_on(bound: &Bound, page: usize) -> usize {
    let [left, _, right, _] = bound.drawn(page).coloured().expect("a page of it");
    (right - left).round() as usize - 100
}

#[test]
fn the_pages_that_are_wanted_come_in_the_order_wanted() {
    let file = counted(5);
    let given = Given::sound()
        .with_item(json!({ "kind": 7, "title": "甲", "file": "甲.pdf", "pages": "2-3,1" }), file)
        .listed(json!({ "kind": 7, "title": "乙", "file": "甲.pdf", "pages": "５" }))
        .with_item(
            json!({ "kind": 7, "title": "丙", "file": "丙.tif", "pages": "2" }),
            tiff(&[Corners::of(20, 30), Corners::of(40, 30), Corners::of(20, 30)]),
        );
    let bound = Bound::of(&given.packed(&app(), ONE).bytes);
    let start = bound.start("附件（7）甲");
    let found: Vec<usize> = (start..start + 3).map(|page| counted_on(&bound, page)).collect();
    assert_eq!(found, [2, 3, 1]);
    assert_eq!(bound.words[start + 3], "");
    assert_eq!(counted_on(&bound, bound.start("附件（7）乙")), 5);
    let third = bound.start("附件（7）丙");
    assert!(bound.drawn(third).size().0 > 250.0, "the page that lies");
    assert_eq!(third + 2, bound.pages.len());
}

#[test]
fn parts_stand_in_the_order_of_the_list_of_materials() {
    let small = || png(&Corners::of(40, 60));
    let item = |kind: u8, title: &str| json!({ "kind": kind, "title": title, "file": format!("{title}.png") });
    let mut given = Given::sound().without(1);
    for (kind, title) in [(7, "末一"), (1, "首二"), (7, "末二"), (1, "首三")] {
        given = given.with_item(item(kind, title), small());
    }
    let packed = given.packed(&app(), ONE);
    let bound = Bound::of(&packed.bytes);
    let marks = bound.bookmarks();
    let titles: Vec<&str> = marks.iter().map(|(_, title, _)| title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "目录",
            "培育申请表",
            "附件（1）首二",
            "附件（1）首三",
            "附件（2）创建承诺书",
            "附件（3）创建方案",
            "附件（4）创建情况报告",
            "附件（7）末一",
            "附件（7）末二",
        ]
    );
    assert!(marks.iter().all(|(_, _, page)| page % 2 == 0));
}

#[test]
fn a_long_contents_page_counts_itself() {
    let mut given = Given::sound();
    let small = png(&Corners::of(20, 30));
    for at in 0..60 {
        let item =
            json!({ "kind": 7, "title": format!("第{at}种证明材料的复印件"), "file": "甲.png" });
        given = given.listed(item);
    }
    let given = given.received("甲.png", small);
    let bound = Bound::of(&given.packed(&app(), ONE).bytes);
    let form = bound.start("培育申请表");
    assert!(form >= 2, "{form}");
    let contents = bound.words[..form].concat();
    let number = |page: usize| bound.words[page].split_once("总第").expect("a number").1;
    for at in [0, 30, 59] {
        let title = format!("第{at}种证明材料的复印件");
        let page = bound.start(&format!("附件（7）{title}"));
        let number = number(page).split_once('页').expect("a number").0;
        assert!(contents.contains(&format!("{title}{number}1")), "{title} {number}: {contents}");
    }
}

#[test]
fn marks_cover_nothing() {
    // Pages full to their edges, upright and across, fronts and backs.
    let mut paper = Paper::new();
    for (width, height) in [(210.0, 297.0), (210.0, 297.0), (297.0, 210.0), (297.0, 210.0)] {
        let bounds = [0.0, 0.0, width * MM, height * MM];
        paper.page(bounds, &filled(bounds, GREEN));
    }
    let title = "一份名字很长的证明材料，长得要占去半行以上还要多一些";
    let given = Given::sound()
        .with_item(json!({ "kind": 7, "title": title, "file": "甲.pdf" }), paper.bytes());
    let packed = given.packed(&app(), PackOptions { copies: Some(2), ..ONE });
    let bound = Bound::of(&packed.bytes);
    let start = bound.start(&format!("附件（7）{title}"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bound.pdf");
    std::fs::write(&path, &packed.bytes).expect("written");
    for page in start..start + 4 {
        let [left, top, right, bottom] = bound.drawn(page).coloured().expect("green");
        let number = (page + 1).to_string();
        let path = path.to_string_lossy();
        let ran = run("pdftotext", &["-bbox", "-f", &number, "-l", &number, &path, "-"]);
        let text = String::from_utf8(ran.stdout).expect("UTF-8");
        let words: Vec<&str> = text.lines().filter(|line| line.contains("<word")).collect();
        assert!(words.len() >= 3, "{text}");
        for word in words {
            let side = |key: &str| -> f64 {
                let after = word.split(&format!("{key}=\"")).nth(1).expect("a side");
                after.split('"').next().expect("a side").parse::<f64>().expect("a number") / MM
            };
            let (x, y) = ((side("xMin"), side("xMax")), (side("yMin"), side("yMax")));
            let beside = x.1 <= left || x.0 >= right || y.1 <= top || y.0 >= bottom;
            assert!(beside, "page {page}: {word} on {:?}", [left, top, right, bottom]);
            // And away from the edge, which printers leave white.
            let (wide, high) = bound.drawn(page).size();
            assert!(x.0 > 5.0 && y.0 > 5.0 && x.1 < wide - 5.0 && y.1 < high - 5.0, "{word}");
        }
    }
}

/// The pictures of a file: pixels across and down.
fn pictures(bound: &Bound) -> Vec<(i64, i64)> {
    let streams = bound.document.objects.values().filter_map(|it| it.as_stream().ok());
    let is = |it: &&Stream| {
        it.dict.get(b"Subtype").and_then(Object::as_name).is_ok_and(|it| it == b"Image")
    };
    let side = |it: &Stream, key: &[u8]| it.dict.get(key).and_then(Object::as_i64).expect("a side");
    let mut found: Vec<(i64, i64)> =
        streams.filter(is).map(|it| (side(it, b"Width"), side(it, b"Height"))).collect();
    found.sort_unstable();
    found
}

#[test]
fn pictures_are_no_finer_than_print() {
    // A scan at the resolution of print goes in byte for byte; finer ones are brought down.
    let scan = jpeg(&Corners::of(595, 842));
    let given = Given::sound()
        .without(1)
        .with(1, "甲.jpg", scan.clone())
        .with(7, "乙.jpg", jpeg(&Corners::of(1400, 1000)))
        .with(7, "丙.png", png(&Corners::of(1654, 2339)))
        .with(7, "丁.png", grey(200, 100));
    let packed = given.packed(&coarse(72.0), ONE);
    assert!(packed.bytes.windows(scan.len()).any(|part| part == scan), "as it was received");
    let bound = Bound::of(&packed.bytes);
    assert_eq!(pictures(&bound), [(200, 100), (595, 842), (596, 842), (834, 596)]);
    // 300 dots an inch, if nobody says otherwise.
    let given = Given::sound().without(1).with(1, "甲.png", grey(2604, 3683));
    assert_eq!(pictures(&Bound::of(&given.packed(&app(), ONE).bytes)), [(2481, 3508)]);
}

#[test]
fn what_shows_through_is_white_as_paper_is() {
    let clear = image::RgbaImage::from_fn(60, 90, |x, _| {
        image::Rgba(if x < 30 { [0, 0, 0, 0] } else { [255, 0, 0, 255] })
    });
    let given = Given::sound().with(7, "章.png", png_of(clear));
    let bound = Bound::of(&given.packed(&app(), ONE).bytes);
    let drawn = bound.drawn(bound.start("附件（7）其他证明材料"));
    let [left, top, right, bottom] = drawn.place_of(super::made::RED).expect("its half");
    assert!(((right - left) * 3.0 - (bottom - top)).abs() < 1.0);
    assert_eq!(drawn.at(left - 2.0, (top + bottom) / 2.0), [255; 3]);
}

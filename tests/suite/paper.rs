//! What lies on the paper, by other programs' eyes: both sides of a sheet, rare characters among usual ones.

use std::collections::BTreeMap;

use chengwen::app::{App, Options};
use serde_json::json;

use crate::support::{app, render, run, sample, set, text_of};

/// Where ink begins and ends between these heights of a page, in pixels of a tenth of a millimetre, seen
/// from the left edge of the sheet.
fn extent(pdf: &std::path::Path, page: usize, heights: std::ops::Range<usize>) -> (usize, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let picture = folder.path().join("page");
    let number = page.to_string();
    let arguments = ["-r", "254", "-gray", "-f", &number, "-l", &number, "-singlefile"];
    let mut arguments = arguments.map(str::to_owned).to_vec();
    arguments.extend([pdf.display().to_string(), picture.display().to_string()]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    assert!(run("pdftoppm", &arguments).status.success());
    let bytes = std::fs::read(picture.with_extension("pgm")).expect("a picture");
    // P5, width and height, depth: three lines, then a byte for each pixel.
    let mut lines = bytes.splitn(4, |byte| *byte == b'\n');
    assert_eq!(lines.next(), Some(&b"P5"[..]));
    let size = String::from_utf8_lossy(lines.next().expect("a size")).into_owned();
    let width: usize = size.split(' ').next().expect("a width").parse().expect("a number");
    assert_eq!(lines.next(), Some(&b"255"[..]));
    let rows = lines.next().expect("pixels").chunks(width);
    let inked = rows
        .skip(heights.start)
        .take(heights.len())
        .flat_map(|row| row.iter().enumerate().filter(|(_, grey)| **grey < 128).map(|(at, _)| at));
    let (left, right) =
        inked.fold((usize::MAX, 0), |(left, right), at| (left.min(at), right.max(at)));
    assert!(left < right, "page {page} bears nothing there");
    (left, right)
}

#[test]
fn the_blocks_of_both_sides_lie_over_each_other() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    let print = |name: &str| {
        let sample = sample(&app, name);
        let made = render(&app, &sample.document, &sample.record(), Options::default());
        std::fs::write(&path, made.bytes).expect("written");
    };
    // Upright: the frame of a list that goes on over the leaf; through the paper left is right.
    print("shanxi-notice.longest");
    let table = 600..2000;
    let (front, back) = (extent(&path, 5, table.clone()), extent(&path, 6, table));
    let through = (2100 - 1 - back.1, 2100 - 1 - back.0);
    for (front, back) in [(front.0, through.0), (front.1, through.1)] {
        assert!(front.abs_diff(back) <= 5, "{front} and {back} tenths of a millimetre");
    }
    // The block is 156 mm wide and begins 28 mm from the binding.
    assert!(front.0.abs_diff(280) <= 3 && front.1.abs_diff(1840) <= 3, "{front:?}");
    // Across: the leaf is turned over its head, and left stays left.
    print("shanxi-summary.several-pages");
    let table = 1000..1200;
    let (front, back) = (extent(&path, 1, table.clone()), extent(&path, 2, table));
    assert!(front.0.abs_diff(back.0) <= 5 && front.1.abs_diff(back.1) <= 5, "{front:?}, {back:?}");
}

/// A character as mutool tells it.
#[derive(Debug, Clone, PartialEq)]
struct Seen {
    mark: char,
    font: String,
    x: f64,
    y: f64,
}

/// Every character of a page in the order of its content, with its origin.
fn seen(app: &App, document: &str, record: &serde_json::Value) -> Vec<Seen> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    let made = render(app, document, record, Options::default());
    std::fs::write(&path, made.bytes).expect("written");
    let told = run("mutool", &["draw", "-F", "stext", &path.display().to_string(), "1"]);
    assert!(told.status.success(), "{}", String::from_utf8_lossy(&told.stderr));
    let told = String::from_utf8(told.stdout).expect("UTF-8");
    let attribute = |line: &str, name: &str| {
        let rest = &line[line.find(&format!(" {name}=\""))? + name.len() + 3..];
        Some(rest[..rest.find('"')?].to_owned())
    };
    let (mut font, mut all) = (String::new(), Vec::new());
    for line in told.lines().map(str::trim) {
        if line.starts_with("<font ") {
            font = attribute(line, "name").expect("a name");
        } else if line.starts_with("<char ") {
            let mark = attribute(line, "c").expect("a character");
            let mark = match mark.strip_prefix("&#x").and_then(|rest| rest.strip_suffix(';')) {
                Some(code) => u32::from_str_radix(code, 16).ok().and_then(char::from_u32),
                None => mark.chars().next(),
            };
            let number = |name| attribute(line, name).expect("a place").parse().expect("a number");
            let (x, y) = (number("x"), number("y"));
            all.push(Seen { mark: mark.expect("a character"), font: font.clone(), x, y });
        }
    }
    // The line of the digest is another for another record.
    all.retain(|it| it.y < 790.0);
    assert!(all.len() > 100, "{told}");
    all
}

/// Characters that the usual faces do not have: of planes 2 and 3, of Extension A, and one of the
/// characters of level 3 of GB 18030-2022 that people bear as names.
const RARE: [char; 4] = ['\u{20BB7}', '\u{30EDE}', '䶮', '\u{2A7DD}'];

#[test]
fn rare_characters_keep_the_grid() {
    let app = app();
    let sample = sample(&app, "shanxi-commitment");
    let named = |name: &str| {
        let mut record = sample.record();
        set(&mut record, "/name", json!(name));
        seen(&app, &sample.document, &record)
    };
    let usual = named("太原市迎泽区晋味源食品商行有限公司");
    let rare: String = RARE.iter().collect();
    let found = named(&format!("太原市迎泽区{rare}食品商行总公司"));
    // Names of one length, so that every line is the same but for these characters.
    assert_eq!(usual.len(), found.len());
    let mut faces: BTreeMap<char, String> = BTreeMap::new();
    for (a, b) in usual.iter().zip(&found) {
        assert!((a.y - b.y).abs() < 0.01, "{a:?} and {b:?} stand at different heights");
        assert!((a.x - b.x).abs() < 0.05, "{a:?} and {b:?} stand at different places");
        if a.mark != b.mark && RARE.contains(&b.mark) {
            faces.insert(b.mark, b.font.clone());
        }
    }
    // Each was read back as itself, and came from another face.
    let read: Vec<char> = faces.keys().copied().collect();
    let mut wanted = RARE.to_vec();
    wanted.sort_unstable();
    assert_eq!(read, wanted);
    assert!(faces.values().all(|font| !font.contains("FangSong")), "{faces:?}");
}

#[test]
fn an_apostrophe_is_narrow_among_letters_and_a_quotation_mark_is_not() {
    let app = app();
    let sample = sample(&app, "shanxi-commitment");
    let mut record = sample.record();
    set(&mut record, "/name", json!("太原McDonald’s餐厅‘金拱’店"));
    let seen = seen(&app, &sample.document, &record);
    let narrow: Vec<bool> = seen
        .windows(2)
        .filter(|pair| pair[0].mark == '’' && pair[1].y == pair[0].y)
        .map(|pair| pair[1].x - pair[0].x < 8.0)
        .collect();
    assert!(narrow.chunks(2).all(|both| both == [true, false]) && narrow.len() > 1, "{narrow:?}");
}

#[test]
fn rare_characters_are_read_back_from_every_document() {
    let app = app();
    let rare: String = RARE.iter().collect();
    for (name, pointer) in [
        ("shanxi-application", "/name"),
        ("shanxi-commitment", "/name"),
        ("shanxi-summary", "/rows/0/name"),
        ("shanxi-notice", "/entries/0/name"),
        ("shanxi-certificate", "/holder"),
        ("shanxi-revocation", "/entries/0/name"),
    ] {
        let sample = sample(&app, name);
        let mut record = sample.record();
        set(&mut record, pointer, json!(format!("太原市{rare}食品商行")));
        let made = render(&app, &sample.document, &record, Options::default());
        let text = crate::support::squeezed(&text_of(&made.bytes).join("\n"));
        assert!(RARE.iter().all(|mark| text.contains(*mark)), "{name}: {text}");
    }
}

//! The paper itself: the text of every sample, and a small picture of every document.

use chengwen::app::{Input, Options, Output};

use crate::support::{app, assert_golden, render, root, sample, samples, text_of, updating};

#[test]
fn the_text_of_every_sample() {
    let app = app();
    for sample in samples(&app) {
        let made = render(&app, &sample.document, &sample.record(), Options::default());
        let mut text = String::new();
        for (at, page) in text_of(&made.bytes).iter().enumerate() {
            text.push_str(&format!("──── 第{}页 ────\n{page}\n", at + 1));
        }
        assert_golden(&root().join(format!("tests/golden/{}.txt", sample.name)), &text);
    }
}

#[test]
fn the_text_of_every_blank_form() {
    let app = app();
    for document in app.catalog().documents() {
        for blank in chengwen::app::blanks(document) {
            let input = Input::Blank(blank);
            let made = app.render(&document.id.to_string(), input, Options::default());
            let text = text_of(&made.expect("blank").bytes).join("\n────\n");
            assert!(!text.contains('☑'), "nothing is ticked");
            let name = blank.map(|name| format!("-{name}")).unwrap_or_default();
            let path =
                root().join(format!("tests/golden/{}.blank{name}.txt", document.id.dashed()));
            assert_golden(&path, &format!("{text}\n"));
        }
    }
}

/// The page with most on it, small; a pixel may be off by this much in a channel.
const TOLERANCE: u8 = 24;
/// So many pixels in a thousand may be off by more.
const STRAY: usize = 2;

#[test]
fn the_picture_of_every_document() {
    let app = app();
    for document in app.catalog().documents() {
        let plain = sample(&app, &document.id.dashed());
        // The last page of a form bears its table or its signature.
        let pages = render(&app, &plain.document, &plain.record(), Options::default()).pages;
        let page = if pages > 2 { pages - 1 } else { pages };
        let options =
            Options { output: Output::Png { page, pixels_per_point: 0.6 }, ..Options::default() };
        let made = render(&app, &plain.document, &plain.record(), options);
        let path = root().join(format!("tests/golden/{}.png", document.id.dashed()));
        if updating() {
            std::fs::write(&path, &made.bytes).expect("written");
            continue;
        }
        let wanted = std::fs::read(&path).expect("the golden picture; UPDATE_GOLDEN=1 writes it");
        let (wanted, found) = (pixels(&wanted), pixels(&made.bytes));
        assert_eq!(wanted.len(), found.len(), "{}: another size", document.id);
        let off = wanted.iter().zip(&found).filter(|(a, b)| a.abs_diff(**b) > TOLERANCE).count();
        assert!(
            off * 1000 <= wanted.len() * STRAY,
            "{}: {off} of {} differ",
            document.id,
            wanted.len()
        );
    }
}

fn pixels(png: &[u8]) -> Vec<u8> {
    let mut reader = png::Decoder::new(std::io::Cursor::new(png)).read_info().expect("a picture");
    let mut bytes = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut bytes).expect("a frame");
    bytes.truncate(info.buffer_size());
    bytes
}

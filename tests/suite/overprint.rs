//! Printing on stock: only what the stock does not bear, moved by just so much; and the sheet that tells
//! by how much.

use std::fs;

use chengwen::app::{App, Options, Output, Refusal, Rendered};
use chengwen::finish::read_back;
use chengwen::typeset::Offset;

use crate::support::{app, render, run, sample, squeezed, text_of, try_render};

const MM: f64 = 72.0 / 25.4;

fn offset(text: &str) -> Offset {
    Offset::parse(text).expect("an offset")
}

fn certificate(app: &App, overprint: Option<&str>, output: Output) -> Rendered {
    let sample = sample(app, "shanxi-certificate");
    let overprint = overprint.map(offset);
    let options = Options { overprint, output, ..Options::default() };
    render(app, &sample.document, &sample.record(), options)
}

/// Every word with its left and upper edge.
fn words(pdf: &[u8]) -> Vec<(String, f64, f64)> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    fs::write(&path, pdf).expect("written");
    let output = run("pdftotext", &["-bbox", &path.to_string_lossy(), "-"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let value = |line: &str, key: &str| -> f64 {
        let after = line.split(&format!("{key}=\"")).nth(1).expect("the key");
        after.split('"').next().expect("its value").parse().expect("a number")
    };
    let lines = text.lines().filter(|line| line.contains("<word"));
    let word = |line: &str| line.split(['>', '<']).nth(2).expect("a word").to_owned();
    lines.map(|line| (word(line), value(line, "xMin"), value(line, "yMin"))).collect()
}

#[test]
fn an_overprint_leaves_out_what_the_stock_bears_and_moves_the_rest() {
    let app = app();
    let whole = words(&certificate(&app, None, Output::Pdf).bytes);
    for (text, right, down) in [("0,0", 0.0, 0.0), ("1.5,-0.5", 1.5, -0.5), ("-3.25,4", -3.25, 4.0)]
    {
        let made = certificate(&app, Some(text), Output::Pdf).bytes;
        let found = words(&made);
        let heading: String =
            whole[..whole.len() - found.len()].iter().map(|(word, _, _)| word.as_str()).collect();
        assert_eq!(heading, "山西省放心消费示范单位证书");
        for ((word, x, y), (was, left, top)) in
            found.iter().zip(&whole[whole.len() - found.len()..])
        {
            assert_eq!(word, was);
            assert!((x - left - right * MM).abs() < 0.01, "{text}: {word} {x} {left}");
            assert!((y - top - down * MM).abs() < 0.01, "{text}: {word} {y} {top}");
        }
        let read = read_back(&made).expect("readable");
        assert_eq!((read.pages.len(), read.archival.as_deref()), (1, Some("2U")));
    }
    let moved = certificate(&app, Some("1,0"), Output::Pdf).bytes;
    assert_ne!(moved, certificate(&app, Some("0,1"), Output::Pdf).bytes);
}

#[test]
fn stock_and_overprint_together_are_the_whole_sheet() {
    let app = app();
    let picture = Output::Png { page: 1, pixels_per_point: 1.0 };
    let pixels = |overprint| {
        let made = certificate(&app, overprint, picture).bytes;
        image::load_from_memory(&made).expect("a picture").to_rgb8()
    };
    let (whole, over) = (pixels(None), pixels(Some("0,0")));
    let (mut red, mut black) = (0, 0);
    for (all, one) in whole.pixels().zip(over.pixels()) {
        let [r, g, b] = all.0;
        // Pixels are rounded as they are drawn, one shape over the other.
        if all.0.iter().zip(one.0).any(|(all, one)| all.abs_diff(one) > 4) {
            assert!(r > g && g.abs_diff(b) < 16, "{all:?} is no red");
            assert_eq!(one.0, [255, 255, 255]);
            red += 1;
        } else if one.0 != [255, 255, 255] {
            black += 1;
        }
    }
    assert!(red > 5000 && black > 2000, "{red} {black}");
}

#[test]
fn what_cannot_be_overprinted_is_refused() {
    let app = app();
    let sample_of = sample(&app, "shanxi-application");
    let over = |text| Options { overprint: Some(offset(text)), ..Options::default() };
    let refused = try_render(&app, &sample_of.document, &sample_of.record(), over("0,0"));
    assert!(matches!(refused, Err(Refusal::Usage(told)) if told.contains("底纸")));
    let refused = app.calibrate("shanxi/application", Offset::default(), Output::Pdf);
    assert!(matches!(refused, Err(Refusal::Usage(told)) if told.contains("底纸")));
}

#[test]
fn a_calibration_sheet_measures_what_it_says() {
    let app = app();
    let made = |text| app.calibrate("shanxi/certificate", offset(text), Output::Pdf).expect("made");
    let plain = made("0,0");
    assert_eq!((plain.pages, plain.sheets), (1, 1));
    assert_eq!(plain.warnings, Vec::<String>::new());
    let read = read_back(&plain.bytes).expect("readable");
    assert!((read.pages[0].width - 841.89).abs() < 0.01);
    assert_eq!(read.scaling.as_deref(), Some("None"));
    let text = squeezed(&text_of(&plain.bytes).concat());
    for said in ["应为148.5毫米", "应为105毫米", "--offset1.5,-0.5", "本页没有偏移"] {
        assert!(text.contains(said), "{said}: {text}");
    }
    let moved = made("1.5,-0.5");
    assert!(squeezed(&text_of(&moved.bytes).concat()).contains("本页已按--offset1.5,-0.5偏移"));
    let (was, is) = (words(&plain.bytes), words(&moved.bytes));
    let numbers = |words: &[(String, f64, f64)]| -> Vec<(String, f64, f64)> {
        let number =
            |(word, _, _): &&(String, f64, f64)| word.len() < 4 && word.parse::<u8>().is_ok();
        words.iter().filter(number).cloned().collect()
    };
    let (was, is) = (numbers(&was), numbers(&is));
    assert!(was.len() > 50, "{}", was.len());
    assert_eq!(was.len(), is.len());
    for ((_, x, y), (_, left, top)) in is.iter().zip(&was) {
        assert!((x - left - 1.5 * MM).abs() < 0.01 && (y - top + 0.5 * MM).abs() < 0.01);
    }
}

//! Attached files: what is asked of one, then its bytes. It becomes A4 pages that can be fitted again, or
//! it is told why not; a text becomes blocks.

use std::sync::OnceLock;

use chengwen::packet::{Done, Fitting, Kind, MostAttached, Task, Unfit, typed};
use image::{DynamicImage, ImageFormat, RgbImage};

use super::{Target, app, files, headed, inspect, laws, pdf, with_head};

pub(super) const TARGET: Target = Target { name: "attachment", run, seeds, words, tried: 1000 };

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (name, bytes) in small() {
        let head = if name.ends_with(".md") {
            "markdown"
        } else if name.ends_with(".txt") {
            "text"
        } else {
            "raw"
        };
        seeds.push(with_head(head, bytes));
    }
    seeds.push(with_head("objects", &pdf::page()));
    seeds.push(with_head("objects words quarters=1 pages=1-1,1-1", &pdf::page()));
    for packet in ["samples/packets/shanxi", "samples/packets/shanxi.industry"] {
        let texts = files(packet, &[".md", ".txt"]).into_iter();
        seeds.extend(texts.map(|(name, bytes)| {
            with_head(if name.ends_with(".md") { "markdown" } else { "text" }, &bytes)
        }));
        let others = files(packet, &[".pdf", ".jpg", ".png", ".tif"]).into_iter();
        let others = others.filter(|(_, bytes)| bytes.len() < 60_000);
        seeds.extend(others.map(|(_, bytes)| with_head("raw words", &bytes)));
    }
    seeds
}

fn words() -> Vec<Vec<u8>> {
    let own = [
        "# ",
        "- ",
        "1. ",
        "| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n",
        "> ",
        "```\n",
        "![图](a.png)",
        "[^1]",
        "<b>",
        "\n\n",
        "一、",
        "（一）",
        "　　",
        "2026年6月18日\n",
        "\u{feff}",
        "\u{202e}",
        "\r",
        "\u{c}",
        " quarters=-1",
        " pages=1-3",
        " one",
        " words",
        "II*\0",
        "MM\0*",
        "\u{ff}",
        "IHDR",
        "IDAT",
        "IEND",
        "Exif\0\0",
        "Adobe",
    ];
    own.iter().map(|word| word.as_bytes().to_vec()).chain(pdf::words()).collect()
}

/// Small files of every kind, by their names.
pub(crate) fn small() -> &'static [(&'static str, Vec<u8>)] {
    static FILES: OnceLock<Vec<(&str, Vec<u8>)>> = OnceLock::new();
    FILES.get_or_init(|| {
        let picture = RgbImage::from_fn(20, 30, |x, y| image::Rgb([x as u8, y as u8, 90]));
        let picture = DynamicImage::ImageRgb8(picture);
        let saved = |format| {
            let mut bytes = std::io::Cursor::new(Vec::new());
            picture.write_to(&mut bytes, format).expect("a picture");
            bytes.into_inner()
        };
        vec![
            ("照片.jpg", saved(ImageFormat::Jpeg)),
            ("扫描.png", saved(ImageFormat::Png)),
            ("传真.tif", tiff()),
            ("一页.pdf", pdf::file(&pdf::objects(&pdf::page()))),
            ("说明.txt", "一、情况\n诚信经营。\n甲公司\n2026年6月18日\n".into()),
            ("说明.md", "# 说明\n\n- 甲\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n".into()),
        ]
    })
}

/// A TIFF of two grey pages.
fn tiff() -> Vec<u8> {
    use tiff::encoder::{TiffEncoder, colortype::Gray8};
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).expect("begun");
    for (width, height) in [(8, 12), (12, 8)] {
        encoder.write_image::<Gray8>(width, height, &[120; 96]).expect("a page");
    }
    bytes.into_inner()
}

fn run(input: &[u8]) {
    let Some((head, body)) = headed(input) else { return };
    let (kind, asked) = head.split_once(' ').unwrap_or((head, ""));
    match kind {
        "text" | "markdown" => text(body, kind == "markdown"),
        _ => {
            if let Some(bytes) = inspect::pdf_of(kind, body) {
                fitted(&bytes, asked);
            }
        }
    }
}

/// Whatever is no text says so; of a text every finding can be told.
fn text(bytes: &[u8], markdown: bool) {
    let coverage = app().catalog().fonts().coverage();
    if let Ok(typed) = typed::read(bytes, markdown, &|mark| coverage.covers(mark)) {
        for problem in typed.problems("/attachments/0/file", "附件（3）创建方案") {
            laws::sentence(&problem.sentence);
        }
        assert!(typed.headings().all(|heading| heading.chars().count() <= bytes.len()));
        let told = serde_json::to_string(&typed).expect("it can be handed on");
        let again: typed::Typed = serde_json::from_str(&told).expect("it can be taken over");
        assert_eq!(again.characters(), typed.characters());
    }
}

fn fitting(asked: &str) -> Fitting {
    let mut fitting = Fitting {
        pages: Vec::new(),
        quarters: 0,
        one_sided: false,
        words: false,
        most: MostAttached { pages: 20, pixels: 1_000_000, resolution: 100.0 },
    };
    for word in asked.split(' ') {
        match word.split_once('=') {
            Some(("quarters", number)) => fitting.quarters = number.parse().unwrap_or(0) % 4,
            Some(("pages", ranges)) => {
                let ranges = ranges.split(',').filter_map(|it| it.split_once('-'));
                let numbers = ranges.filter_map(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)));
                // As `packet.json` lets them pass.
                fitting.pages =
                    numbers.filter(|(first, last)| first <= last && *last < 10_000).collect();
            }
            _ => {}
        }
        fitting.one_sided |= word == "one";
        fitting.words |= word == "words";
    }
    fitting
}

fn fitted(bytes: &[u8], asked: &str) {
    let fitting = fitting(asked);
    let asked_for = fitting.pages.clone();
    match Task::Fit(fitting).perform(bytes) {
        (Done::Fitted(fitted), made) => {
            let file = laws::paper(&made);
            assert_eq!(file.pages.len(), fitted.pages);
            assert!((1..=20).contains(&fitted.pages), "{fitted:?}");
            let wanted: usize = asked_for.iter().map(|(first, last)| last + 1 - first).sum();
            assert!(asked_for.is_empty() || wanted == fitted.pages, "{fitted:?} of {asked_for:?}");
            fitted.unembedded.iter().for_each(|face| laws::sentence(face));
            if let Some(words) = &fitted.words {
                assert!(
                    words.wordless.iter().all(|page| (1..=fitted.pages).contains(page)),
                    "{words:?}"
                );
            }
            // What we made ourselves can be fitted.
            let (again, _) = Task::Fit(super::attachment::fitting("")).perform(&made);
            assert!(matches!(&again, Done::Fitted(it) if it.pages == fitted.pages), "{again:?}");
        }
        (Done::Unfit(unfit), made) => {
            assert!(made.is_empty());
            if let Unfit::NoSuchPage(page, there) = unfit {
                assert!(page == 0 || page > there, "{page} of {there}");
            }
            assert!(matches!(unfit, Unfit::Kind(_)) == !is_paged(bytes), "{unfit:?}");
        }
        (other, _) => panic!("{other:?}"),
    }
}

/// Whether a file is of a kind that has pages.
fn is_paged(bytes: &[u8]) -> bool {
    matches!(Kind::of(bytes), Kind::Pdf | Kind::Jpeg | Kind::Png | Kind::Tiff)
}

//! A print file as other programs see it: its structure by qpdf and lopdf, its words and pixels by poppler.

use std::path::PathBuf;

use image::RgbImage;
use lopdf::{Dictionary, Document, Object, ObjectId};
use tempfile::TempDir;

use crate::support::{run, squeezed};

/// A print file.
pub(crate) struct Bound {
    folder: TempDir,
    path: PathBuf,
    pub(crate) document: Document,
    pub(crate) pages: Vec<ObjectId>,
    /// What is read on each page, without white space.
    pub(crate) words: Vec<String>,
}

/// A bookmark: its level, its title, and its page (from 0).
pub(crate) type Bookmark = (usize, String, usize);

impl Bound {
    /// Reads a file in which qpdf finds nothing wrong, and whose pages are all A4.
    pub(crate) fn of(bytes: &[u8]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("bound.pdf");
        std::fs::write(&path, bytes).expect("written");
        let checked = run("qpdf", &["--check", &path.to_string_lossy()]);
        assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stderr));
        let document = Document::load_mem(bytes).expect("a PDF");
        let pages: Vec<ObjectId> = document.page_iter().collect();
        for page in &pages {
            let page = document.get_dictionary(*page).expect("a page");
            let bounds: Vec<f32> = page.get(b"MediaBox").and_then(Object::as_array).expect("a box")
                [2..]
                .iter()
                .map(|side| side.as_float().expect("a number"))
                .collect();
            let (short, long) = (bounds[0].min(bounds[1]), bounds[0].max(bounds[1]));
            assert!((short - 595.28).abs() < 0.1 && (long - 841.89).abs() < 0.1, "{bounds:?}");
            assert!(page.get(b"Rotate").is_err() && page.get(b"UserUnit").is_err());
            assert!(page.get(b"Annots").is_err(), "nothing that can be clicked is in a print file");
        }
        let read = run("pdftotext", &["-layout", &path.to_string_lossy(), "-"]);
        let words = String::from_utf8(read.stdout).expect("UTF-8");
        let mut words: Vec<String> = words.split('\u{c}').map(squeezed).collect();
        words.truncate(pages.len());
        Self { folder, path, document, pages, words }
    }

    /// The bookmarks in their order.
    pub(crate) fn bookmarks(&self) -> Vec<Bookmark> {
        let mut found = Vec::new();
        if let Some(outlines) = self.below(self.document.catalog().expect("it"), b"Outlines") {
            self.collect(outlines, 0, &mut found);
        }
        found
    }

    fn collect(&self, above: &Dictionary, level: usize, found: &mut Vec<Bookmark>) {
        let mut next = self.below(above, b"First");
        while let Some(mark) = next {
            let title = lopdf::decode_text_string(mark.get(b"Title").expect("a title"));
            let place = mark.get(b"Dest").and_then(Object::as_array).expect("a place");
            let page = place[0].as_reference().expect("a page");
            let page = self.pages.iter().position(|it| *it == page).expect("a page of this file");
            found.push((level, title.expect("a text"), page));
            self.collect(mark, level + 1, found);
            next = self.below(mark, b"Next");
        }
    }

    /// The page (from 0) on which the part of this title begins, in the first copy.
    pub(crate) fn start(&self, title: &str) -> usize {
        let marks = self.bookmarks();
        let found = marks.iter().find(|(_, own, _)| own == title);
        found.unwrap_or_else(|| panic!("no part {title} in {marks:#?}")).2
    }

    pub(crate) fn below<'a>(&'a self, of: &'a Dictionary, key: &[u8]) -> Option<&'a Dictionary> {
        self.document.dereference(of.get(key).ok()?).ok()?.1.as_dict().ok()
    }

    /// The whole file with nothing packed, to look for words that must not be in it.
    pub(crate) fn plain(&self) -> String {
        let plain = self.folder.path().join("plain.pdf");
        let arguments = ["--qdf", "--object-streams=disable", "--decode-level=all"];
        let ran = run(
            "qpdf",
            &[&arguments[..], &[&self.path.to_string_lossy(), &plain.to_string_lossy()]].concat(),
        );
        assert!(ran.status.success(), "{ran:?}");
        String::from_utf8_lossy(&std::fs::read(plain).expect("made")).into_owned()
    }

    /// A page (from 0), drawn.
    pub(crate) fn drawn(&self, page: usize) -> Drawn {
        let number = (page + 1).to_string();
        let made = self.folder.path().join("page");
        let (from, to) = (self.path.to_string_lossy(), made.to_string_lossy());
        let dots = DOTS.to_string();
        let ran = run(
            "pdftoppm",
            &["-r", &dots, "-f", &number, "-l", &number, "-singlefile", "-png", &from, &to],
        );
        assert!(ran.status.success() && ran.stderr.is_empty(), "{ran:?}");
        let picture = image::open(made.with_extension("png")).expect("a picture");
        Drawn { pixels: picture.into_rgb8() }
    }
}

/// Dots in an inch of a drawn page: 4 in a millimetre.
const DOTS: f64 = 101.6;

/// A page as pixels.
pub(crate) struct Drawn {
    pixels: RgbImage,
}

impl Drawn {
    /// Millimetres across and down.
    pub(crate) fn size(&self) -> (f64, f64) {
        (f64::from(self.pixels.width()) / 4.0, f64::from(self.pixels.height()) / 4.0)
    }

    /// The colour at a place, in millimetres from the upper left.
    pub(crate) fn at(&self, across: f64, down: f64) -> [u8; 3] {
        self.pixels.get_pixel((across * 4.0) as u32, (down * 4.0) as u32).0
    }

    /// Where a colour is: left, top, right, bottom, in millimetres from the upper left.
    pub(crate) fn place_of(&self, colour: [u8; 3]) -> Option<[f64; 4]> {
        self.place(|pixel| is(pixel, colour))
    }

    /// Where anything is that is neither white nor grey, as the marks are.
    pub(crate) fn coloured(&self) -> Option<[f64; 4]> {
        self.place(|[red, green, blue]| red.max(green).max(blue) - red.min(green).min(blue) > 60)
    }

    fn place(&self, seen: impl Fn([u8; 3]) -> bool) -> Option<[f64; 4]> {
        let found = self.pixels.enumerate_pixels().filter(|(_, _, pixel)| seen(pixel.0));
        let around = found.fold(None, |around, (x, y, _)| {
            let [left, top, right, bottom] = around.unwrap_or([x, y, x, y]);
            Some([left.min(x), top.min(y), right.max(x + 1), bottom.max(y + 1)])
        });
        around.map(|around| around.map(|side| f64::from(side) / 4.0))
    }
}

/// Whether a pixel has a colour, as nearly as JPEG keeps it.
pub(crate) fn is(pixel: [u8; 3], colour: [u8; 3]) -> bool {
    pixel.iter().zip(colour).all(|(part, wanted)| part.abs_diff(wanted) < 50)
}

/// Whether two places are the same to within so many millimetres.
pub(crate) fn near(found: [f64; 4], wanted: [f64; 4], within: f64) -> bool {
    found.iter().zip(wanted).all(|(found, wanted)| (found - wanted).abs() <= within)
}

//! Files that applicants might hand in, made by the tests: PDFs object by object, and pictures.

use std::io::Cursor;

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use tiff::encoder::{TiffEncoder, colortype};
use tiff::tags::Tag;

/// Points in a millimetre.
pub(crate) const MM: f64 = 72.0 / 25.4;

pub(crate) const RED: [u8; 3] = [255, 0, 0];
pub(crate) const GREEN: [u8; 3] = [0, 160, 0];
pub(crate) const BLUE: [u8; 3] = [0, 0, 255];
pub(crate) const YELLOW: [u8; 3] = [255, 220, 0];

/// A PDF in the making.
pub(crate) struct Paper {
    pub(crate) document: Document,
    tree: ObjectId,
    pub(crate) catalog: ObjectId,
    pages: Vec<ObjectId>,
}

impl Paper {
    pub(crate) fn new() -> Self {
        let mut document = Document::with_version("1.7");
        let tree = document.new_object_id();
        let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
        document.trailer.set("Root", catalog);
        Self { document, tree, catalog, pages: Vec::new() }
    }

    /// With one A4 page that shows this.
    pub(crate) fn of(content: &str) -> Self {
        let mut paper = Self::new();
        paper.page([0.0, 0.0, 210.0 * MM, 297.0 * MM], content);
        paper
    }

    pub(crate) fn stream(&mut self, dictionary: Dictionary, content: &str) -> ObjectId {
        self.document.add_object(Stream::new(dictionary, content.as_bytes().to_vec()))
    }

    /// Adds a page of these bounds (left, bottom, right, top, in points).
    pub(crate) fn page(&mut self, bounds: [f64; 4], content: &str) -> ObjectId {
        let content = self.stream(Dictionary::new(), content);
        let page = self.document.add_object(dictionary! {
            "Type" => "Page", "Parent" => self.tree, "MediaBox" => numbers(&bounds),
            "Resources" => Dictionary::new(), "Contents" => content,
        });
        self.pages.push(page);
        page
    }

    /// Puts a page (from 0) at the end once more.
    pub(crate) fn again(&mut self, page: usize) {
        self.pages.push(self.pages[page]);
    }

    /// Sets an entry of a page (from 0).
    pub(crate) fn set(&mut self, page: usize, key: &str, value: impl Into<Object>) {
        let page = self.pages[page];
        self.document.get_dictionary_mut(page).expect("a page").set(key, value);
    }

    /// Sets an entry of any dictionary.
    pub(crate) fn set_in(&mut self, id: ObjectId, key: &str, value: impl Into<Object>) {
        self.document.get_dictionary_mut(id).expect("a dictionary").set(key, value);
    }

    /// Lays an annotation upon the first page, with entries of its own.
    pub(crate) fn annotate(&mut self, rectangle: [f64; 4], mut entries: Dictionary) -> ObjectId {
        entries.set("Type", "Annot");
        entries.set("Rect", numbers(&rectangle));
        let id = self.document.add_object(entries);
        let page = self.pages[0];
        let page = self.document.get_dictionary_mut(page).expect("a page");
        let mut all = page.get(b"Annots").and_then(Object::as_array).cloned().unwrap_or_default();
        all.push(id.into());
        page.set("Annots", all);
        id
    }

    /// A form filled with a colour, as appearances are.
    pub(crate) fn face(&mut self, bounds: [f64; 4], colour: [u8; 3]) -> ObjectId {
        let form = dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&bounds),
        };
        let content = filled(bounds, colour);
        self.stream(form, &content)
    }

    pub(crate) fn count(&self) -> usize {
        self.pages.len()
    }

    pub(crate) fn tree(&self) -> ObjectId {
        self.tree
    }

    pub(crate) fn bytes(mut self) -> Vec<u8> {
        let kids: Vec<Object> = self.pages.iter().map(|page| (*page).into()).collect();
        let count = kids.len() as i64;
        // A test may have put what pages inherit there.
        let mut tree = self.document.get_dictionary(self.tree).cloned().unwrap_or_default();
        tree.extend(&dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
        self.document.objects.insert(self.tree, tree.into());
        let mut bytes = Vec::new();
        self.document.save_to(&mut bytes).expect("saved");
        bytes
    }
}

pub(crate) fn numbers(of: &[f64]) -> Object {
    Object::Array(of.iter().map(|number| Object::Real(*number as f32)).collect())
}

/// Content that fills a rectangle (left, bottom, right, top, in points) with a colour.
pub(crate) fn filled([left, bottom, right, top]: [f64; 4], colour: [u8; 3]) -> String {
    let [red, green, blue] = colour.map(|part| f64::from(part) / 255.0);
    let (width, height) = (right - left, top - bottom);
    format!("{red} {green} {blue} rg {left} {bottom} {width} {height} re f\n")
}

/// Content of a page whose four corners have four colours: which way is up can be seen.
pub(crate) fn cornered([left, bottom, right, top]: [f64; 4]) -> String {
    let (x, y) = ((left + right) / 2.0, (bottom + top) / 2.0);
    [
        filled([left, y, x, top], RED),
        filled([x, y, right, top], GREEN),
        filled([left, bottom, x, y], BLUE),
        filled([x, bottom, right, y], YELLOW),
    ]
    .concat()
}

/// A picture whose four corners have four colours, stored as EXIF orientation says.
pub(crate) struct Corners {
    width: u32,
    height: u32,
    stored: u8,
}

impl Corners {
    /// One that is so large when it is seen upright.
    pub(crate) fn of(width: u32, height: u32) -> Self {
        Self { width, height, stored: 1 }
    }

    pub(crate) fn stored(self, stored: u8) -> Self {
        Self { stored, ..self }
    }

    fn pixels(&self) -> RgbImage {
        let (wide, high) = (self.width, self.height);
        let (columns, rows) = if self.stored >= 5 { (high, wide) } else { (wide, high) };
        RgbImage::from_fn(columns, rows, |column, row| {
            // Where the first row and the first column are seen (EXIF 2.32, 4.6.4, tag 274).
            let (x, y) = match self.stored {
                1 => (column, row),
                2 => (wide - 1 - column, row),
                3 => (wide - 1 - column, high - 1 - row),
                4 => (column, high - 1 - row),
                5 => (row, column),
                6 => (wide - 1 - row, column),
                7 => (wide - 1 - row, high - 1 - column),
                _ => (row, high - 1 - column),
            };
            Rgb(match (x < wide / 2, y < high / 2) {
                (true, true) => RED,
                (false, true) => GREEN,
                (true, false) => BLUE,
                (false, false) => YELLOW,
            })
        })
    }

    /// EXIF data that say how it is stored.
    fn exif(&self) -> Vec<u8> {
        let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
        exif.extend([self.stored, 0, 0, 0, 0, 0, 0]);
        exif
    }
}

pub(crate) fn jpeg(corners: &Corners) -> Vec<u8> {
    let pixels = corners.pixels();
    let mut plain = Vec::new();
    JpegEncoder::new_with_quality(&mut plain, 95).encode_image(&pixels).expect("encoded");
    if corners.stored == 1 {
        return plain;
    }
    let exif = corners.exif();
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE1];
    bytes.extend((exif.len() as u16 + 8).to_be_bytes());
    bytes.extend(b"Exif\0\0");
    bytes.extend(exif);
    bytes.extend(&plain[2..]);
    bytes
}

pub(crate) fn png(corners: &Corners) -> Vec<u8> {
    let pixels = corners.pixels();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    let mut writer = encoder.write_header().expect("a header");
    if corners.stored != 1 {
        writer.write_chunk(png::chunk::eXIf, &corners.exif()).expect("written");
    }
    writer.write_image_data(&pixels).expect("written");
    writer.finish().expect("written");
    bytes
}

/// A grey picture of any size, made at once.
pub(crate) fn grey(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_filter(png::Filter::NoFilter);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_image_data(&vec![90; (width * height) as usize]).expect("written");
    writer.finish().expect("written");
    bytes
}

/// A TIFF of several pages.
pub(crate) fn tiff(pages: &[Corners]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = TiffEncoder::new(&mut bytes).expect("a header");
    for page in pages {
        let pixels = page.pixels();
        let mut image = encoder
            .new_image::<colortype::RGB8>(pixels.width(), pixels.height())
            .expect("an image");
        image.encoder().write_tag(Tag::Orientation, u16::from(page.stored)).expect("written");
        image.write_data(&pixels).expect("written");
    }
    bytes.into_inner()
}

/// Any picture as PNG.
pub(crate) fn png_of(picture: impl Into<DynamicImage>) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, ImageFormat::Png).expect("written");
    bytes.into_inner()
}

/// A PDF after qpdf has done this with it.
pub(crate) fn through_qpdf(pdf: &[u8], arguments: &[&str]) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.pdf"), folder.path().join("to.pdf"));
    std::fs::write(&from, pdf).expect("written");
    let (from, made) = (from.to_string_lossy(), to.to_string_lossy());
    // The files stand before --encrypt's own arguments end, which qpdf takes anywhere.
    let arguments: Vec<&str> = [&[&*from], arguments, &[&*made]].concat();
    let ran = crate::support::run("qpdf", &arguments);
    assert!(ran.status.success(), "{ran:?}");
    std::fs::read(&to).expect("made")
}

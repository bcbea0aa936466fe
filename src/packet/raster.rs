//! Fitted pages as pictures: what a stranger's page conforms to cannot be proven, a picture can; and to be
//! looked at.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hayro::hayro_interpret::InterpreterSettings;
use hayro::hayro_syntax::Pdf;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{RenderCache, RenderSettings, render};
use image::codecs::jpeg::JpegEncoder;
use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use lopdf::{Object, Stream, dictionary};

use super::attached::{Unfit, saved};
use super::book::Book;
use super::picture::QUALITY;
use super::place::Matrix;

/// Draws the pages (from 0) of a fitted file; gives a PDF of pictures.
///
/// # Errors
/// [`Unfit::BadPage`] for a page that is not there, [`Unfit::Undrawable`] for one that cannot be drawn whole.
pub(super) fn draw(fitted: &[u8], pages: Range<usize>, resolution: f64) -> Result<Vec<u8>, Unfit> {
    let pdf = Pdf::new(fitted.to_vec()).map_err(|_| Unfit::Damaged)?;
    let scale = (resolution / 72.0) as f32;
    let undrawn = Arc::new(AtomicBool::new(false));
    let warned = Arc::clone(&undrawn);
    let settings = InterpreterSettings {
        warning_sink: Arc::new(move |_| warned.store(true, Ordering::Relaxed)),
        ..InterpreterSettings::default()
    };
    let render_settings = RenderSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
        ..RenderSettings::default()
    };
    let mut book = Book::new();
    for number in pages {
        let page = pdf.pages().get(number).ok_or(Unfit::BadPage(number + 1))?;
        let (wide, high) = page.render_dimensions();
        let drawn = render(page, &RenderCache::new(), &settings, &render_settings);
        // What is left out would be a gap that nobody sees.
        if undrawn.load(Ordering::Relaxed) {
            return Err(Unfit::Undrawable(number + 1));
        }
        let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
        let picture = packed(drawn.data_as_u8_slice(), width, height);
        let picture = book.document().add_object(Object::Stream(picture));
        let matrix = Matrix([f64::from(wide), 0.0, 0.0, f64::from(high), 0.0, 0.0]);
        let whole = [0.0, 0.0, f64::from(wide), f64::from(high)];
        book.show(wide > high, whole, &[(picture, matrix)]);
    }
    saved(book)
}

/// Shows one page (from 0) of a fitted file; gives how many it has, and the PNG. What cannot be drawn is
/// left out: the page is only looked at.
///
/// # Errors
/// [`Unfit::NoSuchPage`] for a page that is not there.
pub(super) fn show(fitted: &[u8], page: usize, resolution: f64) -> Result<(usize, Vec<u8>), Unfit> {
    let pdf = Pdf::new(fitted.to_vec()).map_err(|_| Unfit::Damaged)?;
    let pages = pdf.pages().len();
    let shown = pdf.pages().get(page).ok_or(Unfit::NoSuchPage(page + 1, pages))?;
    let scale = (resolution / 72.0) as f32;
    let settings = RenderSettings {
        x_scale: scale,
        y_scale: scale,
        bg_color: WHITE,
        ..RenderSettings::default()
    };
    let drawn = render(shown, &RenderCache::new(), &InterpreterSettings::default(), &settings);
    let (width, height) = (u32::from(drawn.width()), u32::from(drawn.height()));
    let mut png = Vec::new();
    PngEncoder::new(&mut png)
        .write_image(drawn.data_as_u8_slice(), width, height, ExtendedColorType::Rgba8)
        .map_err(|_| Unfit::BadPage(page + 1))?;
    Ok((pages, png))
}

/// How much of a page must be flat (a pixel like the one before it) to be packed without loss, in tenths:
/// text is, a photograph or a grainy scan is not, and would take many times as much.
const FLAT: usize = 8;

/// Without loss, which suits text, or as a JPEG, which suits photographs.
fn packed(pixels: &[u8], width: u32, height: u32) -> Stream {
    // On white paper nothing shows through.
    let colourless = pixels.chunks_exact(4).all(|it| it[0] == it[1] && it[1] == it[2]);
    let (plain, space, kind): (Vec<u8>, _, _) = if colourless {
        let grey = pixels.chunks_exact(4).map(|it| it[0]).collect();
        (grey, "DeviceGray", ExtendedColorType::L8)
    } else {
        let colours = pixels.chunks_exact(4).flat_map(|it| [it[0], it[1], it[2]]).collect();
        (colours, "DeviceRGB", ExtendedColorType::Rgb8)
    };
    let mut about = dictionary! {
        "Type" => "XObject", "Subtype" => "Image",
        "Width" => i64::from(width), "Height" => i64::from(height),
        "ColorSpace" => space, "BitsPerComponent" => 8,
    };
    let flat = pixels.chunks_exact(4).zip(pixels.chunks_exact(4).skip(1));
    let flat = flat.filter(|(one, next)| one == next).count();
    if flat * 10 < pixels.len() / 4 * FLAT {
        let mut photograph = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut photograph, QUALITY);
        // Writing into memory does not fail; were it to, the plain pixels would do.
        if encoder.encode(&plain, width, height, kind).is_ok() {
            about.set("Filter", "DCTDecode");
            return Stream::new(about, photograph);
        }
    }
    let mut lossless = Stream::new(about, plain);
    let _ = lossless.compress();
    lossless
}

//! A picture as a form of its own size: a photograph, a scan, a screenshot.
//!
//! A JPEG that is no finer than print goes in as it was received; everything else is unpacked, turned
//! upright, brought down to print, and packed again without loss, or as a JPEG where it is a photograph.

use std::io::Cursor;

use fast_image_resize::images::Image;
use fast_image_resize::{FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer};
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, Limits, RgbImage};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::jpeg::{self, Colours};
use super::kind::Kind;
use super::most::{Most, Unusable, within};
use super::place::A4;
use super::scans;

/// Points in a pixel of a picture, which has no size of its own: one that would fill less than its room is
/// enlarged to 100 dots an inch at most.
pub(super) const UNIT: f64 = 72.0 / 100.0;

/// The quality of JPEGs that we make, of 100: nothing is seen of it at print size.
pub(super) const QUALITY: u8 = 85;

/// A picture that is ready to be placed, one unit a pixel.
pub(super) struct Taken {
    pub(super) form: ObjectId,
    /// What the form shows.
    pub(super) picture: ObjectId,
    /// Left, bottom, right, top.
    pub(super) own: [f64; 4],
}

/// Takes a picture over; a TIFF may hold several, each of which is given away before the next is read.
pub(super) fn take(
    bytes: &[u8],
    kind: Kind,
    most: Most,
    into: &mut Document,
    give: &mut dyn FnMut(&mut Document, Taken) -> Result<(), Unusable>,
) -> Result<(), Unusable> {
    match kind {
        Kind::Jpeg => {
            let taken = photograph(bytes, most, into)?;
            give(into, taken)
        }
        Kind::Png => {
            let decoder = PngDecoder::new(Cursor::new(bytes)).map_err(|_| Unusable::Damaged)?;
            let (picture, orientation) = decoded(decoder, most)?;
            let taken = put(picture, orientation, false, most, into);
            give(into, taken)
        }
        Kind::Tiff => scans::each(bytes, most, &mut |picture, orientation| {
            let taken = put(picture, orientation, false, most, into);
            give(into, taken)
        }),
        _ => Err(Unusable::Damaged),
    }
}

fn photograph(bytes: &[u8], most: Most, into: &mut Document) -> Result<Taken, Unusable> {
    let mut decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|_| Unusable::Damaged)?;
    let (width, height) = decoder.dimensions();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    within(width, height, most)?;
    let said = jpeg::segments(bytes);
    if !said.whole {
        // What is missing would be printed grey.
        return Err(Unusable::Damaged);
    }
    let upright = orientation == Orientation::NoTransforms;
    if let Some(colours) = said.colours
        && upright
        && finer(width, height, most) <= 1.001
    {
        let space = match colours {
            Colours::Grey => "DeviceGray",
            Colours::Rgb => "DeviceRGB",
        };
        let picture = Stream::new(
            dictionary! {
                "Type" => "XObject", "Subtype" => "Image",
                "Width" => i64::from(width), "Height" => i64::from(height),
                "ColorSpace" => space, "BitsPerComponent" => 8, "Filter" => "DCTDecode",
            },
            bytes.to_vec(),
        );
        return Ok(shown(picture, width, height, into));
    }
    let (picture, orientation) = decoded(decoder, most)?;
    Ok(put(picture, orientation, true, most, into))
}

/// How many times finer a picture is than print, were it to fill a sheet of A4: so a sheet that was scanned
/// at print resolution goes in as it was received, although the margins make it a little smaller.
fn finer(width: u32, height: u32, most: Most) -> f64 {
    let (short, long) = (width.min(height), width.max(height));
    let scale = (A4.0 / f64::from(short)).min(A4.1 / f64::from(long));
    72.0 / scale / most.resolution
}

fn decoded(
    mut decoder: impl ImageDecoder,
    most: Most,
) -> Result<(DynamicImage, Orientation), Unusable> {
    let (width, height) = decoder.dimensions();
    within(width, height, most)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(most.pixels.saturating_mul(8));
    decoder.set_limits(limits).map_err(|_| Unusable::Damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let picture = DynamicImage::from_decoder(decoder).map_err(|_| Unusable::Damaged)?;
    Ok((picture, orientation))
}

/// Puts a picture in, brought down to print, then turned upright. What shows through becomes white, as on
/// paper.
fn put(
    picture: DynamicImage,
    orientation: Orientation,
    photograph: bool,
    most: Most,
    into: &mut Document,
) -> Taken {
    let finer = finer(picture.width(), picture.height(), most);
    // Colours are made plain first and the picture is turned last: each step holds little besides it.
    let colourless = matches!(
        picture.color(),
        image::ColorType::L8 | image::ColorType::L16 | image::ColorType::La8
    ) && !picture.color().has_alpha();
    let plain: DynamicImage =
        if colourless { picture.into_luma8().into() } else { on_white(picture).into() };
    let mut plain = if finer > 1.001 { smaller(plain, finer) } else { plain };
    plain.apply_orientation(orientation);
    let (width, height) = (plain.width(), plain.height());
    let (space, kind) = if colourless {
        ("DeviceGray", image::ExtendedColorType::L8)
    } else {
        ("DeviceRGB", image::ExtendedColorType::Rgb8)
    };
    let plain = plain.into_bytes();
    let mut dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Image",
        "Width" => i64::from(width), "Height" => i64::from(height),
        "ColorSpace" => space, "BitsPerComponent" => 8,
    };
    if photograph {
        let mut packed = Vec::new();
        let mut encoder = JpegEncoder::new_with_quality(&mut packed, QUALITY);
        // Writing into memory does not fail; were it to, the plain pixels would do.
        if encoder.encode(&plain, width, height, kind).is_ok() {
            dictionary.set("Filter", Object::Name(b"DCTDecode".to_vec()));
            return shown(Stream::new(dictionary, packed), width, height, into);
        }
    }
    let mut stream = Stream::new(dictionary, plain);
    let _ = stream.compress();
    shown(stream, width, height, into)
}

/// The same picture with so many times fewer pixels across and down.
fn smaller(picture: DynamicImage, finer: f64) -> DynamicImage {
    let size = |length: u32| ((f64::from(length) / finer).ceil() as u32).max(1);
    let (width, height) = (size(picture.width()), size(picture.height()));
    let kind = match &picture {
        DynamicImage::ImageLuma8(_) => PixelType::U8,
        _ => PixelType::U8x3,
    };
    let (from_width, from_height) = (picture.width(), picture.height());
    let mut bytes = picture.into_bytes();
    let mut target = Image::new(width, height, kind);
    let options = ResizeOptions::new().resize_alg(ResizeAlg::Convolution(FilterType::CatmullRom));
    let resized = Image::from_slice_u8(from_width, from_height, &mut bytes, kind)
        .map_err(drop)
        .and_then(|source| Resizer::new().resize(&source, &mut target, &options).map_err(drop));
    let made = match (resized, kind) {
        (Ok(()), PixelType::U8) => {
            GrayImage::from_raw(width, height, target.into_vec()).map(DynamicImage::from)
        }
        (Ok(()), _) => RgbImage::from_raw(width, height, target.into_vec()).map(DynamicImage::from),
        (Err(()), _) => None,
    };
    // Sizes and kinds agree; were they not to, the picture stays as fine as it is.
    made.unwrap_or_else(|| match kind {
        PixelType::U8 => {
            GrayImage::from_raw(from_width, from_height, bytes).unwrap_or_default().into()
        }
        _ => RgbImage::from_raw(from_width, from_height, bytes).unwrap_or_default().into(),
    })
}

fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let full = picture.into_rgba8();
    let mut paper = RgbImage::new(full.width(), full.height());
    for (pixel, shown) in full.pixels().zip(paper.pixels_mut()) {
        let [red, green, blue, cover] = pixel.0;
        let over = |part: u8| {
            let cover = u16::from(cover);
            ((u16::from(part) * cover + 255 * (255 - cover)) / 255) as u8
        };
        *shown = image::Rgb([over(red), over(green), over(blue)]);
    }
    paper
}

/// A picture as a form, one unit a pixel.
fn shown(picture: Stream, width: u32, height: u32, into: &mut Document) -> Taken {
    let picture = into.add_object(Object::Stream(picture));
    let own = [0.0, 0.0, f64::from(width), f64::from(height)];
    let mut shown = Dictionary::new();
    shown.set("P", picture);
    let form = dictionary! {
        "Type" => "XObject", "Subtype" => "Form",
        "BBox" => own.iter().map(|it| Object::Real(*it as f32)).collect::<Vec<_>>(),
        "Resources" => dictionary! { "XObject" => shown },
    };
    let content = format!("q {width} 0 0 {height} 0 0 cm /P Do Q");
    let form = into.add_object(Object::Stream(Stream::new(form, content.into_bytes())));
    Taken { form, picture, own }
}

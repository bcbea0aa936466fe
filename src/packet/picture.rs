//! A picture as a form of its own size: a photograph, a scan, a screenshot.
//!
//! A JPEG that is no finer than print goes in as it was received; everything else is unpacked, turned
//! upright, brought down to print, and packed again without loss, or as a JPEG where it is a photograph.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::imageops::FilterType;
use image::metadata::Orientation;
use image::{DynamicImage, GrayImage, ImageDecoder, Limits, RgbImage};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};
use tiff::decoder::{Decoder as TiffDecoder, DecodingResult};

/// What a picture may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Pixels, unpacked.
    pub(super) pixels: u64,
    /// Dots in an inch of paper; finer pictures are brought down to it.
    pub(super) resolution: f64,
}

/// Why a picture cannot be taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unusable {
    /// It is none that we know.
    Unknown,
    /// It has so many pixels, which is more than may be.
    TooLarge(u64),
    /// It cannot be read to its end.
    Damaged,
}

/// The quality of JPEGs that we make, of 100: nothing is seen of it at print size.
const QUALITY: u8 = 85;

/// A picture that is ready to be placed, one unit a pixel.
pub(super) struct Taken {
    pub(super) form: ObjectId,
    /// Left, bottom, right, top.
    pub(super) own: [f64; 4],
}

/// What the first bytes say it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Jpeg,
    Png,
    Tiff,
    Pdf,
    /// Of telephones (HEIC, HEIF, AVIF): to be converted by whoever took it.
    Heic,
}

/// Tells what a file is by its first bytes; what its name says does not matter.
pub(super) fn kind_of(bytes: &[u8]) -> Option<Kind> {
    let head = &bytes[..bytes.len().min(1024)];
    match head {
        [0xFF, 0xD8, 0xFF, ..] => Some(Kind::Jpeg),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Some(Kind::Png),
        [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Some(Kind::Tiff),
        [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
            let brand = brand.get(..4)?;
            let known: [&[u8]; 6] = [b"heic", b"heix", b"heif", b"mif1", b"msf1", b"avif"];
            known.contains(&brand).then_some(Kind::Heic)
        }
        _ if head.windows(5).any(|part| part == b"%PDF-") => Some(Kind::Pdf),
        _ => None,
    }
}

/// Takes a picture over; a TIFF may hold several. `room` is what it may fill, in points, wide and high.
pub(super) fn take(
    bytes: &[u8],
    kind: Kind,
    most: Most,
    room: (f64, f64),
    into: &mut Document,
) -> Result<Vec<Taken>, Unusable> {
    match kind {
        Kind::Jpeg => jpeg(bytes, most, room, into).map(|taken| vec![taken]),
        Kind::Png => {
            let decoder = PngDecoder::new(Cursor::new(bytes)).map_err(|_| Unusable::Damaged)?;
            let picture = decoded(decoder, most)?;
            Ok(vec![put(&picture, false, most, room, into)])
        }
        Kind::Tiff => tiffs(bytes, most)?
            .iter()
            .map(|picture| Ok(put(picture, false, most, room, into)))
            .collect(),
        Kind::Pdf | Kind::Heic => Err(Unusable::Unknown),
    }
}

fn jpeg(
    bytes: &[u8],
    most: Most,
    room: (f64, f64),
    into: &mut Document,
) -> Result<Taken, Unusable> {
    let mut decoder = JpegDecoder::new(Cursor::new(bytes)).map_err(|_| Unusable::Damaged)?;
    let (width, height) = decoder.dimensions();
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    within(width, height, most)?;
    let upright = orientation == Orientation::NoTransforms;
    let grey = matches!(decoder.original_color_type(), image::ExtendedColorType::L8);
    let plain = grey || matches!(decoder.original_color_type(), image::ExtendedColorType::Rgb8);
    if upright && plain && finer(width, height, most, room) <= 1.0 {
        let space = if grey { "DeviceGray" } else { "DeviceRGB" };
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
    let picture = decoded(decoder, most)?;
    Ok(put(&picture, true, most, room, into))
}

/// How many times finer a picture is than print, where it fills its room.
fn finer(width: u32, height: u32, most: Most, room: (f64, f64)) -> f64 {
    let across = width > height;
    let (wide, high) = if across == (room.0 > room.1) { room } else { (room.1, room.0) };
    let scale = (wide / f64::from(width)).min(high / f64::from(height));
    72.0 / scale / most.resolution
}

fn within(width: u32, height: u32, most: Most) -> Result<(), Unusable> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > most.pixels { Err(Unusable::TooLarge(pixels)) } else { Ok(()) }
}

fn decoded(mut decoder: impl ImageDecoder, most: Most) -> Result<DynamicImage, Unusable> {
    let (width, height) = decoder.dimensions();
    within(width, height, most)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(most.pixels.saturating_mul(16));
    decoder.set_limits(limits).map_err(|_| Unusable::Damaged)?;
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Unusable::Damaged)?;
    picture.apply_orientation(orientation);
    Ok(picture)
}

/// All pages of a TIFF.
fn tiffs(bytes: &[u8], most: Most) -> Result<Vec<DynamicImage>, Unusable> {
    let damaged = |_| Unusable::Damaged;
    let mut decoder = TiffDecoder::new(Cursor::new(bytes)).map_err(damaged)?;
    let mut pictures = Vec::new();
    loop {
        let (width, height) = decoder.dimensions().map_err(damaged)?;
        within(width, height, most)?;
        let colours = decoder.colortype().map_err(damaged)?;
        let read = decoder.read_image().map_err(damaged)?;
        let mut picture = of_samples(read, colours, width, height).ok_or(Unusable::Damaged)?;
        let turned = decoder.get_tag_u32(tiff::tags::Tag::Orientation).ok();
        let turned = turned.and_then(|turned| Orientation::from_exif(u8::try_from(turned).ok()?));
        picture.apply_orientation(turned.unwrap_or(Orientation::NoTransforms));
        pictures.push(picture);
        if !decoder.more_images() {
            return Ok(pictures);
        }
        decoder.next_image().map_err(damaged)?;
    }
}

/// A picture from the samples of a TIFF.
fn of_samples(
    read: DecodingResult,
    colours: tiff::ColorType,
    width: u32,
    height: u32,
) -> Option<DynamicImage> {
    let bytes: Vec<u8> = match read {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => {
            samples.into_iter().map(|sample| (sample >> 8) as u8).collect()
        }
        _ => return None,
    };
    match colours {
        // Black and white, eight pixels in a byte.
        tiff::ColorType::Gray(1) => {
            let line = width.div_ceil(8) as usize;
            let pixel = |x: u32, y: u32| {
                let byte = bytes.get(y as usize * line + x as usize / 8).copied().unwrap_or(0);
                if byte >> (7 - x % 8) & 1 == 1 { 255 } else { 0 }
            };
            let grey = GrayImage::from_fn(width, height, |x, y| image::Luma([pixel(x, y)]));
            Some(grey.into())
        }
        tiff::ColorType::Gray(_) => GrayImage::from_raw(width, height, bytes).map(Into::into),
        tiff::ColorType::RGB(_) => RgbImage::from_raw(width, height, bytes).map(Into::into),
        tiff::ColorType::RGBA(_) => {
            image::RgbaImage::from_raw(width, height, bytes).map(Into::into)
        }
        _ => None,
    }
}

/// Puts a picture in, brought down to print. What shows through becomes white, as on paper.
fn put(
    picture: &DynamicImage,
    photograph: bool,
    most: Most,
    room: (f64, f64),
    into: &mut Document,
) -> Taken {
    let finer = finer(picture.width(), picture.height(), most, room);
    let scaled = (finer > 1.0).then(|| {
        let size = |length: u32| ((f64::from(length) / finer).ceil() as u32).max(1);
        picture.resize_exact(size(picture.width()), size(picture.height()), FilterType::CatmullRom)
    });
    let picture = scaled.as_ref().unwrap_or(picture);
    let (width, height) = (picture.width(), picture.height());
    let colourless = matches!(picture.color(), image::ColorType::L8 | image::ColorType::L16);
    let (space, plain) = if colourless {
        ("DeviceGray", picture.to_luma8().into_raw())
    } else {
        ("DeviceRGB", on_white(picture).into_raw())
    };
    let mut dictionary = dictionary! {
        "Type" => "XObject", "Subtype" => "Image",
        "Width" => i64::from(width), "Height" => i64::from(height),
        "ColorSpace" => space, "BitsPerComponent" => 8,
    };
    if photograph {
        let mut packed = Vec::new();
        let kind =
            if colourless { image::ExtendedColorType::L8 } else { image::ExtendedColorType::Rgb8 };
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

fn on_white(picture: &DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.to_rgb8();
    }
    let mut paper = RgbImage::new(picture.width(), picture.height());
    for (x, y, pixel) in picture.to_rgba8().enumerate_pixels() {
        let [red, green, blue, cover] = pixel.0;
        let over = |part: u8| {
            let cover = u16::from(cover);
            ((u16::from(part) * cover + 255 * (255 - cover)) / 255) as u8
        };
        paper.put_pixel(x, y, image::Rgb([over(red), over(green), over(blue)]));
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
    Taken { form, own }
}

//! The pictures of a TIFF, as scanners write them: one a page.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, GrayAlphaImage, GrayImage, RgbImage, RgbaImage};
use tiff::decoder::{Decoder, DecodingResult};
use tiff::{ColorType, TiffError};

use super::most::{Most, Unusable, within};

/// Gives all pictures of a TIFF away, one after the other.
pub(super) fn each(
    bytes: &[u8],
    most: Most,
    give: &mut dyn FnMut(DynamicImage, Orientation) -> Result<(), Unusable>,
) -> Result<(), Unusable> {
    let mut decoder = Decoder::new(Cursor::new(bytes)).map_err(|error| why(&error))?;
    loop {
        let (width, height) = decoder.dimensions().map_err(|error| why(&error))?;
        within(width, height, most)?;
        let colours = decoder.colortype().map_err(|error| why(&error))?;
        let read = decoder.read_image().map_err(|error| why(&error))?;
        let picture = of_samples(read, colours, width, height)?;
        let turned = decoder.get_tag_u32(tiff::tags::Tag::Orientation).ok();
        let turned = turned.and_then(|turned| Orientation::from_exif(u8::try_from(turned).ok()?));
        give(picture, turned.unwrap_or(Orientation::NoTransforms))?;
        if !decoder.more_images() {
            return Ok(());
        }
        decoder.next_image().map_err(|error| why(&error))?;
    }
}

/// What is not read is not damaged.
fn why(error: &TiffError) -> Unusable {
    match error {
        TiffError::UnsupportedError(_) => Unusable::Unread,
        _ => Unusable::Damaged,
    }
}

/// A picture from the samples of a TIFF.
fn of_samples(
    read: DecodingResult,
    colours: ColorType,
    width: u32,
    height: u32,
) -> Result<DynamicImage, Unusable> {
    let bytes: Vec<u8> = match read {
        DecodingResult::U8(samples) => samples,
        DecodingResult::U16(samples) => {
            samples.into_iter().map(|sample| (sample >> 8) as u8).collect()
        }
        _ => return Err(Unusable::Unread),
    };
    let made = match colours {
        ColorType::Gray(depth @ (1 | 2 | 4)) => {
            Some(unpacked(&bytes, u32::from(depth), width, height).into())
        }
        ColorType::Gray(8 | 16) => GrayImage::from_raw(width, height, bytes).map(Into::into),
        ColorType::GrayA(8 | 16) => GrayAlphaImage::from_raw(width, height, bytes).map(Into::into),
        // Grey and what shows through, as this crate tells them.
        ColorType::Multiband { bit_depth: 8 | 16, num_samples: 2 } => {
            GrayAlphaImage::from_raw(width, height, bytes).map(Into::into)
        }
        ColorType::RGB(8 | 16) => RgbImage::from_raw(width, height, bytes).map(Into::into),
        ColorType::RGBA(8 | 16) => RgbaImage::from_raw(width, height, bytes).map(Into::into),
        ColorType::CMYK(8 | 16) => {
            RgbImage::from_raw(width, height, of_inks(&bytes)).map(Into::into)
        }
        _ => return Err(Unusable::Unread),
    };
    made.ok_or(Unusable::Damaged)
}

/// Pixels of less than a byte; each line begins with a byte of its own.
fn unpacked(bytes: &[u8], depth: u32, width: u32, height: u32) -> GrayImage {
    let line = (u64::from(width) * u64::from(depth)).div_ceil(8) as usize;
    let most = (1_u32 << depth) - 1;
    GrayImage::from_fn(width, height, |x, y| {
        let bit = x as usize * depth as usize;
        let byte = bytes.get(y as usize * line + bit / 8).copied().unwrap_or(0);
        let level = u32::from(byte) >> (8 - depth - (bit % 8) as u32) & most;
        image::Luma([(level * 255 / most) as u8])
    })
}

/// Red, green and blue from cyan, magenta, yellow and black.
fn of_inks(bytes: &[u8]) -> Vec<u8> {
    let mut made = Vec::with_capacity(bytes.len() / 4 * 3);
    for inks in bytes.chunks_exact(4) {
        let paper = 255 - u16::from(inks[3]);
        made.extend(inks[..3].iter().map(|ink| ((255 - u16::from(*ink)) * paper / 255) as u8));
    }
    made
}

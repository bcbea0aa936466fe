//! A contact sheet (样张总览): many small pictures of pages in one.

use std::io::Cursor;

use super::picture_fault;
use crate::fault::Fault;

/// Pixels between two pages, and around all of them.
const GAP: usize = 12;

/// The grey on which the pages lie.
const GROUND: [u8; 4] = [176, 176, 176, 255];

/// A decoded page: width and height in pixels, four bytes a pixel.
struct Tile {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

/// Lays PNG pictures of pages side by side, each row with as many as fit into `width` pixels, and
/// gives them as one PNG.
///
/// # Errors
/// A fault if one of them is no PNG of ours (8-bit RGBA).
pub fn contact_sheet(pages: &[Vec<u8>], width: usize) -> Result<Vec<u8>, Fault> {
    let tiles = pages.iter().map(|page| decode(page)).collect::<Result<Vec<Tile>, Fault>>()?;
    let mut rows: Vec<Vec<&Tile>> = Vec::new();
    let mut filled = width;
    for tile in &tiles {
        let end = filled + tile.width + GAP;
        match rows.last_mut() {
            Some(row) if end <= width => {
                row.push(tile);
                filled = end;
            }
            _ => {
                rows.push(vec![tile]);
                filled = GAP + tile.width + GAP;
            }
        }
    }
    let height_of = |row: &Vec<&Tile>| row.iter().map(|tile| tile.height).max().unwrap_or(0);
    let widest = tiles.iter().map(|tile| tile.width + 2 * GAP).max().unwrap_or(0);
    let width = width.max(widest);
    let height = GAP + rows.iter().map(|row| height_of(row) + GAP).sum::<usize>();
    let mut sheet = GROUND.repeat(width * height);
    let mut top = GAP;
    for row in &rows {
        let mut left = GAP;
        for tile in row {
            for line in 0..tile.height {
                let from = line * tile.width * 4;
                let to = ((top + line) * width + left) * 4;
                sheet[to..to + tile.width * 4]
                    .copy_from_slice(&tile.pixels[from..from + tile.width * 4]);
            }
            left += tile.width + GAP;
        }
        top += height_of(row) + GAP;
    }
    encode(&sheet, width, height)
}

fn decode(png: &[u8]) -> Result<Tile, Fault> {
    let mut reader =
        png::Decoder::new(Cursor::new(png)).read_info().map_err(|error| picture_fault(&error))?;
    let size = reader.output_buffer_size().ok_or_else(|| picture_fault(&"过大"))?;
    let mut pixels = vec![0; size];
    let info = reader.next_frame(&mut pixels).map_err(|error| picture_fault(&error))?;
    pixels.truncate(info.buffer_size());
    let (width, height) = (info.width as usize, info.height as usize);
    if pixels.len() != width * height * 4 {
        return Err(picture_fault(&"不是8位 RGBA"));
    }
    Ok(Tile { width, height, pixels })
}

fn encode(pixels: &[u8], width: usize, height: usize) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let too_large = |_| picture_fault(&"过大");
    let (width, height) =
        (u32::try_from(width).map_err(too_large)?, u32::try_from(height).map_err(too_large)?);
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(pixels))
        .map_err(|error| picture_fault(&error))?;
    Ok(bytes)
}

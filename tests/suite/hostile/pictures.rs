//! Pictures that say they are larger than memory, that never end, or that are something else: told by their
//! names, in bounded time and memory.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::json;

use super::{chengwen, sent};
use crate::http::running::Server;
use crate::packet::made::{Corners, jpeg, png, tiff};
use crate::packet::{Given, in_folder};

/// A PNG with this head, these chunks and these packed rows.
fn with_chunks(width: u32, height: u32, chunks: &[(&[u8; 4], Vec<u8>)], rows: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().expect("a header");
    for (kind, content) in chunks {
        writer.write_chunk(png::chunk::ChunkType(**kind), content).expect("written");
    }
    writer.write_chunk(png::chunk::IDAT, rows).expect("written");
    drop(writer);
    bytes
}

/// Noughts, packed.
fn noughts(mib: usize) -> Vec<u8> {
    let mut stream = lopdf::Stream::new(lopdf::Dictionary::new(), vec![0; mib << 20]);
    stream.compress().expect("packed");
    stream.content
}

/// A TIFF whose pages follow each other without end, or are very many.
fn endless(pages: usize, in_a_circle: bool) -> Vec<u8> {
    let mut bytes = b"II*\0\x08\0\0\0".to_vec();
    let entry = |tag: u16, kind: u16, value: u32| {
        let mut entry = Vec::new();
        entry.extend(tag.to_le_bytes());
        entry.extend(kind.to_le_bytes());
        entry.extend(1_u32.to_le_bytes());
        entry.extend(value.to_le_bytes());
        entry
    };
    let length = 2 + 8 * 12 + 4;
    for page in 0..pages {
        bytes.extend(8_u16.to_le_bytes());
        for (tag, kind, value) in [
            (256, 4, 1),
            (257, 4, 1),
            (258, 3, 8),
            (259, 3, 1),
            (262, 3, 1),
            (273, 4, 0),
            (277, 3, 1),
            (279, 4, 1),
        ] {
            bytes.extend(entry(tag, kind, value));
        }
        let next = match page + 1 == pages {
            true if in_a_circle => 8,
            true => 0,
            false => 8 + (page as u32 + 1) * length,
        };
        bytes.extend(next.to_le_bytes());
    }
    bytes
}

/// A TIFF of one page that says so of itself.
fn huge_tiff() -> Vec<u8> {
    let mut bytes = tiff(&[Corners::of(40, 60)]);
    // The entries of tags 256 and 257: LONG, one value.
    for (tag, old) in [(0_u8, 40_u32), (1, 60)] {
        let entry = [&[tag, 1, 4, 0, 1, 0, 0, 0][..], &old.to_le_bytes()].concat();
        let at = bytes.windows(entry.len()).position(|part| part == entry).expect("the entry");
        bytes[at + 8..at + 12].copy_from_slice(&u32::MAX.to_le_bytes());
    }
    bytes
}

/// A JPEG whose head says that it is so large.
fn huge_jpeg() -> Vec<u8> {
    let mut bytes = jpeg(&Corners::of(40, 60));
    let at = bytes.windows(2).position(|part| part == [0xFF, 0xC0]).expect("a frame");
    bytes[at + 5..at + 9].copy_from_slice(&[0xFF, 0xFF, 0xFF, 0xFF]);
    bytes
}

/// Segments before the picture, with contents of their own.
fn with_segments(marker: u8, contents: &[Vec<u8>]) -> Vec<u8> {
    let plain = jpeg(&Corners::of(40, 60));
    let mut bytes = plain[..2].to_vec();
    for content in contents {
        bytes.extend([0xFF, marker]);
        bytes.extend((content.len() as u16 + 2).to_be_bytes());
        bytes.extend(content);
    }
    bytes.extend(&plain[2..]);
    bytes
}

/// EXIF data whose directories lead to themselves.
fn circling_exif() -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0*\0\0\0\x08".to_vec();
    exif.extend([0, 2]);
    exif.extend(b"\x87\x69\0\x04\0\0\0\x01\0\0\0\x08");
    exif.extend(b"\x01\x12\0\x03\xFF\xFF\xFF\xFF\0\0\0\x08");
    exif.extend(b"\0\0\0\x08");
    exif
}

/// Hostile pictures: name, bytes, whether it can be printed all the same.
fn hostile() -> Vec<(&'static str, Vec<u8>, bool)> {
    let text = |name: &str, mib| [name.as_bytes(), b"\0\0", &noughts(mib)].concat();
    let small = || noughts(0);
    let plain = |chunks: &[(&[u8; 4], Vec<u8>)]| {
        let mut rows = lopdf::Stream::new(lopdf::Dictionary::new(), vec![0; 2 * 8]);
        // So few bytes are not packed; packed they must be.
        rows.content = deflated(&rows.content);
        with_chunks(8, 8, chunks, &rows.content)
    };
    let icc: Vec<Vec<u8>> = (1..=255)
        .map(|at| [b"ICC_PROFILE\0".as_slice(), &[at, 255], &[7; 60_000]].concat())
        .collect();
    let svg = b"<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"http://127.0.0.1/x\"/></svg>";
    vec![
        ("辽阔.png", with_chunks(60_000, 60_000, &[], b"\x78\x9C\x63"), false),
        ("无边.png", with_chunks(u32::MAX >> 1, u32::MAX >> 1, &[], &small()), false),
        ("狭长.png", with_chunks(60_000_000, 1, &[], &small()), false),
        ("注释.png", plain(&[(b"zTXt", text("Comment", 300))]), true),
        ("色彩.png", plain(&[(b"iCCP", text("p", 300))]), true),
        ("辽阔.jpg", huge_jpeg(), false),
        ("色彩.jpg", with_segments(0xE2, &icc), true),
        ("转圈.jpg", with_segments(0xE1, &[circling_exif()]), true),
        ("多页.tif", endless(100_000, false), false),
        ("转圈.tif", endless(3, true), false),
        ("辽阔.tif", huge_tiff(), false),
        ("矢量.png", svg.to_vec(), false),
        ("矢量.jpg", svg.to_vec(), false),
    ]
}

/// Few bytes packed as they are.
fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut made = vec![0x78, 0x01, 0x01];
    made.extend((bytes.len() as u16).to_le_bytes());
    made.extend((!(bytes.len() as u16)).to_le_bytes());
    made.extend(bytes);
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    made.write_all(&(high << 16 | low).to_be_bytes()).expect("written");
    made
}

#[test]
fn pictures_beyond_all_measure_are_told_by_their_names() {
    let mut given = Given::sound();
    for (name, bytes, _) in hostile() {
        given = given.with_item(json!({ "kind": 7, "title": "其他", "file": name }), bytes);
    }
    let folder = in_folder(&given);
    let list = folder.path().join("packet.json").to_string_lossy().into_owned();
    let begun = Instant::now();
    let ran = chengwen(&["packet", &list, "-o", "-", "--copies", "1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    for (name, _, printed) in hostile() {
        let told = ran.told.lines().any(|line| line.contains(name) && line.starts_with("问题"));
        assert_eq!(told, !printed, "{name}: {}", ran.told);
    }
    assert!(ran.peak < 700, "{} MiB", ran.peak);
    assert!(begun.elapsed() < Duration::from_secs(300), "{:?}", begun.elapsed());
}

#[test]
fn the_service_goes_on_beside_them() {
    let server = Server::start_with("127.0.0.1:0", &[], "开放模式");
    for (name, bytes, printed) in hostile() {
        let list = json!({
            "programme": "shanxi", "attachments": [{ "kind": 7, "title": "其他", "file": name }],
        });
        let list = list.to_string();
        let parts = [("packet", "", list.as_bytes()), ("file", name, &*bytes)];
        let (status, told) = sent(&server, "/api/v1/packets/preview?page=1", &parts);
        assert_eq!(status, if printed { 200 } else { 422 }, "{name}: {told}");
    }
    let sound = png(&Corners::of(40, 60));
    let list = json!({ "programme": "shanxi", "attachments": [{ "kind": 7, "file": "x.png" }] })
        .to_string();
    let parts = [("packet", "", list.as_bytes()), ("file", "x.png", &*sound)];
    assert_eq!(sent(&server, "/api/v1/packets/preview", &parts).0, 200);
    assert!(server.peak() < 700, "{} MiB", server.peak());
}

//! Packets: the sample, and forty scanned pages in three copies, as a print file and as an archive. With
//! `--write FOLDER` the scans and their list are written there instead, for runs of the whole program.

#![expect(clippy::expect_used, clippy::panic, reason = "a measurement of a broken home is none")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chengwen::app::{App, CopiesAs, Files, NamedFile, PackOptions, Processes, Setup, Wrapping};
use chengwen::catalog::Places;
use chengwen::crew::Bounds;
use criterion::Criterion;
use image::codecs::jpeg::JpegEncoder;
use lopdf::{Document, Object, Stream, dictionary};
use serde_json::{Value, json};

/// The pages of a scanned file.
const PAGES: u32 = 40;

/// An A4 page at 300 dpi, as an office scanner sends it: most of it paper, with lines of grain for text.
fn scan(number: u32) -> Vec<u8> {
    let mut state = number.wrapping_mul(2_654_435_761).wrapping_add(1);
    let picture = image::GrayImage::from_fn(2480, 3508, |x, y| {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        let grain = (state >> 24) as u8;
        let line = y % 90 < 40 && (300..2200).contains(&x) && (300..3200).contains(&y);
        let ink = line && (x / 7 + y / 9 + number).is_multiple_of(3);
        image::Luma([if ink { 24 + grain / 16 } else { 240 + grain / 40 }])
    });
    let mut packed = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut packed, 75);
    encoder.encode_image(&picture).expect("a picture");
    packed
}

/// A PDF of scans, as scanners write it.
fn scanned() -> Vec<u8> {
    let mut document = Document::with_version("1.4");
    let tree = document.new_object_id();
    let mut kids = Vec::new();
    for number in 0..PAGES {
        let picture = dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 2480, "Height" => 3508,
            "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "Filter" => "DCTDecode",
        };
        let picture = document.add_object(Stream::new(picture, scan(number)));
        let content = Stream::new(dictionary! {}, b"q 595 0 0 842 0 0 cm /P Do Q".to_vec());
        let content = document.add_object(content);
        let page = document.add_object(dictionary! {
            "Type" => "Page", "Parent" => tree, "Contents" => content,
            "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
            "Resources" => dictionary! { "XObject" => dictionary! { "P" => picture } },
        });
        kids.push(Object::Reference(page));
    }
    let pages = dictionary! { "Type" => "Pages", "Count" => i64::from(PAGES), "Kids" => kids };
    document.objects.insert(tree, Object::Dictionary(pages));
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => tree });
    document.trailer.set("Root", catalog);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("a PDF");
    bytes
}

/// A sample packet with one more attachment, and the files of its folder.
fn packet(home: &Path) -> (Vec<u8>, Vec<NamedFile>) {
    let folder = home.join("samples/packets/shanxi");
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a sample");
    let mut list: Value = serde_json::from_slice(&read("packet.json")).expect("JSON");
    let attachments = list["attachments"].as_array_mut().expect("a list");
    let mut files: Vec<NamedFile> = attachments
        .iter()
        .filter_map(|it| it["file"].as_str())
        .map(|name| (name.to_owned(), Arc::from(read(name))))
        .collect();
    attachments.push(json!({ "kind": 7, "title": "扫描件", "file": "扫描件.pdf" }));
    files.push(("扫描件.pdf".to_owned(), Arc::from(scanned())));
    (list.to_string().into_bytes(), files)
}

fn main() {
    let home = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut arguments = std::env::args().skip(1);
    if arguments.any(|argument| argument == "--write") {
        let folder = PathBuf::from(arguments.next().expect("a folder"));
        let (list, files) = packet(&home);
        std::fs::create_dir_all(&folder).expect("a folder");
        std::fs::write(folder.join("packet.json"), list).expect("written");
        for (name, bytes) in files {
            std::fs::write(folder.join(name), bytes).expect("written");
        }
        return;
    }
    let bounds = Bounds { time: Duration::from_secs(60), memory: 400 << 20, jobs: usize::MAX };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_chengwen"));
    let preparers = Some(Processes { program, count: 2, bounds });
    let places = Places { flag: Some(home.clone()), ..Places::default() };
    let app = App::open(&Setup { places, preparers, ..Setup::default() });
    let app = app.unwrap_or_else(|faults| panic!("{faults}"));
    let (scans, files) = packet(&home);
    let folder = home.join("samples/packets/shanxi");
    let sample = std::fs::read(folder.join("packet.json")).expect("a sample");
    let received = Files::Received(&files);
    let mut criterion = Criterion::default().sample_size(10).configure_from_args();
    for copies in [1, 3] {
        for (name, list, files) in
            [("sample", &sample, Files::Folder(&folder)), ("40 scans", &scans, received)]
        {
            let (wrapping, copies_as) = (Wrapping::Pdf, CopiesAs::Pages);
            let options =
                PackOptions { copies: Some(copies), copies_as, wrapping, ..PackOptions::default() };
            let bytes = app.pack(list, files, options).expect("sound").bytes.len();
            println!("packet: {name}, copies {copies}: {} KiB", bytes >> 10);
            criterion.bench_function(&format!("packet: {name}, copies {copies}"), |bench| {
                bench.iter(|| black_box(app.pack(list, files, options).expect("sound")));
            });
        }
    }
    criterion.final_summary();
}

//! Bad input: each is told as what it is, by the attachment's name, with a remedy; everything else is told
//! beside it.

use std::io::Write;

use serde_json::json;
use zip::write::SimpleFileOptions;

use super::made::{Corners, Paper, jpeg, png, through_qpdf, tiff};
use super::{Given, ONE, advised, codes};
use crate::support::{app, set};

fn small() -> Vec<u8> {
    png(&Corners::of(40, 60))
}

/// A zip with a file of this name.
fn zipped(name: &str) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file(name, plain).expect("begun");
    zip.write_all(b"...").expect("written");
    zip.finish().expect("finished").into_inner()
}

/// A PDF in whose page tree there is nothing.
fn pageless() -> Vec<u8> {
    Paper::new().bytes()
}

/// A PDF whose only page has no extent.
fn flat() -> Vec<u8> {
    let mut paper = Paper::new();
    paper.page([0.0, 0.0, 0.0, 0.0], "");
    paper.bytes()
}

/// A JPEG with another in its EXIF data.
fn with_thumb(photograph: &[u8], thumb: &[u8]) -> Vec<u8> {
    let exif = [b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0".as_slice(), thumb].concat();
    let length = (exif.len() as u16 + 2).to_be_bytes();
    [&[0xFF, 0xD8, 0xFF, 0xE1], &length[..], &exif, &photograph[2..]].concat()
}

/// A TIFF whose pixels are numbers of a palette.
fn palette() -> Vec<u8> {
    let mut bytes = tiff(&[Corners::of(40, 60)]);
    // The entry of tag 262, of type SHORT, one value: 2 is RGB, 3 a palette.
    let entry = [6, 1, 3, 0, 1, 0, 0, 0, 2];
    let at = bytes.windows(entry.len()).position(|part| part == entry).expect("the entry");
    bytes[at + 8] = 3;
    bytes
}

/// Bad files: name, bytes, the code of the problem, and a part of its sentence.
fn bad() -> Vec<(&'static str, Vec<u8>, &'static str, &'static str)> {
    let pdf = || Paper::of("0 0 1 rg 0 0 500 500 re f").bytes();
    let photograph = jpeg(&Corners::of(400, 600));
    let scan = small();
    let several = tiff(&[Corners::of(40, 60), Corners::of(40, 60)]);
    vec![
        ("空.pdf", Vec::new(), "attachment.empty", "0 字节"),
        (
            "密.pdf",
            through_qpdf(&pdf(), &["--encrypt", "open", "owner", "256", "--"]),
            "attachment.encrypted",
            "打开密码",
        ),
        (
            "旧密.pdf",
            through_qpdf(
                &pdf(),
                &["--allow-weak-crypto", "--encrypt", "open", "owner", "40", "--"],
            ),
            "attachment.encrypted",
            "打开密码",
        ),
        ("头.pdf", b"%PDF-1.7\nnothing more".to_vec(), "attachment.damaged", "损坏"),
        ("半.pdf", pdf()[..120].to_vec(), "attachment.damaged", "损坏"),
        ("无页.pdf", pageless(), "attachment.damaged", "损坏"),
        ("平.pdf", flat(), "attachment.bad-page", "第1页没有大小"),
        ("半.jpg", photograph[..photograph.len() / 2].to_vec(), "attachment.damaged", "损坏"),
        ("头.jpg", photograph[..20].to_vec(), "attachment.damaged", "损坏"),
        ("半.png", scan[..scan.len() / 2].to_vec(), "attachment.damaged", "损坏"),
        ("半.tif", several[..several.len() / 2].to_vec(), "attachment.damaged", "损坏"),
        ("假.jpg", small(), "attachment.belied", "内容其实是 PNG 图片"),
        ("假.png", pdf(), "attachment.belied", "以 .pdf 结尾"),
        (
            "照片.heic",
            b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(),
            "attachment.heic",
            "兼容性最佳",
        ),
        ("也是.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec(), "attachment.heic", "JPEG"),
        ("证明.docx", zipped("[Content_Types].xml"), "attachment.office", "另存为"),
        (
            "证明.doc",
            b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1........".to_vec(),
            "attachment.office",
            "PDF",
        ),
        ("全部.zip", zipped("a.jpg"), "attachment.archive", "解压"),
        ("全部.rar", b"Rar!\x1A\x07\x01\0".to_vec(), "attachment.archive", "解压"),
        ("图.bmp", b"BM\x36\0\0\0\0\0\0\0".to_vec(), "attachment.picture", "JPEG 或 PNG"),
        ("图.gif", b"GIF89a\x01\0\x01\0".to_vec(), "attachment.picture", "JPEG 或 PNG"),
        ("表.csv", "甲,乙\n".into(), "attachment.unknown", "应为 PDF、JPEG、PNG 或 TIFF"),
        ("文.txt", "文字".into(), "attachment.unknown", "不是能印的文件"),
        ("乱", (0..=255).cycle().take(5000).collect(), "attachment.unknown", "不是能印的文件"),
    ]
}

#[test]
fn each_bad_file_is_told_as_what_it_is_all_at_once() {
    let app = app();
    let mut given = Given::sound().without(1);
    for (name, bytes, ..) in bad() {
        given = given.with(7, name, bytes);
    }
    // And what is wrong with the papers is told beside it.
    set(&mut given.list, "/application/postcode", json!("12"));
    let problems = given.refused(&app, ONE);
    let found: Vec<_> = problems.to_mend().collect();
    for (name, _, code, part) in bad() {
        let at = given.list["attachments"]
            .as_array()
            .expect("a list")
            .iter()
            .position(|it| it["file"] == name);
        let pointer = format!("/attachments/{}/file", at.expect("it is listed"));
        let own: Vec<_> = found.iter().filter(|it| it.pointer == pointer).collect();
        assert_eq!(own.len(), 1, "{name}: {own:#?}");
        assert_eq!(own[0].code, code, "{name}: {}", own[0].sentence);
        let sentence = &own[0].sentence;
        assert!(sentence.contains(&format!("（{name}）")) && sentence.contains(part), "{sentence}");
    }
    for (code, pointer) in [
        ("packet.missing-material", "/attachments"),
        ("postcode.malformed", "/application/postcode"),
    ] {
        let told = found.iter().any(|it| it.pointer == pointer && it.code == code);
        assert!(told, "{code} at {pointer} not in {found:#?}");
    }
    assert_eq!(found.len(), bad().len() + 2, "{:#?}", codes(&problems));
}

#[test]
fn what_can_be_repaired_is_printed_and_told() {
    let app = app();
    let whole = Paper::of("1 0 0 rg 0 0 500 500 re f").bytes();
    let text = String::from_utf8_lossy(&whole).into_owned();
    let table = text.rfind("startxref").expect("a table");
    let cut = whole[..table].to_vec();
    let mut shifted = b"%PDF-1.7\n".to_vec();
    shifted.extend(&whole);
    for (name, bytes) in [("截.pdf", cut), ("移.pdf", shifted)] {
        let packed = Given::sound().with(7, name, bytes).packed(&app, ONE);
        let bound = super::bound::Bound::of(&packed.bytes);
        let drawn = bound.drawn(bound.start("附件（7）其他证明材料"));
        assert!(drawn.place_of(super::made::RED).is_some(), "{name}");
        let told: Vec<_> = packed.problems.advice().collect();
        assert_eq!(advised(&packed.problems), ["attachment.repaired"], "{name}");
        assert!(told[0].sentence.contains(name), "{}", told[0].sentence);
    }
}

#[test]
fn a_cut_photograph_is_damaged_and_a_strange_scan_is_not() {
    let thumb = jpeg(&Corners::of(16, 16));
    // Telephones put a small picture, whole by itself, before the large one.
    let [small, large] = [Corners::of(400, 600), Corners::of(3000, 4000)]
        .map(|corners| with_thumb(&jpeg(&corners), &thumb));
    let given = Given::sound()
        .with(7, "小.jpg", small[..small.len() / 2].to_vec())
        .with(7, "大.jpg", large[..large.len() / 2].to_vec())
        .with(7, "彩.tif", palette())
        .with(7, "全.jpg", small.clone());
    let problems = given.refused(&app(), ONE);
    let found: Vec<_> =
        problems.to_mend().map(|it| (it.pointer.as_str(), it.code.as_str())).collect();
    let wanted = [
        ("/attachments/3/file", "attachment.damaged"),
        ("/attachments/4/file", "attachment.damaged"),
        ("/attachments/5/file", "attachment.tiff"),
    ];
    assert_eq!(found, wanted);
}

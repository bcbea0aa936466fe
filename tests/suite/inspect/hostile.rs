//! Hostile and broken files: told in a sentence, never a crash, never without end.

use std::io::Write;

use chengwen::inspect::{FaceNames, Report, inspect};
use proptest::prelude::*;

use crate::support::{app, render, sample};

fn look(pdf: &[u8]) -> Result<Report, String> {
    inspect(pdf, &FaceNames::with_roles(None).expect("the table can be read"))
}

/// A file of these objects, from number 1; the first is its catalog.
pub(crate) fn file(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(bytes.len());
        writeln!(bytes, "{} 0 obj", at + 1).expect("written");
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    let table = bytes.len();
    write!(bytes, "xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1).expect("written");
    for place in places {
        writeln!(bytes, "{place:010} 00000 n ").expect("written");
    }
    let size = objects.len() + 1;
    write!(bytes, "trailer <</Size {size} /Root 1 0 R>>\nstartxref\n{table}\n%%EOF")
        .expect("written");
    bytes
}

fn stream(dictionary: &str, content: &[u8]) -> Vec<u8> {
    let mut object = format!("<<{dictionary} /Length {}>>\nstream\n", content.len()).into_bytes();
    object.extend(content);
    object.extend(b"\nendstream");
    object
}

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
const TREE: &str = "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>";

fn with_page(page: &str, rest: &[Vec<u8>]) -> Vec<u8> {
    let mut objects = vec![CATALOG.into(), TREE.into(), page.into()];
    objects.extend_from_slice(rest);
    file(&objects)
}

#[test]
fn what_is_no_pdf_is_told() {
    for bytes in [&b""[..], b"hello", b"PK\x03\x04 a zip", &[0; 4096]] {
        assert_eq!(look(bytes).expect_err("no PDF"), "这不是 PDF 文件");
    }
    let broken = look(b"%PDF-1.7\nnothing more").expect_err("broken");
    assert!(broken.contains("已损坏"), "{broken}");
    let empty = file(&[CATALOG.into(), "<</Type/Pages/Kids[]/Count 0>>".into()]);
    assert!(look(&empty).expect_err("no pages").contains("没有页面"));
}

#[test]
fn trees_that_run_in_a_circle_or_too_deep() {
    let circle = file(&[
        CATALOG.into(),
        "<</Type/Pages/Kids[2 0 R 3 0 R]>>".into(),
        "<</Type/Pages/Kids[2 0 R 2 0 R]>>".into(),
    ]);
    assert!(look(&circle).is_err());
    let mut deep = vec![CATALOG.as_bytes().to_vec()];
    for at in 2..60_000 {
        deep.push(format!("<</Type/Pages/Kids[{} 0 R]>>", at + 1).into_bytes());
    }
    deep.push(b"<</Type/Page>>".to_vec());
    assert!(look(&file(&deep)).is_err());
    let arrays = "[".repeat(200_000) + &"]".repeat(200_000);
    let nested = with_page(
        &format!("<</Type/Page/Rotate {arrays}/Contents 4 0 R>>"),
        &[stream("", arrays.as_bytes())],
    );
    // Whether the page is found or not, it is not a crash.
    let _ = look(&nested);
}

#[test]
fn forms_that_show_themselves_and_forms_that_are_bombs() {
    let page = "<</Type/Page/Contents 4 0 R/Resources<</XObject<</A 5 0 R>>>>>>";
    let own =
        stream("/Type/XObject/Subtype/Form/Resources<</XObject<</A 5 0 R>>>>", b"/A Do /A Do");
    let circle = with_page(page, &[stream("", b"/A Do"), own]);
    assert_eq!(look(&circle).expect("read").pages.len(), 1);

    // Sixteen forms, each of which shows the next one eight times.
    let mut forms = vec![stream("", b"/A Do")];
    for at in 5..21 {
        let next = format!("/Type/XObject/Subtype/Form/Resources<</XObject<</A {} 0 R>>>>", at + 1);
        forms.push(stream(&next, "/A Do ".repeat(8).as_bytes()));
    }
    let bomb = look(&with_page(page, &forms)).expect_err("a bomb");
    assert!(bomb.contains("过多"), "{bomb}");
}

#[test]
fn content_that_is_odd() {
    let page = "<</Type/Page/Contents 4 0 R/Resources<</Font<</F 5 0 R/G 99 0 R/H 3 0 R>>>>>>";
    let font = b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[5 0 R]/W[0[] 1 4294967295 0 -5 -9 1]/ToUnicode 5 0 R>>";
    for content in [
        "Q Q Q q q BT /F 16 Tf <00> Tj <0000> Tj ET",
        "BT /G 16 Tf (a) Tj /H 16 Tf (b) Tj /F 1e9 Tf (cd) Tj 99999999999999999999 0 0 0 0 0 Tm (ef) Tj",
        "BT /F -16 Tf [(a) 1 [2 (b)] /x] TJ ' \" T* 0 Tz (cc) Tj 0 0 0 0 0 0 cm (dd) Tj ET",
        "1 0 0 1 0 0 cm re re 5 re S f* B b n 1 2 m 3 l c v y h S BI ID EI",
        "BT /F 16 Tf ((((((((((((((",
    ] {
        let report = look(&with_page(page, &[stream("", content.as_bytes()), font.to_vec()]));
        assert_eq!(report.expect("read").pages.len(), 1, "{content}");
    }
}

#[test]
fn a_locked_file_is_told() {
    let app = app();
    let sample = sample(&app, "shanxi-commitment");
    let made = render(&app, &sample.document, &sample.record(), chengwen::app::Options::default());
    let folder = tempfile::tempdir().expect("a folder");
    let (plain, locked) = (folder.path().join("plain.pdf"), folder.path().join("locked.pdf"));
    std::fs::write(&plain, made.bytes).expect("written");
    for (password, readable) in [("", true), ("secret", false)] {
        let (from, to) = (plain.to_string_lossy(), locked.to_string_lossy());
        let made =
            crate::support::run("qpdf", &["--encrypt", password, "owner", "256", "--", &from, &to]);
        assert!(made.status.success(), "{made:?}");
        let report = look(&std::fs::read(&locked).expect("readable"));
        assert_eq!(report.is_ok(), readable, "{report:?}");
        match report {
            Ok(report) => assert!(report.file.encrypted && report.pages[0].glyphs > 100),
            Err(why) => assert!(why.contains("密码"), "{why}"),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn spoilt_bytes_are_no_crash(places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..20), cut in any::<prop::sample::Index>()) {
        let page = "<</Type/Page/Contents 4 0 R/Rotate 90/Resources<</Font<</F 5 0 R>>>>>>";
        let font = b"<</Type/Font/Subtype/TrueType/BaseFont/ABCDEF+SimSun/FirstChar 65/Widths[500 500]/Encoding<</Differences[65/A/B]>>>>";
        let content = b"q 1 0 0 1 72 700 cm BT /F 16 Tf [(AB) -20 (BA)] TJ ET 0 0 100 1 re f Q";
        let mut bytes = with_page(page, &[stream("", content), font.to_vec()]);
        for (place, byte) in places {
            let at = place.index(bytes.len());
            bytes[at] = byte;
        }
        bytes.truncate(cut.index(bytes.len() * 4).max(1));
        let _ = look(&bytes);
    }
}

//! Standards: a packet claims PDF/A only when every page of it is such, and otherwise nothing.

use chengwen::app::{Files, PackOptions, Wrapping};
use chengwen::finish::read_back;
use lopdf::{Object, dictionary};

use super::bound::{Bound, near};
use super::made::{BLUE, Corners, GREEN, MM, Paper, RED, cornered, filled, jpeg, png};
use super::{Given, ONE, coarse, codes};
use crate::support::{app, root};

const ARCHIVAL: PackOptions = PackOptions { archival: true, ..ONE };
const TITLE: &str = "附件（7）其他证明材料";

/// A page with a stamp, and words in a face that is in the file.
fn stamped() -> Vec<u8> {
    let mut paper = Paper::of(&cornered([100.0, 100.0, 300.0, 400.0]));
    let face = paper.face([0.0, 0.0, 10.0, 10.0], RED);
    let face = dictionary! { "N" => face };
    let entries = dictionary! { "Subtype" => "Stamp", "F" => 4, "AP" => face };
    paper.annotate([400.0, 500.0, 500.0, 600.0], entries);
    paper.bytes()
}

/// Every dictionary of a file, those of streams too.
fn dictionaries(bound: &Bound) -> impl Iterator<Item = &lopdf::Dictionary> {
    bound.document.objects.values().filter_map(|object| match object {
        Object::Dictionary(dictionary) => Some(dictionary),
        Object::Stream(stream) => Some(&stream.dict),
        _ => None,
    })
}

#[test]
fn an_archival_packet_is_one_whole() {
    let given = Given::sound().with(7, "章.pdf", stamped()).with_item(
        serde_json::json!({ "kind": 7, "title": "照片", "file": "照片.jpg" }),
        jpeg(&Corners::of(60, 40)),
    );
    let packed = given.packed(&coarse(100.0), PackOptions { copies: Some(2), ..ARCHIVAL });
    let file = read_back(&packed.bytes).expect("a PDF");
    assert_eq!(file.archival.as_deref(), Some("3U"));
    let bound = Bound::of(&packed.bytes);
    let catalog = bound.document.catalog().expect("it");
    let intents = catalog.get(b"OutputIntents").expect("an intent");
    let (_, intents) = bound.document.dereference(intents).expect("it");
    assert_eq!(intents.as_array().expect("a list").len(), 1);
    assert!(!catalog.has(b"MarkInfo") && !catalog.has(b"StructTreeRoot"));
    assert!(catalog.has(b"PageLabels") && catalog.has(b"Outlines") && catalog.has(b"Metadata"));
    // Each record once, however many copies there are, and each associated with the whole.
    let names: Vec<&str> = file.carried.keys().map(String::as_str).collect();
    assert_eq!(names, ["shanxi-application.json", "shanxi-commitment.json"]);
    let associated = catalog.get(b"AF").and_then(Object::as_array).expect("a list");
    assert_eq!(associated.len(), 2);
    for file in associated {
        let file = bound.document.dereference(file).expect("it").1.as_dict().expect("a file");
        assert!(file.has(b"AFRelationship") && file.has(b"UF") && file.has(b"F"), "{file:?}");
    }
    for dictionary in dictionaries(&bound) {
        for key in [b"StructParents".as_slice(), b"StructParent", b"JS", b"AA", b"Annots"] {
            assert!(!dictionary.has(key), "{dictionary:?}");
        }
        let name = |key: &[u8]| dictionary.get(key).and_then(Object::as_name).unwrap_or_default();
        assert!(!dictionary.get(b"Interpolate").and_then(Object::as_bool).unwrap_or(false));
        assert_ne!(name(b"Filter"), b"LZWDecode");
        assert_ne!(name(b"ColorSpace"), b"DeviceCMYK");
    }
    // Metadata can be read by programs that unpack nothing.
    assert!(String::from_utf8_lossy(&packed.bytes).contains("<pdfaid:part>3</pdfaid:part>"));
    // What was a page is a picture of it, stamp and all, in the same place; marks are words still.
    let usual = Bound::of(&given.packed(&app(), PackOptions { copies: Some(2), ..ONE }).bytes);
    assert_eq!(bound.bookmarks(), usual.bookmarks());
    assert_eq!(bound.words, usual.words);
    let (page, drawn) = (bound.start(TITLE), usual.start(TITLE));
    let (page, drawn) = (bound.drawn(page), usual.drawn(drawn));
    for colour in [RED, GREEN, BLUE] {
        let (found, wanted) = (page.place_of(colour), drawn.place_of(colour));
        assert!(near(found.expect("it"), wanted.expect("it"), 0.6), "{found:?} {wanted:?}");
    }
}

#[test]
fn a_page_that_lies_is_a_picture_that_lies() {
    let bounds = [0.0, 0.0, 297.0 * MM, 210.0 * MM];
    let mut paper = Paper::new();
    // More pages than one process draws at a time.
    for page in 0..10 {
        paper.page(bounds, &filled([0.0, 0.0, 100.0 + 40.0 * f64::from(page), 200.0], RED));
    }
    let given = Given::sound().with(7, "甲.pdf", paper.bytes());
    let [one, other] =
        [ARCHIVAL, ONE].map(|options| Bound::of(&given.packed(&coarse(72.0), options).bytes));
    let start = one.start(TITLE);
    for page in [start, start + 1, start + 8, start + 9] {
        let (found, wanted) = (one.drawn(page), other.drawn(page));
        assert_eq!(found.size(), wanted.size());
        let (found, wanted) = (found.place_of(RED).expect("it"), wanted.place_of(RED).expect("it"));
        assert!(near(found, wanted, 0.6), "{page}: {found:?} {wanted:?}");
    }
}

#[test]
fn a_face_that_is_not_in_the_file_cannot_become_a_picture() {
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
    let resources = dictionary! { "Font" => dictionary! { "F1" => font } };
    let words = "BT /F1 12 Tf 100 700 Td (unembedded) Tj ET";
    let mut on_page = Paper::of(words);
    on_page.set(0, "Resources", resources.clone());
    let mut in_field = Paper::of("");
    let form = dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "Resources" => resources,
        "BBox" => super::made::numbers(&[0.0, 0.0, 500.0, 800.0]),
    };
    let face = in_field.stream(form, words);
    let face = dictionary! { "N" => face };
    let field = dictionary! { "Subtype" => "Widget", "FT" => "Tx", "F" => 4, "AP" => face };
    in_field.annotate([0.0, 0.0, 500.0, 800.0], field);
    for paper in [on_page, in_field] {
        let given = Given::sound().with(7, "甲.pdf", paper.bytes());
        let problems = given.refused(&app(), ARCHIVAL);
        assert_eq!(codes(&problems), ["attachment.unembedded"]);
        let told = problems.to_mend().next().expect("it");
        assert!(
            told.sentence.contains("甲.pdf") && told.sentence.contains("Helvetica"),
            "{}",
            told.sentence
        );
        // Without the claim it is printed, and advised upon.
        let bound = Bound::of(&given.packed(&app(), ONE).bytes);
        assert!(bound.words[bound.start(TITLE)].contains("unembedded"));
    }
}

#[test]
fn without_the_claim_nothing_is_claimed() {
    let folder = root().join("samples/packets/shanxi.industry");
    let list = std::fs::read(folder.join("packet.json")).expect("the list");
    let options = PackOptions { wrapping: Wrapping::Pdf, ..PackOptions::default() };
    let made = app().pack(&list, Files::Folder(&folder), options).expect("packed");
    let plain = Bound::of(&made.bytes).plain();
    for word in [
        "pdfaid:part",
        "pdfuaid",
        "/MarkInfo",
        "/StructTreeRoot",
        "/StructParents",
        "/OutputIntents",
    ] {
        assert!(!plain.contains(word), "{word}");
    }
    // The records go with it all the same.
    assert_eq!(read_back(&made.bytes).expect("a PDF").carried.len(), 2);
}

#[test]
fn a_draft_carries_no_record_of_what_is_unsound() {
    let mut given = Given::sound().with(7, "甲.png", png(&Corners::of(20, 30)));
    given.list["application"]["postcode"] = serde_json::json!("12");
    let made = given.packed(&app(), PackOptions { draft: true, ..ONE });
    let file = read_back(&made.bytes).expect("a PDF");
    assert!(file.carried.is_empty(), "{:?}", file.carried.keys());
}

//! Stamps, signatures and filled fields: what lies upon a page is printed as the page's own program shows it.

use lopdf::{Dictionary, Object, dictionary};

use super::bound::{Bound, near};
use super::made::{BLUE, GREEN, MM, Paper, RED, YELLOW, filled, numbers};
use super::{Given, ONE, PackOptions, advised};
use crate::support::app;

/// Prints.
const PRINT: i64 = 4;
const HIDDEN: i64 = 2;
const NO_VIEW: i64 = 32;

/// Where an A4 page of points stands: between the margins of a front.
fn on_paper([left, bottom, right, top]: [f64; 4]) -> [f64; 4] {
    let scale = 178.0 / 210.0;
    let (x, y) = (20.0, 148.5 - 297.0 / 2.0 * scale);
    let across = |at: f64| x + at / MM * scale;
    let down = |at: f64| y + (297.0 - at / MM) * scale;
    [across(left), down(top), across(right), down(bottom)]
}

/// The pages of the part, and what was advised.
fn packed(paper: Paper) -> (Bound, usize, Vec<String>) {
    let packed = Given::sound().with(7, "盖章.pdf", paper.bytes()).packed(&app(), ONE);
    let advice = advised(&packed.problems).into_iter().map(str::to_owned).collect();
    let bound = Bound::of(&packed.bytes);
    let start = bound.start("附件（7）其他证明材料");
    (bound, start, advice)
}

fn shown(face: impl Into<Object>) -> Dictionary {
    dictionary! { "N" => face.into() }
}

#[test]
fn a_stamp_is_seen_where_it_was_set() {
    let mut paper = Paper::of(&filled([0.0, 0.0, 595.0, 842.0], [240, 240, 240]));
    let place = [300.0, 200.0, 420.0, 320.0];
    // A face twice as large, that begins elsewhere.
    let face = paper.face([50.0, 50.0, 290.0, 290.0], RED);
    paper.annotate(place, dictionary! { "Subtype" => "Stamp", "F" => PRINT, "AP" => shown(face) });
    let (bound, start, advice) = packed(paper);
    let found = bound.drawn(start).place_of(RED).expect("the stamp");
    assert!(near(found, on_paper(place), 0.6), "{found:?}, not {:?}", on_paper(place));
    assert_eq!(advice, Vec::<String>::new());
    // In each copy, and on paper that is turned.
    let mut paper = Paper::of("");
    let face = paper.face([0.0, 0.0, 10.0, 10.0], RED);
    let entries = dictionary! { "Subtype" => "Stamp", "F" => PRINT, "AP" => shown(face) };
    paper.annotate([0.0, 742.0, 100.0, 842.0], entries);
    paper.set(0, "Rotate", 90);
    let options = PackOptions { copies: Some(3), ..ONE };
    let made = Given::sound().with(7, "盖章.pdf", paper.bytes()).packed(&app(), options);
    let bound = Bound::of(&made.bytes);
    let starts: Vec<usize> = bound
        .bookmarks()
        .into_iter()
        .filter(|(_, title, _)| title == "附件（7）其他证明材料")
        .map(|(_, _, page)| page)
        .collect();
    assert_eq!(starts.len(), 3);
    for start in starts {
        let drawn = bound.drawn(start);
        let [_, top, right, _] = drawn.place_of(RED).expect("the stamp");
        // The upper left corner has come to the upper right.
        let (wide, _) = drawn.size();
        assert!((right - (wide - 16.0)).abs() < 25.0 && top < 35.0, "{right} {top}");
    }
}

#[test]
fn what_is_hidden_or_not_for_print_is_not_there() {
    let mut paper = Paper::of("");
    let mut stamp = |at: f64, flags: Option<i64>, colour: [u8; 3]| {
        let face = paper.face([0.0, 0.0, 10.0, 10.0], colour);
        let mut entries = dictionary! { "Subtype" => "Stamp", "AP" => shown(face) };
        if let Some(flags) = flags {
            entries.set("F", flags);
        }
        paper.annotate([at, 400.0, at + 60.0, 460.0], entries);
    };
    stamp(50.0, Some(PRINT | HIDDEN), RED);
    stamp(150.0, Some(0), RED);
    stamp(250.0, None, RED);
    stamp(350.0, Some(NO_VIEW), RED);
    // Not on the screen, but on paper.
    stamp(450.0, Some(PRINT | NO_VIEW), GREEN);
    let (bound, start, advice) = packed(paper);
    let drawn = bound.drawn(start);
    assert_eq!(drawn.place_of(RED), None);
    let found = drawn.place_of(GREEN).expect("the last");
    assert!(near(found, on_paper([450.0, 400.0, 510.0, 460.0]), 0.6), "{found:?}");
    // What is seen on the screen is missed on paper.
    assert_eq!(advice, ["attachment.unprinted"]);
}

#[test]
fn fields_look_as_they_were_filled() {
    let mut paper = Paper::of("");
    // A signature's field, which is also its widget.
    let face = paper.face([0.0, 0.0, 120.0, 60.0], RED);
    let signature = paper.annotate(
        [400.0, 100.0, 520.0, 160.0],
        dictionary! {
            "Subtype" => "Widget", "FT" => "Sig", "F" => PRINT | 128, "AP" => shown(face),
            "T" => Object::string_literal("signature"),
        },
    );
    // A check box in one of its states.
    let (on, off) =
        (paper.face([0.0, 0.0, 9.0, 9.0], GREEN), paper.face([0.0, 0.0, 9.0, 9.0], BLUE));
    let states = dictionary! { "Yes" => on, "Off" => off };
    let ticked = paper.annotate(
        [100.0, 700.0, 120.0, 720.0],
        dictionary! {
            "Subtype" => "Widget", "FT" => "Btn", "F" => PRINT, "AS" => "Yes",
            "AP" => shown(states), "T" => Object::string_literal("ticked"),
        },
    );
    // A text turned by its own matrix, with a font of its own.
    let font = dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" };
    let form = dictionary! {
        "BBox" => numbers(&[0.0, 0.0, 200.0, 20.0]), "Matrix" => numbers(&[0.0, 1.0, -1.0, 0.0, 0.0, 0.0]),
        "Resources" => dictionary! { "Font" => dictionary! { "F1" => font } },
    };
    let face = paper.stream(form, "/Tx BMC BT /F1 12 Tf 4 6 Td (Filled-in 2026) Tj ET EMC");
    let text = paper.annotate(
        [300.0, 400.0, 320.0, 600.0],
        dictionary! {
            "Subtype" => "Widget", "FT" => "Tx", "F" => PRINT, "AP" => shown(face),
            "V" => Object::string_literal("Filled-in 2026"), "T" => Object::string_literal("text"),
        },
    );
    let fields: Vec<Object> = vec![signature.into(), ticked.into(), text.into()];
    let catalog = paper.catalog;
    paper.set_in(catalog, "AcroForm", dictionary! { "Fields" => fields, "SigFlags" => 3 });
    let (bound, start, advice) = packed(paper);
    let drawn = bound.drawn(start);
    for (colour, place) in
        [(RED, [400.0, 100.0, 520.0, 160.0]), (GREEN, [100.0, 700.0, 120.0, 720.0])]
    {
        let found = drawn.place_of(colour).expect("the field");
        assert!(near(found, on_paper(place), 0.6), "{found:?}, not {:?}", on_paper(place));
    }
    assert_eq!(drawn.place_of(BLUE), None);
    assert!(bound.words[start].contains("Filled-in2026"), "{}", bound.words[start]);
    // The face of the text is not in the file; that is told, and nothing else.
    assert_eq!(advice, ["attachment.unembedded"]);
    let plain = bound.plain();
    for word in ["/AcroForm", "/Widget", "/Sig", "/FT"] {
        assert!(!plain.contains(word), "{word}");
    }
}

#[test]
fn what_says_nowhere_how_it_looks_is_told() {
    let mut paper = Paper::of("");
    let place = [100.0, 100.0, 200.0, 150.0];
    let filled = dictionary! {
        "Subtype" => "Widget", "FT" => "Tx", "F" => PRINT, "V" => Object::string_literal("lost"),
    };
    paper.annotate(place, filled);
    paper.annotate(place, dictionary! { "Subtype" => "Stamp", "F" => PRINT });
    // A field that has its value from the one above it, and two to which that one gives nothing.
    for (at, value) in ["kept above", "", "Off"].into_iter().enumerate() {
        let value = if at == 2 { Object::from(value) } else { Object::string_literal(value) };
        let parent =
            dictionary! { "FT" => "Tx", "T" => Object::string_literal("all"), "V" => value };
        let parent = paper.document.add_object(parent);
        let child = dictionary! { "Subtype" => "Widget", "F" => PRINT, "Parent" => parent };
        paper.annotate(place, child);
    }
    // A signature that stands nowhere, and a box that is not ticked.
    let signed = dictionary! { "Type" => "Sig" };
    let signed =
        dictionary! { "Subtype" => "Widget", "FT" => "Sig", "F" => PRINT | 128, "V" => signed };
    paper.annotate([0.0; 4], signed);
    let ticked = paper.face([0.0, 0.0, 9.0, 9.0], GREEN);
    let states = dictionary! { "Yes" => ticked };
    let unticked = dictionary! {
        "Subtype" => "Widget", "FT" => "Btn", "F" => PRINT, "AS" => "Off", "V" => "Off",
        "AP" => shown(states),
    };
    paper.annotate(place, unticked);
    // A button, which is for the screen.
    let face = paper.face([0.0, 0.0, 9.0, 9.0], RED);
    let button = dictionary! {
        "Subtype" => "Widget", "FT" => "Btn", "Ff" => 1 << 16, "AP" => shown(face),
    };
    paper.annotate(place, button);
    // A field left empty, a link, a note that pops up, and one that is not printed: nothing is lost.
    paper.annotate(place, dictionary! { "Subtype" => "Widget", "FT" => "Tx", "F" => PRINT });
    paper.annotate(place, dictionary! { "Subtype" => "Link", "F" => PRINT });
    paper.annotate(place, dictionary! { "Subtype" => "Popup", "F" => PRINT });
    paper.annotate(place, dictionary! { "Subtype" => "Stamp" });
    let packed = Given::sound().with(7, "盖章.pdf", paper.bytes()).packed(&app(), ONE);
    let told: Vec<_> = packed.problems.advice().collect();
    assert_eq!(told.len(), 1, "{told:#?}");
    assert_eq!(
        (told[0].code.as_str(), told[0].pointer.as_str()),
        ("attachment.faceless", "/attachments/3/file")
    );
    let sentence = &told[0].sentence;
    assert!(sentence.contains("有 3 处") && sentence.contains("盖章.pdf"), "{sentence}");
}

#[test]
fn odd_annotations_do_no_harm() {
    let mut paper = Paper::of("");
    let face = paper.face([0.0, 0.0, 10.0, 10.0], YELLOW);
    let nothing = paper.face([0.0, 0.0, 0.0, 0.0], RED);
    let gone = paper.document.new_object_id();
    let stamp =
        |face: Object| dictionary! { "Subtype" => "Stamp", "F" => PRINT, "AP" => shown(face) };
    // No extent of its own, or of its place; a face that is not there; states without a state.
    paper.annotate([10.0, 10.0, 60.0, 60.0], stamp(nothing.into()));
    paper.annotate([10.0, 10.0, 10.0, 10.0], stamp(face.into()));
    paper.annotate([10.0, 10.0, 60.0, 60.0], stamp(gone.into()));
    paper.annotate([10.0, 10.0, 60.0, 60.0], stamp(dictionary! { "A" => face }.into()));
    // One that shows itself.
    let circle = paper.face([0.0, 0.0, 10.0, 10.0], GREEN);
    let own = dictionary! { "XObject" => dictionary! { "X" => circle } };
    if let Ok(Object::Stream(stream)) = paper.document.get_object_mut(circle) {
        stream.dict.set("Resources", own);
    }
    paper.annotate([200.0, 200.0, 260.0, 260.0], stamp(circle.into()));
    // The corners the wrong way round.
    paper.annotate([360.0, 260.0, 300.0, 200.0], stamp(face.into()));
    let (bound, start, _) = packed(paper);
    let drawn = bound.drawn(start);
    assert_eq!(drawn.place_of(RED), None);
    assert!(drawn.place_of(GREEN).is_some());
    let found = drawn.place_of(YELLOW).expect("the last");
    assert!(near(found, on_paper([300.0, 200.0, 360.0, 260.0]), 0.6), "{found:?}");
}

/// An annotation of a page whose layers are these.
fn with_layers(
    paper: &mut Paper,
    names: &[&str],
    usage: impl Fn(&str) -> Dictionary,
) -> Vec<Object> {
    names
        .iter()
        .map(|name| {
            let layer = dictionary! {
                "Type" => "OCG", "Name" => Object::string_literal(*name), "Usage" => usage(name),
            };
            paper.document.add_object(layer).into()
        })
        .collect()
}

#[test]
fn layers_are_shown_as_they_are_printed() {
    let mut paper = Paper::of("");
    let names = ["on", "off", "printed", "unprinted"];
    let layers = with_layers(&mut paper, &names, |name| match name {
        "printed" => dictionary! { "Print" => dictionary! { "PrintState" => "ON" } },
        "unprinted" => dictionary! { "Print" => dictionary! { "PrintState" => "OFF" } },
        _ => Dictionary::new(),
    });
    let usage = dictionary! {
        "Event" => "Print", "Category" => vec!["Print".into()], "OCGs" => layers.clone(),
    };
    let usual = dictionary! {
        "OFF" => vec![layers[1].clone(), layers[2].clone()], "AS" => vec![usage.into()],
    };
    let catalog = paper.catalog;
    let properties = dictionary! { "OCGs" => layers.clone(), "D" => usual };
    paper.set_in(catalog, "OCProperties", properties);
    let both = |one: usize, other: usize, policy: &str| -> Object {
        let members = vec![layers[one].clone(), layers[other].clone()];
        dictionary! { "Type" => "OCMD", "OCGs" => members, "P" => policy }.into()
    };
    let owners = [
        (layers[0].clone(), true),
        (layers[1].clone(), false),
        (layers[2].clone(), true),
        (layers[3].clone(), false),
        (both(0, 1, "AnyOn"), true),
        (both(1, 3, "AnyOn"), false),
        (both(0, 1, "AllOn"), false),
        (both(1, 3, "AllOff"), true),
    ];
    let places: Vec<[f64; 4]> = (0..8)
        .map(|at| f64::from(at) * 60.0 + 40.0)
        .map(|left| [left, 400.0, left + 40.0, 440.0])
        .collect();
    let mut drawn_by_page = String::new();
    let mut named = Dictionary::new();
    for (at, (place, (owner, _))) in places.iter().zip(&owners).enumerate() {
        let face = paper.face([0.0, 0.0, 10.0, 10.0], GREEN);
        let mut entries = dictionary! { "Subtype" => "Stamp", "F" => PRINT, "AP" => shown(face) };
        entries.set("OC", owner.clone());
        paper.annotate(*place, entries);
        // The page's own content too.
        if let Object::Reference(_) = owner {
            named.set(format!("L{at}"), owner.clone());
            let lower = filled([place[0], 300.0, place[2], 340.0], BLUE);
            drawn_by_page.push_str(&format!("/OC /L{at} BDC {lower} EMC\n"));
        }
    }
    let content = paper.stream(Dictionary::new(), &drawn_by_page);
    paper.set(0, "Contents", content);
    paper.set(0, "Resources", dictionary! { "Properties" => named });
    let (bound, start, _) = packed(paper);
    let drawn = bound.drawn(start);
    for (place, (owner, seen)) in places.iter().zip(&owners) {
        let [left, top, right, bottom] = on_paper(*place);
        let pixel = drawn.at((left + right) / 2.0, (top + bottom) / 2.0);
        assert_eq!(super::bound::is(pixel, GREEN), *seen, "{owner:?}");
        if let Object::Reference(_) = owner {
            let [left, top, right, bottom] = on_paper([place[0], 300.0, place[2], 340.0]);
            let pixel = drawn.at((left + right) / 2.0, (top + bottom) / 2.0);
            assert_eq!(super::bound::is(pixel, BLUE), *seen, "content of {owner:?}");
        }
    }
}

#[test]
fn what_lies_upon_a_page_stays_within_it() {
    let mut paper = Paper::of(&filled([0.0, 0.0, 595.0, 842.0], GREEN));
    let face = paper.face([0.0, 0.0, 10.0, 10.0], RED);
    let entries = dictionary! { "Subtype" => "Stamp", "F" => PRINT, "AP" => shown(face) };
    paper.annotate([-500.0, 700.0, 1500.0, 1500.0], entries);
    let (bound, start, _) = packed(paper);
    let found = bound.drawn(start).coloured().expect("the page");
    let wanted = on_paper([0.0, 0.0, 210.0 * MM, 297.0 * MM]);
    assert!(near(found, wanted, 0.6), "{found:?}, not {wanted:?}");
}

//! Files of several programs: whatever can be run, followed or opened in them stays behind.

use chengwen::app::Options;
use lopdf::{Object, dictionary};

use super::bound::Bound;
use super::made::{BLUE, GREEN, MM, Paper, RED, filled, numbers, through_qpdf};
use super::{Given, ONE, PackOptions, advised, coarse};
use crate::support::{app, render, run, sample};

const TITLE: &str = "附件（7）其他证明材料";

fn packed(bytes: Vec<u8>) -> (Bound, usize) {
    let bound = Bound::of(&Given::sound().with(7, "甲.pdf", bytes).packed(&app(), ONE).bytes);
    let start = bound.start(TITLE);
    (bound, start)
}

#[test]
fn our_own_papers_can_be_attached() {
    let app = app();
    let own = sample(&app, "shanxi-certificate");
    let made = render(&app, &own.document, &own.record(), Options::default());
    let (bound, start) = packed(made.bytes);
    assert!(bound.words[start].contains("附件（7）其他证明材料第1页"), "{}", bound.words[start]);
    let holder = own.record()["holder"].as_str().expect("a holder").to_owned();
    assert!(bound.words[start].contains(&holder), "{}", bound.words[start]);
    // Another form with its record: the packet carries its own two and no third.
    let form = sample(&app, "shanxi-application.region");
    let made = render(&app, &form.document, &form.record(), Options::default());
    let bytes = Given::sound().with(7, "甲.pdf", made.bytes).packed(&app, ONE).bytes;
    let file = chengwen::finish::read_back(&bytes).expect("a PDF");
    assert_eq!(file.carried.len(), 2, "{:?}", file.carried.keys());
}

/// A file with text, written by reportlab; its name, and what is read in it.
fn reportlab() -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    crate::support::reportlab("tests/suite/packet/producers.py", folder.path());
    std::fs::read(folder.path().join("form.pdf")).expect("made")
}

#[test]
fn the_same_form_however_it_was_written() {
    let plain = reportlab();
    let folder = tempfile::tempdir().expect("a folder");
    let (from, to) = (folder.path().join("from.pdf"), folder.path().join("to.pdf"));
    std::fs::write(&from, &plain).expect("written");
    let (from, made) = (from.to_string_lossy(), to.to_string_lossy());
    let other = |program: &str, arguments: &[&str]| {
        let ran = run(program, &[arguments, &[&*from, &*made]].concat());
        assert!(ran.status.success(), "{ran:?}");
        std::fs::read(&to).expect("made")
    };
    let files = [
        ("reportlab", plain.clone()),
        ("object streams", through_qpdf(&plain, &["--object-streams=generate"])),
        ("linearised", through_qpdf(&plain, &["--linearize"])),
        ("unpacked", through_qpdf(&plain, &["--qdf", "--object-streams=disable"])),
        (
            "opened without a password",
            through_qpdf(&plain, &["--encrypt", "", "owner", "256", "--"]),
        ),
        (
            "and of old",
            through_qpdf(&plain, &["--allow-weak-crypto", "--encrypt", "", "owner", "40", "--"]),
        ),
        ("cairo", other("pdftocairo", &["-pdf"])),
    ];
    let app = app();
    let mut given = Given::sound();
    for (name, bytes) in &files {
        let item = serde_json::json!({ "kind": 7, "title": name, "file": format!("{name}.pdf") });
        given = given.with_item(item, bytes.clone());
    }
    let packed = given.packed(&app, ONE);
    let bound = Bound::of(&packed.bytes);
    for (name, _) in &files {
        let start = bound.start(&format!("附件（7）{name}"));
        let words = &bound.words[start];
        // The text of the page, and what was filled into its fields.
        assert!(
            words.contains("放心消费示范单位") && words.contains("JinWeiYuan"),
            "{name}: {words}"
        );
        assert!(bound.words[start + 1].contains("第二面"), "{name}: {}", bound.words[start + 1]);
        assert!(bound.drawn(start).place_of(RED).is_some(), "{name}");
    }
    assert!(advised(&packed.problems).iter().all(|code| *code == "attachment.unembedded"));
}

/// Hides in what the first page draws with: data, files and actions; and draws a form called `AF`.
fn hide_in_resources(paper: &mut Paper) {
    let payload = paper.stream(dictionary! { "Type" => "EmbeddedFile" }, "SECRET-PAYLOAD");
    let name = Object::string_literal("payload.exe");
    // A type that is said elsewhere, and a file that does not say that it is one.
    let kind = paper.document.add_object(Object::Name(b"Filespec".to_vec()));
    let said = dictionary! { "Type" => kind, "F" => name.clone() };
    let unsaid = dictionary! { "F" => name.clone(), "EF" => dictionary! { "F" => payload } };
    let action =
        dictionary! { "S" => "JavaScript", "JS" => Object::string_literal("app.alert(2)") };
    let creator = dictionary! { "Creator" => Object::string_literal("SECRET-PAYLOAD") };
    let layer = dictionary! {
        "Type" => "OCG", "Name" => Object::string_literal("layer"),
        "Usage" => dictionary! { "CreatorInfo" => creator }, "AF" => unsaid.clone(),
    };
    let layer = paper.document.add_object(layer);
    let listed = dictionary! { "L" => layer, "M" => dictionary! { "URI" => action.clone() } };
    let listed = paper.document.add_object(listed);
    let state = dictionary! { "Type" => "ExtGState", "AF" => unsaid.clone(), "Own" => said };
    let form = dictionary! {
        "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&[0.0, 0.0, 50.0, 50.0]),
        "F" => name, "Own" => vec![unsaid.into(), action.into(), payload.into()],
    };
    let face = paper.stream(form, &filled([0.0, 0.0, 50.0, 50.0], BLUE));
    let resources = dictionary! {
        "Properties" => listed, "ExtGState" => dictionary! { "G" => state },
        "XObject" => dictionary! { "AF" => face },
    };
    paper.set(0, "Resources", resources);
    let green = filled([100.0, 100.0, 200.0, 200.0], GREEN);
    let content = format!("/G gs /OC /L BDC {green} EMC /Own /M BDC /AF Do EMC");
    let content = paper.stream(dictionary! {}, &content);
    paper.set(0, "Contents", content);
}

#[test]
fn nothing_that_runs_or_opens_is_in_the_print_file() {
    let mut paper = Paper::of(&filled([100.0, 100.0, 200.0, 200.0], GREEN));
    let script = |code: &str| {
        dictionary! { "S" => "JavaScript", "JS" => Object::string_literal(code) }
    };
    let embedded = paper.stream(dictionary! { "Type" => "EmbeddedFile" }, "SECRET-PAYLOAD");
    let file = dictionary! {
        "Type" => "Filespec", "F" => Object::string_literal("payload.exe"),
        "EF" => dictionary! { "F" => embedded },
    };
    let names: Vec<Object> = vec![Object::string_literal("payload.exe"), file.clone().into()];
    let scripts: Vec<Object> = vec![Object::string_literal("all"), script("app.alert(1)").into()];
    let catalog = paper.catalog;
    paper.set_in(catalog, "OpenAction", script("app.alert('OPENED')"));
    paper.set_in(catalog, "AA", dictionary! { "WC" => script("app.alert('CLOSED')") });
    let names = dictionary! {
        "EmbeddedFiles" => dictionary! { "Names" => names },
        "JavaScript" => dictionary! { "Names" => scripts },
    };
    paper.set_in(catalog, "Names", names);
    paper.set(0, "AA", dictionary! { "O" => script("app.alert('PAGE')") });
    let attached = dictionary! { "Subtype" => "FileAttachment", "F" => 4, "FS" => file };
    paper.annotate([10.0, 10.0, 30.0, 30.0], attached);
    let launch = dictionary! { "S" => "Launch", "F" => Object::string_literal("cmd.exe") };
    paper.annotate(
        [10.0, 10.0, 90.0, 90.0],
        dictionary! { "Subtype" => "Link", "F" => 4, "A" => launch },
    );
    let address = Object::string_literal("http://example.invalid/");
    let follow = dictionary! { "S" => "URI", "URI" => address };
    let face = paper.face([0.0, 0.0, 10.0, 10.0], RED);
    let button = dictionary! {
        "Subtype" => "Widget", "FT" => "Btn", "F" => 4, "A" => follow,
        "AP" => dictionary! { "N" => face }, "AA" => dictionary! { "U" => script("app.alert('UP')") },
    };
    paper.annotate([300.0, 300.0, 400.0, 400.0], button);
    let media = paper.stream(dictionary! {}, "RICH-MEDIA");
    let shown = dictionary! { "Subtype" => "RichMedia", "F" => 4, "RichMediaContent" => media };
    paper.annotate([10.0, 10.0, 90.0, 90.0], shown);
    hide_in_resources(&mut paper);
    let (bound, start) = packed(paper.bytes());
    let drawn = bound.drawn(start);
    assert!(drawn.place_of(GREEN).is_some() && drawn.place_of(RED).is_some());
    // Names of lists may be those of what is left out.
    assert!(drawn.place_of(BLUE).is_some());
    let plain = bound.plain();
    for word in [
        "JavaScript",
        "/JS",
        "OpenAction",
        "/AA",
        "SECRET-PAYLOAD",
        "payload.exe",
        "Launch",
        "cmd.exe",
        "example.invalid",
        "RICH-MEDIA",
        "app.alert",
        "/FileAttachment",
        "/URI",
    ] {
        assert!(!plain.contains(word), "{word}");
    }
}

#[test]
fn what_a_layer_hides_stays_hidden() {
    let bounds = [0.0, 0.0, 210.0 * MM, 297.0 * MM];
    let layered = |off: bool, state: Option<&str>| {
        let mut paper = Paper::new();
        let layer = |paper: &mut Paper, name: &str| {
            let named = Object::string_literal(name);
            paper.document.add_object(dictionary! { "Type" => "OCG", "Name" => named })
        };
        let (one, two) = (layer(&mut paper, "one"), layer(&mut paper, "two"));
        let content = format!(
            "/OC /L1 BDC {} EMC /OC /L2 BDC {} EMC",
            filled([50.0, 50.0, 150.0, 150.0], RED),
            filled([250.0, 50.0, 350.0, 150.0], GREEN)
        );
        paper.page(bounds, &content);
        let properties = dictionary! { "L1" => one, "L2" => two };
        paper.set(0, "Resources", dictionary! { "Properties" => properties });
        let mut usual = dictionary! { "Order" => Vec::<Object>::new() };
        let list = |of: lopdf::ObjectId| vec![Object::Reference(of)];
        if off {
            usual.set("OFF", list(one));
        }
        if let Some(state) = state {
            usual.set("BaseState", state);
            usual.set("ON", list(two));
        }
        let all: Vec<Object> = vec![one.into(), two.into()];
        let catalog = paper.catalog;
        paper.set_in(catalog, "OCProperties", dictionary! { "OCGs" => all, "D" => usual });
        paper.bytes()
    };
    for (bytes, seen) in [
        (layered(false, None), true),
        (layered(true, None), false),
        (layered(false, Some("OFF")), false),
    ] {
        let app = coarse(72.0);
        for archival in [false, true] {
            let given = Given::sound().with(7, "甲.pdf", bytes.clone());
            let made = given.packed(&app, PackOptions { archival, ..ONE });
            let bound = Bound::of(&made.bytes);
            let drawn = bound.drawn(bound.start(TITLE));
            assert!(drawn.place_of(GREEN).is_some(), "{seen} {archival}");
            assert_eq!(drawn.place_of(RED).is_some(), seen, "archival {archival}");
        }
    }
}

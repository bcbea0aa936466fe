//! Attached files that would do something, or fetch something: what is printed does nothing, keeps nothing of
//! it, and nobody is asked for anything.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use chengwen::app::PackOptions;
use lopdf::{Dictionary, Object, Stream, dictionary};
use serde_json::json;

use crate::packet::bound::Bound;
use crate::packet::made::{Paper, RED, numbers};
use crate::packet::{Given, ONE, advised, in_folder};
use crate::support::{app, root};

/// An action of each kind (ISO 32000-1, 12.6.4), all of which lead to this address.
fn actions(url: &str) -> Vec<Dictionary> {
    let text = |text: &str| Object::string_literal(text);
    let file = || dictionary! { "Type" => "Filespec", "FS" => "URL", "F" => text(url) };
    vec![
        dictionary! { "S" => "URI", "URI" => text(url) },
        dictionary! { "S" => "Launch", "F" => file() },
        dictionary! { "S" => "GoToR", "F" => file(), "D" => text("x") },
        dictionary! { "S" => "GoToE", "F" => file(), "D" => text("x") },
        dictionary! { "S" => "SubmitForm", "F" => file() },
        dictionary! { "S" => "ImportData", "F" => file() },
        dictionary! { "S" => "JavaScript", "JS" => text("app.launchURL('http://x')") },
        dictionary! { "S" => "Rendition", "JS" => text("x") },
        dictionary! { "S" => "Named", "N" => "Print" },
        dictionary! { "S" => "Hide", "T" => text("x") },
        dictionary! { "S" => "ResetForm" },
    ]
}

/// A PDF with everything in it that does something or lies elsewhere.
fn active(url: &str) -> Vec<u8> {
    let text = |text: &str| Object::string_literal(text);
    let file =
        || dictionary! { "Type" => "Filespec", "FS" => "URL", "F" => text(url), "UF" => text(url) };
    let mut paper =
        Paper::of("1 0 0 rg 0 0 500 500 re f /Outside Do /Proxy Do BT /Far 12 Tf (x) Tj ET");
    let catalog = paper.catalog;
    let mut first = None;
    for action in actions(url) {
        let entries = dictionary! { "Subtype" => "Link", "F" => 4, "A" => action.clone() };
        paper.annotate([0.0, 0.0, 90.0, 90.0], entries);
        let face = paper.face([0.0, 0.0, 9.0, 9.0], RED);
        let entries = dictionary! {
            "Subtype" => "Widget", "FT" => "Btn", "F" => 4, "A" => action.clone(),
            "AA" => dictionary! { "E" => action.clone() }, "AP" => dictionary! { "N" => face },
            "T" => text("field"), "MK" => dictionary! {},
        };
        paper.annotate([90.0, 0.0, 180.0, 90.0], entries);
        first = first.or(Some(action));
    }
    let action = first.expect("an action");
    let script = dictionary! { "S" => "JavaScript", "JS" => text("this.print()") };
    let embedded = paper
        .document
        .add_object(Stream::new(dictionary! { "Type" => "EmbeddedFile" }, b"MZ evil".to_vec()));
    let attached = dictionary! {
        "Type" => "Filespec", "F" => text("evil.exe"), "EF" => dictionary! { "F" => embedded },
    };
    for (kind, key) in [
        ("FileAttachment", "FS"),
        ("Sound", "Sound"),
        ("Movie", "Movie"),
        ("Screen", "X"),
        ("3D", "3DD"),
        ("RichMedia", "RichMediaContent"),
    ] {
        let face = paper.face([0.0, 0.0, 9.0, 9.0], RED);
        let mut entries =
            dictionary! { "Subtype" => kind, "F" => 4, "AP" => dictionary! { "N" => face } };
        entries.set(key, attached.clone());
        paper.annotate([180.0, 0.0, 200.0, 20.0], entries);
    }
    let names = |key: &str, value: Dictionary| {
        dictionary! { key => dictionary! { "Names" => vec![text("x"), value.into()] } }
    };
    let mut tree = names("JavaScript", script.clone());
    tree.extend(&names("EmbeddedFiles", attached.clone()));
    let xfa = paper
        .document
        .add_object(Stream::new(Dictionary::new(), format!("<xdp href=\"{url}\"/>").into_bytes()));
    for (key, value) in [
        ("OpenAction", script.clone()),
        ("AA", dictionary! { "WC" => script.clone(), "WP" => script.clone() }),
        ("Names", tree),
        (
            "AcroForm",
            dictionary! { "Fields" => Vec::<Object>::new(), "XFA" => xfa, "NeedAppearances" => true },
        ),
        ("URI", dictionary! { "Base" => text(url) }),
        ("Collection", dictionary! { "Type" => "Collection" }),
        (
            "Outlines",
            dictionary! { "First" => dictionary! { "Title" => text("x"), "A" => action.clone() } },
        ),
    ] {
        paper.set_in(catalog, key, value);
    }
    paper.set_in(catalog, "AF", vec![attached.clone().into()]);
    paper.set(0, "AA", dictionary! { "O" => script, "C" => action });
    paper.set(0, "AF", vec![attached.into()]);
    paper.set(0, "PieceInfo", dictionary! { "Evil" => dictionary! { "Private" => text("evil") } });
    paper.set(0, "Metadata", embedded);
    paper.set(0, "B", Vec::<Object>::new());
    // Content, pictures, fonts and forms that lie in other files.
    let outside = paper.document.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Image", "Width" => 9, "Height" => 9,
            "ColorSpace" => "DeviceGray", "BitsPerComponent" => 8, "F" => file(),
            "FFilter" => "DCTDecode", "Alternates" => Vec::<Object>::new(),
            "OPI" => dictionary! { "2.0" => dictionary! { "Type" => "OPI", "Version" => 2.0, "F" => file() } },
        },
        Vec::new(),
    ));
    let proxy = paper.document.add_object(Stream::new(
        dictionary! {
            "Type" => "XObject", "Subtype" => "Form", "BBox" => numbers(&[0.0, 0.0, 9.0, 9.0]),
            "Ref" => dictionary! { "F" => file(), "Page" => 0 },
            "PS" => embedded, "Measure" => dictionary! { "URI" => text(url) },
        },
        b"0 1 0 rg 0 0 9 9 re f".to_vec(),
    ));
    let font = paper.document.add_object(Stream::new(dictionary! { "F" => file() }, Vec::new()));
    let far = dictionary! {
        "Type" => "Font", "Subtype" => "TrueType", "BaseFont" => "Far",
        "FontDescriptor" => dictionary! { "Type" => "FontDescriptor", "FontName" => "Far", "FontFile2" => font },
    };
    let resources = dictionary! {
        "XObject" => dictionary! { "Outside" => outside, "Proxy" => proxy },
        "Font" => dictionary! { "Far" => far },
        "Properties" => dictionary! { "P" => dictionary! { "URI" => text(url), "JS" => text("x") } },
    };
    paper.set(0, "Resources", resources);
    paper.bytes()
}

/// What must not be in a print file; the files in it are our own records.
const WORDS: [&str; 24] = [
    "/URI",
    "/Launch",
    "/GoToR",
    "/GoToE",
    "/SubmitForm",
    "/ImportData",
    "/JavaScript",
    "/JS",
    "/OpenAction",
    "/AA",
    "/XFA",
    "/AcroForm",
    "/FileAttachment",
    "/RichMedia",
    "/Movie",
    "/Sound",
    "/Rendition",
    "/OPI",
    "/Ref ",
    "/FFilter",
    "/PieceInfo",
    "/Widget",
    "evil",
    "127.0.0.1",
];

#[test]
fn what_is_printed_does_nothing() {
    let url = "http://127.0.0.1:9/evil";
    let options = PackOptions { copies: Some(2), ..ONE };
    let packed = Given::sound().with(7, "有动作.pdf", active(url)).packed(&app(), options);
    // What is lost is told: a picture that lies elsewhere, a face that is not brought.
    assert_eq!(advised(&packed.problems), ["attachment.outside", "attachment.unembedded"]);
    let bound = Bound::of(&packed.bytes);
    let drawn = bound.drawn(bound.start("附件（7）其他证明材料"));
    assert!(drawn.place_of(RED).is_some(), "what the page shows is printed");
    let plain = bound.plain();
    for word in WORDS {
        assert!(!plain.contains(word), "{word} is in the print file");
    }
}

/// Runs the program where every call to the network is written down; what was, and how it ended.
fn watched(list: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let calls = folder.path().join("calls");
    let ran = Command::new("strace")
        .args(["-f", "-qq", "-e", "trace=network", "-o"])
        .arg(&calls)
        .arg(env!("CARGO_BIN_EXE_chengwen"))
        .args(["--home", &root().to_string_lossy(), "packet"])
        .arg(list)
        .args(["-o", "-", "--copies", "1"])
        .args(arguments)
        .output()
        .expect("strace runs; tests/run installs it");
    let calls = std::fs::read_to_string(&calls).expect("written");
    (ran.status.code(), calls, String::from_utf8_lossy(&ran.stderr).into_owned())
}

#[test]
fn nobody_is_asked_for_anything() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("set");
    let url = format!("http://{}/evil", listener.local_addr().expect("an address"));
    let text = format!("# 说明\n\n见[网址]({url})。\n\n第一段，{url} 也是网址。\n\n- 甲\n- 乙\n");
    let svg = format!("<svg xmlns=\"http://www.w3.org/2000/svg\"><image href=\"{url}\"/></svg>");
    let given = Given::sound().without(3).with(3, "说明.md", text.into()).with(
        7,
        "有动作.pdf",
        active(&url),
    );
    let folder = in_folder(&given);
    let list = folder.path().join("packet.json");
    // For an archive a face that is in another file is one that lacks.
    for (arguments, wanted) in [(&[][..], 0), (&["--pdfa"], 1)] {
        let (code, calls, told) = watched(&list, arguments);
        assert_eq!(code, Some(wanted), "{told}");
        assert!(wanted == 0 || told.contains("没有嵌入的字体（Far）"), "{told}");
        // Pipes between processes are pairs of sockets on some systems; nothing else may be asked for.
        let outside: Vec<&str> = calls
            .lines()
            .filter(|line| {
                line.contains("socket(") || line.contains("connect(") || line.contains("sendto(")
            })
            .filter(|line| !line.contains("AF_UNIX"))
            .collect();
        assert_eq!(outside, Vec::<&str>::new());
    }
    // What cannot be printed is told, with its line.
    for (name, text, told) in [
        ("图.md", format!("# 说明\n\n![图]({url})\n"), "图片"),
        ("网页.md", format!("# 说明\n\n<img src=\"{url}\"><script>alert(1)</script>\n"), "HTML"),
    ] {
        let given =
            Given::sound().without(3).with_item(json!({ "kind": 3, "file": name }), text.into());
        let folder = in_folder(&given);
        let (code, _, said) = watched(&folder.path().join("packet.json"), &[]);
        assert_eq!(code, Some(1), "{said}");
        assert!(said.contains(told) && said.contains("第3行"), "{told}: {said}");
    }
    let given = Given::sound().with(7, "矢量.png", svg.into_bytes());
    let folder = in_folder(&given);
    let (code, _, said) = watched(&folder.path().join("packet.json"), &[]);
    assert_eq!(code, Some(1), "{said}");
    let asked = listener.accept().map(|(_, who)| who);
    assert!(asked.is_err(), "somebody has come: {asked:?}");
}

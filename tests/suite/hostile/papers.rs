//! PDFs that unfold to more than anybody can hold, or that lead in a circle, on every way in: attached to a
//! packet, shown, collected, taken apart, measured.

use std::time::{Duration, Instant};

use lopdf::{Dictionary, Stream};
use serde_json::json;

use super::{chengwen, sent};
use crate::http::running::Server;
use crate::inspect::hostile::file;
use crate::packet::{Given, in_folder};

const CATALOG: &str = "<</Type/Catalog/Pages 2 0 R>>";
const TREE: &str = "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>";
const PAGE: &str = "<</Type/Page/Parent 2 0 R/Contents 4 0 R/Resources<<>>>>";

/// A stream whose content is packed once or twice.
fn packed(dictionary: &str, content: Vec<u8>, times: usize) -> Vec<u8> {
    let mut content = content;
    for _ in 0..times {
        let mut stream = Stream::new(Dictionary::new(), content);
        stream.compress().expect("packed");
        content = stream.content;
    }
    let filters = "/FlateDecode".repeat(times);
    let filter = if times == 0 { String::new() } else { format!("/Filter[{filters}]") };
    let mut object =
        format!("<<{dictionary}{filter}/Length {}>>\nstream\n", content.len()).into_bytes();
    object.extend(content);
    object.extend(b"\nendstream");
    object
}

fn one_page(page: &str, rest: Vec<Vec<u8>>) -> Vec<u8> {
    file(&[vec![CATALOG.into(), TREE.into(), page.into()], rest].concat())
}

/// Object streams, each of which holds nothing but what it unfolds to.
fn of_object_streams(count: usize, each: &[u8], objects: usize) -> Vec<u8> {
    let head: String = (0..objects).map(|at| format!("{} {} ", at + 100, at * 2)).collect();
    let first = head.len();
    let content = [head.as_bytes(), each].concat();
    let dictionary = format!("/Type/ObjStm/N {objects}/First {first}");
    let stream = packed(&dictionary, content, 1);
    one_page(PAGE, [vec![packed("", b"".to_vec(), 0)], vec![stream; count]].concat())
}

/// Hostile files: what each is, and its bytes.
fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let spaces = |mib: usize| vec![b' '; mib << 20];
    let operators = "1 0 0 1 0 0 cm 0 0 1 1 re f\n".repeat(1_000_000).into_bytes();
    let texts = "BT /F 9 Tf (a) Tj ET\n".repeat(1_000_000).into_bytes();
    let many = format!(
        "<</Type/Pages/Kids[{}]/Count 1000000/MediaBox[0 0 595 842]>>",
        "3 0 R ".repeat(1_000_000)
    );
    let boxed = |bounds: &str| PAGE.replace("/Parent", &format!("/MediaBox[{bounds}]/Parent"));
    let empty = || packed("", b"0 0 9 9 re f".to_vec(), 0);
    let mut wide: Vec<Vec<u8>> = vec![CATALOG.into()];
    for at in 2..42 {
        wide.push(
            format!("<</Type/Pages/Kids[{}]/Count 9>>", format!("{} 0 R ", at + 1).repeat(10))
                .into(),
        );
    }
    wide.push("<</Type/Page/MediaBox[0 0 595 842]>>".into());
    let forms: Vec<Vec<u8>> = (5..35)
        .map(|at| {
            let own = format!(
                "/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</A {} 0 R>>>>",
                at + 1
            );
            packed(&own, b"/A Do /A Do /A Do /A Do /A Do /A Do /A Do /A Do".to_vec(), 0)
        })
        .collect();
    let shown = PAGE.replace("<<>>", "<</XObject<</A 5 0 R>>>>");
    let picture = "/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8";
    let patterns = "/Type/Pattern/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep .001/YStep .001/Resources<<>>";
    let tiled = PAGE.replace("<<>>", "<</Pattern<</P 5 0 R>>>>");
    let stamp = "<</Type/Annot/Subtype/Stamp/F 4/Rect[0 0 9 9]/AP<</N 5 0 R>>>>";
    let stamps = PAGE.replace("/Contents", &format!("/Annots[{}]/Contents", stamp.repeat(20_000)));
    let nested = "[".repeat(300_000) + &"]".repeat(300_000);
    let table = packed(
        "/Type/XRef/Size 2147483647/W[1 4 2]/Index[0 2147483647]/Root 1 0 R",
        spaces(200),
        1,
    );
    let mut endless = b"%PDF-1.7\n".to_vec();
    endless.extend(b"1 0 obj\n");
    endless.extend(table);
    endless.extend(b"\nendobj\nstartxref\n9\n%%EOF");
    vec![
        ("content of 512 MiB", one_page(PAGE, vec![packed("", spaces(512), 2)])),
        (
            "content of many parts",
            one_page(
                &PAGE.replace("4 0 R", &format!("[{}]", "4 0 R ".repeat(2000))),
                vec![packed("", spaces(16), 2)],
            ),
        ),
        ("an object stream of 400 MiB", of_object_streams(1, &spaces(400), 1)),
        ("many object streams of 100 MiB", of_object_streams(40, &spaces(100), 1)),
        ("millions of objects", of_object_streams(3, "0 ".repeat(3_000_000).as_bytes(), 3_000_000)),
        ("a million pages", file(&[CATALOG.into(), many.into(), PAGE.into(), empty()])),
        ("a tree that is wide and deep", file(&wide)),
        ("a page as large as a town", one_page(&boxed("0 0 1e9 1e9"), vec![empty()])),
        ("a page without measure", one_page(&boxed("-1e38 -1e38 1e38 1e38"), vec![empty()])),
        ("a million operators", one_page(PAGE, vec![packed("", operators, 1)])),
        ("a million texts", one_page(PAGE, vec![packed("", texts, 1)])),
        (
            "forms within forms",
            one_page(&shown, [vec![packed("", b"/A Do".to_vec(), 0)], forms].concat()),
        ),
        (
            "a picture of 10 GB",
            one_page(
                &shown,
                vec![
                    packed("", b"595 0 0 842 0 0 cm /A Do".to_vec(), 0),
                    packed(picture, spaces(256), 2),
                ],
            ),
        ),
        (
            "a pattern of dust",
            one_page(
                &tiled,
                vec![
                    packed("", b"/Pattern cs /P scn 0 0 595 842 re f".to_vec(), 0),
                    packed(patterns, b"0 0 1 1 re f".to_vec(), 0),
                ],
            ),
        ),
        (
            "very many stamps",
            one_page(
                &stamps,
                vec![
                    empty(),
                    packed("/Type/XObject/Subtype/Form/BBox[0 0 9 9]", b"0 0 9 9 re f".to_vec(), 0),
                ],
            ),
        ),
        ("arrays within arrays", one_page(&PAGE.replace("<<>>", &nested), vec![empty()])),
        ("a table without end", endless),
        (
            "a length that leads to itself",
            one_page(PAGE, vec![b"<</Length 4 0 R>>\nstream\nq Q\nendstream".to_vec()]),
        ),
        (
            "a catalog that is a page",
            file(&["<</Type/Catalog/Pages 1 0 R/Kids[1 0 R 1 0 R]>>".into()]),
        ),
    ]
}

/// A command or a request must have ended after so long, also on a busy machine that builds debug.
const PATIENCE: Duration = Duration::from_secs(300);

/// So that not every file that takes for ever takes the usual 20 seconds.
const FEW: &str = "limits.attachment_seconds=4";

/// The most memory that one process may have held, in MiB: the limit of an attached file is 400, and it is
/// looked at in steps.
const MOST: usize = 1000;

#[test]
fn files_that_unfold_without_end_are_told_by_every_command() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.pdf");
    let file = path.to_string_lossy().into_owned();
    for (what, bytes) in hostile() {
        std::fs::write(&path, bytes).expect("written");
        // `extract` and `collect` read as `extract --verify` does before it prints again.
        for arguments in [&["inspect", &*file][..], &["extract", &*file, "--verify"]] {
            let begun = Instant::now();
            let ran = chengwen(&[arguments, &["--set", FEW]].concat());
            assert!(
                matches!(ran.code, Some(0 | 1)),
                "{what}: {arguments:?}: {:?} {}",
                ran.code,
                ran.told
            );
            assert!(ran.peak < MOST, "{what}: {arguments:?}: {} MiB", ran.peak);
            assert!(begun.elapsed() < PATIENCE, "{what}: {arguments:?}: {:?}", begun.elapsed());
        }
    }
}

/// What can be printed, or cannot in so little time: of these nothing need be told.
const PRINTABLE: [&str; 9] = [
    "a tree that is wide and deep",
    "a length that leads to itself",
    "a picture of 10 GB",
    "a million operators",
    "a million texts",
    "a page as large as a town",
    "a page without measure",
    "a pattern of dust",
    "very many stamps",
];

#[test]
fn packets_with_files_that_unfold_without_end_are_told_by_the_command() {
    let mut given = Given::sound();
    let hostile = hostile();
    for (at, (_, bytes)) in hostile.iter().enumerate() {
        let item = json!({ "kind": 7, "title": "其他", "file": format!("{at}.pdf") });
        given = given.with_item(item, bytes.clone());
    }
    let folder = in_folder(&given);
    let list = folder.path().join("packet.json").to_string_lossy().into_owned();
    let begun = Instant::now();
    let ran = chengwen(&["packet", &list, "-o", "-", "--copies", "1", "--set", FEW]);
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    for (at, (what, _)) in hostile.iter().enumerate() {
        let told = ran.told.contains(&format!("（{at}.pdf）"));
        assert!(told || PRINTABLE.contains(what), "{what}: {}", ran.told);
    }
    assert!(ran.peak < MOST, "{} MiB", ran.peak);
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
}

#[test]
fn pages_that_cannot_be_drawn_are_told_by_the_command() {
    let drawn = ["a picture of 10 GB", "a pattern of dust", "a page as large as a town"];
    let mut given = Given::sound();
    for (at, (_, bytes)) in hostile().into_iter().filter(|it| drawn.contains(&it.0)).enumerate() {
        let item = json!({ "kind": 7, "title": "其他", "file": format!("{at}.pdf") });
        given = given.with_item(item, bytes);
    }
    let folder = in_folder(&given);
    let list = folder.path().join("packet.json").to_string_lossy().into_owned();
    let ran = chengwen(&["packet", &list, "-o", "-", "--copies", "1", "--pdfa", "--set", FEW]);
    assert!(matches!(ran.code, Some(0 | 1)), "{:?} {}", ran.code, ran.told);
    assert!(ran.peak < MOST, "{} MiB", ran.peak);
}

#[test]
fn the_service_goes_on_beside_files_that_unfold_without_end() {
    let server = Server::start_with("127.0.0.1:0", &["--set", FEW], "开放模式");
    for (what, bytes) in hostile() {
        let list = json!({
            "programme": "shanxi",
            "attachments": [{ "kind": 7, "title": "其他", "file": "x.pdf" }],
        });
        let list = list.to_string();
        let parts = [("packet", "", list.as_bytes()), ("file", "x.pdf", &*bytes)];
        let begun = Instant::now();
        let (status, told) = sent(&server, "/api/v1/packets/preview?page=1", &parts);
        assert!(matches!(status, 200 | 422), "{what}: {status} {told}");
        let (status, told) = sent(&server, "/api/v1/documents/shanxi/summary/collect", &parts[1..]);
        assert_eq!(status, 422, "{what}: {told}");
        assert!(told.contains("x.pdf"), "{what}: {told}");
        assert!(begun.elapsed() < PATIENCE, "{what}: {:?}", begun.elapsed());
    }
    assert!(server.peak() < MOST, "{} MiB", server.peak());
}

//! JSON that is too deep, too wide, or says one thing a million times, wherever JSON is taken.

use super::{chengwen, posted, sent};
use crate::http::running::Server;

/// Hostile JSON: what it is, and the text.
fn hostile() -> Vec<(&'static str, String)> {
    let deep =
        |open: &str, close: &str| format!("{}{}", open.repeat(100_000), close.repeat(100_000));
    let keys: String = (0..50_000).map(|at| format!("\"{at}\":0,")).collect();
    let rows: String = (0..1200).map(|_| format!("{{{}\"x\":0}},", "\"naem\":\"甲\",")).collect();
    let strange: String = (0..1200)
        .map(|at| {
            format!(
                "{{{}\"z\":0}},",
                (0..30).map(|it| format!("\"nam{it}{at}\":1,")).collect::<String>()
            )
        })
        .collect();
    // Each key that stands twice is told with its pointer, which is long.
    let long = "長".repeat(6000);
    let below = format!("{{\"{long}\":").repeat(100);
    let twice = format!("{below}{{{}\"a\":0}}{}", "\"a\":0,".repeat(60_000), "}".repeat(100));
    vec![
        ("arrays within arrays", deep("[", "]")),
        ("objects within objects", deep("{\"a\":", "}").replacen("}", "0}", 1)),
        ("a field that is deep", format!("{{\"name\":{}}}", deep("[", "]"))),
        ("many keys", format!("{{{keys}\"x\":0}}")),
        ("one key, many times", format!("{{{}\"a\":0}}", "\"a\":0,".repeat(100_000))),
        ("one key, many times, far below", twice),
        ("many rows", format!("[{rows}{{}}]")),
        ("many rows with many keys", format!("[{strange}{{}}]")),
        ("one long text", format!("{{\"name\":\"{}\"}}", "甲".repeat(400_000))),
        (
            "texts without glyphs",
            format!("{{\"name\":\"{}\"}}", "\u{E000}\u{202E}".repeat(100_000)),
        ),
        ("a number of a million digits", format!("{{\"name\":{}}}", "9".repeat(1_000_000))),
        ("a large exponent", "{\"name\":1e999999999}".to_owned()),
        ("half a surrogate", "{\"name\":\"\\ud800\"}".to_owned()),
        ("a nought", "{\"name\":\"\\u0000\"}".to_owned()),
        ("brackets of another kind", format!("[{}", "{".repeat(1_000_000))),
    ]
}

const APPLICATION: &str = "/api/v1/documents/shanxi/application";
const CERTIFICATE: &str = "/api/v1/documents/shanxi/certificate";
const SUMMARY: &str = "/api/v1/documents/shanxi/summary";

#[test]
fn json_without_end_is_refused_wherever_it_is_taken() {
    let data = tempfile::tempdir().expect("a folder");
    let folder = data.path().to_string_lossy().into_owned();
    let server = Server::start_with("127.0.0.1:0", &["--data", &folder], "开放模式");
    let json = "application/json";
    for (what, text) in hostile() {
        for path in [
            format!("{APPLICATION}/check"),
            format!("{APPLICATION}/pdf"),
            format!("{APPLICATION}/rows"),
            format!("{CERTIFICATE}/check"),
            format!("{CERTIFICATE}/rows"),
            format!("{SUMMARY}/xlsx"),
            "/api/v1/packets/check".to_owned(),
            "/api/v1/batches?document=shanxi/certificate".to_owned(),
            "/api/v1/batches/check?document=shanxi/certificate".to_owned(),
            "/api/v1/session".to_owned(),
        ] {
            let (status, told) = posted(&server, &path, json, text.as_bytes());
            // What only looks says what it has seen.
            let taken =
                path.contains("s/check") && status == 200 && told.contains("\"sound\":false");
            assert!((400..500).contains(&status) || taken, "{what}: {path}: {status}");
            assert!(told.len() < 4 << 20, "{what}: {path}: {} bytes are told", told.len());
        }
        // What is not finished is shown all the same, as far as it is sound.
        let (status, _) = posted(&server, &format!("{APPLICATION}/preview"), json, text.as_bytes());
        assert!(matches!(status, 200 | 400 | 413 | 422), "{what}: {status}");
        for (path, field) in
            [("/api/v1/packets".to_owned(), "packet"), (format!("{SUMMARY}/collect"), "with")]
        {
            let file: &[u8] = b"%PDF-1.7";
            let (status, told) =
                sent(&server, &path, &[(field, "", text.as_bytes()), ("file", "x.pdf", file)]);
            assert!((400..500).contains(&status), "{what}: {path}: {status} {told}");
        }
    }
    assert!(server.peak() < 1200, "{} MiB", server.peak());
}

#[test]
fn the_program_refuses_it_too() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("record.json");
    for (what, text) in hostile() {
        std::fs::write(&path, text).expect("written");
        let file = path.to_string_lossy();
        for arguments in
            [&["check", "shanxi/application", &*file][..], &["packet", &*file, "-o", "-"]]
        {
            let ran = chengwen(arguments);
            assert_eq!(ran.code, Some(1), "{what}: {arguments:?}: {}", ran.told);
            assert!(ran.peak < 1200, "{what}: {arguments:?}: {} MiB", ran.peak);
        }
    }
}

//! Workbooks that unfold to more than anybody can hold, by the program and by the service: refused in a
//! sentence, or read, in bounded time and memory.

use std::io::Write;
use std::time::{Duration, Instant};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::{Ran, chengwen, posted};
use crate::http::running::Server;
use crate::tables::{CERTIFICATE, HEAD, ROW};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";

/// A workbook in the making, of parts as they are.
struct Workbook {
    sheets: usize,
    shared: String,
    sheet: String,
    /// What nobody reads, and cannot be packed.
    ballast: usize,
    /// How many parts there are besides.
    parts: usize,
}

impl Default for Workbook {
    fn default() -> Self {
        Self { sheets: 1, shared: shared(""), sheet: sheet(&rows("")), ballast: 0, parts: 0 }
    }
}

fn shared(strings: &str) -> String {
    format!("<sst xmlns=\"{MAIN}\">{strings}</sst>")
}

fn sheet(rows: &str) -> String {
    format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>")
}

/// A sound table, and more rows.
fn rows(more: &str) -> String {
    let row = |number: usize, text: &str| {
        let cells: String = (b'A'..)
            .zip(text.split(','))
            .map(|(letter, cell)| {
                let at = format!("{}{number}", char::from(letter));
                format!("<c r=\"{at}\" t=\"inlineStr\"><is><t>{cell}</t></is></c>")
            })
            .collect();
        format!("<row r=\"{number}\">{cells}</row>")
    };
    format!("{}{}{more}", row(1, HEAD), row(2, ROW))
}

impl Workbook {
    fn bytes(&self) -> Vec<u8> {
        let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let packed = SimpleFileOptions::default();
        let mut add = |name: &str, text: &[u8], method| {
            zip.start_file(name, packed.compression_method(method)).expect("begun");
            zip.write_all(text).expect("written");
        };
        let deflated = CompressionMethod::Deflated;
        let sheets: String = (1..=self.sheets)
            .map(|at| format!("<sheet name=\"s{at}\" sheetId=\"{at}\" r:id=\"r1\"/>"))
            .collect();
        let workbook = format!(
            "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{sheets}</sheets></workbook>"
        );
        let types =
            "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
        let top = format!(
            "<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
        );
        let below = format!(
            "<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
             <Relationship Id=\"r2\" Type=\"{OFFICE}/sharedStrings\" Target=\"sharedStrings.xml\"/></Relationships>"
        );
        add("[Content_Types].xml", types.as_bytes(), deflated);
        add("_rels/.rels", top.as_bytes(), deflated);
        add("xl/workbook.xml", workbook.as_bytes(), deflated);
        add("xl/_rels/workbook.xml.rels", below.as_bytes(), deflated);
        add("xl/sharedStrings.xml", self.shared.as_bytes(), deflated);
        add("xl/worksheets/sheet1.xml", self.sheet.as_bytes(), deflated);
        let mut state = 1_u32;
        let noise: Vec<u8> = std::iter::repeat_with(|| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .take(self.ballast)
        .collect();
        add("xl/media/ballast.bin", &noise, CompressionMethod::Stored);
        for part in 0..self.parts {
            add(&format!("xl/media/{part}.bin"), b"", CompressionMethod::Stored);
        }
        zip.finish().expect("finished").into_inner()
    }
}

/// A part of 200 MiB of this, with what must be around it.
fn large(piece: &str) -> String {
    piece.repeat((200 << 20) / piece.len())
}

/// Hostile workbooks: what each is, and a part of what is told; nothing if it is sound.
fn hostile() -> Vec<(&'static str, Workbook, &'static str)> {
    let ballast = 4 << 20;
    let plain = Workbook::default;
    let counted = |count: &str| format!("<sst xmlns=\"{MAIN}\" uniqueCount=\"{count}\"></sst>");
    let long = shared(&format!("<si><t>{}</t></si>", "长".repeat(40_000)));
    let under = shared(&format!("<si><t>{}</t></si>", "长".repeat(30_000)));
    let sharing: String = (3..5000)
        .map(|at| format!("<row r=\"{at}\"><c r=\"A{at}\" t=\"s\"><v>0</v></c></row>"))
        .collect();
    let merged: String =
        (0..1_000_000).map(|at| format!("<mergeCell ref=\"A{at}:B{at}\"/>")).collect();
    let merged = sheet(&rows("")).replace(
        "</sheetData>",
        &format!("</sheetData><mergeCells count=\"1000000\">{merged}</mergeCells>"),
    );
    let laughs = format!(
        "<!DOCTYPE sst [<!ENTITY a \"哈哈哈哈\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;\">]>{}",
        shared("<si><t>&c;</t></si>")
    );
    let outside = format!(
        "<!DOCTYPE worksheet [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>{}",
        sheet(&rows("<row r=\"3\"><c r=\"A3\" t=\"inlineStr\"><is><t>&x;</t></is></c></row>"))
    );
    let corner = "<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>";
    let endless = "<row r=\"3\"><c r=\"A3\"><v>1e999</v></c></row>";
    vec![
        (
            "a count of strings beyond all memory",
            Workbook { shared: counted("100000000000"), ..plain() },
            "",
        ),
        (
            "a count of strings that can be had",
            Workbook { shared: counted("1000000000"), ..plain() },
            "",
        ),
        (
            "one long text",
            Workbook { shared: long, sheet: sheet(&rows(&sharing)), ..plain() },
            "32767 字",
        ),
        (
            "one text in many cells",
            Workbook { shared: under, sheet: sheet(&rows(&sharing)), ..plain() },
            "64 MiB",
        ),
        (
            "many empty strings",
            Workbook { shared: shared(&large("<si/>")), ballast, ..plain() },
            "",
        ),
        (
            "many sheets that are one",
            Workbook { sheets: 2000, sheet: sheet(&large("<row/>")), ballast, ..plain() },
            "限度",
        ),
        (
            "more than 256 MiB",
            Workbook { sheet: sheet(&large("<row/>").repeat(2)), ballast: ballast * 2, ..plain() },
            "展开后太大",
        ),
        (
            "packed too tightly",
            Workbook { sheet: sheet(&large("<row/>")), ..plain() },
            "展开后太大",
        ),
        ("very many parts", Workbook { parts: 10_000, ..plain() }, ""),
        ("the last cell of all", Workbook { sheet: sheet(&rows(corner)), ..plain() }, ""),
        ("a million merged cells", Workbook { sheet: merged, ..plain() }, ""),
        ("entities within entities", Workbook { shared: laughs, ..plain() }, ""),
        ("an entity from outside", Workbook { sheet: outside, ..plain() }, ""),
        ("a number without end", Workbook { sheet: sheet(&rows(endless)), ..plain() }, ""),
    ]
}

/// So long may any of them be looked at, on a busy machine.
const PATIENCE: Duration = Duration::from_secs(300);

#[test]
fn workbooks_that_unfold_without_end_do_not_take_the_program_with_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rows.xlsx");
    for (what, workbook, told) in hostile() {
        std::fs::write(&path, workbook.bytes()).expect("written");
        let begun = Instant::now();
        let ran: Ran = chengwen(&["check", CERTIFICATE, &path.to_string_lossy()]);
        assert!(matches!(ran.code, Some(0 | 1)), "{what}: {:?} {}", ran.code, ran.told);
        assert!(ran.told.contains(told), "{what}: {}", ran.told);
        assert!(ran.code == Some(0) || ran.told.contains('请'), "{what}: {}", ran.told);
        assert!(!ran.told.contains("root:"), "{what}: {}", ran.told);
        assert!(begun.elapsed() < PATIENCE, "{what}: {:?}", begun.elapsed());
        assert!(ran.peak < 900, "{what}: {} MiB", ran.peak);
    }
}

#[test]
fn workbooks_that_unfold_without_end_do_not_take_the_service_with_them() {
    let server = Server::start_with("127.0.0.1:0", &[], "开放模式");
    for (what, workbook, told) in hostile() {
        let path = format!("/api/v1/documents/{CERTIFICATE}/rows");
        let (status, text) = posted(&server, &path, XLSX, &workbook.bytes());
        assert!(matches!(status, 200 | 422), "{what}: {status} {text}");
        assert!(text.contains(told) && !text.contains("root:"), "{what}: {text}");
    }
    // What was refused has left the service as it was.
    assert!(server.peak() < 900, "{} MiB", server.peak());
    let sound = Workbook::default().bytes();
    let path = format!("/api/v1/documents/{CERTIFICATE}/rows");
    assert_eq!(posted(&server, &path, XLSX, &sound).0, 200);
}

//! Rows: a kind and a document's name, then JSON, CSV, XLSX, or what stands inside a workbook. A cell's
//! problem has its address; a sound row is a record; a marked copy is read as the same rows.

use std::io::{Cursor, Read, Write};

use chengwen::app::{App, ExaminedRows, RowsKind};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::{Target, app, headed, laws, samples, with_head, words_of_schemas};

pub(super) const TARGET: Target = Target { name: "rows", run, seeds, words, tried: 600 };

/// The parts of a workbook that an input may give, a zero byte between them, and what stands in the place
/// of those that it does not.
const PARTS: [(&str, &str); 4] = [
    ("xl/worksheets/sheet1.xml", ""),
    (
        "xl/sharedStrings.xml",
        r#"<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>"#,
    ),
    (
        "xl/styles.xml",
        r#"<styleSheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"/>"#,
    ),
    (
        "xl/workbook.xml",
        r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>"#,
    ),
];

const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/><Relationship Id="rId3" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>"#;

fn seeds() -> Vec<Vec<u8>> {
    let app = app();
    let mut seeds = Vec::new();
    for (document, bytes) in samples() {
        let Ok(examined) = app.examine_rows(&document, &bytes, RowsKind::Json) else { continue };
        seeds.push(with_head(&format!("json {document}"), &bytes));
        let Ok(workbook) = app.annotated(&document, &examined) else { continue };
        seeds.push(with_head(&format!("workbook {document}"), &parts(&workbook)));
        seeds.push(with_head(
            &format!("csv {document}"),
            csv_of(app, &document, &workbook).as_bytes(),
        ));
        seeds.push(with_head(&format!("xlsx {document}"), &workbook));
    }
    assert!(seeds.len() > 20);
    seeds
}

fn words() -> Vec<Vec<u8>> {
    let xml = [
        "<c r=\"A1\" t=\"s\"><v>1</v></c>",
        "t=\"inlineStr\"",
        "<is><t>",
        "t=\"e\"",
        "t=\"b\"",
        "t=\"d\"",
        "t=\"str\"",
        "<f>A1</f>",
        "<f t=\"shared\" si=\"0\" ref=\"A1:XFD1048576\">A1</f>",
        "r=\"XFD1048576\"",
        "r=\"A0\"",
        "<v>99999999999999999999</v>",
        "<v>1e308</v>",
        "<v>-1</v>",
        "<v>45000.5</v>",
        "numFmtId=\"14\"",
        "<mergeCell ref=\"A1:B2\"/>",
        "<dimension ref=\"A1:XFD1048576\"/>",
        "&#x0;",
        "&#27;",
        "&lt;",
        "_x000D_",
        "<row r=\"4294967295\">",
        "<row r=\"0\">",
        "state=\"hidden\"",
        "date1904=\"1\"",
        "\0",
        ",",
        ";",
        "\t",
        "\"\"",
        "\r\n",
        "\r",
        "=1+1",
    ];
    xml.iter().map(|word| word.as_bytes().to_vec()).chain(words_of_schemas()).collect()
}

/// The parts of a workbook as an input gives them.
fn parts(workbook: &[u8]) -> Vec<u8> {
    let mut archive = ZipArchive::new(Cursor::new(workbook)).expect("a workbook");
    let texts = PARTS.map(|(name, otherwise)| {
        let mut text = String::new();
        match archive.by_name(name) {
            Ok(mut part) => drop(part.read_to_string(&mut text).expect("XML")),
            Err(_) => text.push_str(otherwise),
        }
        text
    });
    // Of its sheets only the first is kept.
    texts[..3].join("\0").into_bytes()
}

fn csv_of(app: &App, document: &str, workbook: &[u8]) -> String {
    let examined = app.examine_rows(document, workbook, RowsKind::Xlsx).expect("our own");
    let grid = examined.table().expect("a table").grid();
    let mut text = String::new();
    for line in &grid.lines {
        let cells = line.cells.iter().map(|cell| format!("\"{}\"", cell.text.replace('"', "\"\"")));
        text.push_str(&cells.collect::<Vec<_>>().join(","));
        text.push('\n');
    }
    text
}

fn workbook(given: &[u8]) -> Vec<u8> {
    let mut given = given.split(|byte| *byte == 0);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let plain = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut write = |name: &str, bytes: &[u8]| {
        archive.start_file(name, plain).expect("begun");
        archive.write_all(bytes).expect("written");
    };
    for (name, otherwise) in PARTS {
        write(name, given.next().unwrap_or(otherwise.as_bytes()));
    }
    write("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes());
    archive.finish().expect("ended").into_inner()
}

fn run(input: &[u8]) {
    let Some((head, body)) = headed(input) else { return };
    let Some((kind, name)) = head.split_once(' ') else { return };
    let made;
    let (kind, bytes) = match kind {
        "json" => (RowsKind::Json, body),
        "csv" => (RowsKind::Csv, body),
        "xlsx" => (RowsKind::Xlsx, body),
        "workbook" => {
            made = workbook(body);
            (RowsKind::Xlsx, made.as_slice())
        }
        _ => return,
    };
    let app = app();
    if app.catalog().document(name).is_none() {
        return;
    }
    match app.examine_rows(name, bytes, kind) {
        Ok(examined) => look(app, name, &examined),
        Err(refusal) => laws::refusal(&refusal),
    }
}

fn look(app: &App, name: &str, examined: &ExaminedRows) {
    laws::problems(examined.problems());
    assert!(examined.rows().len() <= 200, "more rows than the limit");
    for problem in examined.problems().all() {
        if let Some(row) = ExaminedRows::row_of(problem) {
            assert!(row < examined.rows().len(), "{problem:?}");
            assert_eq!(
                examined.table().is_some(),
                examined.place_of(problem).is_some(),
                "{problem:?}"
            );
        }
        let told = examined.told(problem);
        assert_eq!(told["sentence"], problem.sentence.as_str());
    }
    assert_eq!(
        examined.is_sound(),
        examined.unsound().next().is_none() && examined.problems().is_sound()
    );
    for (_, record) in examined.sound() {
        let alone = app.check(name, record.canonical().as_bytes());
        let alone = alone.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let same = alone.records.first().unwrap_or_else(|| panic!("{:#?}", alone.problems));
        assert_eq!((same.canonical(), same.date()), (record.canonical(), record.date()));
    }
    copied(app, name, examined);
}

/// The marked copy holds the same rows, and the copy of the bad rows the bad ones.
fn copied(app: &App, name: &str, examined: &ExaminedRows) {
    let reread = |made| app.examine_rows(name, made, RowsKind::Xlsx);
    match app.annotated(name, examined) {
        Ok(copy) => {
            let again = reread(&copy).unwrap_or_else(|refusal| panic!("{refusal:?}"));
            laws::problems(again.problems());
            if examined.table().is_some() {
                let sound = |rows: &ExaminedRows| -> Vec<String> {
                    rows.sound().map(|(_, record)| record.canonical().to_owned()).collect()
                };
                assert_eq!(sound(&again), sound(examined));
            }
        }
        Err(refusal) => laws::refusal(&refusal),
    }
}

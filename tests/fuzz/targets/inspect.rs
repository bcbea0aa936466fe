//! Any PDF measured: whole bytes, the content of a page, or the objects of a file. It gives a report that
//! can be told, or one sentence.

use std::sync::OnceLock;

use chengwen::inspect::{FaceNames, Report, Verdict, inspect, page_texts};

use super::{Target, files, headed, laws, pdf, with_head};

pub(super) const TARGET: Target =
    Target { name: "inspect", run, seeds, words: pdf::words, tried: 3000 };

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = vec![with_head("objects", &pdf::page())];
    for packet in ["samples/packets/shanxi", "samples/packets/shanxi.industry"] {
        let strangers = files(packet, &[".pdf"]).into_iter().filter(|(_, it)| it.len() < 100_000);
        seeds.extend(strangers.map(|(_, bytes)| with_head("raw", &bytes)));
    }
    seeds.push(with_head("raw", &pdf::file(&pdf::objects(&pdf::page()))));
    for content in [
        "BT /F 16 Tf 72 700 Td (AB) Tj /G 16 Tf <000100020003> Tj ET",
        "q 0 1 -1 0 500 0 cm BT /G 22 Tf 1 0 0 1 100 700 Tm [<0001> 1000 <0002>] TJ ET Q 72 500 400 .5 re f",
        "1 w 72 100 m 500 100 l S 72 200 m 500 200 l S 72 100 m 72 200 l S BT /F 12 Tf 80 150 Td (B) Tj ET",
    ] {
        seeds.push(with_head("content", content.as_bytes()));
    }
    seeds
}

/// The file that an input gives; `target::attachment` looks at the same.
pub(super) fn pdf_of(head: &str, body: &[u8]) -> Option<Vec<u8>> {
    match head {
        "raw" => Some(body.to_vec()),
        "objects" => Some(pdf::file(&pdf::objects(body))),
        "content" => {
            let mut objects = pdf::objects(&pdf::page());
            objects[3] = [b"<<\x01".as_slice(), body].concat();
            Some(pdf::file(&objects))
        }
        _ => None,
    }
}

fn run(input: &[u8]) {
    static NAMES: OnceLock<FaceNames> = OnceLock::new();
    let names = NAMES.get_or_init(|| FaceNames::with_roles(None).expect("the table can be read"));
    let Some((head, body)) = headed(input) else { return };
    let Some(bytes) = pdf_of(head, body) else { return };
    let texts = page_texts(&bytes);
    match inspect(&bytes, names) {
        Ok(report) => {
            look(&report);
            let texts = texts.unwrap_or_else(|why| panic!("measured, but not read: {why}"));
            assert_eq!(texts.len(), report.pages.len());
            let heights = texts.iter().all(|page| page.height.is_finite());
            let tops = texts.iter().flat_map(|page| &page.lines).all(|line| line.top.is_finite());
            assert!(heights && tops, "a place that is none");
        }
        Err(why) => {
            laws::sentence(&why);
            assert_eq!(texts.expect_err("not measured, but read"), why);
        }
    }
}

fn look(report: &Report) {
    assert!(!report.pages.is_empty());
    for page in &report.pages {
        assert!(page.width_mm.is_finite() && page.height_mm.is_finite(), "{page:?}");
        assert!(page.width_mm > 0.0 && page.height_mm > 0.0, "{page:?}");
        assert!(page.boxes <= page.glyphs, "{page:?}");
    }
    let file = &report.file;
    let said = [&file.title, &file.producer, &file.language, &file.duplex, &file.scaling];
    said.into_iter().flatten().for_each(|said| laws::sentence(said));
    let named = report.faces.iter().filter(|face| !face.name.trim().is_empty());
    named.for_each(|face| laws::sentence(&face.name));
    for finding in &report.findings {
        let said = finding.value.iter().chain(&finding.note);
        said.for_each(|said| laws::sentence(said));
        assert_eq!(finding.verdict == Verdict::NotFound, finding.value.is_none(), "{finding:?}");
        let number = |said: &str| said.contains("NaN") || said.contains("inf");
        assert!(!finding.value.as_deref().is_some_and(number), "{finding:?}");
    }
    let verdicts = [Verdict::Pass, Verdict::Soft, Verdict::Fail, Verdict::NotFound];
    let counted: usize = verdicts.map(|verdict| report.count(verdict)).iter().sum();
    assert_eq!(counted, report.findings.len());
    serde_json::to_string(&report.findings).expect("it can be told to programs");
}

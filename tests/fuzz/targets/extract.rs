//! What PDFs carry: whole bytes, objects, or records in a file that says that it carries them. It is told
//! why there is none, or it is JSON, which the document's own check judges.

use chengwen::app::{App, Refusal, extract};
use chengwen::packet::{Done, Task};
use serde_json::Value;

use super::{Target, app, headed, laws, one_in, pdf, samples, with_head, words_of_schemas};

pub(super) const TARGET: Target = Target { name: "extract", run, seeds, words, tried: 1000 };

fn seeds() -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    for (document, bytes) in samples() {
        seeds.push(with_head(&format!("alone {document}"), &bytes));
        seeds.push(with_head(&format!("packet {document}"), &bytes));
    }
    let objects = of_record("alone", "shanxi/application", b"{}").join(&pdf::BETWEEN);
    seeds.push(with_head("objects", &objects));
    seeds.push(with_head("raw", &pdf::file(&of_record("packet", "shanxi/commitment", b"{}"))));
    seeds
}

fn words() -> Vec<Vec<u8>> {
    pdf::words().into_iter().chain(words_of_schemas()).collect()
}

/// The objects of a file that carries a record, as our own files do.
fn of_record(place: &str, document: &str, json: &[u8]) -> Vec<Vec<u8>> {
    let own = if place == "packet" { "packet; " } else { "" };
    let name = document.replace('/', "-");
    let mut objects = pdf::objects(&pdf::given(&[
        "<</Type/Catalog/Pages 2 0 R/AF[4 0 R]>>",
        "<</Type/Pages/Kids[3 0 R]/Count 1/MediaBox[0 0 595 842]>>",
        "<</Type/Page/Parent 2 0 R>>",
        &format!(
            "<</Type/Filespec/AFRelationship/Source/UF({name}.json)/Desc({own}{document}; template sha256:00; fonts sha256:00; sides=DuplexFlipLongEdge; copies=1)/EF<</F 5 0 R/UF 5 0 R>>>>"
        ),
        "",
        "<</Creator(chengwen)>>",
    ]));
    objects[4] = [b"<</Type/EmbeddedFile\x01".as_slice(), json].concat();
    objects
}

fn run(input: &[u8]) {
    let Some((head, body)) = headed(input) else { return };
    let bytes = match head.split_once(' ') {
        Some((place @ ("alone" | "packet"), document)) => {
            pdf::file(&of_record(place, document, body))
        }
        None if head == "raw" => body.to_vec(),
        None if head == "objects" => pdf::file(&pdf::objects(body)),
        _ => return,
    };
    let app = app();
    let (Done::Carried(carried), _) = Task::Carried.perform(&bytes) else {
        return assert!(extract(&bytes).is_err(), "a library panics in one and not in the other");
    };
    match extract(&bytes) {
        Ok(json) => {
            let carried = carried.unwrap_or_else(|why| panic!("taken, but {why}"));
            serde_json::from_slice::<serde::de::IgnoredAny>(&json).expect("JSON");
            for record in &carried {
                judged(app, &record.document, &record.json);
            }
            if one_in(32, input) {
                match app.verify(&bytes) {
                    Ok(verified) => {
                        let own = verified.verdicts.iter().flat_map(|it| &it.differences);
                        own.chain(&verified.differences).for_each(|said| laws::sentence(said));
                        assert!(!verified.is_sound(), "an empty page is no paper");
                    }
                    Err(refusal) => laws::refusal(&refusal),
                }
            }
        }
        Err(refusal) => {
            assert!(matches!(refusal, Refusal::Usage(_)), "{refusal:?}");
            laws::refusal(&refusal);
        }
    }
    collected(app, &bytes);
}

/// What a file says to be a record of a document is one, or has problems.
fn judged(app: &App, document: &str, json: &[u8]) {
    if app.catalog().document(document).is_none() {
        return;
    }
    match app.check(document, json) {
        Ok(examined) => {
            laws::problems(&examined.problems);
            assert_eq!(examined.records.is_empty(), !examined.problems.is_sound());
        }
        Err(refusal) => laws::refusal(&refusal),
    }
}

/// A list is made of it, or the file is named with the reason.
fn collected(app: &App, bytes: &[u8]) {
    for document in app.catalog().documents().filter(|it| App::is_collected(it)) {
        let collection = app.collection(&document.id.to_string());
        let mut collection = collection.unwrap_or_else(|refusal| panic!("{refusal:?}"));
        collection.take("甲.pdf", bytes).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        let made = collection.finish(None).unwrap_or_else(|refusal| panic!("{refusal:?}"));
        made.refused.iter().for_each(|refused| laws::sentence(&refused.reason));
        laws::problems(&made.problems);
        let items = document.list().and_then(|list| made.record.pointer(list));
        let items = items.and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(items, made.taken.len(), "each item came from somewhere");
    }
}

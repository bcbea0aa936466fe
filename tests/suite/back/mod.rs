//! Data come back: documents made from each other, records taken out of files and put together.

mod collect;
mod copies;
mod extract;
mod lists;
mod mapping;
mod sheets;
mod verify;

use std::path::PathBuf;

use chengwen::app::{App, Collected, Options};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream, StringFormat, dictionary};
use serde_json::Value;

use crate::support::{render, sample};

/// The PDF of a sample.
fn printed(app: &App, name: &str) -> Vec<u8> {
    let sample = sample(app, name);
    render(app, &sample.document, &sample.record(), Options::default()).bytes
}

/// A file in a folder of its own.
fn file(folder: &tempfile::TempDir, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).expect("written");
    path
}

fn load(pdf: &[u8]) -> Document {
    Document::load_mem(pdf).expect("a PDF")
}

fn saved(mut document: Document) -> Vec<u8> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    bytes
}

/// The stream of the first file that a catalog declares.
fn embedded(document: &Document) -> ObjectId {
    let resolved = |object: &Object| document.dereference(object).expect("there").1.clone();
    let files = resolved(document.catalog().expect("a catalog").get(b"AF").expect("files"));
    let file = resolved(&files.as_array().expect("a list")[0]);
    let inside = resolved(file.as_dict().expect("a file").get(b"EF").expect("embedded"));
    let inside = inside.as_dict().expect("a dictionary").get(b"UF").expect("a stream").clone();
    inside.as_reference().expect("a reference")
}

/// A PDF whose embedded record has been changed.
fn with_record(pdf: &[u8], change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Vec<u8> {
    let mut document = load(pdf);
    let id = embedded(&document);
    let stream = document.get_object_mut(id).and_then(Object::as_stream_mut).expect("a stream");
    let record = stream.get_plain_content().expect("readable");
    *stream = Stream::new(Dictionary::new(), change(record));
    saved(document)
}

fn words(text: &str) -> Object {
    Object::String(text.as_bytes().to_vec(), StringFormat::Literal)
}

/// Declares a file that a document brings along.
fn declare(document: &mut Document, name: &str, description: &str, bytes: &[u8]) {
    let stream = document.add_object(Stream::new(Dictionary::new(), bytes.to_vec()));
    let file = document.add_object(dictionary! {
        "Type" => "Filespec", "AFRelationship" => "Source", "UF" => words(name),
        "Desc" => words(description), "EF" => dictionary! { "F" => stream, "UF" => stream },
    });
    let catalog = document.catalog_mut().expect("a catalog");
    let mut files = catalog.get(b"AF").and_then(Object::as_array).cloned().unwrap_or_default();
    files.push(file.into());
    catalog.set("AF", files);
}

/// A stranger's PDF of one empty page.
fn stranger() -> Document {
    let mut document = Document::with_version("1.7");
    let pages = document.new_object_id();
    let page = document.add_object(dictionary! {
        "Type" => "Page", "Parent" => pages, "MediaBox" => vec![0.into(), 0.into(), 595.into(), 842.into()],
    });
    let tree = dictionary! { "Type" => "Pages", "Kids" => vec![page.into()], "Count" => 1 };
    document.objects.insert(pages, tree.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => pages });
    document.trailer.set("Root", catalog);
    document
}

/// What files give a document, with a head or without.
pub(super) fn collected(
    app: &App,
    document: &str,
    files: &[(&str, &[u8])],
    head: Option<&Value>,
) -> Collected {
    let mut collection = app.collection(document).expect("collected");
    for (name, bytes) in files {
        collection.take(name, bytes).expect("no fault");
    }
    let head = head.map(ToString::to_string);
    collection.finish(head.as_deref().map(str::as_bytes)).expect("no fault")
}

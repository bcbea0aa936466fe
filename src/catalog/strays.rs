//! Files that belong to nothing: what an owner wrote for a document or programme that is not there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::document::{Document, DocumentId};
use super::files::depth;
use super::position::line_of;
use crate::fault::Fault;

/// A fault for each of them.
pub(super) fn strays(
    templates: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    documents: &BTreeMap<DocumentId, Document>,
    samples: &BTreeMap<String, BTreeMap<String, PathBuf>>,
    samples_folder: &Path,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in files.keys().filter(|path| path.ends_with("/schema.json") && depth(path) == 3) {
        let folder = path.trim_end_matches("/schema.json");
        if !files.contains_key(&format!("{folder}/document.toml")) {
            faults.push(Fault::at(&templates.join(&folder[1..]), "缺少 document.toml"));
        }
        let programme = folder.rsplit_once('/').map_or("", |(programme, _)| programme);
        let manifest = format!("{programme}/programme.toml");
        if !files.contains_key(&manifest) {
            let fault = Fault::at(&templates.join(&programme[1..]), "缺少 programme.toml");
            if !faults.contains(&fault) {
                faults.push(fault);
            }
        }
    }
    let told = |name: &str| documents.keys().any(|id| id.dashed() == name);
    // A document that could not be opened has been told of already.
    let tried = |name: &str| {
        files.keys().any(|path| {
            path.strip_prefix('/')
                .and_then(|path| path.strip_suffix("/document.toml"))
                .is_some_and(|folder| folder.replacen('/', "-", 1) == name)
        })
    };
    for (name, cases) in samples.iter().filter(|(name, _)| !told(name) && !tried(name)) {
        for case in cases.values() {
            let file = samples_folder.join(case.file_name().unwrap_or_default());
            faults.push(Fault::at(&file, format!("没有样例所属的文书“{name}”")));
        }
    }
    for document in documents.values() {
        let sentences = &document.programme.sentences;
        let sentences = sentences.iter().filter(|(_, sentences)| !sentences.is_empty());
        let sentences = sentences.map(|(name, all)| {
            let start = all.values().map(|sentence| sentence.span().start).min();
            ("sentences", name, start)
        });
        let numbers = document.programme.numbers.keys();
        let numbers = numbers.map(|name| ("numbers", name.get_ref(), Some(name.span().start)));
        for (table, name, start) in sentences.chain(numbers) {
            let id =
                DocumentId { programme: document.id.programme.clone(), document: name.clone() };
            if !documents.contains_key(&id) && !tried(&id.dashed()) {
                let file = templates.join(&id.programme).join("programme.toml");
                let fault = Fault::at(&file, format!("[{table}.{name}]：没有这份文书"));
                let text = files.get(&format!("/{}/programme.toml", id.programme));
                let text = text.and_then(|bytes| std::str::from_utf8(bytes).ok());
                let fault = match text.zip(start) {
                    Some((text, start)) => fault.on_line(line_of(text, start)),
                    None => fault,
                };
                if !faults.contains(&fault) {
                    faults.push(fault);
                }
            }
        }
    }
    faults
}

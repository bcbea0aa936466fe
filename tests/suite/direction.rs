//! Data go one way: a module uses only those before it, and only `typeset` names Typst.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::root;

/// The order of `lib.rs`.
const ORDER: [&str; 19] = [
    "fault", "digest", "config", "values", "catalog", "intake", "wording", "typeset", "finish",
    "inspect", "packet", "crew", "store", "access", "registry", "jobs", "app", "http", "cli",
];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|end| end == "rs") {
            found.push(path);
        }
    }
}

fn files_by_module() -> Vec<(usize, PathBuf, String)> {
    let src = root().join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    files
        .into_iter()
        .filter_map(|path| {
            let below = path.strip_prefix(&src).ok()?;
            let module = below.iter().next()?.to_string_lossy().trim_end_matches(".rs").to_owned();
            if module == "lib" || module == "main" {
                return None;
            }
            let place = ORDER.iter().position(|known| *known == module);
            let place = place.unwrap_or_else(|| panic!("module {module} is not in the order"));
            let text = fs::read_to_string(&path).expect("readable");
            Some((place, path, text))
        })
        .collect()
}

#[test]
fn no_arrow_runs_back() {
    let files = files_by_module();
    assert!(files.len() > 30);
    let mut seen = 0;
    for (place, path, text) in files {
        assert!(!text.contains("crate::{") && !text.contains("super::super"), "{}", path.display());
        for used in text.split("crate::").skip(1) {
            let used: String =
                used.chars().take_while(|mark| mark.is_ascii_lowercase() || *mark == '_').collect();
            let Some(target) = ORDER.iter().position(|known| *known == used) else { continue };
            seen += 1;
            assert!(target <= place, "{} uses crate::{used}", path.display());
        }
    }
    assert!(seen > 60, "the test found the uses");
}

#[test]
fn only_typeset_names_typst() {
    for (place, path, text) in files_by_module() {
        if ORDER[place] == "typeset" {
            continue;
        }
        for line in text.lines().filter(|line| !line.trim_start().starts_with("//")) {
            assert!(
                !["typst::", "typst_", "comemo"].iter().any(|name| line.contains(name)),
                "{}: {line}",
                path.display()
            );
        }
    }
}

#[test]
fn no_document_or_programme_is_named_in_rust() {
    let templates = root().join("templates");
    let mut names = Vec::new();
    for programme in fs::read_dir(&templates).expect("templates").flatten() {
        if !programme.path().join("programme.toml").is_file() {
            continue;
        }
        names.push(programme.file_name().to_string_lossy().into_owned());
        for document in fs::read_dir(programme.path()).expect("a programme").flatten() {
            if document.path().is_dir() {
                let document = document.file_name().to_string_lossy().into_owned();
                names.push(format!("/{document}"));
                names.push(format!("\"{document}\""));
            }
        }
    }
    assert!(names.len() >= 5);
    for (_, path, text) in files_by_module() {
        let mut shown = text.split("#[cfg(test)]").next().unwrap_or_default().to_owned();
        // The help and the docs may show an example.
        shown = shown
            .lines()
            .filter(|line| !line.trim_start().starts_with("//") && !line.contains("例："))
            .collect::<Vec<_>>()
            .join("\n");
        for name in &names {
            // A key of JSON may be called as a document is: OpenAPI has a "summary".
            let shown = shown.replace(&format!("{name}:"), "");
            // The routes of the registry were named before any document was.
            let shown = shown.replace("/api/v1/certificates", "");
            assert!(!shown.contains(name.as_str()), "{} names {name}", path.display());
        }
    }
}

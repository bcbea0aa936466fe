//! What the tests share: the opened program, the judges (poppler, qpdf, mupdf), and JSON by pointer.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use chengwen::app::{App, Input, Options, Refusal, Rendered, Setup};
use chengwen::catalog::Places;
use serde_json::Value;

/// The root of the repository, which is a home.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

pub(crate) fn app() -> App {
    app_at(&root()).unwrap_or_else(|faults| panic!("the home has faults:\n{faults}"))
}

pub(crate) fn app_at(home: &Path) -> Result<App, chengwen::fault::Faults> {
    let places = Places { flag: Some(home.to_owned()), ..Places::default() };
    App::open(&Setup { places, ..Setup::default() })
}

/// One sample: its document, the name of its file, and its bytes.
pub(crate) struct Sample {
    pub(crate) document: String,
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Sample {
    pub(crate) fn record(&self) -> Value {
        serde_json::from_slice(&self.bytes).expect("a sample is JSON")
    }
}

pub(crate) fn samples(app: &App) -> Vec<Sample> {
    let samples: Vec<Sample> = app
        .catalog()
        .documents()
        .flat_map(|document| {
            document.samples.values().map(|path| Sample {
                document: document.id.to_string(),
                name: path.file_stem().expect("a file").to_string_lossy().into_owned(),
                bytes: fs::read(path).expect("a sample can be read"),
            })
        })
        .collect();
    assert!(samples.len() >= 8, "the samples are there");
    samples
}

/// The sample of this name, such as `shanxi-application.region`.
pub(crate) fn sample(app: &App, name: &str) -> Sample {
    samples(app).into_iter().find(|sample| sample.name == name).expect("the sample exists")
}

pub(crate) fn render(app: &App, document: &str, record: &Value, options: Options) -> Rendered {
    try_render(app, document, record, options).unwrap_or_else(|refusal| panic!("{refusal:?}"))
}

pub(crate) fn try_render(
    app: &App,
    document: &str,
    record: &Value,
    options: Options,
) -> Result<Rendered, Refusal> {
    app.render(document, Input::Record(record.to_string().as_bytes()), options)
}

/// A program that the test command installs; its absence is a failure, not a skip.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program} cannot be run ({error}); tests/run installs it"))
}

/// What poppler reads on all pages, page by page, without the line of the digest.
pub(crate) fn text_of(pdf: &[u8]) -> Vec<String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    fs::write(&path, pdf).expect("written");
    let output = run("pdftotext", &["-layout", &path.to_string_lossy(), "-"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let mut pages: Vec<String> = text
        .split('\u{c}')
        .map(|page| {
            let lines = page.lines().filter(|line| !line.contains("数据摘要"));
            // How many spaces stand for a gap is the reader's choice, not the paper's.
            let words = lines.map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
            words.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
        })
        .collect();
    // pdftotext ends the last page with a form feed too.
    pages.pop();
    pages
}

/// The text without any white space: labels are spread and broken on paper.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|mark| !mark.is_whitespace()).collect()
}

/// Sets the place of a pointer, making the groups on the way; null takes it out.
pub(crate) fn set(record: &mut Value, pointer: &str, value: Value) {
    let (group, key) = pointer.rsplit_once('/').expect("a pointer");
    if record.pointer(group).is_none() {
        set(record, group, Value::Object(serde_json::Map::new()));
    }
    match record.pointer_mut(group).expect("the group is there") {
        Value::Object(map) if value.is_null() => {
            map.remove(key);
        }
        Value::Object(map) => {
            map.insert(key.replace("~1", "/"), value);
        }
        Value::Array(items) => match key.parse::<usize>() {
            Ok(index) if value.is_null() => {
                items.remove(index);
            }
            Ok(index) if index < items.len() => items[index] = value,
            _ => items.push(value),
        },
        other => panic!("{pointer} leads through {other}"),
    }
}

/// Whether golden files are to be written anew (`UPDATE_GOLDEN=1`).
pub(crate) fn updating() -> bool {
    std::env::var_os("UPDATE_GOLDEN").is_some()
}

/// Compares a text with its golden file.
pub(crate) fn assert_golden(path: &Path, found: &str) {
    if updating() {
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, found).expect("written");
        return;
    }
    let wanted = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{} ({error}); UPDATE_GOLDEN=1 writes it", path.display()));
    if wanted != found {
        let at = wanted.lines().zip(found.lines()).position(|(a, b)| a != b);
        let at = at.unwrap_or_else(|| wanted.lines().count().min(found.lines().count()));
        panic!(
            "{} differs at line {}:\n  wanted: {}\n  found:  {}\nUPDATE_GOLDEN=1 accepts it",
            path.display(),
            at + 1,
            wanted.lines().nth(at).unwrap_or("(nothing)"),
            found.lines().nth(at).unwrap_or("(nothing)"),
        );
    }
}

/// Runs a script that makes files in a folder with reportlab, given our fonts. Debian's package is for
/// Debian's python, which need not be the first.
pub(crate) fn reportlab(script: &str, folder: &Path) {
    let script = root().join(script);
    let told: Vec<String> = ["/usr/bin/python3", "python3"]
        .into_iter()
        .map(|python| {
            let ran =
                Command::new(python).arg(&script).arg(folder).arg(root().join("fonts")).output();
            match ran {
                Ok(ran) if ran.status.success() => String::new(),
                Ok(ran) => String::from_utf8_lossy(&ran.stderr).into_owned(),
                Err(error) => error.to_string(),
            }
        })
        .collect();
    assert!(told.contains(&String::new()), "reportlab is missing; tests/run installs it: {told:?}");
}

//! What is published for readers who cannot see the page: the tags of PDF/UA-1.

use chengwen::app::Options;
use chengwen::typeset::Standard;
use lopdf::{Dictionary, Document, Object};

use crate::support::{app, render, run, sample, samples};

/// An element of the structure tree: its role, and the roles of those below.
#[derive(Debug)]
struct Element {
    role: String,
    scope: Option<String>,
    below: Vec<Self>,
}

impl Element {
    fn all(&self) -> Vec<&Self> {
        std::iter::once(self).chain(self.below.iter().flat_map(Self::all)).collect()
    }

    fn of_role(&self, role: &str) -> Vec<&Self> {
        self.all().into_iter().filter(|it| it.role == role).collect()
    }
}

fn resolved<'a>(document: &'a Document, object: &'a Object) -> &'a Object {
    document.dereference(object).map_or(object, |(_, object)| object)
}

fn element(document: &Document, of: &Dictionary) -> Element {
    let name = |of: &Dictionary, key: &[u8]| {
        let object = resolved(document, of.get(key).ok()?);
        Some(String::from_utf8_lossy(object.as_name().ok()?).into_owned())
    };
    let many = |key: &[u8]| match of.get(key).map(|it| resolved(document, it)) {
        Ok(Object::Array(many)) => many.iter().map(|it| resolved(document, it)).collect(),
        Ok(one) => vec![one],
        Err(_) => Vec::new(),
    };
    let scope = many(b"A").iter().find_map(|it| name(it.as_dict().ok()?, b"Scope"));
    let kids = many(b"K");
    let below = kids.iter().filter_map(|it| it.as_dict().ok());
    let below = below.filter(|it| it.has(b"S")).map(|it| element(document, it)).collect();
    Element { role: name(of, b"S").unwrap_or_default(), scope, below }
}

fn structure(bytes: &[u8]) -> Element {
    let document = Document::load_mem(bytes).expect("readable");
    let catalog = document.catalog().expect("a catalog");
    let root = resolved(&document, catalog.get(b"StructTreeRoot").expect("tags"));
    element(&document, root.as_dict().expect("a dictionary"))
}

fn published() -> Options {
    Options { standard: Some(Standard::Ua1), ..Options::default() }
}

#[test]
fn every_paper_can_be_published() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    for sample in samples(&app) {
        let made = render(&app, &sample.document, &sample.record(), published());
        std::fs::write(&path, &made.bytes).expect("written");
        let checked = run("qpdf", &["--check", &path.display().to_string()]);
        assert!(checked.status.success(), "{}", sample.name);
        let report = crate::inspect::report(&made.bytes);
        assert_eq!(report.file.accessible.as_deref(), Some("1"), "{}", sample.name);
        assert_eq!(report.file.archival.as_deref(), Some("2A"), "{}", sample.name);
        assert!(report.file.tagged && report.file.title.is_some(), "{}", sample.name);
        assert_eq!(report.file.language.as_deref(), Some("zh-CN"), "{}", sample.name);
        // The paper is the same.
        let plain = render(&app, &sample.document, &sample.record(), Options::default());
        assert_eq!(made.pages, plain.pages, "{}", sample.name);
    }
}

#[test]
fn tables_have_header_cells_and_titles_are_titles() {
    let app = app();
    for (name, tables, columns, titles) in [
        ("shanxi-notice", 1, 4, 2),
        ("shanxi-revocation", 1, 5, 2),
        ("shanxi-summary", 2, 9, 1),
        ("shanxi-summary.several-pages", 6, 9, 1),
    ] {
        let sample = sample(&app, name);
        let made = render(&app, &sample.document, &sample.record(), published());
        let tree = structure(&made.bytes);
        assert_eq!(tree.of_role("Document").len(), 1, "{name}");
        assert_eq!(tree.of_role("H1").len(), titles, "{name}");
        let found = tree.of_role("Table");
        assert_eq!(found.len(), tables, "{name}");
        for table in found {
            let head = table.of_role("THead");
            let cells: Vec<_> = head.first().expect("a head").below[0].of_role("TH");
            assert_eq!(cells.len(), columns, "{name}");
            assert!(cells.iter().all(|it| it.scope.as_deref() == Some("Column")), "{cells:?}");
            assert!(!table.of_role("TD").is_empty(), "{name}");
        }
        assert!(!tree.of_role("P").is_empty(), "{name}");
    }
}

#[test]
fn tags_are_read_in_the_order_of_the_paper() {
    let app = app();
    let sample = sample(&app, "shanxi-notice");
    let made = render(&app, &sample.document, &sample.record(), published());
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    std::fs::write(&path, &made.bytes).expect("written");
    let told = run("pdfinfo", &["-struct-text", &path.display().to_string()]);
    let told = String::from_utf8_lossy(&told.stdout);
    let read: String = told
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"'))
        .map(|line| line.trim_end_matches('"'))
        .collect();
    let mut from = 0;
    for words in [
        "关于拟认定",
        "一、公示依据和程序。",
        "五、联系方式。",
        "特此公示。",
        "附件：",
        "2026年4月20日",
        "序号",
        "名称",
        "统一社会信用代码",
        "所属地区",
        "一、示范单位（9家）",
        "太原市",
    ] {
        let at = read[from..].find(words).unwrap_or_else(|| panic!("{words} is not next: {read}"));
        from += at + words.len();
    }
}

#[test]
fn what_is_printed_bears_no_tags() {
    let app = app();
    let sample = sample(&app, "shanxi-summary.several-pages");
    let plain = render(&app, &sample.document, &sample.record(), Options::default());
    let tagged = render(&app, &sample.document, &sample.record(), published());
    assert!(!crate::inspect::report(&plain.bytes).file.tagged);
    assert!(plain.bytes.len() * 5 < tagged.bytes.len() * 4);
}

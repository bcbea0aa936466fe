//! A file put together of pages: those of our own files as they are, and new ones that show forms.

use std::collections::BTreeSet;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::import::{Import, TooMany};
use super::layers::Layers;
use super::place::{A4, Matrix, upright_on};
use super::plan::Plan;
use crate::fault::Fault;
use crate::inspect::tree;

/// The version that the file says: what PDF/A-3 and our own files are (ISO 32000-1).
const VERSION: &str = "1.7";

/// What a page may inherit (ISO 32000-1, table 30).
const INHERITED: [&[u8]; 4] = [b"Resources", b"MediaBox", b"CropBox", b"Rotate"];

/// A file in the making.
pub(super) struct Book {
    document: Document,
    tree: ObjectId,
    /// Pages that have been taken over and stand nowhere yet.
    gathered: Vec<Gathered>,
    pages: Vec<ObjectId>,
    /// Bookmarks: level, title, page.
    marks: Vec<(usize, String, usize)>,
    labels: Vec<(usize, Dictionary)>,
    layers: Layers,
}

/// A page taken over.
struct Gathered {
    page: Dictionary,
    /// The content that shows the name of each copy on it.
    names: Vec<Option<ObjectId>>,
}

impl Book {
    pub(super) fn new() -> Self {
        let mut document = Document::with_version(VERSION);
        let tree = document.new_object_id();
        Self {
            document,
            tree,
            gathered: Vec::new(),
            pages: Vec::new(),
            marks: Vec::new(),
            labels: Vec::new(),
            layers: Layers::default(),
        }
    }

    /// How many pages there are.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// The file itself, for what pages are made of.
    pub(super) fn document(&mut self) -> &mut Document {
        &mut self.document
    }

    /// Takes the pages of a file of ours over; tells the number of the first.
    pub(super) fn gather(&mut self, source: &Document) -> Result<usize, Fault> {
        let first = self.gathered.len();
        let mut import = Import::of(source);
        let too_many = |_| Fault::new("自己的 PDF 对象过多");
        for node in tree::pages(source) {
            let mut page = dictionary! { "Type" => "Page", "Parent" => self.tree };
            for key in INHERITED.into_iter().chain([b"Contents".as_slice(), b"Group"]) {
                if let Some(value) = node.get(source, key) {
                    // A page's content is a reference; what it leads to is taken with it.
                    let own = node.own.get(key).unwrap_or(value);
                    page.set(key, import.take(own, &mut self.document).map_err(too_many)?);
                }
            }
            self.gathered.push(Gathered { page, names: Vec::new() });
        }
        self.keep_layers(&Layers::of(source), &import);
        Ok(first)
    }

    /// Puts marks over a page that has been taken over: forms of an upright page that all copies show, and
    /// one for each copy, ready to be shown.
    pub(super) fn mark_page(
        &mut self,
        page: usize,
        common: &[Option<ObjectId>],
        copies: &[Option<ObjectId>],
    ) -> Result<(), TooMany> {
        let Some(gathered) = self.gathered.get(page) else { return Ok(()) };
        let Ok(content) = gathered.page.get(b"Contents").cloned() else { return Ok(()) };
        let bounds = gathered.page.get(b"MediaBox").ok();
        let bounds = bounds.and_then(|bounds| tree::rectangle(&self.document, bounds));
        let across = bounds.is_some_and(|bounds| bounds[2] - bounds[0] > bounds[3] - bounds[1]);
        let matrix = upright_on(across).written();
        let mut resources = gathered
            .page
            .get(b"Resources")
            .ok()
            .and_then(|it| tree::resolved(&self.document, it).as_dict().ok())
            .cloned()
            .unwrap_or_default();
        let mut forms =
            tree::dictionary(&self.document, &resources, b"XObject").cloned().unwrap_or_default();
        let mut shown = format!("Q q {matrix} cm");
        for (at, form) in common.iter().enumerate().filter_map(|(at, form)| Some((at, (*form)?))) {
            forms.set(format!("Mark{at}"), form);
            shown.push_str(&format!(" /Mark{at} Do"));
        }
        shown.push_str(" Q");
        let mut names = Vec::new();
        for (copy, form) in copies.iter().enumerate() {
            names.push(form.map(|form| {
                forms.set(format!("Copy{copy}"), form);
                let shown = format!("q {matrix} cm /Copy{copy} Do Q");
                self.document.add_object(Stream::new(Dictionary::new(), shown.into_bytes()))
            }));
        }
        resources.set("XObject", forms);
        let resources = self.document.add_object(resources);
        let plain = |document: &mut Document, content: String| {
            document.add_object(Stream::new(Dictionary::new(), content.into_bytes()))
        };
        // What the page leaves behind (its matrix, its colours) must not touch the marks.
        let mut contents = vec![Object::Reference(plain(&mut self.document, "q".to_owned()))];
        match content {
            Object::Array(parts) => contents.extend(parts),
            other => contents.push(other),
        }
        contents.push(Object::Reference(plain(&mut self.document, shown)));
        let gathered = &mut self.gathered[page];
        gathered.page.set("Resources", resources);
        gathered.page.set("Contents", contents);
        gathered.names = names;
        Ok(())
    }

    /// Puts a page that has been taken over at the end, with the name of a copy if one is given.
    pub(super) fn put_gathered(&mut self, page: usize, named: Option<usize>) {
        let Some(gathered) = self.gathered.get(page) else { return };
        let mut put = gathered.page.clone();
        let name = named.and_then(|copy| gathered.names.get(copy).copied().flatten());
        if let (Some(name), Ok(Object::Array(contents))) = (name, put.get_mut(b"Contents")) {
            contents.push(Object::Reference(name));
        }
        self.put(put);
    }

    /// Puts a page that bears nothing at the end.
    pub(super) fn put_blank(&mut self) {
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => self.tree,
            "MediaBox" => sheet(false),
            "Resources" => Dictionary::new(),
        };
        self.put(page);
    }

    /// Keeps the layers of a source that was taken from: what is hidden there stays hidden.
    pub(super) fn keep_layers(&mut self, layers: &Layers, import: &Import<'_>) {
        let places =
            |of: &[ObjectId]| of.iter().filter_map(|id| import.place(*id)).collect::<Vec<_>>();
        self.layers.all.extend(places(&layers.all));
        self.layers.hidden.extend(places(&layers.hidden));
    }

    /// Adds an A4 page that shows these forms one over the other, and nothing of them outside of `within`
    /// (left, bottom, right, top): what is laid upon a page must not reach our label and number.
    pub(super) fn show(&mut self, across: bool, within: [f64; 4], forms: &[(ObjectId, Matrix)]) {
        let mut shown = Dictionary::new();
        let [left, bottom, right, top] = within;
        let (width, height) = (right - left, top - bottom);
        let mut content = format!("q {left:.3} {bottom:.3} {width:.3} {height:.3} re W n\n");
        for (at, (form, matrix)) in forms.iter().enumerate() {
            shown.set(format!("F{at}"), *form);
            content.push_str(&format!("q {} cm /F{at} Do Q\n", matrix.written()));
        }
        content.push_str("Q\n");
        let content =
            self.document.add_object(Stream::new(Dictionary::new(), content.into_bytes()));
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => self.tree,
            "MediaBox" => sheet(across),
            "Resources" => dictionary! { "XObject" => shown },
            "Contents" => content,
        };
        self.put(page);
    }

    /// A bookmark to a page (from 0): on the first level, or below the last of the first.
    pub(super) fn mark_at(&mut self, level: usize, title: &str, page: usize) {
        self.marks.push((level, title.to_owned(), page));
    }

    /// Page labels for a copy that begins on a page: the running numbers, so that the number that a viewer
    /// shows is that on the paper.
    pub(super) fn label(&mut self, start: usize, plan: &Plan, copy: Option<&str>) {
        let prefix = copy.map_or(String::new(), |copy| format!("{copy}-"));
        let mut expected = None;
        for (at, place) in plan.places.iter().enumerate() {
            if place.number.is_some() && place.number == expected {
                expected = place.number.map(|number| number + 1);
                continue;
            }
            let mut label = Dictionary::new();
            match place.number {
                Some(number) => {
                    label.set("S", Object::Name(b"D".to_vec()));
                    label.set("St", i64::try_from(number).unwrap_or(i64::MAX));
                    label.set("P", lopdf::text_string(&prefix));
                }
                None => label.set("P", lopdf::text_string(&format!("{prefix}空白"))),
            }
            expected = place.number.map(|number| number + 1);
            self.labels.push((start + at, label));
        }
    }

    fn put(&mut self, page: Dictionary) {
        let page = self.document.add_object(page);
        self.pages.push(page);
    }

    /// The whole file.
    pub(super) fn bind(mut self) -> Result<Document, Fault> {
        let kids: Vec<Object> = self.pages.iter().map(|page| Object::Reference(*page)).collect();
        let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
        let pages = dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count };
        self.document.objects.insert(self.tree, Object::Dictionary(pages));
        let mut catalog = dictionary! { "Type" => "Catalog", "Pages" => self.tree };
        if let Some(outline) = self.outline() {
            catalog.set("Outlines", outline);
            catalog.set("PageMode", Object::Name(b"UseOutlines".to_vec()));
        }
        if !self.labels.is_empty() {
            let pairs = self.labels.iter().flat_map(|(page, label)| {
                let page = Object::Integer(i64::try_from(*page).unwrap_or(i64::MAX));
                [page, Object::Dictionary(label.clone())]
            });
            let numbers: Vec<Object> = pairs.collect();
            catalog.set("PageLabels", dictionary! { "Nums" => numbers });
        }
        if !self.layers.all.is_empty() {
            let list = |of: &[ObjectId]| -> Vec<Object> {
                let of: BTreeSet<ObjectId> = of.iter().copied().collect();
                of.into_iter().map(Object::Reference).collect()
            };
            let usual = dictionary! {
                "OFF" => list(&self.layers.hidden),
                "Order" => Vec::<Object>::new(),
            };
            let layers = dictionary! { "OCGs" => list(&self.layers.all), "D" => usual };
            catalog.set("OCProperties", layers);
        }
        let catalog = self.document.add_object(catalog);
        self.document.trailer.set("Root", catalog);
        if self.pages.is_empty() {
            return Err(Fault::new("文件里一页也没有"));
        }
        Ok(self.document)
    }

    /// The bookmarks (ISO 32000-1, 12.3.3): one below the other, on two levels.
    fn outline(&mut self) -> Option<ObjectId> {
        if self.marks.is_empty() {
            return None;
        }
        let root = self.document.new_object_id();
        let ids: Vec<ObjectId> = self.marks.iter().map(|_| self.document.new_object_id()).collect();
        // For each mark, the one above it.
        let mut above = None;
        let parents: Vec<Option<usize>> = (0..)
            .zip(&self.marks)
            .map(|(at, (level, ..))| {
                if *level == 0 {
                    above = Some(at);
                    None
                } else {
                    above
                }
            })
            .collect();
        let below = |parent: Option<usize>| -> Vec<usize> {
            (0..parents.len()).filter(|at| parents[*at] == parent && Some(*at) != parent).collect()
        };
        let count = |of: &[usize]| i64::try_from(of.len()).unwrap_or(i64::MAX);
        for (at, (_, title, page)) in self.marks.iter().enumerate() {
            let Some(page) = self.pages.get(*page) else { continue };
            let mut mark = dictionary! {
                "Title" => lopdf::text_string(title),
                "Parent" => parents[at].map_or(root, |parent| ids[parent]),
                "Dest" => vec![(*page).into(), "Fit".into()],
            };
            let beside = below(parents[at]);
            let place = beside.iter().position(|other| *other == at).unwrap_or(0);
            if let Some(before) = place.checked_sub(1) {
                mark.set("Prev", ids[beside[before]]);
            }
            if let Some(next) = beside.get(place + 1) {
                mark.set("Next", ids[*next]);
            }
            let children = below(Some(at));
            if let (Some(first), Some(last)) = (children.first(), children.last()) {
                mark.set("First", ids[*first]);
                mark.set("Last", ids[*last]);
                // Closed, so that the copies are seen at once.
                mark.set("Count", -count(&children));
            }
            self.document.objects.insert(ids[at], Object::Dictionary(mark));
        }
        let top = below(None);
        let outlines = dictionary! {
            "Type" => "Outlines",
            "First" => ids[*top.first()?],
            "Last" => ids[*top.last()?],
            "Count" => count(&top),
        };
        self.document.objects.insert(root, Object::Dictionary(outlines));
        Some(root)
    }
}

/// The bounds of an A4 page.
fn sheet(across: bool) -> Vec<Object> {
    let (width, height) = if across { (A4.1, A4.0) } else { A4 };
    vec![0.into(), 0.into(), (width as f32).into(), (height as f32).into()]
}

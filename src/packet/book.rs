//! A file put together of pages: those of our own files as they are, and new ones that show forms.

use std::ops::Range;

use lopdf::{Dictionary, Document, Object, ObjectId, Stream, dictionary};

use super::foreign::Layers;
use super::import::Import;
use super::place::{A4, Matrix};
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
    pages: Vec<ObjectId>,
    marks: Vec<(String, usize)>,
    layers: Layers,
}

impl Book {
    pub(super) fn new() -> Self {
        let mut document = Document::with_version(VERSION);
        let tree = document.new_object_id();
        Self { document, tree, pages: Vec::new(), marks: Vec::new(), layers: Layers::default() }
    }

    /// How many pages there are.
    pub(super) fn len(&self) -> usize {
        self.pages.len()
    }

    /// The file itself, for what pages are made of.
    pub(super) fn document(&mut self) -> &mut Document {
        &mut self.document
    }

    /// Adds the pages of a file of ours, as they are.
    pub(super) fn add(&mut self, source: &Document) -> Result<Range<usize>, Fault> {
        let start = self.pages.len();
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
            self.put(page);
        }
        self.keep_layers(&Layers::of(source), &import);
        Ok(start..self.pages.len())
    }

    /// Keeps the layers of a source that was taken from: what is hidden there stays hidden.
    pub(super) fn keep_layers(&mut self, layers: &Layers, import: &Import<'_>) {
        let places = |of: &[ObjectId]| of.iter().filter_map(|id| import.place(*id)).collect::<Vec<_>>();
        self.layers.all.extend(places(&layers.all));
        self.layers.hidden.extend(places(&layers.hidden));
    }

    /// Adds an A4 page that shows these forms one over the other.
    pub(super) fn show(&mut self, across: bool, forms: &[(ObjectId, Matrix)]) {
        let mut shown = Dictionary::new();
        let mut content = String::new();
        for (at, (form, matrix)) in forms.iter().enumerate() {
            shown.set(format!("F{at}"), *form);
            content.push_str(&format!("q {} cm /F{at} Do Q\n", matrix.written()));
        }
        let content =
            self.document.add_object(Stream::new(Dictionary::new(), content.into_bytes()));
        let (width, height) = if across { (A4.1, A4.0) } else { A4 };
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => self.tree,
            "MediaBox" => vec![0.into(), 0.into(), (width as f32).into(), (height as f32).into()],
            "Resources" => dictionary! { "XObject" => shown },
            "Contents" => content,
        };
        self.put(page);
    }

    /// Adds a page that bears nothing, if the next would come on the back of a leaf.
    pub(super) fn turn_leaf(&mut self) {
        if self.pages.len() % 2 == 1 {
            self.show(false, &[]);
        }
    }

    /// A bookmark to the page that comes next.
    pub(super) fn mark(&mut self, title: impl Into<String>) {
        self.marks.push((title.into(), self.pages.len()));
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
        if !self.layers.all.is_empty() {
            let list = |of: &[ObjectId]| of.iter().copied().map(Object::Reference).collect::<Vec<_>>();
            let usual = dictionary! { "OFF" => list(&self.layers.hidden), "Order" => Vec::<Object>::new() };
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

    /// The bookmarks, one below the other (ISO 32000-1, 12.3.3).
    fn outline(&mut self) -> Option<ObjectId> {
        let marks: Vec<(String, ObjectId)> = self
            .marks
            .iter()
            .filter_map(|(title, at)| Some((title.clone(), *self.pages.get(*at)?)))
            .collect();
        let ids: Vec<ObjectId> = marks.iter().map(|_| self.document.new_object_id()).collect();
        let (first, last) = (*ids.first()?, *ids.last()?);
        let root = self.document.new_object_id();
        for (at, (title, page)) in marks.into_iter().enumerate() {
            let mut mark = dictionary! {
                "Title" => lopdf::text_string(&title),
                "Parent" => root,
                "Dest" => vec![page.into(), "Fit".into()],
            };
            if let Some(before) = at.checked_sub(1) {
                mark.set("Prev", ids[before]);
            }
            if let Some(next) = ids.get(at + 1) {
                mark.set("Next", *next);
            }
            self.document.objects.insert(ids[at], Object::Dictionary(mark));
        }
        let count = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        let outlines = dictionary! { "Type" => "Outlines", "First" => first, "Last" => last, "Count" => count };
        self.document.objects.insert(root, Object::Dictionary(outlines));
        Some(root)
    }
}

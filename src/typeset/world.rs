//! What Typst may see: the layouts of the catalog, a few virtual files, our fonts, and no clock.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use crate::catalog::Catalog;

/// The records, as the layouts name them.
pub(super) const DATA: &str = "/data.json";

/// What all records of a document have in common. A file of its own, so that Typst can use again what
/// it has evaluated from nothing else: a certificate takes a third less time to lay out.
pub(super) const SETTING: &str = "/setting.json";

/// What all jobs share.
pub(super) struct Shelf {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Slot>,
    /// By path, so that their faults come in the same order each time.
    sources: BTreeMap<String, Source>,
}

/// A font that is parsed when it is first used.
struct Slot {
    bytes: Arc<memmap2::Mmap>,
    index: u32,
    font: OnceLock<Option<Font>>,
}

/// A mapped font file as the bytes of a Typst font.
struct Mapped(Arc<memmap2::Mmap>);

impl AsRef<[u8]> for Mapped {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl Shelf {
    pub(super) fn open(catalog: &Catalog) -> Self {
        let mut book = FontBook::new();
        let mut fonts = Vec::new();
        for face in catalog.fonts().faces() {
            // The family is the catalog's name for it, which keeps two files apart that give
            // themselves one name.
            if let Some(mut info) = typst::text::FontInfo::new(face.bytes(), face.index) {
                info.family.clone_from(&face.family);
                book.push(info);
                fonts.push(Slot { bytes: face.shared(), index: face.index, font: OnceLock::new() });
            }
        }
        let sources = catalog
            .layouts()
            .iter()
            .filter_map(|(path, text)| {
                let id = file_id(path)?;
                Some((path.clone(), Source::new(id, text.clone())))
            })
            .collect();
        Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(book),
            fonts,
            sources,
        }
    }

    pub(super) fn sources(&self) -> impl Iterator<Item = &Source> {
        self.sources.values()
    }

    pub(super) fn has_family(&self, family: &str) -> bool {
        self.book.contains_family(&family.to_lowercase())
    }
}

/// One job's view of the shelf.
pub(super) struct Desk<'a> {
    shelf: &'a Shelf,
    main: FileId,
    files: BTreeMap<String, Bytes>,
}

impl<'a> Desk<'a> {
    /// With these virtual files, by path; `None` if `main` is no path or no layout.
    pub(super) fn new(
        shelf: &'a Shelf,
        main: &str,
        files: impl Iterator<Item = (String, Vec<u8>)>,
    ) -> Option<Self> {
        let main = file_id(main).filter(|_| shelf.sources.contains_key(main))?;
        let files = files.map(|(name, bytes)| (name, Bytes::new(bytes))).collect();
        Some(Self { shelf, main, files })
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.shelf.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.shelf.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.shelf
            .sources
            .get(id.get().vpath().get_with_slash())
            .cloned()
            .ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let file = self.files.get(id.get().vpath().get_with_slash());
        file.cloned().ok_or_else(|| not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        let slot = self.shelf.fonts.get(index)?;
        slot.font
            .get_or_init(|| Font::new(Bytes::new(Mapped(Arc::clone(&slot.bytes))), slot.index))
            .clone()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        // A paper's dates come from its record: a template that asks the clock fails.
        None
    }
}

fn file_id(path: &str) -> Option<FileId> {
    let path = VirtualPath::new(path).ok()?;
    Some(FileId::new(RootedPath::new(VirtualRoot::Project, path)))
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

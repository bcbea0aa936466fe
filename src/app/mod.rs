//! The verbs: what can be done with a catalog. The faces call nothing else.

mod inspection;
mod matter;
mod measure;
mod render;
mod samples;

use std::path::PathBuf;
use std::time::Instant;

use crate::catalog::{Catalog, Document, Home, Places};
use crate::fault::{Fault, Faults};
use crate::intake::{self, Examination, Problems};
use crate::typeset::Typesetter;

pub use measure::measure;
pub use render::{Input, Options, Output, Rendered, Sides};
pub use samples::{SampleReport, blanks};

/// A catalog with a typesetter, ready for work.
pub struct App {
    catalog: Catalog,
    typesetter: Typesetter,
}

/// Where to find a home, and an operator's own faces.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Where a home may stand.
    pub places: Places,
    /// A folder with an operator's own faces.
    pub fonts: Option<PathBuf>,
}

/// Why a verb did not do its work.
#[derive(Debug)]
pub enum Refusal {
    /// The user asked for something that does not exist or does not fit; one sentence.
    Usage(String),
    /// The input has problems.
    Problems(Box<Problems>),
    /// Something is ours to mend.
    Faults(Faults),
}

impl App {
    /// Opens everything, and checks it.
    ///
    /// # Errors
    /// Every fault in the home.
    pub fn open(setup: &Setup) -> Result<Self, Faults> {
        let started = Instant::now();
        let home = Home::find(&setup.places)?;
        tracing::debug!(home = %home.root().display(), "home found");
        let catalog = Catalog::open(home, setup.fonts.as_deref())?;
        let opened = started.elapsed();
        let typesetter = Typesetter::open(&catalog)?;
        tracing::debug!(
            documents = catalog.documents().count(),
            catalog_ms = opened.as_secs_f64() * 1e3,
            typesetter_ms = (started.elapsed() - opened).as_secs_f64() * 1e3,
            "catalog open"
        );
        Ok(Self { catalog, typesetter })
    }

    /// What exists.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The document of this name.
    ///
    /// # Errors
    /// A usage sentence that lists what exists.
    pub fn document(&self, name: &str) -> Result<&Document, Refusal> {
        self.catalog.document(name).ok_or_else(|| {
            let known: Vec<String> =
                self.catalog.documents().map(|document| document.id.to_string()).collect();
            let nearest = self
                .catalog
                .documents()
                .map(|document| {
                    let id = document.id.to_string();
                    let near = strsim::normalized_damerau_levenshtein(name, &id)
                        .max(strsim::normalized_damerau_levenshtein(name, &document.manifest.name));
                    (near, id)
                })
                .filter(|(near, _)| *near > 0.4)
                .max_by(|a, b| a.0.total_cmp(&b.0));
            let hint = match nearest {
                Some((_, id)) => format!("，是否应为 {id}"),
                None => String::new(),
            };
            Refusal::Usage(format!("没有文书“{name}”{hint}；现有：{}", known.join("、")))
        })
    }

    /// Looks at an input.
    ///
    /// # Errors
    /// An unknown document, or a fault; problems of the input are part of the answer.
    pub fn check(&self, document: &str, input: &[u8]) -> Result<Examination, Refusal> {
        let document = self.document(document)?;
        let mut examined = intake::examine(&self.catalog, document, input)?;
        let without_room = self.find_without_room(document, &examined.records)?;
        if !without_room.is_sound() {
            examined.problems.join(without_room);
            examined.records.clear();
        }
        Ok(examined)
    }

    /// Compares the font files with their digests.
    ///
    /// # Errors
    /// Every file that differs.
    pub fn verify_fonts(&self) -> Result<(), Faults> {
        self.catalog.fonts().verify()
    }
}

impl From<Fault> for Refusal {
    fn from(fault: Fault) -> Self {
        Self::Faults(fault.into())
    }
}

impl From<Faults> for Refusal {
    fn from(faults: Faults) -> Self {
        Self::Faults(faults)
    }
}

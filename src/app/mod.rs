//! The verbs: what can be done with a catalog. The faces call nothing else.

mod annotated;
mod backup;
mod batch;
mod by_hand;
mod calendar;
mod calibrate;
mod cell_room;
mod certificates;
mod check;
mod collect;
mod derived;
mod extract;
mod fill_in;
mod inspection;
mod issued;
mod matter;
mod measure;
mod pack;
mod part;
mod plan;
mod render;
mod rows;
mod runs;
mod samples;
mod spreadsheet;
pub(crate) mod table_out;
mod verify;
mod wanted;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::catalog::{Catalog, Document, Home, Places};
use crate::crew::{self, Bounds, Crews, Manning, Preparing, Typesetting, Undone};
use crate::fault::{Fault, Faults, io_reason};
use crate::intake::Problems;
use crate::typeset::{self, Typesetter};

pub use crate::intake::{ExaminedRow, ExaminedRows, RowsKind};
pub use backup::{Backup, Manifest, Member, Restored, back_up, restore};
pub use batch::{
    Again, Asked, BatchOptions, Batches, Foreseen, Form, House, Prospect, Wanted, manifest,
};
pub use calendar::{MarkedDay, Month, SpanShown};
pub use certificates::{Reprint, Revoked, Source, described, told};
pub use collect::{Collected, Collection, Refused, Taken};
pub use derived::Derived;
pub use extract::{extract, extract_apart};
pub use measure::{measure, measure_apart};
pub use pack::{
    AttachedPage, CopiesAs, Counted, Files, MostOfAttachments, NamedFile, PackOptions, Packed,
    PacketSeen, Wrapping,
};
pub use part::{Part, Readers};
pub use runs::Whole;
pub use samples::{SampleReport, blanks};
pub use spreadsheet::ListedSheet;
pub use verify::{Verdict, Verification};
pub use wanted::{Input, Options, Output, Rendered, Sides};

/// A catalog with a typesetter, ready for work.
pub struct App {
    catalog: Catalog,
    typesetting: Typesetting,
    preparing: Preparing,
    most: Most,
}

/// Where to find a home, and an operator's own faces.
#[derive(Debug, Clone, Default)]
pub struct Setup {
    /// Where a home may stand.
    pub places: Places,
    /// A folder with an operator's own faces.
    pub fonts: Option<PathBuf>,
    /// The render processes to be had; none, and everything is typeset in this process.
    pub processes: Option<Processes>,
    /// The processes to be had for attached files; none, and they are worked at in this process.
    pub preparers: Option<Processes>,
    /// The most that one call may ask for.
    pub most: Most,
}

/// The most that one call may ask for; by default there is no end.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    /// Records of one input, and items of any list in a record.
    pub rows: usize,
    /// Pages of one file.
    pub pages: usize,
    /// Pixels of one picture.
    pub pixels: usize,
    /// Attached files.
    pub attachments: MostOfAttachments,
}

impl Default for Most {
    fn default() -> Self {
        let attachments = MostOfAttachments::default();
        Self { rows: usize::MAX, pages: usize::MAX, pixels: usize::MAX, attachments }
    }
}

/// Render processes of a server.
#[derive(Debug, Clone)]
pub struct Processes {
    /// The program, which is called with `render-process`.
    pub program: PathBuf,
    /// How many typeset at once.
    pub count: usize,
    /// What each may take.
    pub bounds: Bounds,
}

/// Why a verb did not do its work.
#[derive(Debug)]
pub enum Refusal {
    /// The user asked for something that does not exist or does not fit; one sentence.
    Usage(String),
    /// The input has problems.
    Problems(Box<Problems>),
    /// The work ran over a limit and was stopped; one sentence that names the limit.
    OverLimit(String),
    /// The process that had the work died, and so did the next: nobody's fault that we know. The same
    /// may succeed when it is tried again.
    Lost,
    /// The same key was used for something else before; one sentence.
    Otherwise(String),
    /// So many batches wait already that no more is taken.
    Full(usize),
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
        // Opened in any case: it is how the layouts are checked.
        let typesetter = Typesetter::open(&catalog)?;
        let typesetting = match &setup.processes {
            None => Typesetting::Here(Box::new(typesetter)),
            Some(processes) => {
                let manning = processes.manning(&catalog, setup.fonts.as_deref());
                let digest = catalog.digest().as_str().to_owned();
                Typesetting::Crews(Box::new(Crews::man(manning, digest)?))
            }
        };
        tracing::debug!(
            documents = catalog.documents().count(),
            catalog_ms = opened.as_secs_f64() * 1e3,
            typesetter_ms = (started.elapsed() - opened).as_secs_f64() * 1e3,
            "catalog open"
        );
        let preparing = match &setup.preparers {
            None => Preparing::Here,
            Some(processes) => processes.preparing(),
        };
        Ok(Self { catalog, typesetting, preparing, most: setup.most })
    }

    /// The most that one job may make.
    fn most(&self) -> typeset::Most {
        typeset::Most { pages: self.most.pages, pixels: self.most.pixels, sheet: None }
    }

    /// What exists.
    #[must_use]
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// Where the work is done.
    #[must_use]
    pub fn typesetting(&self) -> &Typesetting {
        &self.typesetting
    }

    /// Where attached files are worked at.
    #[must_use]
    pub fn preparing(&self) -> &Preparing {
        &self.preparing
    }

    /// Serves as a render process until the input ends; `memory` is its limit in bytes.
    ///
    /// # Errors
    /// A pipe that breaks, or an app that itself has render processes.
    pub fn work(&self, memory: Option<u64>) -> Result<(), Fault> {
        let Typesetting::Here(typesetter) = &self.typesetting else {
            return Err(Fault::new("排版进程不能再有排版进程"));
        };
        let digest = self.catalog.digest();
        let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
        crew::work(typesetter, digest.as_str(), memory, &mut input, &mut output)
            .map_err(|error| Fault::new(format!("排版进程的管道断了：{}", io_reason(&error))))
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

    /// Compares the font files with their digests.
    ///
    /// # Errors
    /// Every file that differs.
    pub fn verify_fonts(&self) -> Result<(), Faults> {
        self.catalog.fonts().verify()
    }
}

/// Serves as a process for attached files until the input ends; `memory` is its limit in bytes.
///
/// # Errors
/// A pipe that breaks.
pub fn prepare_attachments(memory: Option<u64>) -> Result<(), Fault> {
    let (mut input, mut output) = (std::io::stdin().lock(), std::io::stdout().lock());
    crew::prepare(memory, &mut input, &mut output)
        .map_err(|error| Fault::new(format!("附件进程的管道断了：{}", io_reason(&error))))
}

impl Processes {
    /// Where strangers' files are worked at, whatever home there is.
    #[must_use]
    pub fn preparing(&self) -> Preparing {
        Preparing::apart(self.for_attachments())
    }

    fn for_attachments(&self) -> Manning {
        let memory = self.bounds.memory.to_string();
        let arguments =
            vec!["attachment-process".into(), "--memory".into(), OsString::from(memory)];
        let (program, count, bounds) = (self.program.clone(), self.count, self.bounds);
        Manning { program, arguments, count, bounds }
    }

    fn manning(&self, catalog: &Catalog, fonts: Option<&Path>) -> Manning {
        let mut arguments: Vec<OsString> =
            vec!["render-process".into(), "--home".into(), catalog.home().root().into()];
        if let Some(fonts) = fonts {
            arguments.extend(["--fonts".into(), fonts.into()]);
        }
        arguments.extend(["--memory".into(), self.bounds.memory.to_string().into()]);
        let (program, count, bounds) = (self.program.clone(), self.count, self.bounds);
        Manning { program, arguments, count, bounds }
    }
}

impl std::fmt::Display for Refusal {
    /// In few words, for the log and for a batch that cannot go on.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Usage(sentence) | Self::OverLimit(sentence) | Self::Otherwise(sentence) => {
                f.write_str(sentence)
            }
            Self::Problems(problems) => {
                let sentences: Vec<&str> =
                    problems.to_mend().map(|problem| problem.sentence.as_str()).collect();
                f.write_str(&sentences.join("；"))
            }
            Self::Lost => f.write_str("处理它的进程两次中途退出"),
            Self::Full(most) => {
                write!(f, "还有 {most} 批没有印完（limits.batches），请等它们印完再试")
            }
            Self::Faults(faults) => write!(f, "{faults}"),
        }
    }
}

impl From<Undone> for Refusal {
    fn from(undone: Undone) -> Self {
        let over_limit = undone.over_limit();
        match undone {
            Undone::Failed(failure) => Self::Faults(failure.into()),
            Undone::Unmanned(fault) => fault.into(),
            Undone::Lost => Self::Lost,
            Undone::OverTime(_) | Undone::OverMemory(_) => {
                Self::OverLimit(over_limit.unwrap_or_default())
            }
        }
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

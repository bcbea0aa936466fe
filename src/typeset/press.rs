//! The compile itself, on threads with stacks sized on purpose, with caches trimmed on every way out.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use rayon::{ThreadPool, ThreadPoolBuilder};
use serde::Serialize;
use serde_json::json;
use typst::comemo;
use typst::syntax::{DiagSpanKind, LinkedNode, Source, SyntaxKind, ast};
use typst_layout::PagedDocument;

use super::world::{DATA, Desk, SETTING, Shelf};
use super::{Failure, Job, Output, Typeset};
use super::{code, diagnostics, each, export, heads, long, marks, offset, overflow, room};
use crate::catalog::{Catalog, LAYOUT, Orientation};
use crate::fault::{Fault, Faults};
use crate::wording::Sheet;

/// The stack of each typesetting thread in bytes. Typst allows calls nested 80 deep and layouts
/// nested 72 deep; the default 2 MiB overflow there and abort the process, 64 MiB do not. Only the
/// part that is used takes memory.
pub const STACK: usize = 64 << 20;

/// How many compiles a cached result outlives: a template stays warm, one record's results go.
const CACHE_AGE: usize = 10;

/// From so many sheets on, the results of a compile go with the next one: ten runs of 500 certificates
/// would be half a gigabyte.
const MANY: usize = 50;

/// Layouts, fonts and threads.
pub(super) struct Press {
    shelf: Shelf,
    threads: ThreadPool,
    roles: serde_json::Value,
}

/// Trims Typst's caches when a compile ends, however it ends.
struct Trim(usize);

impl Drop for Trim {
    fn drop(&mut self) {
        comemo::evict(self.0);
    }
}

impl Press {
    pub(super) fn open(catalog: &Catalog) -> Result<Self, Faults> {
        let shelf = Shelf::open(catalog);
        let faults = shelf.sources().flat_map(|source| look_over(&shelf, source)).collect();
        let threads = ThreadPoolBuilder::new()
            .stack_size(STACK)
            .thread_name(|at| format!("typeset-{at}"))
            .build()
            .map_err(|error| Fault::new(format!("排版线程无法启动：{error}")))?;
        let fonts = catalog.fonts();
        let roles = fonts
            .roles()
            .iter()
            .map(|role| {
                let chain: Vec<_> = fonts
                    .chain(role)
                    .map(|face| json!({ "name": face.family, "wrong": face.wrong }))
                    .collect();
                (role.name.clone(), json!(chain))
            })
            .collect::<serde_json::Map<_, _>>()
            .into();
        Faults::unless_none(faults, Self { shelf, threads, roles })
    }

    pub(super) fn run(&self, job: &Job) -> Result<Typeset, Failure> {
        self.threads.install(|| {
            let run = job.sheets.len() > MANY && !matches!(job.output, Output::Each { .. });
            let _trim = Trim(if run { 1 } else { CACHE_AGE });
            // A panic of the library is its fault or a layout's, and must not take others down.
            let made = || match &job.output {
                Output::Each { standard, files } => each::sheet(job, *standard, files, |one| {
                    let _trim = Trim(CACHE_AGE);
                    self.compile(one)
                }),
                _ => self.compile(job),
            };
            catch_unwind(AssertUnwindSafe(made)).unwrap_or_else(|_| {
                Err(Failure::Template(vec!["排版程序内部出错（panic）".to_owned()]))
            })
        })
    }

    fn compile(&self, job: &Job) -> Result<Typeset, Failure> {
        let unwritable = |error: serde_json::Error| Failure::Template(vec![error.to_string()]);
        let data = serde_json::to_vec(&data(job)).map_err(unwritable)?;
        let setting = serde_json::to_vec(&self.setting(job, &data)).map_err(unwritable)?;
        let main = format!("/{}/{LAYOUT}", job.document);
        let codes = codes(job).map_err(|slip| Failure::Template(vec![slip]))?;
        let files = [(SETTING.to_owned(), setting), (DATA.to_owned(), data)];
        let desk = Desk::new(&self.shelf, &main, files.into_iter().chain(codes))
            .ok_or_else(|| Failure::Template(vec![format!("没有 {main}")]))?;
        let started = Instant::now();
        let compiled = typst::compile::<PagedDocument>(&desk);
        let laid_out = started.elapsed();
        let warnings = diagnostics::lines(&desk, &compiled.warnings);
        let document = compiled
            .output
            .map_err(|errors| Failure::Template(diagnostics::lines(&desk, &errors)))?;
        let no_room = room::missing(&document).map_err(|slip| Failure::Template(vec![slip]))?;
        if !no_room.is_empty() && !job.draft {
            return Err(Failure::NoRoom(no_room));
        }
        let pages = document.pages().len();
        let starts = starts(&document, job.sheets.len())?;
        if pages > job.most.pages {
            return Err(Failure::TooManyPages(pages));
        }
        if let Some(most) = job.most.sheet
            && !job.draft
        {
            let long = long::sheets(&document, &starts, most);
            if !long.is_empty() {
                return Err(Failure::LongSheets(long));
            }
        }
        let across = job.orientation == Orientation::Landscape && !job.one_sided;
        let document = if across { heads::mirrored(document) } else { document };
        let document = match job.overprint {
            Some(offset) => offset::moved(document, offset),
            None => document,
        };
        let overflowing = overflow::pages(&document);
        if !overflowing.is_empty() && !job.draft {
            return Err(Failure::Overflow(overflowing));
        }
        let bytes = match &job.output {
            Output::Pdf { standard, identity, date, .. } => {
                export::pdf(&document, *standard, identity, *date)
                    .map_err(|errors| Failure::Template(diagnostics::lines(&desk, &errors)))?
            }
            Output::Png { page, pixels_per_point } => {
                export::png(&document, *page, *pixels_per_point, job.most.pixels)?
            }
            Output::Nothing | Output::Marks | Output::Each { .. } => Vec::new(),
        };
        tracing::debug!(
            document = job.document,
            pages,
            compile_ms = laid_out.as_secs_f64() * 1e3,
            export_ms = (started.elapsed() - laid_out).as_secs_f64() * 1e3,
            "typeset"
        );
        let marked = matches!(job.output, Output::Png { .. } | Output::Marks);
        let marks = if marked { marks::of(&document) } else { Vec::new() };
        Ok(Typeset { bytes, ends: Vec::new(), pages, starts, marks, no_room, warnings })
    }

    /// What all records of the document have in common.
    fn setting<'a>(&'a self, job: &'a Job, data: &[u8]) -> Setting<'a> {
        Setting {
            fonts: &self.roles,
            sides: if job.one_sided { "one" } else { "duplex" },
            overprint: job.overprint.is_some(),
            document: About {
                title: &job.title,
                author: job.author.as_deref(),
                orientation: job.orientation,
            },
            digests: job.sheets.iter().any(|sheet| sheet.digest().is_some()),
            apostrophes: has_apostrophe(data),
        }
    }
}

/// The pages (from 0) on which the sheets begin: each counts its pages from 1 (`lib/run.typ`).
fn starts(document: &PagedDocument, sheets: usize) -> Result<Vec<usize>, Failure> {
    if sheets == 1 {
        return Ok(vec![0]);
    }
    let pages = document.pages().iter().enumerate();
    let starts: Vec<usize> = pages.filter(|(_, page)| page.number == 1).map(|(at, _)| at).collect();
    if starts.len() == sheets {
        return Ok(starts);
    }
    let found = starts.len();
    Err(Failure::Template(vec![format!("{sheets} 份版面有 {found} 个第1页，应各有一个")]))
}

/// `/setting.json`, as `lib/setting.typ` describes it.
#[derive(Serialize)]
struct Setting<'a> {
    fonts: &'a serde_json::Value,
    sides: &'static str,
    overprint: bool,
    document: About<'a>,
    digests: bool,
    apostrophes: bool,
}

/// Whether a ’ stands between two letters of the alphabet. It belongs to their face then; elsewhere it
/// is a Chinese quotation mark, which is as wide as a character.
fn has_apostrophe(data: &[u8]) -> bool {
    data.windows(5).any(|window| {
        window[0].is_ascii_alphabetic()
            && window[1..4] == *"’".as_bytes()
            && window[4].is_ascii_alphabetic()
    })
}

#[derive(Serialize)]
struct About<'a> {
    title: &'a str,
    author: Option<&'a str>,
    orientation: Orientation,
}

/// `/data.json`, as `lib/data.typ` describes it.
#[derive(Serialize)]
struct Data<'a> {
    attachment: Option<Attachment<'a>>,
    sheets: &'a [Sheet],
}

#[derive(Serialize)]
struct Attachment<'a> {
    path: &'a str,
    description: &'a str,
    data: &'a str,
}

/// What is to be typeset.
fn data(job: &Job) -> Data<'_> {
    let attachment = match &job.output {
        Output::Pdf { carried: Some(carried), description, .. } => {
            Some(Attachment { path: &carried.file_name, description, data: &carried.json })
        }
        _ => None,
    };
    Data { attachment, sheets: &job.sheets }
}

/// The QR codes of the sheets that have one, as files.
fn codes(job: &Job) -> Result<Vec<(String, Vec<u8>)>, String> {
    let sheets = job.sheets.iter().enumerate();
    let made = sheets.filter_map(|(at, sheet)| Some((at, code::of(sheet)?)));
    made.map(|(at, code)| Ok((format!("/code/{at}"), code?))).collect()
}

/// Syntax errors of a layout, and families it names that are not there.
fn look_over(shelf: &Shelf, source: &Source) -> Vec<Fault> {
    let file = std::path::PathBuf::from(format!(
        "templates/{}",
        source.id().get().vpath().get_without_slash()
    ));
    let line_at = |offset: usize| source.lines().byte_to_line(offset).map_or(1, |line| line + 1);
    let mut faults = Vec::new();
    let mut nodes = vec![LinkedNode::new(source.root())];
    while let Some(node) = nodes.pop() {
        if let Some(named) = node.cast::<ast::Named>()
            && named.name().as_str() == "font"
        {
            for (family, offset) in families(&node) {
                if !shelf.has_family(&family) {
                    let what = format!("字体“{family}”不在 fonts 目录中");
                    faults.push(Fault::at(&file, what).on_line(line_at(offset)));
                }
            }
        }
        nodes.extend(node.children());
    }
    // What follows the first slip is mostly its doing.
    for error in source.root().errors_and_warnings().0.into_iter().take(1) {
        let range = match error.span.get() {
            DiagSpanKind::Number { num, sub_range, .. } => source.range(num, sub_range),
            DiagSpanKind::Range { range, .. } => Some(range),
            DiagSpanKind::Detached => None,
        };
        let offset = range.map_or(0, |range| range.start);
        faults.push(
            Fault::at(&file, format!("Typst 语法错误：{}", error.message)).on_line(line_at(offset)),
        );
    }
    faults
}

/// Every family that a `font:` argument names outright, with its place: a text, a list of texts, or
/// dictionaries with a name.
fn families(argument: &LinkedNode<'_>) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut nodes: Vec<LinkedNode<'_>> = argument.children().collect();
    while let Some(node) = nodes.pop() {
        let beside = node.cast::<ast::Named>().is_some_and(|named| named.name().as_str() != "name");
        // What a call or a condition computes is not named here.
        if beside || matches!(node.kind(), SyntaxKind::FuncCall | SyntaxKind::Conditional) {
            continue;
        }
        if let Some(text) = node.cast::<ast::Str>() {
            found.push((text.get().to_string(), node.offset()));
        }
        nodes.extend(node.children());
    }
    found
}

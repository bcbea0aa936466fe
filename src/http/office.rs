//! The office: what all requests share.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use tokio::runtime::Handle;

use super::batches::background::Background;
use super::batches::rates::Rates;
use super::cookie::Cookie;
use super::desk::Desk;
use super::docs::files::Files as DocsFiles;
use super::meters::{Meters, Outcome};
use super::openapi;
use super::pace::Pace;
use super::pages::drawn::Thumbnails;
use super::problem::{INVALID_RECORD, NO_DATA, Problem};
use super::readiness::Readiness;
use super::room::Rooms;
use crate::access::Access;
use crate::app::{
    App, AttachedPage, Batches, Collected, Files, Input, NamedFile, Options, PackOptions, Packed,
    Refusal, Rendered,
};
use crate::config::{Config, Limits};
use crate::fault::{Fault, Faults, io_reason};
use crate::intake::Examination;
use crate::store::Store;
use crate::typeset::Offset;
use crate::values::Role;

/// The opened program with what a server needs beside it.
pub struct Office {
    pub(super) thumbnails: Thumbnails,
    pub(super) app: Arc<App>,
    /// Batches and certificates, where there is a data directory.
    pub(super) batches: Option<Batches>,
    pub(super) background: Background,
    pub(super) rates: Rates,
    pub(super) config: Config,
    pub(super) meters: Meters,
    pub(super) readiness: Readiness,
    pub(super) mode: Mode,
    pub(super) pace: Pace,
    pub(super) cookie: Cookie,
    pub(super) bodies: Rooms,
    pub(super) docs: DocsFiles,
    pub(super) openapi: Bytes,
    /// The samples' bytes, by document and case.
    samples: BTreeMap<String, BTreeMap<String, Bytes>>,
    renders: Desk,
    /// Checks take milliseconds, and do not wait behind renders.
    checks: Desk,
    /// Strangers' files take seconds, and nobody's render waits behind them.
    packets: Desk,
}

/// Who is answered.
pub enum Mode {
    /// Without keys: this machine only, and whatever it asks.
    Open,
    /// Whoever shows a key, or has opened a session with one.
    Guarded(Access),
}

/// What is to be rendered, owned by its job.
pub(super) enum Paper {
    /// A record.
    Record(Bytes),
    /// A record that may be unfinished.
    Unfinished(Bytes),
    /// A blank form, by name.
    Blank(Option<String>),
    /// The sheet that tells how far a printer is out, moved by so much already.
    Calibration(Offset),
}

impl Office {
    /// Opens the office of a program.
    ///
    /// # Errors
    /// A sample that cannot be read, or pages that the program should bring and does not.
    pub fn open(
        app: Arc<App>,
        config: Config,
        mode: Mode,
        batches: Option<Batches>,
    ) -> Result<Arc<Self>, Faults> {
        let samples = samples(&app)?;
        let open = config.server.open_to_applicants;
        let without = match mode {
            Mode::Open => None,
            Mode::Guarded(_) if open => Some(Role::Applicant),
            Mode::Guarded(_) => Some(Role::Public),
        };
        let openapi = openapi::describe(&app, &samples, &config.limits, without);
        let openapi = openapi.to_string().into();
        let Limits { render_processes, queue, queue_time, .. } = config.limits;
        let meters = Meters::default();
        let desk = |name, at_once| Desk::new(at_once, queue, queue_time, meters.waits(name));
        Ok(Arc::new(Self {
            renders: desk(RENDERS, render_processes),
            checks: desk(CHECKS, render_processes),
            // Together they take every process for attached files once.
            packets: desk(PACKETS, render_processes.min(PACKETS_AT_ONCE)),
            meters,
            thumbnails: Thumbnails::default(),
            readiness: Readiness::default(),
            docs: DocsFiles::open()?,
            openapi,
            samples,
            app,
            batches,
            background: Background::default(),
            rates: Rates::default(),
            pace: Pace::new(&config.limits),
            cookie: Cookie::of(&config.server),
            bodies: Rooms::of(config.limits.bodies),
            mode,
            config,
        }))
    }

    /// Verifies the fonts and renders every sample; `/readyz` says so from then on. Takes seconds.
    ///
    /// # Errors
    /// All that was found; the server then stays not ready.
    pub fn make_ready(&self) -> Result<(), Faults> {
        self.readiness.check(&self.app)
    }

    /// Works at batches until [`Office::stop`]; ends at once where there is no data directory.
    pub async fn work(&self) {
        if let Some(batches) = &self.batches {
            self.background.run(batches, self.config.limits.results).await;
        }
    }

    /// From now on `/readyz` says that nobody should be sent here, and no work is begun.
    pub fn stop(&self) {
        self.readiness.stop();
        self.background.stop();
    }

    /// Checks a record, not on the caller's thread.
    pub(super) async fn check(
        self: &Arc<Self>,
        document: String,
        record: Bytes,
    ) -> Result<Examination, Problem> {
        let app = Arc::clone(&self.app);
        let examined = self.checks.run(move || app.check(&document, &record)).await??;
        self.meters.found(&examined.problems);
        Ok(examined)
    }

    /// A look that waits for no sheet, not on the caller's thread.
    pub(super) async fn checked<T: Send + 'static>(
        self: &Arc<Self>,
        job: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        Ok(self.checks.run(job).await?)
    }

    /// Counts what was found.
    pub(super) fn count(&self, problems: &crate::intake::Problems) {
        self.meters.found(problems);
    }

    /// Builds a document from the records that files carry, not on the caller's thread.
    pub(super) async fn collect(
        self: &Arc<Self>,
        document: String,
        files: Vec<(String, Bytes)>,
        head: Option<Bytes>,
    ) -> Result<Collected, Problem> {
        let app = Arc::clone(&self.app);
        let job = move || {
            let mut collection = app.collection(&document)?;
            for (name, pdf) in &files {
                collection.take(name, pdf)?;
            }
            collection.finish(head.as_deref())
        };
        let collected = self.packets.run(job).await?.map_err(|refusal| match refusal {
            // What a file lacks is part of the answer; only the head may be none at all.
            Refusal::Usage(sentence) => Problem::new(INVALID_RECORD, sentence),
            other => other.into(),
        })?;
        self.meters.found(&collected.problems);
        Ok(collected)
    }

    /// Puts a packet together when its turn comes, not on the caller's thread.
    pub(super) async fn pack(
        self: &Arc<Self>,
        list: Bytes,
        files: Vec<NamedFile>,
        options: PackOptions,
    ) -> Result<Packed, Problem> {
        let office = Arc::clone(self);
        let job = move || {
            let started = Instant::now();
            let made = office.app.pack(&list, Files::Received(&files), options);
            match &made {
                Ok(made) => office.meters.found(&made.problems),
                Err(Refusal::Problems(problems)) => office.meters.found(problems),
                Err(_) => {}
            }
            office.meters.rendered(PACKET, Outcome::of(&made), started.elapsed());
            made
        };
        let turned = |turned| {
            self.meters.turned(PACKET);
            Problem::from(turned)
        };
        Ok(self.packets.run(job).await.map_err(turned)??)
    }

    /// Shows a page of the first file that a list attaches, not on the caller's thread.
    pub(super) async fn show_attached(
        self: &Arc<Self>,
        list: Bytes,
        files: Vec<NamedFile>,
        page: usize,
    ) -> Result<AttachedPage, Problem> {
        let app = Arc::clone(&self.app);
        let job = move || app.show_attached(&list, Files::Received(&files), page);
        Ok(self.packets.run(job).await??)
    }

    /// Renders a paper when its turn comes, not on the caller's thread.
    pub(super) async fn render(
        self: &Arc<Self>,
        document: String,
        paper: Paper,
        options: Options,
    ) -> Result<Rendered, Problem> {
        let (office, name) = (Arc::clone(self), document.clone());
        let job = move || {
            let started = Instant::now();
            let print = |input| office.app.render(&document, input, options);
            let made = match &paper {
                Paper::Record(bytes) => print(Input::Record(bytes)),
                Paper::Unfinished(bytes) => print(Input::Unfinished(bytes)),
                Paper::Blank(name) => print(Input::Blank(name.as_deref())),
                Paper::Calibration(offset) => {
                    office.app.calibrate(&document, *offset, options.output)
                }
            };
            match &made {
                Ok(made) => office.meters.found(&made.problems),
                Err(Refusal::Problems(problems)) => office.meters.found(problems),
                Err(_) => {}
            }
            office.meters.rendered(&document, Outcome::of(&made), started.elapsed());
            made
        };
        let turned = |turned| {
            self.meters.turned(&name);
            Problem::from(turned)
        };
        Ok(self.renders.run(job).await.map_err(turned)??)
    }

    /// Whether anyone should be sent here now. What is wrong is told in few words; where and why stands in
    /// the log.
    pub(super) async fn stand(&self) -> Result<(), Problem> {
        let mut wrong = Vec::new();
        if self.renders.is_full() {
            wrong.push("等候排版的队列已满".to_owned());
        }
        if let Some(crews) = self.app.typesetting().crews() {
            match crews.stand() {
                Ok(0) => wrong.push("没有排版进程".to_owned()),
                Ok(_) => {}
                Err(fault) => {
                    tracing::error!("程序故障：{fault}");
                    wrong.push("排版进程无法启动".to_owned());
                }
            }
        }
        if let Some(store) = self.store()
            && let Err(fault) = store.stand(self.config.limits.free_disk).await
        {
            tracing::error!("程序故障：{fault}");
            wrong.push("数据目录不能用，或者磁盘将满".to_owned());
        }
        self.readiness.judge(wrong)
    }

    /// The data directory, if there is one.
    fn store(&self) -> Option<&Store> {
        match (&self.mode, &self.batches) {
            (Mode::Guarded(access), _) => Some(access.store()),
            (_, Some(batches)) => Some(batches.ledger().store()),
            (_, None) => None,
        }
    }

    /// All counters as text, with the desks, the ledger, the disk and the service as they stand.
    pub(super) async fn metrics(&self) -> Result<String, Fault> {
        let free_disk = self.store().map(Store::free_disk).transpose()?.flatten();
        self.meters.stand(self.stand().await.is_ok(), free_disk);
        if let Some(batches) = &self.batches {
            self.meters.batches(&batches.ledger().totals().await?);
        }
        let desks = [(RENDERS, &self.renders), (CHECKS, &self.checks), (PACKETS, &self.packets)];
        self.meters.text(desks, &self.app)
    }

    /// Batches and certificates.
    pub(super) fn kept(&self) -> Result<&Batches, Problem> {
        let told = "证书存放在数据目录里，这个服务没有设数据目录；\
                    启动服务时加 --data 目录，或设环境变量 CHENGWEN_DATA";
        self.batches.as_ref().ok_or_else(|| Problem::new(NO_DATA, told))
    }

    /// Does something with certificates that lays out pages, when its turn comes.
    pub(super) async fn with_certificates<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Batches, &Handle) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let (batches, handle) = (self.kept()?.clone(), Handle::current());
        Ok(self.renders.run(move || job(&batches, &handle)).await??)
    }

    /// The bytes of a sample.
    pub(super) fn sample(&self, document: &str, case: &str) -> Option<Bytes> {
        self.samples.get(document)?.get(case).cloned()
    }
}

/// What the meters call the desks.
const RENDERS: &str = "render";
const CHECKS: &str = "check";
const PACKETS: &str = "packet";

/// How many packets, or collections of files, are worked at at once.
pub const PACKETS_AT_ONCE: usize = 2;

/// What the meters call a packet.
const PACKET: &str = "packet";

impl Outcome {
    fn of<T>(made: &Result<T, Refusal>) -> Self {
        match made {
            Ok(_) => Self::Done,
            Err(Refusal::Problems(_)) => Self::Problems,
            Err(Refusal::Usage(_) | Refusal::Otherwise(_)) => Self::Unprintable,
            Err(Refusal::OverLimit(_)) => Self::OverLimit,
            // Batches are not counted here.
            Err(Refusal::Lost | Refusal::Full(_)) => Self::Lost,
            Err(Refusal::Faults(_)) => Self::Fault,
        }
    }
}

fn samples(app: &App) -> Result<BTreeMap<String, BTreeMap<String, Bytes>>, Faults> {
    let mut faults = Vec::new();
    let mut samples: BTreeMap<String, BTreeMap<String, Bytes>> = BTreeMap::new();
    for document in app.catalog().documents() {
        let own = samples.entry(document.id.to_string()).or_default();
        for (case, path) in &document.samples {
            match fs::read(path) {
                Ok(bytes) => {
                    own.insert(case.clone(), bytes.into());
                }
                Err(error) => {
                    let what = format!("读不了样例：{}", io_reason(&error));
                    faults.push(Fault::at(path, what));
                }
            }
        }
    }
    Faults::unless_none(faults, samples)
}

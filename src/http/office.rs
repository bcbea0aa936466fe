//! The office: what all requests share.

use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

use axum::body::Bytes;

use super::batches::background::Background;
use super::batches::rates::Rates;
use super::cookie::Cookie;
use super::desk::Desk;
use super::docs::files::Files as DocsFiles;
use super::meters::Meters;
use super::openapi;
use super::pace::Pace;
use super::pages::drawn::Thumbnails;
use super::problem::{NO_DATA, Problem};
use super::readiness::Readiness;
use super::room::Rooms;
use crate::access::Access;
use crate::app::{App, Batches};
use crate::config::{Config, Limits};
use crate::fault::{Fault, Faults, io_reason};
use crate::store::Store;
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
    pub(super) renders: Desk,
    /// Checks take milliseconds, and do not wait behind renders.
    pub(super) checks: Desk,
    /// Strangers' files take seconds, and nobody's render waits behind them.
    pub(super) packets: Desk,
}

/// Who is answered.
pub enum Mode {
    /// Without keys: this machine only, and whatever it asks.
    Open,
    /// Whoever shows a key, or has opened a session with one.
    Guarded(Access),
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

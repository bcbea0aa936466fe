//! What the office has done when its turn comes: at one of its desks, not on the thread of whoever asks.

use std::sync::Arc;
use std::time::Instant;

use axum::body::Bytes;
use tokio::runtime::Handle;

use super::meters::Outcome;
use super::office::Office;
use super::problem::{INVALID_RECORD, Problem};
use crate::app::{
    AttachedPage, Batches, Collected, Files, Input, NamedFile, Options, PackOptions, Packed,
    Refusal, Rendered,
};
use crate::intake::{Examination, Problems};
use crate::typeset::Offset;

/// What the meters call a packet.
const PACKET: &str = "packet";

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
    pub(super) fn count(&self, problems: &Problems) {
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

    /// Does something with certificates that lays out pages, when its turn comes.
    pub(super) async fn with_certificates<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Batches, &Handle) -> Result<T, Refusal> + Send + 'static,
    ) -> Result<T, Problem> {
        let (batches, handle) = (self.kept()?.clone(), Handle::current());
        Ok(self.renders.run(move || job(&batches, &handle)).await??)
    }
}

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

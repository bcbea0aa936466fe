//! Rows that were looked at are accepted, with what they are to become.

use super::asked::{Asked, matter};
use super::foreseen::{Foreseen, finding, is_one_each};
use super::{BatchOptions, Batches, Form};
use crate::app::{Refusal, Sides};
use crate::catalog::Document;
use crate::digest::Digest;
use crate::fault::Fault;
use crate::intake::{self, ExaminedRows, Record};
use crate::jobs::{Accepted, NewBatch, NewPrint, NewRow, Print, PrintState, again, signed};
use crate::registry::Clash;
use crate::wording::{self, numbering};

/// Rows that are typeset together: few enough to be soon done, enough that their fonts are not most of
/// the run.
const RUN: usize = 250;

/// The same of documents that are not made for many in one file: they have some pages each.
const LONG: usize = 50;

/// The same of rows that become files of their own.
const SINGLES: usize = 100;

/// What was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The batch.
    pub batch: String,
    /// The print.
    pub print: String,
    /// Whether the batch is new.
    pub new: bool,
    /// What is to be known of it.
    pub notes: Vec<String>,
}

impl Batches {
    /// Accepts the sound rows of an examination, with numbers if the document is numbered; the same rows
    /// asked again are the same batch.
    ///
    /// # Errors
    /// Problems of rows, if all or nothing is wanted; options that do not fit; a full queue; faults.
    pub async fn accept(
        &self,
        document: &str,
        foreseen: Foreseen,
        options: &BatchOptions,
        asked: Asked<'_>,
    ) -> Result<Wanted, Refusal> {
        let document = self.app.document(document)?;
        let Foreseen { examined, matter } = foreseen;
        if !examined.is_sound() && !asked.good_rows {
            return Err(Refusal::Problems(Box::new(examined.problems().clone())));
        }
        let key = asked.key_of(&matter);
        let what =
            if asked.key.is_some() { matter_of_print(&matter, options) } else { matter.clone() };
        let newest = self.ledger.newest(&key).await?;
        if asked.is_once_more() {
            self.refuse_while_unfinished(newest.as_ref()).await?;
        }
        let names: Vec<String> =
            (0..examined.rows().len()).map(|row| examined.name_of(row)).collect();
        let rows: Vec<NewRow> = names
            .into_iter()
            .zip(examined.into_rows())
            .enumerate()
            .filter_map(|(place, (name, row))| {
                Some(NewRow { place, name, record: row.into_record()? })
            })
            .collect();
        if rows.is_empty() {
            return Err(Refusal::Usage("没有一行可以受理".to_owned()));
        }
        let first = rows.first().map(|row| row.record.record(document)).transpose()?;
        self.refuse_misfits(document, options, first.as_ref())?;
        // Whoever asks once more asks on for the newest.
        let key =
            if asked.is_once_more() { again(&key)? } else { newest.map_or(key, |(_, key)| key) };
        let written = options.written();
        let print = NewPrint {
            options: &written,
            template: document.digest.as_str(),
            fonts: self.app.catalog().fonts().digest().as_str(),
            chunk: chunk_of(document, options),
        };
        let most = signed(self.house.most);
        let numbered = document.manifest.numbered.is_some();
        let accepted = self
            .ledger
            .accept(NewBatch {
                asked_by: &key,
                asked: &what,
                document,
                verify_at: self.house.verify_at.as_deref().filter(|_| numbered),
                each_alone: asked.good_rows,
                one_each: !asked.anew && is_one_each(document),
                who: asked.who,
                rows: &rows,
                print,
                most,
            })
            .await?;
        match accepted {
            Accepted::New(batch) => {
                let prints = self.ledger.prints_of(&batch).await?;
                let first = prints.into_iter().next().map(|print| print.id).unwrap_or_default();
                let notes = self.notes_of_new(numbered);
                Ok(Wanted { batch, print: first, new: true, notes })
            }
            Accepted::Known(batch) => {
                if asked.good_rows {
                    self.ledger.each_alone(&batch).await?;
                }
                let again = self.print_as(&batch, None, options, (asked.who, ""), true).await?;
                Ok(Wanted { batch, print: again.print.id, new: false, notes: again.notes })
            }
            Accepted::Otherwise(batch) => Err(Refusal::Otherwise(format!(
                "这个 Idempotency-Key 已用于另一批数据（批次 {batch}），请换一个"
            ))),
            Accepted::Full => Err(Refusal::Full(self.house.most)),
            Accepted::Clashing(clashes) => Err(clashing(document, &rows, clashes)?),
        }
    }

    /// Why the batch that was asked for by a key was cancelled, if it was.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn cancelled(&self, asked: Asked<'_>) -> Result<Option<String>, Fault> {
        let Some((batch, _)) = self.ledger.newest(&asked.key_of("")).await? else {
            return Ok(None);
        };
        Ok(self.ledger.batch(&batch).await?.and_then(|batch| batch.cancelled))
    }

    /// Rows that wait in one batch are not accepted as another: the numbers of the first would wait for ever.
    async fn refuse_while_unfinished(
        &self,
        newest: Option<&(String, String)>,
    ) -> Result<(), Refusal> {
        let Some((batch, _)) = newest else { return Ok(()) };
        let prints = self.ledger.prints_of(batch).await?;
        let waits = |print: &Print| {
            print.issues && matches!(print.state, PrintState::Waiting | PrintState::Stalled)
        };
        if !prints.iter().any(waits) {
            return Ok(());
        }
        let what = format!(
            "这些数据有一批还没有印完（批次 {batch}）：去掉 --new 再运行一次，接着印；不要那一批的，先取消（--cancel 原因）"
        );
        Err(Refusal::Usage(what))
    }

    /// The batch of these rows, accepted before; it reserves nothing.
    ///
    /// # Errors
    /// A usage sentence if they never were accepted.
    pub async fn accepted_before(
        &self,
        document: &str,
        examined: &ExaminedRows,
    ) -> Result<String, Refusal> {
        let document = self.app.document(document)?;
        let matter = matter(document, examined.sound().map(|(_, record)| record));
        let known = self.ledger.newest(&format!("rows {matter}")).await?;
        known.map(|(id, _)| id).ok_or_else(|| {
            let what = "这些数据还没有受理过；--only 只重印已受理的批次，先不带 --only 运行一次";
            Refusal::Usage(what.to_owned())
        })
    }

    /// Tells before anything is accepted that options do not fit.
    pub(super) fn refuse_misfits(
        &self,
        document: &Document,
        options: &BatchOptions,
        first: Option<&Record>,
    ) -> Result<(), Refusal> {
        if options.sides == Some(Sides::Manual) {
            let what = "批次不能手动双面（manual）；请用 long、short 或 one，或逐份生成";
            return Err(Refusal::Usage(what.to_owned()));
        }
        match options.form {
            Form::Merged => self.app.joint(document, options.printing()).map(drop)?,
            Form::Each => self.app.refuse_options(document, options.printing())?,
        }
        if let (Some(pattern), Some(record)) = (&options.names, first) {
            let tried = with_number(document, record)?;
            wording::file_name_by(pattern, document, &tried)
                .map_err(|error| Refusal::Usage(format!("文件名的写法“{pattern}”有误：{error}")))?;
        }
        Ok(())
    }
}

pub(super) fn chunk_of(document: &Document, options: &BatchOptions) -> usize {
    match options.form {
        Form::Each => SINGLES,
        Form::Merged if document.manifest.many => RUN,
        Form::Merged => LONG,
    }
}

/// A record as it will be when it has its number, to try a pattern by; nothing is reserved.
fn with_number(document: &Document, record: &Record) -> Result<Record, Fault> {
    let given = numbering::given_number(document, record).is_some();
    if document.manifest.numbered.is_none() || given {
        return Ok(record.clone());
    }
    intake::numbered(document, record, &numbering::number(document, record, 1)?)
}

/// Rows that clash with what another process has written meanwhile, as problems.
fn clashing(
    document: &Document,
    rows: &[NewRow],
    clashes: Vec<(usize, Clash)>,
) -> Result<Refusal, Fault> {
    let mut found = Vec::new();
    for (row, clash) in clashes {
        let Some(it) = rows.get(row) else { continue };
        let number = |row: usize| rows.get(row).map_or(row, |it| it.place) + 1;
        let (_, pointer, finding) = finding(document, it.place, clash, &number, false);
        found.push((it.place, it.name.as_str(), it.record.record(document)?, pointer, finding));
    }
    Ok(Refusal::Problems(Box::new(intake::of_rows(document, found))))
}

fn matter_of_print(matter: &str, options: &BatchOptions) -> String {
    Digest::of(format!("{matter} {}", options.written()).as_bytes()).as_str().to_owned()
}

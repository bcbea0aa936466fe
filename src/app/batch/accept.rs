//! Rows that were looked at are accepted, with what they are to become.

use super::{BatchOptions, Batches, Form};
use crate::app::{Refusal, Sides};
use crate::catalog::Document;
use crate::digest::{Digest, Hashing};
use crate::fault::Fault;
use crate::intake::{self, ExaminedRows, Record};
use crate::jobs::{Accepted, NewBatch, NewPrint, NewRow, Print, PrintState, again, signed};
use crate::wording::{self, numbering};

/// Rows that are typeset together: few enough to be soon done, enough that their fonts are not most of
/// the run.
const RUN: usize = 250;

/// The same of documents that are not made for many in one file: they have some pages each.
const LONG: usize = 50;

/// The same of rows that become files of their own.
const SINGLES: usize = 100;

/// Who asks for a batch, and by what.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Who asks.
    pub who: &'a str,
    /// The key of the request; `None`, and the rows themselves are the key, whatever their print.
    pub key: Option<&'a str>,
    /// Whether the same rows are meant to be accepted once more.
    pub anew: bool,
    /// Whether sound rows are accepted without the others, and printed without those that cannot be.
    pub good_rows: bool,
}

/// What was accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// The batch.
    pub batch: String,
    /// The print.
    pub print: String,
    /// Whether the batch is new.
    pub new: bool,
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
        examined: ExaminedRows,
        options: &BatchOptions,
        asked: Asked<'_>,
    ) -> Result<Wanted, Refusal> {
        let document = self.app.document(document)?;
        if !examined.is_sound() && !asked.good_rows {
            return Err(Refusal::Problems(Box::new(examined.problems().clone())));
        }
        let names: Vec<String> =
            (0..examined.rows().len()).map(|row| examined.name_of(row)).collect();
        let rows: Vec<NewRow> = names
            .into_iter()
            .zip(examined.into_rows())
            .filter_map(|(name, row)| Some(NewRow { name, record: row.into_record()? }))
            .collect();
        if rows.is_empty() {
            return Err(Refusal::Usage("没有一行可以受理".to_owned()));
        }
        let first = rows.first().map(|row| row.record.record(document)).transpose()?;
        self.refuse_misfits(document, options, first.as_ref())?;
        let matter = matter(document, &rows);
        let (key, what) = match asked.key {
            Some(key) => (format!("key {}: {key}", asked.who), matter_of_print(&matter, options)),
            None => (format!("rows {matter}"), matter),
        };
        // Whoever asks once more asks on for the newest.
        let key = if asked.anew {
            again(&key)?
        } else {
            self.ledger.newest(&key).await?.map_or(key, |(_, key)| key)
        };
        let written = options.written();
        let print = NewPrint {
            options: &written,
            template: document.digest.as_str(),
            fonts: self.app.catalog().fonts().digest().as_str(),
            chunk: chunk_of(document, options),
        };
        let most = i64::try_from(self.house.most).unwrap_or(i64::MAX);
        let numbered = document.manifest.numbered.is_some();
        let accepted = self
            .ledger
            .accept(NewBatch {
                asked_by: &key,
                asked: &what,
                document,
                verify_at: self.house.verify_at.as_deref().filter(|_| numbered),
                each_alone: asked.good_rows,
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
                Ok(Wanted { batch, print: first, new: true })
            }
            Accepted::Known(batch) => {
                let print = self.print(&batch, (1, rows.len()), options, asked.who).await?;
                Ok(Wanted { batch, print: print.id, new: false })
            }
            Accepted::Otherwise(batch) => Err(Refusal::Otherwise(format!(
                "这个 Idempotency-Key 已用于另一批数据（批次 {batch}），请换一个"
            ))),
            Accepted::Full => Err(Refusal::Full(self.house.most)),
            Accepted::Taken(taken) => {
                let used = taken.iter().filter_map(|taken| Some((taken, rows.get(taken.row)?)));
                let used = used.map(|(taken, row)| Ok((taken, row, row.record.record(document)?)));
                let used = used.collect::<Result<Vec<_>, Fault>>()?;
                let fields = used.iter().map(|(taken, row, record)| {
                    (taken.row, row.name.as_str(), record.complete(), taken.holder.as_str())
                });
                Err(Refusal::Problems(Box::new(intake::taken(document, fields))))
            }
        }
    }

    /// The print of some rows of a batch that was accepted, as they hold their numbers: the one that
    /// exists, or a new one.
    ///
    /// # Errors
    /// Rows that the batch does not have; a batch that was cancelled; a full queue; faults.
    pub async fn print(
        &self,
        batch: &str,
        range: (usize, usize),
        options: &BatchOptions,
        who: &str,
    ) -> Result<Print, Refusal> {
        let known = self.ledger.batch(batch).await?;
        let known = known.ok_or_else(|| Refusal::Usage(format!("没有批次 {batch}")))?;
        if let Some(why) = known.cancelled {
            let what = format!(
                "批次 {batch} 已取消（{why}），其编号已作废；要重新受理，命令行加 --new，接口换一个 Idempotency-Key"
            );
            return Err(Refusal::Usage(what));
        }
        let rows = usize::try_from(known.rows).unwrap_or(0);
        if range.0 < 1 || range.0 > range.1 || range.1 > rows {
            let what = format!("这一批共 {rows} 份，没有第 {}-{} 份", range.0, range.1);
            return Err(Refusal::Usage(what));
        }
        let document = self.app.document(&known.document)?;
        self.refuse_misfits(document, options, None)?;
        let written = options.written();
        let (template, fonts) =
            (document.digest.as_str(), self.app.catalog().fonts().digest().as_str());
        let prints = self.ledger.prints_of(batch).await?;
        let wanted = (signed(range.0), signed(range.1));
        let same = |print: &&Print| print.range == wanted && print.options == written;
        // The file that was made is the one that was issued, whatever has become of the template.
        let (found, made) = (prints.iter().rfind(same), prints.iter().find(|print| print.issues));
        if let Some(print) = found {
            self.ledger.go_on(print, template, fonts).await?;
            return Ok(self.ledger.print(&print.id).await?.unwrap_or_else(|| print.clone()));
        }
        if made.is_some_and(|made| made.state != PrintState::Done) {
            let what = "这一批还没有印完，印完后才能按别的选项重印；先用原来的选项再运行一次";
            return Err(Refusal::Usage(what.to_owned()));
        }
        let chunk = chunk_of(document, options);
        let print = NewPrint { options: &written, template, fonts, chunk };
        let most = i64::try_from(self.house.most).unwrap_or(i64::MAX);
        let again = self.ledger.print_again(batch, range, who, print, most).await?;
        let (id, _) = again.ok_or(Refusal::Full(self.house.most))?;
        let print = self.ledger.print(&id).await?;
        print.ok_or_else(|| Refusal::Usage(format!("没有批次 {batch}")))
    }

    /// The batch of these rows, accepted before; it reserves nothing.
    ///
    /// # Errors
    /// A usage sentence if they never were accepted.
    pub async fn accepted_before(
        &self,
        document: &str,
        examined: ExaminedRows,
    ) -> Result<String, Refusal> {
        let document = self.app.document(document)?;
        let rows: Vec<NewRow> = examined
            .into_rows()
            .into_iter()
            .filter_map(|row| Some(NewRow { name: String::new(), record: row.into_record()? }))
            .collect();
        let known = self.ledger.newest(&format!("rows {}", matter(document, &rows))).await?;
        known.map(|(id, _)| id).ok_or_else(|| {
            let what = "这些数据还没有受理过；--only 只重印已受理的批次，先不带 --only 运行一次";
            Refusal::Usage(what.to_owned())
        })
    }

    /// Tells before anything is accepted that options do not fit.
    fn refuse_misfits(
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

fn chunk_of(document: &Document, options: &BatchOptions) -> usize {
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

/// What the rows are, whatever they become, and whichever others were refused beside them.
fn matter(document: &Document, rows: &[NewRow]) -> String {
    let mut hashing = Hashing::new("rows");
    hashing.add("document", document.id.to_string().as_bytes());
    for row in rows {
        hashing.add("row", row.record.digest().as_str().as_bytes());
    }
    hashing.finish().as_str().to_owned()
}

fn matter_of_print(matter: &str, options: &BatchOptions) -> String {
    Digest::of(format!("{matter} {}", options.written()).as_bytes()).as_str().to_owned()
}

//! The file of a print, made of its runs, part by part: nothing of it is ever whole in memory.

use std::collections::{HashMap, HashSet};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};

use tokio::runtime::Handle;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

use super::{BatchOptions, Batches, Form, listed};
use crate::app::Refusal;
use crate::catalog::Document;
use crate::fault::{Fault, io_reason};
use crate::finish::Merging;
use crate::intake;
use crate::jobs::{Claim, RESULTS, RowState, RunMade};
use crate::packet::folded;
use crate::store::{Writing, Written};
use crate::wording;

/// Bytes that are copied at once.
const PART: usize = 1 << 20;

/// A file that was made, and where each row begins in it.
pub(super) struct Joined {
    pub(super) name: String,
    pub(super) written: Written,
    pub(super) pages: usize,
    pub(super) begins: HashMap<i64, usize>,
}

impl Batches {
    /// Makes the file of a print; only on a thread for blocking work.
    pub(super) fn join(
        &self,
        claim: &Claim,
        options: &BatchOptions,
        handle: &Handle,
    ) -> Result<Joined, Refusal> {
        let runs = handle.block_on(self.ledger.runs_of(&claim.print))?;
        if runs.iter().all(|run| run.file.is_empty()) {
            return Err(Refusal::Usage("没有一行可以印出".to_owned()));
        }
        let ending = options.ending();
        let name = format!("{RESULTS}/{}-{}.{ending}", claim.print, claim.attempt());
        let mut writing = self.ledger.store().files().begin(&name, handle)?;
        let made = match options.form {
            Form::Merged => self.merge(claim, options, &runs, &mut writing, handle),
            Form::Each => self.zip(claim, options, &runs, &mut writing, handle),
        };
        match made {
            Ok((pages, begins)) => {
                let written = writing.finish()?;
                Ok(Joined { name, written, pages, begins })
            }
            Err(refusal) => {
                writing.abandon();
                Err(refusal)
            }
        }
    }

    fn merge(
        &self,
        claim: &Claim,
        options: &BatchOptions,
        runs: &[RunMade],
        writing: &mut Writing,
        handle: &Handle,
    ) -> Result<(usize, HashMap<i64, usize>), Refusal> {
        let document = self.app.document(&claim.document)?;
        let joint = self.app.joint(document, options.printing())?;
        let mut merging = Merging::begin(writing, joint)?;
        let mut begins = HashMap::new();
        for run in runs.iter().filter(|run| !run.file.is_empty()) {
            let bytes = self.kept(run, handle)?;
            let first = merging.add(&bytes, false)?;
            begins.extend(run.starts.iter().map(|&(row, page, _)| (row, first + page + 1)));
        }
        Ok((merging.finish()?.pages, begins))
    }

    /// A zip must be gone back in to tell lengths, so it is made beside, and copied.
    fn zip(
        &self,
        claim: &Claim,
        options: &BatchOptions,
        runs: &[RunMade],
        writing: &mut Writing,
        handle: &Handle,
    ) -> Result<(usize, HashMap<i64, usize>), Refusal> {
        let document = self.app.document(&claim.document)?;
        let folder = self.ledger.store().folder();
        let spool = folder.join(format!("spool-{}-{}", claim.print, claim.attempt()));
        let told =
            |error: &std::io::Error| Fault::at(&spool, format!("读写不了：{}", io_reason(error)));
        let mut file = File::options()
            .create(true)
            .truncate(true)
            .read(true)
            .write(true)
            .open(&spool)
            .map_err(|error| told(&error))?;
        // Nobody else needs its name; what dies leaves nothing behind.
        std::fs::remove_file(&spool).map_err(|error| told(&error))?;
        let mut rows = handle.block_on(self.ledger.row_states(&claim.batch))?;
        rows.retain(|row| (claim.rows.0..=claim.rows.1).contains(&row.row));
        let begins = self.fill(document, options, runs, &rows, &mut file, handle)?;
        file.seek(SeekFrom::Start(0)).map_err(|error| told(&error))?;
        let mut part = vec![0; PART];
        loop {
            let read = file.read(&mut part).map_err(|error| told(&error))?;
            if read == 0 {
                break;
            }
            writing.write_all(&part[..read]).map_err(|error| told(&error))?;
        }
        Ok((begins.len(), begins))
    }

    fn fill(
        &self,
        document: &Document,
        options: &BatchOptions,
        runs: &[RunMade],
        rows: &[RowState],
        file: &mut File,
        handle: &Handle,
    ) -> Result<HashMap<i64, usize>, Refusal> {
        let by_row: HashMap<i64, &RowState> = rows.iter().map(|row| (row.row, row)).collect();
        let told = |error: zip::result::ZipError| Fault::new(format!("压缩包写不出来：{error}"));
        let mut archive = ZipWriter::new(file);
        // The bytes of a zip do not depend on the clock, and PDFs are compressed already.
        let entry = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(DateTime::default());
        let (mut begins, mut used, mut names) = (HashMap::new(), HashSet::new(), HashMap::new());
        for run in runs.iter().filter(|run| !run.file.is_empty()) {
            let bytes = self.kept(run, handle)?;
            for &(row, begin, length) in &run.starts {
                let lost = || Fault::new(format!("第{row}份的文件不见了"));
                let state = by_row.get(&row).ok_or_else(lost)?;
                let pdf = bytes.get(begin..begin + length).ok_or_else(lost)?;
                let name = name_of(document, options, state, &mut used)?;
                archive.start_file(&name, entry).map_err(told)?;
                archive.write_all(pdf).map_err(|error| told(error.into()))?;
                begins.insert(row, begins.len() + 1);
                names.insert(row, name);
            }
        }
        let compressed = entry.compression_method(CompressionMethod::Deflated);
        for (name, bytes) in listed::both(document, rows, &names)? {
            archive.start_file(name, compressed).map_err(told)?;
            archive.write_all(&bytes).map_err(|error| told(error.into()))?;
        }
        archive.finish().map_err(told)?;
        Ok(begins)
    }

    /// The bytes of a run.
    fn kept(&self, run: &RunMade, handle: &Handle) -> Result<Vec<u8>, Refusal> {
        let bytes = handle.block_on(self.ledger.store().files().read(&run.file))?;
        bytes.ok_or_else(|| {
            Fault::new(format!("数据目录里的 {} 不见了", run.file))
                .hint("数据目录被改动过；取消这一批后重新受理")
                .into()
        })
    }
}

/// The name of a row's file; a name that is used already gets the row beside it.
fn name_of(
    document: &Document,
    options: &BatchOptions,
    row: &RowState,
    used: &mut HashSet<String>,
) -> Result<String, Refusal> {
    let record = intake::kept(document, &row.record, &row.digest)?;
    let stem = match &options.names {
        Some(pattern) => wording::file_name_by(pattern, document, &record)
            .map_err(|error| Refusal::Usage(format!("{}的文件名写不出来：{error}", row.name)))?,
        None => format!("{:04}-{}", row.row, wording::file_name(document, &record)?),
    };
    let mut name = format!("{stem}.pdf");
    let mut tail = String::new();
    // File systems of offices take ABC and abc for one name; a name with its row may be another's own.
    while !used.insert(folded(&name)) {
        tail.push_str(&format!("（{}）", row.row));
        name = format!("{stem}{tail}.pdf");
    }
    Ok(name)
}

//! A file for each sheet in one job: what is made of a sheet must not depend on its neighbours.

use super::{Failure, Job, LongSheet, NoRoom, Output, Single, Standard, Typeset};

/// Typesets each sheet alone. All are tried, so that every text without room is told at once.
pub(super) fn sheet(
    job: &Job,
    standard: Standard,
    files: &[Single],
    typeset: impl Fn(&Job) -> Result<Typeset, Failure>,
) -> Result<Typeset, Failure> {
    if files.len() != job.sheets.len() {
        let (sheets, files) = (job.sheets.len(), files.len());
        return Err(Failure::Template(vec![format!("{sheets} 份版面，却有 {files} 个文件")]));
    }
    let mut made = Typeset {
        bytes: Vec::new(),
        ends: Vec::with_capacity(files.len()),
        pages: 0,
        starts: Vec::with_capacity(files.len()),
        marks: Vec::new(),
        no_room: Vec::new(),
        warnings: Vec::new(),
    };
    let mut refused: Vec<NoRoom> = Vec::new();
    let mut overflowing = Vec::new();
    let mut long: Vec<LongSheet> = Vec::new();
    for (at, (sheet, file)) in job.sheets.iter().zip(files).enumerate() {
        let Single { carried, description, identity, date } = file.clone();
        let output = Output::Pdf { standard, carried, description, identity, date };
        let alone = Job { sheets: vec![sheet.clone()], output, ..job.with(Vec::new()) };
        let of_sheet = |text: NoRoom| NoRoom { sheet: at, ..text };
        made.starts.push(made.pages);
        match typeset(&alone) {
            Ok(one) => {
                made.bytes.extend_from_slice(&one.bytes);
                made.pages += one.pages;
                made.no_room.extend(one.no_room.into_iter().map(of_sheet));
                made.warnings.extend(one.warnings);
            }
            Err(Failure::NoRoom(texts)) => {
                made.pages += 1;
                refused.extend(texts.into_iter().map(of_sheet));
            }
            Err(Failure::Overflow(pages)) => {
                overflowing.extend(pages.iter().map(|page| page + made.pages));
                made.pages += 1;
            }
            Err(Failure::LongSheets(sheets)) => {
                long.extend(sheets.iter().map(|it| LongSheet { sheet: at, pages: it.pages }));
                made.pages += 1;
            }
            Err(other) => return Err(other),
        }
        made.ends.push(made.bytes.len());
    }
    if !refused.is_empty() {
        return Err(Failure::NoRoom(refused));
    }
    if !long.is_empty() {
        return Err(Failure::LongSheets(long));
    }
    if !overflowing.is_empty() {
        return Err(Failure::Overflow(overflowing));
    }
    Ok(made)
}

impl Job {
    /// The same job with other sheets, and with nothing to be made of them.
    fn with(&self, sheets: Vec<crate::wording::Sheet>) -> Self {
        Self {
            document: self.document.clone(),
            title: self.title.clone(),
            author: self.author.clone(),
            orientation: self.orientation,
            sheets,
            draft: self.draft,
            one_sided: self.one_sided,
            overprint: self.overprint,
            most: self.most,
            output: Output::Nothing,
        }
    }
}

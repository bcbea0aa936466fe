//! Rows looked at: of any document, from JSON, CSV or XLSX.

use rayon::prelude::*;

use super::{App, Refusal};
use crate::catalog::Document;
use crate::crew::Undone;
use crate::fault::Fault;
use crate::intake::{
    self, ExaminedRows, Grid, KeptRecord, Record, RowFinding, RowsGiven, RowsKind, RowsRefusal,
};
use crate::packet::{Done, Task};

/// So many sheets are measured at once: enough for all cores, few enough for memory.
const MEASURED: usize = 500;

/// What is told of a workbook on which a process dies.
const DAMAGED: &str = "这个电子表格已损坏，读不懂；请用电子表格打开，另存为 .xlsx 后再试";

/// What makes a workbook fit.
const SMALLER: &str = "已停止；请只留要用的工作表和行，另存为 .xlsx，或分成几个文件";

impl App {
    /// Looks at rows of a document, each of which is one record; also of a document that does not take
    /// several in one file.
    ///
    /// # Errors
    /// An unknown document, a table that cannot be read, or a fault; problems of the rows are part of the
    /// answer.
    pub fn examine_rows(
        &self,
        document: &str,
        rows: &[u8],
        kind: RowsKind,
    ) -> Result<ExaminedRows, Refusal> {
        self.examine_rows_with(document, rows, kind, |_, _| Ok(Vec::new()))
    }

    /// The same; `more` looks once more at what was found sound, and tells what it has found.
    pub(super) fn examine_rows_with(
        &self,
        document: &str,
        rows: &[u8],
        kind: RowsKind,
        more: impl FnOnce(&Document, &ExaminedRows) -> Result<Vec<RowFinding>, Refusal>,
    ) -> Result<ExaminedRows, Refusal> {
        let document = self.document(document)?;
        let most = self.most.rows;
        let given = match kind {
            RowsKind::Json => RowsGiven::Json(rows),
            RowsKind::Csv | RowsKind::Xlsx => RowsGiven::Sheets(self.sheets(rows, kind)?),
        };
        let mut examined =
            intake::examine_rows(self.catalog(), document, given, most).map_err(|refusal| {
                match refusal {
                    RowsRefusal::Unreadable(sentence) => Refusal::Usage(sentence),
                    RowsRefusal::Fault(fault) => fault.into(),
                }
            })?;
        let without_room = self.rows_without_room(document, &examined)?;
        examined.add(document, without_room);
        let more = more(document, &examined)?;
        examined.add(document, more);
        examined.conclude(document);
        Ok(examined)
    }

    /// The sheets of a table. A workbook is a stranger's: what it unfolds to, nobody knows before.
    pub(super) fn sheets(&self, bytes: &[u8], kind: RowsKind) -> Result<Vec<Grid>, Refusal> {
        let most = self.most.rows;
        if kind != RowsKind::Xlsx {
            return intake::sheets(bytes, kind, most).map_err(Refusal::Usage);
        }
        match self.preparing.perform(&Task::Sheets(most), bytes) {
            Ok((Done::Sheets(sheets), _)) => sheets.map_err(Refusal::Usage),
            Ok(_) | Err(Undone::Failed(_) | Undone::Lost) => {
                Err(Refusal::Usage(DAMAGED.to_owned()))
            }
            Err(Undone::OverTime(time)) => {
                let limit = format!("{} 秒的限度（limits.attachment_seconds）", time.as_secs_f64());
                Err(Refusal::OverLimit(format!("读这个电子表格超过 {limit}，{SMALLER}")))
            }
            Err(Undone::OverMemory(memory)) => {
                let limit =
                    format!("{} MiB 内存的限度（limits.attachment_memory_mib）", memory >> 20);
                Err(Refusal::OverLimit(format!("读这个电子表格超过 {limit}，{SMALLER}")))
            }
            Err(Undone::Unmanned(fault)) => Err(fault.into()),
        }
    }

    /// What has no room on its sheet, where only the layout can tell.
    fn rows_without_room(
        &self,
        document: &Document,
        examined: &ExaminedRows,
    ) -> Result<Vec<RowFinding>, Refusal> {
        let mut found = Vec::new();
        if document.manifest.measured.is_empty() && document.manifest.pages.is_none() {
            return Ok(found);
        }
        let sound: Vec<(usize, &KeptRecord)> = examined.sound().collect();
        for some in sound.chunks(MEASURED) {
            let records = some.par_iter().map(|(_, record)| record.record(document));
            let records = records.collect::<Result<Vec<Record>, Fault>>()?;
            for (at, field, finding) in self.rows_lacking_room(document, &records)? {
                let Some((row, _)) = some.get(at) else { continue };
                found.push((*row, field, finding));
            }
        }
        Ok(found)
    }
}

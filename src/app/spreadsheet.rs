//! The list of a collected record as a spreadsheet: one row an item, every cell a text.

use chrono::NaiveDate;
use serde_json::Value;

use super::table_out::{self, List};
use super::{App, Refusal};
use crate::intake::Problems;
use crate::wording;

/// A record's list, ready to be sent.
#[derive(Debug, Clone)]
pub struct ListedSheet {
    /// The spreadsheet (XLSX).
    pub bytes: Vec<u8>,
    /// Its name, with the ending.
    pub file_name: String,
    /// What should be known of the record.
    pub problems: Problems,
}

impl App {
    /// A collected list as a spreadsheet (XLSX): the printed labels as head, then one row an item.
    ///
    /// # Errors
    /// A usage sentence if there is more than a spreadsheet holds, or a fault.
    pub fn spreadsheet(
        &self,
        document: &str,
        record: &Value,
        date: Option<NaiveDate>,
    ) -> Result<Vec<u8>, Refusal> {
        let document = self.document(document)?;
        let list = self.list_of(document)?;
        let items = record.pointer(list).and_then(Value::as_array);
        let Some((items, shape)) = items.zip(document.schema.shape.items_at(list)) else {
            return Err(Refusal::Usage(format!("文书 {} 没有可以列成表的数据", document.id)));
        };
        let columns = shape.columns();
        let head: Vec<String> = columns.iter().map(|column| column.label.clone()).collect();
        let (name, printed) = (&*document.manifest.name, head.len());
        let list = List { name, head: &head, widest: &[], printed, date };
        let rows = items.iter().map(|item| {
            Ok(columns.iter().map(|column| shape.cell(item, &columns, column)).collect())
        });
        table_out::xlsx(&list, rows)
    }

    /// The list of a record as a spreadsheet, called as its print would be.
    ///
    /// # Errors
    /// The problems of the record; a usage sentence if no list of the document is collected; a fault.
    pub fn listed_sheet(&self, document: &str, record: &[u8]) -> Result<ListedSheet, Refusal> {
        let known = self.document(document)?;
        self.list_of(known)?;
        let examined = self.check(document, record)?;
        let [sound] = examined.records.as_slice() else {
            return Err(Refusal::Problems(Box::new(examined.problems)));
        };
        let given: Value = serde_json::from_str(sound.canonical()).unwrap_or_default();
        let bytes = self.spreadsheet(document, &given, Some(sound.date()))?;
        let file_name = format!("{}.xlsx", wording::file_name(known, sound)?);
        Ok(ListedSheet { bytes, file_name, problems: examined.problems })
    }
}

//! What one file brings to a collection: a record made into an item, or a carried list.

use std::path::Path;

use serde_json::Value;

use super::Collection;
use crate::app::extract::carried_apart;
use crate::app::{Refusal, RowsKind};
use crate::catalog::Mapping;
use crate::digest::Digest;
use crate::finish::CarriedRecord;
use crate::intake::Record;
use crate::values::Finding;
use crate::wording;

/// What a file gave.
pub(super) struct Item {
    pub(super) file: String,
    /// The row of the spreadsheet.
    pub(super) row: Option<u32>,
    pub(super) value: Value,
    /// What was found when it was read, with pointers within it.
    pub(super) findings: Vec<(String, Finding)>,
    /// Whether it is all that its file has to give.
    pub(super) alone: bool,
}

impl Item {
    pub(super) fn of(file: &str, value: Value, alone: bool) -> Self {
        Self { file: file.to_owned(), row: None, value, findings: Vec::new(), alone }
    }
}

impl Collection<'_> {
    pub(super) fn items_of(&mut self, file: &str, bytes: &[u8]) -> Result<Vec<Item>, Refusal> {
        match table_kind(file, bytes) {
            Some(kind) => self.items_of_table(file, bytes, kind),
            None => self.items_of_pdf(file, bytes),
        }
    }

    fn items_of_pdf(&mut self, file: &str, pdf: &[u8]) -> Result<Vec<Item>, Refusal> {
        let records = carried_apart(&self.app.preparing, pdf)?;
        let fitting: Vec<&CarriedRecord> =
            records.iter().filter(|record| self.fits(&record.document)).collect();
        if fitting.is_empty() {
            let has = records.iter().map(|record| self.called(&record.document));
            let has = has.collect::<Vec<_>>().join("、");
            let wanted = self.document.manifest.from.keys().map(|name| self.called(name.get_ref()));
            let wanted = wanted.collect::<Vec<_>>().join("、");
            let what = format!("随附的是{has}的数据，这里要{wanted}的");
            return Err(Refusal::Usage(what));
        }
        let mut items = Vec::new();
        for record in fitting {
            items.extend(self.items_of_record(file, record)?);
        }
        Ok(items)
    }

    /// Whether a document's records go into this one: another's by its mapping, or one of its own.
    fn fits(&self, document: &str) -> bool {
        document == self.document.id.to_string() || self.mapping(document).is_some()
    }

    fn mapping(&self, document: &str) -> Option<&Mapping> {
        let mapping = self.document.manifest.from.get(document)?;
        mapping.into.as_ref().filter(|into| into.get_ref() == self.list).map(|_| mapping)
    }

    /// The items that a record gives, unless it is another's repeated.
    fn items_of_record(
        &mut self,
        file: &str,
        record: &CarriedRecord,
    ) -> Result<Vec<Item>, Refusal> {
        let digest = Digest::of(&record.json).as_str().to_owned();
        if let Some(first) = self.records.get(&digest) {
            let what = format!("数据与 {first} 完全相同，请去掉其中一个");
            return Err(Refusal::Usage(what));
        }
        let source = self.app.document(&record.document)?;
        let examined = self.app.check(&record.document, &record.json)?;
        let [sound] = examined.records.as_slice() else {
            return Err(Refusal::Problems(Box::new(examined.problems)));
        };
        let (given, alone) = match self.mapping(&record.document) {
            Some(mapping) => {
                let alone = mapping.each.is_none();
                (wording::derive(self.document, source, sound.complete())?, alone)
            }
            None => (self.own_items(sound), false),
        };
        if let Some(key) = wording::applicant_of(self.document, source, sound.complete())? {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            if let Some(first) = self.applicants.get(&key) {
                let what = format!("与 {first} 是同一申报主体（{key}），请只留一份");
                return Err(Refusal::Usage(what));
            }
            self.applicants.insert(key, file.to_owned());
        }
        self.records.insert(digest, file.to_owned());
        Ok(given.into_iter().map(|value| Item::of(file, value, alone)).collect())
    }

    /// The items of a record of the very document, as they are: a county's list goes into the city's.
    fn own_items(&self, record: &Record) -> Vec<Value> {
        let record: Value = serde_json::from_str(record.canonical()).unwrap_or_default();
        let items = record.pointer(self.list).and_then(Value::as_array);
        items.cloned().unwrap_or_default()
    }

    fn called(&self, document: &str) -> String {
        match self.app.catalog().document(document) {
            Some(known) => format!("{}（{document}）", known.manifest.name),
            None => format!("“{document}”"),
        }
    }
}

/// What a table is written in; none if the file is a PDF, or nothing that is taken for a table.
fn table_kind(file: &str, bytes: &[u8]) -> Option<RowsKind> {
    let head = &bytes[..bytes.len().min(1024)];
    if head.windows(5).any(|part| part == b"%PDF-") {
        return None;
    }
    let ending = Path::new(file).extension()?.to_str()?.to_ascii_lowercase();
    let known = ["xlsx", "xlsm", "xls", "csv", "tsv", "txt"].contains(&&*ending);
    known.then(|| RowsKind::guess(Some(Path::new(file)), bytes))
}

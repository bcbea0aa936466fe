//! Certificates as a table: what people ask for is printed, what programs ask for stands behind it.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde_json::Value;

use crate::app::table_out::{self, List};
use crate::app::{App, Refusal};
use crate::registry::{Certificate, printed};

/// The columns that are printed, then those that are there for looking up.
const PRINTED: [&str; 11] = [
    "证书编号",
    "名称",
    "统一社会信用代码或登记证号",
    "行政区域",
    "称号",
    "有效期自",
    "有效期至",
    "状态",
    "撤销或换发原因",
    "换发为",
    "查验码",
];
/// How wide they may become, so that they are read on paper: number, codes and days are whole.
const WIDEST: [usize; 11] = [28, 28, 22, 18, 16, 12, 12, 10, 20, 16, 24];
const BEHIND: [&str; 7] =
    ["颁发机关", "落款日期", "文书", "批次", "第几份", "所在文件的第几页", "所在文件的 SHA-256"];

/// The place of the code among them.
const CODE: usize = 10;

/// The domain format of a region.
const REGION: &str = "region";

impl App {
    /// Certificates as a table, as they stand on a day: `csv`, or else XLSX; `reasons` tells of numbers why
    /// they are not in force. The codes by which they are verified are for people, in XLSX alone.
    ///
    /// # Errors
    /// More than a spreadsheet holds.
    pub fn exported(
        &self,
        kept: &[Certificate],
        reasons: &HashMap<String, String>,
        day: NaiveDate,
        csv: bool,
    ) -> Result<Vec<u8>, Refusal> {
        let head: Vec<String> =
            PRINTED.iter().chain(&BEHIND).map(|&label| label.to_owned()).collect();
        let mut regions = HashMap::new();
        let rows = kept.iter().map(|kept| {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let region = regions
                .entry(kept.document.as_str())
                .or_insert_with_key(|document| self.region_of(document));
            vec![
                kept.number.clone(),
                kept.holder.clone(),
                text(&kept.credit_code),
                region.as_ref().map_or(String::new(), |at| said_at(&kept.record, at)),
                kept.title.clone(),
                text(&kept.term_from),
                text(&kept.term_to),
                kept.state_on(day).title().to_owned(),
                reasons.get(&kept.number).cloned().unwrap_or_default(),
                text(&kept.replaced_by),
                printed(&kept.code),
                text(&kept.issuer),
                kept.issued_on.clone(),
                kept.document.clone(),
                kept.batch.clone(),
                kept.row.to_string(),
                kept.page.map(|page| page.to_string()).unwrap_or_default(),
                text(&kept.sha256),
            ]
        });
        if csv {
            let without = |mut cells: Vec<String>| {
                cells.remove(CODE);
                cells
            };
            return Ok(table_out::csv(&without(head), rows.map(without)));
        }
        let name = "证书登记簿";
        let (printed, date) = (PRINTED.len(), Some(day));
        let list = List { name, head: &head, widest: &WIDEST, printed, date };
        table_out::xlsx(&list, rows.map(Ok))
    }

    /// Where the records of a document tell a region; none if they do not, or it is gone.
    fn region_of(&self, document: &str) -> Option<String> {
        let fields = self.catalog().document(document)?.schema.fields();
        let field = fields.into_iter().find(|field| field.format.as_deref() == Some(REGION));
        field.map(|field| field.column.pointer)
    }
}

fn said_at(record: &str, pointer: &str) -> String {
    let record: Value = serde_json::from_str(record).unwrap_or_default();
    record.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

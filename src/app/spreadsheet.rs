//! The list of a collected record as a spreadsheet: one row an item, every cell a text.

use serde_json::Value;

use super::table_out::{self, List};
use super::{App, Collected, Refusal};

impl App {
    /// A collected list as a spreadsheet (XLSX): the printed labels as head, then one row an item.
    ///
    /// # Errors
    /// A usage sentence if there is more than a spreadsheet holds, or a fault.
    pub fn spreadsheet(&self, document: &str, collected: &Collected) -> Result<Vec<u8>, Refusal> {
        let document = self.document(document)?;
        let into = document.manifest.from.values().find_map(|mapping| mapping.into.as_ref());
        let list = into.map_or("", |into| into.get_ref());
        let items = collected.record.pointer(list).and_then(Value::as_array);
        let Some((items, shape)) = items.zip(document.schema.shape.items_at(list)) else {
            return Err(Refusal::Usage(format!("文书 {} 没有可以列成表的数据", document.id)));
        };
        let columns = shape.columns();
        let head: Vec<String> = columns.iter().map(|column| column.label.clone()).collect();
        let (name, printed) = (&*document.manifest.name, head.len());
        let list = List { name, head: &head, widest: &[], printed, date: collected.date };
        let rows = items.iter().map(|item| {
            Ok(columns.iter().map(|column| shape.cell(item, &columns, column)).collect())
        });
        table_out::xlsx(&list, rows)
    }
}

//! A record with the number that the registry has given it.

use serde_json::Value;

use super::record::{KeptRecord, Record};
use crate::catalog::{Document, unescape};
use crate::fault::Fault;

/// The same record with a number in its field; nothing else of it is looked at again.
///
/// # Errors
/// A fault if the document is not numbered, or the record is not one of its own.
pub fn numbered(document: &Document, record: &Record, number: &str) -> Result<Record, Fault> {
    let Some(numbered) = &document.manifest.numbered else {
        return Err(Fault::new(format!("文书 {} 不编号", document.id)));
    };
    if record.document != document.id {
        let what = format!("文书 {} 的数据不能按 {} 编号", record.document, document.id);
        return Err(Fault::new(what));
    }
    let at = numbered.at.get_ref();
    let nowhere = || Fault::new(format!("文书 {} 的编号“{number}”无处可写（{at}）", document.id));
    let mut given: Value = serde_json::from_str(record.canonical()).map_err(|_| nowhere())?;
    let mut complete = record.complete.clone();
    let (above, key) = at.rsplit_once('/').ok_or_else(nowhere)?;
    for value in [&mut given, &mut complete] {
        let group = value.pointer_mut(above).and_then(Value::as_object_mut);
        group.ok_or_else(nowhere)?.insert(unescape(key), Value::from(number));
    }
    let canonical = document.schema.shape.ordered(&given).to_string();
    let kept = KeptRecord::of(canonical, record.date());
    Ok(Record { document: record.document.clone(), complete, kept })
}

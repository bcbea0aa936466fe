//! Extract: the records that a file carries, byte for byte. No document is asked, so no home is needed.

use std::collections::HashSet;

use super::Refusal;
use crate::finish::{CarriedRecord, carried_records};

/// What a file carries: the record of its document as it was embedded; of a packet's print file, one
/// object with the record of each part under its document's name.
///
/// # Errors
/// One sentence if the file carries nothing that can be taken.
pub fn extract(pdf: &[u8]) -> Result<Vec<u8>, Refusal> {
    let records = carried_in(pdf)?;
    match <[CarriedRecord; 1]>::try_from(records) {
        Ok([only]) if !only.in_packet => Ok(only.json),
        Ok(one) => Ok(by_document(&one)),
        Err(many) => Ok(by_document(&many)),
    }
}

/// The records of a file, each of another document.
pub(super) fn carried_in(pdf: &[u8]) -> Result<Vec<CarriedRecord>, Refusal> {
    let records = carried_records(pdf).map_err(|why| Refusal::Usage(why.to_string()))?;
    let mut seen = HashSet::new();
    // Which of two would be meant, nobody can tell.
    match records.iter().find(|record| !seen.insert(&record.document)) {
        Some(twice) => {
            let what = format!("随附了两份 {} 的数据，请换用原来的文件", twice.document);
            Err(Refusal::Usage(what))
        }
        None => Ok(records),
    }
}

/// One JSON object; the values are written as they are.
fn by_document(records: &[CarriedRecord]) -> Vec<u8> {
    let mut object = vec![b'{'];
    for (at, record) in records.iter().enumerate() {
        if at > 0 {
            object.push(b',');
        }
        object.extend(serde_json::Value::from(record.document.as_str()).to_string().bytes());
        object.push(b':');
        object.extend(&record.json);
    }
    object.push(b'}');
    object
}

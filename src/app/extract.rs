//! Extract: the records that a file carries, byte for byte. No document is asked, so no home is needed.

use std::collections::HashSet;

use super::Refusal;
use crate::crew::{Preparing, Undone};
use crate::finish::{CarriedRecord, NoRecord, carried_records};
use crate::packet::{Done, Task};

/// What is told of a file that takes more than a file may.
pub(super) const UNREASONABLE: &str = "这个 PDF 大得或复杂得不合情理，读它超过了限度（limits.attachment_seconds、limits.attachment_memory_mib），请换用原来的文件";

/// What a file carries: the record of its document as it was embedded; of a packet's print file, one
/// object with the record of each part under its document's name.
///
/// # Errors
/// One sentence if the file carries nothing that can be taken.
pub fn extract(pdf: &[u8]) -> Result<Vec<u8>, Refusal> {
    carried_in(pdf).map(together)
}

fn together(records: Vec<CarriedRecord>) -> Vec<u8> {
    match <[CarriedRecord; 1]>::try_from(records) {
        Ok([only]) if !only.in_packet => only.json,
        Ok(one) => by_document(&one),
        Err(many) => by_document(&many),
    }
}

/// The same of a stranger's file, looked for where it can be stopped.
///
/// # Errors
/// The same, and a usage sentence for a file that takes more than a file may.
pub fn extract_apart(preparing: &Preparing, pdf: &[u8]) -> Result<Vec<u8>, Refusal> {
    carried_apart(preparing, pdf).map(together)
}

/// The records of a file, each of another document.
pub(super) fn carried_in(pdf: &[u8]) -> Result<Vec<CarriedRecord>, Refusal> {
    distinct(carried_records(pdf).map_err(|why| Refusal::Usage(why.to_string()))?)
}

/// The same, looked for where strangers' files are worked at.
pub(super) fn carried_apart(
    preparing: &Preparing,
    pdf: &[u8],
) -> Result<Vec<CarriedRecord>, Refusal> {
    match preparing.perform(&Task::Carried, pdf) {
        Ok((Done::Carried(records), _)) => {
            distinct(records.map_err(|why| Refusal::Usage(why.to_string()))?)
        }
        Ok(_) | Err(Undone::Failed(_) | Undone::Lost) => {
            Err(Refusal::Usage(NoRecord::Damaged.to_string()))
        }
        Err(Undone::OverTime(_) | Undone::OverMemory(_)) => {
            Err(Refusal::Usage(UNREASONABLE.to_owned()))
        }
        Err(Undone::Unmanned(fault)) => Err(fault.into()),
    }
}

fn distinct(records: Vec<CarriedRecord>) -> Result<Vec<CarriedRecord>, Refusal> {
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

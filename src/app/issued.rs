//! The sheet of a record as a batch will issue it: with a number, and a code to verify it by. What there is
//! room for is asked of that paper, not of the barer one of a single print.

use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::{self, Record};
use crate::registry::printed;
use crate::wording::{Sheet, numbering};

/// A serial of as many digits as is likely.
const SERIAL: u64 = 88_888;

/// An address as long as is likely, at which nothing is verified.
pub(super) const ADDRESS: &str = "https://chengwen.scjgj.example.gov.cn";

/// A code that no certificate has.
pub(super) const CODE: &str = "8888888888888888";

/// The sheet of a record; of a numbered document with a made-up number, unless it has one, and a made-up
/// code.
///
/// # Errors
/// A fault if a sentence cannot be made of the record.
pub(super) fn sheet_as_issued(document: &Document, record: &Record) -> Result<Sheet, Fault> {
    if document.manifest.numbered.is_none() {
        return Sheet::of(document, record);
    }
    let sheet = match numbering::given_number(document, record) {
        Some(_) => Sheet::of(document, record)?,
        None => {
            let number = numbering::number(document, record, SERIAL)?;
            Sheet::of(document, &intake::numbered(document, record, &number)?)?
        }
    };
    Ok(with_code(sheet, ADDRESS, CODE))
}

/// The same sheet with a code to verify it by.
pub(in crate::app) fn with_code(sheet: Sheet, address: &str, code: &str) -> Sheet {
    sheet.with_verification(format!("{address}/verify/{}", printed(code)), code.to_owned())
}

//! Bytes to bytes: what a printer must be told, and pages that typesetting does not make.

mod carried;
mod contact_sheet;
mod copies;
mod duplex;
mod intent;
mod merging;
mod padding;
mod page_tree;
mod raw;
mod read_back;

use lopdf::Document;

use crate::fault::Fault;

pub use carried::{CarriedRecord, IN_PACKET, NoRecord, carried_records};
pub use contact_sheet::contact_sheet;
pub use copies::{CopyStart, copy_starts};
pub use duplex::{Halves, halves};
pub use intent::{Duplex, Intent};
pub use merging::{Joint, Merged, Merging, only_page};
pub use padding::blanks_needed;
pub use read_back::{Page, ReadBack, UsedFont, read_back};

/// Pads the file if asked, and writes the print intent into its catalog.
///
/// Everything that export wrote stays as it was: metadata, identity, embedded files, claims.
///
/// # Errors
/// A fault if the bytes are no PDF that we can read.
pub fn print_ready(pdf: &[u8], intent: Intent, padded: bool) -> Result<Vec<u8>, Fault> {
    // To read a file into objects and write them again takes longer than to typeset a certificate.
    if !padded && let Some(ready) = intent::spliced(pdf, intent) {
        return Ok(ready);
    }
    let mut document = open(pdf)?;
    if padded {
        padding::fill_sheet(&mut document)?;
    }
    intent::write(&mut document, intent)?;
    save(document)
}

/// Writes the print intent into a file in the making, and gives its bytes.
///
/// # Errors
/// A fault if it is no whole file.
pub(crate) fn with_intent(mut document: Document, intent: Intent) -> Result<Vec<u8>, Fault> {
    intent::write(&mut document, intent)?;
    save(document)
}

fn open(pdf: &[u8]) -> Result<Document, Fault> {
    Document::load_mem(pdf).map_err(|error| broken(&error))
}

fn save(mut document: Document) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).map_err(|error| Fault::new(format!("PDF 写不出来：{error}")))?;
    Ok(bytes)
}

fn picture_fault(error: &dyn std::fmt::Display) -> Fault {
    Fault::new(format!("图片处理不了：{error}"))
}

fn broken(error: &lopdf::Error) -> Fault {
    Fault::new(format!("PDF 读不懂：{error}"))
}

//! Any PDF measured: no document of ours, so no catalog is opened for it.

use crate::catalog::{Home, Places};
use crate::crew::{Preparing, Undone};
use crate::fault::{Fault, io_reason};
use crate::inspect::{FaceNames, Report, inspect};
use crate::packet::{Done, Task};

use super::Refusal;
use super::extract::UNREASONABLE;

/// Measures a PDF. A home is not needed; one that is at hand gives its names of faces
/// (`fonts/roles.toml`), and without one those built into the program serve.
///
/// # Errors
/// A usage sentence if the bytes are no PDF that can be read or a named home is none, or a fault.
pub fn measure(places: &Places, pdf: &[u8]) -> Result<Report, Refusal> {
    let names = FaceNames::with_roles(roles(places)?.as_deref())?;
    inspect(pdf, &names).map_err(Refusal::Usage)
}

/// The same of a stranger's file: it is measured first where it can be stopped.
///
/// # Errors
/// The same, and a usage sentence for a file that takes more than a file may.
pub fn measure_apart(
    places: &Places,
    preparing: &Preparing,
    pdf: &[u8],
) -> Result<Report, Refusal> {
    match preparing.perform(&Task::Measure, pdf) {
        Ok((Done::Measured, _)) => measure(places, pdf),
        Err(Undone::OverTime(_) | Undone::OverMemory(_)) => {
            Err(Refusal::Usage(UNREASONABLE.to_owned()))
        }
        Ok(_) | Err(Undone::Failed(_) | Undone::Lost) => {
            Err(Refusal::Usage("这个 PDF 已损坏，读不懂".to_owned()))
        }
        Err(Undone::Unmanned(fault)) => Err(fault.into()),
    }
}

fn roles(places: &Places) -> Result<Option<String>, Refusal> {
    let named = places.flag.is_some() || places.variable.is_some();
    let home = match Home::find(places) {
        Ok(home) => home,
        Err(fault) if named => return Err(Refusal::Usage(fault.to_string())),
        Err(_) => return Ok(None),
    };
    let path = home.fonts().join("roles.toml");
    let text = std::fs::read_to_string(&path)
        .map_err(|error| Fault::at(&path, format!("读不了文件：{}", io_reason(&error))))?;
    Ok(Some(text))
}

//! What is done with attached files in a process of its own.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::{Deserialize, Serialize};

use super::attached::{Fitted, Fitting, Unfit, fit};
use super::raster::{draw, show};
use crate::finish::{CarriedRecord, NoRecord, carried_records};
use crate::inspect::{FaceNames, inspect};
use crate::intake::{Grid, RowsKind, sheets};

/// A piece of work on a file; its bytes go beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Task {
    /// Fit an attached file onto A4 pages.
    Fit(Fitting),
    /// Find the records that a file carries.
    Carried,
    /// Measure a file, and see whether that comes to an end.
    Measure,
    /// Read the sheets of a workbook, for at most so many rows.
    Sheets(usize),
    /// Draw these pages (from 0) of a fitted file as pictures, at so many dots an inch.
    Draw(Range<usize>, f64),
    /// Show one page (from 0) of a fitted file as PNG, at so many dots an inch.
    Show(usize, f64),
}

/// What came of it; the bytes of a PDF or PNG go beside it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Done {
    /// Of a file to be fitted.
    Fitted(Fitted),
    /// The records of a file, or why there are none.
    Carried(Result<Vec<CarriedRecord>, NoRecord>),
    /// It was measured, whatever was found.
    Measured,
    /// The sheets of a workbook, or one sentence that says why there are none.
    Sheets(Result<Vec<Grid>, String>),
    /// Of pages to be drawn.
    Drawn,
    /// Of a page to be shown: of so many.
    Shown(usize),
    /// Why there is nothing.
    Unfit(Unfit),
}

impl Task {
    /// Does the work.
    #[must_use]
    pub fn perform(&self, bytes: &[u8]) -> (Done, Vec<u8>) {
        // A panic of a library tells that the file is not what it should be.
        catch_unwind(AssertUnwindSafe(|| self.attempt(bytes)))
            .unwrap_or_else(|_| (Done::Unfit(Unfit::Damaged), Vec::new()))
    }

    fn attempt(&self, bytes: &[u8]) -> (Done, Vec<u8>) {
        let done = match self {
            Self::Fit(fitting) => fit(bytes, fitting).map(|(it, pdf)| (Done::Fitted(it), pdf)),
            Self::Carried => return (Done::Carried(carried_records(bytes)), Vec::new()),
            Self::Measure => {
                // What is wrong with the file, who measures it in earnest says.
                let _ = FaceNames::with_roles(None).map(|names| inspect(bytes, &names));
                return (Done::Measured, Vec::new());
            }
            Self::Sheets(most) => {
                return (Done::Sheets(sheets(bytes, RowsKind::Xlsx, *most)), Vec::new());
            }
            Self::Draw(pages, resolution) => {
                draw(bytes, pages.clone(), *resolution).map(|pdf| (Done::Drawn, pdf))
            }
            Self::Show(page, resolution) => {
                show(bytes, *page, *resolution).map(|(pages, png)| (Done::Shown(pages), png))
            }
        };
        done.unwrap_or_else(|unfit| (Done::Unfit(unfit), Vec::new()))
    }
}

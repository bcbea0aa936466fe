//! Batches (批次): many records of one document, printed in the background, numbers and all.

mod accept;
mod again;
mod asked;
mod expected;
mod foreseen;
mod join;
mod listed;
mod run;
mod work;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{App, Options, Output, Refusal, Sides};
use crate::jobs::Ledger;
use crate::typeset::{Offset, Standard};

pub use accept::Wanted;
pub use again::Again;
pub use asked::Asked;
pub use expected::Prospect;
pub use foreseen::Foreseen;
pub use listed::manifest;
pub(super) use run::sheet_of;

/// The program with the ledger of a data directory.
#[derive(Clone)]
pub struct Batches {
    app: Arc<App>,
    ledger: Ledger,
    house: House,
}

/// What an operator has set for batches.
#[derive(Debug, Clone)]
pub struct House {
    /// The address at which certificates are verified, such as `https://chengwen.example.gov.cn`.
    pub verify_at: Option<String>,
    /// After how long a process that stands still is passed over.
    pub lease: Duration,
    /// How many prints may be unfinished at once.
    pub most: usize,
    /// How many runs are typeset at once.
    pub at_once: usize,
}

/// What becomes of the rows (输出).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// One PDF, in the order of the rows.
    Merged,
    /// A PDF for each row, in a zip.
    Each,
}

/// How a batch is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BatchOptions {
    /// What becomes of the rows.
    pub form: Form,
    /// The sides; `None` as the document declares.
    pub sides: Option<Sides>,
    /// The standard; `None` as the document needs.
    pub standard: Option<Standard>,
    /// Printed on stock that bears the border, moved by so much.
    pub overprint: Option<Offset>,
    /// The pattern of the files' names in a zip; `None` as the document says.
    pub names: Option<String>,
}

impl BatchOptions {
    /// Read back from the ledger.
    ///
    /// # Errors
    /// What another version of the program has written.
    pub fn read(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map_err(|error| unreadable(&error))
    }

    /// As the ledger keeps them.
    fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    pub(in crate::app) fn printing(&self) -> Options {
        Options {
            sides: self.sides,
            standard: self.standard,
            copies: 1,
            overprint: self.overprint,
            output: Output::Pdf,
        }
    }

    /// The ending of the file that is made.
    #[must_use]
    pub fn ending(&self) -> &'static str {
        match self.form {
            Form::Merged => "pdf",
            Form::Each => "zip",
        }
    }
}

/// What a print was asked for, as the ledger keeps it: the options, and for one that prints again what has
/// changed since the rows were accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::app) struct Order {
    #[serde(flatten)]
    pub(in crate::app) options: BatchOptions,
    /// The address at which certificates are verified now, if it is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(in crate::app) verify_at: Option<String>,
    /// Why it is printed again, as the history of each certificate tells it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(in crate::app) why: String,
    /// Rows that are left out, as their certificates are no longer in force.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(in crate::app) without: Vec<i64>,
}

impl Order {
    /// What is asked for the first time.
    pub(super) fn of(options: BatchOptions) -> Self {
        Self { options, verify_at: None, why: String::new(), without: Vec::new() }
    }

    /// Read back from the ledger.
    pub(super) fn read(text: &str) -> Result<Self, Refusal> {
        serde_json::from_str(text).map_err(|error| unreadable(&error))
    }

    /// As the ledger keeps it.
    pub(super) fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }
}

fn unreadable(error: &serde_json::Error) -> Refusal {
    crate::fault::Fault::new(format!("批次的选项读不懂，可能来自别的程序版本：{error}")).into()
}

impl Batches {
    /// Batches of a program in a data directory.
    #[must_use]
    pub fn of(app: Arc<App>, ledger: Ledger, house: House) -> Self {
        Self { app, ledger, house }
    }

    /// The ledger.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The program.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }
}

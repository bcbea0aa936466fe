//! The registry of certificates (证书登记簿): numbers, states, and a history that nobody can change unseen.
//!
//! A number is reserved in the transaction that accepts its row. What becomes of it stands in the
//! history; the table of certificates is only its sum, and [`Registry::audit`] compares the two.

mod audit;
mod changes;
mod clash;
mod code;
mod entering;
mod foresee;
mod history;
mod look;
mod ranges;
mod reserve;
mod skip;

use chrono::NaiveDate;
use serde::Serialize;
use sqlx::sqlite::SqliteRow;
use sqlx::{FromRow, Row};

use crate::store::Store;

pub use audit::Audit;
pub(crate) use changes::Standing;
pub use changes::{Changed, Issue};
pub use clash::{Claimed, Clash};
pub use code::{printed, typed};
pub use foresee::Expected;
pub use history::{Entry, Happened};
pub use look::Search;
pub use ranges::{Fate, Range, Run};
pub(crate) use reserve::{PORTION, Reserved};
pub use skip::Skipped;

/// The registry in a data directory.
#[derive(Debug, Clone)]
pub struct Registry {
    store: Store,
}

/// A certificate, as the registry keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Certificate {
    /// Its number.
    pub number: String,
    /// The document that it is made of (`programme/document`).
    pub document: String,
    /// The counter that gave the number; none if the user did.
    pub counter: Option<String>,
    /// Its place on the counter.
    pub serial: Option<i64>,
    /// What it is verified by.
    pub code: String,
    /// The address that it says it is verified at, if it bears a code.
    pub verify_at: Option<String>,
    /// Whom it is for.
    pub holder: String,
    /// The holder's credit code, or the number that stands for it.
    pub credit_code: Option<String>,
    /// What it confers.
    pub title: String,
    /// Who issues it.
    pub issuer: Option<String>,
    /// The first day of its term (YYYY-MM-DD).
    pub term_from: Option<String>,
    /// The last day of its term (YYYY-MM-DD).
    pub term_to: Option<String>,
    /// The date that it bears (YYYY-MM-DD).
    pub issued_on: String,
    /// Its record, as canonical JSON.
    pub record: String,
    /// SHA-256 of the record.
    pub digest: String,
    /// The batch that it came with.
    pub batch: String,
    /// Its row there, from 1.
    pub row: i64,
    /// Its state, by its word.
    pub state: String,
    /// The number of the certificate that stands for it.
    pub replaced_by: Option<String>,
    /// The print options with which it was issued.
    pub options: Option<String>,
    /// The digest of the template with which it was issued.
    pub template: Option<String>,
    /// The digest of the fonts with which it was issued.
    pub fonts: Option<String>,
    /// SHA-256 of the file in which it was issued.
    pub sha256: Option<String>,
    /// The page of that file on which it begins, from 1.
    pub page: Option<i64>,
    /// Where the pages are kept.
    pub run: Option<String>,
    /// The page of what is kept on which it begins, from 0.
    pub run_page: Option<i64>,
    /// How many pages it has there.
    pub run_pages: Option<i64>,
}

/// The state of a certificate (状态).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// The number is given, the certificate not yet printed.
    Reserved,
    /// It was printed.
    Issued,
    /// It was printed again.
    Reprinted,
    /// Another stands for it.
    Replaced,
    /// The title was taken back.
    Revoked,
    /// Its term is over.
    Expired,
    /// No certificate bears the number.
    Void,
}

impl<'r> FromRow<'r, SqliteRow> for Certificate {
    fn from_row(row: &'r SqliteRow) -> Result<Self, sqlx::Error> {
        Ok(Self {
            number: row.try_get("number")?,
            document: row.try_get("document")?,
            counter: row.try_get("counter")?,
            serial: row.try_get("serial")?,
            code: row.try_get("code")?,
            verify_at: row.try_get("verify_at")?,
            holder: row.try_get("holder")?,
            credit_code: row.try_get("credit_code")?,
            title: row.try_get("title")?,
            issuer: row.try_get("issuer")?,
            term_from: row.try_get("term_from")?,
            term_to: row.try_get("term_to")?,
            issued_on: row.try_get("issued_on")?,
            record: row.try_get("record")?,
            digest: row.try_get("digest")?,
            batch: row.try_get("batch")?,
            row: row.try_get("row")?,
            state: row.try_get("state")?,
            replaced_by: row.try_get("replaced_by")?,
            options: row.try_get("options")?,
            template: row.try_get("template")?,
            fonts: row.try_get("fonts")?,
            sha256: row.try_get("sha256")?,
            page: row.try_get("page")?,
            run: row.try_get("run")?,
            run_page: row.try_get("run_page")?,
            run_pages: row.try_get("run_pages")?,
        })
    }
}

impl State {
    /// All of them, as a list shows them.
    pub const ALL: [Self; 7] = [
        Self::Reserved,
        Self::Issued,
        Self::Reprinted,
        Self::Replaced,
        Self::Revoked,
        Self::Expired,
        Self::Void,
    ];

    /// Its word, for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Reserved => "reserved",
            Self::Issued => "issued",
            Self::Reprinted => "reprinted",
            Self::Replaced => "replaced",
            Self::Revoked => "revoked",
            Self::Expired => "expired",
            Self::Void => "void",
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Reserved => "已编号未颁发",
            Self::Issued => "有效",
            Self::Reprinted => "有效（补印过）",
            Self::Replaced => "已换发",
            Self::Revoked => "已撤销",
            Self::Expired => "已过有效期",
            Self::Void => "编号作废",
        }
    }
}

impl Certificate {
    /// Its state on a day: a term that is over ends what is good, and nothing else.
    #[must_use]
    pub fn state_on(&self, day: NaiveDate) -> State {
        let kept = State::ALL.into_iter().find(|state| state.word() == self.state);
        let over = self.term_to.as_deref().and_then(|to| to.parse::<NaiveDate>().ok());
        match kept {
            Some(State::Issued | State::Reprinted) if over.is_some_and(|to| to < day) => {
                State::Expired
            }
            Some(state) => state,
            // A word that this program does not know is not good.
            None => State::Void,
        }
    }
}

impl Registry {
    /// The registry of a data directory.
    #[must_use]
    pub fn of(store: Store) -> Self {
        Self { store }
    }
}

//! The two files an owner writes: `document.toml` and `programme.toml`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};
use toml::Spanned;

use super::position::line_of;
use crate::fault::{Fault, io_reason};
use crate::values::Role;

/// `document.toml`: what a document is, besides its data, rules and layout.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The short name that lists show, such as 培育申请表.
    pub name: String,
    /// The full title, which becomes the title of the PDF.
    pub title: String,
    /// How the sheet stands.
    #[serde(default)]
    pub orientation: Orientation,
    /// How it is printed unless the user says otherwise.
    #[serde(default)]
    pub sides: Sides,
    /// The name of the file without its ending, a minijinja sentence.
    pub file_name: Spanned<String>,
    /// The field whose date the document bears, as a JSON pointer.
    pub dated_by: Spanned<String>,
    /// Whether the PDF carries its record (PDF/A-3u) and prints a short digest of it.
    #[serde(default)]
    pub carry: bool,
    /// Whether a blank page is added so that the pages fill their sheets.
    #[serde(default)]
    pub padded: bool,
    /// Whether an input may be an array of records, each of which becomes a sheet of one file.
    #[serde(default)]
    pub many: bool,
    /// How many pages the paper of a record has at most, padding not counted.
    pub pages: Option<Spanned<usize>>,
    /// Fields in which the records of one array must differ, as JSON pointers.
    #[serde(default)]
    pub distinct: Vec<Spanned<String>>,
    /// Texts of which only the layout can tell whether they have room, as JSON pointers, each with the
    /// count of characters up to which it surely has. A check lays out only records with a longer one.
    #[serde(default)]
    pub measured: BTreeMap<Spanned<String>, usize>,
    /// Whether there is printed stock on which it can be printed without what the stock bears (套打).
    #[serde(default)]
    pub overprint: bool,
    /// The least role that may have it printed.
    #[serde(default = "applicant")]
    pub role: Role,
    /// Blank forms with something filled in already, by name, such as the letter of one category.
    #[serde(default)]
    pub blanks: BTreeMap<String, Spanned<toml::Value>>,
    /// Fields that do not change the paper, by JSON pointer, each with the reason.
    #[serde(default)]
    pub unprinted: BTreeMap<Spanned<String>, String>,
    /// Values that are computed from the record (minijinja expressions), by name; the layout and the
    /// sentences see them as `computed`.
    #[serde(default)]
    pub computed: BTreeMap<String, Spanned<String>>,
    /// The sentences (minijinja) that the layout sets, by name.
    #[serde(default)]
    pub sentences: BTreeMap<String, Spanned<String>>,
    /// The documents whose records it can be made from, by name.
    #[serde(default)]
    pub from: BTreeMap<Spanned<String>, Mapping>,
    /// The days that matter in it.
    pub calendar: Option<SpanOfDays>,
    /// What the registry (证书登记簿) needs to know of a document whose numbers it gives.
    pub numbered: Option<Numbered>,
}

/// `[calendar]`: a span of days that a record speaks of, such as that of a public notice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SpanOfDays {
    /// What it is called.
    pub title: String,
    /// A minijinja expression over the record and what is computed of it: `{from, to}`, or none where it
    /// cannot be said yet.
    pub span: Spanned<String>,
}

/// `[numbered]`: where the number stands, and what the registry keeps of a record: minijinja expressions
/// over it, each of which may give none unless it is said otherwise.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbered {
    /// The field that holds the number, as a JSON pointer.
    pub at: Spanned<String>,
    /// Whom it is for; never none.
    pub holder: Spanned<String>,
    /// The holder's credit code, or what stands for it.
    pub credit_code: Option<Spanned<String>>,
    /// What it confers; never none.
    pub title: Spanned<String>,
    /// Who issues it.
    pub issuer: Option<Spanned<String>>,
    /// The first day of its term.
    pub from: Option<Spanned<String>>,
    /// The last day of its term.
    pub to: Option<Spanned<String>>,
    /// Whether a holder has at most one certificate of a title in force; another one is accepted only if it
    /// is said to be meant.
    #[serde(default)]
    pub one_each: bool,
    /// The notice that tells of its revocation.
    pub revocation: Option<Revocation>,
}

/// `[numbered.revocation]`: how entries of the registry become the record of a notice.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revocation {
    /// The notice, as `programme/document`.
    pub document: Spanned<String>,
    /// The list of the notice of which each entry becomes an item, as a JSON pointer.
    pub into: Spanned<String>,
    /// The fields of an item, each a minijinja expression over the entry.
    pub columns: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Other fields of the notice, each a minijinja expression over `entries`.
    #[serde(default)]
    pub fields: BTreeMap<Spanned<String>, Spanned<String>>,
}

impl Manifest {
    /// How many pages the paper of a record has at most, padding not counted.
    #[must_use]
    pub fn pages(&self) -> Option<usize> {
        self.pages.as_ref().map(|pages| *pages.get_ref())
    }
}

impl Numbered {
    /// What the registry keeps of a record, by name.
    pub fn kept(&self) -> impl Iterator<Item = (&'static str, &Spanned<String>)> {
        [
            ("holder", Some(&self.holder)),
            ("credit_code", self.credit_code.as_ref()),
            ("title", Some(&self.title)),
            ("issuer", self.issuer.as_ref()),
            ("from", self.from.as_ref()),
            ("to", self.to.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, expression)| Some((name, expression?)))
    }
}

/// `[from."programme/document"]`: how a record of another document becomes data of this one.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The list of this document, as a JSON pointer, of which each source record becomes an item; without
    /// it the columns are fields of the record itself.
    pub into: Option<Spanned<String>>,
    /// What tells that two source records are of one applicant (a minijinja expression).
    pub key: Option<Spanned<String>>,
    /// The list of the source, as a JSON pointer, of which each item becomes an item; without it the
    /// source record becomes one.
    pub each: Option<Spanned<String>>,
    /// The fields, each a minijinja expression over the source record, or over an item of its list.
    pub columns: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// What everyone fills in for themselves.
fn applicant() -> Role {
    Role::Applicant
}

/// `programme.toml`: what the documents of one programme (活动) have in common.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Programme {
    /// The programme's name, such as 山西省放心消费示范创建.
    pub name: String,
    /// The body that issues the documents; it stands as author in their metadata.
    pub issuer: Option<String>,
    /// The province as a region code of six digits.
    pub province: Spanned<String>,
    /// The day the blank forms were issued, by which they are dated (YYYY-MM-DD).
    pub issued: Spanned<String>,
    /// Month and day (MM-DD) of each deadline, by name; rules see them as `programme.deadlines`.
    #[serde(default)]
    pub deadlines: BTreeMap<String, Spanned<String>>,
    /// The bodies that act in the programme, by name; sentences see them as `programme.authorities`.
    #[serde(default)]
    pub authorities: BTreeMap<String, String>,
    /// Sentences that differ from a document's own: document, then name.
    #[serde(default)]
    pub sentences: BTreeMap<String, BTreeMap<String, Spanned<String>>>,
    /// How its numbered documents are numbered, by document.
    #[serde(default)]
    pub numbers: BTreeMap<Spanned<String>, Numbers>,
}

/// `[numbers.document]`: two minijinja sentences over the record and its `year`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Numbers {
    /// The number; it sees `serial` too, an integer.
    pub pattern: Spanned<String>,
    /// The name of the counter that gives the serial.
    pub counter: Spanned<String>,
}

/// How the sheet stands (方向).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Orientation {
    /// 竖排: 210 mm wide, 297 mm high.
    #[default]
    Portrait,
    /// 横排: 297 mm wide, 210 mm high.
    Landscape,
}

/// How a document is printed (单面、双面).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sides {
    /// 双面, turned on the long edge, margins mirrored.
    #[default]
    Duplex,
    /// 单面.
    Simplex,
}

impl Programme {
    /// What rules and sentences see as `programme`.
    #[must_use]
    pub fn facts(&self) -> serde_json::Value {
        serde_json::json!({
            "name": self.name,
            "issuer": self.issuer,
            "province": self.province.get_ref(),
            "issued": self.issued.get_ref(),
            "deadlines": self.deadlines.iter().map(|(name, day)| (name, day.get_ref())).collect::<BTreeMap<_, _>>(),
            "authorities": self.authorities,
        })
    }
}

/// Reads a TOML file of an owner; its text is given back for the line numbers of later faults.
///
/// # Errors
/// A fault with the line: not readable, not TOML, an unknown or missing key.
pub(super) fn read<T: serde::de::DeserializeOwned>(path: &Path) -> Result<(T, String), Fault> {
    let text = fs::read_to_string(path)
        .map_err(|error| Fault::at(path, format!("读不了文件：{}", io_reason(&error))))?;
    match toml::from_str(&text) {
        Ok(value) => Ok((value, text)),
        Err(error) => Err(toml_fault(path, &text, &error)),
    }
}

/// What the TOML reader found, as a fault with its line.
#[must_use]
pub(super) fn toml_fault(path: &Path, text: &str, error: &toml::de::Error) -> Fault {
    let fault = Fault::at(path, format!("内容有误：{}", in_chinese(error.message())));
    match error.span() {
        Some(span) => fault.on_line(line_of(text, span.start)),
        None => fault,
    }
}

/// What the reader says most often of an owner's slip, in Chinese; the rest as it says it.
fn in_chinese(message: &str) -> String {
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let known = || quoted[1..].join("、");
    match quoted.as_slice() {
        [key, _, ..] if message.starts_with("unknown field") => {
            format!("不认识的键“{key}”，可用：{}", known())
        }
        [key, _, ..] if message.starts_with("unknown variant") => {
            format!("不能是“{key}”，可用：{}", known())
        }
        [key] if message.starts_with("missing field") => format!("缺少“{key}”"),
        _ if message.starts_with("invalid type") && message.contains("expected a string") => {
            "应为文字，请加半角引号".to_owned()
        }
        _ if message.starts_with("invalid unquoted key") => "有汉字的键要加半角引号".to_owned(),
        [key] if message.starts_with("duplicate key") => format!("“{key}”写了两次"),
        _ => message.to_owned(),
    }
}

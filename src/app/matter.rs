//! The matter of a render: an input looked at, and made into sheets.

use rayon::prelude::*;
use serde_json::Value;

use super::{App, Input, Refusal};
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::{self, Draft, Problems, Record, RowFinding};
use crate::typeset::{Failure, LongSheet, NoRoom};
use crate::values::Finding;
use crate::wording::{self, Sheet};

/// What is to be typeset, and what was found in it.
pub(super) struct Matter {
    pub(super) sheets: Vec<Sheet>,
    /// None if the sheets are those of drafts.
    pub(super) records: Vec<Record>,
    pub(super) problems: Problems,
}

impl App {
    pub(super) fn matter(&self, document: &Document, input: Input<'_>) -> Result<Matter, Refusal> {
        let (bytes, unfinished) = match input {
            Input::Record(bytes) => (bytes, false),
            Input::Unfinished(bytes) => (bytes, true),
            Input::Blank(name) => {
                let draft =
                    intake::blank(document, name).ok_or_else(|| no_blank(document, name))?;
                let sheets = vec![Sheet::of_draft(document, &draft)?];
                return Ok(Matter { sheets, records: Vec::new(), problems: Problems::default() });
            }
        };
        let examined = intake::examine(self.catalog(), document, bytes, self.most.rows)?;
        if !examined.problems.is_sound() && !unfinished {
            return Err(Refusal::Problems(Box::new(examined.problems)));
        }
        if !unfinished {
            let sheets = sheets_of(document, &examined.records)?;
            return Ok(Matter { sheets, records: examined.records, problems: examined.problems });
        }
        // A preview shows the same sheet before and after the last problem is mended.
        let drafts = examined.records.into_iter().map(Draft::from).chain(examined.drafts);
        let sheets: Result<Vec<Sheet>, _> =
            drafts.map(|draft| Sheet::of_draft(document, &draft)).collect();
        Ok(Matter { sheets: sheets?, records: Vec::new(), problems: examined.problems })
    }
}

pub(super) fn sheets_of(document: &Document, records: &[Record]) -> Result<Vec<Sheet>, Fault> {
    records.par_iter().map(|record| Sheet::of(document, record)).collect()
}

pub(super) fn without_room(
    document: &Document,
    sheets: &[Sheet],
    found: Vec<RowFinding>,
) -> Problems {
    let records: Vec<&Value> = sheets.iter().map(Sheet::record).collect();
    intake::without_room(document, &records, found)
}

/// What is to be mended in the sheets for which the layout has no room; none if it failed otherwise.
pub(super) fn lacking(document: &Document, failure: &Failure) -> Option<Vec<RowFinding>> {
    match failure {
        Failure::NoRoom(texts) => Some(texts.iter().map(no_room).collect()),
        Failure::LongSheets(sheets) => {
            let too_long = |it: &LongSheet| {
                let finding = Finding::problem("sheet.too-long")
                    .with("pages", it.pages)
                    .with("limit", document.manifest.pages().unwrap_or_default())
                    .with("document", document.manifest.name.as_str());
                (it.sheet, String::new(), finding)
            };
            Some(sheets.iter().map(too_long).collect())
        }
        _ => None,
    }
}

/// A text that has no room.
pub(super) fn no_room(text: &NoRoom) -> RowFinding {
    let finding = Finding::problem("field.no-room").with("floor", text.floor.as_str());
    (text.sheet, text.pointer.clone(), finding)
}

/// The name of the file, without its ending.
pub(super) fn stem(
    document: &Document,
    input: Input<'_>,
    records: &[Record],
) -> Result<String, Refusal> {
    let name = &document.manifest.name;
    let stem = match (records, input) {
        ([record], _) => wording::file_name(document, record)?,
        ([], Input::Blank(Some(blank))) => format!("{name}（空白，{blank}）"),
        ([], Input::Blank(None)) => format!("{name}（空白）"),
        ([], _) => format!("{name}（未完成）"),
        (many, _) => format!("{name}（共{}份）", many.len()),
    };
    Ok(wording::safe_file_name(&stem))
}

fn no_blank(document: &Document, name: Option<&str>) -> Refusal {
    let known: Vec<&str> = document.blanks.keys().map(String::as_str).collect();
    let offer = if known.is_empty() {
        "这份文书只有一种空白表格，--blank 后面不写名称".to_owned()
    } else {
        format!("可用：{}", known.join("、"))
    };
    Refusal::Usage(format!("没有空白表格“{}”；{offer}", name.unwrap_or_default()))
}

//! Collect: the record of a document from what files bring: records carried by PDFs, rows of spreadsheets.

mod items;
mod tables;

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::{App, Refusal};
use crate::catalog::{Document, unescape};
use crate::intake::{self, Problems};
use items::Item;

/// A document that is being built, file by file.
pub struct Collection<'a> {
    app: &'a App,
    document: &'a Document,
    /// The list that the records go into, as a JSON pointer.
    list: &'a str,
    items: Vec<Item>,
    refused: Vec<Refused>,
    /// What should be known of files as a whole.
    advice: Problems,
    /// The file that had an applicant, or just this record, first.
    applicants: HashMap<String, String>,
    records: HashMap<String, String>,
}

/// A file that gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its name.
    pub file: String,
    /// One Chinese sentence with the remedy.
    pub reason: String,
}

/// Where an item came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Taken {
    /// The item, as a JSON pointer within the record.
    pub pointer: String,
    /// Its file.
    pub file: String,
    /// Its row, as the spreadsheet shows it; none in a PDF.
    pub row: Option<u32>,
}

/// What was built.
#[derive(Debug, Clone)]
pub struct Collected {
    /// The record of the document: whole if there was a head, else the list alone.
    pub record: Value,
    /// The date of the record, if it is whole and sound.
    pub date: Option<NaiveDate>,
    /// What was found in the record; without a head only what was found in its list.
    pub problems: Problems,
    /// The files that gave nothing.
    pub refused: Vec<Refused>,
    /// Where each item came from that files gave.
    pub taken: Vec<Taken>,
}

impl App {
    /// Whether a document is built from the records of others.
    #[must_use]
    pub fn is_collected(document: &Document) -> bool {
        document.list().is_some()
    }

    /// Begins to build the record of a document.
    ///
    /// # Errors
    /// A usage sentence if no document's records are collected in this one.
    pub fn collection(&self, document: &str) -> Result<Collection<'_>, Refusal> {
        let document = self.document(document)?;
        let list = self.list_of(document)?;
        Ok(Collection {
            app: self,
            document,
            list,
            items: Vec::new(),
            refused: Vec::new(),
            advice: Problems::default(),
            applicants: HashMap::new(),
            records: HashMap::new(),
        })
    }

    /// The list that others' records are collected in.
    pub(super) fn list_of<'a>(&self, document: &'a Document) -> Result<&'a str, Refusal> {
        document.list().ok_or_else(|| {
            let able = self.catalog().documents().filter(|known| Self::is_collected(known));
            let able: Vec<String> = able.map(|known| known.id.to_string()).collect();
            let offer = match able.as_slice() {
                [] => "本机没有能汇总的文书".to_owned(),
                able => format!("能汇总的有：{}", able.join("、")),
            };
            Refusal::Usage(format!("文书 {} 不由其他文书的数据汇总；{offer}", document.id))
        })
    }
}

impl Collection<'_> {
    /// Takes what a file brings: the records of a PDF that fit, or the rows of a spreadsheet; a file that
    /// has none is remembered with the reason. What is wrong in single rows is told in the end.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn take(&mut self, file: &str, bytes: &[u8]) -> Result<(), Refusal> {
        match self.items_of(file, bytes) {
            Ok(items) => self.items.extend(items),
            Err(Refusal::Usage(reason) | Refusal::OverLimit(reason)) => self.refuse(file, reason),
            Err(Refusal::Problems(problems)) => {
                let told = problems.to_mend().map(|problem| problem.sentence.as_str());
                let told = told.collect::<Vec<_>>().join("；");
                self.refuse(
                    file,
                    format!("数据未通过本机的检查：{told}；请让填写的人改正后重新生成"),
                );
            }
            Err(ours) => return Err(ours),
        }
        Ok(())
    }

    /// Remembers a file that cannot be taken.
    pub fn refuse(&mut self, file: &str, reason: String) {
        self.refused.push(Refused { file: file.to_owned(), reason });
    }

    /// The record, with a head: a JSON object with all other fields, whose own items come first.
    ///
    /// # Errors
    /// A head that is none, or faults.
    pub fn finish(mut self, head: Option<&[u8]>) -> Result<Collected, Refusal> {
        let mut record = match head {
            Some(bytes) => match intake::read(self.document, bytes) {
                Ok(head @ Value::Object(_)) => head,
                Ok(_) => {
                    return Err(Refusal::Usage("表头数据应为一个 JSON 对象（{ … }）".to_owned()));
                }
                Err(problems) => return Err(Refusal::Problems(problems)),
            },
            None => json!({}),
        };
        let own = match record.pointer(self.list) {
            Some(Value::Array(items)) => items.clone(),
            None | Some(Value::Null) => Vec::new(),
            Some(_) => {
                let what = format!("表头数据中的 {} 应为列表，或者不写", self.list);
                return Err(Refusal::Usage(what));
            }
        };
        let mut items = own.clone();
        let (mut taken, mut findings) = (Vec::new(), Vec::new());
        for item in std::mem::take(&mut self.items) {
            // Of a whole list the record's own rules tell what stands in it twice.
            let known = own.iter().position(|known| item.alone && *known == item.value);
            if let Some(at) = known {
                let what = format!("与表头数据中已有的第{}项完全相同，请去掉其中一个", at + 1);
                self.refuse(&item.file, what);
                continue;
            }
            let pointer = format!("{}/{}", self.list, items.len());
            findings.extend(
                item.findings.into_iter().map(|(below, it)| (format!("{pointer}{below}"), it)),
            );
            taken.push(Taken { pointer, file: item.file, row: item.row });
            items.push(item.value);
        }
        put(&mut record, self.list, items.into());
        let (mut problems, mut date) = (Problems::default(), None);
        // Of files that were all refused nothing is left to be checked.
        if !(taken.is_empty() && own.is_empty()) {
            let examined = self.app.check_read(self.document, record.clone(), findings)?;
            problems = examined.problems;
            if let [sound] = examined.records.as_slice() {
                record = self.document.schema.shape.ordered(&record);
                date = Some(sound.date());
            }
            if head.is_none() {
                // That the rest is not there need not be said.
                problems = problems.within(self.list);
            }
        }
        problems.join(self.advice);
        Ok(Collected { record, date, problems, refused: self.refused, taken })
    }
}

/// Puts a value at a pointer, making the groups on the way.
pub(super) fn put(record: &mut Value, pointer: &str, value: Value) {
    let mut group = record;
    let steps: Vec<String> = pointer.split('/').skip(1).map(unescape).collect();
    let Some((last, groups)) = steps.split_last() else { return };
    for step in groups {
        let Value::Object(map) = group else { return };
        group = map.entry(step.clone()).or_insert_with(|| Value::Object(Map::new()));
    }
    if let Value::Object(map) = group {
        map.insert(last.clone(), value);
    }
}

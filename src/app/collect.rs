//! Collect: the record of a document from the records that applicants' files carry.

use std::collections::HashMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::extract::carried_in;
use super::{App, Refusal};
use crate::catalog::{Document, Mapping, unescape};
use crate::digest::Digest;
use crate::finish::CarriedRecord;
use crate::intake::{self, Problems};
use crate::wording;

/// A document that is being built, file by file.
pub struct Collection<'a> {
    app: &'a App,
    document: &'a Document,
    /// The list that the records go into, as a JSON pointer.
    list: &'a str,
    items: Vec<Item>,
    refused: Vec<Refused>,
    /// The file that had an applicant, or just this record, first.
    applicants: HashMap<String, String>,
    records: HashMap<String, String>,
}

/// What a file gave.
struct Item {
    file: String,
    value: Value,
}

/// A file that gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its name.
    pub file: String,
    /// One Chinese sentence with the remedy.
    pub reason: String,
}

/// What was built.
#[derive(Debug, Clone)]
pub struct Collected {
    /// The record of the document: whole if there was a head, else the list alone.
    pub record: Value,
    /// The date of the record, if it is sound.
    pub date: Option<NaiveDate>,
    /// What was found in the whole record; nothing without a head.
    pub problems: Problems,
    /// The files that gave nothing.
    pub refused: Vec<Refused>,
    /// Each item that was taken, as a JSON pointer, with its file.
    pub taken: Vec<(String, String)>,
}

impl App {
    /// Whether a document is built from the records of others.
    #[must_use]
    pub fn is_collected(document: &Document) -> bool {
        document.manifest.from.values().any(|mapping| mapping.into.is_some())
    }

    /// Begins to build the record of a document.
    ///
    /// # Errors
    /// A usage sentence if no document's records are collected in this one.
    pub fn collection(&self, document: &str) -> Result<Collection<'_>, Refusal> {
        let document = self.document(document)?;
        let into = document.manifest.from.values().find_map(|mapping| mapping.into.as_ref());
        let Some(list) = into else {
            let able = self.catalog().documents().filter(|known| Self::is_collected(known));
            let able: Vec<String> = able.map(|known| known.id.to_string()).collect();
            let offer = match able.as_slice() {
                [] => "本机没有能汇总的文书".to_owned(),
                able => format!("能汇总的有：{}", able.join("、")),
            };
            let what = format!("文书 {} 不由其他文书的数据汇总；{offer}", document.id);
            return Err(Refusal::Usage(what));
        };
        Ok(Collection {
            app: self,
            document,
            list: list.get_ref(),
            items: Vec::new(),
            refused: Vec::new(),
            applicants: HashMap::new(),
            records: HashMap::new(),
        })
    }
}

impl Collection<'_> {
    /// Takes the records of a file that fit; a file that has none is remembered with the reason.
    ///
    /// # Errors
    /// A fault of ours.
    pub fn take(&mut self, file: &str, pdf: &[u8]) -> Result<(), Refusal> {
        match self.items_of(file, pdf) {
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

    fn items_of(&mut self, file: &str, pdf: &[u8]) -> Result<Vec<Item>, Refusal> {
        let records = carried_in(pdf)?;
        let mappings = &self.document.manifest.from;
        let into = |record: &CarriedRecord| -> Option<&Mapping> {
            let mapping = mappings.get(record.document.as_str())?;
            mapping.into.as_ref().filter(|into| into.get_ref() == self.list).map(|_| mapping)
        };
        let fitting: Vec<&CarriedRecord> =
            records.iter().filter(|record| into(record).is_some()).collect();
        if fitting.is_empty() {
            let has = records.iter().map(|record| self.called(&record.document));
            let has = has.collect::<Vec<_>>().join("、");
            let wanted = mappings.keys().map(|name| self.called(name.get_ref()));
            let wanted = wanted.collect::<Vec<_>>().join("、");
            let what = format!("随附的是{has}的数据，这里要{wanted}的");
            return Err(Refusal::Usage(what));
        }
        let mut items = Vec::new();
        for record in fitting {
            items.extend(self.item_of(file, record)?);
        }
        Ok(items)
    }

    /// The item that a record gives, unless it is another's repeated.
    fn item_of(&mut self, file: &str, record: &CarriedRecord) -> Result<Option<Item>, Refusal> {
        let digest = Digest::of(&record.json).as_str().to_owned();
        if let Some(first) = self.records.get(&digest) {
            let what = format!("数据与 {first} 完全相同，请去掉其中一个");
            return Err(Refusal::Usage(what));
        }
        let source = self.app.document(&record.document)?;
        let examined = self.app.check(&record.document, &record.json)?;
        let [sound] = examined.records.as_slice() else {
            return Err(Refusal::Problems(Box::new(examined.problems)));
        };
        if let Some(key) = wording::applicant_of(self.document, source, sound.complete())? {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            if let Some(first) = self.applicants.get(&key) {
                let what = format!("与 {first} 是同一申报主体（{key}），请只留一份");
                return Err(Refusal::Usage(what));
            }
            self.applicants.insert(key, file.to_owned());
        }
        self.records.insert(digest, file.to_owned());
        let made = wording::derive(self.document, source, sound.complete())?;
        Ok(made.map(|value| Item { file: file.to_owned(), value }))
    }

    fn called(&self, document: &str) -> String {
        match self.app.catalog().document(document) {
            Some(known) => format!("{}（{document}）", known.manifest.name),
            None => format!("“{document}”"),
        }
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
        let mut taken = Vec::new();
        for Item { file, value } in std::mem::take(&mut self.items) {
            if let Some(at) = own.iter().position(|known| *known == value) {
                let what = format!("与表头数据中已有的第{}项完全相同，请去掉其中一个", at + 1);
                self.refuse(&file, what);
            } else {
                taken.push((format!("{}/{}", self.list, items.len()), file));
                items.push(value);
            }
        }
        put(&mut record, self.list, items.into());
        let (mut problems, mut date) = (Problems::default(), None);
        // Of files that were all refused nothing is left to be checked.
        if head.is_some() && !(taken.is_empty() && own.is_empty()) {
            let input = record.to_string();
            let examined = self.app.check(&self.document.id.to_string(), input.as_bytes())?;
            problems = examined.problems;
            if let [sound] = examined.records.as_slice() {
                record = self.document.schema.shape.ordered(&record);
                date = Some(sound.date());
            }
        }
        Ok(Collected { record, date, problems, refused: self.refused, taken })
    }
}

/// Puts a value at a pointer, making the groups on the way.
fn put(record: &mut Value, pointer: &str, value: Value) {
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

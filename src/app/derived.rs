//! A document made from another's record: what the other gives, as the manifest says.

use serde_json::{Map, Value};

use super::collect::put;
use super::{App, Refusal};
use crate::catalog::Document;
use crate::intake::{self, Problems};
use crate::wording;

/// What another's record gives.
#[derive(Debug, Clone)]
pub struct Derived {
    /// Only what is derived: fields of the record, or its list.
    pub record: Value,
    /// What was found in the other's record; what must be mended there gave nothing.
    pub problems: Problems,
}

impl App {
    /// The documents whose records a document can be made from.
    pub fn sources(document: &Document) -> impl Iterator<Item = &str> {
        document.manifest.from.keys().map(|name| name.get_ref().as_str())
    }

    /// What a record of another document gives, also one that is unfinished. Whether it is sound is told by
    /// a check of the result.
    ///
    /// # Errors
    /// A usage sentence if the one is not made from the other, or a fault.
    pub fn derive(&self, document: &str, from: &str, input: &[u8]) -> Result<Derived, Refusal> {
        let target = self.document(document)?;
        if !Self::sources(target).any(|known| known == from) {
            let known: Vec<&str> = Self::sources(target).collect();
            let offer = match known.as_slice() {
                [] => "它不由其他文书得出".to_owned(),
                known => format!("可由 {} 得出", known.join("、")),
            };
            return Err(Refusal::Usage(format!("文书 {document} 不能由 {from} 得出；{offer}")));
        }
        let source = self.document(from)?;
        let examined = intake::examine(&self.catalog, source, input, self.most.rows)?;
        let complete = match (examined.records.first(), examined.drafts.first()) {
            (Some(record), _) => record.complete(),
            (None, Some(draft)) => draft.complete(),
            (None, None) => &Value::Null,
        };
        let given = match wording::derive(target, source, complete) {
            // An expression need not provide for what is missing.
            Err(_) if !examined.problems.is_sound() => {
                return Err(Refusal::Problems(Box::new(examined.problems)));
            }
            given => given?,
        };
        let mapping = target.manifest.from.get(from);
        let record = match mapping.and_then(|mapping| mapping.into.as_ref()) {
            Some(list) => {
                let mut record = Value::Object(Map::new());
                put(&mut record, list.get_ref(), given.into());
                record
            }
            None => given.into_iter().next().unwrap_or_default(),
        };
        Ok(Derived { record, problems: examined.problems })
    }
}

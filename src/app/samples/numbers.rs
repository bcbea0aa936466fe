//! The paper of a numbered document as a batch issues it: with a number and a code, both of which must be on
//! it. A number that is registered and stands on no paper cannot be taken back.

use std::path::Path;

use super::refused;
use crate::app::issued::{ADDRESS, CODE, sheet_as_issued, with_code};
use crate::app::{App, Options, Refusal};
use crate::catalog::Document;
use crate::fault::Fault;
use crate::intake::{self, Record};
use crate::wording::{Sheet, numbering};

/// Two serials whose numbers must look different.
const SERIALS: [u64; 2] = [12, 34];

/// Another address and another code.
const OTHER: (&str, &str) = ("https://chengwen.amr.example.gov.cn", "2345678923456789");

impl App {
    /// Prints the record of a sample as a batch would, and holds it against papers of another number and
    /// another code.
    pub(super) fn try_issued(
        &self,
        document: &Document,
        path: &Path,
        record: &Record,
    ) -> Vec<Fault> {
        let Some(numbered) = &document.manifest.numbered else { return Vec::new() };
        let tried = || -> Result<Vec<String>, Refusal> {
            let sheet = sheet_as_issued(document, record)?;
            let records = std::slice::from_ref(record);
            let sheets = vec![sheet.clone()];
            let mut found = Vec::new();
            for file in self.typeset_singles(document, records, sheets, Options::default())? {
                found.extend(self.seen_in(document, &file));
            }
            let mut papers = Vec::new();
            for serial in SERIALS {
                let number = numbering::number(document, record, serial)?;
                let own = Sheet::of(document, &intake::numbered(document, record, &number)?)?;
                papers.push(self.look_of(document, with_code(own, ADDRESS, CODE))?);
            }
            if papers.first() == papers.last() {
                let at = numbered.at.get_ref();
                found.push(format!("纸上没有编号：两个不同的编号（{at}）印出来一样"));
            }
            let other = with_code(sheet.clone(), OTHER.0, OTHER.1);
            if self.look_of(document, sheet)? == self.look_of(document, other)? {
                let what = "纸上没有查验码：版面没有印 sheet.verify（二维码和查验码）";
                found.push(what.to_owned());
            }
            Ok(found)
        };
        let told =
            |what: String| Fault::at(path, format!("按成批印制（有编号和查验码）印：{what}"));
        match tried() {
            Ok(found) => found.into_iter().map(told).collect(),
            Err(refusal) => {
                refused(refusal, None).iter().map(|fault| told(fault.to_string())).collect()
            }
        }
    }
}

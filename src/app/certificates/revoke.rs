//! Certificates taken back (撤销), and the data of the notice that tells of it.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::reason;
use crate::app::{Batches, Refusal};
use crate::registry::{Certificate, Changed};
use crate::wording;

/// What was revoked.
#[derive(Debug, Clone, PartialEq)]
pub struct Revoked {
    /// The numbers.
    pub numbers: Vec<String>,
    /// The document of the notice (`programme/document`) and its data; none where no notice is foreseen.
    pub notice: Option<(String, Value)>,
}

impl Batches {
    /// Revokes certificates, all of them or none, and gives the data of the notice; with another number,
    /// that certificate stands for them from now on. Only on a thread for blocking work.
    ///
    /// # Errors
    /// A reason that is missing or cannot be printed in the notice; numbers that are unknown or not good;
    /// certificates of several documents at once; faults.
    pub fn revoke(
        &self,
        numbers: &[String],
        who: &str,
        why: &str,
        replaced_by: Option<&str>,
        day: NaiveDate,
        handle: &Handle,
    ) -> Result<Revoked, Refusal> {
        let why = reason(why)?;
        if why.is_empty() {
            return Err(Refusal::Usage("请写明撤销的原因（why）".to_owned()));
        }
        let mut once: Vec<String> = Vec::new();
        for number in numbers {
            if !once.contains(number) {
                once.push(number.clone());
            }
        }
        let registry = self.ledger().registry();
        let mut kept = Vec::new();
        let mut unknown = Vec::new();
        for number in &once {
            match handle.block_on(registry.find(number))? {
                Some(certificate) => kept.push(certificate),
                None => unknown.push(number.as_str()),
            }
        }
        if !unknown.is_empty() {
            return Err(Refusal::Usage(format!("登记簿里没有编号{}", unknown.join("、"))));
        }
        // Made and looked at before anything is revoked: a reason that no notice can bear is mended first.
        let notice = self.notice(&kept, &why, day)?;
        let day = day.to_string();
        match handle.block_on(registry.revoke(&once, replaced_by, who, &why, &day))? {
            Changed::Done => Ok(Revoked { numbers: once, notice }),
            Changed::Unknown => Err(Refusal::Usage("登记簿里没有这个编号".to_owned())),
            Changed::Not(why) => Err(Refusal::Usage(format!("{why}；都没有撤销"))),
        }
    }

    /// The notice of these certificates, if their document names one.
    fn notice(
        &self,
        kept: &[Certificate],
        why: &str,
        day: NaiveDate,
    ) -> Result<Option<(String, Value)>, Refusal> {
        let Some(first) = kept.first() else {
            return Err(Refusal::Usage("请写明要撤销的编号".to_owned()));
        };
        if kept.iter().any(|other| other.document != first.document) {
            let what = "这些证书不是同一种文书，公告也不同，请分开撤销";
            return Err(Refusal::Usage(what.to_owned()));
        }
        let document = self.app().document(&first.document)?;
        let numbered = document.manifest.numbered.as_ref();
        let Some(mapping) = numbered.and_then(|numbered| numbered.revocation.as_ref()) else {
            return Ok(None);
        };
        let entries: Vec<Value> = kept
            .iter()
            .map(|kept| {
                json!({
                    "number": kept.number,
                    "holder": kept.holder,
                    "credit_code": kept.credit_code,
                    "title": kept.title,
                    "issuer": kept.issuer,
                    "issued_on": kept.issued_on,
                    "why": why,
                    "revoked_on": day.to_string(),
                })
            })
            .collect();
        let name = mapping.document.get_ref().clone();
        // In the order of the paper, as people will read it.
        let shape = &self.app().document(&name)?.schema.shape;
        let record = shape.ordered(&wording::revocation(document, &entries)?);
        let examined = self.app().check(&name, record.to_string().as_bytes())?;
        if !examined.problems.is_sound() {
            return Err(Refusal::Problems(Box::new(examined.problems)));
        }
        Ok(Some((name, record)))
    }
}

//! Certificates taken back (撤销), and the data of the notice that tells of it.

use chrono::NaiveDate;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::reason;
use crate::app::{Batches, Refusal};
use crate::fault::Fault;
use crate::registry::{Certificate, Changed};
use crate::store::today;
use crate::wording;

/// What was revoked.
#[derive(Debug, Clone, PartialEq)]
pub struct Revoked {
    /// The numbers.
    pub numbers: Vec<String>,
    /// The document of the notice (`programme/document`) and its data; none where no notice is foreseen,
    /// and of certificates that others stand for.
    pub notice: Option<(String, Value)>,
    /// What is to be looked at once more.
    pub notes: Vec<String>,
}

/// A certificate that was taken back, why and when.
struct TakenBack<'a> {
    kept: &'a Certificate,
    why: String,
    day: String,
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
        let once = once(numbers);
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
        refuse_day(&kept, day)?;
        let day = day.to_string();
        let mut notes = Vec::new();
        let notice = match replaced_by {
            // Made and looked at before anything is revoked: a reason that no notice can bear is mended
            // first.
            None => self.notice(&taken_back(&kept, &why, &day))?,
            Some(other) => {
                notes = self.unlike(&kept, other, handle)?;
                None
            }
        };
        match handle.block_on(registry.revoke(&once, replaced_by, who, &why, &day))? {
            Changed::Done => Ok(Revoked { numbers: once, notice, notes }),
            Changed::Unknown => Err(Refusal::Usage("登记簿里没有这个编号".to_owned())),
            Changed::Not(why) => Err(Refusal::Usage(format!("{why}；都没有撤销"))),
        }
    }

    /// Refuses a file for a notice where none will come of it. Only on a thread for blocking work.
    ///
    /// # Errors
    /// A usage sentence, or a fault; numbers that are unknown are told when they are revoked.
    pub fn refuse_notice(
        &self,
        numbers: &[String],
        replaced_by: Option<&str>,
        handle: &Handle,
    ) -> Result<(), Refusal> {
        let what = "不要写 -o（没有撤销任何一份）";
        if replaced_by.is_some() {
            return Err(Refusal::Usage(format!("换发的没有撤销公告，{what}")));
        }
        for number in numbers {
            let kept = handle.block_on(self.ledger().registry().find(number))?;
            let Some(kept) = kept else { continue };
            let document = self.app().document(&kept.document).ok();
            let numbered = document.and_then(|it| it.manifest.numbered.as_ref());
            if numbered.is_none_or(|numbered| numbered.revocation.is_none()) {
                return Err(Refusal::Usage(format!("这种证书没有撤销公告，{what}")));
            }
        }
        Ok(())
    }

    /// The data of the notice of certificates that are revoked already. Only on a thread for blocking work.
    ///
    /// # Errors
    /// Numbers that are unknown or not revoked; certificates of several documents at once; faults.
    pub fn notice_again(
        &self,
        numbers: &[String],
        handle: &Handle,
    ) -> Result<Option<(String, Value)>, Refusal> {
        let registry = self.ledger().registry();
        let mut found = Vec::new();
        let mut slips = Vec::new();
        for number in &once(numbers) {
            let kept = handle.block_on(registry.find(number))?;
            let Some(kept) = kept.filter(|kept| kept.state == "revoked") else {
                slips.push(number.clone());
                continue;
            };
            let history = handle.block_on(registry.history_of(number))?;
            let entry = history.into_iter().rev().find(|entry| entry.what == "revoked");
            let entry = entry.ok_or_else(|| Fault::new(format!("{number}没有撤销的记录")))?;
            let facts: Value = serde_json::from_str(&entry.facts).unwrap_or_default();
            let day = facts["day"].as_str().unwrap_or_default().to_owned();
            found.push((kept, entry.why, day));
        }
        if !slips.is_empty() {
            return Err(Refusal::Usage(format!("{}没有撤销，没有公告", slips.join("、"))));
        }
        let taken: Vec<TakenBack<'_>> = found
            .iter()
            .map(|(kept, why, day)| TakenBack { kept, why: why.clone(), day: day.clone() })
            .collect();
        self.notice(&taken)
    }

    /// What a clerk should look at before another certificate stands for these: that it is another holder's.
    fn unlike(
        &self,
        kept: &[Certificate],
        other: &str,
        handle: &Handle,
    ) -> Result<Vec<String>, Refusal> {
        let Some(new) = handle.block_on(self.ledger().registry().find(other))? else {
            return Ok(Vec::new());
        };
        let unlike = kept.iter().filter(|old| {
            let codes = old.credit_code.as_ref().zip(new.credit_code.as_ref());
            codes.map_or(old.holder != new.holder, |(old, new)| old != new)
        });
        let note = |old: &Certificate| {
            let (was, is) = (&old.holder, &new.holder);
            format!("{}是“{was}”的，{other}是“{is}”的，看来不是同一持有者，请核对", old.number)
        };
        Ok(unlike.map(note).collect())
    }

    /// The notice of these certificates, if their document names one.
    fn notice(&self, taken: &[TakenBack<'_>]) -> Result<Option<(String, Value)>, Refusal> {
        let Some(first) = taken.first().map(|taken| taken.kept) else {
            return Err(Refusal::Usage("请写明要撤销的编号".to_owned()));
        };
        if taken.iter().any(|other| other.kept.document != first.document) {
            let what = "这些证书不是同一种文书，公告也不同，请分开撤销";
            return Err(Refusal::Usage(what.to_owned()));
        }
        // What was taken away from the templates can be revoked all the same.
        let Ok(document) = self.app().document(&first.document) else { return Ok(None) };
        let numbered = document.manifest.numbered.as_ref();
        let Some(mapping) = numbered.and_then(|numbered| numbered.revocation.as_ref()) else {
            return Ok(None);
        };
        let entries: Vec<Value> = taken
            .iter()
            .map(|TakenBack { kept, why, day }| {
                json!({
                    "number": kept.number,
                    "holder": kept.holder,
                    "credit_code": kept.credit_code,
                    "title": kept.title,
                    "issuer": kept.issuer,
                    "issued_on": kept.issued_on,
                    "why": why,
                    "revoked_on": day,
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

/// Each number once, in the order given.
fn once(numbers: &[String]) -> Vec<String> {
    let mut once: Vec<String> = Vec::new();
    for number in numbers {
        if !once.contains(number) {
            once.push(number.clone());
        }
    }
    once
}

fn taken_back<'a>(kept: &'a [Certificate], why: &str, day: &str) -> Vec<TakenBack<'a>> {
    let one = |kept| TakenBack { kept, why: why.to_owned(), day: day.to_owned() };
    kept.iter().map(one).collect()
}

/// A certificate is taken back at once, so on no day that is yet to come, and on none before it was given.
fn refuse_day(kept: &[Certificate], day: NaiveDate) -> Result<(), Refusal> {
    let now = today();
    if day > now {
        let what = format!("撤销的日期（{day}）晚于今天（{now}）；撤销是立即生效的，请到那天再办");
        return Err(Refusal::Usage(what));
    }
    let day = day.to_string();
    let before: Vec<&str> =
        kept.iter().filter(|kept| kept.issued_on > day).map(|kept| kept.number.as_str()).collect();
    if before.is_empty() {
        return Ok(());
    }
    let what = format!("撤销的日期（{day}）早于颁发的日期：{}", before.join("、"));
    Err(Refusal::Usage(what))
}

//! The audit (审计): the history signed anew from its beginning, and told again, must give the registry.

use std::collections::BTreeMap;

use futures_util::TryStreamExt;
use serde_json::{Map, Value};

use super::history::{BEGINNING, COLUMNS, Entry, EntryRow};
use super::{Certificate, Registry};
use crate::digest::Digest;
use crate::fault::Fault;

/// So many slips are told; whoever has more has another registry.
const TOLD: usize = 100;

/// What an audit found.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Audit {
    /// How many entries the history has.
    pub entries: i64,
    /// How many numbers the registry has.
    pub numbers: usize,
    /// The signature of the last entry: whoever keeps it elsewhere can tell later whether the history up
    /// to it is still the same.
    pub head: String,
    /// Which entry has the signature that was kept elsewhere.
    pub kept_at: Option<i64>,
    /// What does not agree; none, and the registry is whole.
    pub slips: Vec<String>,
    /// How many slips are not told.
    pub untold: usize,
}

/// What the history tells of one number.
#[derive(Default)]
struct Told {
    /// The columns of the certificate.
    columns: Map<String, Value>,
    state: &'static str,
    replaced_by: Option<String>,
}

impl Audit {
    /// Whether all agrees.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.slips.is_empty()
    }

    fn slip(&mut self, what: String) {
        if self.slips.len() < TOLD {
            self.slips.push(what);
        } else {
            self.untold += 1;
        }
    }
}

impl Registry {
    /// Audits the whole registry; `head` is a signature that was kept elsewhere.
    ///
    /// # Errors
    /// A database that cannot be read; what does not agree is part of the answer.
    pub async fn audit(&self, head: Option<&str>) -> Result<Audit, Fault> {
        let mut audit = Audit::default();
        let mut told: BTreeMap<String, Told> = BTreeMap::new();
        let mut passed: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        let mut before = BEGINNING.to_owned();
        // One look at one moment: what is issued meanwhile does not disturb it.
        let begun = self.store.pool().begin().await;
        let mut look = begun.map_err(|error| self.store.fault(&error))?;
        let sql = format!("SELECT {COLUMNS} FROM history ORDER BY entry");
        let mut entries = sqlx::query_as::<_, EntryRow>(sqlx::AssertSqlSafe(sql)).fetch(&mut *look);
        while let Some(row) = entries.try_next().await.map_err(|error| self.store.fault(&error))? {
            let entry = Entry::of(row);
            audit.entries += 1;
            if entry.entry != audit.entries {
                let (wanted, found) = (audit.entries, entry.entry);
                audit.slip(format!("变更记录应有第{wanted}条，下一条却是第{found}条"));
                audit.entries = entry.entry;
            }
            if entry.signed(&before) != entry.hash {
                audit.slip(format!(
                    "变更记录第{}条（{}，{}）与签名不符：它或它前面的记录被改过",
                    entry.entry,
                    entry.number,
                    entry.title()
                ));
            }
            before.clone_from(&entry.hash);
            if head.is_some_and(|head| head.eq_ignore_ascii_case(&entry.hash)) {
                audit.kept_at = Some(entry.entry);
            }
            retell(&mut audit, &mut told, &mut passed, &entry);
        }
        drop(entries);
        audit.head = before;
        if let Some(head) = head
            && audit.kept_at.is_none()
        {
            audit.slip(format!(
                "变更记录里没有另存的签名 {head}：从那时起，记录被换过、截断过，或者这不是同一本登记簿"
            ));
        }
        let mut serials: BTreeMap<String, Vec<i64>> = passed;
        let mut certificates =
            sqlx::query_as::<_, Certificate>("SELECT * FROM certificate ORDER BY number")
                .fetch(&mut *look);
        while let Some(kept) =
            certificates.try_next().await.map_err(|error| self.store.fault(&error))?
        {
            audit.numbers += 1;
            if let (Some(counter), Some(serial)) = (&kept.counter, kept.serial) {
                serials.entry(counter.clone()).or_default().push(serial);
            }
            match told.remove(&kept.number) {
                Some(told) => compare(&mut audit, &kept, &told),
                None => {
                    let number = &kept.number;
                    audit.slip(format!("登记簿里的{number}没有编号的记录"));
                }
            }
        }
        drop(certificates);
        for number in told.keys() {
            audit.slip(format!("{number}有编号的记录，登记簿里却没有"));
        }
        let counters: Vec<(String, i64)> = sqlx::query_as("SELECT name, last FROM counter")
            .fetch_all(&mut *look)
            .await
            .map_err(|error| self.store.fault(&error))?;
        for (name, last) in counters {
            let mut found = serials.remove(&name).unwrap_or_default();
            found.sort_unstable();
            found.dedup();
            let whole: Vec<i64> = (1..=last).collect();
            if found != whole {
                let missing: Vec<String> = whole
                    .iter()
                    .filter(|serial| found.binary_search(serial).is_err())
                    .take(10)
                    .map(ToString::to_string)
                    .collect();
                audit.slip(match missing.as_slice() {
                    [] => format!("计数“{name}”止于{last}，却有更大的序号"),
                    missing => format!("计数“{name}”的序号{}没有去向", missing.join("、")),
                });
            }
        }
        for name in serials.keys() {
            audit.slip(format!("计数“{name}”不见了"));
        }
        Ok(audit)
    }
}

/// Tells an entry again.
fn retell(
    audit: &mut Audit,
    told: &mut BTreeMap<String, Told>,
    passed: &mut BTreeMap<String, Vec<i64>>,
    entry: &Entry,
) {
    let facts: Value = serde_json::from_str(&entry.facts).unwrap_or_default();
    let slip = |what: &str| format!("变更记录第{}条：{}{what}", entry.entry, entry.number);
    if entry.what == "passed" {
        let counter = facts["counter"].as_str().unwrap_or_default().to_owned();
        passed.entry(counter).or_default().push(facts["serial"].as_i64().unwrap_or(0));
        return;
    }
    if entry.what == "reserved" {
        let columns = facts.as_object().cloned().unwrap_or_default();
        let new = Told { columns, state: "reserved", replaced_by: None };
        if told.insert(entry.number.clone(), new).is_some() {
            audit.slip(slip("编了两次号"));
        }
        return;
    }
    let Some(known) = told.get_mut(&entry.number) else {
        audit.slip(slip("没有编过号"));
        return;
    };
    let (from, to): (&[&str], &str) = match entry.what.as_str() {
        "issued" => (&["reserved"], "issued"),
        "voided" => (&["reserved"], "void"),
        "reprinted" => (&["issued", "reprinted"], "reprinted"),
        "revoked" => (&["issued", "reprinted"], "revoked"),
        "replaced" => (&["issued", "reprinted"], "replaced"),
        _ => {
            audit.slip(slip("有不认识的变更"));
            return;
        }
    };
    if !from.contains(&known.state) {
        audit.slip(slip(&format!("的变更“{}”接不上前面的状态", entry.title())));
    }
    known.state = match to {
        "issued" => "issued",
        "void" => "void",
        "reprinted" => "reprinted",
        "revoked" => "revoked",
        _ => "replaced",
    };
    match entry.what.as_str() {
        "issued" => known.columns.extend(facts.as_object().cloned().unwrap_or_default()),
        "replaced" => known.replaced_by = facts["replaced_by"].as_str().map(str::to_owned),
        _ => {}
    }
}

/// Compares a certificate with what the history tells of it.
fn compare(audit: &mut Audit, kept: &Certificate, told: &Told) {
    let number = &kept.number;
    if kept.state != told.state || kept.replaced_by != told.replaced_by {
        audit.slip(format!("{number}的状态与变更记录不符"));
    }
    if Digest::of(kept.record.as_bytes()).as_str() != kept.digest {
        audit.slip(format!("{number}的数据被改过：与它的摘要不符"));
    }
    let mut columns = serde_json::to_value(kept).unwrap_or_default();
    columns["code"] = Digest::of(kept.code.as_bytes()).as_str().into();
    for (name, value) in &told.columns {
        // What the history tells of the file's making is not a column.
        if columns.get(name).is_some_and(|kept| kept != value) {
            audit.slip(format!("{number}的“{name}”与变更记录不符"));
        }
    }
}

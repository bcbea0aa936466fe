//! What becomes of a number after it was reserved: issued, printed again, replaced, revoked, voided.

use std::collections::HashSet;

use serde_json::{Value, json};
use sqlx::{Sqlite, Transaction};

use super::history::{Event, Happened};
use super::{Certificate, PORTION, Registry};
use crate::fault::Fault;

/// A file in which certificates were issued or printed again.
#[derive(Debug, Clone)]
pub struct Issue<'a> {
    /// The work of printing.
    pub print: &'a str,
    /// SHA-256 of the file.
    pub sha256: &'a str,
    /// Form and print options, as canonical JSON.
    pub options: &'a str,
    /// Digest of the template.
    pub template: &'a str,
    /// Digest of the fonts.
    pub fonts: &'a str,
}

/// Where a certificate stands.
#[derive(Debug, Clone)]
pub(crate) struct Standing {
    pub(crate) number: String,
    /// The page of the file, from 1.
    pub(crate) page: usize,
    /// Where its pages are kept, from which page (from 0), and how many.
    pub(crate) run: String,
    pub(crate) run_page: usize,
    pub(crate) run_pages: usize,
}

/// What a change came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Changed {
    /// It is done.
    Done,
    /// There is no such number.
    Unknown,
    /// It cannot be: its state, or that of the number that is to stand for it.
    Not(String),
}

impl Registry {
    /// Writes down that these were issued in a file, as part of a change. Those that were issued before
    /// stay as they are.
    pub(crate) async fn issued(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        who: &str,
        issue: &Issue<'_>,
        standing: &[Standing],
    ) -> Result<(), Fault> {
        // In portions, so that memory does not grow with the file.
        for some in standing.chunks(PORTION) {
            self.some_issued(change, who, issue, some).await?;
        }
        Ok(())
    }

    async fn some_issued(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        who: &str,
        issue: &Issue<'_>,
        standing: &[Standing],
    ) -> Result<(), Fault> {
        let sql = "SELECT asked.key FROM json_each(?) AS asked
            JOIN certificate ON certificate.number = asked.value AND certificate.state = 'reserved'
            ORDER BY asked.key";
        let numbers: Vec<&str> = standing.iter().map(|it| it.number.as_str()).collect();
        let fresh: Vec<(i64,)> = sqlx::query_as(sql)
            .bind(json!(numbers).to_string())
            .fetch_all(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let fresh = fresh.into_iter().filter_map(|(at,)| standing.get(usize::try_from(at).ok()?));
        let (mut rows, mut events) = (Vec::new(), Vec::new());
        for it in fresh {
            let facts = json!({
                "print": issue.print, "sha256": issue.sha256, "page": it.page, "options": issue.options,
                "template": issue.template, "fonts": issue.fonts,
                "run": it.run, "run_page": it.run_page, "run_pages": it.run_pages,
            });
            let mut row = facts.clone();
            row["number"] = it.number.as_str().into();
            rows.push(row);
            let number = it.number.clone();
            events.push(Event { what: Happened::Issued, number, why: String::new(), facts });
        }
        let sql = "UPDATE certificate SET state = 'issued', sha256 = new.value->>'sha256',
                page = new.value->>'page', options = new.value->>'options',
                template = new.value->>'template', fonts = new.value->>'fonts', run = new.value->>'run',
                run_page = new.value->>'run_page', run_pages = new.value->>'run_pages'
            FROM json_each(?) AS new WHERE certificate.number = new.value->>'number'";
        sqlx::query(sql)
            .bind(Value::from(rows).to_string())
            .execute(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        self.append(change, who, events).await
    }

    /// Writes down that these were printed again, as part of a change.
    pub(crate) async fn printed_again(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        who: &str,
        why: &str,
        numbers: Vec<String>,
        facts: &Value,
    ) -> Result<(), Fault> {
        // One that was revoked while it was being printed stays revoked.
        let sql =
            "UPDATE certificate SET state = 'reprinted' WHERE state IN ('issued', 'reprinted')
            AND number IN (SELECT value FROM json_each(?)) RETURNING number";
        let printed: Vec<(String,)> = sqlx::query_as(sql)
            .bind(json!(numbers).to_string())
            .fetch_all(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let printed: HashSet<String> = printed.into_iter().map(|it| it.0).collect();
        let event = |number: &String| Event {
            what: Happened::Reprinted,
            number: number.clone(),
            why: why.to_owned(),
            facts: facts.clone(),
        };
        let numbers: Vec<String> =
            numbers.into_iter().filter(|number| printed.contains(number)).collect();
        for some in numbers.chunks(PORTION) {
            self.append(change, who, some.iter().map(event).collect()).await?;
        }
        Ok(())
    }

    /// Voids numbers that were reserved and will not be issued, as part of a change.
    pub(crate) async fn void(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        who: &str,
        numbers: Vec<(String, String)>,
    ) -> Result<(), Fault> {
        let all: Vec<&str> = numbers.iter().map(|(number, _)| number.as_str()).collect();
        let sql = "UPDATE certificate SET state = 'void' WHERE state = 'reserved'
            AND number IN (SELECT value FROM json_each(?)) RETURNING number";
        let voided: Vec<(String,)> = sqlx::query_as(sql)
            .bind(json!(all).to_string())
            .fetch_all(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let voided: HashSet<String> = voided.into_iter().map(|it| it.0).collect();
        let events = numbers.into_iter().filter(|(number, _)| voided.contains(number));
        let event = |(number, why)| Event { what: Happened::Voided, number, why, facts: json!({}) };
        self.append(change, who, events.map(event).collect()).await
    }

    /// Writes down that one certificate is printed again.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn reprint(
        &self,
        number: &str,
        who: &str,
        why: &str,
        facts: &Value,
    ) -> Result<Changed, Fault> {
        let mut change = self.store.change().await?;
        let Some(kept) = self.kept(&mut change, number).await? else {
            return Ok(Changed::Unknown);
        };
        if !matches!(kept.state.as_str(), "issued" | "reprinted") {
            return Ok(Changed::Not(standing_of(&kept)));
        }
        self.printed_again(&mut change, who, why, vec![number.to_owned()], facts).await?;
        self.commit(change).await.map(|()| Changed::Done)
    }

    /// Revokes certificates, all of them or none; with another number, that one stands for them from now
    /// on.
    ///
    /// # Errors
    /// A fault of the data directory.
    pub async fn revoke(
        &self,
        numbers: &[String],
        replaced_by: Option<&str>,
        who: &str,
        why: &str,
        day: &str,
    ) -> Result<Changed, Fault> {
        let mut change = self.store.change().await?;
        let mut slips = Vec::new();
        for number in numbers {
            match self.kept(&mut change, number).await? {
                None => slips.push(format!("登记簿里没有编号{number}")),
                Some(kept) if !matches!(kept.state.as_str(), "issued" | "reprinted") => {
                    slips.push(standing_of(&kept));
                }
                Some(_) => {}
            }
        }
        if let Some(other) = replaced_by {
            let good = self.kept(&mut change, other).await?.is_some_and(|kept| {
                !numbers.contains(&kept.number)
                    && matches!(kept.state.as_str(), "issued" | "reprinted")
            });
            if !good {
                slips.push(format!("换发的新证书{other}不在登记簿中，或者不是有效的证书"));
            }
        }
        if !slips.is_empty() {
            return Ok(Changed::Not(slips.join("；")));
        }
        let (what, state) = match replaced_by {
            Some(_) => (Happened::Replaced, "replaced"),
            None => (Happened::Revoked, "revoked"),
        };
        let sql = "UPDATE certificate SET state = ?, replaced_by = ?
            WHERE number IN (SELECT value FROM json_each(?))";
        sqlx::query(sql)
            .bind(state)
            .bind(replaced_by)
            .bind(json!(numbers).to_string())
            .execute(&mut *change)
            .await
            .map_err(|error| self.store.fault(&error))?;
        let facts = json!({ "day": day, "replaced_by": replaced_by });
        let event = |number: &String| Event {
            what,
            number: number.clone(),
            why: why.to_owned(),
            facts: facts.clone(),
        };
        self.append(&mut change, who, numbers.iter().map(event).collect()).await?;
        self.commit(change).await.map(|()| Changed::Done)
    }

    async fn kept(
        &self,
        change: &mut Transaction<'static, Sqlite>,
        number: &str,
    ) -> Result<Option<Certificate>, Fault> {
        sqlx::query_as("SELECT * FROM certificate WHERE number = ?")
            .bind(number)
            .fetch_optional(&mut **change)
            .await
            .map_err(|error| self.store.fault(&error))
    }

    async fn commit(&self, change: Transaction<'static, Sqlite>) -> Result<(), Fault> {
        change.commit().await.map_err(|error| self.store.fault(&error))
    }
}

/// Why nothing more can become of it.
fn standing_of(kept: &Certificate) -> String {
    let number = &kept.number;
    match (kept.state.as_str(), &kept.replaced_by) {
        ("reserved", _) => format!("证书{number}还没有颁发"),
        ("void", _) => format!("编号{number}已作废，没有颁发过证书"),
        ("replaced", Some(other)) => format!("证书{number}已换发为{other}"),
        _ => format!("证书{number}已撤销"),
    }
}

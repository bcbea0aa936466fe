//! Rows of a batch printed once more, with the numbers that they hold: what is in force, as it is now.

use super::accept::chunk_of;
use super::{BatchOptions, Batches, Order};
use crate::app::Refusal;
use crate::app::certificates::reason;
use crate::jobs::{NewPrint, Print, PrintState, ended_by, signed};

/// A print of rows that were accepted before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Again {
    /// The print.
    pub print: Print,
    /// What is to be known of it.
    pub notes: Vec<String>,
}

impl Batches {
    /// The print of some rows of a batch that was accepted, as they hold their numbers: the one that
    /// exists, or a new one, of those whose certificates are in force.
    ///
    /// # Errors
    /// Rows that the batch does not have, or none of which is in force; a batch that was cancelled; a full
    /// queue; faults.
    pub async fn print(
        &self,
        batch: &str,
        range: (usize, usize),
        options: &BatchOptions,
        who: &str,
        why: &str,
    ) -> Result<Again, Refusal> {
        let why = reason(why)?;
        self.print_as(batch, Some(range), options, (who, &why), false).await
    }

    /// The same, of all rows without a range; `as_issued`, and the file that issued the rows is wanted, whatever has changed since.
    pub(super) async fn print_as(
        &self,
        batch: &str,
        range: Option<(usize, usize)>,
        options: &BatchOptions,
        (who, why): (&str, &str),
        as_issued: bool,
    ) -> Result<Again, Refusal> {
        let unknown = || Refusal::Usage(format!("没有批次 {batch}"));
        let known = self.ledger.batch(batch).await?.ok_or_else(unknown)?;
        if let Some(why) = known.cancelled {
            let what = format!(
                "批次 {batch} 已取消（{why}），其编号已作废；要重新受理，命令行加 --new，接口换一个 Idempotency-Key"
            );
            return Err(Refusal::Usage(what));
        }
        let rows = usize::try_from(known.rows).unwrap_or(0);
        let range = range.unwrap_or((1, rows));
        if range.0 < 1 || range.0 > range.1 || range.1 > rows {
            let what = format!("这一批共 {rows} 份，没有第 {}-{} 份", range.0, range.1);
            return Err(Refusal::Usage(what));
        }
        let document = self.app.document(&known.document)?;
        self.refuse_misfits(document, options, None)?;
        let (template, fonts) =
            (document.digest.as_str(), self.app.catalog().fonts().digest().as_str());
        let prints = self.ledger.prints_of(batch).await?;
        let made = prints.iter().find(|print| print.issues);
        let wanted = (signed(range.0), signed(range.1));
        let ended = self.ledger.out_of_force(batch, wanted).await?;
        let mut notes = Vec::new();
        let now = self.house.verify_at.as_deref().filter(|_| document.manifest.numbered.is_some());
        let elsewhere = now.filter(|now| known.verify_at.as_deref() != Some(*now));
        let plain = Order::of(options.clone());
        let unchanged = ended.is_empty() && elsewhere.is_none();
        // A file that was removed is made again only if it would be the same.
        let gone = |made: &Print| made.state == PrintState::Done && made.file.is_none();
        let same = |made: &Print| made.template == template && made.fonts == fonts;
        let issued = made.filter(|made| {
            let wanted = made.range == wanted && made.options == plain.written();
            let still = made.state != PrintState::Done || unchanged || (as_issued && !gone(made));
            wanted && still && (!gone(made) || same(made))
        });
        if let Some(made) = issued {
            self.ledger.go_on(made, template, fonts).await?;
            let print = self.ledger.print(&made.id).await?.unwrap_or_else(|| made.clone());
            if let Some(list) = list_of(&ended) {
                notes.push(format!(
                    "文件里有{list}，不要再发出；只印有效的，用 --only（接口 …/prints）"
                ));
            }
            if let Some(now) = elsewhere {
                let then = verified_then(known.verify_at.as_deref());
                notes.push(format!(
                    "文件是受理时印的，{then}；要印现在的查验网址（{now}），用 --only 1-{rows}（接口 …/prints?only=1-{rows}）补印"
                ));
            }
            return Ok(Again { print, notes });
        }
        if made.is_some_and(|made| made.state != PrintState::Done) {
            let what = "这一批还没有印完，印完后才能按别的选项重印；先用原来的选项再运行一次";
            return Err(Refusal::Usage(what.to_owned()));
        }
        if let Some(list) = list_of(&ended) {
            if ended.len() == range.1 - range.0 + 1 {
                return Err(Refusal::Usage(format!("{list}，不能再印")));
            }
            notes.push(format!("没有印{list}"));
        }
        if let Some(now) = elsewhere {
            let then = verified_then(known.verify_at.as_deref());
            notes.push(format!("这一批受理时{then}，这次印现在的查验网址（{now}）"));
        } else if now.is_none() && known.verify_at.is_none() {
            notes.extend(self.notes_of_new(document.manifest.numbered.is_some()));
        }
        if made.is_some_and(|made| made.template != template || made.fonts != fonts) {
            let what = "模板或字体在颁发后改过，这次按现在的版式印；要与颁发时一样的，用 chengwen registry reprint 编号 --from issued";
            notes.push(what.to_owned());
        }
        let without = ended.iter().map(|(row, ..)| *row).collect();
        let verify_at = elsewhere.map(str::to_owned);
        let order = Order { options: options.clone(), verify_at, why: why.to_owned(), without };
        let written = order.written();
        let like =
            |print: &&Print| print.range == wanted && print.options == written && !print.issues;
        let as_now = prints.iter().rfind(|print| like(print) && same(print));
        let unfinished = || prints.iter().rfind(|it| like(it) && it.state != PrintState::Done);
        if let Some(found) = as_now.or_else(unfinished) {
            self.ledger.go_on(found, template, fonts).await?;
            let print = self.ledger.print(&found.id).await?.unwrap_or_else(|| found.clone());
            return Ok(Again { print, notes });
        }
        if document.manifest.numbered.is_some() {
            let what = "这些证书颁发过，这次是另印的文件：编号照旧，登记簿里每份记为补印";
            notes.push(what.to_owned());
        }
        let chunk = chunk_of(document, options);
        let print = NewPrint { options: &written, template, fonts, chunk };
        let most = signed(self.house.most);
        let again = self.ledger.print_again(batch, wanted, who, print, most).await?;
        let (id, _) = again.ok_or(Refusal::Full(self.house.most))?;
        let print = self.ledger.print(&id).await?.ok_or_else(unknown)?;
        Ok(Again { print, notes })
    }

    /// What is to be known when certificates are given numbers.
    pub(super) fn notes_of_new(&self, numbered: bool) -> Vec<String> {
        let note = match self.house.verify_at.as_deref().filter(|_| numbered) {
            None if numbered => {
                "没有设查验网址（server.public_url），证书上不印二维码，也不能在网上查验"
            }
            Some(address) if is_local(address) => {
                "查验网址是本机的地址，别人扫不开；发证前请改成公开的网址（server.public_url）"
            }
            _ => return Vec::new(),
        };
        vec![note.to_owned()]
    }
}

/// What is said of the code on certificates that were accepted before.
fn verified_then(address: Option<&str>) -> String {
    match address {
        Some(address) => format!("二维码是 {address} 的"),
        None => "没有设查验网址，没有二维码".to_owned(),
    }
}

/// Rows whose certificates are not in force, a few by name; none if there are none.
fn list_of(rows: &[(i64, String, String, String)]) -> Option<String> {
    let told: Vec<String> = rows
        .iter()
        .take(5)
        .map(|(_, name, number, state)| {
            format!("{name}（{number}，{}）", ended_by(Some(state)).unwrap_or_default())
        })
        .collect();
    let more =
        if rows.len() > told.len() { format!("等 {} 份", rows.len()) } else { String::new() };
    (!told.is_empty()).then(|| format!("{}{more}", told.join("、")))
}

/// Whether only this machine, or this office, knows an address.
fn is_local(address: &str) -> bool {
    let host = address.split_once("://").map_or(address, |(_, rest)| rest);
    let host = host.split(['/', '?']).next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name).trim_matches(['[', ']']);
    let numeric: Result<std::net::IpAddr, _> = name.parse();
    match numeric {
        Ok(std::net::IpAddr::V4(four)) => {
            four.is_loopback() || four.is_private() || four.is_unspecified()
        }
        Ok(std::net::IpAddr::V6(six)) => six.is_loopback() || six.is_unspecified(),
        Err(_) => name.eq_ignore_ascii_case("localhost"),
    }
}

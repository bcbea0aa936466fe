//! `chengwen registry`: certificates listed, shown, printed again, revoked; the registry audited.

mod listed;
mod ranges;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use serde_json::json;
use tokio::runtime::Runtime;

use super::arguments::RegistryVerb;
use super::data::{self, Folder};
use super::output;
use crate::app::{App, Batches, Refusal, Setup};
use crate::config::Config;
use crate::jobs::Ledger;
use crate::registry::{Registry, Search};
use crate::store::{Store, today};

/// Everything that is done with the registry; the home is opened only for what needs it.
pub(super) fn run(
    config: &Config,
    setup: impl Fn() -> Result<Setup, Refusal>,
    verb: RegistryVerb,
    by: &str,
) -> Result<ExitCode, Refusal> {
    let runtime = data::runtime()?;
    let store = data::store(&runtime, data::folder(config)?, Folder::MustExist)?;
    let registry = Registry::of(store.clone());
    match verb {
        RegistryVerb::List { ranges: true, json, .. } => {
            ranges::ranges(&runtime, &registry, json)?;
        }
        RegistryVerb::List { text, state, year, output, json, .. } => {
            let search = Search { text, state, year, ..Search::default() };
            listed::list(&runtime, setup, &registry, &search, output.as_deref(), json)?;
        }
        RegistryVerb::Show { number, json } => listed::show(&runtime, &registry, &number, json)?,
        RegistryVerb::Reprint { number, output, why, from } => {
            let batches = open(config, &setup()?, store)?;
            let why = why.unwrap_or_default();
            let made =
                batches.reprint(&number, by, &why, from.map(Into::into), runtime.handle())?;
            output::write(&output, &made.bytes)?;
            output::remark(format_args!("已补印 {number}（SHA-256 {}）。", made.sha256));
        }
        RegistryVerb::Revoke { numbers, why, replaced_by, day, output } => {
            let batches = open(config, &setup()?, store)?;
            let (other, day) = (replaced_by.as_deref(), day.unwrap_or_else(today));
            if output.is_some() {
                batches.refuse_notice(&numbers, other, runtime.handle())?;
            }
            let revoked = batches.revoke(&numbers, by, &why, other, day, runtime.handle())?;
            let list = revoked.numbers.join("、");
            match other {
                Some(other) => output::remark(format_args!("{list} 已由 {other} 代替。")),
                None => output::remark(format_args!("已撤销 {list}。")),
            }
            for note in &revoked.notes {
                output::remark(format_args!("提示：{note}。"));
            }
            if let Some((document, record)) = revoked.notice
                && let Err(refusal) = notice(&document, &record, output.as_deref())
            {
                output::remark("已经撤销；公告的数据用 chengwen registry notice 再取一次。");
                return Err(refusal);
            }
        }
        RegistryVerb::Cancel { batch, why } => {
            if why.trim().is_empty() {
                return Err(Refusal::Usage("请写明取消的原因（--why）".to_owned()));
            }
            let ledger = Ledger::of(store);
            if runtime.block_on(ledger.batch(&batch))?.is_none() {
                return Err(Refusal::Usage(format!("没有批次 {batch}")));
            }
            cancelled(&runtime, &ledger, &batch, by, &why)?;
        }
        RegistryVerb::Skip { number, why } => {
            let batches = open(config, &setup()?, store)?;
            let (count, first) = batches.skip(&number, by, &why, runtime.handle())?;
            output::remark(format_args!("已跳过 {first} 至 {number}，共 {count} 个编号。"));
        }
        RegistryVerb::Notice { numbers, output } => {
            let batches = open(config, &setup()?, store)?;
            match batches.notice_again(&numbers, runtime.handle())? {
                Some((document, record)) => notice(&document, &record, output.as_deref())?,
                None => return Err(Refusal::Usage("这种证书没有撤销公告".to_owned())),
            }
        }
        RegistryVerb::Audit { head, json } => {
            return audit(&runtime, &registry, head.as_deref(), json);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn open(config: &Config, setup: &Setup, store: Store) -> Result<Batches, Refusal> {
    Ok(data::batches(Arc::new(App::open(setup)?), config, store))
}

/// Cancels what is unfinished of a batch, and tells what became of it.
pub(super) fn cancelled(
    runtime: &Runtime,
    ledger: &Ledger,
    batch: &str,
    by: &str,
    why: &str,
) -> Result<(), Refusal> {
    if !runtime.block_on(ledger.cancel(batch, by, why))? {
        let what = format!(
            "批次 {batch} 没有未完成的印制，不能取消；已颁发的证书用 chengwen registry revoke 撤销"
        );
        return Err(Refusal::Usage(what));
    }
    let now = runtime.block_on(ledger.batch(batch))?;
    if now.is_some_and(|batch| batch.cancelled.is_some()) {
        output::remark(format_args!("已取消批次 {batch}，没有颁发的编号已作废（不会再用）。"));
    } else {
        output::remark(format_args!("已取消批次 {batch} 没有印完的重印；颁发的证书照旧有效。"));
    }
    Ok(())
}

/// The data of the notice. What was revoked is revoked: where the file cannot be written, the data are
/// told all the same.
fn notice(document: &str, record: &serde_json::Value, path: Option<&Path>) -> Result<(), Refusal> {
    let text = format!("{record:#}\n");
    let path = path.unwrap_or(Path::new("-"));
    if let Err(refusal) = output::write(path, text.as_bytes()) {
        output::remark("公告的数据写不到文件，改写在标准输出：");
        output::write(Path::new("-"), text.as_bytes())?;
        return Err(refusal);
    }
    if output::is_standard(path) {
        output::remark(format_args!(
            "公告的数据在标准输出，存成文件后：chengwen render {document} 文件 -o 公告.pdf"
        ));
    } else {
        let path = path.display();
        output::remark(format_args!(
            "公告的数据已写到 {path}；印公告：chengwen render {document} {path} -o 公告.pdf"
        ));
    }
    Ok(())
}

fn audit(
    runtime: &Runtime,
    registry: &Registry,
    head: Option<&str>,
    json: bool,
) -> Result<ExitCode, Refusal> {
    let audit = runtime.block_on(registry.audit(head.map(str::trim)))?;
    let whole = audit.is_whole();
    if json {
        let mut told = json!(audit);
        told["whole"] = whole.into();
        output::json(&told)?;
    } else {
        output::line(format_args!("变更记录 {} 条，编号 {} 个", audit.entries, audit.numbers));
        if let Some(entry) = audit.kept_at {
            output::line(format_args!("另存的签名是第 {entry} 条的"));
        }
        for slip in &audit.slips {
            output::line(format_args!("不一致：{slip}"));
        }
        if audit.untold > 0 {
            output::line(format_args!("另有 {} 处不一致没有列出", audit.untold));
        }
        output::line(if whole {
            "登记簿完整，与变更记录一致"
        } else {
            "登记簿不完整"
        });
        output::line(format_args!("签名 {}", audit.head));
        output::remark("把签名抄存在别处，下次用 --head 核对，可以知道这以前的记录有没有被换过。");
    }
    Ok(if whole { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

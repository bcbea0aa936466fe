//! `chengwen backup` and `chengwen restore`: a data directory copied while it is used, and got back.

use std::path::Path;
use std::process::ExitCode;

use super::data::{self, Folder};
use super::output::{self, written};
use crate::app::{self, Manifest, Refusal};
use crate::config::Config;
use crate::jobs::Holds;

pub(super) fn take(config: &Config, to: &Path) -> Result<ExitCode, Refusal> {
    if output::is_standard(to) {
        let what = "备份写不到标准输出：请写文件名，例如 -o 备份.zip";
        return Err(Refusal::Usage(what.to_owned()));
    }
    let runtime = data::runtime()?;
    let folder = data::folder(config)?;
    data::must_exist(folder, Folder::MustExist)?;
    let backup = app::back_up(folder, to, runtime.handle())?;
    let manifest = &backup.manifest;
    output::line(format_args!(
        "已备份到 {}（{}，{} 个印好的文件）",
        to.display(),
        size(backup.bytes),
        manifest.kept()
    ));
    match &manifest.holds {
        Some(holds) => tell(holds),
        None => output::line(format_args!(
            "数据库是第 {} 版的，照原样备份；本程序打开它时会升级",
            manifest.tables
        )),
    }
    if let Some(holds) = manifest.holds.as_ref().filter(|holds| !holds.head.is_empty()) {
        output::line(format_args!("签名 {}", holds.head));
    }
    if manifest.is_sound() {
        return Ok(ExitCode::SUCCESS);
    }
    tell_flaws(manifest);
    output::remark("备份已写好，但数据目录本身有以上问题，请尽快查明。");
    Ok(ExitCode::from(2))
}

pub(super) fn restore(config: &Config, archive: &Path, by: &str) -> Result<ExitCode, Refusal> {
    let runtime = data::runtime()?;
    let folder = data::folder(config)?;
    let restored = app::restore(archive, folder, by, runtime.handle())?;
    let (manifest, holds) = (&restored.manifest, &restored.holds);
    output::line(format_args!(
        "已恢复到 {}（备份于 {}，{} 个印好的文件），校验值、数据库和登记簿的签名都核对过",
        folder.display(),
        manifest.taken,
        manifest.kept()
    ));
    tell(holds);
    output::line("登录会话都已结束，请用密钥重新登录。");
    if holds.unfinished > 0 {
        output::line(format_args!(
            "没有印完的 {} 批：启动服务，或者再运行原来的命令，就接着印，编号照旧。",
            holds.unfinished
        ));
    }
    output::line(format_args!(
        "备份（{}）以后编的号、撤销和补印，这里都没有。开始新的批次之前：",
        manifest.taken
    ));
    output::line(
        "  1. 原来的目录还能读的，先不要删；有另存的签名，用 registry audit --head 签名 核对。",
    );
    output::line("  2. 对照已发出的证书和清单，找出每种编号用到的最后一号；比上面的大，就用");
    output::line("     registry skip 编号 --why 原因 跳过它和它以前的，免得一个编号发两次。");
    output::line(
        "  3. 备份以后发出的，按清单里的编号填在表里，用 batch 补登；撤销过的再撤销一次。",
    );
    if !manifest.is_sound() {
        tell_flaws(manifest);
        output::remark("备份时数据目录就有以上问题，已照样恢复。");
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(holds: &Holds) {
    output::line(format_args!(
        "证书编号 {} 个，批次 {} 个（没有印完的印制 {} 个），密钥 {} 个，登记簿变更 {} 条，操作记录 {} 条",
        holds.certificates,
        holds.batches,
        holds.unfinished,
        holds.keys,
        holds.entries,
        holds.journal
    ));
    for last in &holds.last_numbers {
        output::line(format_args!("最后一号：{}", last.number));
    }
    if let Some(at) = holds.last_at {
        output::line(format_args!("登记簿最后一次变更：{}（北京时间）", written(at).trim_end()));
    }
}

fn tell_flaws(manifest: &Manifest) {
    for name in &manifest.lacking {
        output::remark(format_args!("缺少：登记簿要用的 {name} 不在数据目录里"));
    }
    for name in &manifest.altered {
        output::remark(format_args!("不符：{name} 与登记簿记下的校验值不同"));
    }
    for slip in &manifest.slips {
        output::remark(format_args!("登记簿不一致：{slip}"));
    }
}

/// Bytes as people say them.
fn size(bytes: u64) -> String {
    match bytes {
        0..0x10_0000 => format!("{} KiB", bytes.div_ceil(1 << 10)),
        _ => format!("{} MiB", bytes.div_ceil(1 << 20)),
    }
}

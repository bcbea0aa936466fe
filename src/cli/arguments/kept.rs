//! What can be typed about a data directory: keys and certificates.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};

use crate::app::Source;
use crate::registry::State;
use crate::values::Role;

/// What is done with keys.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(in crate::cli) enum KeysVerb {
    /// 建立密钥；全文只显示一次
    Create {
        /// 权限：applicant 申报主体、bureau 市县局、province 省局、admin 管理员
        #[arg(long, value_name = "权限", value_parser = role)]
        role: Role,
        /// 给谁用，如“迎泽区局 张三”
        #[arg(long, value_name = "名称", value_parser = holder)]
        name: String,
        /// 有效到哪一天（含），如 2027-12-31；不写为长期
        #[arg(long, value_name = "日期", value_parser = day)]
        expires: Option<NaiveDate>,
    },
    /// 列出密钥（没有全文）
    List {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 列出谁在什么时候建立、撤销密钥和登录（北京时间）
    History,
    /// 撤销密钥
    Revoke {
        /// 密钥的编号
        #[arg(value_name = "编号")]
        id: String,
    },
}

/// What is done with the registry.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(in crate::cli) enum RegistryVerb {
    /// 列出、查找或导出证书
    List {
        /// 编号、名称、代码或称号中的几个字
        #[arg(long, value_name = "文字")]
        text: Option<String>,
        /// 状态：reserved、issued、reprinted、replaced、revoked、expired、void，或用中文
        #[arg(long, value_name = "状态", value_parser = state)]
        state: Option<State>,
        /// 证书落款的年份
        #[arg(long, value_name = "年", value_parser = year)]
        year: Option<i32>,
        /// 导出到文件，以 .xlsx、.csv 或 .json 结尾
        #[arg(short, long, value_name = "文件")]
        output: Option<PathBuf>,
        /// 列出编号的起止：每个计数从哪一号到哪一号，哪些作废、跳过，为什么
        #[arg(long, conflicts_with_all = ["text", "state", "year", "output"])]
        ranges: bool,
        /// 以 JSON 输出
        #[arg(long, conflicts_with = "output")]
        json: bool,
    },
    /// 显示一个证书和它的变更记录
    Show {
        /// 证书编号
        #[arg(value_name = "编号")]
        number: String,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 补印一个证书；每次得到同样的文件，并记入变更记录
    Reprint {
        /// 证书编号
        #[arg(value_name = "编号")]
        number: String,
        /// 输出文件（PDF）；- 为标准输出
        #[arg(short, long, value_name = "文件")]
        output: PathBuf,
        /// 补印的原因
        #[arg(long, value_name = "原因")]
        why: Option<String>,
        /// 模板改动过时用哪一种：issued 颁发时的版面，current 现在的模板
        #[arg(long, value_name = "版面", hide_possible_values = true)]
        from: Option<SourceName>,
    },
    /// 撤销证书，得到撤销公告的数据；写几个编号的，要么都撤销，要么都不撤销
    Revoke {
        /// 证书编号，可以写几个
        #[arg(value_name = "编号", required = true, num_args = 1..)]
        numbers: Vec<String>,
        /// 撤销的原因，印在公告上
        #[arg(long, value_name = "原因")]
        why: String,
        /// 换发的新证书的编号；撤销的证书从此由它代替
        #[arg(long, value_name = "编号")]
        replaced_by: Option<String>,
        /// 撤销的日期，如 2027-05-18；默认今天
        #[arg(long, value_name = "日期", value_parser = day)]
        day: Option<NaiveDate>,
        /// 撤销公告的数据写到这个文件（.json）；默认写到标准输出
        #[arg(short, long, value_name = "文件")]
        output: Option<PathBuf>,
    },
    /// 取消一批没有印完的，没有颁发的编号作废
    Cancel {
        /// 批次
        #[arg(value_name = "批次")]
        batch: String,
        /// 取消的原因
        #[arg(long, value_name = "原因")]
        why: String,
    },
    /// 跳过一个编号和它以前没有编过的，以后从它后面编起；恢复备份以后用，以免一个编号发两次
    Skip {
        /// 已经发出、登记簿里却没有的最后一个编号
        #[arg(value_name = "编号")]
        number: String,
        /// 跳过的原因，记入变更记录
        #[arg(long, value_name = "原因")]
        why: String,
    },
    /// 再取一次撤销公告的数据；证书须已撤销
    Notice {
        /// 证书编号，可以写几个
        #[arg(value_name = "编号", required = true, num_args = 1..)]
        numbers: Vec<String>,
        /// 写到这个文件（.json）；默认写到标准输出
        #[arg(short, long, value_name = "文件")]
        output: Option<PathBuf>,
    },
    /// 审计：核对变更记录的签名，并与登记簿逐项比较；不一致时退出码为 1
    Audit {
        /// 另存的签名，核对从那时起记录有没有被换过
        #[arg(long, value_name = "签名")]
        head: Option<String>,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
}

/// What a reprint is made of.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum SourceName {
    Issued,
    Current,
}

impl From<SourceName> for Source {
    fn from(name: SourceName) -> Self {
        match name {
            SourceName::Issued => Self::Issued,
            SourceName::Current => Self::Current,
        }
    }
}

fn role(text: &str) -> Result<Role, String> {
    let role = text.parse().ok().filter(|role| *role != Role::Public);
    role.ok_or("应为 applicant、bureau、province、admin 之一".to_owned())
}

/// A name that can be read in a list.
fn holder(text: &str) -> Result<String, String> {
    let name = text.trim();
    let sound = (1..=100).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    sound.then(|| name.to_owned()).ok_or("应为 1 至 100 个字".to_owned())
}

fn state(text: &str) -> Result<State, String> {
    // 撤销 for 已撤销, 作废 for 编号作废: what people remember is in the name.
    let asked = text.trim();
    let within = State::ALL.iter().filter(|state| state.title().contains(asked)).count() == 1;
    let called = |state: &State| {
        state.word() == asked
            || state.title() == asked
            || (within && !asked.is_empty() && state.title().contains(asked))
    };
    State::ALL.into_iter().find(called).ok_or_else(|| {
        let known = State::ALL.map(|state| format!("{}（{}）", state.word(), state.title()));
        format!("应为 {} 之一", known.join("、"))
    })
}

fn year(text: &str) -> Result<i32, String> {
    text.parse()
        .ok()
        .filter(|year| (1..=9999).contains(year))
        .ok_or("应为年份，例如 2026".to_owned())
}

fn day(text: &str) -> Result<NaiveDate, String> {
    text.parse().map_err(|_| "应为日期，例如 2027-12-31".to_owned())
}

//! What can be typed.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{ArgAction, Args, Command, CommandFactory, Parser, Subcommand, ValueEnum};

use crate::app::{Sides, Source};
use crate::registry::State;
use crate::typeset::{Offset, Standard};
use crate::values::Role;

/// 成文：填写官方文书，生成可直接双面打印的 A4 PDF。
#[derive(Debug, Parser)]
#[command(name = "chengwen", version, disable_help_flag = true, disable_version_flag = true)]
pub(super) struct Arguments {
    /// 文书目录（含 templates、fonts、samples）；也可用环境变量 CHENGWEN_HOME
    #[arg(long, global = true, value_name = "目录")]
    pub home: Option<PathBuf>,
    /// 自备字体的目录，其中的仿宋、小标宋等优先使用
    #[arg(long, global = true, value_name = "目录")]
    pub fonts: Option<PathBuf>,
    /// 数据目录，存放密钥等；也可用环境变量 CHENGWEN_DATA
    #[arg(long, global = true, value_name = "目录")]
    pub data: Option<PathBuf>,
    /// 配置文件（TOML）；也可用环境变量 CHENGWEN_CONFIG
    #[arg(long, global = true, value_name = "文件")]
    pub config: Option<PathBuf>,
    /// 一项配置，可以写多次；全部配置项见 chengwen config
    #[arg(long = "set", global = true, value_name = "名称=值", value_parser = setting)]
    pub set: Vec<(String, String)>,
    /// 操作人，记入变更记录；也可用环境变量 CHENGWEN_BY
    #[arg(long, global = true, value_name = "姓名")]
    pub by: Option<String>,
    /// 显示处理过程和用时
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// 显示帮助
    #[arg(short, long, global = true, action = ArgAction::Help)]
    help: Option<bool>,
    /// 显示版本
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
    #[command(subcommand)]
    pub verb: Verb,
}

#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(super) enum Verb {
    /// 列出文书
    List {
        /// 同时核对字体，并把每个样例印一遍、逐项检查
        #[arg(long)]
        check: bool,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 输出文书的数据格式（JSON Schema）
    Schema {
        /// 文书，例如 shanxi/application
        #[arg(value_name = "文书")]
        document: String,
        /// 改为写出填写用的电子表格（.xlsx），一行一份
        #[arg(long, value_name = "文件")]
        xlsx: Option<PathBuf>,
    },
    /// 检查数据，一次列出全部问题
    Check {
        /// 文书，例如 shanxi/application
        #[arg(value_name = "文书")]
        document: String,
        /// 数据文件（JSON）；- 为标准输入。CSV 或 XLSX 表格的每一行为一份
        #[arg(value_name = "数据")]
        input: PathBuf,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
        /// 另存一份标出问题的电子表格（.xlsx）
        #[arg(long, value_name = "文件")]
        marked: Option<PathBuf>,
    },
    /// 生成 PDF 或 PNG
    Render(Render),
    /// 把申请表、承诺书和附件合成一份可直接打印的申报材料
    Packet(Pack),
    /// 由一张表（xlsx、csv、json）成批生成，逐份编号、登记；中断后再运行一次即接着做
    Batch(Batch),
    /// 列出字体；可查某些字能否印出
    Fonts {
        /// 查这些字由哪个字体印出
        #[arg(long, value_name = "文字")]
        check: Option<String>,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 检查任意 PDF 的版面：量出版心、字号、字距、页码等，可逐条对照公文格式标准
    Inspect {
        /// PDF 文件；- 为标准输入
        #[arg(value_name = "文件")]
        file: PathBuf,
        /// 对照的标准：gbt9704（GB/T 9704—2012）；有规定不合时退出码为 1
        #[arg(long, value_name = "标准", hide_possible_values = true)]
        against: Option<Against>,
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 取出 PDF 随附的数据，原样输出；申报材料的打印文件按文书分列
    Extract {
        /// 本程序生成的 PDF 文件；- 为标准输入
        #[arg(value_name = "文件")]
        file: PathBuf,
        /// 同时核对纸面与数据是否一致：摘要、能否通过检查、重印后逐页文字；不一致时退出码为 1，不输出数据
        #[arg(long)]
        verify: bool,
    },
    /// 把多份 PDF 随附的数据汇总成一份文书，例如由申请表汇总成汇总表
    Collect(Collect),
    /// 把全部样例生成 PDF，供浏览
    Demo {
        /// 放在哪个目录，默认 demo
        #[arg(short, long, value_name = "目录", default_value = "demo", hide_default_value = true)]
        output: PathBuf,
        /// 另把各文书样例的每一页排成一张总览图 contact-sheet.png
        #[arg(long)]
        contact_sheet: bool,
    },
    /// 启动 HTTP 服务；没有密钥时只供本机使用。Ctrl+C 或 SIGTERM 停止
    Serve {
        /// 监听的地址，默认 127.0.0.1:8080；端口写 0 由系统选择
        #[arg(long, value_name = "地址")]
        listen: Option<String>,
    },
    /// 列出全部配置项、现在的值和来源
    Config {
        /// 以 JSON 输出
        #[arg(long)]
        json: bool,
    },
    /// 密钥：建立、列出、撤销
    Keys {
        #[command(subcommand)]
        verb: KeysVerb,
    },
    /// 证书登记簿：查找、补印、撤销、审计；须有数据目录
    Registry {
        #[command(subcommand)]
        verb: RegistryVerb,
    },
    /// 清除数据目录中已过期的内容，并列出清除了什么
    Purge,
    /// 附件进程：从标准输入取任务
    #[command(hide = true)]
    AttachmentProcess {
        /// 内存限度（字节）
        #[arg(long, value_name = "字节")]
        memory: Option<u64>,
    },
    /// 排版进程：由服务启动，从标准输入取任务
    #[command(hide = true)]
    RenderProcess {
        /// 内存限度（字节）
        #[arg(long, value_name = "字节")]
        memory: Option<u64>,
    },
    /// 输出命令行补全脚本
    Completion {
        /// bash、zsh、fish、powershell 或 elvish
        #[arg(value_name = "外壳", hide_possible_values = true)]
        shell: clap_complete::Shell,
    },
}

impl Verb {
    /// Whether the configuration says something of it.
    pub(super) fn is_configured(&self) -> bool {
        matches!(
            self,
            Self::Serve { .. }
                | Self::Config { .. }
                | Self::Keys { .. }
                | Self::Packet(_)
                | Self::Batch(_)
                | Self::Registry { .. }
                | Self::Purge
        )
    }
}

/// What is done with keys.
#[derive(Debug, Subcommand)]
#[command(disable_help_subcommand = true)]
pub(super) enum KeysVerb {
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
pub(super) enum RegistryVerb {
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
pub(super) enum SourceName {
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

/// 生成 PDF 或 PNG
#[derive(Debug, Args)]
pub(super) struct Render {
    /// 文书，例如 shanxi/application
    #[arg(value_name = "文书")]
    pub document: String,
    /// 数据文件（JSON）；- 为标准输入
    #[arg(
        value_name = "数据",
        required_unless_present_any = ["blank", "calibrate"],
        conflicts_with_all = ["blank", "calibrate"]
    )]
    pub input: Option<PathBuf>,
    /// 空白表格，供手工填写；文书有几种的，后面写名称
    #[arg(long, value_name = "名称", num_args = 0..=1)]
    pub blank: Option<Option<String>>,
    /// 输出文件，以 .pdf、.png 或（手动双面）.zip 结尾；- 为标准输出（PDF）
    #[arg(short, long, value_name = "文件")]
    pub output: PathBuf,
    /// 输出 PNG 的第几页，默认 1
    #[arg(long, value_name = "页", value_parser = page)]
    pub page: Option<usize>,
    /// 请打印机打印几份，1 至 5，默认 1
    #[arg(
        long,
        value_name = "份数",
        default_value_t = 1,
        hide_default_value = true,
        value_parser = copies
    )]
    pub copies: u8,
    /// 单双面：long 长边翻转，short 短边翻转，one 单面，manual 手动双面（得到 zip）；默认按文书
    #[arg(long, value_name = "方式", hide_possible_values = true)]
    pub sides: Option<SidesName>,
    /// PDF 标准：a-2u、a-2a（带标签）、ua-1（无障碍，兼 a-2a）、a-3u（随附数据）或 none；默认按文书
    #[arg(long, value_name = "标准", hide_possible_values = true)]
    pub standard: Option<StandardName>,
    /// 套打：只印文字，不印底纸上已有的边框和红字
    #[arg(long)]
    pub overprint: bool,
    /// 套打时整页移动多少毫米：向右,向下，如 1.5,-0.5（向左、向上为负）
    #[arg(
        long,
        value_name = "右,下",
        value_parser = Offset::parse,
        allow_hyphen_values = true
    )]
    pub offset: Option<Offset>,
    /// 套打校准页：量出打印机的偏差，上面写着用法
    #[arg(long, conflicts_with_all = ["blank", "overprint", "sides", "standard"])]
    pub calibrate: bool,
}

/// 由一张表（xlsx、csv、json）成批生成，逐份编号、登记；中断后再运行一次即接着做
#[derive(Debug, Args)]
pub(super) struct Batch {
    /// 文书，例如 shanxi/certificate
    #[arg(value_name = "文书")]
    pub document: String,
    /// 数据：.xlsx、.csv 或 .json；空白表用 chengwen schema 文书 --xlsx 取得；- 为标准输入
    #[arg(value_name = "数据")]
    pub rows: PathBuf,
    /// 输出文件：.pdf 按顺序合成一个文件，.zip 每份一个文件
    #[arg(short, long, value_name = "文件")]
    pub output: PathBuf,
    /// 有问题的行不受理，另存一个文件；默认有一行有问题就全部不受理
    #[arg(long)]
    pub good_rows: bool,
    /// 只重印已受理的一批中的第几份到第几份，如 120-130，编号照旧
    #[arg(long, value_name = "范围", value_parser = range, conflicts_with = "new")]
    pub only: Option<(usize, usize)>,
    /// 同样的数据作为新的一批，重新编号；默认同样的数据就是同一批
    #[arg(long)]
    pub new: bool,
    /// 取消这些数据的一批，没有颁发的编号作废；后面写原因
    #[arg(long, value_name = "原因", conflicts_with_all = ["new", "only"])]
    pub cancel: Option<String>,
    /// 压缩包里文件的名称，如 "{{ number }}-{{ holder }}"；默认为序号和文书的名称。双花括号里写字段名，见 chengwen schema
    /// 文书（properties 下的英文名称，组里的用点连接，如 registration.number）；写错时会列出全部可用的
    #[arg(long, value_name = "写法")]
    pub names: Option<String>,
    /// 套打：只印文字，不印底纸上已有的边框和红字
    #[arg(long)]
    pub overprint: bool,
    /// 套打时整页移动多少毫米：向右,向下，如 1.5,-0.5（向左、向上为负）
    #[arg(
        long,
        value_name = "右,下",
        value_parser = Offset::parse,
        allow_hyphen_values = true
    )]
    pub offset: Option<Offset>,
    /// 单双面：long 长边翻转，short 短边翻转，one 单面；默认按文书
    #[arg(long, value_name = "方式", hide_possible_values = true)]
    pub sides: Option<SidesName>,
    /// PDF 标准：a-2u、a-3u 或 none，每份一个文件时也可以 a-2a、ua-1；默认按文书
    #[arg(long, value_name = "标准", hide_possible_values = true)]
    pub standard: Option<StandardName>,
}

/// 把申请表、承诺书和附件合成一份可直接打印的申报材料
#[derive(Debug, Args)]
pub(super) struct Pack {
    /// 申报材料的数据（packet.json），附件放在它旁边
    #[arg(value_name = "数据")]
    pub input: PathBuf,
    /// 输出文件：.pdf 为打印文件；.zip 另含各部分、附件原件和清单；- 为标准输出（zip）
    #[arg(short, long, value_name = "文件")]
    pub output: PathBuf,
    /// 几份，默认按活动的规定
    #[arg(long, value_name = "份数", value_parser = number)]
    pub copies: Option<u8>,
    /// pages 各份依次排在一个文件里（默认），viewer 文件里只有一份，由打印对话框指定份数
    #[arg(
        long,
        value_name = "方式",
        default_value = "pages",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub copies_as: CopiesName,
    /// 页脚不印“第一份”“第二份”
    #[arg(long)]
    pub unnamed: bool,
    /// 单双面：long 长边翻转（默认），short 短边翻转，one 单面，manual 手动双面（须输出 zip）
    #[arg(long, value_name = "方式", hide_possible_values = true)]
    pub sides: Option<SidesName>,
    /// 缺材料或有问题也印，每页印“草稿”
    #[arg(long)]
    pub draft: bool,
    /// 打印文件做成 PDF/A-3u（用于归档）；附件中的 PDF 逐页转成图片
    #[arg(long)]
    pub pdfa: bool,
}

/// How several copies are printed.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum CopiesName {
    Pages,
    Viewer,
}

/// 把多份 PDF 随附的数据汇总成一份文书
#[derive(Debug, Args)]
pub(super) struct Collect {
    /// 汇总成的文书，例如 shanxi/summary
    #[arg(value_name = "文书")]
    pub document: String,
    /// 申报主体的 PDF（申请表，或申报材料的打印文件），按汇总的顺序
    #[arg(value_name = "文件", required = true, num_args = 1..)]
    pub files: Vec<PathBuf>,
    /// 表头数据（JSON）：列表以外的各项；其中已有的行排在前面
    #[arg(long = "with", value_name = "表头")]
    pub head: Option<PathBuf>,
    /// 输出文件，以 .json、.xlsx 或 .pdf 结尾；- 为标准输出（JSON）
    #[arg(short, long, value_name = "文件")]
    pub output: PathBuf,
}

/// A standard that a file is held against.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum Against {
    Gbt9704,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum SidesName {
    Long,
    Short,
    One,
    Manual,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(super) enum StandardName {
    #[value(name = "a-2u")]
    A2u,
    #[value(name = "a-2a")]
    A2a,
    #[value(name = "ua-1")]
    Ua1,
    #[value(name = "a-3u")]
    A3u,
    None,
}

impl From<SidesName> for Sides {
    fn from(name: SidesName) -> Self {
        match name {
            SidesName::Long => Self::Long,
            SidesName::Short => Self::Short,
            SidesName::One => Self::One,
            SidesName::Manual => Self::Manual,
        }
    }
}

impl From<StandardName> for Standard {
    fn from(name: StandardName) -> Self {
        match name {
            StandardName::A2u => Self::A2u,
            StandardName::A2a => Self::A2a,
            StandardName::Ua1 => Self::Ua1,
            StandardName::A3u => Self::A3u,
            StandardName::None => Self::None,
        }
    }
}

/// The range of `/NumCopies` (ISO 32000-1, table 150).
fn copies(text: &str) -> Result<u8, String> {
    text.parse().ok().filter(|copies| (1..=5).contains(copies)).ok_or("应为1至5的整数".to_owned())
}

fn number(text: &str) -> Result<u8, String> {
    text.parse().map_err(|_| "应为整数".to_owned())
}

fn page(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|page| *page > 0).ok_or("应为从1数起的页码".to_owned())
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

fn setting(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').map(|(key, value)| (key.trim().to_owned(), value.to_owned()));
    pair.ok_or("应为 名称=值，例如 limits.rows=500".to_owned())
}

/// The whole command, with its help in Chinese.
pub(super) fn command() -> Command {
    in_chinese(Arguments::command()).after_help(
        "退出码：0 完成；1 数据或用法有问题；2 程序故障。\n\
         例：chengwen render shanxi/application 我的申请.json -o 申请表.pdf",
    )
}

/// clap's own headings are English words in the layout; the layout is said anew.
fn in_chinese(command: Command) -> Command {
    let template = if command.has_subcommands() {
        "{about}\n\n用法：{usage}\n\n{all-args}{after-help}"
    } else {
        "{about}\n\n用法：{usage}\n\n{all-args}"
    };
    command
        .help_template(template)
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(|argument| {
            let heading = if argument.is_positional() { "参数" } else { "选项" };
            argument.help_heading(heading)
        })
        .mut_subcommands(in_chinese)
}

/// Rows from one to another, or one row.
fn range(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "应为 120-130 或 120 这样的序号，从 1 起".to_owned();
    let (first, last) = text.split_once(['-', '—', '－']).unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number > 0);
    let (first, last) = number(first).zip(number(last)).ok_or_else(wrong)?;
    if first <= last { Ok((first, last)) } else { Err(wrong()) }
}

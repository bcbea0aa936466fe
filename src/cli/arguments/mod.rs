//! What can be typed.

mod kept;
mod printing;

use std::path::PathBuf;

use clap::{ArgAction, Command, CommandFactory, Parser, Subcommand};

pub(super) use kept::{KeysVerb, RegistryVerb};
pub(super) use printing::{Against, Batch, Collect, CopiesName, Pack, Render, SidesName};

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

const BACKUP: &str = "\
备份里有：登记簿、批次和密钥（数据库同一时刻的样子）、印好的文件、配置文件，每个都带校验值。里面有名单和\n\
密钥的摘要，只有本人能读（0600）。没有的文件或与登记簿不符的，照样备份，一一列出，退出码为 2。\n\
例：chengwen backup --data /var/lib/chengwen -o /backup/chengwen-$(date +%F).zip";

const RESTORE: &str = "\
只写到不存在的或空的目录，不动正在用的。核对校验值、数据库和登记簿的签名，有一处不符就不恢复，什么也不留下。\n\
恢复后：登录会话都已结束；没有印完的批次接着印，编号照旧；备份以后颁发的编号不在里面，请照显示的办理。\n\
例：chengwen restore /backup/chengwen-2026-11-21.zip --data /var/lib/chengwen-new";

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
        /// 改为写出填写用的电子表格（.xlsx），一行一份；汇总的文书为其列表，一行一项
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
    /// 把多份 PDF 随附的数据、表格的各行汇总成一份文书，例如由申请表汇总成汇总表，由汇总表作出公示
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
        /// 写成 chengwen.toml 的样子，存成文件就可以用
        #[arg(long, conflicts_with = "json")]
        toml: bool,
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
    /// 备份数据目录到一个文件；服务在运行、批次在印也可以，不用停
    #[command(after_help = BACKUP)]
    Backup {
        /// 备份文件（.zip），不能已经存在；放在另一块磁盘上
        #[arg(short, long, value_name = "文件")]
        output: PathBuf,
    },
    /// 把备份恢复到一个新的数据目录（--data），逐个核对后才能使用
    #[command(after_help = RESTORE)]
    Restore {
        /// chengwen backup 写的文件
        #[arg(value_name = "备份")]
        archive: PathBuf,
    },
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
                | Self::Backup { .. }
                | Self::Restore { .. }
                | Self::Purge
        )
    }
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
    command
        .help_template("{about}\n\n用法：{usage}\n\n{all-args}{after-help}")
        .subcommand_help_heading("命令")
        .subcommand_value_name("命令")
        .mut_args(|argument| {
            let heading = if argument.is_positional() { "参数" } else { "选项" };
            argument.help_heading(heading)
        })
        .mut_subcommands(in_chinese)
}

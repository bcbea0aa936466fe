//! What can be typed about papers: what is printed, and how.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::app::Sides;
use crate::typeset::{Offset, Standard};

/// 生成 PDF 或 PNG
#[derive(Debug, Args)]
pub(in crate::cli) struct Render {
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
    #[command(flatten)]
    pub stock: Stock,
    /// 套打校准页：量出打印机的偏差，上面写着用法
    #[arg(long, conflicts_with_all = ["blank", "overprint", "sides", "standard"])]
    pub calibrate: bool,
}

/// Printing on stock that bears the border already (套打).
#[derive(Debug, Args)]
pub(in crate::cli) struct Stock {
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
}

impl Stock {
    /// How far what is printed is moved; none if everything is printed.
    pub(in crate::cli) fn wanted(&self) -> Option<Offset> {
        self.overprint.then(|| self.offset.unwrap_or_default())
    }

    /// Whether an offset stands alone, which moves nothing.
    pub(in crate::cli) fn is_only_offset(&self) -> bool {
        self.offset.is_some() && !self.overprint
    }
}

/// 由一张表（xlsx、csv、json）成批生成，逐份编号、登记；中断后再运行一次即接着做
#[derive(Debug, Args)]
pub(in crate::cli) struct Batch {
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
    /// 用 --only 重印的原因，记入各证书的变更记录
    #[arg(long, value_name = "原因", requires = "only")]
    pub why: Option<String>,
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
    #[command(flatten)]
    pub stock: Stock,
    /// 单双面：long 长边翻转，short 短边翻转，one 单面；默认按文书
    #[arg(long, value_name = "方式", hide_possible_values = true)]
    pub sides: Option<SidesName>,
    /// PDF 标准：a-2u、a-3u 或 none，每份一个文件时也可以 a-2a、ua-1；默认按文书
    #[arg(long, value_name = "标准", hide_possible_values = true)]
    pub standard: Option<StandardName>,
}

/// 把申请表、承诺书和附件合成一份可直接打印的申报材料
#[derive(Debug, Args)]
pub(in crate::cli) struct Pack {
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
pub(in crate::cli) enum CopiesName {
    Pages,
    Viewer,
}

/// 把多份 PDF 随附的数据汇总成一份文书
#[derive(Debug, Args)]
pub(in crate::cli) struct Collect {
    /// 汇总成的文书，例如 shanxi/summary
    #[arg(value_name = "文书")]
    pub document: String,
    /// 随附数据的 PDF（申请表、申报材料的打印文件、下级的汇总表），或表格（.xlsx、.csv，每行一项），按汇总的顺序
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
pub(in crate::cli) enum Against {
    Gbt9704,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum SidesName {
    Long,
    Short,
    One,
    Manual,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
pub(in crate::cli) enum StandardName {
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

/// Rows from one to another, or one row.
fn range(text: &str) -> Result<(usize, usize), String> {
    let wrong = || "应为 120-130 或 120 这样的序号，从 1 起".to_owned();
    let (first, last) = text.split_once(['-', '—', '－']).unwrap_or((text, text));
    let number = |text: &str| text.trim().parse::<usize>().ok().filter(|number| *number > 0);
    let (first, last) = number(first).zip(number(last)).ok_or_else(wrong)?;
    if first <= last { Ok((first, last)) } else { Err(wrong()) }
}

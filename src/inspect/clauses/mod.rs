//! The clauses of GB/T 9704-2012 that a file can be measured by, one table.
//!
//! The wording of the standard is not repeated; each measure says which words it stands on. Clauses that
//! say 一般 or 推荐 are soft: the standard lets them be set aside where the case asks for it.

mod body;
mod closing;
mod file;
mod foot;
mod head;
mod paper;
mod structure;

use super::subject::Subject;

/// How strictly the standard speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strength {
    /// It lays down.
    Hard,
    /// 一般, 推荐, 可以; or practice and print that the standard leaves open.
    Soft,
}

/// What measuring a clause gave.
pub(super) enum Measure {
    /// As wanted; what was measured.
    Met(String),
    /// Not as wanted: what was measured, and how to mend it.
    Broken(String, String),
    /// Not as wanted, but within what the standard allows in print.
    Slight(String, String),
    /// There is nothing to measure, or it cannot be told; why.
    NotFound(String),
}

/// One clause.
pub(super) struct Clause {
    pub(super) number: &'static str,
    pub(super) name: &'static str,
    pub(super) strength: Strength,
    pub(super) wanted: &'static str,
    pub(super) measure: fn(&Subject<'_>) -> Measure,
}

const fn hard(
    number: &'static str,
    name: &'static str,
    wanted: &'static str,
    measure: fn(&Subject<'_>) -> Measure,
) -> Clause {
    Clause { number, name, strength: Strength::Hard, wanted, measure }
}

const fn soft(
    number: &'static str,
    name: &'static str,
    wanted: &'static str,
    measure: fn(&Subject<'_>) -> Measure,
) -> Clause {
    Clause { number, name, strength: Strength::Soft, wanted, measure }
}

/// In the order of the standard.
pub(super) const CLAUSES: &[Clause] = &[
    hard("5.1", "幅面", "A4，210×297 mm", paper::size),
    hard("5.2.1", "天头", "37±1 mm", paper::head_margin),
    hard("5.2.1", "订口（奇数页左）", "28±1 mm", paper::binding_odd),
    hard("5.2.1", "订口（偶数页右）", "28±1 mm", paper::binding_even),
    hard("5.2.1", "版心宽", "156±1 mm", paper::block_width),
    hard("5.2.1", "版心高", "225±1 mm", paper::block_height),
    soft("5.2.2", "正文字号", "三号，16 pt", body::size),
    soft("5.2.2", "正文字体", "仿宋", body::face),
    soft("5.2.3", "字距", "15.75—16 pt", body::pitch),
    soft("5.2.3", "每行字数", "28 字", body::characters),
    soft("5.2.3", "行距", "28.99 pt（27.8—29.6）", body::leading),
    soft("5.2.3", "每面行数", "22 行", body::lines),
    hard("5.2.4", "文字颜色", "黑色", body::colour),
    hard("6.1", "字迹", "没有缺字", file::missing),
    hard("6.2", "正反面套正", "版心重合（0.5 mm 以内）", paper::registration),
    soft("6.2", "双面打印设置", "双面，长边翻转", file::duplex),
    soft("6.2", "打印比例", "实际大小", file::scaling),
    soft("6.2", "字体嵌入", "全部嵌入", file::embedded),
    soft("6.2", "文字可选取", "全部可选取", file::readable),
    hard("6.3", "页面方向", "竖排页不横放、不倒置", paper::way_up),
    soft("7.2.4", "发文机关标志字体", "红色小标宋", head::mark),
    hard("7.2.4", "发文机关标志位置", "上边缘距版心上边缘 35 mm", head::mark_place),
    hard("7.2.5", "发文字号", "年份用六角括号〔〕，序号不加“第”、不编虚位", head::serial),
    hard("7.2.7", "红色分隔线", "与版心等宽，在发文字号下 4 mm", head::red_rule),
    hard("7.3.1", "标题字号", "二号，22 pt", head::title_size),
    hard("7.3.1", "标题字体", "小标宋", head::title_face),
    hard("7.3.1", "标题位置", "居中", head::title_place),
    soft("7.3.1", "标题回行", "各行匀称，梯形或菱形", head::title_shape),
    hard("7.3.2", "主送机关", "顶格，末尾用全角冒号", head::addressee),
    hard("7.3.3", "首页正文", "首页有正文", structure::first_page),
    hard("7.3.3", "段首", "空二字，回行顶格", structure::paragraphs),
    soft("7.3.3", "一级标题（一、）", "黑体", structure::first_level),
    soft("7.3.3", "二级标题（（一））", "楷体", structure::second_level),
    soft("7.3.3", "三级标题（1.）", "仿宋", structure::third_level),
    soft("7.3.3", "四级标题（（1））", "仿宋", structure::fourth_level),
    hard(
        "7.3.4",
        "附件说明",
        "空二字，“附件”加全角冒号，名称后不加标点，回行对齐",
        structure::announced,
    ),
    hard(
        "7.3.5",
        "署名和日期位置",
        "用印：日期右空四字，署名在其上居中；不用印：署名右空二字，日期首字右移二字",
        closing::indents,
    ),
    hard("7.3.5.4", "成文日期", "阿拉伯数字，年月日全，不编虚位", closing::date),
    soft("7.3.5.5", "日期页有正文", "与正文同页", closing::together),
    hard("7.3.6", "附注", "空二字，加圆括号", closing::note),
    hard("7.3.7", "附件标识", "三号黑体，顶格，版心第一行", structure::attachment_label),
    hard("7.3.7", "附件标题", "居中，版心第三行", structure::attachment_title),
    hard("7.3.7", "附件名称", "与附件说明一致", structure::attachment_words),
    soft("7.4.1", "版记分隔线", "与版心等宽，首末 0.35 mm，中间 0.25 mm", foot::imprint),
    hard("7.5", "页码形式", "— 1 —，数字连续", foot::number_form),
    soft("7.5", "页码字体", "宋体", foot::number_face),
    soft("7.5", "页码字号", "四号，14 pt", foot::number_size),
    hard("7.5", "页码位置", "单页居右、双页居左，空一字", foot::number_side),
    hard("7.5", "页码高低", "一字线上距版心下边缘 7 mm", foot::number_height),
    hard("8", "横排页的表头", "奇数页在订口一侧，偶数页在切口一侧", paper::table_head),
    hard(
        "8",
        "横排页的版心",
        "不超出 225×156 mm：右不少于 37 mm、左不少于 35 mm",
        paper::lying_block,
    ),
    hard("8", "横排页的页码", "与竖排页同一位置", foot::number_of_lying),
    hard("9", "行首行尾", "行首没有句末点号和后半括号，行尾没有前半括号", body::line_ends),
    soft("9", "数字和日期", "不拆成两行", body::split_numbers),
    soft("9", "引号、破折号、省略号", "用中文字体", body::quotes),
];

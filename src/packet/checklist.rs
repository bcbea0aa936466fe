//! The list of materials: which are there, which are missing, which need not be.

use serde::Serialize;

use super::given::Attachment;
use crate::catalog::{Material, Packet, SAME, Seen};
use crate::fault::Fault;
use crate::intake::Problem;
use crate::values::{Facts, Level};

/// How a kind of material stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// 有.
    Present,
    /// 缺: it must be there and is not.
    Missing,
    /// 不适用: it is not there and need not be.
    NotApplicable,
    /// 未附: it is not there and may be.
    Optional,
}

impl Standing {
    /// The word that the contents page prints.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Present => "有",
            Self::Missing => "缺",
            Self::NotApplicable => "不适用",
            Self::Optional => "未附",
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone, Serialize)]
pub struct Line {
    /// Its number in the programme's list.
    pub number: u8,
    /// Its name.
    pub name: String,
    /// How it stands.
    pub standing: Standing,
    /// Why it need not be there, if that is known.
    pub reason: Option<String>,
}

/// Looks at what is there: `papers` are the kinds that papers are. Gives a line for each kind, and what is
/// wrong.
///
/// # Errors
/// A fault of the programme's expressions.
pub fn checklist(
    packet: &Packet,
    seen: &Seen,
    papers: &[u8],
    attachments: &[Attachment],
) -> Result<(Vec<Line>, Vec<Problem>), Fault> {
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for material in &packet.manifest.materials {
        let given = attachments.iter().find(|it| it.kind == material.number);
        let present = given.is_some() || papers.contains(&material.number);
        // Whether it must be there depends on papers that may not be sound; then it is not asked.
        let required = packet.is_required(material, seen)?;
        let standing = match (present, required) {
            (true, _) => Standing::Present,
            (false, Some(true)) => Standing::Missing,
            (false, Some(false)) if material.unasked.is_some() => Standing::NotApplicable,
            (false, _) => Standing::Optional,
        };
        if standing == Standing::Missing {
            problems.push(missing(packet, material));
        }
        if let Some(attachment) = given.filter(|_| papers.contains(&material.number)) {
            let what = "这种材料已由数据排出，又附了文件，会印两份；附的是签好的扫描件时，请去掉数据中的那一份";
            problems.push(attachment.found(Level::Advice, "packet.twice", what));
        }
        if let (Some(attachment), Some(false), Some(needless)) =
            (given, required, &material.needless)
        {
            problems.push(attachment.found(Level::Advice, "packet.needless", needless));
        }
        let reason = material.unasked.clone().filter(|_| standing == Standing::NotApplicable);
        let name = material.name.clone();
        lines.push(Line { number: material.number, name, standing, reason });
    }
    Ok((lines, problems))
}

fn missing(packet: &Packet, material: &Material) -> Problem {
    let paper = packet.manifest.papers.iter().find(|it| it.material == Some(material.number));
    let remedy = match paper {
        // It is made from data, which may be another paper's.
        Some(paper) if paper.from().is_some() => format!(
            "请在数据中写上 {0}（与前表相同的写 \"{0}\": \"{1}\"），或加上（PDF 或图片）",
            paper.key(),
            paper.words_for_same().last().copied().unwrap_or(SAME)
        ),
        Some(paper) => format!("请在数据中写上 {}，或加上（PDF 或图片）", paper.key()),
        None if material.typed => "请加上（PDF、图片，或 .txt、.md 文字）".to_owned(),
        None => "请加上（PDF 或图片）".to_owned(),
    };
    let because = material.because.as_ref().map_or(String::new(), |why| format!("（{why}）"));
    let mut facts = Facts::new();
    facts.insert("material".to_owned(), material.number.into());
    Problem {
        level: Level::Problem,
        pointer: "/attachments".to_owned(),
        label: format!("附件（{}）", material.number),
        code: "packet.missing-material".to_owned(),
        facts,
        sentence: format!("缺少附件（{}）{}{because}，{remedy}", material.number, material.name),
    }
}

//! What the texts among the materials must say: so many characters, and certain sections.

use super::attachments::{Made, Ready};
use crate::catalog::{Material, Packet, Section, Seen};
use crate::fault::Fault;
use crate::intake::Problem;
use crate::values::{Level, count};

/// How many characters a material's text has (字数), if they can be counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    /// The number of the material.
    pub material: u8,
    /// What it is called.
    pub label: String,
    /// The characters, as Word counts them.
    pub characters: usize,
}

/// Looks at the texts of all materials.
pub(super) fn examine(
    packet: &Packet,
    seen: &Seen,
    ready: &[Ready],
) -> Result<(Vec<Counted>, Vec<Problem>), Fault> {
    let mut counted = Vec::new();
    let mut problems = Vec::new();
    for material in &packet.manifest.materials {
        let own: Vec<&Ready> =
            ready.iter().filter(|it| it.attachment.kind == material.number).collect();
        let Some(first) = own.first() else { continue };
        let texts: Vec<Text<'_>> = own.iter().map(|it| Text::of(it)).collect();
        if let Some(least) = material.least {
            let characters = texts.iter().map(|text| text.characters).sum();
            let uncounted: Vec<&Ready> =
                own.iter().zip(&texts).filter(|(_, text)| !text.whole).map(|(it, _)| *it).collect();
            if characters > 0 {
                let label = material.label.clone();
                counted.push(Counted { material: material.number, label, characters });
            }
            if characters < least {
                match uncounted.first() {
                    Some(it) => problems.push(uncountable(it, characters, least)),
                    None => problems.push(too_short(first, characters, least)),
                }
            }
        }
        for section in packet.sections(material, seen)? {
            problems.extend(without(material, section, first, &texts));
        }
    }
    Ok((counted, problems))
}

/// What can be read of one attached file.
struct Text<'a> {
    characters: usize,
    /// Whether all of it could be read.
    whole: bool,
    /// Its headings, if it is a text that we typeset.
    headings: Option<Vec<&'a str>>,
    /// All its words.
    words: &'a str,
}

impl<'a> Text<'a> {
    fn of(ready: &'a Ready) -> Self {
        match &ready.made {
            Made::Text(typed) => Self {
                characters: typed.characters(),
                whole: true,
                headings: Some(typed.headings().collect()),
                words: "",
            },
            Made::Pages(fitted, _) => match &fitted.words {
                Some(words) => Self {
                    characters: count::words(&words.text),
                    whole: words.wordless.is_empty() && words.untold == 0,
                    headings: None,
                    words: &words.text,
                },
                None => Self { characters: 0, whole: false, headings: None, words: "" },
            },
        }
    }
}

fn too_short(first: &Ready, characters: usize, least: usize) -> Problem {
    let what = format!(
        "字数为 {characters}（按 Word 的“字数”计），不少于 {least} 字才行，还差 {} 字，请补充",
        least - characters
    );
    let mut problem = first.attachment.found(Level::Problem, "report.too-short", &what);
    problem.facts.insert("characters".to_owned(), characters.into());
    problem.facts.insert("least".to_owned(), least.into());
    problem
}

fn uncountable(it: &Ready, characters: usize, least: usize) -> Problem {
    let what = if characters == 0 {
        format!("是图片或扫描件，没有可以统计的文字，请自行核对不少于 {least} 字")
    } else {
        format!("有的页是扫描件或文字读不出来，只数到 {characters} 字，请自行核对不少于 {least} 字")
    };
    it.attachment.found(Level::Advice, "report.uncountable", &what)
}

/// A section that no text has.
fn without(
    material: &Material,
    section: &Section,
    first: &Ready,
    texts: &[Text<'_>],
) -> Option<Problem> {
    let names = |words: &str| section.words.iter().any(|word| words.contains(word.as_str()));
    let told = |text: &Text<'_>| match &text.headings {
        Some(headings) => headings.iter().any(|heading| names(heading)),
        None => names(text.words),
    };
    if texts.iter().any(told) {
        return None;
    }
    let words = section.words.join("、");
    let typed = texts.iter().all(|text| text.headings.is_some());
    let (level, what) = if typed {
        let what = format!(
            "没有写“{}”的一节；{}应有这一节，其标题中有“{words}”之一",
            section.name, material.label
        );
        (Level::Problem, what)
    } else {
        let what = format!("没有读到“{}”，请核对有没有这一节", section.name);
        (Level::Advice, what)
    };
    Some(first.attachment.found(level, "report.without-section", &what))
}

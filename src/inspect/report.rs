//! What inspecting a file gave, as plain data: for people as rows, for programs as JSON.

use serde::Serialize;

use super::clauses::{Clause, Measure, Strength};
use super::facts::FileFacts;
use super::place::{Turn, mm};
use super::subject::Subject;

/// How a clause came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As the standard wants it.
    Pass,
    /// Not so, but the standard says 一般 or 推荐, or leaves it to the printer.
    Soft,
    /// Not so, and the standard lays it down.
    Fail,
    /// There is nothing to measure, or it cannot be told.
    NotFound,
}

impl Verdict {
    /// The word for it in a report.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Pass => "通过",
            Self::Soft => "建议",
            Self::Fail => "不合",
            Self::NotFound => "未见",
        }
    }
}

/// One clause, measured.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The number of the clause in GB/T 9704-2012.
    pub clause: &'static str,
    /// What is measured.
    pub name: &'static str,
    /// Whether the standard lays it down.
    pub hard: bool,
    /// What was measured; none if there was nothing.
    pub value: Option<String>,
    /// What the standard wants.
    pub wanted: &'static str,
    /// How it came out.
    pub verdict: Verdict,
    /// Why nothing was found, or how to mend it.
    pub note: Option<String>,
}

impl Finding {
    pub(super) fn of(clause: &Clause, subject: &Subject<'_>) -> Self {
        let hard = clause.strength == Strength::Hard;
        let (value, verdict, note) = match (clause.measure)(subject) {
            Measure::Met(value) => (Some(value), Verdict::Pass, None),
            Measure::Broken(value, mend) if hard => (Some(value), Verdict::Fail, Some(mend)),
            Measure::Broken(value, mend) | Measure::Slight(value, mend) => {
                (Some(value), Verdict::Soft, Some(mend))
            }
            Measure::NotFound(why) => (None, Verdict::NotFound, Some(why)),
        };
        let (number, name, wanted) = (clause.number, clause.name, clause.wanted);
        Self { clause: number, name, hard, value, wanted, verdict, note }
    }
}

/// A face of the file and the role it plays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Face {
    /// The PostScript name.
    pub name: String,
    /// Such as 仿宋; none if the name is not known.
    pub role: Option<String>,
    /// Whether it has no role of its own, but the characters that other faces lack.
    pub stands_in: bool,
    /// Whether its outlines are in the file.
    pub embedded: bool,
}

/// One page of the file.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PageFacts {
    /// Width in millimetres, as the viewer shows the page.
    pub width_mm: f64,
    /// Height in millimetres.
    pub height_mm: f64,
    /// How many glyphs can be seen.
    pub glyphs: usize,
    /// How many of them are glyph 0.
    pub boxes: usize,
    /// How many pictures it shows.
    pub pictures: usize,
}

/// Everything that was measured.
#[derive(Debug, Clone)]
pub struct Report {
    /// What the file says of itself.
    pub file: FileFacts,
    /// The pages in order.
    pub pages: Vec<PageFacts>,
    /// The faces that its text uses.
    pub faces: Vec<Face>,
    /// Every clause, in the order of the standard.
    pub findings: Vec<Finding>,
    paper: bool,
}

impl Report {
    pub(super) fn new(subject: &Subject<'_>, findings: Vec<Finding>) -> Self {
        let tenth = |points: f64| (mm(points) * 10.0).round() / 10.0;
        let pages = subject
            .pages
            .iter()
            .map(|page| {
                let aside = matches!(page.turn, Turn::Left | Turn::Right);
                let (width, height) =
                    if aside { (page.height, page.width) } else { (page.width, page.height) };
                PageFacts {
                    width_mm: tenth(width),
                    height_mm: tenth(height),
                    glyphs: page.glyphs.len(),
                    boxes: page.glyphs.iter().filter(|glyph| glyph.missing).count(),
                    pictures: page.pictures,
                }
            })
            .collect();
        let mut faces: Vec<Face> = Vec::new();
        for face in subject.faces.iter().filter(|face| face.used) {
            let role = subject.names.role_of(&face.name).map(str::to_owned);
            let stands_in = subject.names.stands_in(&face.name);
            let face = Face { name: face.name.clone(), role, stands_in, embedded: face.embedded };
            if !faces.contains(&face) {
                faces.push(face);
            }
        }
        let absent = findings.iter().filter(|it| it.verdict == Verdict::NotFound).count();
        let has_body = subject.parts.flowing.iter().any(|line| line.page == 0);
        let paper = has_body && absent * 2 <= findings.len();
        Self { file: subject.facts.clone(), pages, faces, findings, paper }
    }

    /// Whether this looks like a paper that the standard speaks of: it has a body from its first page on,
    /// and most clauses have something to measure.
    #[must_use]
    pub fn is_paper(&self) -> bool {
        self.paper
    }

    /// Whether every hard clause that could be measured is as wanted.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.count(Verdict::Fail) == 0
    }

    /// How many clauses came out so.
    #[must_use]
    pub fn count(&self, verdict: Verdict) -> usize {
        self.findings.iter().filter(|finding| finding.verdict == verdict).count()
    }
}

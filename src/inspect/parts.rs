//! The parts of a document (7.1), told by their own features; what cannot be told is not there.

use super::ink::{Colour, Page};
use super::lines::{Line, body_size, is_han, is_space};
use super::place::MM;

/// The lines of a document by the part they play.
pub(super) struct Parts<'a> {
    /// The size of the body.
    pub(super) size: Option<f64>,
    /// The lines of each page without numbers and what stands below.
    pub(super) pages: Vec<Vec<&'a Line>>,
    /// Lines in the size of the body, outside of tables.
    pub(super) body: Vec<&'a Line>,
    /// Those of them that run as text: no signature, no date.
    pub(super) flowing: Vec<&'a Line>,
    pub(super) mark: Vec<&'a Line>,
    pub(super) serial: Option<&'a Line>,
    pub(super) title: Vec<&'a Line>,
    pub(super) addressee: Option<&'a Line>,
    pub(super) headings: Vec<(usize, &'a Line)>,
    pub(super) announced: Vec<&'a Line>,
    pub(super) signature: Vec<&'a Line>,
    pub(super) date: Option<&'a Line>,
    pub(super) note: Option<&'a Line>,
    pub(super) attachments: Vec<Attachment<'a>>,
    pub(super) numbers: Vec<Number<'a>>,
}

/// A page number, on the page as it is held to read the number.
pub(super) struct Number<'a> {
    pub(super) line: &'a Line,
    pub(super) width: f64,
    pub(super) held: Held,
}

/// How a page is held to read its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held {
    /// Upright, as is its text.
    Upright,
    /// Across, as is its text.
    Across,
    /// Upright, while its text lies with the head at the left, as in a bound volume (clause 8).
    Bound,
    /// Upright, while its text lies with the head at the right.
    Reversed,
}

/// An attachment: its label and its title.
pub(super) struct Attachment<'a> {
    pub(super) label: &'a Line,
    pub(super) title: Vec<&'a Line>,
}

/// The foot of a page begins here, from its lower edge (points): 地脚 is 35 mm, and a number that stands
/// a little too high is still a number.
const FOOT: f64 = 38.0 * MM;

/// A title is set at least so much larger than the body (points).
const LARGER: f64 = 1.5;

fn is_digit(mark: char) -> bool {
    mark.is_ascii_digit() || ('０'..='９').contains(&mark)
}

/// Strokes that stand beside a page number, whichever character was typed for 一字线.
pub(super) fn is_stroke(mark: char) -> bool {
    is_full_stroke(mark) || matches!(mark, '–' | '-' | '‐' | '−' | '一' | '_' | '~')
}

/// 一字线: as wide as a character.
pub(super) fn is_full_stroke(mark: char) -> bool {
    matches!(mark, '—' | '－' | '―' | '─')
}

/// `— 1 —`, `-1-`, `1`, `第1页`, `第 1 页 共 3 页`, `1/3`.
fn is_number(text: &str) -> bool {
    let inner = text.trim_matches(is_stroke);
    let short = inner.chars().count() <= 12 && inner.chars().any(is_digit);
    short
        && inner.chars().all(|mark| {
            is_digit(mark) || matches!(mark, '第' | '页' | '共' | '/' | 'P' | 'p' | '.')
        })
}

fn is_date(text: &str) -> bool {
    let Some(rest) = text.strip_suffix('日') else { return false };
    let Some((year, rest)) = rest.split_once('年') else { return false };
    let Some((month, day)) = rest.split_once('月') else { return false };
    [year, month, day].iter().all(|part| {
        !part.is_empty()
            && part.chars().all(|mark| is_digit(mark) || "〇○零一二三四五六七八九十".contains(mark))
    })
}

/// 附件, with its number if there are several (7.3.7).
fn is_label(line: &Line) -> bool {
    let dense = line.dense();
    let Some(rest) = dense.strip_prefix("附件").or_else(|| dense.strip_prefix("附表")) else {
        return false;
    };
    let rest = rest.trim_end_matches(['：', ':']);
    rest.chars().count() <= 3 && rest.chars().all(|mark| is_digit(mark) || is_han(mark))
}

/// 版记: 抄送 and 印发 (7.4.2, 7.4.3).
fn is_imprint(line: &Line) -> bool {
    let dense = line.dense();
    dense.starts_with("抄送：") || dense.ends_with("日印发")
}

/// The level of a heading by its number: 一、 （一） 1. （1）.
fn level_of(text: &str) -> Option<usize> {
    let chinese = |mark: char| "一二三四五六七八九十百".contains(mark);
    let (bracketed, rest) = match text.strip_prefix(['（', '(']) {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let number: String = rest.chars().take_while(|mark| chinese(*mark)).collect();
    let digits: String = rest.chars().take_while(|mark| is_digit(*mark)).collect();
    let after = |taken: &str| rest[taken.len()..].chars().next();
    match (bracketed, number.is_empty(), digits.len()) {
        (false, false, _) => (after(&number) == Some('、')).then_some(1),
        (true, false, _) => matches!(after(&number), Some('）' | ')')).then_some(2),
        (false, true, 1..=2) => {
            let next = rest[digits.len()..].chars().nth(1);
            (matches!(after(&digits), Some('.' | '．')) && !next.is_some_and(is_digit)).then_some(3)
        }
        (true, true, 1..=2) => matches!(after(&digits), Some('）' | ')')).then_some(4),
        _ => None,
    }
}

impl<'a> Parts<'a> {
    /// `lines` are those of each page, `asides` those of lying pages that are read upright.
    pub(super) fn tell(lines: &'a [Vec<Line>], asides: &'a [Vec<Line>], pages: &[Page]) -> Self {
        // A table that lies among upright pages is no body; a file of such pages alone has what it has.
        let all_lie = pages.iter().all(Page::lies);
        let counts = |page: usize| all_lie || !pages[page].lies();
        let size = body_size(lines.iter().flatten().filter(|line| counts(line.page)));
        let mut parts = Self {
            size,
            pages: Vec::new(),
            body: Vec::new(),
            flowing: Vec::new(),
            mark: Vec::new(),
            serial: None,
            title: Vec::new(),
            addressee: None,
            headings: Vec::new(),
            announced: Vec::new(),
            signature: Vec::new(),
            date: None,
            note: None,
            attachments: Vec::new(),
            numbers: Vec::new(),
        };
        for ((lines, asides), page) in lines.iter().zip(asides).zip(pages) {
            let width = page.width;
            let in_foot = |line: &Line| line.baseline > page.height - FOOT && !line.tabular;
            let number = lines.iter().rev().find(|line| in_foot(line) && is_number(&line.dense()));
            let held = if page.lies() { Held::Across } else { Held::Upright };
            let turned = asides.iter().rev().find(|line| {
                let at_foot = line.baseline > page.aside.height - FOOT;
                // Upside down, what stands at the foot is seen at the head.
                let over = !page.aside.head_at_left && line.baseline < FOOT;
                (at_foot || over) && is_number(&line.dense())
            });
            parts.numbers.extend(number.map(|line| Number { line, width, held }).or_else(|| {
                let held = if page.aside.head_at_left { Held::Bound } else { Held::Reversed };
                Some(Number { line: turned?, width: page.aside.width, held })
            }));
            let above = number.map_or(f64::MAX, |number| number.top() - 2.0);
            let rest = lines.iter().filter(|line| {
                // What is small and stands in the foot is no text of the document.
                let aside = in_foot(line) && size.is_some_and(|size| line.size < size - 1.0);
                line.baseline < above && !aside
            });
            parts.pages.push(rest.collect());
        }
        let Some(size) = size else { return parts };
        let imprints: Vec<&Line> = lines.iter().flatten().filter(|line| is_imprint(line)).collect();
        let in_imprint = |line: &Line| {
            imprints
                .iter()
                .any(|it| it.page == line.page && (it.baseline - line.baseline).abs() < 2.0)
        };
        let is_body = |line: &&Line| {
            let sized = (line.size - size).abs() < 0.4;
            counts(line.page) && !line.tabular && sized && !in_imprint(line)
        };
        parts.body = parts.pages.iter().flatten().copied().filter(is_body).collect();
        parts.find_head(size);
        parts.find_attachments(size);
        parts.find_close(size);
        parts.find_headings();
        let aside = |line: &Line| {
            parts
                .signature
                .iter()
                .chain(&parts.date)
                .chain(&parts.serial)
                .chain(&parts.title)
                .any(|other| std::ptr::eq(*other, line))
        };
        parts.flowing = parts.body.iter().copied().filter(|line| !aside(line)).collect();
        parts
    }

    /// 发文机关标志, 发文字号, 标题 and 主送机关 on the first page.
    fn find_head(&mut self, size: f64) {
        let Some(first) = self.pages.first() else { return };
        let text: Vec<&Line> = first.iter().copied().filter(|line| !line.tabular).collect();
        let large = |line: &Line| line.size > size + LARGER;
        let red = |line: &Line| {
            line.glyphs.iter().filter(|it| it.colour.is_red()).count() * 2 > line.glyphs.len()
        };
        self.mark = text.iter().copied().filter(|line| large(line) && red(line)).collect();
        let start = text.iter().position(|line| large(line) && !red(line) && !is_label(line));
        if let Some(start) = start {
            let of_title = |line: &&&Line| (line.size - text[start].size).abs() < 0.6 && !red(line);
            self.title = text[start..].iter().take_while(of_title).copied().collect();
            let next = text.get(start + self.title.len());
            self.addressee = next.copied().filter(|line| {
                let dense = line.dense();
                // The label of a form has something beside it, or room to write.
                let beside = |other: &&&Line| {
                    !std::ptr::eq(**other, *line)
                        && (other.baseline - line.baseline).abs() < line.size
                };
                let alone = !line.ends_blank.1 && !first.iter().any(|other| beside(&other));
                alone && dense.ends_with(['：', ':']) && level_of(&dense).is_none()
            });
        }
        let before = start.unwrap_or(text.len());
        self.serial = text[..before].iter().copied().find(|line| {
            let dense = line.dense();
            dense.ends_with('号')
                && dense.contains(['〔', '[', '［', '(', '（', '【'])
                && dense.chars().any(is_digit)
        });
    }

    /// 附件 at the head of a page, and the title below it (7.3.7).
    fn find_attachments(&mut self, size: f64) {
        for (page, lines) in self.pages.iter().enumerate() {
            let Some(label) = lines.first().filter(|line| !line.tabular) else { continue };
            if !is_label(label) {
                continue;
            }
            let below = lines[1..].iter().copied();
            let first = below.clone().find(|line| !line.tabular);
            let title = below
                .take_while(|line| {
                    first.is_some_and(|first| (line.size - first.size).abs() < 0.6 && !line.tabular)
                })
                // A title is larger than the body, or it is one line.
                .enumerate()
                .take_while(|(at, line)| *at == 0 || line.size > size + LARGER)
                .map(|(_, line)| line)
                .collect();
            debug_assert_eq!(label.page, page);
            self.attachments.push(Attachment { label, title });
        }
    }

    /// 附件说明, 署名, 成文日期 and 附注, before the first attachment.
    fn find_close(&mut self, size: f64) {
        let end = self.attachments.first().map_or(usize::MAX, |it| it.label.page);
        let lines: Vec<&Line> = self.body.iter().copied().filter(|line| line.page < end).collect();
        let start = lines.iter().rposition(|line| {
            let dense = line.dense();
            dense.starts_with("附件：") || dense.starts_with("附件:")
        });
        let date = lines.iter().rposition(|line| is_date(&line.dense()));
        if let Some(date) = date {
            self.date = Some(lines[date]);
            let mut below = lines[date];
            for line in lines[..date].iter().rev() {
                let dense = line.dense();
                let near = line.page == below.page && below.baseline - line.baseline < 3.2 * size;
                let name = !dense.ends_with(['。', '：', '，', '；', ':', '.'])
                    && !dense.starts_with("附件")
                    && dense.chars().filter(|mark| is_han(*mark)).count() >= 2;
                // A name stands to the right; a line of text begins at the left.
                let apart = line.left > self.leftmost() + 3.0 * size;
                if !(near && name && apart) || self.signature.len() >= 8 {
                    break;
                }
                self.signature.insert(0, line);
                below = line;
            }
            self.note = lines.get(date + 1).copied().filter(|line| {
                let dense = line.dense();
                dense.starts_with(['（', '(']) && dense.ends_with(['）', ')'])
            });
        }
        if let Some(start) = start {
            let stop = date.filter(|date| *date > start).unwrap_or(lines.len());
            let signed = |line: &Line| self.signature.iter().any(|it| std::ptr::eq(*it, line));
            let mut last = lines[start];
            self.announced = lines[start..stop]
                .iter()
                .copied()
                .take_while(|line| {
                    let near = line.page != last.page || line.baseline - last.baseline < 2.2 * size;
                    last = line;
                    near && !signed(line)
                })
                .collect();
        }
    }

    fn find_headings(&mut self) {
        let (left, size) = (self.leftmost(), self.size.unwrap_or(0.0));
        let found = self.body.iter().filter_map(|line| {
            let level = level_of(&line.dense())?;
            // A number in the midst of a paragraph may begin a line, but not two characters in.
            let begins = line.seen_left() > left + 1.2 * size;
            begins.then_some((level, *line))
        });
        self.headings = found.collect();
    }

    fn leftmost(&self) -> f64 {
        self.body.iter().map(|line| line.left).fold(f64::MAX, f64::min)
    }
}

/// The text of several lines as one.
pub(super) fn joined(lines: &[&Line]) -> String {
    lines.iter().map(|line| line.dense()).collect()
}

/// The glyphs of a line in a colour that is neither black nor white.
pub(super) fn coloured(line: &Line) -> impl Iterator<Item = (char, Colour)> + '_ {
    line.glyphs
        .iter()
        .filter(|glyph| !glyph.colour.is_black() && !is_space(glyph.mark))
        .map(|glyph| (glyph.mark, glyph.colour))
}

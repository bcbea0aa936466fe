//! Body, levels and attachments: clauses 7.3.3, 7.3.4 and 7.3.7.

use super::Measure;
use super::body::wanted_face;
use super::head::{CENTRED, middle};
use crate::inspect::lines::{Line, is_closing, is_han, most};
use crate::inspect::parts::joined;
use crate::inspect::subject::{Role, Subject, in_characters, on_pages};

/// How far an indent may be off, in characters: justified text moves its first characters a little.
const INDENT: f64 = 0.3;

/// 7.3.3: the first page shows text of the body.
pub(super) fn first_page(subject: &Subject<'_>) -> Measure {
    let body = &subject.parts.flowing;
    if subject.lies() {
        return Measure::NotFound("横排的表，没有正文".to_owned());
    }
    if body.is_empty() {
        return Measure::NotFound("没有足够的正文".to_owned());
    }
    let is_addressee =
        |line: &Line| subject.parts.addressee.is_some_and(|other| std::ptr::eq(other, line));
    let count = body.iter().filter(|line| line.page == 0 && !is_addressee(line)).count();
    if count > 0 {
        Measure::Met(format!("首页有 {count} 行"))
    } else {
        Measure::Broken("首页没有正文".to_owned(), "缩短版头或主送机关，使首页显示正文".to_owned())
    }
}

/// 7.3.3: paragraphs begin two characters in, other lines at the edge. A paragraph begins after a line
/// that ends early.
pub(super) fn paragraphs(subject: &Subject<'_>) -> Measure {
    if subject.lies() {
        return Measure::NotFound("横排的表，没有正文".to_owned());
    }
    let (mut starts, mut others) = (Vec::new(), 0);
    let mut above: Option<&Line> = None;
    for &line in &subject.parts.flowing {
        let Some(indent) = subject.indent(line) else { continue };
        let ended = above.is_none_or(|above| subject.gap(above).is_none_or(|gap| gap > 1.6));
        let announced = subject.parts.announced.iter().any(|other| std::ptr::eq(*other, line));
        let is_addressee = subject.parts.addressee.is_some_and(|other| std::ptr::eq(other, line));
        let is_label = subject.parts.attachments.iter().any(|it| std::ptr::eq(it.label, line));
        above = Some(line);
        if announced || is_addressee || is_label || indent > 6.0 {
            continue;
        }
        if ended {
            starts.push(indent);
        } else if indent > 0.6 {
            others += 1;
        }
    }
    let usual = most(starts.iter().copied(), 0.2);
    let Some(usual) = usual.filter(|_| starts.len() > 1 || subject.parts.flowing.len() > 2) else {
        return Measure::NotFound("量不出段落的起头".to_owned());
    };
    let same = starts.iter().filter(|it| (*it - usual).abs() <= 0.2).count();
    if same * 5 < starts.len() * 3 {
        let told = format!("各段起头不一（{} 段中 {same} 段相同），认不出段落", starts.len());
        return Measure::NotFound(told);
    }
    let told = format!("空 {}（{} 段中 {same} 段）", in_characters(usual), starts.len());
    if (usual - 2.0).abs() > INDENT {
        return Measure::Broken(told, "段落首行缩进 2 字符".to_owned());
    }
    if others * 3 > subject.parts.flowing.len() {
        return Measure::Broken(told, "回行顶格，不要整段缩进".to_owned());
    }
    Measure::Met(told)
}

/// Whether a numbered paragraph is a single sentence: an item of a list, whose words are text and no
/// heading. A heading ends without a stop, or more text follows it.
fn is_item(subject: &Subject<'_>, line: &Line) -> bool {
    let flowing = &subject.parts.flowing;
    let Some(at) = flowing.iter().position(|other| std::ptr::eq(*other, line)) else {
        return false;
    };
    let goes_on = |next: &&&Line| subject.indent(next).is_some_and(|indent| indent < 0.6);
    let rest = flowing[at + 1..].iter().take_while(goes_on).map(|line| line.dense());
    let paragraph = std::iter::once(line.dense()).chain(rest).collect::<String>();
    let stop = paragraph.find(['。', '；']);
    stop.is_some_and(|stop| stop + '。'.len_utf8() == paragraph.len())
}

/// 7.3.3: faces of the levels (一般). The words before the first full stop are the heading; a heading
/// without one is the whole line.
fn level(subject: &Subject<'_>, level: usize, wanted: &str) -> Measure {
    let lines: Vec<&Line> = subject
        .parts
        .headings
        .iter()
        .filter(|(it, line)| *it == level && !is_item(subject, line))
        .map(|(_, line)| *line)
        .collect();
    if lines.is_empty() {
        return Measure::NotFound("没有这一级".to_owned());
    }
    let mut unknown = None;
    let mut wrong = Vec::new();
    for line in &lines {
        let after = line
            .glyphs
            .iter()
            .position(|glyph| matches!(glyph.mark, '、' | '）' | ')' | '.' | '．'));
        // Four characters after the number are heading even where the rest runs on.
        let words = line.glyphs.iter().skip(after.map_or(0, |at| at + 1));
        let words =
            words.take_while(|glyph| glyph.mark != '。').filter(|it| is_han(it.mark)).take(4);
        match subject.role_of(words) {
            Role::Known(role) if role == wanted => {}
            Role::Known(role) => wrong.push((line.page, role)),
            Role::Unknown(face) => unknown = Some(face),
            Role::None => {}
        }
    }
    match (wrong.first(), unknown) {
        (Some((_, role)), _) => Measure::Broken(
            format!(
                "{} 处中 {} 处为{role}（{}）",
                lines.len(),
                wrong.len(),
                on_pages(wrong.iter().map(|it| it.0))
            ),
            format!("这一级标题用{wanted}"),
        ),
        (None, Some(face)) => Measure::NotFound(format!("认不出字体 {face} 是哪一种")),
        (None, None) => Measure::Met(format!("{wanted}，{} 处", lines.len())),
    }
}

pub(super) fn first_level(subject: &Subject<'_>) -> Measure {
    level(subject, 1, "黑体")
}

pub(super) fn second_level(subject: &Subject<'_>) -> Measure {
    level(subject, 2, "楷体")
}

pub(super) fn third_level(subject: &Subject<'_>) -> Measure {
    level(subject, 3, "仿宋")
}

pub(super) fn fourth_level(subject: &Subject<'_>) -> Measure {
    level(subject, 4, "仿宋")
}

/// 7.3.4: two characters in, full-width colon, Arabic numbers for several, no mark after a name, and
/// lines that go on begin under the first character of the name.
pub(super) fn announced(subject: &Subject<'_>) -> Measure {
    let lines = &subject.parts.announced;
    let Some(first) = lines.first() else {
        return Measure::NotFound("没有附件说明".to_owned());
    };
    let Some(indent) = subject.indent(first) else {
        return Measure::NotFound("量不出版心的左边".to_owned());
    };
    let mut told = format!("空 {}", in_characters(indent));
    let colon = first.glyphs.iter().position(|glyph| matches!(glyph.mark, '：' | ':'));
    if (indent - 2.0).abs() > INDENT {
        return Measure::Broken(told, "附件说明左空二字".to_owned());
    }
    let Some(colon) = colon.filter(|at| first.glyphs[*at].mark == '：') else {
        return Measure::Broken(format!("{told}，冒号不是全角"), "“附件”后用全角冒号".to_owned());
    };
    // `1.` stands before each name where there are several.
    let numbered = |line: &Line, from: usize| {
        let digits = line.glyphs[from..].iter().take_while(|it| it.mark.is_ascii_digit()).count();
        let dot = line.glyphs.get(from + digits).is_some_and(|it| matches!(it.mark, '.' | '．'));
        if digits > 0 && dot { from + digits + 1 } else { from }
    };
    let mut name = first.glyphs.get(numbered(first, colon + 1)).map(|glyph| glyph.x);
    for (at, line) in lines.iter().enumerate() {
        let ends = line.glyphs.last().map(|glyph| glyph.mark);
        let next_begins = lines.get(at + 1).is_none_or(|next| numbered(next, 0) > 0);
        if next_begins
            && ends.is_some_and(|mark| is_closing(mark) && !matches!(mark, '）' | '》' | '”'))
        {
            return Measure::Broken(
                format!("{told}，名称后有标点"),
                "附件名称后不加标点".to_owned(),
            );
        }
        if at == 0 {
            continue;
        }
        let start = numbered(line, 0);
        let begins =
            line.glyphs.get(start).map(|glyph| if start == 0 { line.seen_left() } else { glyph.x });
        if let (Some(name), Some(begins)) = (name, begins) {
            let off = (begins - name) / subject.pitch().unwrap_or(16.0);
            if off.abs() > 0.6 {
                let told = format!("{told}，回行差 {}", in_characters(off.abs()));
                return Measure::Broken(told, "回行与名称的首字对齐".to_owned());
            }
        }
        if start > 0 {
            name = line.glyphs.get(start).map(|glyph| glyph.x);
        }
    }
    told.push_str(&format!("，{} 行", lines.len()));
    Measure::Met(told)
}

fn no_attachment() -> Measure {
    Measure::NotFound("没有附件".to_owned())
}

/// 7.3.7: 三号黑体, at the left edge, on the first line of a page of its own. How high the first line is
/// comes from 天头, which has a row of its own; what is told here is that nothing stands above.
pub(super) fn attachment_label(subject: &Subject<'_>) -> Measure {
    let Some(first) = subject.parts.attachments.first() else { return no_attachment() };
    for attachment in &subject.parts.attachments {
        let label = attachment.label;
        let told = format!("{:.1} pt，{}", label.size, on_pages(std::iter::once(label.page)));
        if (label.size - 16.0).abs() > 0.25 {
            return Measure::Broken(told, "“附件”改为三号（16 pt）".to_owned());
        }
        if let Some(indent) = subject.indent(label)
            && indent.abs() > INDENT
        {
            return Measure::Broken(
                format!("{told}，空 {}", in_characters(indent)),
                "“附件”顶格".to_owned(),
            );
        }
        let top = subject.grid.top.unwrap_or(37.0 * crate::inspect::place::MM);
        let leading = subject.grid.leading.unwrap_or(28.99);
        if label.top() > top + 0.6 * leading && !subject.pages[label.page].lies() {
            return Measure::Broken(
                format!("{told}，不在第一行"),
                "“附件”排在版心左上角第一行".to_owned(),
            );
        }
        match wanted_face(subject.role_of_han(label.glyphs.iter()), "黑体", "“附件”二字")
        {
            Measure::Met(_) => {}
            other => return other,
        }
    }
    Measure::Met(format!(
        "三号黑体，{} 处，首处在第{}页",
        subject.parts.attachments.len(),
        first.label.page + 1
    ))
}

/// 7.3.7: centred, on the third line. A title of 二号 set on the grid stands a few points off the line of
/// the body, so 0.7 of a line is allowed.
pub(super) fn attachment_title(subject: &Subject<'_>) -> Measure {
    if subject.parts.attachments.is_empty() {
        return no_attachment();
    }
    // The lines beside a lying table may be closer; its block is that of the standard.
    let leading = subject.grid.leading.filter(|_| !subject.lies()).unwrap_or(28.99);
    let mut told = Vec::new();
    for attachment in &subject.parts.attachments {
        let label = attachment.label;
        let Some(title) = attachment.title.first() else {
            return Measure::NotFound(format!("第{}页认不出附件标题", label.page + 1));
        };
        let line = 1.0 + (title.baseline - label.baseline) / leading;
        let page = on_pages(std::iter::once(label.page));
        let off = attachment
            .title
            .iter()
            .filter_map(|it| {
                Some((it.seen_left() + it.seen_right()) / 2.0 - middle(subject, it.page)?)
            })
            .find(|off| off.abs() > CENTRED);
        if off.is_some() {
            return Measure::Broken(format!("{page}不居中"), "附件标题居中".to_owned());
        }
        if (line - 3.0).abs() > 0.7 {
            return Measure::Broken(
                format!("{page}在第 {line:.1} 行"),
                "附件标题排在版心第三行（“附件”下空一行）".to_owned(),
            );
        }
        told.push(format!("第 {line:.1} 行"));
    }
    Measure::Met(format!("居中，{}", told.join("、")))
}

/// 7.3.7: number and title are those of 附件说明.
pub(super) fn attachment_words(subject: &Subject<'_>) -> Measure {
    let parts = subject.parts;
    if parts.attachments.is_empty() || parts.announced.is_empty() {
        return Measure::NotFound("没有附件或附件说明".to_owned());
    }
    let announced = joined(&parts.announced);
    let missing = parts.attachments.iter().find(|attachment| {
        let title = joined(&attachment.title);
        !title.is_empty() && !announced.contains(&title)
    });
    match missing {
        None if parts.attachments.iter().all(|it| it.title.is_empty()) => {
            Measure::NotFound("认不出附件标题".to_owned())
        }
        None => Measure::Met("一致".to_owned()),
        Some(attachment) => Measure::Broken(
            format!("“{}”不在附件说明中", joined(&attachment.title)),
            "附件标题与附件说明写成一样".to_owned(),
        ),
    }
}

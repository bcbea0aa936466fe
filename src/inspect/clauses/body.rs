//! The running text: clauses 5.2.2 to 5.2.4 and 9.

use super::Measure;
use crate::inspect::lines::{Line, is_closing, is_opening};
use crate::inspect::parts::coloured;
use crate::inspect::place::{MM, mm};
use crate::inspect::subject::{Role, Subject, in_points, on_pages};

/// Sizes of 号 are half points apart at the least; writers round to a tenth.
const SIZE: f64 = 0.25;

/// The block of 5.2.1 in points.
const WIDTH: f64 = 156.0 * MM;
const HEIGHT: f64 = 225.0 * MM;

/// Whether the file is a table that lies across: what little text stands beside it is no body.
fn no_body(subject: &Subject<'_>) -> Option<Measure> {
    subject.lies().then(|| Measure::NotFound("横排的表，没有正文".to_owned()))
}

/// 5.2.2: 三号 unless said otherwise (一般).
pub(super) fn size(subject: &Subject<'_>) -> Measure {
    if let Some(none) = no_body(subject) {
        return none;
    }
    match subject.grid.size {
        None => Measure::NotFound("没有足够的正文".to_owned()),
        Some(size) if (size - 16.0).abs() <= SIZE => Measure::Met(in_points(size)),
        Some(size) => Measure::Broken(in_points(size), "正文改为三号（16 pt）".to_owned()),
    }
}

/// 5.2.2: 仿宋 unless said otherwise (一般). Headings that run into their paragraph are fewer than the rest.
pub(super) fn face(subject: &Subject<'_>) -> Measure {
    if let Some(none) = no_body(subject) {
        return none;
    }
    let glyphs = subject.parts.flowing.iter().flat_map(|line| &line.glyphs);
    wanted_face(subject.role_of_han(glyphs), "仿宋", "正文")
}

/// A role as measured against the one wanted.
pub(super) fn wanted_face(role: Role<'_>, wanted: &str, name: &str) -> Measure {
    match role {
        Role::Known(role) if role == wanted => Measure::Met(role.to_owned()),
        Role::Known(role) => Measure::Broken(role.to_owned(), format!("{name}改用{wanted}")),
        Role::Unknown(face) => Measure::NotFound(format!("认不出字体 {face} 是哪一种")),
        Role::None => Measure::NotFound(format!("没有{name}")),
    }
}

/// 5.2.3: 28 characters fill 156 mm (一般), so 15.79 pt; 15.75 is what Word gives when told to set 28 in
/// a line, 16 is type without tracking.
pub(super) fn pitch(subject: &Subject<'_>) -> Measure {
    if let Some(none) = no_body(subject) {
        return none;
    }
    match subject.grid.pitch {
        None => Measure::NotFound("没有足够的正文".to_owned()),
        Some(pitch) if (15.74..=16.01).contains(&pitch) => Measure::Met(in_points(pitch)),
        Some(pitch) => Measure::Broken(
            in_points(pitch),
            "正文三号，字距调成每行 28 字（约 15.79 pt）".to_owned(),
        ),
    }
}

/// 5.2.3: characters for which the measured block has room (一般); a sixteenth of a character that the
/// last one overhangs is not seen.
pub(super) fn characters(subject: &Subject<'_>) -> Measure {
    if let Some(none) = no_body(subject) {
        return none;
    }
    let edges = [subject.grid.odd, subject.grid.even];
    let width = edges.iter().find_map(|edges| Some(edges.right? - edges.left?));
    let (Some(pitch), Some(width)) = (subject.grid.pitch, width) else {
        return Measure::NotFound("没有足够的正文".to_owned());
    };
    let count = ((width + 0.35 * pitch) / pitch).floor();
    let told = format!("{count:.0} 字");
    // Type without tracking has 27 in 156 mm and a little; it is told by its pitch.
    let as_wanted = (count - 28.0).abs() < 0.5;
    if as_wanted {
        Measure::Met(told)
    } else {
        let wide = mm(width);
        let mend = if (width - WIDTH).abs() > 2.0 * MM {
            format!("版心宽应为 156 mm（现 {wide:.1} mm）")
        } else {
            "字号三号，字距调成每行 28 字".to_owned()
        };
        Measure::Broken(told, mend)
    }
}

/// 5.2.3: 22 lines fill 225 mm (一般). 22 lines must fit, and 23 must not: the last line's leading may
/// hang below, so pitches up to 621.8/21 = 29.6 pt fit, and down to 27.8 pt leave no room for another.
pub(super) fn leading(subject: &Subject<'_>) -> Measure {
    if let Some(none) = no_body(subject) {
        return none;
    }
    match subject.grid.leading {
        None => Measure::NotFound("没有足够的正文".to_owned()),
        Some(leading) if (27.8..=29.66).contains(&leading) => Measure::Met(in_points(leading)),
        Some(leading) => {
            Measure::Broken(in_points(leading), "行距设为固定值 28.95—29 pt，每面 22 行".to_owned())
        }
    }
}

/// 5.2.3: 22 lines on the fullest page (一般).
pub(super) fn lines(subject: &Subject<'_>) -> Measure {
    if let Some(none) = no_body(subject) {
        return none;
    }
    let Some((page, count)) = subject.grid.fullest else {
        return Measure::NotFound("没有足够的正文".to_owned());
    };
    let told = format!("{count} 行（第{}页）", page + 1);
    if count > 22 {
        return Measure::Broken(told, "行距设为固定值 28.95—29 pt，每面 22 行".to_owned());
    }
    let room = subject.grid.leading.map(|leading| ((HEIGHT + 0.5 * leading) / leading).floor());
    match (subject.grid.full, count) {
        (true, 22) => Measure::Met(told),
        // A page that a table or a heading cuts short says nothing; its pitch does.
        (true, 20..=21) if room == Some(22.0) => Measure::Met(format!("{told}，行距合 22 行")),
        (true, _) => Measure::Broken(told, "版心高 225 mm，行距 28.95—29 pt".to_owned()),
        (false, _) => Measure::NotFound(format!("没有排满的一面（最多 {count} 行）")),
    }
}

/// 5.2.4: text is black unless said otherwise; 发文机关标志 is red (7.2.4).
pub(super) fn colour(subject: &Subject<'_>) -> Measure {
    let mark = &subject.parts.mark;
    let lines = subject.parts.pages.iter().flatten();
    let wrong: Vec<(&Line, String)> = lines
        .filter(|line| !mark.iter().any(|other| std::ptr::eq(*other, **line)))
        .filter_map(|line| {
            let text: String = coloured(line).map(|(mark, _)| mark).take(8).collect();
            (!text.is_empty()).then_some((*line, text))
        })
        .collect();
    match wrong.first() {
        None if subject.pages.iter().all(|page| page.glyphs.is_empty()) => {
            Measure::NotFound("没有文字".to_owned())
        }
        None => Measure::Met("黑色".to_owned()),
        // Without a body to compare with, red on the first page may be 发文机关标志.
        Some(_)
            if subject.grid.size.is_none()
                && wrong.iter().all(|(line, _)| {
                    line.page == 0 && coloured(line).all(|(_, colour)| colour.is_red())
                }) =>
        {
            Measure::NotFound("首页有红色的字，认不出是不是发文机关标志".to_owned())
        }
        Some((_, text)) => Measure::Broken(
            format!(
                "{}有其他颜色的字，如“{text}”",
                on_pages(wrong.iter().map(|(line, _)| line.page))
            ),
            "改为黑色".to_owned(),
        ),
    }
}

/// 9, by GB/T 15834-2011, 5.1: marks that close or pause do not begin a line, marks that open do not
/// end one.
pub(super) fn line_ends(subject: &Subject<'_>) -> Measure {
    let lines = &subject.parts.flowing;
    if lines.is_empty() {
        return Measure::NotFound("没有足够的正文".to_owned());
    }
    let wrong: Vec<&Line> = lines
        .iter()
        .copied()
        .filter(|line| {
            let first = line.glyphs.first().map(|glyph| glyph.mark);
            let last = line.glyphs.last().map(|glyph| glyph.mark);
            // What a blank begins or ends is decided by whoever fills it in.
            first.is_some_and(|mark| is_closing(mark) && !line.ends_blank.0)
                || last.is_some_and(|mark| is_opening(mark) && !line.ends_blank.1)
        })
        .collect();
    match wrong.first() {
        None => Measure::Met("没有".to_owned()),
        Some(line) => Measure::Broken(
            format!(
                "{}有 {} 处，如“{}”",
                on_pages(wrong.iter().map(|it| it.page)),
                wrong.len(),
                short(line)
            ),
            "打开排版程序的避头尾（中文标点换行）设置".to_owned(),
        ),
    }
}

fn short(line: &Line) -> String {
    let dense: Vec<char> = line.dense().chars().collect();
    if dense.len() <= 12 {
        return dense.iter().collect();
    }
    let (head, tail) = (&dense[..5], &dense[dense.len() - 5..]);
    format!("{}…{}", head.iter().collect::<String>(), tail.iter().collect::<String>())
}

/// 9: practice, which the standard of 1999 laid down: numbers and dates stay on one line.
pub(super) fn split_numbers(subject: &Subject<'_>) -> Measure {
    let lines = &subject.parts.flowing;
    if lines.len() < 2 {
        return Measure::NotFound("没有足够的正文".to_owned());
    }
    let belongs =
        |mark: char| mark.is_ascii_digit() || matches!(mark, '年' | '月' | '日' | '%' | '％' | '℃');
    let wrong: Vec<(&Line, &Line)> = lines
        .windows(2)
        .map(|pair| (pair[0], pair[1]))
        .filter(|(above, below)| {
            let last = above.glyphs.last().map(|glyph| glyph.mark);
            let first = below.glyphs.first().map(|glyph| glyph.mark);
            let follows = below.page == above.page || below.page == above.page + 1;
            // A line that ends early ends a paragraph.
            let goes_on = subject.gap(above).is_some_and(|gap| gap < 2.0)
                && subject.indent(below).is_some_and(|indent| indent < 1.0);
            follows
                && goes_on
                && last.zip(first).is_some_and(|(last, first)| {
                    // A code has digits on one side; words of another language have none.
                    (last.is_ascii_digit() && belongs(first))
                        || (last.is_ascii_alphabetic() && first.is_ascii_digit())
                        || (last.is_ascii_digit() && first.is_ascii_uppercase())
                })
        })
        .collect();
    match wrong.first() {
        None => Measure::Met("没有拆开".to_owned()),
        Some((above, below)) => {
            let tail: String = tail_of(above);
            let head: String = below.dense().chars().take(4).collect();
            Measure::Broken(
                format!(
                    "{}有 {} 处，如“{tail}|{head}”",
                    on_pages(wrong.iter().map(|it| it.0.page)),
                    wrong.len()
                ),
                "调整字距或词句，使数字、年份不拆成两行".to_owned(),
            )
        }
    }
}

fn tail_of(line: &Line) -> String {
    let dense: Vec<char> = line.dense().chars().collect();
    dense[dense.len().saturating_sub(4)..].iter().collect()
}

/// 9, by GB/T 15834-2011, 5.1: quotes, dashes and ellipses are as wide as Chinese characters, so they
/// come from the Chinese face. A quote of a Latin face is half as wide or less.
pub(super) fn quotes(subject: &Subject<'_>) -> Measure {
    let mut seen = 0;
    let mut wrong = Vec::new();
    for line in &subject.parts.flowing {
        for glyph in &line.glyphs {
            if !matches!(glyph.mark, '“' | '”' | '‘' | '’' | '—' | '…') {
                continue;
            }
            seen += 1;
            let latin = matches!(subject.role_of(std::iter::once(glyph)), Role::Known("西文"));
            if latin || glyph.advance < 0.75 * glyph.size {
                wrong.push((line.page, glyph.mark));
            }
        }
    }
    match wrong.first() {
        None if seen == 0 => Measure::NotFound("没有这些标点".to_owned()),
        None => Measure::Met(format!("{seen} 处，全部是")),
        Some((_, mark)) => Measure::Broken(
            format!(
                "{}有 {} 处不是，如“{mark}”",
                on_pages(wrong.iter().map(|it| it.0)),
                wrong.len()
            ),
            "把这些标点的字体改为正文的中文字体".to_owned(),
        ),
    }
}

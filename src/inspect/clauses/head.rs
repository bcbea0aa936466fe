//! 版头, title and 主送机关: clauses 7.2 and 7.3.1, 7.3.2.

use super::Measure;
use super::body::wanted_face;
use crate::inspect::ink::Rule;
use crate::inspect::lines::Line;
use crate::inspect::parts::joined;
use crate::inspect::place::{MM, mm};
use crate::inspect::subject::{Role, Subject, in_characters, in_mm, in_points, on_pages};

/// How far a centred line may be off the middle: half a character of the body, since blanks and trimmed
/// marks at the ends of a line shift it by less than that.
pub(super) const CENTRED: f64 = 8.0;

/// The middle of the text block on a page; where the block cannot be measured, none.
pub(super) fn middle(subject: &Subject<'_>, page: usize) -> Option<f64> {
    Some((subject.left(page)? + subject.right(page)?) / 2.0)
}

/// 7.2.4: 推荐 red 小标宋.
pub(super) fn mark(subject: &Subject<'_>) -> Measure {
    let glyphs = subject.parts.mark.iter().flat_map(|line| &line.glyphs);
    match wanted_face(subject.role_of_han(glyphs), "小标宋", "发文机关标志") {
        Measure::NotFound(_) if subject.parts.mark.is_empty() => {
            Measure::NotFound("没有发文机关标志".to_owned())
        }
        other => other,
    }
}

/// 7.2.4: the upper edge of the mark is 35 mm below that of the block. The edge is that of the ink, about
/// an eighth of the size below the em box; the millimetre of 6.1 is allowed on both sides of the two.
pub(super) fn mark_place(subject: &Subject<'_>) -> Measure {
    let Some(first) = subject.parts.mark.first() else {
        return Measure::NotFound("没有发文机关标志".to_owned());
    };
    let top = subject.grid.top.unwrap_or(37.0 * MM);
    let (em, ink) = (first.top() - top, first.top() + first.size / 8.0 - top);
    let told = in_mm(ink);
    if mm(em) - 1.0 <= 35.0 && mm(ink) + 1.0 >= 35.0 {
        Measure::Met(told)
    } else {
        Measure::Broken(told, "使发文机关标志上边缘距版心上边缘 35 mm".to_owned())
    }
}

/// 7.2.5: brackets 〔〕, the year whole, no 第 and no leading zeros.
pub(super) fn serial(subject: &Subject<'_>) -> Measure {
    let Some(line) = subject.parts.serial else {
        return Measure::NotFound("没有发文字号".to_owned());
    };
    let text = line.dense();
    let year_and_rest = text.split_once('〔').and_then(|(_, rest)| rest.split_once('〕'));
    let sound = year_and_rest.is_some_and(|(year, rest)| {
        let number = rest.strip_suffix('号').unwrap_or_default();
        year.len() == 4
            && year.bytes().all(|byte| byte.is_ascii_digit())
            && !number.is_empty()
            && !number.starts_with('0')
            && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    if sound {
        Measure::Met(text)
    } else {
        Measure::Broken(text, "写成“×发〔2026〕1号”：六角括号，序号不加“第”、不编虚位".to_owned())
    }
}

fn red_rules<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = &'a Rule> {
    subject
        .pages
        .iter()
        .take(1)
        .flat_map(|page| &page.rules)
        .filter(|rule| rule.colour.is_red() && rule.is_level() && rule.length() > 60.0 * MM)
}

/// 7.2.7: as wide as the block, 4 mm below 发文字号. The gap is counted from the foot of the em box; ink
/// ends a little above it.
pub(super) fn red_rule(subject: &Subject<'_>) -> Measure {
    let Some(rule) = red_rules(subject).next() else {
        return Measure::NotFound("没有红色分隔线".to_owned());
    };
    let width = mm(rule.length());
    let gap = subject.parts.serial.map(|line| mm(rule.from.1 - line.bottom()));
    let told = match gap {
        Some(gap) => format!("宽 {width:.1} mm，在发文字号下 {gap:.1} mm"),
        None => format!("宽 {width:.1} mm"),
    };
    if (width - 156.0).abs() > 1.05 {
        return Measure::Broken(told, "线长改为 156 mm".to_owned());
    }
    match gap {
        Some(gap) if !(2.9..=5.1).contains(&gap) => {
            Measure::Broken(told, "分隔线放在发文字号下 4 mm".to_owned())
        }
        _ => Measure::Met(told),
    }
}

fn no_title() -> Measure {
    Measure::NotFound("认不出标题".to_owned())
}

/// 7.3.1: 二号.
pub(super) fn title_size(subject: &Subject<'_>) -> Measure {
    match subject.parts.title.first() {
        None => no_title(),
        Some(line) if (line.size - 22.0).abs() <= 0.25 => Measure::Met(in_points(line.size)),
        Some(line) => Measure::Broken(in_points(line.size), "标题改为二号（22 pt）".to_owned()),
    }
}

/// 7.3.1: 小标宋.
pub(super) fn title_face(subject: &Subject<'_>) -> Measure {
    let glyphs = subject.parts.title.iter().flat_map(|line| &line.glyphs);
    match subject.role_of_han(glyphs) {
        Role::None => no_title(),
        role => wanted_face(role, "小标宋", "标题"),
    }
}

/// 7.3.1: centred; with a red rule above, two lines below it.
pub(super) fn title_place(subject: &Subject<'_>) -> Measure {
    let title = &subject.parts.title;
    let Some(first) = title.first() else { return no_title() };
    let Some(middle) = middle(subject, first.page) else {
        return Measure::NotFound("量不出版心的左右边".to_owned());
    };
    let mut told = "居中".to_owned();
    let off = title.iter().map(|line| (line.seen_left() + line.seen_right()) / 2.0 - middle);
    if let Some(off) = off.max_by(|a, b| a.abs().total_cmp(&b.abs()))
        && off.abs() > CENTRED
    {
        let side = if off > 0.0 { "右" } else { "左" };
        return Measure::Broken(format!("偏{side} {}", in_mm(off.abs())), "标题居中".to_owned());
    }
    if let Some(rule) = red_rules(subject).next() {
        let leading = subject.grid.leading.unwrap_or(28.99);
        let lines = (first.top() - rule.from.1) / leading;
        told = format!("居中，红线下空 {lines:.1} 行");
        if !(1.5..=2.8).contains(&lines) {
            return Measure::Broken(told, "标题排在红色分隔线下空二行处".to_owned());
        }
    }
    Measure::Met(told)
}

/// 7.3.1: lines balanced, in the shape of a trapezium or a rhombus (应当, but lengths are a matter of the
/// words): no line of several is shorter than half the longest, and of three or more none in the midst
/// is shorter than both its neighbours.
pub(super) fn title_shape(subject: &Subject<'_>) -> Measure {
    let title = &subject.parts.title;
    if title.is_empty() {
        return no_title();
    }
    shape(title)
}

/// The shape of the lines of a title.
pub(super) fn shape(title: &[&Line]) -> Measure {
    let widths: Vec<f64> =
        title.iter().map(|line| (line.seen_right() - line.seen_left()) / line.size).collect();
    let told = match widths.as_slice() {
        [_] => "1 行".to_owned(),
        many => {
            let lengths: Vec<String> = many.iter().map(|width| format!("{width:.0}")).collect();
            format!("{} 行（{} 字）", many.len(), lengths.join("、"))
        }
    };
    let longest = widths.iter().copied().fold(0.0, f64::max);
    let stub = widths.iter().any(|width| *width < 0.5 * longest);
    let waist = widths.windows(3).any(|three| three[1] + 1.0 < three[0].min(three[2]));
    if stub || waist {
        Measure::Broken(told, "重新断行，使各行长短相称，排成梯形或菱形".to_owned())
    } else {
        Measure::Met(told)
    }
}

/// 7.3.2: at the left edge, and a full-width colon at the end.
pub(super) fn addressee(subject: &Subject<'_>) -> Measure {
    let Some(line) = subject.parts.addressee else {
        return Measure::NotFound("没有主送机关".to_owned());
    };
    let text = joined(&[line]);
    let Some(indent) = subject.indent(line) else {
        return Measure::NotFound("量不出版心的左边".to_owned());
    };
    let told =
        format!("左空 {}，以“{}”结尾", in_characters(indent), text.chars().last().unwrap_or(' '));
    if indent.abs() > 0.3 {
        return Measure::Broken(told, "主送机关顶格".to_owned());
    }
    if !text.ends_with('：') {
        return Measure::Broken(
            format!("{told}（{}）", on_pages(std::iter::once(line.page))),
            "末尾用全角冒号".to_owned(),
        );
    }
    Measure::Met(told)
}

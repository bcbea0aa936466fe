//! 版记 and page numbers: clauses 7.4 and 7.5.

use super::Measure;
use super::body::wanted_face;
use super::paper::{BINDING, HEAD, HEIGHT, OUTER, WIDTH};
use crate::inspect::ink::Rule;
use crate::inspect::lines::Line;
use crate::inspect::parts::{Held, Number, is_full_stroke, is_stroke};
use crate::inspect::place::{MM, mm};
use crate::inspect::subject::{Subject, in_characters, in_mm, in_points, on_pages};
use crate::inspect::tables;

/// 7.4.1: rules as wide as the block on the last page with text; the first and the last 0.35 mm, those
/// between 0.25 mm (推荐). Two level rules outside of tables, in the lower half, are taken for 版记.
pub(super) fn imprint(subject: &Subject<'_>) -> Measure {
    let absent = || Measure::NotFound("没有版记".to_owned());
    let Some(page) = subject.pages.iter().rev().find(|page| !page.glyphs.is_empty()) else {
        return absent();
    };
    let areas = tables::areas(&page.rules);
    let mut rules: Vec<&Rule> = page
        .rules
        .iter()
        .filter(|rule| rule.is_level() && rule.length() > 100.0 * MM && rule.colour.is_black())
        .filter(|rule| rule.from.1 > page.height / 2.0)
        .filter(|rule| {
            let middle = (rule.left() + rule.length() / 2.0, rule.from.1);
            !areas.iter().any(|area| {
                area.holds(middle)
                    || (area.top - middle.1).abs() < 2.0
                    || (area.bottom - middle.1).abs() < 2.0
            })
        })
        .collect();
    rules.sort_by(|a, b| a.from.1.total_cmp(&b.from.1));
    rules.dedup_by(|a, b| (a.from.1 - b.from.1).abs() < 1.0);
    let (Some(first), Some(last)) = (rules.first(), rules.last().filter(|_| rules.len() > 1))
    else {
        return absent();
    };
    let thick = |rule: &Rule| mm(rule.thickness);
    let told = format!(
        "{} 条，宽 {}，首线 {:.2} mm，末线 {:.2} mm",
        rules.len(),
        in_mm(first.length()),
        thick(first),
        thick(last)
    );
    let wide = rules.iter().all(|rule| (mm(rule.length()) - 156.0).abs() <= 1.05);
    let ends = [first, last].iter().all(|rule| (thick(rule) - 0.35).abs() <= 0.06);
    let inner = &rules[1..rules.len() - 1];
    let between = inner.iter().all(|rule| (thick(rule) - 0.25).abs() <= 0.06);
    if wide && ends && between {
        Measure::Met(told)
    } else {
        Measure::Broken(told, "版记各线长 156 mm，首末线 0.35 mm，中间线 0.25 mm".to_owned())
    }
}

fn numbers<'a>(subject: &'a Subject<'_>) -> impl Iterator<Item = &'a Line> {
    subject.parts.numbers.iter().map(|number| number.line)
}

fn no_number() -> Measure {
    Measure::NotFound("没有页码".to_owned())
}

/// 7.5: a stroke on each side, and the numbers go on by one from page to page. Pages without a number
/// (a blank page, the cover of a form) may stand between.
pub(super) fn number_form(subject: &Subject<'_>) -> Measure {
    let mut shown = String::new();
    let mut before: Option<(usize, u64)> = None;
    let mut wrong = Vec::new();
    let mut uneven = Vec::new();
    for line in numbers(subject) {
        let text = line.dense();
        let digits = text.trim_matches(is_stroke);
        let strokes = (
            text.chars().next().is_some_and(is_full_stroke),
            text.chars().last().is_some_and(is_full_stroke),
        );
        if strokes != (true, true) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            if wrong.is_empty() {
                shown.clone_from(&text);
            }
            wrong.push(line.page);
        }
        let value = digits.parse::<u64>().ok();
        if let (Some((page, last)), Some(value)) = (before, value)
            && value.checked_sub(last) != u64::try_from(line.page - page).ok()
            && value != last + 1
        {
            uneven.push(line.page);
        }
        before = value.map(|value| (line.page, value)).or(before);
        if shown.is_empty() {
            shown = text;
        }
    }
    match (before.is_none() && wrong.is_empty(), wrong.is_empty(), uneven.is_empty()) {
        (true, ..) => no_number(),
        (_, false, _) => Measure::Broken(
            format!("{}如“{shown}”", on_pages(wrong.into_iter())),
            "页码数字左右各放一条一字线，如“— 1 —”".to_owned(),
        ),
        (_, _, false) => Measure::Broken(
            format!("{}不连续", on_pages(uneven.into_iter())),
            "页码连续编排".to_owned(),
        ),
        _ => {
            let inner = shown.trim_matches(is_stroke);
            Measure::Met(format!("— {inner} —，{} 面有页码", numbers(subject).count()))
        }
    }
}

/// 7.5: half-width digits of 宋体 (一般).
pub(super) fn number_face(subject: &Subject<'_>) -> Measure {
    let digits =
        numbers(subject).flat_map(|line| &line.glyphs).filter(|glyph| glyph.mark.is_ascii_digit());
    match wanted_face(subject.role_of(digits), "宋体", "页码") {
        Measure::NotFound(_) if numbers(subject).next().is_none() => no_number(),
        other => other,
    }
}

/// 7.5: 四号 (一般).
pub(super) fn number_size(subject: &Subject<'_>) -> Measure {
    match numbers(subject).map(|line| line.size).find(|size| (size - 14.0).abs() > 0.25) {
        _ if numbers(subject).next().is_none() => no_number(),
        None => Measure::Met("14 pt".to_owned()),
        Some(size) => Measure::Broken(in_points(size), "页码改为四号（14 pt）".to_owned()),
    }
}

/// The edges of the block between which a number stands: as measured, or on a lying page held upright
/// those that 5.2.1 gives to the sheet.
fn edges(subject: &Subject<'_>, number: &Number<'_>) -> (Option<f64>, Option<f64>) {
    let page = number.line.page;
    match number.held {
        Held::Upright => (subject.left(page), subject.right(page)),
        Held::Bound => {
            let left = if is_right_hand(subject, page) { BINDING } else { OUTER } * MM;
            (Some(left), Some(left + WIDTH * MM))
        }
        Held::Across | Held::Reversed => (None, None),
    }
}

/// Whether the page is a right-hand one: an odd one, or any of a file that is printed on one side.
fn is_right_hand(subject: &Subject<'_>, page: usize) -> bool {
    page.is_multiple_of(2) || subject.one_sided()
}

/// 7.5: at the right on odd pages and at the left on even ones, one character in, by the number on the
/// page where it bears one that differs from its place in the file. A file for one side has every number
/// at the right.
pub(super) fn number_side(subject: &Subject<'_>) -> Measure {
    let mut wrong = Vec::new();
    let mut shown = String::new();
    let mut unmeasured = true;
    for number in subject.parts.numbers.iter().filter(|it| it.held != Held::Reversed) {
        let line = number.line;
        let right = is_right_hand(subject, line.page);
        let middle = number.width / 2.0;
        let side = if (line.middle() - middle).abs() < 0.08 * number.width {
            "居中"
        } else if line.middle() > middle {
            "居右"
        } else {
            "居左"
        };
        let wanted = if right { "居右" } else { "居左" };
        let (left_edge, right_edge) = edges(subject, number);
        let gap = if right {
            right_edge.map(|edge| edge - line.right)
        } else {
            left_edge.map(|edge| line.left - edge)
        };
        // One character of the number's own size or of the body's: the clause does not say which.
        let in_one = gap.map(|gap| (gap - 5.0..=gap + 5.0, line.size));
        let off =
            in_one.is_some_and(|(reach, size)| !reach.contains(&size) && !reach.contains(&16.0));
        unmeasured &= gap.is_none();
        let told = match gap {
            Some(gap) if side == wanted => format!("{side}，空 {}", in_characters(gap / line.size)),
            _ => side.to_owned(),
        };
        if side != wanted || off {
            if wrong.is_empty() {
                shown = told;
            }
            wrong.push(line.page);
        } else if shown.is_empty() {
            shown = told;
        }
    }
    if shown.is_empty() {
        return no_number();
    }
    if !wrong.is_empty() {
        return Measure::Broken(
            format!("{}{shown}", on_pages(wrong.into_iter())),
            "单页码居右空一字，双页码居左空一字（页眉页脚设为奇偶页不同）".to_owned(),
        );
    }
    if unmeasured {
        return Measure::Met(format!("{shown}（空几字量不出）"));
    }
    Measure::Met(shown)
}

/// 7.5: the stroke is 7 mm below the lower edge of the block, 262 mm from the upper edge of the sheet.
/// The stroke stands about 0.36 of the size above the baseline, half a size below the top of the em
/// box; programs place one or the other at 7 mm, so both are taken, with the millimetre of 6.1.
pub(super) fn number_height(subject: &Subject<'_>) -> Measure {
    let head = subject.grid.top.filter(|top| (mm(*top) - HEAD).abs() < 1.05).unwrap_or(HEAD * MM);
    let measured: Vec<(usize, f64, f64)> = subject
        .parts
        .numbers
        .iter()
        .filter_map(|number| {
            let head = match number.held {
                Held::Upright => head,
                Held::Bound => HEAD * MM,
                Held::Across | Held::Reversed => return None,
            };
            let (line, edge) = (number.line, head + HEIGHT * MM);
            let stroke = line.baseline - 0.36 * line.size;
            Some((line.page, mm(line.top() - edge), mm(stroke - edge)))
        })
        .collect();
    let off = |(_, em, stroke): &&(usize, f64, f64)| *em - 1.05 > 7.0 || *stroke + 1.05 < 7.0;
    let told = |(_, em, stroke): &(usize, f64, f64)| format!("字顶 {em:.1} mm，线 {stroke:.1} mm");
    match (measured.first(), measured.iter().find(off)) {
        (None, _) => no_number(),
        (Some(first), None) => Measure::Met(told(first)),
        (_, Some(wrong)) => Measure::Broken(
            format!("{}{}", on_pages(measured.iter().filter(off).map(|it| it.0)), told(wrong)),
            "页码一字线上距版心下边缘 7 mm（距页底约 28 mm）".to_owned(),
        ),
    }
}

/// 8: the number of a page that lies stands where the other pages have theirs, so it is read with the
/// sheet held upright, as it is bound.
pub(super) fn number_of_lying(subject: &Subject<'_>) -> Measure {
    let numbers = &subject.parts.numbers;
    let lying: Vec<_> = numbers.iter().filter(|it| it.held != Held::Upright).collect();
    let wrong: Vec<_> = lying.iter().filter(|it| it.held != Held::Bound).collect();
    match (lying.first(), wrong.first()) {
        (None, _) => Measure::NotFound("没有带页码的横排页".to_owned()),
        (Some(_), None) => Measure::Met("与竖排页一致".to_owned()),
        (_, Some(first)) => {
            let way = if first.held == Held::Across { "随表横排" } else { "方向颠倒" };
            Measure::Broken(
                format!("{}的页码{way}", on_pages(wrong.iter().map(|it| it.line.page))),
                "横排页的页码与竖排页放在同一位置、同一方向（纸竖着看）".to_owned(),
            )
        }
    }
}

//! Paper and text block: clauses 5.1, 5.2.1, 6.2 and 8.

use super::Measure;
use crate::inspect::grid::Edges;
use crate::inspect::place::{MM, Turn, mm};
use crate::inspect::subject::{Subject, in_mm, on_pages};
use crate::inspect::tables;

/// What a cut sheet may be off (clause 6.3 allows ± 2 mm in the bound book; a file has no reason to be
/// off at all, and rounding of writers stays below this), in millimetres.
const SHEET: f64 = 0.5;

/// Clause 5.2.1: ± 1 mm at the head and at the binding; 6.1 the same for the block. A twentieth is
/// added for the rounding of numbers in files.
const MARGIN: f64 = 1.05;

/// The block of 5.2.1, and what is left of 210 mm beside the binding.
pub(super) const WIDTH: f64 = 156.0;
pub(super) const HEIGHT: f64 = 225.0;
pub(super) const HEAD: f64 = 37.0;
/// 地脚: what is left of 297 mm below head and block.
const FOOT: f64 = 35.0;
pub(super) const BINDING: f64 = 28.0;
pub(super) const OUTER: f64 = 26.0;

/// 5.1: every page is A4, upright or across.
pub(super) fn size(subject: &Subject<'_>) -> Measure {
    let off = |width: f64, height: f64| {
        let (short, long) = (mm(width.min(height)), mm(width.max(height)));
        (short - 210.0).abs() > SHEET || (long - 297.0).abs() > SHEET
    };
    let wrong: Vec<usize> = (0..subject.pages.len())
        .filter(|at| off(subject.pages[*at].width, subject.pages[*at].height))
        .collect();
    let told = |at: usize| {
        let page = &subject.pages[at];
        format!("{:.1}×{:.1} mm", mm(page.width), mm(page.height))
    };
    match wrong.first() {
        _ if subject.pages.is_empty() => Measure::NotFound("没有页面".to_owned()),
        None => Measure::Met(told(0)),
        Some(&first) => Measure::Broken(
            format!("{}为 {}", on_pages(wrong.into_iter()), told(first)),
            "页面设置改为 A4".to_owned(),
        ),
    }
}

/// 5.2.1: from the upper edge of the sheet to the em box of the first line on pages that the text
/// fills. What a layout program calls its margin says nothing here: Word sets the first line of a fixed
/// pitch lower than its margin, and its users make up for it with a smaller one.
pub(super) fn head_margin(subject: &Subject<'_>) -> Measure {
    let Some(top) = subject.grid.top.filter(|_| !subject.lies()) else {
        return Measure::NotFound("没有从页首排起的正文".to_owned());
    };
    let told = in_mm(top);
    if (mm(top) - HEAD).abs() <= MARGIN {
        return Measure::Met(told);
    }
    let by = (mm(top) - HEAD).abs();
    let way = if mm(top) > HEAD { "减小" } else { "增大" };
    Measure::Broken(told, format!("上边距{way} {by:.1} mm，使首行字顶距页顶 37 mm"))
}

/// 5.2.1: 订口 of odd pages is at the left.
pub(super) fn binding_odd(subject: &Subject<'_>) -> Measure {
    let Some(left) = subject.grid.odd.left.filter(|_| !subject.lies()) else {
        return Measure::NotFound("量不出奇数页版心的左边".to_owned());
    };
    margin(left, BINDING, "左边距")
}

/// 5.2.1: 订口 of even pages is at the right, as they are bound at the left when turned over (6.3). A
/// file that is printed on one side has its binding at the left throughout.
pub(super) fn binding_even(subject: &Subject<'_>) -> Measure {
    if subject.pages.len() < 2 {
        return Measure::NotFound("没有偶数页".to_owned());
    }
    if subject.lies() {
        return Measure::NotFound("横排文件，见第8条".to_owned());
    }
    let Edges { left, right, width } = subject.grid.even;
    if subject.one_sided() {
        return match left {
            Some(left) => margin(left, BINDING, "单面打印，偶数页左边距"),
            None => Measure::NotFound("量不出偶数页版心的左边".to_owned()),
        };
    }
    match (left, right) {
        (_, Some(right)) => margin(width - right, BINDING, "右边距"),
        // The block is 156 mm wide, so its left edge tells where its right one is.
        (Some(left), None) => match margin(left, OUTER, "切口（左边距）") {
            Measure::Met(told) => Measure::Met(format!("切口 {told}")),
            Measure::Broken(told, mend) => Measure::Broken(format!("切口 {told}"), mend),
            other => other,
        },
        (None, None) => Measure::NotFound("量不出偶数页版心的左右边".to_owned()),
    }
}

fn margin(points: f64, wanted: f64, name: &str) -> Measure {
    if (mm(points) - wanted).abs() <= MARGIN {
        Measure::Met(in_mm(points))
    } else {
        Measure::Broken(
            in_mm(points),
            format!("{name}改为 {wanted:.0} mm；双面打印时左右页边距对称"),
        )
    }
}

/// 5.2.1: the width of the block on odd and even pages.
pub(super) fn block_width(subject: &Subject<'_>) -> Measure {
    let widths: Vec<f64> = [subject.grid.odd, subject.grid.even]
        .iter()
        .filter(|_| !subject.lies())
        .filter_map(|edges| Some(edges.right? - edges.left?))
        .collect();
    let off = |width: &f64| (mm(*width) - WIDTH).abs();
    let Some(width) = widths.iter().copied().max_by(|a, b| off(a).total_cmp(&off(b))) else {
        return Measure::NotFound("量不出版心的左右边".to_owned());
    };
    if off(&width) <= MARGIN {
        Measure::Met(in_mm(width))
    } else {
        Measure::Broken(in_mm(width), "调整左右边距，使版心宽 156 mm".to_owned())
    }
}

/// 5.2.1: the height of the block, on the fullest page. Whether the leading of the last line belongs to
/// the block is not laid down (3.2 counts it, the ruler does not see it), so both readings pass.
pub(super) fn block_height(subject: &Subject<'_>) -> Measure {
    let grid = subject.grid;
    let (Some(leading), Some(size), Some((page, count))) = (grid.leading, grid.size, grid.fullest)
    else {
        return Measure::NotFound("没有排满的一面".to_owned());
    };
    if subject.lies() {
        return Measure::NotFound("横排文件，见第8条".to_owned());
    }
    let ink = mm((count as f64 - 1.0) * leading + size);
    let whole = mm(count as f64 * leading);
    let told = format!("{whole:.1} mm（第{}页 {count} 行）", page + 1);
    if ink > HEIGHT + MARGIN {
        return Measure::Broken(told, "加大下边距，使版心高 225 mm".to_owned());
    }
    if !grid.full {
        return Measure::NotFound(format!("没有排满的一面（最多 {count} 行）"));
    }
    if whole >= HEIGHT - MARGIN || mm(size) * 22.0 > HEIGHT {
        return Measure::Met(told);
    }
    // One or two lines may be left open at the foot for a heading or a table that follows.
    if whole >= HEIGHT - MARGIN - 2.0 * mm(leading) {
        return Measure::NotFound(format!("没有排满的一面（最多 {count} 行）"));
    }
    Measure::Broken(told, "减小下边距或调整行距，使版心高 225 mm".to_owned())
}

/// 6.2: an odd and an even page laid over each other as on one sheet. The standard allows 2 mm between
/// the page numbers of a printed sheet, printer included; a file should leave all of it to the printer.
pub(super) fn registration(subject: &Subject<'_>) -> Measure {
    let (odd, even) = (subject.grid.odd, subject.grid.even);
    if subject.one_sided() {
        return Measure::NotFound("单面文件".to_owned());
    }
    if subject.pages.len() < 2 {
        return Measure::NotFound("只有一面".to_owned());
    }
    // Through the paper the back is seen mirrored; what lies is turned over at its head, and its sides
    // stay where they are.
    let (near, far) = if subject.lies() {
        let between = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a - b);
        (between(odd.left, even.left), between(odd.right, even.right))
    } else {
        let near = odd.left.zip(even.right).map(|(left, right)| left - (even.width - right));
        (near, odd.right.zip(even.left).map(|(right, left)| right - (even.width - left)))
    };
    let Some(off) = [near, far].into_iter().flatten().map(f64::abs).max_by(f64::total_cmp) else {
        return Measure::NotFound("量不出正反两面的版心".to_owned());
    };
    let told = format!("相差 {:.2} mm", mm(off));
    let mend = "偶数页左右边距与奇数页对称（奇数页左 28 右 26，偶数页左 26 右 28 mm）".to_owned();
    match mm(off) {
        off if off <= 0.5 => Measure::Met(told),
        // The rounding of a file must not decide between two and a little more.
        off if off < 1.95 => Measure::Slight(told, mend),
        _ => Measure::Broken(told, mend),
    }
}

/// 6.3, bound at the left: an upright page is shown with its text upright. One that is shown sideways or
/// upside down is printed so, and its binding comes to the wrong side.
pub(super) fn way_up(subject: &Subject<'_>) -> Measure {
    let upright: Vec<usize> = (0..subject.pages.len())
        .filter(|at| !subject.pages[*at].lies() && !subject.pages[*at].glyphs.is_empty())
        .collect();
    let wrong = |turn: fn(Turn) -> bool| {
        let these = upright.iter().copied().filter(|at| turn(subject.pages[*at].turn));
        Some(these.collect::<Vec<_>>()).filter(|these| !these.is_empty())
    };
    let over = wrong(|turn| turn == Turn::Over).map(|these| (these, "倒置"));
    let aside = wrong(|turn| matches!(turn, Turn::Left | Turn::Right)).map(|these| (these, "横放"));
    let told: Vec<String> = [over, aside]
        .into_iter()
        .flatten()
        .map(|(these, how)| format!("{}{how}", on_pages(these.into_iter())))
        .collect();
    match (upright.is_empty(), told.is_empty()) {
        (true, _) => Measure::NotFound("没有竖排的页".to_owned()),
        (_, true) => Measure::Met("全部正立".to_owned()),
        _ => Measure::Broken(told.join("，"), "把这些页转正".to_owned()),
    }
}

/// 8: the head of what lies across is at the binding side of odd pages and at the outer side of even
/// ones. Seen as the sheet is bound, at its left, that is the left edge of both, so text runs upwards.
/// A page that the file itself shows lying is turned to the left by the printer; it is right if its head
/// is up, except on the back of a sheet that is flipped on its short edge, where it comes to the other
/// side. The margins of lying pages change places too: 28 mm above on odd pages, 26 on even ones.
pub(super) fn table_head(subject: &Subject<'_>) -> Measure {
    let short = subject.facts.duplex.as_deref() == Some("DuplexFlipShortEdge");
    let mut wrong = Vec::new();
    let mut off = Vec::new();
    let mut tops = [None, None];
    let mut seen = 0;
    for (at, page) in subject.pages.iter().enumerate() {
        if !page.lies() || tables::areas(&page.rules).is_empty() {
            continue;
        }
        seen += 1;
        let back = at % 2 == 1 && !subject.one_sided();
        let right = match page.turn {
            Turn::Left => true,
            Turn::Right => false,
            Turn::Upright => !(back && short),
            Turn::Over => back && short,
        };
        if !right {
            wrong.push(at);
        }
        let texts = page.glyphs.iter().map(|glyph| glyph.y - 0.88 * glyph.size);
        let rules = page.rules.iter().map(|rule| rule.top());
        let first_text = texts.min_by(f64::total_cmp).unwrap_or(f64::MAX);
        let first_rule = rules.min_by(f64::total_cmp).unwrap_or(f64::MAX);
        let top = first_text.min(first_rule);
        let side = usize::from(back);
        let wanted = [BINDING, OUTER][side] * MM;
        let highest: f64 = tops[side].unwrap_or(top);
        tops[side] = Some(highest.min(top));
        // What begins lower has been given room, as above a title; but a table that goes on from the page
        // before begins at the edge of the block.
        let goes_on = at > 0 && subject.pages[at - 1].lies() && first_rule < first_text;
        if top < wanted - MARGIN * MM || (goes_on && top > wanted + MARGIN * MM) {
            off.push(at);
        }
    }
    if seen == 0 {
        return Measure::NotFound("没有横排的表".to_owned());
    }
    if !wrong.is_empty() {
        return Measure::Broken(
            format!("{}表头在另一侧", on_pages(wrong.into_iter())),
            "把这些页转180度，使表头奇数页在订口、偶数页在切口".to_owned(),
        );
    }
    let sides = [("奇数页", tops[0]), ("偶数页", tops[1])];
    let told: Vec<String> = sides
        .into_iter()
        .filter_map(|(name, top)| Some(format!("{name}上边 {}", in_mm(top?))))
        .collect();
    if !off.is_empty() {
        return Measure::Broken(
            format!("{}不合：{}", on_pages(off.into_iter()), told.join("，")),
            "横排页的订口（奇数页上边）为 28 mm，切口为 26 mm".to_owned(),
        );
    }
    Measure::Met(format!("表头在应在的一侧（{}）", told.join("，")))
}

/// 8 with 5.2.1: what lies stays within the block as it lies on a bound sheet: 天头 at its right, 地脚 at
/// its left, 订口 above on odd pages and below on even ones.
pub(super) fn lying_block(subject: &Subject<'_>) -> Measure {
    let mut widest: Option<(f64, f64)> = None;
    let mut wrong = Vec::new();
    for (at, page) in subject.pages.iter().enumerate().filter(|(_, page)| page.lies()) {
        let lines = &subject.parts.pages[at];
        let areas = tables::areas(&page.rules);
        let boxes = lines.iter().map(|it| (it.left, it.right, it.top(), it.bottom()));
        let boxes = boxes.chain(areas.iter().map(|it| (it.left, it.right, it.top, it.bottom)));
        let Some((left, right, top, bottom)) =
            boxes.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1), a.2.min(b.2), a.3.max(b.3)))
        else {
            continue;
        };
        let (left, right) = (mm(left), mm(page.width - right));
        let (above, below) = (mm(top), mm(page.height - bottom));
        let back = at % 2 == 1 && !subject.one_sided();
        let (head, foot) = if back { (OUTER, BINDING) } else { (BINDING, OUTER) };
        let wanted = [(left, FOOT), (right, HEAD), (above, head), (below, foot)];
        if wanted.iter().any(|(is, wanted)| is + MARGIN < *wanted) {
            wrong.push(at);
        }
        let (far_left, far_right) = widest.unwrap_or((left, right));
        widest = Some((far_left.min(left), far_right.min(right)));
    }
    let Some((left, right)) = widest else {
        return Measure::NotFound("没有横排的页".to_owned());
    };
    let told = format!("左 {left:.1} mm、右 {right:.1} mm");
    if wrong.is_empty() {
        return Measure::Met(told);
    }
    Measure::Broken(
        format!("{}超出版心：{told}", on_pages(wrong.into_iter())),
        "横排页左边距 35 mm、右边距 37 mm，上下边距奇数页 28、26 mm，偶数页 26、28 mm".to_owned(),
    )
}

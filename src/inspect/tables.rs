//! Tables: areas that level and plumb rules hold together.

use super::ink::Rule;

/// How near rules must come to be one table, in points.
const TOUCH: f64 = 2.5;

/// More rules than any table of a page has; what is more is a drawing.
const MOST_RULES: usize = 3000;

/// The box of a table.
#[derive(Debug, Clone)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
    plumb: Vec<(f64, f64, f64)>,
}

impl Area {
    pub(super) fn holds(&self, (x, y): (f64, f64)) -> bool {
        x > self.left && x < self.right && y > self.top && y < self.bottom
    }

    /// Whether a plumb rule of the table stands between two places of a line.
    pub(super) fn parts(&self, from: f64, to: f64, y: f64) -> bool {
        self.plumb.iter().any(|(x, top, bottom)| {
            *x >= from - 1.0 && *x <= to + 1.0 && from < to && *top < y && *bottom > y - 1.0
        })
    }
}

/// The tables among these rules: at least two level and two plumb ones that touch.
pub(super) fn areas(rules: &[Rule]) -> Vec<Area> {
    let rules = &rules[..rules.len().min(MOST_RULES)];
    let mut group: Vec<usize> = (0..rules.len()).collect();
    fn root(group: &mut [usize], mut at: usize) -> usize {
        while group[at] != at {
            group[at] = group[group[at]];
            at = group[at];
        }
        at
    }
    // By their upper ends, so that only rules at a height are compared.
    let mut order: Vec<usize> = (0..rules.len()).collect();
    order.sort_by(|a, b| rules[*a].top().total_cmp(&rules[*b].top()));
    let mut open: Vec<usize> = Vec::new();
    for &at in &order {
        let rule = &rules[at];
        open.retain(|&other| rules[other].bottom() + TOUCH >= rule.top());
        for &other in &open {
            let beside = &rules[other];
            if beside.left() <= rule.right() + TOUCH && rule.left() <= beside.right() + TOUCH {
                let (a, b) = (root(&mut group, at), root(&mut group, other));
                group[a] = b;
            }
        }
        open.push(at);
    }
    let mut areas: std::collections::BTreeMap<usize, (Area, usize, usize)> = Default::default();
    for (at, rule) in rules.iter().enumerate() {
        let root = root(&mut group, at);
        let (area, level, plumb) = areas.entry(root).or_insert_with(|| {
            let far = (f64::MAX, f64::MIN);
            let area =
                Area { left: far.0, top: far.0, right: far.1, bottom: far.1, plumb: Vec::new() };
            (area, 0, 0)
        });
        area.left = area.left.min(rule.left());
        area.right = area.right.max(rule.right());
        area.top = area.top.min(rule.top());
        area.bottom = area.bottom.max(rule.bottom());
        if rule.is_level() {
            *level += 1;
        } else {
            *plumb += 1;
            area.plumb.push((rule.from.0, rule.top(), rule.bottom()));
        }
    }
    areas
        .into_values()
        .filter(|(_, level, plumb)| *level >= 2 && *plumb >= 2)
        .map(|(area, ..)| area)
        .collect()
}

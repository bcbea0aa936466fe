//! The head of a table: which row it is, and which column is which field.

use super::grid::{Grid, Line, address};
use crate::catalog::Field;
use crate::values::{Finding, width};

/// The head is sought in so many rows; above it stand titles.
const SOUGHT: usize = 10;

/// Two labels that are nearer than this are meant to be one.
const NEAR: f64 = 0.6;

/// So many fields are named at most that a header may mean.
const ALIKE: usize = 3;

/// The code of a column that every record needs and the table has not.
pub(in crate::intake) const COLUMN_MISSING: &str = "table.column-missing";

/// One column of a table that has a head.
#[derive(Debug, Clone, PartialEq)]
pub struct TableColumn {
    /// Its place in the sheet, from 0.
    pub column: u32,
    /// What stands in its head.
    pub header: String,
    /// The field that it holds, as a JSON pointer; none if it is not used.
    pub pointer: Option<String>,
    /// The place of that field among the fields of the document.
    pub(super) field: Option<usize>,
}

/// A head that was found.
pub(super) struct Head {
    /// Its place among the rows that are not blank.
    pub line: usize,
    pub columns: Vec<TableColumn>,
    pub findings: Vec<Finding>,
}

/// The row with the most known labels, or else with several that are near to known ones; none if there is
/// not one.
pub(super) fn find(grid: &Grid, fields: &[Field]) -> Option<Head> {
    let names: Vec<Vec<String>> = fields.iter().map(names).collect();
    let known = |header: &str| {
        let header = normal(header);
        names.iter().position(|own| own.contains(&header))
    };
    let near = |header: &str| nearest(&normal(header), &names, &[]).first().copied();
    let (line, _) = row_with(grid, 1, &known).or_else(|| row_with(grid, 2, &near))?;
    let row = &grid.lines[line];
    let mut columns: Vec<TableColumn> = Vec::new();
    let mut findings = Vec::new();
    for cell in &row.cells {
        let header = cell.text.trim().to_owned();
        let at = |finding: Finding| {
            let cell = address(row.number, cell.column);
            finding.with("header", header.clone()).with("cell", cell)
        };
        let field = known(&header);
        let twice = columns.iter().find(|other| field.is_some() && other.field == field);
        if let Some(earlier) = twice {
            let first = address(row.number, earlier.column);
            findings.push(at(Finding::problem("table.column-twice").with("first", first)));
        }
        columns.push(TableColumn {
            column: cell.column,
            pointer: field.map(|at| fields[at].column.pointer.clone()),
            header,
            field,
        });
    }
    let used: Vec<usize> = columns.iter().filter_map(|column| column.field).collect();
    for column in columns.iter().filter(|column| column.field.is_none()) {
        let meant = nearest(&normal(&column.header), &names, &used);
        let meant: Vec<&str> = meant.iter().map(|at| &*fields[*at].column.label).collect();
        let finding = match meant[..] {
            [] => Finding::advice("table.column-unused"),
            _ => Finding::problem("table.column-unknown").with("nearest", meant.join("”或“")),
        };
        let cell = address(row.number, column.column);
        findings.push(finding.with("header", column.header.clone()).with("cell", cell));
    }
    let missing = (0..fields.len()).filter(|at| fields[*at].required && !used.contains(at));
    findings.extend(missing.map(|at| {
        let field = &fields[at].column;
        let finding = Finding::problem(COLUMN_MISSING).with("column", field.label.clone());
        finding.with("pointer", field.pointer.clone()).with("row", row.number)
    }));
    Some(Head { line, columns, findings })
}

/// The first of the rows that are sought in which the most different labels are `known`, at least so many.
fn row_with(
    grid: &Grid,
    least: usize,
    known: &dyn Fn(&str) -> Option<usize>,
) -> Option<(usize, usize)> {
    let count = |line: &Line| {
        let mut found: Vec<usize> =
            line.cells.iter().filter_map(|cell| known(&cell.text)).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    let counts = grid.lines.iter().take(SOUGHT).map(count).enumerate();
    let best = counts.max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)));
    best.filter(|(_, count)| *count >= least)
}

/// The fields, apart from those that are used, one of which a header that is not known may mean: the one
/// whose name is nearest, or else those whose names hold it or are held by it.
fn nearest(header: &str, names: &[Vec<String>], used: &[usize]) -> Vec<usize> {
    let free = || (0..names.len()).filter(|at| !used.contains(at));
    let near = free().map(|at| {
        let near = |name: &String| strsim::normalized_damerau_levenshtein(header, name);
        (names[at].iter().map(near).fold(0.0, f64::max), at)
    });
    if let Some((near, at)) = near.max_by(|a, b| a.0.total_cmp(&b.0))
        && near > NEAR
    {
        return vec![at];
    }
    // The first name is the label; keys and pointers are for programs.
    let long = |text: &str| text.chars().count() > 1;
    let alike = |label: &String| {
        long(header) && long(label) && (label.contains(header) || header.contains(&**label))
    };
    free().filter(|at| names[*at].first().is_some_and(alike)).take(ALIKE).collect()
}

/// All that a column may be called.
fn names(field: &Field) -> Vec<String> {
    let path = field.path();
    [&field.column.label, &path, &field.column.pointer].map(|name| normal(name)).to_vec()
}

/// A header without what does not matter: spaces, line breaks, width, and the mark of what must be
/// filled in.
fn normal(header: &str) -> String {
    let half = width::half(header).to_lowercase();
    let marks = half.chars().filter(|mark| !mark.is_whitespace()).map(|mark| match mark {
        '–' | '—' | '―' | '－' | '─' => '-',
        '【' | '〔' | '［' => '(',
        '】' | '〕' | '］' => ')',
        mark => mark,
    });
    let plain: String = marks.collect();
    // A dash on paper is as long as two letters.
    let plain = plain.replace("--", "-").replace("(必填)", "").replace("(选填)", "");
    plain.trim_matches(['*', ':', '\u{FEFF}']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::normal;

    #[test]
    fn what_does_not_matter_in_a_header_is_left_out() {
        for header in ["负责人—电话", " 负责人 —\n电话 *", "负责人-电话（必填）", "*负责人－电话："]
        {
            assert_eq!(normal(header), "负责人-电话", "{header}");
        }
        assert_eq!(normal("县（市、区）"), normal("县(市、区)"));
        assert_eq!(normal("/Registration/number"), "/registration/number");
    }
}

//! The head of a table: which row it is, and which column is which field.

use super::grid::{Grid, Line, address};
use crate::catalog::Field;
use crate::values::{Finding, width};

/// The head is sought in so many rows; above it stand titles.
const SOUGHT: usize = 10;

/// Two labels that are nearer than this are meant to be one.
const NEAR: f64 = 0.6;

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

/// The row with the most known labels; none if there is not one.
pub(super) fn find(grid: &Grid, fields: &[Field]) -> Option<Head> {
    let names: Vec<Vec<String>> = fields.iter().map(names).collect();
    let known = |header: &str| {
        let header = normal(header);
        names.iter().position(|own| own.contains(&header))
    };
    let count = |line: &Line| {
        let mut found: Vec<usize> =
            line.cells.iter().filter_map(|cell| known(&cell.text)).collect();
        found.sort_unstable();
        found.dedup();
        found.len()
    };
    let counts = grid.lines.iter().take(SOUGHT).map(count).enumerate();
    // Of rows with as many labels the first is the head.
    let (line, most) = counts.max_by_key(|(at, count)| (*count, std::cmp::Reverse(*at)))?;
    if most == 0 {
        return None;
    }
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
        let own = normal(&column.header);
        let free = (0..fields.len()).filter(|at| !used.contains(at));
        let near = free.map(|at| {
            let near = |name: &String| strsim::normalized_damerau_levenshtein(&own, name);
            (names[at].iter().map(near).fold(0.0, f64::max), at)
        });
        let nearest = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(near, _)| *near > NEAR);
        let finding = match nearest {
            Some((_, at)) => Finding::problem("table.column-unknown")
                .with("nearest", fields[at].column.label.clone()),
            None => Finding::advice("table.column-unused"),
        };
        let cell = address(row.number, column.column);
        findings.push(finding.with("header", column.header.clone()).with("cell", cell));
    }
    Some(Head { line, columns, findings })
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

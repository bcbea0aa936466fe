//! The cells of a sheet at their own addresses, as the spreadsheet shows them.

use serde::{Deserialize, Serialize};

/// What a cell holds, apart from its text.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Kind {
    /// Letters, as they stand there.
    Text,
    /// A number that the spreadsheet knows as one.
    Number(#[serde(with = "bits")] f64),
    /// Yes or no.
    Truth(bool),
    /// A day, written YYYY-MM-DD in the text.
    Date,
    /// An error such as #N/A.
    Error,
    /// A formula whose value was never worked out.
    Unworked,
}

/// A number by its bits: it comes out of another process as it went in.
mod bits {
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_u64(number.to_bits())
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        u64::deserialize(from).map(f64::from_bits)
    }
}

/// One cell that is not empty.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cell {
    /// The column, from 0.
    pub column: u32,
    /// What it holds, as a text.
    pub text: String,
    /// What it is.
    pub kind: Kind,
}

/// One row that is not blank.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// Its number as the spreadsheet shows it, from 1.
    pub number: u32,
    /// Its cells that are not empty, from left to right.
    pub cells: Vec<Cell>,
}

impl Line {
    /// The cell of a column (from 0), if it is not empty.
    #[must_use]
    pub fn cell(&self, column: u32) -> Option<&Cell> {
        let at = self.cells.binary_search_by_key(&column, |cell| cell.column).ok()?;
        self.cells.get(at)
    }
}

/// A sheet: its name, and its rows that are not blank.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    /// The name of the sheet; empty for CSV.
    pub name: String,
    /// Its rows in their order.
    pub lines: Vec<Line>,
}

/// The letters of a column (from 0): A, Z, AA.
#[must_use]
pub fn letters(column: u32) -> String {
    let mut rest = column + 1;
    let mut letters = Vec::new();
    while rest > 0 {
        let letter = u8::try_from((rest - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + letter));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

/// The address of a cell, as `B5`; the row counted from 1, the column from 0.
#[must_use]
pub fn address(row: u32, column: u32) -> String {
    format!("{}{row}", letters(column))
}

#[cfg(test)]
mod tests {
    use super::address;

    #[test]
    fn addresses_are_those_of_spreadsheets() {
        let found = [(1, 0), (5, 25), (5, 26), (9, 701), (9, 702)].map(|(r, c)| address(r, c));
        assert_eq!(found, ["A1", "Z5", "AA5", "ZZ9", "AAA9"]);
    }
}

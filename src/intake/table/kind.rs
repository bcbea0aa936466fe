//! What rows are written in, as their name or their bytes tell.

use std::path::Path;

/// What rows are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsKind {
    /// A JSON array of records.
    Json,
    /// A table as text, parted by commas, semicolons or tabs.
    Csv,
    /// A workbook of a spreadsheet program.
    Xlsx,
}

impl RowsKind {
    /// The kind that the first bytes tell, or else the ending of the name; text that tells nothing is
    /// CSV.
    #[must_use]
    pub fn guess(name: Option<&Path>, bytes: &[u8]) -> Self {
        if bytes.starts_with(b"PK") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
            return Self::Xlsx;
        }
        let ending = name.and_then(Path::extension).and_then(|ending| ending.to_str());
        match ending.map(str::to_ascii_lowercase).as_deref() {
            Some("json") => return Self::Json,
            Some("csv" | "txt" | "tsv") => return Self::Csv,
            Some("xlsx" | "xlsm" | "xls") => return Self::Xlsx,
            _ => {}
        }
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        match bytes.trim_ascii_start().first() {
            Some(b'[' | b'{') => Self::Json,
            _ => Self::Csv,
        }
    }
}

//! How far a printer is out (套打偏移): everything on a page moved by so much.

use std::fmt;

use serde::{Deserialize, Serialize};
use typst::layout::{Abs, Point};
use typst_layout::PagedDocument;

/// The farthest that anything is moved, in millimetres: a printer that is out by more is loaded wrongly.
const MOST: i32 = 20;

/// How far everything is moved, in hundredths of a millimetre, the sheet upright as it is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Offset {
    right: i32,
    down: i32,
}

impl Offset {
    /// Reads millimetres to the right and down, such as `1.5,-0.5`.
    ///
    /// # Errors
    /// What it should be, in Chinese.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "应为向右、向下的毫米数，如 1.5,-0.5（向左、向上为负），最多两位小数，各不超过 {MOST}"
            )
        };
        let hundredths = |text: &str| {
            let number: f64 = text.trim().parse().ok()?;
            let exact = number * 100.0;
            let near = exact.round();
            let whole = (exact - near).abs() < 1e-6 && near.abs() <= f64::from(MOST * 100);
            whole.then_some(near as i32)
        };
        let (right, down) = text.split_once([',', '，']).ok_or_else(wrong)?;
        let (right, down) = hundredths(right).zip(hundredths(down)).ok_or_else(wrong)?;
        Ok(Self { right, down })
    }

    /// Whether nothing is moved.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let millimetres = |hundredths: i32| f64::from(hundredths) / 100.0;
        write!(f, "{},{}", millimetres(self.right), millimetres(self.down))
    }
}

/// The same pages with everything on them moved.
pub(super) fn moved(document: PagedDocument, offset: Offset) -> PagedDocument {
    if offset.is_none() {
        return document;
    }
    let millimetres = |hundredths: i32| Abs::mm(f64::from(hundredths) / 100.0);
    let by = Point::new(millimetres(offset.right), millimetres(offset.down));
    let mut pages = document.pages().to_vec();
    for page in &mut pages {
        page.frame.translate(by);
    }
    let info = typst::model::Document::info(&document).clone();
    PagedDocument::new(pages.into(), info)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_exactly_or_not_at_all() {
        let read = |text| Offset::parse(text).map(|offset| offset.to_string());
        assert_eq!(read("1.5,-0.5").as_deref(), Ok("1.5,-0.5"));
        assert_eq!(read(" 0 ，20 ").as_deref(), Ok("0,20"));
        assert_eq!(read("-0,+0.01").as_deref(), Ok("0,0.01"));
        for wrong in
            ["", "1", "1;2", "20.01,0", "0,-21", "1.005,0", "NaN,0", "inf,0", "1,2,3", "a,b"]
        {
            assert!(read(wrong).is_err_and(|told| told.contains("1.5,-0.5")), "{wrong}");
        }
    }
}

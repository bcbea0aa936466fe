//! Sheets that stand across are bound on their long edge: the head is at the binding side (订口) of odd
//! pages and at the outer side (切口) of even ones (GB/T 9704-2012, clause 8).

use typst::layout::{Abs, Point};
use typst_layout::PagedDocument;

/// How much wider the binding margin is than the outer one, in millimetres: 订口 28 (5.2.1), and of
/// 210 - 28 - 156 there remain 26.
const WIDER: f64 = 2.0;

/// The same pages with everything on even ones moved up, from the margins of odd pages, which the
/// layouts set, to those of even ones. Typst mirrors only left and right.
pub(super) fn mirrored(document: PagedDocument) -> PagedDocument {
    if document.pages().len() < 2 {
        return document;
    }
    let mut pages = document.pages().to_vec();
    for page in pages.iter_mut().skip(1).step_by(2) {
        page.frame.translate(Point::with_y(-Abs::mm(WIDER)));
    }
    let info = typst::model::Document::info(&document).clone();
    PagedDocument::new(pages.into(), info)
}

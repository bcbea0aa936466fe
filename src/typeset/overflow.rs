//! Text that has left its page: Typst sets it all the same, and says nothing.

use typst::layout::{Abs, Frame, FrameItem, Point, Transform};
use typst::text::TextItem;
use typst_layout::PagedDocument;

/// How near to the edge of the paper a text may come; printers leave 4 to 5 mm white.
const EDGE: f64 = 5.0;

/// The pages (from 1) on which some text stands outside the paper or at its very edge.
pub(super) fn pages(document: &PagedDocument) -> Vec<usize> {
    let edge = Abs::mm(EDGE);
    document
        .pages()
        .iter()
        .enumerate()
        .filter(|(_, page)| {
            let size = page.frame.size();
            let inside = |at: Point| {
                at.x >= edge && at.y >= edge && at.x <= size.x - edge && at.y <= size.y - edge
            };
            !every_text(&page.frame, Transform::identity(), &inside)
        })
        .map(|(at, _)| at + 1)
        .collect()
}

/// How far a text reaches from its left end. In a justified line the last glyph's advance holds
/// white space as well; its ink is at most one em wide.
fn reach(text: &TextItem) -> Abs {
    let last = text.glyphs.last().map_or(Abs::zero(), |glyph| glyph.x_advance.at(text.size));
    text.width() - last + last.min(text.size)
}

/// Whether every text of a frame passes; a text is asked by both ends of its baseline, which may be turned.
fn every_text(frame: &Frame, at: Transform, passes: &dyn Fn(Point) -> bool) -> bool {
    frame.items().all(|(position, item)| {
        let here = at.pre_concat(Transform::translate(position.x, position.y));
        match item {
            FrameItem::Group(group) => {
                every_text(&group.frame, here.pre_concat(group.transform), passes)
            }
            FrameItem::Text(text) => [Abs::zero(), reach(text)]
                .into_iter()
                .all(|along| passes(Point::with_x(along).transform(here))),
            _ => true,
        }
    })
}

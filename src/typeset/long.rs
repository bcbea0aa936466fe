//! Sheets that take more pages than they may (`pages` of a manifest).

use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;

use super::LongSheet;

/// The sheets that begin on these pages and take more than so many. A page that bears nothing is put in
/// so that the next sheet begins on a front, and is not counted.
pub(super) fn sheets(document: &PagedDocument, starts: &[usize], most: usize) -> Vec<LongSheet> {
    let pages = document.pages();
    let ends = starts.iter().skip(1).copied().chain([pages.len()]);
    let long = starts.iter().zip(ends).enumerate().filter_map(|(sheet, (start, end))| {
        let own = pages.get(*start..end).unwrap_or_default();
        let last = own.iter().rposition(|page| !bears_nothing(&page.frame)).map_or(0, |at| at + 1);
        (last > most).then_some(LongSheet { sheet, pages: last })
    });
    long.collect()
}

fn bears_nothing(frame: &Frame) -> bool {
    frame.items().all(|(_, item)| match item {
        FrameItem::Tag(_) | FrameItem::Link(..) => true,
        FrameItem::Group(group) => bears_nothing(&group.frame),
        _ => false,
    })
}

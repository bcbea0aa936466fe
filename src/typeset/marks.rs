//! What each page shows, as a number: two pages of the same mark look the same.

use std::hash::{DefaultHasher, Hash, Hasher};

use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;

/// A mark of each page, the same for the same page in every process.
pub(super) fn of(document: &PagedDocument) -> Vec<u64> {
    let mark = |frame: &Frame| {
        let mut hasher = DefaultHasher::new();
        show(frame, &mut hasher);
        hasher.finish()
    };
    document.pages().iter().map(|page| mark(&page.frame)).collect()
}

/// What is drawn, and where. Tags are not seen: they also tell of other pages.
fn show(frame: &Frame, hasher: &mut DefaultHasher) {
    frame.size().hash(hasher);
    for (position, item) in frame.items() {
        match item {
            FrameItem::Tag(_) | FrameItem::Link(..) => {}
            FrameItem::Group(group) => {
                (position, group.transform).hash(hasher);
                show(&group.frame, hasher);
            }
            FrameItem::Text(text) => {
                (position, text.size, &text.text, &text.fill).hash(hasher);
            }
            drawn => (position, drawn).hash(hasher),
        }
    }
}

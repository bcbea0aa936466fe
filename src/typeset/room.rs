//! What a layout says of texts for which it has found no room (`无处可放` in `lib/fit.typ`).

use typst::foundations::{Label, Selector, Value};
use typst::introspection::{Introspector, MetadataElem};
use typst::utils::PicoStr;
use typst_layout::PagedDocument;

use super::NoRoom;

/// The label by which layouts tell it.
const LABEL: &str = "没有地方";

/// Every text that has no room.
///
/// # Errors
/// A sentence if a layout tells something else under that label.
pub(super) fn missing(document: &PagedDocument) -> Result<Vec<NoRoom>, String> {
    let Some(label) = Label::new(PicoStr::intern(LABEL)) else { return Ok(Vec::new()) };
    document
        .introspector()
        .query(&Selector::Label(label))
        .iter()
        .map(|told| {
            let value = told.to_packed::<MetadataElem>().map(|metadata| &metadata.value);
            value.and_then(read).ok_or_else(|| {
                format!("标签 <{LABEL}> 的内容应为 (sheet: 序号, pointer: 字段, floor: 字号)")
            })
        })
        .collect()
}

fn read(value: &Value) -> Option<NoRoom> {
    let Value::Dict(told) = value else { return None };
    let text = |key: &str| match told.get(key) {
        Ok(Value::Str(text)) => Some(text.to_string()),
        _ => None,
    };
    let Ok(Value::Int(sheet)) = told.get("sheet") else { return None };
    Some(NoRoom {
        sheet: usize::try_from(*sheet).ok()?,
        pointer: text("pointer")?,
        floor: text("floor")?,
    })
}

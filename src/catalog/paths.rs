//! Places in a record: JSON pointers (RFC 6901) and the dotted paths of expressions.

/// A key as one step of a JSON pointer (RFC 6901).
#[must_use]
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// The dotted path of a JSON pointer.
#[must_use]
pub(super) fn path_of(pointer: &str) -> String {
    pointer.trim_start_matches('/').replace('/', ".")
}

/// The JSON pointer of a dotted path.
#[must_use]
pub fn pointer_of(path: &str) -> String {
    format!("/{}", path.replace('.', "/"))
}

/// The key that one step of a JSON pointer means.
#[must_use]
pub fn unescape(step: &str) -> String {
    step.replace("~1", "/").replace("~0", "~")
}

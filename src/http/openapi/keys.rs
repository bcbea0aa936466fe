//! Where keys are set: which route asks for one, as the table of doors has it.

use serde_json::{Map, Value, json};

use crate::http::doors::DOORS;
use crate::values::Role;

/// The name of the scheme.
const KEY: &str = "key";

/// How a key is shown.
pub(super) fn schemes() -> Value {
    json!({ KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "密钥全文：Authorization: Bearer cw_…；网页以 POST /api/v1/session 登录后用 Cookie",
    } })
}

/// Writes into every operation whether it asks for a key; whoever has none is of this role.
pub(super) fn ask(paths: &mut Map<String, Value>, without: Role) {
    for (path, item) in paths {
        let Value::Object(operations) = item else { continue };
        for (method, operation) in operations {
            let Some(door) = DOORS
                .iter()
                .find(|door| door.method.eq_ignore_ascii_case(method) && is_of(door.path, path))
            else {
                continue;
            };
            operation["security"] = match door.least {
                Role::Public => json!([]),
                // A document may ask for more than its door, and whoever asks on this machine needs none.
                least if least <= without || door.local => json!([{}, { KEY: [] }]),
                _ => json!([{ KEY: [] }]),
            };
        }
    }
}

/// Whether a path is of a door's pattern; each document has paths of its own.
fn is_of(pattern: &str, path: &str) -> bool {
    let (pattern, path) = (pattern.split('/'), path.split('/'));
    let (one, other): (Vec<&str>, Vec<&str>) = (pattern.collect(), path.collect());
    one.len() == other.len()
        && one
            .iter()
            .zip(&other)
            .all(|(own, given)| own == given || matches!(*own, "{programme}" | "{document}"))
}

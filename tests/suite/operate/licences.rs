//! Two tools read which licences may be linked; they must read the same.

use std::fs;

use crate::support::root;

fn list(file: &str, table: Option<&str>, key: &str) -> Vec<String> {
    let text = fs::read_to_string(root().join(file)).expect("readable");
    let all: toml::Table = text.parse().expect("TOML");
    let table = table.map_or(&all, |table| all[table].as_table().expect("a table"));
    let names = table[key].as_array().expect("a list");
    names.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

#[test]
fn what_may_be_linked_is_what_is_collected() {
    let allowed = list(".deny.toml", Some("licenses"), "allow");
    assert!(allowed.len() > 5);
    assert_eq!(allowed, list(".ci/about.toml", None, "accepted"));
}

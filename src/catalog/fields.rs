//! The columns of a table with what a schema says of each: what may stand there, and how it is explained.

use serde_json::Value;

use super::columns::Column;
use super::paths::unescape;
use super::schema::{Schema, everything};
use super::shape::Shape;

/// What stands in the cells of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A text, such as a name or a code.
    Text,
    /// A date, written YYYY-MM-DD.
    Date,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// 是 or 否.
    Truth,
    /// Several texts, set apart by 、.
    Texts,
    /// Several whole numbers, set apart by 、.
    Integers,
    /// Groups of fields, for which a cell has no room.
    Groups,
}

/// A column with what its schema says of it.
#[derive(Debug, Clone)]
pub struct Field {
    /// Its place and its label.
    pub column: Column,
    /// What stands in its cells.
    pub form: Form,
    /// The domain format of a text, if any.
    pub format: Option<String>,
    /// The texts among which is chosen; empty if it is free.
    pub choices: Vec<String>,
    /// What the choices are called, in their order; empty if they speak for themselves.
    pub choice_labels: Vec<String>,
    /// The place that takes a reason (未填原因) written into this column: its own, or that of a group
    /// whose first column it is.
    pub reason_at: Option<String>,
    /// Whether every record holds it.
    pub required: bool,
    /// What the schema's owner says of it.
    pub description: Option<String>,
    /// The most marks of a text.
    pub longest: Option<u64>,
}

impl Field {
    /// The same place as a dotted path, such as `registration.number`.
    #[must_use]
    pub fn path(&self) -> String {
        let steps: Vec<String> = self.column.pointer.split('/').skip(1).map(unescape).collect();
        steps.join(".")
    }
}

impl Schema {
    /// The columns of a table of such records, in the paper's order.
    #[must_use]
    pub fn fields(&self) -> Vec<Field> {
        fields(&self.shape, &everything(&self.bundled))
    }

    /// The columns of a table of the items of a list (a pointer); empty if there is no such list.
    #[must_use]
    pub fn fields_of_items(&self, list: &str) -> Vec<Field> {
        let mut every = everything(&self.bundled);
        for step in list.split('/').skip(1) {
            every = below(&every, &unescape(step));
        }
        let items = every.iter().filter_map(|schema| schema.get("items"));
        let items: Vec<&Value> = items.flat_map(everything).collect();
        let shape = self.shape.items_at(list);
        shape.map(|shape| fields(shape, &items)).unwrap_or_default()
    }
}

/// The columns of a table of what a shape describes, and these schemas with it.
fn fields(shape: &Shape, every: &[&Value]) -> Vec<Field> {
    let columns = shape.columns();
    columns.iter().map(|column| field(shape, every, &columns, column.clone())).collect()
}

fn field(shape: &Shape, every: &[&Value], columns: &[Column], column: Column) -> Field {
    let mut reason_at = None;
    let mut every = every.to_vec();
    let mut place = String::new();
    for step in column.pointer.split('/').skip(1) {
        place = format!("{place}/{step}");
        every = below(&every, &unescape(step));
        let within = format!("{place}/");
        let first = columns.iter().find(|other| other.pointer.starts_with(&within));
        let own = place == column.pointer || first == Some(&column);
        if own && every.iter().any(|schema| schema.pointer("/properties/reason").is_some()) {
            reason_at = Some(place.clone());
        }
    }
    let text = |key: &str| every.iter().find_map(|schema| schema.get(key)?.as_str());
    let texts = |key: &str| -> Vec<String> {
        let lists = every.iter().filter_map(|schema| schema.get(key)?.as_array());
        let longest = lists.max_by_key(|list| list.len());
        let texts = longest.into_iter().flatten().filter_map(Value::as_str);
        texts.map(str::to_owned).collect()
    };
    let format = text("format").map(str::to_owned);
    Field {
        form: form(&every, format.as_deref()),
        choices: texts("enum"),
        choice_labels: texts("labels"),
        required: shape.always_holds(&column.pointer),
        description: text("description").map(str::to_owned),
        longest: every.iter().find_map(|schema| schema.get("maxLength")?.as_u64()),
        format,
        reason_at,
        column,
    }
}

/// Every schema that may hold at this key of what these describe.
fn below<'a>(every: &[&'a Value], key: &str) -> Vec<&'a Value> {
    let own = every.iter().filter_map(|schema| schema.get("properties")?.get(key));
    own.flat_map(everything).collect()
}

fn form(every: &[&Value], format: Option<&str>) -> Form {
    let is = |schemas: &[&Value], kind: &str| {
        schemas.iter().any(|schema| match schema.get("type") {
            Some(Value::String(one)) => one == kind,
            Some(Value::Array(many)) => many.iter().any(|one| one == kind),
            _ => false,
        })
    };
    if is(every, "array") {
        let items: Vec<&Value> =
            every.iter().filter_map(|schema| schema.get("items")).flat_map(everything).collect();
        return match () {
            () if is(&items, "object") || is(&items, "array") => Form::Groups,
            () if is(&items, "integer") => Form::Integers,
            () => Form::Texts,
        };
    }
    match () {
        () if is(every, "string") && format == Some("date") => Form::Date,
        () if is(every, "string") => Form::Text,
        () if is(every, "integer") => Form::Integer,
        () if is(every, "number") => Form::Number,
        () if is(every, "boolean") => Form::Truth,
        () => Form::Text,
    }
}

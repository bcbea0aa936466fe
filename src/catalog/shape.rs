//! The shape of a record: what a schema says of each place, ready to be walked beside the data.
//!
//! Validation itself is the schema library's; the shape answers what a validator does not: which
//! label is printed for a place, which fields belong there and in which order, what an absent
//! group would have held, and which domain format a text has.

use serde_json::{Map, Value};

use super::paths::{escape, path_of, unescape};

/// What a schema says of one place of a record.
#[derive(Debug)]
pub struct Shape {
    /// The label that the paper prints (JSON Schema `title`).
    pub title: Option<String>,
    /// The types allowed, as JSON Schema names them; empty if the schema does not say.
    pub types: Vec<String>,
    /// The fields of an object, in the paper's order.
    pub fields: Vec<(String, Self)>,
    /// The fields that must be there.
    pub required: Vec<String>,
    /// What each item of an array is.
    pub items: Option<Box<Self>>,
    /// Fields in which the items of a list must differ, as pointers within an item.
    pub distinct: Vec<String>,
    /// The domain format of a text (`phone`, `date`, `printable-lines` …).
    pub format: Option<String>,
    /// The texts among which a value is chosen (`enum`); empty if it is free.
    pub choices: Vec<String>,
    /// How many characters a text has at most (`maxLength`).
    pub longest: Option<usize>,
    /// What the choices are called in Chinese, in their order; empty if they speak for themselves.
    pub choice_labels: Vec<String>,
    /// Shapes that hold always (`allOf`).
    also: Vec<Self>,
    /// Shapes that hold under a condition (`if`, `then`, `else`).
    branches: Vec<Branch>,
}

#[derive(Debug)]
struct Branch {
    condition: jsonschema::Validator,
    then: Option<Box<Shape>>,
    otherwise: Option<Box<Shape>>,
}

impl Shape {
    /// Reads a schema whose references have been resolved.
    ///
    /// # Errors
    /// The message of the schema library if a condition cannot be compiled.
    pub fn read(schema: &Value) -> Result<Self, String> {
        let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
        let list = |key: &str| -> Vec<String> {
            match schema.get(key) {
                Some(Value::String(one)) => vec![one.clone()],
                Some(Value::Array(many)) => {
                    many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                }
                _ => Vec::new(),
            }
        };
        let part = |key: &str| schema.get(key).map(Self::read).transpose();
        let fields = match schema.get("properties").and_then(Value::as_object) {
            Some(map) => map
                .iter()
                .map(|(key, inner)| Ok((key.clone(), Self::read(inner)?)))
                .collect::<Result<_, String>>()?,
            None => Vec::new(),
        };
        let also = match schema.get("allOf").and_then(Value::as_array) {
            Some(all) => all.iter().map(Self::read).collect::<Result<_, _>>()?,
            None => Vec::new(),
        };
        let mut branches = Vec::new();
        if let Some(condition) = schema.get("if") {
            branches.push(Branch {
                condition: jsonschema::options()
                    .offline()
                    .build(condition)
                    .map_err(|error| error.to_string())?,
                then: part("then")?.map(Box::new),
                otherwise: part("else")?.map(Box::new),
            });
        }
        let narrowing = branches
            .iter()
            .flat_map(|branch: &Branch| [&branch.then, &branch.otherwise])
            .flatten()
            .map(AsRef::as_ref)
            .chain(&also);
        for (key, inner) in narrowing.flat_map(|shape: &Self| &shape.fields) {
            let declared = fields.iter().any(|(known, _): &(String, Self)| known == key);
            if declared && (inner.format.is_some() || !inner.fields.is_empty()) {
                return Err(format!("“{key}”的 format 和下属字段应写在它自己的声明里"));
            }
        }
        Ok(Self {
            title: text("title"),
            types: list("type"),
            fields,
            required: list("required"),
            items: part("items")?.map(Box::new),
            distinct: list("distinct"),
            format: text("format"),
            choices: list("enum"),
            choice_labels: list("labels"),
            longest: schema
                .get("maxLength")
                .and_then(Value::as_u64)
                .and_then(|most| usize::try_from(most).ok()),
            also,
            branches,
        })
    }

    /// Every shape that holds for this value here: this one, `allOf`, and the branches it takes.
    #[must_use]
    pub fn facets<'a>(&'a self, value: &Value) -> Vec<&'a Self> {
        let mut found = vec![self];
        for shape in &self.also {
            found.extend(shape.facets(value));
        }
        for branch in &self.branches {
            let taken =
                if branch.condition.is_valid(value) { &branch.then } else { &branch.otherwise };
            if let Some(shape) = taken {
                found.extend(shape.facets(value));
            }
        }
        found
    }

    /// The fields that hold for this value, each key once with all its shapes, in the paper's order.
    #[must_use]
    pub fn fields_of<'a>(&'a self, value: &Value) -> Vec<(&'a str, Vec<&'a Self>)> {
        let mut found: Vec<(&str, Vec<&Self>)> = Vec::new();
        for facet in self.facets(value) {
            for (key, shape) in &facet.fields {
                match found.iter_mut().find(|(known, _)| known == key) {
                    Some((_, shapes)) => shapes.push(shape),
                    None => found.push((key, vec![shape])),
                }
            }
        }
        found
    }

    /// The keys that must be present in this value.
    #[must_use]
    pub fn required_of(&self, value: &Value) -> Vec<&str> {
        let mut keys: Vec<&str> = Vec::new();
        for facet in self.facets(value) {
            for key in &facet.required {
                if !keys.contains(&key.as_str()) {
                    keys.push(key);
                }
            }
        }
        keys
    }

    /// The labels from the outermost group to the place of the pointer, within this record.
    ///
    /// An item of a list is called 第N项; a place that the schema does not know by its key.
    #[must_use]
    pub fn labels(&self, record: &Value, pointer: &str) -> Vec<String> {
        let mut labels = Vec::new();
        let mut shapes = vec![self];
        let mut value = record;
        for step in pointer.split('/').skip(1) {
            let step = unescape(step);
            if let (Some(items), Ok(index)) = (item_shape(&shapes, value), step.parse::<usize>()) {
                labels.push(format!("第{}项", index + 1));
                shapes = vec![items];
                value = value.get(index).unwrap_or(&Value::Null);
                continue;
            }
            let next: Vec<&Self> = shapes
                .iter()
                .flat_map(|shape| shape.fields_of(value))
                .filter(|(key, _)| *key == step)
                .flat_map(|(_, shapes)| shapes)
                .collect();
            value = value.get(&step).unwrap_or(&Value::Null);
            let title =
                next.iter().flat_map(|shape| shape.facets(value)).find_map(|s| s.title.clone());
            let title = title.unwrap_or(step);
            if labels.last() != Some(&title) {
                labels.push(title);
            }
            shapes = next;
        }
        labels
    }

    /// The shapes that hold at a place of this record.
    #[must_use]
    pub fn at(&self, record: &Value, pointer: &str) -> Vec<&Self> {
        let (mut shapes, mut value) = (vec![self], record);
        for step in pointer.split('/').skip(1) {
            let step = unescape(step);
            if let (Some(items), Ok(index)) = (item_shape(&shapes, value), step.parse::<usize>()) {
                shapes = vec![items];
                value = value.get(index).unwrap_or(&Value::Null);
                continue;
            }
            let fields = shapes.iter().flat_map(|shape| shape.fields_of(value));
            shapes = fields.filter(|(key, _)| *key == step).flat_map(|(_, own)| own).collect();
            value = value.get(&step).unwrap_or(&Value::Null);
        }
        shapes.iter().flat_map(|shape| shape.facets(value)).collect()
    }

    /// What the items of this list are.
    #[must_use]
    pub fn items_of(&self, list: &Value) -> Option<&Self> {
        item_shape(&[self], list)
    }

    /// This shape and every shape that may hold at the same place, whatever the value.
    pub(super) fn everything(&self) -> Vec<&Self> {
        let branches = self.branches.iter().flat_map(|b| [&b.then, &b.otherwise]).flatten();
        let mut all = vec![self];
        for shape in self.also.iter().chain(branches.map(AsRef::as_ref)) {
            all.extend(shape.everything());
        }
        all
    }

    /// The pointers of every field that a missing place would have had to hold: the place itself,
    /// or each required field of an absent group.
    #[must_use]
    pub fn wanted_at(&self, pointer: &str) -> Vec<String> {
        if !self.is_of("object", &Value::Null) {
            return vec![pointer.to_owned()];
        }
        let group = Value::Object(Map::new());
        let fields = self.fields_of(&group);
        self.required_of(&group)
            .into_iter()
            .flat_map(|key| {
                let inner = format!("{pointer}/{}", escape(key));
                let shape = fields.iter().find(|(known, _)| *known == key);
                match shape.and_then(|(_, shapes)| shapes.first()) {
                    Some(shape) => shape.wanted_at(&inner),
                    None => vec![inner],
                }
            })
            .collect()
    }

    /// Whether every sound record holds something at this place.
    #[must_use]
    pub fn always_holds(&self, pointer: &str) -> bool {
        let mut shape = self;
        for step in pointer.split('/').skip(1) {
            let group = Value::Object(Map::new());
            if !shape.required_of(&group).contains(&step) {
                return false;
            }
            let fields = shape.fields_of(&group);
            let Some(next) = fields.iter().find(|(key, _)| *key == step) else { return false };
            let Some(first) = next.1.first() else { return false };
            shape = first;
        }
        true
    }

    /// Whether every sound record holds a date at this place.
    #[must_use]
    pub fn always_dates(&self, pointer: &str) -> bool {
        let mut shape = self;
        for step in pointer.split('/').skip(1) {
            let fields = shape.fields_of(&Value::Object(Map::new()));
            let Some(next) = fields.iter().find(|(key, _)| *key == step) else { return false };
            let Some(first) = next.1.first() else { return false };
            shape = first;
        }
        let text = Value::String(String::new());
        self.always_holds(pointer) && shape.format_of(&text) == Some("date")
    }

    /// The domain format of a text at this place, if any.
    #[must_use]
    pub fn format_of(&self, value: &Value) -> Option<&str> {
        self.facets(value).into_iter().find_map(|shape| shape.format.as_deref())
    }

    /// Whether a value here is a group of fields, apart from a reason that may stand for it.
    #[must_use]
    pub fn is_group(&self) -> bool {
        self.is_of("object", &Value::Null)
    }

    /// The choices that this place offers, if it offers any.
    #[must_use]
    pub fn choices_of(&self, value: &Value) -> &[String] {
        let facets = self.facets(value);
        facets.into_iter().map(|shape| &shape.choices[..]).find(|c| !c.is_empty()).unwrap_or(&[])
    }

    /// What the choices of this place are called, for those that do not speak for themselves.
    #[must_use]
    pub fn choice_labels_of(&self, value: &Value) -> &[String] {
        let facets = self.facets(value);
        let labels = facets.into_iter().map(|shape| &shape.choice_labels[..]);
        labels.into_iter().find(|labels| !labels.is_empty()).unwrap_or(&[])
    }

    /// Every dotted path of a field that some record may have, such as `contact.phone`.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.gather("", &mut found);
        found
    }

    /// The same with the fields of items, such as `rows.name`, which expressions cannot read so.
    #[must_use]
    pub fn paths_with_items(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.gather_with_items("", &mut found);
        found
    }

    /// How many characters a text at this pointer has at most, whatever the record; none if the schema
    /// does not say.
    #[must_use]
    pub fn longest_at(&self, pointer: &str) -> Option<usize> {
        self.ever_at(pointer).iter().filter_map(|shape| shape.longest).max()
    }

    /// Every shape that a place may have, whatever the record.
    pub(super) fn ever_at(&self, pointer: &str) -> Vec<&Self> {
        let mut shapes = self.everything();
        for step in pointer.split('/').skip(1) {
            let step = unescape(step);
            let fields = shapes.into_iter().flat_map(|shape| &shape.fields);
            let next = fields.filter(|(key, _)| *key == step).map(|(_, shape)| shape);
            shapes = next.flat_map(Self::everything).collect();
        }
        shapes
    }

    /// What an item of the list at this pointer is, whatever the record.
    #[must_use]
    pub fn items_at(&self, pointer: &str) -> Option<&Self> {
        let mut shapes = vec![self];
        for step in pointer.split('/').skip(1) {
            let step = unescape(step);
            let fields = shapes.iter().flat_map(|shape| shape.everything()).flat_map(|s| &s.fields);
            shapes = fields.filter(|(key, _)| *key == step).map(|(_, shape)| shape).collect();
        }
        shapes.iter().flat_map(|shape| shape.everything()).find_map(|shape| shape.items.as_deref())
    }

    /// A field that a list names as distinct and its items do not have.
    pub(super) fn undeclared_distinct(&self) -> Option<String> {
        self.everything().into_iter().find_map(|shape| {
            let items = shape.items.as_deref();
            let known = items.map(Self::paths).unwrap_or_default();
            let own = shape.distinct.iter().find(|field| !known.contains(&path_of(field))).cloned();
            own.or_else(|| items.and_then(Self::undeclared_distinct))
                .or_else(|| shape.fields.iter().find_map(|(_, inner)| inner.undeclared_distinct()))
        })
    }

    fn gather(&self, prefix: &str, found: &mut Vec<String>) {
        for (key, shape) in self.everything().into_iter().flat_map(|shape| &shape.fields) {
            let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            shape.gather(&path, found);
            found.push(path);
        }
    }

    fn gather_with_items(&self, prefix: &str, found: &mut Vec<String>) {
        for shape in self.everything() {
            if let Some(items) = &shape.items {
                items.gather_with_items(prefix, found);
            }
            for (key, inner) in &shape.fields {
                let path = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
                inner.gather_with_items(&path, found);
                found.push(path);
            }
        }
    }

    pub(super) fn is_of(&self, kind: &str, value: &Value) -> bool {
        self.facets(value).into_iter().any(|shape| shape.types.iter().any(|known| known == kind))
    }
}

fn item_shape<'a>(shapes: &[&'a Shape], value: &Value) -> Option<&'a Shape> {
    shapes.iter().flat_map(|shape| shape.facets(value)).find_map(|shape| shape.items.as_deref())
}

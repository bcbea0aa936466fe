//! A document's schema: read, checked, its references resolved, its validator and shape made.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::columns::REASON;
use super::demands;
use super::position::line_of_pointer;
use super::shape::Shape;
use crate::fault::{Fault, Faults, io_reason};

/// A schema that may be trusted.
#[derive(Debug)]
pub struct Schema {
    /// The whole schema without outside references, as clients get it.
    pub bundled: Value,
    /// What the schema says of each place.
    pub shape: Shape,
    /// The library's validator (draft 2020-12).
    pub validator: jsonschema::Validator,
}

impl Schema {
    /// Makes the shape and the validator of a schema without outside references.
    ///
    /// # Errors
    /// What is wrong with it, in Chinese.
    pub(super) fn of(bundled: Value) -> Result<Self, String> {
        let shape =
            Shape::read(&bundled).map_err(|error| format!("schema 的条件无法使用：{error}"))?;
        if let Some(field) = shape.undeclared_distinct() {
            return Err(format!("distinct 指向的 {field} 不在列表的 items 中"));
        }
        let validator = jsonschema::options()
            .with_draft(jsonschema::Draft::Draft202012)
            .should_validate_formats(false)
            .offline()
            .build(&bundled)
            .map_err(|error| format!("schema 无法使用：{error}"))?;
        Ok(Self { bundled, shape, validator })
    }
}

/// The domain formats of texts that `intake` knows how to judge.
pub(super) const FORMATS: [&str; 8] = [
    "credit-code",
    "registration-number",
    "region",
    "phone",
    "postcode",
    "date",
    "printable",
    "printable-lines",
];

/// The keywords that a schema here may use; another one is a slip of the pen.
const KEYWORDS: [&str; 35] = [
    "$schema",
    "$id",
    "$ref",
    "$defs",
    "$comment",
    "title",
    "description",
    "examples",
    "default",
    "type",
    "enum",
    // Ours: what the choices of `enum` are called in Chinese, in their order.
    "labels",
    // Ours: a field that is asked for only with this answer to another field of its group.
    "asked_when",
    "const",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "contains",
    "minItems",
    "maxItems",
    "uniqueItems",
    // Ours: fields (pointers within an item) in which the items of a list must differ.
    "distinct",
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "maximum",
    "multipleOf",
    "if",
    "then",
    "else",
    "allOf",
    "not",
];

/// Schema files that have been read, with their texts for the line numbers of faults.
#[derive(Default)]
pub struct Schemas {
    files: HashMap<PathBuf, (String, Value)>,
    /// How many places have been resolved; references that double would never end.
    resolved: usize,
}

/// No form has so many places.
const PLACES: usize = 50_000;

impl Schemas {
    /// Opens one schema file of a document and everything it refers to below `templates`.
    ///
    /// # Errors
    /// Every fault, with file and line.
    pub fn open(&mut self, templates: &Path, path: &Path) -> Result<Schema, Faults> {
        let root = self.read(path)?.clone();
        let bundled = self.resolve(templates, path, &root, "", 0)?;
        let mut lacking = Vec::new();
        demands::find(&bundled, &mut |pointer, what| lacking.push(self.fault(path, pointer, what)));
        Faults::unless_none(lacking, ())?;
        let at_top = |what: String| Fault::at(path, what).on_line(1);
        Schema::of(bundled).map_err(|what| at_top(what).into())
    }

    /// Reads and checks one file, once.
    fn read(&mut self, path: &Path) -> Result<&Value, Faults> {
        if !self.files.contains_key(path) {
            let text = fs::read_to_string(path)
                .map_err(|error| Fault::at(path, format!("读不了文件：{}", io_reason(&error))))?;
            let value: Value = serde_json::from_str(&text).map_err(|error| {
                Fault::at(path, format!("不是合法的 JSON：{error}")).on_line(error.line())
            })?;
            let faults = check(path, &text, &value);
            Faults::unless_none(faults, ())?;
            self.files.insert(path.to_owned(), (text, value));
        }
        Ok(&self.files[path].1)
    }

    /// The schema with each `$ref` replaced by what it names; keys beside a `$ref` (a title, say)
    /// stand before those of the target.
    fn resolve(
        &mut self,
        templates: &Path,
        path: &Path,
        schema: &Value,
        pointer: &str,
        depth: usize,
    ) -> Result<Value, Faults> {
        // No paper nests so deep: a reference runs in a circle.
        self.resolved += 1;
        if depth > 40 || self.resolved > PLACES {
            return Err(self.fault(path, pointer, "引用成环，或展开后过大").into());
        }
        match schema {
            Value::Object(map) => {
                let mut made = serde_json::Map::new();
                for (key, inner) in map {
                    if key == "$defs" || key == "$ref" {
                        continue;
                    }
                    let below = format!("{pointer}/{}", super::paths::escape(key));
                    made.insert(
                        key.clone(),
                        self.resolve(templates, path, inner, &below, depth + 1)?,
                    );
                }
                let Some(reference) = map.get("$ref").and_then(Value::as_str) else {
                    return Ok(Value::Object(made));
                };
                let (file, inside) = reference.split_once('#').unwrap_or((reference, ""));
                let target_path = match file.strip_prefix('/') {
                    Some(rooted) => templates.join(rooted),
                    None if file.is_empty() => path.to_owned(),
                    None => path.parent().unwrap_or(templates).join(file),
                };
                let missing = self.fault(path, pointer, &format!("引用“{reference}”找不到"));
                if !target_path.is_file() {
                    return Err(missing
                        .hint("引用写作 /lib/schema/common.json#/$defs/名称")
                        .into());
                }
                let target = self.read(&target_path)?.pointer(inside).cloned();
                let target = target.ok_or(missing)?;
                let resolved = self.resolve(templates, &target_path, &target, inside, depth + 1)?;
                if let Value::Object(target) = resolved {
                    for (key, inner) in target {
                        made.entry(key).or_insert(inner);
                    }
                }
                Ok(Value::Object(made))
            }
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(at, item)| {
                    self.resolve(templates, path, item, &format!("{pointer}/{at}"), depth + 1)
                })
                .collect(),
            other => Ok(other.clone()),
        }
    }

    fn fault(&self, path: &Path, pointer: &str, what: &str) -> Fault {
        let fault = Fault::at(path, format!("schema 在 {} 处有误：{what}", place(pointer)));
        match self.files.get(path) {
            Some((text, _)) => fault.on_line(line_of_pointer(text, pointer)),
            None => fault,
        }
    }
}

/// All that is wrong with one schema file by itself.
fn check(path: &Path, text: &str, schema: &Value) -> Vec<Fault> {
    let at = |pointer: &str, what: String| {
        Fault::at(path, format!("schema 在 {} 处有误：{what}", place(pointer)))
            .on_line(line_of_pointer(text, pointer))
    };
    let mut faults = Vec::new();
    let meta = jsonschema::draft202012::meta::validator();
    for error in meta.iter_errors(schema).take(20) {
        faults.push(at(&error.instance_path().to_string(), error.to_string()));
    }
    look_for_slips(schema, "", &mut |pointer, what| faults.push(at(pointer, what)));
    faults
}

/// Unknown keywords and formats, which a validator would pass over in silence.
fn look_for_slips(schema: &Value, pointer: &str, report: &mut dyn FnMut(&str, String)) {
    let Value::Object(map) = schema else { return };
    if let (Some(required), Some(properties)) =
        (map.get("required").and_then(Value::as_array), map.get("properties"))
    {
        for (at, key) in required.iter().enumerate() {
            let declared = key.as_str().is_some_and(|key| properties.get(key).is_some());
            if !declared {
                report(
                    &format!("{pointer}/required/{at}"),
                    format!("必填的 {key} 不在 properties 中"),
                );
            }
        }
    }
    let is_of = |kind: &str| map.get("type").and_then(Value::as_str) == Some(kind);
    // What is not declared would pass unseen and be lost.
    if is_of("object")
        && map.contains_key("properties")
        && map.get("additionalProperties") != Some(&Value::Bool(false))
    {
        report(pointer, "一组字段应写明 \"additionalProperties\": false".to_owned());
    }
    if is_of("array") && !map.contains_key("items") {
        report(pointer, "列表应有 items".to_owned());
    }
    let count = |key: &str| map.get(key).and_then(Value::as_array).map(Vec::len);
    if map.contains_key("labels") && (count("labels").is_none() || count("labels") != count("enum"))
    {
        report(&format!("{pointer}/labels"), "labels 应与 enum 一一对应".to_owned());
    }
    if let Some(distinct) = map.get("distinct") {
        let pointers = distinct.as_array().is_some_and(|fields| {
            fields.iter().all(|field| field.as_str().is_some_and(|field| field.starts_with('/')))
        });
        if !is_of("array") || !pointers {
            let what = "distinct 用于列表，写作 [\"/字段\"]，从列表的一项数起";
            report(&format!("{pointer}/distinct"), what.to_owned());
        }
    }
    for (key, field) in map.get("properties").and_then(Value::as_object).into_iter().flatten() {
        if let Some(when) = field.get("asked_when").filter(|when| !is_answerable(map, when)) {
            let below = format!("{pointer}/properties/{}", super::paths::escape(key));
            let what = format!("asked_when 写作 {{\"同组的字段\": \"它的一个选项\"}}，现为 {when}");
            report(&format!("{below}/asked_when"), what);
        }
    }
    for (key, inner) in map {
        let below = format!("{pointer}/{}", super::paths::escape(key));
        match key.as_str() {
            "properties" | "$defs" => {
                for (name, inner) in inner.as_object().into_iter().flatten() {
                    let named = format!("{below}/{}", super::paths::escape(name));
                    look_for_slips(inner, &named, report);
                }
            }
            "items" | "contains" | "if" | "then" | "else" | "not" => {
                look_for_slips(inner, &below, report);
            }
            "allOf" => {
                for (at, inner) in inner.as_array().into_iter().flatten().enumerate() {
                    look_for_slips(inner, &format!("{below}/{at}"), report);
                }
            }
            "format" => {
                let format = inner.as_str().unwrap_or_default();
                if !FORMATS.contains(&format) {
                    report(
                        &below,
                        format!("不认识的 format“{format}”，可用：{}", FORMATS.join("、")),
                    );
                }
            }
            known if KEYWORDS.contains(&known) => {}
            unknown => report(&below, format!("不认识的关键字“{unknown}”")),
        }
    }
}

/// Whether a field of this group can have the answer that another one waits for.
fn is_answerable(group: &serde_json::Map<String, Value>, when: &Value) -> bool {
    let Some(map) = when.as_object().filter(|map| map.len() == 1) else { return false };
    map.iter().all(|(field, answer)| {
        let declared = group.get("properties").and_then(|fields| fields.get(field));
        let every = declared.map(everything).unwrap_or_default();
        every.iter().any(|schema| {
            let list = schema.get("enum").or_else(|| schema.pointer("/items/enum"));
            list.and_then(Value::as_array).is_some_and(|list| list.contains(answer))
        })
    })
}

/// A pointer as a fault names it.
fn place(pointer: &str) -> &str {
    if pointer.is_empty() { "最外层" } else { pointer }
}

/// A schema and every schema that may hold at the same place, whatever the value.
pub(super) fn everything(schema: &Value) -> Vec<&Value> {
    let all = schema.get("allOf").and_then(Value::as_array).into_iter().flatten();
    let parts = ["then", "else"].into_iter().filter_map(|key| schema.get(key));
    let mut found = vec![schema];
    for inner in all.chain(parts) {
        found.extend(everything(inner));
    }
    // The place of a reason says nothing of the value that it stands for.
    found.sort_by_key(|schema| {
        schema.get("properties").is_some_and(|map| map.get(REASON).is_some())
    });
    found
}

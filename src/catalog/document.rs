//! A document (文书): one folder with manifest, schema, rules and layout, opened and checked whole.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::NaiveDate;
use minijinja::Environment;
use serde_json::Value;

use super::expressions::{
    RESERVED, Surroundings, environment, paths_of_expression, paths_of_sentence, unknown_paths,
    value_of,
};
use super::manifest::{self, Manifest, Programme};
use super::numbers;
use super::paths::{path_of, pointer_of};
use super::position::{first_line, line_of};
use super::rules::{self, Rule};
use super::schema::{Schema, Schemas};
use crate::digest::Digest;
use crate::fault::{Fault, Faults};
use crate::values::date;

/// The name of a document, such as `shanxi/application`: programme and document folder.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DocumentId {
    /// The folder of the programme.
    pub programme: String,
    /// The folder of the document.
    pub document: String,
}

/// A document that may be filled in.
#[derive(Debug)]
pub struct Document {
    /// Its name.
    pub id: DocumentId,
    /// Its manifest.
    pub manifest: Manifest,
    /// The programme that it belongs to.
    pub programme: Arc<Programme>,
    /// Its schema.
    pub schema: Schema,
    /// Its rules, in the order of the file.
    pub rules: Vec<Rule>,
    /// The day the blank form was issued.
    pub issued: NaiveDate,
    /// What is filled in already in its blank forms, by name.
    pub blanks: BTreeMap<String, Value>,
    /// Its samples, by case; the plain sample has the case `""`.
    pub samples: BTreeMap<String, PathBuf>,
    /// The digest of everything below `templates/` that can change its pages.
    pub digest: Digest,
    /// Sentences, file name and the sentences of rules, by name.
    pub environment: Environment<'static>,
    groups: Groups,
    /// The same for the items of the lists that rules go over, by the pointer of the list.
    item_groups: BTreeMap<String, Groups>,
}

/// The pointers of groups with the keys of their fields, outer groups first.
pub(super) type Groups = Vec<(String, Vec<String>)>;

/// What a ＿ in an owner's sentence becomes: a gap to write on. It is a private-use character, which
/// no user's text can hold, so that a ＿ in a name stays a ＿.
const GAP: &str = "\u{E000}";

/// The name of the file-name sentence in a document's environment.
pub const FILE_NAME: &str = "file_name";

impl Document {
    /// Opens the folder of one document.
    ///
    /// # Errors
    /// Every fault found in its files, each with file and line.
    pub fn open(
        id: DocumentId,
        (programme, programme_text): (&Arc<Programme>, &str),
        templates: &Path,
        (schemas, surroundings): (&mut Schemas, &Surroundings),
        samples: BTreeMap<String, PathBuf>,
        digest: Digest,
    ) -> Result<Self, Faults> {
        let folder = templates.join(&id.programme).join(&id.document);
        let path = folder.join("document.toml");
        let (manifest, text): (Manifest, String) = manifest::read(&path)?;
        let schema = schemas.open(templates, &folder.join("schema.json"))?;
        let known = schema.shape.paths();
        let facts = programme.facts();
        let mut faults = Vec::new();
        let mut environment = environment(surroundings, programme.province.get_ref());
        let mut readable = known.clone();
        for (name, expression) in &manifest.computed {
            readable.push(format!("computed.{name}"));
            let line = line_of(&text, expression.span().start);
            if let Some(what) = slip(&environment, expression.get_ref(), &known, &facts) {
                faults.push(Fault::at(&path, format!("算出的“{name}”{what}")).on_line(line));
            }
        }
        if let Some(days) = &manifest.calendar
            && let Some(what) = slip(&environment, days.span.get_ref(), &readable, &facts)
        {
            let line = line_of(&text, days.span.span().start);
            faults.push(Fault::at(&path, format!("[calendar] 的 span {what}")).on_line(line));
        }

        let overridden = programme.sentences.get(&id.document);
        let programme_path = templates.join(&id.programme).join("programme.toml");
        let sentences = manifest.sentences.iter().map(|(name, own)| {
            match overridden.and_then(|sentences| sentences.get(name)) {
                Some(other) => (name.as_str(), other, &programme_path, programme_text),
                None => (name.as_str(), own, &path, text.as_str()),
            }
        });
        let file_name = (FILE_NAME, &manifest.file_name, &path, text.as_str());
        for (name, sentence, file, file_text) in sentences.chain([file_name]) {
            let start = first_line(file_text, sentence);
            if name == FILE_NAME && manifest.sentences.contains_key(FILE_NAME) {
                faults.push(Fault::at(&path, "句子不能叫 file_name").on_line(start));
            }
            let source = sentence.get_ref().replace('＿', GAP);
            match environment.add_template_owned(name.to_owned(), source) {
                Err(error) => {
                    let line = start + error.line().unwrap_or(1) - 1;
                    let what =
                        format!("句子“{name}”有误：{}", error.detail().unwrap_or("语法错误"));
                    faults.push(Fault::at(file, what).on_line(line));
                }
                Ok(()) => {
                    let paths = paths_of_sentence(&environment, name);
                    for unknown in unknown_paths(&paths, &readable, &facts) {
                        let what = format!("句子“{name}”用了未声明的字段“{unknown}”");
                        let at = sentence.get_ref().find(&unknown).unwrap_or(0);
                        let line = start + line_of(sentence.get_ref(), at) - 1;
                        faults.push(Fault::at(file, what).on_line(line));
                    }
                }
            }
        }
        for (name, sentence) in overridden.into_iter().flatten() {
            if !manifest.sentences.contains_key(name) {
                let what = format!("句子“{}.{name}”在 {} 中没有", id.document, path.display());
                let line = line_of(programme_text, sentence.span().start);
                faults.push(Fault::at(&programme_path, what).on_line(line));
            }
        }
        let with_items = schema.shape.paths_with_items();
        let pointers = manifest.unprinted.keys().chain(&manifest.distinct);
        for pointer in pointers.chain(manifest.measured.keys()).chain([&manifest.dated_by]) {
            if !with_items.contains(&path_of(pointer.get_ref())) {
                let what = format!("{} 不在 schema 中", pointer.get_ref());
                faults.push(Fault::at(&path, what).on_line(line_of(&text, pointer.span().start)));
            }
        }
        let mut blanks = BTreeMap::new();
        for (name, filled) in &manifest.blanks {
            let line = line_of(&text, filled.span().start);
            let value = serde_json::to_value(filled.get_ref()).unwrap_or_default();
            for field in leaves(&value).into_iter().filter(|field| !known.contains(field)) {
                let what = format!("空白表格“{name}”填了未声明的字段“{field}”");
                faults.push(Fault::at(&path, what).on_line(line));
            }
            blanks.insert(name.clone(), value);
        }
        let dated_by = manifest.dated_by.get_ref();
        if known.contains(&path_of(dated_by)) && !schema.shape.always_dates(dated_by) {
            let line = line_of(&text, manifest.dated_by.span().start);
            let what = format!("dated_by 指向的 {dated_by} 应为必填，format 为 date");
            faults.push(Fault::at(&path, what).on_line(line));
        }
        for key in schema.shape.fields.iter().map(|(key, _)| key) {
            if RESERVED.contains(&key.as_str()) {
                let file = folder.join("schema.json");
                faults.push(Fault::at(&file, format!("字段不能叫 {key}，规则和句子另有所指")));
            }
        }
        if let Some(pages) = manifest.pages.as_ref().filter(|pages| *pages.get_ref() == 0) {
            let line = line_of(&text, pages.span().start);
            faults.push(Fault::at(&path, "pages 至少为 1").on_line(line));
        }
        if manifest.many && manifest.carry {
            let what = "many 与 carry 不能并用：一个 PDF 只能随附一份数据";
            faults.push(Fault::at(&path, what));
        }
        if !manifest.many
            && let Some(pointer) = manifest.distinct.first()
        {
            let line = line_of(&text, pointer.span().start);
            let what = "distinct 比较一组数据中的各份，须同时写 many = true";
            faults.push(Fault::at(&path, what).on_line(line));
        }
        let numbering = numbers::Opening {
            name: &id.document,
            file: (&path, &text),
            manifest: &manifest,
            programme_file: (&programme_path, programme_text),
            programme,
            shape: &schema.shape,
        };
        faults.extend(numbers::open(&numbering, &mut environment));
        let rules = match rules::open(&folder.join("rules.toml"), &schema, &facts, &mut environment)
        {
            Ok(rules) => rules,
            Err(more) => {
                faults.extend(Vec::from(more));
                Vec::new()
            }
        };
        if samples.is_empty() {
            faults.push(
                Fault::at(&folder, "没有样例").hint(format!("加一个 samples/{}.json", id.dashed())),
            );
        }
        let issued = date::parse(programme.issued.get_ref()).unwrap_or_default();
        let item_groups = rules
            .iter()
            .filter_map(|rule| rule.each.as_ref())
            .filter_map(|each| Some((each.clone(), groups(schema.shape.items_at(each)?.paths()))))
            .collect();
        let programme = Arc::clone(programme);
        let opened = Self {
            id,
            manifest,
            programme,
            schema,
            rules,
            issued,
            blanks,
            samples,
            digest,
            environment,
            groups: groups(known),
            item_groups,
        };
        if faults.is_empty() {
            faults.extend(numbers::tried(&opened, (&programme_path, programme_text)));
        }
        Faults::unless_none(faults, opened)
    }
}

/// What is wrong with an expression that may read these paths.
fn slip(
    environment: &Environment<'_>,
    expression: &str,
    readable: &[String],
    facts: &Value,
) -> Option<String> {
    match paths_of_expression(environment, expression) {
        Ok(paths) => {
            let unknown = unknown_paths(&paths, readable, facts);
            unknown.first().map(|unknown| format!("用了未声明的字段“{unknown}”"))
        }
        Err(error) => Some(format!("的表达式有误：{error}")),
    }
}

/// Paths as groups with their keys, outer groups first.
pub(super) fn groups(mut paths: Vec<String>) -> Groups {
    paths.sort();
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for path in paths {
        let (group, key) = path.rsplit_once('.').unwrap_or(("", &path));
        let group = if group.is_empty() { String::new() } else { pointer_of(group) };
        groups.entry(group).or_default().push(key.to_owned());
    }
    groups.into_iter().collect()
}

impl Document {
    /// What rules and sentences see: the complete record, `programme`, and null for every field
    /// that the schema knows and this record has no place for (what a reason stands in for).
    #[must_use]
    pub fn context(&self, complete: &Value) -> minijinja::Value {
        let mut seen = with_every_key(complete, &self.groups);
        if let Value::Object(map) = &mut seen {
            map.insert("programme".to_owned(), self.programme.facts());
        }
        value_of(&seen)
    }

    /// What a rule sees as `row`: an item of the list at this pointer.
    #[must_use]
    pub fn item_context(&self, list: &str, item: &Value) -> minijinja::Value {
        match self.item_groups.get(list) {
            Some(groups) => value_of(&with_every_key(item, groups)),
            None => value_of(item),
        }
    }
}

/// A group with null for every key that it lacks.
pub(super) fn with_every_key(complete: &Value, groups: &Groups) -> Value {
    let mut seen = complete.clone();
    for (group, keys) in groups {
        if let Some(Value::Object(map)) = seen.pointer_mut(group) {
            for key in keys {
                map.entry(key).or_insert(Value::Null);
            }
        }
    }
    seen
}

/// The dotted paths of the plain values in a group.
fn leaves(value: &Value) -> Vec<String> {
    let Value::Object(map) = value else { return Vec::new() };
    let below = |(key, inner): (&String, &Value)| match inner {
        Value::Object(_) => leaves(inner).iter().map(|path| format!("{key}.{path}")).collect(),
        _ => vec![key.clone()],
    };
    map.iter().flat_map(below).collect()
}

impl DocumentId {
    /// `programme-document`, as in the names of samples and of carried records.
    #[must_use]
    pub fn dashed(&self) -> String {
        format!("{}-{}", self.programme, self.document)
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.programme, self.document)
    }
}

//! Whether every field reaches the paper: each is left out and changed in the samples, until one paper looks
//! different.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::others::others;
use super::refused;
use crate::app::{App, Refusal};
use crate::catalog::{Document, LAYOUT, REASON, pointer_of, unescape};
use crate::fault::Fault;
use crate::intake;
use crate::wording::Sheet;

/// How many items of a list are tried that have a field.
const PLACES: usize = 2;

/// What the samples of a document have told of its fields.
pub(super) struct Fields<'a> {
    app: &'a App,
    document: &'a Document,
    /// Fields that some sample fills.
    filled: BTreeSet<String>,
    /// Fields that have made a paper look different.
    shown: BTreeSet<String>,
    /// Fields that made none look different, with the place that was tried.
    unseen: BTreeMap<String, String>,
}

/// What came of a changed sample.
enum Tried {
    /// It is no sound record, or there is no room for it.
    Unsound,
    /// It looks like the sample, or not.
    Laid { different: bool },
    /// It cannot be printed.
    Failed(Vec<Fault>),
}

impl<'a> Fields<'a> {
    pub(super) fn of(app: &'a App, document: &'a Document) -> Self {
        let (filled, shown, unseen) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        Self { app, document, filled, shown, unseen }
    }

    /// Looks at the records of a sample; tells what cannot be printed without a field or with another
    /// value in it.
    pub(super) fn look_at(&mut self, path: &Path, records: &[Value]) -> Vec<Fault> {
        let document = self.document;
        let fields = document.schema.shape.paths_with_items();
        for record in records {
            let filled = fields.iter().filter(|field| !places(record, field).is_empty());
            self.filled.extend(filled.cloned());
        }
        let Some(record) = records.first() else { return Vec::new() };
        let base = match self.laid_out(record) {
            Ok(Some(marks)) => marks,
            Ok(None) => return Vec::new(),
            Err(refusal) => return refused(refusal, Some(&path.to_owned())),
        };
        let mut faults = self.try_reasons(path, record, (&fields, &base));
        for field in &fields {
            for (at, pointer) in places(record, field).into_iter().take(PLACES).enumerate() {
                let mut without = record.clone();
                // A paper of few pages is laid out without each field, also where it is shown already.
                let needed = document.manifest.pages.is_some() && at == 0;
                if take_out(&mut without, &pointer) && at == 0 {
                    let lay = needed || !self.is_settled(field);
                    match self.tried(&without, lay.then_some(&base), true) {
                        Tried::Failed(found) => faults.extend(found.into_iter().map(|fault| {
                            let what = format!("不填 {pointer} 时：{fault}");
                            Fault::at(path, what)
                        })),
                        tried => self.note(field, &pointer, &tried),
                    }
                }
                if self.is_settled(field) {
                    continue;
                }
                for other in others(self.app.catalog(), document, record, &pointer) {
                    let mut changed = record.clone();
                    if let Some(place) = changed.pointer_mut(&pointer) {
                        *place = other.clone();
                    }
                    match self.tried(&changed, Some(&base), false) {
                        Tried::Failed(found) => faults.extend(found.into_iter().map(|fault| {
                            let what = format!("{pointer} 填 {other} 时：{fault}");
                            Fault::at(path, what)
                        })),
                        tried => self.note(field, &pointer, &tried),
                    }
                    if self.is_settled(field) {
                        break;
                    }
                }
            }
        }
        faults
    }

    /// Has a reason stand for each value that may be missing: samples seldom do.
    fn try_reasons(
        &mut self,
        path: &Path,
        record: &Value,
        (fields, base): (&[String], &Vec<u64>),
    ) -> Vec<Fault> {
        let mut faults = Vec::new();
        for field in fields {
            let Some(of) = field.strip_suffix(REASON).and_then(|of| of.strip_suffix('.')) else {
                continue;
            };
            let Some(pointer) = places(record, of).into_iter().next() else { continue };
            let mut changed = record.clone();
            match changed.pointer_mut(&pointer) {
                Some(place) if !self.is_settled(field) => *place = json!({ REASON: "暂无" }),
                _ => continue,
            }
            match self.tried(&changed, Some(base), false) {
                Tried::Failed(found) => {
                    faults.extend(found.into_iter().map(|fault| {
                        Fault::at(path, format!("{pointer} 以未填原因代替时：{fault}"))
                    }))
                }
                tried => self.note(field, &format!("{pointer}/{REASON}"), &tried),
            }
        }
        faults
    }

    /// Fields that no sample fills, and those that are not printed.
    pub(super) fn conclude(self) -> Vec<Fault> {
        let document = self.document;
        let id = &document.id;
        let folder = self.app.catalog().home().templates().join(&id.programme).join(&id.document);
        let (schema, layout) = (folder.join("schema.json"), folder.join(LAYOUT));
        let number = document.manifest.numbered.as_ref().map(|numbered| numbered.at.get_ref());
        let mut told: Vec<String> = Vec::new();
        let mut faults = Vec::new();
        let mut fields = document.schema.shape.paths_with_items();
        fields.sort();
        fields.dedup();
        for field in &fields {
            let pointer = pointer_of(field);
            let within = |outer: &String| pointer.starts_with(&format!("{outer}/"));
            // Whether the number is on the paper is asked where it is given.
            let passed = self.is_unprinted(field) || number == Some(&pointer);
            if passed || told.iter().any(within) {
                continue;
            }
            // A reason stands where a value is missing, and is tried without a sample.
            let reason = field.ends_with(&format!(".{REASON}"));
            let what = if !reason && !self.filled.contains(field) {
                let what = format!("{pointer} 没有一个样例填写，印出来怎样就没有看过");
                Fault::at(&schema, what).hint("在一个样例里填上它")
            } else if !self.shown.contains(field) && self.unseen.contains_key(field) {
                let tried = &self.unseen[field];
                let what = format!("{tried} 填了也不印");
                Fault::at(&layout, what)
                    .hint("不该印的写进 document.toml 的 [unprinted]，并写明原因")
            } else {
                continue;
            };
            told.push(pointer);
            faults.push(what);
        }
        faults
    }

    fn is_settled(&self, field: &str) -> bool {
        self.shown.contains(field) || self.is_unprinted(field)
    }

    fn is_unprinted(&self, field: &str) -> bool {
        let pointer = pointer_of(field);
        self.document.manifest.unprinted.keys().any(|known| {
            let known = known.get_ref();
            *known == pointer || pointer.starts_with(&format!("{known}/"))
        })
    }

    fn note(&mut self, field: &str, pointer: &str, tried: &Tried) {
        match tried {
            Tried::Laid { different: true } => {
                self.shown.insert(field.to_owned());
            }
            Tried::Laid { different: false } => {
                self.unseen.entry(field.to_owned()).or_insert_with(|| pointer.to_owned());
            }
            Tried::Unsound | Tried::Failed(_) => {}
        }
    }

    /// A changed sample, held against the pages of the sample; without them its sentences are made and no
    /// more. What has no room is a fault only where something was left out.
    fn tried(&self, record: &Value, base: Option<&Vec<u64>>, left_out: bool) -> Tried {
        let made = match base {
            Some(_) => self.laid_out(record),
            None => self.sheet(record).map(|_| None),
        };
        match made {
            Ok(None) => Tried::Unsound,
            Ok(Some(marks)) => Tried::Laid { different: base != Some(&marks) },
            Err(Refusal::Usage(_) | Refusal::Problems(_)) if !left_out => Tried::Unsound,
            Err(refusal) => Tried::Failed(refused(refusal, None)),
        }
    }

    /// The pages of a record; none if it is no sound one.
    fn laid_out(&self, record: &Value) -> Result<Option<Vec<u64>>, Refusal> {
        match self.sheet(record)? {
            Some(sheet) => self.app.look_of(self.document, sheet).map(Some),
            None => Ok(None),
        }
    }

    fn sheet(&self, record: &Value) -> Result<Option<Sheet>, Refusal> {
        let input = record.to_string().into_bytes();
        let catalog = self.app.catalog();
        let examined = intake::examine(catalog, self.document, &input, self.app.most.rows)?;
        let made = examined.records.first().map(|record| Sheet::of(self.document, record));
        Ok(made.transpose()?)
    }
}

/// The pointers at which a field is filled, in every item where it is a field of items.
fn places(record: &Value, path: &str) -> Vec<String> {
    let mut open = vec![(record, String::new())];
    for key in path.split('.') {
        let mut next = Vec::new();
        for (group, pointer) in open {
            let groups: Vec<(&Value, String)> = match group {
                Value::Array(items) => {
                    let item = |(at, item)| (item, format!("{pointer}/{at}"));
                    items.iter().enumerate().map(item).collect()
                }
                other => vec![(other, pointer)],
            };
            for (group, pointer) in groups {
                if let Some(value) = group.get(key).filter(|value| !value.is_null()) {
                    next.push((value, format!("{pointer}{}", pointer_of(key))));
                }
            }
        }
        open = next;
    }
    open.into_iter().map(|(_, pointer)| pointer).collect()
}

fn take_out(record: &mut Value, pointer: &str) -> bool {
    let (above, key) = pointer.rsplit_once('/').unwrap_or(("", pointer));
    let group = record.pointer_mut(above).and_then(Value::as_object_mut);
    group.is_some_and(|group| group.shift_remove(&unescape(key)).is_some())
}

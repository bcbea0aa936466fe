//! `packet.toml`: what an applicant of a programme hands in together (申报材料), checked when opened.

mod manifest;
mod structure;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::Environment;
use toml::Spanned;

use super::document::{Document, DocumentId};
use super::expressions::{
    Surroundings, environment, paths_of_expression, paths_of_sentence, unknown_paths, value_of,
};
use super::manifest::{self as files, Programme};
use super::position::line_of;
use super::schema::Schema;
pub use manifest::{Manifest, Material, PacketRule, Paper, SAME, Section};
use structure::structure;

use crate::digest::Digest;
use crate::fault::{Fault, Faults};

/// The name of the file-name sentence in a packet's environment.
const FILE_NAME: &str = "file_name";

/// What a packet (申报包) of a programme consists of.
#[derive(Debug)]
pub struct Packet {
    /// The folder of the programme.
    pub programme_id: String,
    /// The programme.
    pub programme: Arc<Programme>,
    /// What `packet.toml` says.
    pub manifest: Manifest,
    /// The structure of `packet.json`; what its papers hold is described by their own schemas.
    pub schema: Schema,
    /// The samples, by case.
    pub samples: BTreeMap<String, PathBuf>,
    /// The digest of everything below `templates/` that can change its pages, the papers' excepted.
    pub digest: Digest,
    environment: Environment<'static>,
}

/// What a packet is opened from.
pub(super) struct Opening<'a> {
    pub(super) programme_id: &'a str,
    pub(super) programme: &'a Arc<Programme>,
    pub(super) path: &'a Path,
    pub(super) documents: &'a BTreeMap<DocumentId, Document>,
    pub(super) surroundings: &'a Surroundings,
    pub(super) samples: BTreeMap<String, PathBuf>,
    pub(super) digest: Digest,
}

impl Packet {
    pub(super) fn open(opening: Opening<'_>) -> Result<Self, Faults> {
        let Opening { programme_id, programme, path, documents, .. } = opening;
        let (manifest, text): (Manifest, String) = files::read(path)?;
        let mut environment = environment(opening.surroundings, programme.province.get_ref());
        let mut faults = Vec::new();
        let mut fault = |at: &Spanned<String>, what: String| {
            faults.push(Fault::at(path, what).on_line(line_of(&text, at.span().start)));
        };
        let mut known = Vec::new();
        for paper in &manifest.papers {
            let key = paper.document.get_ref();
            match documents.get(&paper.id(programme_id)) {
                None => fault(&paper.document, format!("没有文书“{programme_id}/{key}”")),
                Some(document) => {
                    known.push(key.clone());
                    let below = document.schema.shape.paths();
                    known.extend(below.into_iter().map(|path| format!("{key}.{path}")));
                }
            }
            if let Some(from) = &paper.from
                && !manifest.papers.iter().any(|other| other.key() == from.get_ref())
            {
                fault(from, format!("from 指向的“{}”不在 [[paper]] 中", from.get_ref()));
            }
        }
        let facts = programme.facts();
        let mut asked =
            |given: &Spanned<String>| match paths_of_expression(&environment, given.get_ref()) {
                Ok(paths) => {
                    for unknown in unknown_paths(&paths, &known, &facts) {
                        fault(given, format!("用了未声明的字段“{unknown}”"));
                    }
                }
                Err(error) => fault(given, format!("表达式有误：{error}")),
            };
        manifest.about.iter().for_each(|about| asked(&about.value));
        for material in &manifest.materials {
            asked(&material.required);
            material.sections.iter().for_each(|section| asked(&section.when));
        }
        for rule in &manifest.rules {
            rule.when.iter().chain([&rule.require]).for_each(&mut asked);
        }
        let sentences =
            manifest.rules.iter().map(|rule| (format!("rule:{}", rule.code), &rule.sentence));
        for (name, sentence) in sentences.chain([(FILE_NAME.to_owned(), &manifest.file_name)]) {
            match environment.add_template_owned(name.clone(), sentence.get_ref().clone()) {
                Ok(()) => {
                    let paths = paths_of_sentence(&environment, &name);
                    for unknown in unknown_paths(&paths, &known, &facts) {
                        fault(sentence, format!("句子用了未声明的字段“{unknown}”"));
                    }
                }
                Err(error) => fault(sentence, format!("句子有误：{error}")),
            }
        }
        let whole = |what: String| Fault::at(path, what);
        if manifest.papers.is_empty() {
            faults.push(whole("至少要有一份 [[paper]]".to_owned()));
        }
        if !(1..=9).contains(&manifest.copies) {
            faults.push(whole("copies 应为 1 至 9".to_owned()));
        }
        for (at, material) in manifest.materials.iter().enumerate() {
            if manifest.materials[..at].iter().any(|other| other.number == material.number) {
                faults.push(whole(format!("材料（{}）写了两次", material.number)));
            }
        }
        for material in manifest.papers.iter().filter_map(|paper| paper.material) {
            if manifest.material(material).is_none() {
                faults.push(whole(format!(
                    "[[paper]] 的 material = {material} 不在 [[material]] 中"
                )));
            }
        }
        if opening.samples.is_empty() {
            let hint = format!("加一个 samples/packets/{programme_id}/packet.json");
            faults.push(whole("没有样例".to_owned()).hint(hint));
        }
        let bundled = structure(programme_id, &manifest, documents);
        let schema = Schema::of(bundled).map_err(whole)?;
        Faults::unless_none(
            faults,
            Self {
                programme_id: programme_id.to_owned(),
                programme: Arc::clone(programme),
                manifest,
                schema,
                samples: opening.samples,
                digest: opening.digest,
                environment,
            },
        )
    }

    /// What expressions see: the complete records of the papers by their keys, and `programme`. Of
    /// `unsound`, dotted paths that begin with a paper's key, nothing is asked.
    #[must_use]
    pub fn context(
        &self,
        papers: BTreeMap<String, minijinja::Value>,
        unsound: Vec<String>,
    ) -> Seen {
        let keys = papers.keys().cloned().collect();
        let mut value = papers;
        value.insert("programme".to_owned(), value_of(&self.programme.facts()));
        Seen { value: value.into(), papers: keys, unsound }
    }

    /// Whether a material must be there; none if that depends on what is not sound.
    ///
    /// # Errors
    /// A fault if the expression cannot be evaluated.
    pub fn is_required(&self, material: &Material, seen: &Seen) -> Result<Option<bool>, Fault> {
        Ok(self.evaluated(&material.required, seen)?.map(|value| value.is_true()))
    }

    /// The sections that a material's text must have.
    ///
    /// # Errors
    /// A fault if an expression cannot be evaluated.
    pub fn sections<'a>(
        &self,
        material: &'a Material,
        seen: &Seen,
    ) -> Result<Vec<&'a Section>, Fault> {
        let mut wanted = Vec::new();
        for section in &material.sections {
            if self.evaluated(&section.when, seen)?.is_some_and(|when| when.is_true()) {
                wanted.push(section);
            }
        }
        Ok(wanted)
    }

    /// What a rule says, if it is broken; nothing if it depends on a paper that is not sound.
    ///
    /// # Errors
    /// A fault if an expression cannot be evaluated, or its sentence not be made.
    pub fn broken(&self, rule: &PacketRule, seen: &Seen) -> Result<Option<String>, Fault> {
        let holds = |it: &Spanned<String>| {
            Ok::<_, Fault>(self.evaluated(it, seen)?.map(|value| value.is_true()))
        };
        let asked = rule.when.as_ref().map_or(Ok(Some(true)), holds)?;
        if asked != Some(true) || holds(&rule.require)? != Some(false) {
            return Ok(None);
        }
        self.sentence(&format!("rule:{}", rule.code), seen)
    }

    /// What the contents page says of the applicant: labels with values.
    ///
    /// # Errors
    /// A fault if an expression cannot be evaluated.
    pub fn about(&self, seen: &Seen) -> Result<Vec<(String, String)>, Fault> {
        let mut lines = Vec::new();
        for about in &self.manifest.about {
            let value = self.evaluated(&about.value, seen)?;
            if let Some(value) = value.as_ref().and_then(|value| value.as_str()) {
                lines.push((about.label.clone(), value.to_owned()));
            }
        }
        Ok(lines)
    }

    /// The name of the file, without its ending; none if it depends on a paper that is not sound.
    ///
    /// # Errors
    /// A fault if the sentence cannot be made.
    pub fn file_name(&self, seen: &Seen) -> Result<Option<String>, Fault> {
        self.sentence(FILE_NAME, seen)
    }

    /// None if the expression reads a paper that is not sound.
    fn evaluated(
        &self,
        expression: &Spanned<String>,
        seen: &Seen,
    ) -> Result<Option<minijinja::Value>, Fault> {
        let failed = |error: minijinja::Error| {
            let what =
                format!("{} 的 packet.toml 算不出“{}”", self.programme_id, expression.get_ref());
            Fault::new(format!("{what}：{error}"))
        };
        let reads = paths_of_expression(&self.environment, expression.get_ref()).map_err(failed)?;
        if !self.is_answerable(&reads, seen) {
            return Ok(None);
        }
        let compiled = self.environment.compile_expression(expression.get_ref());
        compiled.and_then(|compiled| compiled.eval(seen.value.clone())).map(Some).map_err(failed)
    }

    /// None if the sentence reads a paper that is not sound.
    fn sentence(&self, name: &str, seen: &Seen) -> Result<Option<String>, Fault> {
        if !self.is_answerable(&paths_of_sentence(&self.environment, name), seen) {
            return Ok(None);
        }
        self.environment
            .get_template(name)
            .and_then(|template| template.render(seen.value.clone()))
            .map(Some)
            .map_err(|error| {
                let what = format!("{} 的 packet.toml 写不出“{name}”", self.programme_id);
                Fault::new(format!("{what}：{error}"))
            })
    }

    fn is_answerable(&self, reads: &BTreeSet<String>, seen: &Seen) -> bool {
        let within = |inner: &str, outer: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let sound = |path: &String| {
            !seen.unsound.iter().any(|other| within(path, other) || within(other, path))
        };
        let keys: Vec<&str> = self.manifest.papers.iter().map(Paper::key).collect();
        reads.iter().all(|path| {
            let key = path.split('.').next().unwrap_or_default();
            !keys.contains(&key) || seen.papers.contains(key) && sound(path)
        })
    }
}

/// What the expressions of a packet see.
#[derive(Debug, Clone)]
pub struct Seen {
    value: minijinja::Value,
    /// The papers that are there.
    papers: BTreeSet<String>,
    /// What of them is not sound.
    unsound: Vec<String>,
}

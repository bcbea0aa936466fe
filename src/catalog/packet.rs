//! `packet.toml`: what an applicant of a programme hands in together (申报材料), checked when opened.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use minijinja::Environment;
use serde::Deserialize;
use serde_json::{Value, json};
use toml::Spanned;

use super::document::{Document, DocumentId};
use super::expressions::{
    Surroundings, environment, paths_of_expression, paths_of_sentence, unknown_paths, value_of,
};
use super::manifest::{self, Programme};
use super::position::line_of;
use super::schema::Schema;
use crate::digest::Digest;
use crate::fault::{Fault, Faults};
use crate::values::Level;

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

/// `packet.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The short name, such as 申报材料.
    pub name: String,
    /// The full title, which heads the contents page and becomes the title of the PDF.
    pub title: String,
    /// The name of the file without its ending, a minijinja sentence.
    file_name: Spanned<String>,
    /// How many copies are handed in.
    pub copies: u8,
    /// What each copy is for, in their order, if the programme says so; printed beside its number.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// What the contents page says of the applicant.
    #[serde(default)]
    pub about: Vec<About>,
    /// The papers that are filled in; the first one dates the packet.
    #[serde(rename = "paper")]
    pub papers: Vec<Paper>,
    /// The kinds of material.
    #[serde(rename = "material")]
    pub materials: Vec<Material>,
    /// What must hold between the papers.
    #[serde(default, rename = "rule")]
    pub rules: Vec<PacketRule>,
}

/// A line about the applicant.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct About {
    /// Its label.
    pub label: String,
    /// An expression; a line without a value is left out.
    value: Spanned<String>,
}

/// A paper that is filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The document of the programme; also the key of its record in `packet.json`.
    document: Spanned<String>,
    /// Whether it is an official form, which bears neither label nor running number.
    #[serde(default)]
    pub official: bool,
    /// The paper from whose record it takes what its own leaves out.
    from: Option<Spanned<String>>,
    /// Besides `same`, what users may write for a record that is wholly taken from there.
    pub same: Option<String>,
    /// The kind of material that it is, if it is one.
    pub material: Option<u8>,
}

/// A kind of material (材料).
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// Its number in the programme's list.
    pub number: u8,
    /// Its name as the programme has it.
    pub name: String,
    /// The name that stands on each page.
    pub label: String,
    /// An expression that says whether it must be there.
    required: Spanned<String>,
    /// Why it must be there, if not everybody must have it.
    pub because: Option<String>,
    /// Why it need not be there, when it need not.
    pub unasked: Option<String>,
    /// What to advise if it is there although it need not.
    pub needless: Option<String>,
    /// Whether it may be handed in as a text, which is then typeset.
    #[serde(default)]
    pub typed: bool,
    /// The least number of characters (字数) of its text.
    pub least: Option<usize>,
    /// Sections that its text must have.
    #[serde(default, rename = "section")]
    pub sections: Vec<Section>,
}

/// A section of a text, told by words of its heading.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Section {
    /// An expression that says whether it must be there.
    when: Spanned<String>,
    /// What it is about.
    pub name: String,
    /// Words of which its heading has one.
    pub words: Vec<String>,
}

/// What must hold between papers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PacketRule {
    /// Its stable code.
    pub code: String,
    /// Whether the user must mend it or should know it.
    pub level: Level,
    /// The place that the sentence is about, as a JSON pointer into `packet.json`.
    pub at: String,
    when: Option<Spanned<String>>,
    require: Spanned<String>,
    sentence: Spanned<String>,
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
        let (manifest, text): (Manifest, String) = manifest::read(path)?;
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

impl Manifest {
    /// The material of this number.
    #[must_use]
    pub fn material(&self, number: u8) -> Option<&Material> {
        self.materials.iter().find(|material| material.number == number)
    }
}

impl Paper {
    /// The key of its record.
    #[must_use]
    pub fn key(&self) -> &str {
        self.document.get_ref()
    }

    /// The paper from whose record it takes what its own leaves out.
    #[must_use]
    pub fn from(&self) -> Option<&str> {
        self.from.as_ref().map(|from| from.get_ref().as_str())
    }

    /// The words that users may write for a record that is wholly taken from another paper.
    #[must_use]
    pub fn words_for_same(&self) -> Vec<&str> {
        std::iter::once(SAME).chain(self.same.as_deref()).collect()
    }

    /// Its document.
    #[must_use]
    pub fn id(&self, programme: &str) -> DocumentId {
        DocumentId { programme: programme.to_owned(), document: self.document.get_ref().clone() }
    }
}

/// The word by which a paper's record is wholly taken from another's.
pub const SAME: &str = "same";

/// The schema of `packet.json`.
fn structure(
    programme: &str,
    manifest: &Manifest,
    documents: &BTreeMap<DocumentId, Document>,
) -> Value {
    let mut properties = serde_json::Map::new();
    properties.insert(
        "programme".to_owned(),
        json!({ "title": "活动", "type": "string", "enum": [programme] }),
    );
    let mut required = vec!["programme".to_owned()];
    for paper in &manifest.papers {
        let document = documents.get(&paper.id(programme));
        let title = document.map_or(paper.key(), |document| document.manifest.name.as_str());
        let schema = match paper.from {
            None => json!({ "title": title, "type": "object" }),
            Some(_) => json!({
                "title": title,
                "if": { "type": "string" },
                "then": { "type": "string", "enum": paper.words_for_same() },
                "else": { "type": "object" },
            }),
        };
        properties.insert(paper.key().to_owned(), schema);
        // A letter that has been signed already may come as a scan.
        if paper.material.is_none() {
            required.push(paper.key().to_owned());
        }
    }
    let attachment = json!({
        "title": "附件",
        "type": "object",
        "properties": {
            "kind": {
                "title": "材料种类", "type": "integer",
                "description": "申报须知所列材料的序号",
            },
            "title": {
                "title": "名称", "type": "string", "format": "printable", "minLength": 1, "maxLength": 40,
            },
            "file": { "title": "文件", "type": "string", "minLength": 1, "maxLength": 200 },
            "pages": {
                "title": "页", "type": "string", "maxLength": 200,
                "description": "要附的页，例如 1-3 或 1,4-6；不写为全部",
            },
            "rotation": {
                "title": "旋转", "type": "integer",
                "description": "顺时针旋转的度数：0、90、180 或 270",
            },
        },
        "required": ["kind", "file"],
        "additionalProperties": false,
    });
    properties.insert(
        "attachments".to_owned(),
        json!({ "title": "附件", "type": "array", "items": attachment }),
    );
    required.push("attachments".to_owned());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": manifest.title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

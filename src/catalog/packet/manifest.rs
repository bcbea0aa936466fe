//! `packet.toml`, as an owner writes it.

use serde::Deserialize;
use toml::Spanned;

use crate::catalog::DocumentId;
use crate::values::Level;

/// `packet.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// The short name, such as 申报材料.
    pub name: String,
    /// The full title, which heads the contents page and becomes the title of the PDF.
    pub title: String,
    /// The name of the file without its ending, a minijinja sentence.
    pub(super) file_name: Spanned<String>,
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
    pub(super) value: Spanned<String>,
}

/// A paper that is filled in.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Paper {
    /// The document of the programme; also the key of its record in `packet.json`.
    pub(super) document: Spanned<String>,
    /// Whether it is an official form, which bears neither label nor running number.
    #[serde(default)]
    pub official: bool,
    /// The paper from whose record it takes what its own leaves out.
    pub(super) from: Option<Spanned<String>>,
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
    pub(super) required: Spanned<String>,
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
    pub(super) when: Spanned<String>,
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
    pub(super) when: Option<Spanned<String>>,
    pub(super) require: Spanned<String>,
    pub(super) sentence: Spanned<String>,
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

//! The fonts: which face plays which role (仿宋、黑体、小标宋 …), and which characters can be drawn.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::faces::{Face, file_name, open_folder};
use super::position::line_of;
use crate::digest::{Digest, Hashing};
use crate::fault::{Fault, Faults, io_reason};

/// A role of a page (字体), and the faces that play it, the first one first.
#[derive(Debug, Clone)]
pub struct Role {
    /// The typographer's word, such as 仿宋.
    pub name: String,
    /// Whether it is asked for Latin letters and digits only.
    pub latin: bool,
    /// Places of the faces in [`Fonts::faces`], in the order in which they are asked for a character.
    pub chain: Vec<usize>,
}

/// All faces and roles, checked against each other.
#[derive(Clone)]
pub struct Fonts {
    faces: Vec<Face>,
    roles: Vec<Role>,
    digest: Digest,
    folder: PathBuf,
    unused: Vec<PathBuf>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RolesFile {
    role: Vec<RoleEntry>,
    #[serde(default)]
    wrong: Vec<WrongEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrongEntry {
    family: Spanned<String>,
    characters: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RoleEntry {
    name: String,
    families: Vec<Spanned<String>>,
    #[serde(default)]
    latin: bool,
    #[serde(default)]
    also_known_as: Vec<String>,
}

const ROLES: &str = "roles.toml";
const SUMS: &str = "SHA256SUMS";

impl Fonts {
    /// Opens the fonts of a home, and those an operator brings, which come first for their role.
    ///
    /// # Errors
    /// Every fault found: an unreadable file, a role that names a family which is not there,
    /// a file without a digest, a face whose licence bits forbid embedding.
    pub fn open(folder: &Path, brought: Option<&Path>) -> Result<Self, Faults> {
        let mut faults = Vec::new();
        let mut faces = open_folder(folder, false, &mut faults);
        let ours = faces.len();
        if let Some(folder) = brought {
            let more = open_folder(folder, true, &mut faults);
            if more.is_empty() {
                faults.push(
                    Fault::at(folder, "--fonts 指定的目录里没有可用的字体文件")
                        .hint("放入 .ttf、.otf 或 .ttc 文件"),
                );
            }
            faces.extend(more);
        }

        let path = folder.join(ROLES);
        let text = read_text(&path)?;
        let file = match toml::from_str::<RolesFile>(&text) {
            Ok(file) => file,
            Err(error) => return Err(super::toml_fault(&path, &text, &error).into()),
        };
        let mut used = vec![false; faces.len()];
        let mut roles = Vec::new();
        for entry in file.wrong {
            match faces[..ours].iter_mut().find(|face| face.family == *entry.family.get_ref()) {
                Some(face) => face.wrong.push_str(&entry.characters),
                None => faults.push(
                    Fault::at(&path, format!("字体“{}”不在 fonts 目录中", entry.family.get_ref()))
                        .on_line(line_of(&text, entry.family.span().start)),
                ),
            }
        }
        for entry in file.role {
            let mut chain = Vec::new();
            for (place, face) in faces.iter().enumerate().skip(ours) {
                if face.names().iter().any(|name| entry.also_known_as.contains(name)) {
                    chain.push(place);
                }
            }
            for family in &entry.families {
                let named = (0..ours).filter(|&at| faces[at].family == *family.get_ref());
                match named.min_by_key(|&at| faces[at].weight.abs_diff(400)) {
                    Some(place) => chain.push(place),
                    None => faults.push(
                        Fault::at(&path, format!("字体“{}”不在 fonts 目录中", family.get_ref()))
                            .on_line(line_of(&text, family.span().start)),
                    ),
                }
            }
            chain.iter().for_each(|&place| used[place] = true);
            roles.push(Role { name: entry.name, latin: entry.latin, chain });
        }
        let unused = faces
            .iter()
            .zip(&used)
            .filter(|(face, used)| face.brought && !**used)
            .map(|(face, _)| face.path.clone())
            .collect();

        let listed = sums(&folder.join(SUMS))?;
        for face in &faces[..ours] {
            if !listed.contains_key(&file_name(&face.path)) {
                faults.push(
                    Fault::at(&folder.join(SUMS), format!("没有列出 {}", file_name(&face.path)))
                        .hint("在 fonts 目录运行 sha256sum *.otf *.ttf > SHA256SUMS"),
                );
            }
        }
        let mut digest = Hashing::new("fonts");
        digest.add(ROLES, text.as_bytes());
        for (name, sum) in &listed {
            digest.add(name, sum.as_bytes());
        }
        for face in &faces[ours..] {
            digest.add(&file_name(&face.path), Digest::of(face.bytes()).as_str().as_bytes());
        }
        Faults::unless_none(
            faults,
            Self { faces, roles, digest: digest.finish(), folder: folder.to_owned(), unused },
        )
    }

    /// All faces.
    #[must_use]
    pub fn faces(&self) -> &[Face] {
        &self.faces
    }

    /// All roles, in the order of `fonts/roles.toml`.
    #[must_use]
    pub fn roles(&self) -> &[Role] {
        &self.roles
    }

    /// The faces that play a role, the first one first.
    pub fn chain(&self, role: &Role) -> impl Iterator<Item = &Face> {
        role.chain.iter().map(|&at| &self.faces[at])
    }

    /// The digest of the set: roles, the listed sums, and what an operator brought.
    #[must_use]
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Files an operator brought that play no role.
    #[must_use]
    pub fn unused(&self) -> &[PathBuf] {
        &self.unused
    }

    /// Reads every font file of the home and compares it with `SHA256SUMS`.
    ///
    /// # Errors
    /// Every file that differs, is missing or is not listed.
    pub fn verify(&self) -> Result<(), Faults> {
        let path = self.folder.join(SUMS);
        let mut faults = Vec::new();
        for (name, wanted) in sums(&path)? {
            match self.faces.iter().find(|face| !face.brought && file_name(&face.path) == name) {
                Some(face) if Digest::of(face.bytes()).as_str() == wanted => {}
                Some(face) => faults.push(
                    Fault::at(&face.path, "字体文件与 SHA256SUMS 所列不符，可能已损坏或被替换")
                        .hint("从原来的安装包恢复这个文件"),
                ),
                None => faults.push(Fault::at(&path, format!("所列的 {name} 不存在"))),
            }
        }
        Faults::unless_none(faults, ())
    }

    /// What can be drawn: looks into the faces' character maps.
    #[must_use]
    pub fn coverage(&self) -> Coverage<'_> {
        let faces = self
            .faces
            .iter()
            .map(|face| ttf_parser::Face::parse(face.bytes(), face.index).ok())
            .collect();
        Coverage { fonts: self, faces }
    }
}

/// The characters that the roles can draw.
pub struct Coverage<'a> {
    fonts: &'a Fonts,
    faces: Vec<Option<ttf_parser::Face<'a>>>,
}

impl Coverage<'_> {
    /// Whether every role can draw this character, so that a field may be set in any of them.
    #[must_use]
    pub fn covers(&self, character: char) -> bool {
        let mut roles = self.fonts.roles.iter().filter(|role| !role.latin);
        roles.all(|role| self.drawn_by(role, character).is_some())
    }

    /// The first face of the role that has a glyph for the character.
    #[must_use]
    pub fn drawn_by(&self, role: &Role, character: char) -> Option<&Face> {
        role.chain
            .iter()
            .find(|&&place| {
                !self.fonts.faces[place].wrong.contains(character)
                    && self.faces[place]
                        .as_ref()
                        .and_then(|face| face.glyph_index(character))
                        .is_some_and(|glyph| glyph.0 != 0)
            })
            .map(|&place| &self.fonts.faces[place])
    }
}

fn sums(path: &Path) -> Result<BTreeMap<String, String>, Fault> {
    let text = read_text(path)?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            line.split_once(char::is_whitespace)
                .filter(|(sum, _)| sum.len() == 64 && sum.bytes().all(|b| b.is_ascii_hexdigit()))
                .map(|(sum, name)| (name.trim().trim_start_matches('*').to_owned(), sum.to_owned()))
                .ok_or_else(|| {
                    Fault::at(path, "每行应为 64 位十六进制摘要、空格、文件名").on_line(at + 1)
                })
        })
        .collect()
}

fn read_text(path: &Path) -> Result<String, Fault> {
    fs::read_to_string(path)
        .map_err(|error| Fault::at(path, format!("读不了文件：{}", io_reason(&error))))
}

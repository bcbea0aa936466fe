//! The fonts: which face plays which role (仿宋、黑体、小标宋 …), and which characters can be drawn.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use toml::Spanned;

use super::position::line_of;
use crate::digest::{Digest, Hashing};
use crate::fault::{Fault, Faults, io_reason};

/// One face of a font file, mapped into memory and not read until it is used.
#[derive(Clone)]
pub struct Face {
    /// The family name that templates and chains call it by.
    pub family: String,
    /// Where the file stands.
    pub path: PathBuf,
    /// Its place in the file (0 unless the file is a collection).
    pub index: u32,
    /// Whether an operator brought it with `--fonts`.
    pub brought: bool,
    /// Its weight: 400 is regular, 700 bold (OS/2 usWeightClass).
    pub weight: u16,
    /// Characters that it draws as others, and that are therefore never asked of it.
    pub wrong: String,
    bytes: Arc<memmap2::Mmap>,
}

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

impl Face {
    /// The bytes of the whole file.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The mapped file, to be shared.
    #[must_use]
    pub fn shared(&self) -> Arc<memmap2::Mmap> {
        Arc::clone(&self.bytes)
    }

    /// The PostScript name, by which a PDF calls the face.
    #[must_use]
    pub fn post_script_name(&self) -> Option<String> {
        let face = ttf_parser::Face::parse(&self.bytes, self.index).ok()?;
        face.names()
            .into_iter()
            .filter(|name| name.name_id == ttf_parser::name_id::POST_SCRIPT_NAME)
            .find_map(|name| name.to_string())
    }

    /// Every family and full name that the face gives itself, in all its languages.
    fn names(&self) -> Vec<String> {
        let Ok(face) = ttf_parser::Face::parse(&self.bytes, self.index) else { return Vec::new() };
        use ttf_parser::name_id::{FAMILY, FULL_NAME, POST_SCRIPT_NAME, TYPOGRAPHIC_FAMILY};
        face.names()
            .into_iter()
            .filter(|name| {
                [FAMILY, FULL_NAME, POST_SCRIPT_NAME, TYPOGRAPHIC_FAMILY].contains(&name.name_id)
            })
            .filter_map(|name| name.to_string())
            .collect()
    }
}

fn open_folder(folder: &Path, brought: bool, faults: &mut Vec<Fault>) -> Vec<Face> {
    let mut paths: Vec<PathBuf> = match fs::read_dir(folder) {
        Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
        Err(error) => {
            faults.push(Fault::at(folder, format!("打不开字体目录：{}", io_reason(&error))));
            return Vec::new();
        }
    };
    paths.sort();
    paths.retain(|path| {
        path.extension().and_then(|end| end.to_str()).is_some_and(|end| {
            ["ttf", "otf", "ttc", "otc"].iter().any(|known| end.eq_ignore_ascii_case(known))
        })
    });
    let mut faces = Vec::new();
    for path in paths {
        let bytes = match map(&path) {
            Ok(bytes) => Arc::new(bytes),
            Err(error) => {
                faults.push(Fault::at(&path, format!("读不了字体文件：{}", io_reason(&error))));
                continue;
            }
        };
        for index in 0..ttf_parser::fonts_in_collection(&bytes).unwrap_or(1) {
            match describe(&bytes, index) {
                Ok((family, weight)) => {
                    // Typst knows a family by its lower-cased name; two files that give
                    // themselves one name must not hide each other.
                    let family =
                        if brought { format!("{family} ({})", file_name(&path)) } else { family };
                    let bytes = Arc::clone(&bytes);
                    let wrong = String::new();
                    faces.push(Face {
                        family,
                        path: path.clone(),
                        index,
                        brought,
                        weight,
                        wrong,
                        bytes,
                    });
                }
                Err(what) => faults.push(Fault::at(&path, what)),
            }
        }
    }
    faces
}

/// The English family name and the weight of a face that may be embedded.
fn describe(bytes: &[u8], index: u32) -> Result<(String, u16), &'static str> {
    let face = ttf_parser::Face::parse(bytes, index).map_err(|_| "不是可用的字体文件")?;
    // OS/2 fsType: PDF/A forbids embedding a face with the restricted-licence bit (ISO 19005-2, 6.2.11.4.1).
    if face.permissions() == Some(ttf_parser::Permissions::Restricted) {
        return Err("这个字体的许可位禁止嵌入，不能用于 PDF/A");
    }
    face.names()
        .into_iter()
        .filter(|name| name.name_id == ttf_parser::name_id::FAMILY)
        .find_map(|name| name.to_string())
        .map(|family| (family, face.weight().to_number()))
        .ok_or("字体文件里没有字体名称")
}

#[expect(unsafe_code, reason = "mapping keeps 59 MB of fonts out of memory until a glyph is used")]
fn map(path: &Path) -> std::io::Result<memmap2::Mmap> {
    let file = fs::File::open(path)?;
    // SAFETY: the map is read-only; a font file that another program cuts short while we run
    // is the operator's act against an installed data file, as it would be for a shared library.
    unsafe { memmap2::Mmap::map(&file) }
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

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

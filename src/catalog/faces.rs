//! Font files: mapped, named, and refused if they may not be embedded.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::fault::{Fault, io_reason};

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
    pub(super) fn names(&self) -> Vec<String> {
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

/// Every face of every font file in a folder, in the order of the files' names.
pub(super) fn open_folder(folder: &Path, brought: bool, faults: &mut Vec<Fault>) -> Vec<Face> {
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

/// The last part of a path.
pub(super) fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

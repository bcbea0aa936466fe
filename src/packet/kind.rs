//! What a file is, told by its first bytes; and whether its name says the same.

use serde::{Deserialize, Serialize};

/// A kind of file that applicants hand in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// A photograph or scan.
    Jpeg,
    /// A screenshot or scan.
    Png,
    /// A scan, maybe of several pages.
    Tiff,
    /// A PDF.
    Pdf,
    /// Of telephones (HEIC, HEIF, AVIF): to be converted by whoever took it.
    Heic,
    /// Of word processors and spreadsheets (DOC, DOCX, WPS, XLSX …): to be saved as PDF.
    Office,
    /// An archive of files (ZIP, RAR, 7z): to be unpacked.
    Archive,
    /// Another picture (BMP, GIF, WebP): to be saved as JPEG or PNG.
    Picture,
    /// None of these, as a text is.
    Other,
}

/// The marks that documents of word processors have in their archive's first entries.
const OFFICE: [&[u8]; 4] = [b"[Content_Types].xml", b"word/", b"xl/", b"mimetypeapplication/vnd"];

impl Kind {
    /// Tells what a file is.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(1024)];
        let holds = |mark: &[u8]| head.windows(mark.len()).any(|part| part == mark);
        match head {
            [0xFF, 0xD8, 0xFF, ..] => Self::Jpeg,
            [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Self::Png,
            [b'I', b'I', 42, 0, ..] | [b'M', b'M', 0, 42, ..] => Self::Tiff,
            [b'B', b'M', _, _, _, _, 0, 0, 0, 0, ..]
            | [b'G', b'I', b'F', b'8', ..]
            | [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Self::Picture,
            [_, _, _, _, b'f', b't', b'y', b'p', brand @ ..] => {
                let known: [&[u8]; 7] =
                    [b"heic", b"heix", b"heif", b"mif1", b"msf1", b"hevc", b"avif"];
                let is = brand.get(..4).is_some_and(|brand| known.contains(&brand));
                if is { Self::Heic } else { Self::Other }
            }
            [0xD0, 0xCF, 0x11, 0xE0, ..] => Self::Office,
            [b'P', b'K', 3, 4, ..] if OFFICE.iter().any(|mark| holds(mark)) => Self::Office,
            [b'P', b'K', 3, 4, ..]
            | [b'R', b'a', b'r', b'!', ..]
            | [b'7', b'z', 0xBC, 0xAF, ..] => Self::Archive,
            _ if holds(b"%PDF-") => Self::Pdf,
            _ => Self::Other,
        }
    }

    /// What users call it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG 图片",
            Self::Png => "PNG 图片",
            Self::Tiff => "TIFF 图片",
            Self::Pdf => "PDF",
            Self::Heic => "HEIC 照片",
            Self::Office => "Word、WPS 或 Excel 文件",
            Self::Archive => "压缩包",
            Self::Picture => "BMP、GIF 或 WebP 图片",
            Self::Other => "别的文件",
        }
    }

    /// The endings that names of such files have; the first is the usual one.
    fn endings(self) -> &'static [&'static str] {
        match self {
            Self::Jpeg => &["jpg", "jpeg", "jpe", "jfif"],
            Self::Png => &["png"],
            Self::Tiff => &["tif", "tiff"],
            Self::Pdf => &["pdf"],
            _ => &[],
        }
    }

    /// The ending that a name should have, if it has one that says something else. Whoever unpacks the
    /// archive opens files by their names.
    #[must_use]
    pub fn ending_belied_by(self, name: &str) -> Option<&'static str> {
        let (_, ending) = name.rsplit_once('.')?;
        let usual = self.endings().first()?;
        let honest = self.endings().iter().any(|own| own.eq_ignore_ascii_case(ending));
        // A dot in a name without an ending says nothing.
        let says = ending.len() <= 5 && ending.chars().all(|mark| mark.is_ascii_alphanumeric());
        (!honest && says).then_some(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn first_bytes_tell() {
        for (bytes, kind) in [
            (b"\xFF\xD8\xFF\xE0".as_slice(), Kind::Jpeg),
            (b"\x89PNG\r\n\x1A\n", Kind::Png),
            (b"MM\0*", Kind::Tiff),
            (b"\0\0\0\x18ftypheic", Kind::Heic),
            (b"PK\x03\x04....[Content_Types].xml", Kind::Office),
            (b"PK\x03\x04....photo.jpg", Kind::Archive),
            (b"rubbish before\n%PDF-1.4", Kind::Pdf),
            ("一、基本情况".as_bytes(), Kind::Other),
            (b"", Kind::Other),
        ] {
            assert_eq!(Kind::of(bytes), kind, "{bytes:?}");
        }
    }

    #[test]
    fn names_may_lie() {
        assert_eq!(Kind::Png.ending_belied_by("扫描.JPG"), Some("png"));
        assert_eq!(Kind::Jpeg.ending_belied_by("扫描.JPEG"), None);
        assert_eq!(Kind::Pdf.ending_belied_by("2026.06.18 申请书"), None);
        assert_eq!(Kind::Pdf.ending_belied_by("申请书"), None);
        assert_eq!(Kind::Other.ending_belied_by("报告.md"), None);
    }
}

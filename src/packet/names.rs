//! Names of files that strangers gave: plain names, and names for an archive.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization;

use crate::values::text::{is_device, misleads};

/// The most characters that a name may have, so that a path on Windows stays within its 260.
const LONGEST: usize = 100;

/// What is wrong with a name that should be that of a file and lead nowhere else; nothing if it is one.
#[must_use]
pub fn slip_of(name: &str) -> Option<&'static str> {
    if name.trim().is_empty() {
        Some("文件名是空的")
    } else if name.contains(['/', '\\']) || matches!(name.trim(), "." | "..") {
        Some("只能写文件名，不能带文件夹或“..”")
    } else if name.chars().any(char::is_control) {
        Some("文件名含有控制字符")
    } else if name.chars().any(misleads) {
        Some("文件名含有看不见的或改变文字方向的字符，请改名")
    } else if name.chars().count() > LONGEST {
        Some("文件名超过100个字，请改短")
    } else {
        None
    }
}

/// The name as systems compare it that tell neither case nor the ways in which a letter is composed.
#[must_use]
pub fn folded(name: &str) -> String {
    name.nfc().collect::<String>().to_lowercase()
}

/// The name as a file of an archive has it, on any system: no mark that Windows forbids, no device, no
/// dot or space at the end, and unlike every other in `taken`, to which it is added.
#[must_use]
pub fn for_archive(name: &str, taken: &mut HashSet<String>) -> String {
    let kept: String = name
        .nfc()
        .map(|mark| if misleads(mark) || "/\\:*?\"<>|".contains(mark) { '_' } else { mark })
        .collect();
    let kept = kept.trim().trim_end_matches(['.', ' ']);
    let (stem, ending) = match kept.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.chars().count() <= 8 => {
            (stem, format!(".{ending}"))
        }
        _ => (kept, String::new()),
    };
    // 240 bytes of a file system's 255 are 80 Han characters.
    let mut stem: String = stem.chars().take(LONGEST).collect();
    while stem.len() + ending.len() > 240 {
        stem.pop();
    }
    let stem = stem.trim_start_matches('.').trim_end_matches([' ', '.']);
    let stem = match stem {
        "" => "文件".to_owned(),
        stem if is_device(stem) => format!("_{stem}"),
        stem => stem.to_owned(),
    };
    let mut made = format!("{stem}{ending}");
    let mut number = 2;
    while !taken.insert(folded(&made)) {
        made = format!("{stem}（{number}）{ending}");
        number += 1;
    }
    made
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_leads_nowhere_else() {
        for bad in [
            "../../x",
            "a/b.pdf",
            "C:\\x.pdf",
            "..",
            "",
            "  ",
            "a\nb.pdf",
            "a\0.pdf",
            "报告\u{202E}fdp.exe",
        ] {
            assert!(slip_of(bad).is_some(), "{bad:?}");
        }
        for good in ["营业执照.jpg", "2026.06.18 报告.pdf", "..报告.pdf"] {
            assert_eq!(slip_of(good), None, "{good:?}");
        }
    }

    #[test]
    fn devices_and_twins_get_other_names() {
        let mut taken = HashSet::new();
        assert_eq!(for_archive("CON.pdf", &mut taken), "_CON.pdf");
        assert_eq!(for_archive("con .x.pdf", &mut taken), "_con .x.pdf");
        assert_eq!(for_archive("LPT¹.pdf", &mut taken), "_LPT¹.pdf");
        assert_eq!(for_archive("conin$", &mut taken), "_conin$");
        assert_eq!(for_archive("a.pdf", &mut taken), "a.pdf");
        assert_eq!(for_archive("A.PDF", &mut taken), "A（2）.PDF");
        assert_eq!(for_archive("什么?.pdf. ", &mut taken), "什么_.pdf");
        assert_eq!(for_archive("..", &mut taken), "文件");
    }

    proptest! {
        #[test]
        fn every_name_unpacks_everywhere(names in proptest::collection::vec(".{0,120}", 1..8)) {
            let mut taken = HashSet::new();
            let mut seen = HashSet::new();
            for name in names {
                let made = for_archive(&name, &mut taken);
                prop_assert!(made.len() <= 255 && !made.is_empty());
                prop_assert!(!made.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']), "{made}");
                prop_assert!(!made.starts_with('.') && !made.ends_with(['.', ' ']), "{made}");
                prop_assert!(!made.chars().any(|mark| mark.is_control() || misleads(mark)));
                prop_assert!(seen.insert(made.to_lowercase()), "{made}");
            }
        }
    }
}

//! The home: the folder that holds `templates/`, `fonts/` and `samples/`.

use std::path::{Path, PathBuf};

use crate::fault::Fault;

/// A folder that was seen to hold what a home must hold.
#[derive(Debug, Clone)]
pub struct Home {
    root: PathBuf,
}

/// Where a home may stand, in the order in which the places are tried.
#[derive(Debug, Clone, Default)]
pub struct Places {
    /// `--home`; if given, no other place is tried.
    pub flag: Option<PathBuf>,
    /// `CHENGWEN_HOME`; if given, no place after it is tried.
    pub variable: Option<PathBuf>,
    /// The current directory.
    pub current: Option<PathBuf>,
    /// The path of the running program.
    pub executable: Option<PathBuf>,
}

const FOLDERS: [&str; 3] = ["templates", "fonts", "samples"];

impl Home {
    /// Finds the home among these places.
    ///
    /// # Errors
    /// A fault that lists every place tried. A place that was named on purpose (flag or variable)
    /// and is no home is not passed over in silence.
    pub fn find(places: &Places) -> Result<Self, Fault> {
        let mut tried = Vec::new();
        for (origin, place, on_purpose) in places.in_order() {
            let missing: Vec<&str> =
                FOLDERS.into_iter().filter(|folder| !place.join(folder).is_dir()).collect();
            if missing.is_empty() {
                return Ok(Self { root: place });
            }
            tried.push(format!("{origin} {}（缺 {}）", place.display(), missing.join("、")));
            if on_purpose {
                break;
            }
        }
        let mut fault = Fault::new("找不到文书目录（应含 templates、fonts、samples 三个文件夹）")
            .hint("先进入 chengwen 的目录，或用 --home 目录、环境变量 CHENGWEN_HOME 指明");
        for place in tried {
            fault = fault.hint(format!("已试：{place}"));
        }
        Err(fault)
    }

    /// The folder itself.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// `templates/`.
    #[must_use]
    pub fn templates(&self) -> PathBuf {
        self.root.join("templates")
    }

    /// `fonts/`.
    #[must_use]
    pub fn fonts(&self) -> PathBuf {
        self.root.join("fonts")
    }

    /// `samples/`.
    #[must_use]
    pub fn samples(&self) -> PathBuf {
        self.root.join("samples")
    }
}

impl Places {
    fn in_order(&self) -> Vec<(&'static str, PathBuf, bool)> {
        let beside = self.executable.as_deref().and_then(Path::parent);
        let shared = beside.and_then(Path::parent).map(|prefix| prefix.join("share/chengwen"));
        [
            ("--home", self.flag.clone(), true),
            ("CHENGWEN_HOME", self.variable.clone(), true),
            ("当前目录", self.current.clone(), false),
            ("程序所在目录", beside.map(Path::to_owned), false),
            ("安装目录", shared, false),
        ]
        .into_iter()
        .filter_map(|(origin, place, on_purpose)| Some((origin, place?, on_purpose)))
        .collect()
    }
}

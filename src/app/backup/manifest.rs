//! What an archive holds, told by its last member.

use serde::{Deserialize, Serialize};

use super::{DATABASE, FILES};
use crate::app::Refusal;
use crate::config;
use crate::jobs::{Holds, RESULTS, RUNS};
use crate::store::{VERSION, in_china, now};

/// The form of archives that is written here.
const FORMAT: u64 = 1;

/// What an archive holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// The form of the archive.
    pub format: u64,
    /// The version of the program that took it.
    pub program: String,
    /// The version of the tables.
    pub tables: i64,
    /// When it was taken, as clocks in China show it.
    pub taken: String,
    /// How much there is, and how far it goes; none if the tables are older than the program.
    pub holds: Option<Holds>,
    /// The members, without this one.
    pub files: Vec<Member>,
    /// Kept files that were not there when it was taken.
    pub lacking: Vec<String>,
    /// Kept files that were not as the ledger knows them.
    pub altered: Vec<String>,
    /// What did not agree in the registry, and how many slips were not told.
    pub slips: Vec<String>,
}

/// A member of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// How many bytes.
    pub bytes: u64,
    /// SHA-256, as hexadecimal digits.
    pub sha256: String,
}

impl Manifest {
    /// One without members.
    pub(super) fn new(tables: i64, holds: Option<Holds>) -> Self {
        let taken = in_china(now()).map(|at| at.format("%Y-%m-%dT%H:%M:%S%:z").to_string());
        Self {
            format: FORMAT,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            tables,
            taken: taken.unwrap_or_default(),
            holds,
            files: Vec::new(),
            lacking: Vec::new(),
            altered: Vec::new(),
            slips: Vec::new(),
        }
    }

    /// Whether what was taken was whole.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.lacking.is_empty() && self.altered.is_empty() && self.slips.is_empty()
    }

    /// How many kept files it has.
    #[must_use]
    pub fn kept(&self) -> usize {
        self.files.iter().filter(|member| member.name.starts_with(FILES)).count()
    }

    /// Reads one, and refuses what this program does not write.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Refusal> {
        let unreadable = |error: serde_json::Error| {
            Refusal::Usage(format!("备份的清单读不懂，这个文件不是备份，或者被改过：{error}"))
        };
        let value: serde_json::Value = serde_json::from_slice(bytes).map_err(unreadable)?;
        let (format, tables) = (value["format"].as_u64(), value["tables"].as_i64());
        if format.is_some_and(|it| it > FORMAT) || tables.is_some_and(|it| it > VERSION) {
            let program = value["program"].as_str().unwrap_or("？");
            let what = format!("这个备份来自更新的程序（{program}），请用那个版本恢复");
            return Err(Refusal::Usage(what));
        }
        let manifest: Self = serde_json::from_value(value).map_err(unreadable)?;
        let strange = manifest.files.iter().find(|member| !may_be_member(&member.name));
        if let Some(member) = strange {
            let what = format!("备份里不该有“{}”，没有恢复", member.name.escape_debug());
            return Err(Refusal::Usage(what));
        }
        if !manifest.files.iter().any(|member| member.name == DATABASE) {
            return Err(Refusal::Usage("备份里没有数据库，没有恢复".to_owned()));
        }
        Ok(manifest)
    }
}

/// Whether a member may be called so: nothing leads out of the folder, and nothing else is overwritten.
fn may_be_member(name: &str) -> bool {
    if name == DATABASE || name == config::FILE {
        return true;
    }
    let kept = name.strip_prefix(FILES).and_then(|name| name.split_once('/'));
    kept.is_some_and(|(folder, name)| {
        let plain = |mark: u8| mark.is_ascii_alphanumeric() || matches!(mark, b'.' | b'-');
        [RESULTS, RUNS].contains(&folder)
            && !name.starts_with('.')
            && !name.is_empty()
            && name.bytes().all(plain)
    })
}

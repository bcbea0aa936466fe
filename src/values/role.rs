//! Roles, each with the rights of those before.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// What someone may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 公众: everyone, without a key.
    Public,
    /// 申报主体.
    Applicant,
    /// 市县局.
    Bureau,
    /// 省局.
    Province,
    /// 管理员.
    Admin,
}

impl Role {
    /// All, from the least.
    pub const ALL: [Self; 5] =
        [Self::Public, Self::Applicant, Self::Bureau, Self::Province, Self::Admin];

    /// What it is called in Chinese.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Public => "公众",
            Self::Applicant => "申报主体",
            Self::Bureau => "市县局",
            Self::Province => "省局",
            Self::Admin => "管理员",
        }
    }

    /// Its word in keys, manifests and the configuration.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Applicant => "applicant",
            Self::Bureau => "bureau",
            Self::Province => "province",
            Self::Admin => "admin",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Role {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|role| role.word() == word).ok_or(())
    }
}

//! Which role (仿宋, 小标宋 …) a face of a PDF plays, by its name.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;

use crate::fault::Fault;

/// The names of strangers' faces.
const KNOWN: &str = include_str!("../../fonts/known.toml");

/// The roles of the home this program was built in, for where there is none.
const ROLES: &str = include_str!("../../fonts/roles.toml");

/// A table of names. A file may stand anywhere, so the table is in the program; the roles of a home
/// that is at hand take the place of the built-in ones.
#[derive(Debug, Clone, Default)]
pub struct FaceNames {
    roles: HashMap<String, String>,
    /// Faces that only stand in for others, such as those for rare characters.
    stand_ins: Vec<String>,
}

#[derive(Deserialize)]
struct KnownFile {
    names: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
struct RolesFile {
    role: Vec<RoleEntry>,
}

#[derive(Deserialize)]
struct RoleEntry {
    name: String,
    families: Vec<String>,
    #[serde(default)]
    also_known_as: Vec<String>,
}

/// Endings that say nothing of the role.
const ENDINGS: [&str; 6] = ["regular", "identityh", "identityv", "gbk10", "gb10", "light"];

/// A name without what writers and versions add to it.
fn plain(name: &str) -> String {
    let mut plain: String = name
        .chars()
        .filter(|mark| !matches!(mark, ' ' | '-' | '_' | ',' | '.' | '(' | ')'))
        .flat_map(char::to_lowercase)
        .collect();
    while let Some(shorter) = ENDINGS.iter().find_map(|ending| plain.strip_suffix(ending)) {
        if shorter.is_empty() {
            break;
        }
        plain = shorter.to_owned();
    }
    plain
}

impl FaceNames {
    /// The table with the roles of a home (`fonts/roles.toml`), or with the built-in ones.
    ///
    /// # Errors
    /// A fault if the text is no roles file.
    pub fn with_roles(roles: Option<&str>) -> Result<Self, Fault> {
        let known: KnownFile = toml::from_str(KNOWN).map_err(|error| unreadable(&error))?;
        let roles: RolesFile =
            toml::from_str(roles.unwrap_or(ROLES)).map_err(|error| unreadable(&error))?;
        let mut names = Self::default();
        for (role, faces) in known.names {
            for face in faces {
                names.roles.insert(plain(&face), role.clone());
            }
        }
        for entry in roles.role {
            let own = entry.families.first().into_iter().chain(&entry.also_known_as);
            for face in own {
                names.roles.insert(plain(face), entry.name.clone());
            }
            names.stand_ins.extend(entry.families.iter().skip(1).map(|family| plain(family)));
        }
        Ok(names)
    }

    /// The role of a face; none if the name is not known.
    #[must_use]
    pub fn role_of(&self, name: &str) -> Option<&str> {
        let name = plain(name);
        let bare = name.strip_suffix("bold").unwrap_or(&name);
        self.roles.get(&name).or_else(|| self.roles.get(bare)).map(String::as_str)
    }

    /// Whether a face without a role of its own stands in for characters that others lack.
    #[must_use]
    pub fn stands_in(&self, name: &str) -> bool {
        self.role_of(name).is_none() && self.stand_ins.contains(&plain(name))
    }
}

fn unreadable(error: &toml::de::Error) -> Fault {
    Fault::new(format!("字体名称表读不懂：{error}"))
}

#[cfg(test)]
mod tests {
    use super::FaceNames;

    #[test]
    fn names_of_many_programs_are_known() {
        let names = FaceNames::with_roles(None).unwrap_or_default();
        for (name, role) in [
            ("GWFangSong-Regular", Some("仿宋")),
            ("FangSong_GB2312", Some("仿宋")),
            ("仿宋_GB2312", Some("仿宋")),
            ("FZXBSJW--GB1-0", Some("小标宋")),
            ("FZXiaoBiaoSong-B05S", Some("小标宋")),
            ("SimSun", Some("宋体")),
            ("SimHei,Bold", Some("黑体")),
            ("TimesNewRomanPSMT", Some("西文")),
            ("LiberationSerif", Some("西文")),
            ("GWBiaosong-Regular", Some("小标宋")),
            ("MicrosoftYaHei", None),
        ] {
            assert_eq!(names.role_of(name), role, "{name}");
        }
        assert!(names.stands_in("GWKaiExt-Regular") && !names.stands_in("GWSong-Regular"));
    }
}

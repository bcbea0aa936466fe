//! Values by key, from flags, environment, file or default; with all that is wrong.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::fault::{Fault, Faults};

/// What the names of environment variables begin with.
const PREFIX: &str = "CHENGWEN_";

/// Variables that have another name than their setting.
const OTHERS: [(&str, &str); 1] = [("CHENGWEN_DATA", "server.data")];

/// What the names of all others go on with.
const TABLES: [&str; 2] = ["SERVER_", "LIMITS_"];

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// A line (from 1) of the file.
    File(PathBuf, usize),
    /// This variable.
    Environment(String),
    /// A flag.
    Flag,
}

/// A setting as it is.
#[derive(Debug, Clone, Serialize)]
pub struct Told {
    /// Such as `limits.pages`.
    pub key: &'static str,
    /// What it is for, in Chinese, with its unit.
    pub about: &'static str,
    /// Its value; empty if it is not set and has no default.
    pub value: String,
    /// Where the value comes from.
    #[serde(serialize_with = "in_words")]
    pub source: Source,
}

fn in_words<S: serde::Serializer>(source: &Source, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(source)
}

/// A value as it was given.
struct Given {
    value: Value,
    source: Source,
}

enum Value {
    /// As it stands; commas may part a list.
    Text(String),
    /// A list of the file.
    List(Vec<String>),
    /// A table of the file, which no setting is.
    Table,
}

impl Value {
    /// What stands there, if it is neither a list nor a table.
    fn text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            Self::List(_) | Self::Table => None,
        }
    }

    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::List(parts) => format!("[{}]", parts.join(", ")),
            Self::Table => "{…}".to_owned(),
        }
    }
}

#[derive(Default)]
pub(super) struct Reader {
    given: BTreeMap<String, Given>,
    told: Vec<Told>,
    faults: Vec<Fault>,
}

impl Reader {
    pub(super) fn open(
        file: Option<(&Path, &str)>,
        flags: &[(String, String)],
        environment: &[(String, String)],
    ) -> Result<Self, Faults> {
        let mut reader = Self::default();
        if let Some((path, text)) = file {
            reader.read_file(path, text)?;
        }
        for (name, value) in environment {
            let Some(rest) = name.strip_prefix(PREFIX) else { continue };
            // Others may begin so too: a cluster tells of a service called chengwen in such variables.
            let key = match OTHERS.iter().find(|(other, _)| other == name) {
                Some((_, key)) => (*key).to_owned(),
                None if TABLES.iter().any(|table| rest.starts_with(table)) => {
                    rest.to_ascii_lowercase().replacen('_', ".", 1)
                }
                None => continue,
            };
            reader.put(key, value, Source::Environment(name.clone()));
        }
        for (key, value) in flags {
            reader.put(key.clone(), value, Source::Flag);
        }
        Ok(reader)
    }

    fn put(&mut self, key: String, value: &str, source: Source) {
        self.given.insert(key, Given { value: Value::Text(value.to_owned()), source });
    }

    fn read_file(&mut self, path: &Path, text: &str) -> Result<(), Fault> {
        let line_of = |at: usize| text[..at.min(text.len())].lines().count().max(1);
        let tables: BTreeMap<String, BTreeMap<String, toml::Spanned<toml::Value>>> =
            toml::from_str(text).map_err(|error| {
                let line = error.span().map_or(1, |span| line_of(span.start + 1));
                Fault::at(path, format!("读不懂配置文件：{}", error.message())).on_line(line)
            })?;
        for (table, values) in tables {
            for (name, value) in values {
                let line = line_of(value.span().start);
                let one = |value: &toml::Value| match value {
                    toml::Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                let value = match value.get_ref() {
                    toml::Value::Array(items) => Value::List(items.iter().map(one).collect()),
                    toml::Value::Table(_) => Value::Table,
                    value => Value::Text(one(value)),
                };
                let source = Source::File(path.to_owned(), line);
                self.given.insert(format!("{table}.{name}"), Given { value, source });
            }
        }
        Ok(())
    }

    /// One value.
    pub(super) fn one<T: Display>(
        &mut self,
        key: &'static str,
        about: &'static str,
        default: T,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> T {
        let Some(given) = self.given.remove(key) else {
            self.tell(key, about, default.to_string(), Source::Default);
            return default;
        };
        match given.value.text().and_then(read) {
            Some(value) => {
                self.tell(key, about, value.to_string(), given.source);
                value
            }
            None => {
                self.slip(key, &given.value.shown(), wanted, &given.source);
                default
            }
        }
    }

    /// One value, or none.
    pub(super) fn maybe<T>(
        &mut self,
        key: &'static str,
        about: &'static str,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let Some(given) = self.given.remove(key) else {
            self.tell(key, about, String::new(), Source::Default);
            return None;
        };
        let shown = given.value.shown();
        let value = given.value.text().and_then(read);
        match &value {
            Some(_) => self.tell(key, about, shown, given.source),
            None => self.slip(key, &shown, wanted, &given.source),
        }
        value
    }

    /// A list, empty by default.
    pub(super) fn many<T>(
        &mut self,
        key: &'static str,
        about: &'static str,
        wanted: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Vec<T> {
        let Some(given) = self.given.remove(key) else {
            self.tell(key, about, String::new(), Source::Default);
            return Vec::new();
        };
        let parts: Vec<String> = match &given.value {
            Value::Text(text) => text.split(',').map(|part| part.trim().to_owned()).collect(),
            Value::List(parts) => parts.clone(),
            Value::Table => vec![given.value.shown()],
        };
        let (mut values, mut shown) = (Vec::new(), Vec::new());
        for part in parts.into_iter().filter(|part| !part.is_empty()) {
            match read(&part) {
                Some(value) => {
                    values.push(value);
                    shown.push(part);
                }
                None => self.slip(key, &part, wanted, &given.source),
            }
        }
        self.tell(key, about, shown.join(", "), given.source);
        values
    }

    pub(super) fn yes(&mut self, key: &'static str, about: &'static str, default: bool) -> bool {
        self.one(key, about, default, "true 或 false", |text| text.parse().ok())
    }

    pub(super) fn number(
        &mut self,
        key: &'static str,
        about: &'static str,
        default: u64,
        bounds: RangeInclusive<u64>,
    ) -> u64 {
        let wanted = format!("{} 至 {} 的整数", bounds.start(), bounds.end());
        self.one(key, about, default, &wanted, |text| {
            text.parse().ok().filter(|number| bounds.contains(number))
        })
    }

    /// A time in seconds, a tenth at least.
    pub(super) fn seconds(
        &mut self,
        key: &'static str,
        about: &'static str,
        default: f64,
        most: f64,
    ) -> f64 {
        let wanted = format!("0.1 至 {most} 的秒数");
        self.one(key, about, default, &wanted, |text| {
            text.parse().ok().filter(|number| (0.1..=most).contains(number))
        })
    }

    /// All settings as they are.
    ///
    /// # Errors
    /// Every value that cannot be so, and every key that is none.
    pub(super) fn end(mut self) -> Result<Vec<Told>, Faults> {
        for (key, given) in std::mem::take(&mut self.given) {
            let near = |told: &&Told| strsim::normalized_damerau_levenshtein(told.key, &key);
            let nearest = self.told.iter().max_by(|a, b| near(a).total_cmp(&near(b)));
            let offer = nearest.filter(|told| near(told) > 0.75);
            let offer = offer.map(|told| format!("，是否应为 {}", told.key)).unwrap_or_default();
            self.faults.push(at(&given.source, format!("没有配置项 {key}{offer}")));
        }
        Faults::unless_none(self.faults, self.told)
    }

    fn tell(&mut self, key: &'static str, about: &'static str, value: String, source: Source) {
        self.told.push(Told { key, about, value, source });
    }

    fn slip(&mut self, key: &'static str, given: &str, wanted: &str, source: &Source) {
        self.faults.push(at(source, format!("{key} 不能是“{given}”，应为 {wanted}")));
        // What follows must know the key all the same.
        self.told.push(Told { key, about: "", value: String::new(), source: source.clone() });
    }
}

fn at(source: &Source, what: String) -> Fault {
    match source {
        Source::File(path, line) => Fault::at(path, what).on_line(*line),
        Source::Environment(name) => Fault::new(format!("{what}（环境变量 {name}）")),
        Source::Flag => Fault::new(format!("{what}（命令行）")),
        Source::Default => Fault::new(what),
    }
}

impl Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => f.write_str("默认"),
            Self::File(path, line) => write!(f, "{}:{line}", path.display()),
            Self::Environment(name) => write!(f, "环境变量 {name}"),
            Self::Flag => f.write_str("命令行"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Sources};

    fn read(
        file: &str,
        environment: &[(&str, &str)],
        flags: &[(&str, &str)],
    ) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("chengwen.toml");
        std::fs::write(&path, file).expect("written");
        let owned = |pairs: &[(&str, &str)]| {
            pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect()
        };
        let (environment, flags) = (owned(environment), owned(flags));
        let sources = Sources { file: Some(path.clone()), folders: Vec::new(), flags, environment };
        Config::read(&sources)
            .map_err(|faults| faults.to_string().replace(&path.display().to_string(), "FILE"))
    }

    fn source(config: &Config, key: &str) -> String {
        let told = config.told.iter().find(|told| told.key == key).expect("a setting");
        told.source.to_string()
    }

    #[test]
    fn the_nearest_source_wins_and_is_told() {
        let file = "[limits]\npages = 10\nrows = 20\nqueue = 3\n[server]\ntrusted_proxies = [\"10.0.0.0/8\", \"::1\"]\n";
        let environment = [
            ("CHENGWEN_LIMITS_ROWS", "30"),
            ("CHENGWEN_LIMITS_QUEUE", "4"),
            ("PATH", "x"),
            ("CHENGWEN_HOME", "/"),
            ("CHENGWEN_PORT", "tcp://10.0.0.1:80"),
            ("CHENGWEN_DATA", "/a, b"),
        ];
        let config = read(file, &environment, &[("limits.queue", "5")]).expect("sound");
        let limits = &config.limits;
        assert_eq!((limits.pages, limits.rows, limits.queue), (10, 30, 5));
        assert_eq!(limits.pixels, Config::default().limits.pixels);
        assert_eq!(config.server.trusted_proxies.len(), 2);
        assert_eq!(config.server.data, Some("/a, b".into()));
        assert!(source(&config, "limits.pages").ends_with(":2"));
        assert_eq!(source(&config, "limits.rows"), "环境变量 CHENGWEN_LIMITS_ROWS");
        assert_eq!(source(&config, "limits.queue"), "命令行");
        assert_eq!(source(&config, "limits.pixels"), "默认");
    }

    #[test]
    fn what_is_written_reads_back_as_the_same() {
        let plain = |config: &Config| -> Vec<(&str, String)> {
            config.told.iter().map(|told| (told.key, told.value.clone())).collect()
        };
        let flags = [
            ("limits.rows", "77"),
            ("limits.render_seconds", "2.5"),
            ("server.data", "/a \"b\"\\c"),
            ("server.public_url", "https://x.example.gov.cn"),
            ("server.trusted_proxies", "10.0.0.0/8, ::1"),
            ("server.open_to_applicants", "true"),
        ];
        for flags in [&flags[..], &[("server.data", "007")], &[]] {
            let given = read("", &[], flags).expect("sound");
            let again = read(&given.written(), &[], &[]).expect("it reads back");
            assert_eq!(plain(&again), plain(&given));
            let set = given.told.iter().find(|told| told.key == "server.data").expect("a setting");
            assert_eq!(given.written().contains("\n# data = "), set.value.is_empty());
        }
    }

    #[test]
    fn everything_wrong_is_told_at_once() {
        let file = "[limits]\npages = -1\nrow = 20\n[server]\nlisten = \"here\"\npublic_url = \"ftp://x\"\nlog = \"xml\"\n";
        let environment = [("CHENGWEN_LIMITS_RENDER_SECONDS", "soon")];
        let told = read(file, &environment, &[("limits.nothing", "1")]).expect_err("wrong");
        for part in [
            "FILE:2：limits.pages 不能是“-1”，应为 1 至 100000 的整数",
            "FILE:3：没有配置项 limits.row，是否应为 limits.rows",
            "FILE:5：server.listen 不能是“here”",
            "FILE:6：server.public_url",
            "FILE:7：server.log 不能是“xml”，应为 text 或 json",
            "limits.render_seconds 不能是“soon”，应为 0.1 至 3600 的秒数（环境变量 CHENGWEN_LIMITS_RENDER_SECONDS）",
            "没有配置项 limits.nothing",
        ] {
            assert!(told.contains(part), "{part} not in\n{told}");
        }
        let told =
            read("[server]\ndata = [\"a\"]\n[server.log]\nx = 1\n", &[], &[]).expect_err("wrong");
        assert!(
            told.contains("server.data 不能是“[a]”") && told.contains("server.log 不能是"),
            "{told}"
        );
        assert!(read("[limits\n", &[], &[]).expect_err("wrong").contains("读不懂配置文件"));
    }
}

//! The configuration: what an operator may set, with its default and its source.
//!
//! A value comes from a flag, else from the environment, else from one TOML file, else from its default.
//! Everything is set in [`settings`], one line each; whatever is wrong is told at once.

mod reader;
mod settings;
mod written;

use std::path::{Path, PathBuf};

use crate::fault::{Fault, Faults, io_reason};
use reader::Reader;

pub use reader::{Source, Told};
pub use settings::{Limits, Log, Server};

/// The name of the file that is read where none is named, in the data directory or the home.
pub const FILE: &str = "chengwen.toml";

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Config {
    /// How the server is reached.
    pub server: Server,
    /// What it takes on.
    pub limits: Limits,
    /// Every setting as it is, in the order of README.
    pub told: Vec<Told>,
}

/// Where values may come from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// The file that a flag or the environment names; it must be there.
    pub file: Option<PathBuf>,
    /// Folders whose [`FILE`] is read if there is one; the first that has it.
    pub folders: Vec<PathBuf>,
    /// Key and value of each flag.
    pub flags: Vec<(String, String)>,
    /// The environment's variables.
    pub environment: Vec<(String, String)>,
}

impl Config {
    /// Reads the configuration.
    ///
    /// # Errors
    /// Every setting that is unknown or cannot be so, with where it stands and what would do.
    pub fn read(sources: &Sources) -> Result<Self, Faults> {
        let file = sources.file.clone().or_else(|| {
            let files = sources.folders.iter().map(|folder| folder.join(FILE));
            files.into_iter().find(|file| file.is_file())
        });
        let text = file.as_deref().map(read).transpose()?;
        let file = file.as_deref().zip(text.as_deref());
        let mut reader = Reader::open(file, &sources.flags, &sources.environment)?;
        let (server, limits) = (Server::of(&mut reader), Limits::of(&mut reader));
        let told = reader.end()?;
        Ok(Self { server, limits, told })
    }
}

impl Default for Config {
    /// All defaults.
    fn default() -> Self {
        let mut reader = Reader::default();
        let (server, limits) = (Server::of(&mut reader), Limits::of(&mut reader));
        Self { server, limits, told: reader.end().unwrap_or_default() }
    }
}

fn read(file: &Path) -> Result<String, Fault> {
    std::fs::read_to_string(file)
        .map_err(|error| Fault::at(file, format!("读不了配置文件：{}", io_reason(&error))))
}

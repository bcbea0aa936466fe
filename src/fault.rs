//! A fault (故障): something that is ours to mend, never the user's.

use std::fmt;
use std::path::{Path, PathBuf};

/// One fault, told to an operator: what is wrong, where, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// One Chinese sentence without a full stop.
    pub what: String,
    /// The file at fault, if there is one.
    pub file: Option<PathBuf>,
    /// The line in that file, counted from 1.
    pub line: Option<usize>,
    /// What may be done about it, one sentence each.
    pub hints: Vec<String>,
}

impl Fault {
    /// A fault that stands in no file.
    pub fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), file: None, line: None, hints: Vec::new() }
    }

    /// A fault in `file`.
    pub fn at(file: &Path, what: impl Into<String>) -> Self {
        Self { file: Some(file.to_owned()), ..Self::new(what) }
    }

    /// The same fault, on this line (from 1) of its file.
    #[must_use]
    pub fn on_line(mut self, line: usize) -> Self {
        self.line = Some(line);
        self
    }

    /// The same fault, with one more remedy.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}", file.display())?;
            if let Some(line) = self.line {
                write!(f, ":{line}")?;
            }
            f.write_str("：")?;
        }
        f.write_str(&self.what)?;
        for hint in &self.hints {
            write!(f, "\n  提示：{hint}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Fault {}

/// One or more faults, all that were found in one look.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// `Ok` with the value if nothing was found, the faults otherwise.
    ///
    /// # Errors
    /// The faults themselves, if there are any.
    pub fn unless_none<T>(faults: Vec<Fault>, value: T) -> Result<T, Self> {
        if faults.is_empty() { Ok(value) } else { Err(Self(faults)) }
    }

    /// The faults in the order in which they were found; at least one.
    #[must_use]
    pub fn all(&self) -> &[Fault] {
        &self.0
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self(vec![fault])
    }
}

impl From<Faults> for Vec<Fault> {
    fn from(faults: Faults) -> Self {
        faults.0
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, fault) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            fault.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}

/// What the system says of a file, in Chinese where it is one of the usual things.
#[must_use]
pub fn io_reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "没有这个文件或目录".to_owned(),
        std::io::ErrorKind::PermissionDenied => "没有权限".to_owned(),
        std::io::ErrorKind::NotADirectory => "路径中有一段不是目录".to_owned(),
        std::io::ErrorKind::InvalidFilename => "文件名过长或不合规定".to_owned(),
        std::io::ErrorKind::IsADirectory => "这是一个目录".to_owned(),
        std::io::ErrorKind::StorageFull => "磁盘已满".to_owned(),
        std::io::ErrorKind::ReadOnlyFilesystem => "磁盘是只读的".to_owned(),
        std::io::ErrorKind::BrokenPipe => "接收方已关闭".to_owned(),
        _ => error.to_string(),
    }
}

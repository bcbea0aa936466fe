//! The real program as people use it: `serve` on a free port, with or without a data directory and keys.

use std::path::Path;
use std::process::Command;

use chengwen::values::Role;
use tempfile::TempDir;

use crate::http::running::Server;
use crate::support::root;

/// A running service that ends with the test.
pub(super) struct Site {
    server: Server,
    /// Kept until the end.
    _data: Option<TempDir>,
    keys: Vec<(Role, String)>,
}

impl Site {
    /// On this machine only, and nothing is kept.
    pub(super) fn open() -> Self {
        Self {
            server: Server::start_with(FREE, &[], "开放模式"), _data: None, keys: Vec::new()
        }
    }

    /// On this machine only, with a data directory.
    pub(super) fn keeping() -> Self {
        Self::with(tempfile::tempdir().expect("a folder"))
    }

    /// On this machine only, with what a data directory holds already.
    pub(super) fn with(data: TempDir) -> Self {
        let folder = data.path().to_string_lossy().into_owned();
        let server = Server::start_with(FREE, &["--data", &folder], "开放模式");
        Self { server, _data: Some(data), keys: Vec::new() }
    }

    /// For whoever shows a key; one of each of these roles is made.
    pub(super) fn guarded(roles: &[Role]) -> Self {
        let data = tempfile::tempdir().expect("a folder");
        let folder = data.path().to_string_lossy().into_owned();
        let keys = roles.iter().map(|role| (*role, key(data.path(), *role))).collect();
        let server = Server::start_with(FREE, &["--data", &folder], "凭密钥使用");
        Self { server, _data: Some(data), keys }
    }

    /// The address of a page.
    pub(super) fn at(&self, path: &str) -> String {
        format!("http://{}{path}", self.server.address)
    }

    /// The key of a role.
    pub(super) fn key(&self, role: Role) -> &str {
        let found = self.keys.iter().find(|(own, _)| *own == role);
        &found.expect("a key was made").1
    }

    /// Has the processes that typeset stand still: what goes on does not end before it was looked at.
    pub(super) fn hold(&self) {
        let children = self.server.render_processes();
        assert!(!children.is_empty(), "nothing is being typeset");
        for child in children {
            let told = Command::new("kill").args(["-STOP", &child.to_string()]).status();
            assert!(told.is_ok_and(|status| status.success()), "{child} is held");
        }
    }
}

/// Whatever port is free, on this machine.
const FREE: &str = "127.0.0.1:0";

fn key(data: &Path, role: Role) -> String {
    let made = Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(["keys", "create", "--role", role.word(), "--name", role.title(), "--data"])
        .arg(data)
        .current_dir(root())
        .output()
        .expect("it runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    String::from_utf8(made.stdout).expect("UTF-8").trim().to_owned()
}

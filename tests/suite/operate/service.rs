//! The real program with the configuration that operators are given, and keys.

use std::fs;
use std::process::Command;

use chengwen::values::Role;
use tempfile::TempDir;

use crate::http::running::Server;
use crate::support::root;

/// More requests than any test makes.
pub(super) const MANY: u32 = 1_000_000;

/// A running service that ends with the test.
pub(super) struct Service {
    pub(super) server: Server,
    folder: TempDir,
}

impl Service {
    /// `burst` is how many requests an address may make at once.
    pub(super) fn start(burst: u32) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = fs::read_to_string(root().join("samples/operate/chengwen.toml"));
        fs::write(folder.path().join("chengwen.toml"), config.expect("readable")).expect("written");
        // With a key in the data directory before it starts, as README has it.
        Self::key_in(&folder, Role::Admin);
        let path = folder.path().to_string_lossy().into_owned();
        let burst = format!("limits.requests_burst={burst}");
        // Slower than any test, so that who is turned away stays away.
        let pace = "limits.requests_per_second=1";
        let arguments = ["--data", &path, "--set", &burst, "--set", pace];
        let server = Server::start_with("127.0.0.1:0", &arguments, "凭密钥使用");
        Self { server, folder }
    }

    /// A new key.
    pub(super) fn key(&self, role: Role) -> String {
        Self::key_in(&self.folder, role)
    }

    fn key_in(folder: &TempDir, role: Role) -> String {
        let made = Command::new(env!("CARGO_BIN_EXE_chengwen"))
            .args(["keys", "create", "--role", role.word(), "--name", role.title(), "--data"])
            .arg(folder.path())
            .current_dir(root())
            .output()
            .expect("it runs");
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        String::from_utf8(made.stdout).expect("UTF-8").trim().to_owned()
    }
}

//! The server under load: a process of its own, with its render processes.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// A running server.
pub(crate) struct House {
    child: Child,
    pub(crate) address: SocketAddr,
}

impl Drop for House {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl House {
    /// Starts it as it is by default, but that one address may ask as often, and on as many connections,
    /// as the load needs: all of it comes from here.
    pub(crate) fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chengwen"))
            .args(["serve", "--listen", "127.0.0.1:0"])
            .args(["--set", "limits.requests_burst=1000000"])
            .args(["--set", "limits.requests_per_second=1000000"])
            .args(["--set", "limits.connections_per_address=512"])
            .current_dir(env!("CARGO_MANIFEST_DIR"))
            .env_remove("CHENGWEN_HOME")
            .env_remove("CHENGWEN_DATA")
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("it starts");
        let mut lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let line = lines.next().expect("a line").expect("text");
        // What it tells later (processes that were killed) is read, so that it never waits for us.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.and_then(|it| it.parse().ok());
        Self { child, address: address.unwrap_or_else(|| panic!("no address in {line}")) }
    }

    /// The processes it has started, and what each was started with.
    fn children(&self) -> Vec<(u32, String)> {
        let threads = fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("Linux");
        let of = |thread: fs::DirEntry| {
            fs::read_to_string(thread.path().join("children")).unwrap_or_default()
        };
        let all: String = threads.flatten().map(of).collect();
        let command = |id: u32| {
            let line = fs::read(format!("/proc/{id}/cmdline")).ok()?;
            Some((id, String::from_utf8_lossy(&line).replace('\0', " ")))
        };
        all.split_whitespace().filter_map(|id| command(id.parse().ok()?)).collect()
    }

    /// Kills one of the render processes, by turns; tells whether there was one.
    pub(crate) fn kill_a_render_process(&self, turn: usize) -> bool {
        let renders: Vec<u32> = self
            .children()
            .into_iter()
            .filter(|(_, command)| command.contains(RENDERS))
            .map(|(id, _)| id)
            .collect();
        if renders.is_empty() {
            return false;
        }
        let id = renders[turn % renders.len()];
        Command::new("kill").args(["-KILL", &id.to_string()]).status().is_ok_and(|it| it.success())
    }

    /// The memory of the server and of all its processes, what they share counted once, in MiB: its own
    /// and theirs.
    pub(crate) fn memory(&self) -> (f64, f64) {
        let of = |id: u32| {
            let path: PathBuf = format!("/proc/{id}/smaps_rollup").into();
            let text = fs::read_to_string(path).unwrap_or_default();
            let line = text.lines().find(|line| line.starts_with("Pss:")).unwrap_or_default();
            let kib = line.split_whitespace().nth(1).and_then(|kib| kib.parse::<f64>().ok());
            kib.unwrap_or_default() / 1024.0
        };
        let children = self.children().into_iter().map(|(id, _)| of(id)).sum();
        (of(self.child.id()), children)
    }
}

/// What a render process is started with.
const RENDERS: &str = "render-process";

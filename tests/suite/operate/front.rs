//! Debian's nginx with the file that operators are given, and curl as a browser before it.
//!
//! Only addresses, paths and the certificate are put in place of the shipped ones.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::shipped::{certify, site, whole};
use crate::support::run;

/// The name in the shipped file.
pub(super) const NAME: &str = "chengwen.example.gov.cn";

/// The address that users see.
pub(super) const URL: &str = "https://chengwen.example.gov.cn:20443";

/// A path as users ask for it.
pub(super) fn at(path: &str) -> String {
    format!("{URL}{path}")
}

/// The header that shows a key.
pub(super) fn bearer(key: &str) -> String {
    format!("Authorization: Bearer {key}")
}

/// The ports in place of 443 and 80.
pub(super) const PORTS: (u16, u16) = (20443, 20080);

/// No request may take longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// nginx, which ends with the test.
pub(super) struct Front {
    child: Child,
    address: Ipv4Addr,
    folder: TempDir,
}

impl Drop for Front {
    fn drop(&mut self) {
        // On its own end nginx takes its workers with it; killed, it would leave them.
        let _ = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        let _ = self.child.wait();
    }
}

/// An answer, read to its end.
pub(super) struct Answer {
    pub(super) status: u16,
    head: String,
    pub(super) body: Vec<u8>,
}

impl Answer {
    /// Every value of a header.
    pub(super) fn all(&self, name: &str) -> Vec<&str> {
        let of = |line: &'_ str| {
            line.split_once(':').is_some_and(|(own, _)| own.eq_ignore_ascii_case(name))
        };
        let lines = self.head.lines().filter(|line| of(line));
        lines.filter_map(|line| Some(line.split_once(':')?.1.trim())).collect()
    }

    /// The one value of a header.
    #[track_caller]
    pub(super) fn header(&self, name: &str) -> &str {
        match self.all(name)[..] {
            [value] => value,
            ref values => panic!("{name}: {values:?} in\n{}", self.head),
        }
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Front {
    /// Before a service at this address.
    pub(super) fn before(service: SocketAddr) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // An address of loopback that no other test has: the ports need not be looked for.
        let [_, high, middle, low] = std::process::id().to_be_bytes();
        let address = Ipv4Addr::new(127, 64 | high & 63, middle, low);
        certify(folder.path());
        let config = folder.path().join("nginx.conf");
        fs::write(&config, whole(folder.path(), &site(folder.path(), address, service)))
            .expect("written");
        let config = config.to_string_lossy().into_owned();
        let judged = run("nginx", &["-t", "-e", "stderr", "-c", &config]);
        let told = String::from_utf8_lossy(&judged.stderr);
        assert!(judged.status.success() && !told.contains("[warn]"), "{told}");
        let child = Command::new("nginx").args(["-e", "stderr", "-c", &config]).spawn();
        let mut front = Self { child: child.expect("nginx starts"), address, folder };
        let started = Instant::now();
        while TcpStream::connect((address, PORTS.0)).is_err() {
            let ended = front.child.try_wait().expect("looked at");
            assert!(ended.is_none() && started.elapsed() < DEADLINE, "nginx does not listen");
        }
        front
    }

    fn curl(&self, from: Ipv4Addr, arguments: &[&str]) -> Command {
        let (address, (tls, plain)) = (self.address, PORTS);
        let mut command = Command::new("curl");
        command
            .args(["--silent", "--show-error", "--include", "--no-buffer", "--noproxy", "*"])
            .args(["--header", "Expect:", "--max-time", "60", "--interface", &from.to_string()])
            .args(["--resolve", &format!("{NAME}:{tls}:{address}")])
            .args(["--resolve", &format!("{NAME}:{plain}:{address}")])
            .args(["--connect-to", &format!("elsewhere.example:{tls}:{address}:{tls}")])
            .arg("--cacert")
            .arg(self.folder.path().join("chengwen.crt"))
            .args(arguments);
        command
    }

    /// One request of curl; the whole answer.
    pub(super) fn ask(&self, arguments: &[&str]) -> Answer {
        self.ask_from(Ipv4Addr::LOCALHOST, arguments)
    }

    /// The same from another address.
    #[track_caller]
    pub(super) fn ask_from(&self, from: Ipv4Addr, arguments: &[&str]) -> Answer {
        let output = self.curl(from, arguments).output().expect("curl runs; tests/run installs it");
        let told = String::from_utf8_lossy(&output.stderr);
        let end = output.stdout.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no answer to {arguments:?}: {told}"));
        let head = String::from_utf8_lossy(&output.stdout[..end]).into_owned();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Answer { status: status.expect("a status"), head, body: output.stdout[end + 4..].to_vec() }
    }

    /// A request whose answer is read line by line as it comes.
    pub(super) fn listen(&self, arguments: &[&str]) -> Listening {
        let mut command = self.curl(Ipv4Addr::LOCALHOST, arguments);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("curl runs");
        let lines = BufReader::new(child.stdout.take().expect("piped"));
        Listening { child, lines }
    }

    /// What nginx has written down so far.
    pub(super) fn log(&self) -> String {
        ["chengwen.log", "chengwen-error.log"]
            .map(|name| fs::read_to_string(self.folder.path().join(name)).unwrap_or_default())
            .concat()
    }

    /// A file of this test.
    pub(super) fn file(&self, name: &str, bytes: &[u8]) -> String {
        let path = self.folder.path().join(name);
        fs::write(&path, bytes).expect("written");
        path.to_string_lossy().into_owned()
    }
}

/// An answer that is still coming.
pub(super) struct Listening {
    child: Child,
    lines: BufReader<ChildStdout>,
}

impl Listening {
    /// The next line that begins so; curl's own limit of time ends the wait.
    #[track_caller]
    pub(super) fn until(&mut self, start: &str) -> String {
        let mut heard = String::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("UTF-8");
            assert!(read > 0, "no {start} in\n{heard}");
            if line.starts_with(start) {
                return line;
            }
            heard.push_str(&line);
        }
    }

    /// The rest; whether curl is content with it.
    pub(super) fn end(mut self) -> (bool, String) {
        let mut rest = String::new();
        self.lines.read_to_string(&mut rest).expect("UTF-8");
        (self.child.wait().expect("it ends").success(), rest)
    }
}

//! The server itself: how it starts, what it says on the wire, and how it stops.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use super::client::APPLICATION;
use crate::support::root;

/// No test here may take longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// A server that ends with the test.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: SocketAddr,
    told: Receiver<String>,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn program(listen: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chengwen"));
    command
        .args(["serve", "--listen", listen])
        // Tests ask as often as they can, unless they are about that.
        .args(["--set", "limits.requests_burst=1000000"])
        .args(arguments)
        .current_dir(root())
        .env_remove("CHENGWEN_HOME")
        .env_remove("CHENGWEN_DATA")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped());
    command
}

impl Server {
    fn start(listen: &str) -> Self {
        Self::start_with(listen, &[], "开放模式")
    }

    pub(crate) fn start_with(listen: &str, arguments: &[&str], mode: &str) -> Self {
        let mut child = program(listen, arguments).spawn().expect("it starts");
        let stderr = BufReader::new(child.stderr.take().expect("piped"));
        let (sender, told) = channel();
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let line = told.recv_timeout(DEADLINE).expect("it says where it listens");
        assert!(line.starts_with("正在监听 http://") && line.contains(mode), "{line}");
        let address = line.split("http://").nth(1).and_then(|rest| rest.split('/').next());
        let address = address.expect("an address").parse().expect("an address with a port");
        Self { child, address, told }
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("set");
        stream
    }

    /// One request on a connection of its own; the whole answer.
    pub(crate) fn ask(&self, head: &str, body: &[u8]) -> Vec<u8> {
        self.ask_with(head, "", body)
    }

    /// The same with more headers, each with its end of line.
    pub(crate) fn ask_with(&self, head: &str, more: &str, body: &[u8]) -> Vec<u8> {
        let mut stream = self.connect();
        let head = format!(
            "{head} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\n{more}\r\n",
            self.address,
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("sent");
        stream.write_all(body).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        answer
    }

    pub(crate) fn until_ready(&self) {
        let started = Instant::now();
        while !self.ask("GET /readyz", b"").starts_with(b"HTTP/1.1 200") {
            assert!(started.elapsed() < DEADLINE, "it does not get ready");
        }
    }

    /// The most memory that it has ever held by itself, in MiB.
    pub(crate) fn peak(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()));
        let status = status.expect("a status");
        let line = status.lines().find(|line| line.starts_with("VmHWM")).expect("a line");
        let kib: usize =
            line.split_whitespace().nth(1).and_then(|it| it.parse().ok()).expect("KiB");
        kib / 1024
    }

    /// The render processes that it has started; those that read strangers' files are others.
    pub(crate) fn render_processes(&self) -> Vec<u32> {
        let threads =
            std::fs::read_dir(format!("/proc/{}/task", self.child.id())).expect("threads");
        let of = |thread: std::fs::DirEntry| {
            std::fs::read_to_string(thread.path().join("children")).unwrap_or_default()
        };
        let all: String = threads.flatten().map(of).collect();
        let renders = |id: &u32| {
            let line = std::fs::read(format!("/proc/{id}/cmdline")).unwrap_or_default();
            line.split(|byte| *byte == 0).any(|word| word == b"render-process")
        };
        all.split_whitespace().filter_map(|id| id.parse().ok()).filter(renders).collect()
    }

    /// The process itself.
    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn signal(&self, name: &str) {
        let command = format!("kill -{name} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &command]).status().expect("a shell").success());
    }

    /// Waits for the end; the exit code and what was told since.
    pub(crate) fn end(mut self) -> (Option<i32>, Vec<String>) {
        let mut lines = Vec::new();
        // The channel closes when the process has closed its standard error.
        while let Ok(line) = self.told.recv_timeout(DEADLINE) {
            lines.push(line);
        }
        (self.child.wait().expect("it ends").code(), lines)
    }
}

fn sample() -> Vec<u8> {
    std::fs::read(root().join("samples/shanxi-application.json")).expect("readable")
}

#[test]
fn it_serves_until_told_to_stop_and_ends_with_zero() {
    for signal in ["TERM", "INT"] {
        let server = Server::start("127.0.0.1:0");
        server.until_ready();
        let answer = server.ask(&format!("POST {APPLICATION}/pdf"), &sample());
        assert!(answer.starts_with(b"HTTP/1.1 200"));
        assert!(answer.windows(5).any(|part| part == b"%PDF-"));
        server.signal(signal);
        let (code, lines) = server.end();
        assert_eq!(code, Some(0), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("服务就绪")), "{lines:?}");
        assert!(lines.iter().any(|line| line == "服务已停止。"), "{lines:?}");
        // The log names route and status, and nothing of what was sent.
        let logged = lines.iter().find(|line| line.contains("/pdf")).expect("a line");
        assert!(logged.contains("status=200") && logged.contains("id=") && logged.contains("ms="));
        assert!(!lines.concat().contains("晋味源"));
    }
}

#[test]
fn an_accepted_request_is_finished_after_sigterm() {
    let server = Server::start("127.0.0.1:0");
    let record = sample();
    let mut stream = server.connect();
    let head = format!(
        "POST {APPLICATION}/pdf HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        record.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    // The server asks for the body: the request is under way.
    let mut asked = [0; 25];
    stream.read_exact(&mut asked).expect("asked for");
    assert_eq!(&asked, b"HTTP/1.1 100 Continue\r\n\r\n");
    server.signal("TERM");
    let started = Instant::now();
    while TcpStream::connect(server.address).is_ok() {
        assert!(started.elapsed() < DEADLINE, "it still listens");
    }
    stream.write_all(&record).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    let head = String::from_utf8_lossy(&answer[..answer.len().min(2000)]).to_lowercase();
    assert!(head.starts_with("http/1.1 200") && head.contains("connection: close"), "{head}");
    let end = answer.trim_ascii_end();
    assert!(end.ends_with(b"%%EOF"), "the whole file came");
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn the_other_loopback_address_and_one_connection_for_many_requests() {
    let server = Server::start("[::1]:0");
    assert!(server.address.is_ipv6());
    let mut stream = server.connect();
    for _ in 0..3 {
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", server.address);
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\nok\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("answered");
            answer.push(byte[0]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"));
    }
    drop(stream);
    server.signal("TERM");
    assert_eq!(server.end().0, Some(0));
}

#[test]
fn an_address_that_will_not_do_is_the_callers_slip() {
    let holder = TcpListener::bind("127.0.0.1:0").expect("a port");
    let taken = holder.local_addr().expect("an address").to_string();
    for (listen, part) in [
        (taken.as_str(), "端口已被占用"),
        ("0.0.0.0:8080", "只能监听本机地址"),
        ("192.168.1.1:8080", "只能监听本机地址"),
        ("[::]:8080", "只能监听本机地址"),
        ("8080", "应为 地址和端口"),
        ("localhost", "应为 地址和端口"),
        ("bureau.example:80", "应为 地址和端口"),
    ] {
        let output = program(listen, &[]).output().expect("it ends");
        let told = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(output.status.code(), Some(1), "{listen}: {told}");
        assert!(told.contains("用法有误") && told.contains(part), "{listen}: {told}");
    }
}

//! What comes from people who mean harm, or from files that they made: it is printed as it is written, or
//! refused in a sentence; it is never run, and never takes the service with it.

mod exports;
mod names;
#[cfg(target_os = "linux")]
mod outward;
#[cfg(target_os = "linux")]
mod papers;
#[cfg(target_os = "linux")]
mod pictures;
#[cfg(target_os = "linux")]
mod records;
mod texts;
#[cfg(target_os = "linux")]
mod workbooks;

use std::io::{Read, Write};
use std::process::Command;

use crate::http::FormPart;
use crate::http::running::Server;
use crate::support::root;

/// Texts in the words of programs: none of them may mean anything here.
pub(crate) const HOSTILE: [&str; 18] = [
    "#set text(red) $x$",
    "#read(\"/etc/passwd\")",
    "#import \"/lib/run.typ\"",
    "#eval(\"1\")@引<标>",
    "码```typ #x``` `x` \\u{4e00}",
    "*粗*_斜_=题/*注*///",
    "\"]} #panic() [{(",
    "{{ 7 * 7 }}",
    "{% if 1 %}x{% endif %}",
    "{# 注 #}{{ number }}",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=x>",
    "'; DROP TABLE x; --",
    "=HYPERLINK(\"//x\",\"y\")",
    "+1-1@SUM(A1)",
    "${x} $(x) `x` %s %n",
    "&lt;甲&amp;乙&#39;]]>",
    "测试＿＿公司。分店",
];

/// A command of the program that has ended.
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: Vec<u8>,
    pub(crate) told: String,
    /// The most memory that one of its processes held, in MiB.
    pub(crate) peak: usize,
}

/// Runs a command, and takes its measure: python tells what its children held at most.
const MEASURED: &str = "import resource, subprocess, sys
code = subprocess.call(sys.argv[1:])
sys.stderr.write('\\npeak %d' % resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code if code >= 0 else 128 - code)";

/// Runs the program with these arguments.
pub(crate) fn chengwen(arguments: &[&str]) -> Ran {
    let ran = Command::new("python3")
        .args(["-c", MEASURED, env!("CARGO_BIN_EXE_chengwen"), "--home"])
        .arg(root())
        .args(arguments)
        .env_remove("CHENGWEN_DATA")
        .output()
        .expect("python3 runs; tests/run installs it");
    let told = String::from_utf8_lossy(&ran.stderr).into_owned();
    let (told, peak) = told.rsplit_once("\npeak ").expect("its measure");
    let peak = peak.trim().parse::<usize>().expect("KiB") / 1024;
    Ran { code: ran.status.code(), out: ran.stdout, told: told.to_owned(), peak }
}

/// Posts a body of this type to a server; status and text of the answer.
pub(crate) fn posted(server: &Server, path: &str, kind: &str, body: &[u8]) -> (u16, String) {
    let mut stream = server.connect();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Idempotency-Key: hostile\r\nContent-Length: {}\r\n\r\n",
        server.address,
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("sent");
    // A server that has refused the body already reads no more of it.
    let _ = stream.write_all(body);
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    let text = String::from_utf8_lossy(&answer).into_owned();
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    (status, text)
}

/// Posts a form.
pub(crate) fn sent(server: &Server, path: &str, parts: &[FormPart<'_>]) -> (u16, String) {
    let body = crate::http::form(parts);
    posted(server, path, "multipart/form-data; boundary=edge", &body)
}

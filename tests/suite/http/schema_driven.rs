//! The service asked by its own description: schemathesis makes requests of `/openapi.json`, sound ones and
//! unsound ones, and holds every answer against it.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::running::Server;
use crate::support::root;

/// How many requests each operation gets besides those that its description calls for; more by hand:
/// `SCHEMATHESIS_EXAMPLES=200`.
const EXAMPLES: &str = "8";

/// The same requests each time.
const SEED: &str = "20230625";

/// No test waits longer.
const DEADLINE: Duration = Duration::from_secs(60);

/// Has schemathesis ask a server, with these arguments besides; fails with what it says.
fn asked(server: &Server, arguments: &[&str]) {
    let program = root().join("target/schemathesis/bin/schemathesis");
    let examples = std::env::var_os("SCHEMATHESIS_EXAMPLES").unwrap_or_else(|| EXAMPLES.into());
    let folder = tempfile::tempdir().expect("a folder");
    let ran = Command::new(program)
        .arg("--config-file")
        .arg(root().join("tests/schemathesis/schemathesis.toml"))
        .args(["run", &format!("http://{}/openapi.json", server.address)])
        .args(["--seed", SEED, "--workers", "1", "--max-examples"])
        .arg(examples)
        .args(["--generation-database", "none", "--suppress-health-check", "all"])
        // How long an answer takes is measured elsewhere; here a busy machine asks a debug build.
        .args(["--max-response-time", "120", "--request-timeout", "130"])
        .args(["--no-color", "--warnings", "off", "--output-truncate", "true"])
        .args(arguments)
        .current_dir(folder.path())
        .output()
        .expect("schemathesis runs; tests/run installs it");
    let told = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success(), "{told}{}", String::from_utf8_lossy(&ran.stderr));
    // A run in which nothing was asked would find nothing.
    let asked =
        told.lines().find_map(|line| line.trim().split_once(" generated, ")?.0.parse().ok());
    assert!(asked.is_some_and(|asked: usize| asked > 250), "{told}");
}

fn until_ready(server: &Server, head: &str) {
    let started = Instant::now();
    while !server.ask(head, b"").starts_with(b"HTTP/1.1 200") {
        assert!(started.elapsed() < DEADLINE, "it does not get ready");
    }
}

/// Has certificates issued, so that there is something behind numbers and batches.
fn issued(server: &Server) {
    let rows =
        std::fs::read(root().join("samples/shanxi-certificate.many.json")).expect("a sample");
    let path = "/api/v1/batches?document=shanxi/certificate";
    let (status, told) = crate::hostile::posted(server, path, "application/json", &rows);
    assert_eq!(status, 202, "{told}");
    let started = Instant::now();
    while !String::from_utf8_lossy(&server.ask("GET /api/v1/batches", b"")).contains("\"done\"") {
        assert!(started.elapsed() < DEADLINE, "it is not printed");
    }
}

fn folder(of: &Path) -> String {
    of.to_string_lossy().into_owned()
}

/// Asks a service that has everything, by these phases of schemathesis.
fn described(phases: &str) {
    let data = tempfile::tempdir().expect("a folder");
    let server = Server::start_with("127.0.0.1:0", &["--data", &folder(data.path())], "开放模式");
    until_ready(&server, "GET /readyz");
    issued(&server);
    asked(&server, &["--phases", phases]);
    // Nothing that was asked has left it unable to answer.
    until_ready(&server, "GET /readyz");
}

#[test]
fn every_answer_is_as_described() {
    described("examples,fuzzing");
}

#[test]
fn answers_at_every_bound_are_as_described() {
    described("coverage");
}

#[test]
fn no_door_opens_without_its_key() {
    let data = tempfile::tempdir().expect("a folder");
    let make = ["keys", "create", "--role", "admin", "--name", "甲", "--data"];
    let made = Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(make)
        .arg(data.path())
        .current_dir(root())
        .output()
        .expect("it runs");
    let key = String::from_utf8(made.stdout).expect("UTF-8");
    let server = Server::start_with("127.0.0.1:0", &["--data", &folder(data.path())], "凭密钥使用");
    until_ready(&server, "GET /readyz");
    let header = format!("Authorization: Bearer {}", key.trim());
    // One example of each door: what it answers is tried above.
    let phases = ["--phases", "examples,fuzzing", "--max-examples", "1"];
    asked(
        &server,
        &[&phases[..], &["--header", &header, "--checks", "ignored_auth,not_a_server_error"]]
            .concat(),
    );
}

//! Every limit of the configuration, exceeded on a running server.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::client::APPLICATION;
use super::running::Server;
use crate::crew::{FOREVER, GREEDY, costly};
use crate::support::root;

fn sample(name: &str) -> Vec<u8> {
    std::fs::read(root().join("samples").join(format!("{name}.json"))).expect("readable")
}

/// Status and problem document of an answer.
fn told(answer: &[u8]) -> (u16, Value) {
    let text = String::from_utf8_lossy(answer);
    let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    let body = text.split_once("\r\n\r\n").map(|(_, body)| body.to_owned()).unwrap_or_default();
    (status, serde_json::from_str(&body).unwrap_or_default())
}

fn with(settings: &[&str]) -> Server {
    let arguments: Vec<&str> = settings.iter().flat_map(|it| ["--set", it]).collect();
    Server::start_with("127.0.0.1:0", &arguments, "开放模式")
}

#[track_caller]
fn refused(server: &Server, path: &str, body: &[u8], status: u16, kind: &str, parts: &[&str]) {
    let answer = server.ask(&format!("POST {path}"), body);
    let (found, problem) = told(&answer);
    assert_eq!(found, status, "{problem:#}");
    assert_eq!(problem["type"], format!("/problems/{kind}"));
    let text = problem.to_string();
    assert!(parts.iter().all(|part| text.contains(part)), "{parts:?} in {text}");
}

#[test]
fn what_one_request_may_bring_and_make() {
    let server =
        with(&["limits.rows=3", "limits.pages=2", "limits.pixels=20000", "limits.body_mib=1"]);
    let certificates = "/api/v1/documents/shanxi/certificate/check";
    let one: Value = serde_json::from_slice(&sample("shanxi-certificate")).expect("JSON");
    let four = json!([one, one, one, one]).to_string().into_bytes();
    let parts = ["共4份，超过一次 3 份的限度（limits.rows）", "many.too-many"];
    refused(&server, certificates, &four, 422, "invalid-record", &parts);
    let summary = "/api/v1/documents/shanxi/summary/check";
    let parts = ["超过 3 项的限度（limits.rows）", "list.over-limit", "/rows"];
    refused(&server, summary, &sample("shanxi-summary"), 422, "invalid-record", &parts);
    let application = sample("shanxi-application");
    let parts = ["共 4 页，超过一份文件 2 页的限度（limits.pages）"];
    refused(&server, &format!("{APPLICATION}/pdf"), &application, 422, "over-limit", &parts);
    let letter = "/api/v1/documents/shanxi/commitment/preview";
    let parts = ["超过 20000 的限度（limits.pixels）"];
    refused(&server, letter, &sample("shanxi-commitment"), 422, "over-limit", &parts);
    let large = vec![b' '; (1 << 20) + 1];
    let parts = ["不能超过 1 MiB"];
    refused(&server, &format!("{APPLICATION}/check"), &large, 413, "too-large", &parts);
    // What keeps to them is made.
    let letter =
        server.ask("POST /api/v1/documents/shanxi/commitment/pdf", &sample("shanxi-commitment"));
    assert_eq!(told(&letter).0, 200);
}

#[test]
fn a_render_that_takes_too_long_or_too_much_is_stopped() {
    let home = costly();
    let home = home.folder.path().display().to_string();
    let settings = ["limits.render_seconds=6", "limits.render_memory_mib=400"];
    let mut arguments = vec!["--home", &home];
    arguments.extend(settings.iter().flat_map(|it| ["--set", *it]));
    let server = Server::start_with("127.0.0.1:0", &arguments, "开放模式");
    for (document, limit) in [
        (FOREVER, "超过 6 秒的限度（limits.render_seconds）"),
        (GREEDY, "超过 400 MiB 内存的限度（limits.render_memory_mib）"),
    ] {
        let path = format!("/api/v1/documents/{document}/pdf");
        let record = sample(&document.replace('/', "-"));
        refused(&server, &path, &record, 422, "over-limit", &[limit]);
    }
    let made = server.ask(&format!("POST {APPLICATION}/pdf"), &sample("shanxi-application"));
    assert_eq!(told(&made).0, 200);
    let metrics = server.ask("GET /metrics", b"");
    let metrics = String::from_utf8_lossy(&metrics);
    for line in [
        "chengwen_render_process_ends{reason=\"over_time\"}",
        "chengwen_render_process_ends{reason=\"over_memory\"}",
    ] {
        // The samples of the two are looked at meanwhile, too.
        let count = metrics.lines().find_map(|it| it.strip_prefix(line));
        let count = count.and_then(|it| it.trim().parse::<u32>().ok());
        assert!(count.is_some_and(|count| count >= 1), "{line} in\n{metrics}");
    }
    assert!(
        metrics.contains(
            "chengwen_renders_total{document=\"shanxi/notice\",outcome=\"over_limit\"} 1"
        )
    );
}

#[test]
fn connections_and_their_headers() {
    let server = with(&["limits.connections=2", "limits.header_seconds=1"]);
    let started = Instant::now();
    let (mut first, _second) = (server.connect(), server.connect());
    // Neither says anything; a third waits until one of them has been let go.
    let answer = server.ask("GET /healthz", b"");
    assert!(answer.starts_with(b"HTTP/1.1 200"));
    assert!(started.elapsed() >= Duration::from_millis(900), "{:?}", started.elapsed());
    let mut rest = Vec::new();
    // Closed, with or without a word.
    let _ = first.read_to_end(&mut rest);
    assert!(!rest.starts_with(b"HTTP/1.1 200"));
}

#[test]
fn connections_of_one_address() {
    let server = with(&["limits.connections_per_address=1"]);
    let first = server.connect();
    let mut second = server.connect();
    let mut nothing = Vec::new();
    assert_eq!(second.read_to_end(&mut nothing).unwrap_or(0), 0);
    drop(first);
    // The place is free as soon as the server has seen that.
    let started = Instant::now();
    loop {
        let mut stream = server.connect();
        let request = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        let mut answer = Vec::new();
        if stream.write_all(request).is_ok()
            && stream.read_to_end(&mut answer).is_ok()
            && !answer.is_empty()
        {
            assert!(answer.starts_with(b"HTTP/1.1 200"));
            break;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the place is not given back");
    }
}

#[test]
fn who_takes_nothing_of_an_answer_is_let_go() {
    let server = with(&["limits.connections=1", "limits.write_seconds=1"]);
    let mut greedy = server.connect();
    let request = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n";
    for _ in 0..100 {
        if greedy.write_all(request).is_err() {
            break;
        }
    }
    assert!(server.ask("GET /healthz", b"").starts_with(b"HTTP/1.1 200"));
}

#[test]
fn all_bodies_together_have_a_limit() {
    let server = with(&["limits.bodies_mib=1", "limits.body_seconds=20"]);
    let mut slow = server.connect();
    let head = format!(
        "POST {APPLICATION}/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: 1000000\r\nExpect: 100-continue\r\n\r\n"
    );
    slow.write_all(head.as_bytes()).expect("sent");
    // The server asks for the body: it has made room for it.
    let mut asked = [0; 25];
    slow.read_exact(&mut asked).expect("asked for");
    let record = sample("shanxi-application.longest");
    let padded = [record.as_slice(), &vec![b' '; 200_000]].concat();
    refused(
        &server,
        &format!("{APPLICATION}/check"),
        &padded,
        429,
        "busy",
        &["正在接收的数据太多"],
    );
    drop(slow);
    let started = Instant::now();
    while told(&server.ask(&format!("POST {APPLICATION}/check"), &padded)).0 != 200 {
        assert!(started.elapsed() < Duration::from_secs(20), "the room is not given back");
    }
}

#[test]
fn a_body_that_is_too_slow() {
    let server = with(&["limits.body_seconds=0.5"]);
    let mut stream = server.connect();
    let head = format!(
        "POST {APPLICATION}/check HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
         Content-Length: 10\r\n\r\n{{"
    );
    stream.write_all(head.as_bytes()).expect("sent");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("answered");
    assert_eq!(told(&answer).0, 408);
}

#[test]
fn one_address_asks_so_often() {
    let server = with(&["limits.requests_burst=5", "limits.requests_per_second=1"]);
    let statuses: Vec<u16> =
        (0..10).map(|_| told(&server.ask("GET /api/v1/documents", b"")).0).collect();
    assert_eq!(statuses[..5], [200; 5]);
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[test]
fn settings_that_cannot_be_are_told_at_once_and_nothing_starts() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(["serve", "--set", "limits.rows=many", "--set", "limits.nothing=1"])
        .current_dir(root())
        .output()
        .expect("it ends");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(
        told.contains("limits.rows 不能是“many”") && told.contains("没有配置项 limits.nothing"),
        "{told}"
    );
}

/// Runs a command with a data directory; standard output, standard error and exit code.
fn run(data: &str, arguments: &[&str]) -> (String, String, Option<i32>) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(arguments)
        .args(["--data", data])
        .current_dir(root())
        .output()
        .expect("it ends");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (text(output.stdout), text(output.stderr), output.status.code())
}

#[test]
fn with_keys_any_address_is_served_and_without_a_key_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let make = ["keys", "create", "--role", "applicant", "--name", "某商行", "--by", "张三"];
    let (key, told, code) = run(&data, &make);
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("只显示这一次") && key.starts_with("cw_"), "{told}");
    let (list, _, _) = run(&data, &["keys", "list"]);
    assert!(list.contains("申报主体  某商行") && list.contains("没有用过"), "{list}");
    assert!(!list.contains(key.trim()), "{list}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&data).expect("made").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }

    let server = Server::start_with("0.0.0.0:0", &["--data", &data], "凭密钥使用");
    let ask = |key: Option<&str>| {
        let head = match key {
            Some(key) => format!("GET /api/v1/documents HTTP/1.1\r\nAuthorization: Bearer {key}"),
            None => "GET /api/v1/documents HTTP/1.1".to_owned(),
        };
        let mut stream =
            std::net::TcpStream::connect(("127.0.0.1", server.address.port())).expect("open");
        let request =
            format!("{head}\r\nHost: chengwen.example.gov.cn\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).expect("sent");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).expect("answered");
        told_status(&answer)
    };
    assert_eq!(ask(None), 401);
    assert_eq!(ask(Some(key.trim())), 200);
    // Revoked by another process, it opens nothing more.
    let id = key.split('_').nth(1).expect("an id");
    let (_, told, code) = run(&data, &["keys", "revoke", id]);
    assert_eq!(code, Some(0), "{told}");
    assert_eq!(ask(Some(key.trim())), 401);
    let (_, told, code) = run(&data, &["keys", "revoke", key.trim()]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains(id) && !told.contains(key.trim()), "{told}");
    let (history, _, _) = run(&data, &["keys", "history"]);
    let lines: Vec<&str> = history.lines().collect();
    assert!(lines[0].contains("张三  建立密钥") && lines[1].contains("撤销密钥"), "{history}");
    server.signal("TERM");
    let (code, lines) = server.end();
    assert_eq!(code, Some(0));
    // The log names the key by its id, and nothing of its secret or holder.
    let log = lines.join("\n");
    assert!(log.contains(id) && !log.contains(key.trim()) && !log.contains("某商行"), "{log}");
    let (purged, _, code) = run(&data, &["purge"]);
    let nothing =
        "已过期的登录会话：清除 0 个。\n批次印成的文件，已过保留期的和不再需要的：清除 0 个。";
    assert_eq!((purged.trim(), code), (nothing, Some(0)));
}

#[test]
fn a_log_for_programs_has_an_object_on_each_line() {
    let server = with(&["server.log=json"]);
    assert!(server.ask("GET /healthz", b"").starts_with(b"HTTP/1.1 200"));
    server.signal("TERM");
    let (_, lines) = server.end();
    let objects: Vec<Value> =
        lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let answered = objects.iter().find(|it| it["route"] == "/healthz").expect("a line");
    assert_eq!(answered["status"], 200);
    assert!(answered["id"].is_string() && answered["timestamp"].is_string(), "{answered}");
}

fn told_status(answer: &[u8]) -> u16 {
    told(answer).0
}

#[test]
fn a_server_that_had_keys_or_is_meant_for_others_does_not_open_without() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data").display().to_string();
    let (key, _, _) = run(&data, &["keys", "create", "--role", "admin", "--name", "甲"]);
    let id = key.split('_').nth(1).expect("an id");
    assert_eq!(run(&data, &["keys", "revoke", id]).2, Some(0));
    let server = Server::start_with("127.0.0.1:0", &["--data", &data], "凭密钥使用");
    assert_eq!(told_status(&server.ask("GET /api/v1/documents", b"")), 401);
    drop(server);
    let fresh = folder.path().join("fresh").display().to_string();
    for command in [&["keys", "list"][..], &["purge"], &["serve", "--listen", "127.0.0.1:0"]] {
        let (_, told, code) = run(&fresh, command);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("没有这个数据目录"), "{told}");
    }
    let (_, told, code) = run(&fresh, &["keys", "create", "--role", "admin", "--name", " "]);
    assert_eq!(code, Some(1), "{told}");
    assert!(!std::path::Path::new(&fresh).exists());
    std::fs::create_dir(&fresh).expect("made");
    for setting in ["server.public_url=https://a.example", "server.trusted_proxies=127.0.0.1"] {
        let (_, told, code) = run(&fresh, &["serve", "--listen", "127.0.0.1:0", "--set", setting]);
        assert_eq!(code, Some(1), "{told}");
        assert!(told.contains("keys create"), "{told}");
    }
}

#[test]
#[cfg(unix)]
fn the_data_directory_is_private_and_made_by_one_at_a_time() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("data");
    std::fs::create_dir(&data).expect("made");
    std::fs::set_permissions(&data, std::fs::Permissions::from_mode(0o755)).expect("set");
    let data = data.display().to_string();
    std::thread::scope(|scope| {
        let made: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| run(&data, &["keys", "create", "--role", "admin", "--name", "甲"]))
            })
            .collect();
        for made in made {
            let (_, told, code) = made.join().expect("no panic");
            assert_eq!(code, Some(0), "{told}");
        }
    });
    assert_eq!(run(&data, &["keys", "list"]).0.lines().count(), 9);
    for entry in std::fs::read_dir(&data).expect("a folder").flatten() {
        let mode = entry.metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} is open to others", entry.path().display());
    }
}

#[test]
#[cfg(unix)]
fn a_variable_that_is_no_text_stops_the_start() {
    use std::os::unix::ffi::OsStrExt;
    let odd = std::ffi::OsStr::from_bytes(b"/tmp/\xb3\xc9");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(["serve", "--listen", "127.0.0.1:0"])
        .current_dir(root())
        .env("CHENGWEN_DATA", odd)
        .output()
        .expect("it ends");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("CHENGWEN_DATA"), "{told}");
}

#[test]
fn the_data_directory_must_be_named() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(["keys", "list"])
        .env_remove("CHENGWEN_DATA")
        .output()
        .expect("it ends");
    let told = String::from_utf8(output.stderr).expect("UTF-8");
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("--data"), "{told}");
}

#[test]
fn every_setting_is_listed_with_its_source() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("own.toml");
    std::fs::write(&file, "[limits]\npages = 7\n").expect("written");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(["config", "--config", &file.display().to_string(), "--set", "limits.queue=9"])
        .current_dir(root())
        .env("CHENGWEN_LIMITS_ROWS", "8")
        .output()
        .expect("it ends");
    let told = String::from_utf8(output.stdout).expect("UTF-8");
    for line in [
        "pages = 7",
        "own.toml:2",
        "rows = 8",
        "环境变量 CHENGWEN_LIMITS_ROWS",
        "queue = 9",
        "命令行",
    ] {
        assert!(told.contains(line), "{line} in\n{told}");
    }
    let default = chengwen::config::Config::default();
    for setting in &default.told {
        let (_, key) = setting.key.split_once('.').expect("a table");
        assert!(told.contains(&format!("\n{key} = ")), "{key} in\n{told}");
    }
}

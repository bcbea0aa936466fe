//! Killed at the N-th call that changes a file (strace): the directory opens the next time, and everything
//! that was told as done is there.
//!
//! By default some of the points are taken; `CRASH_EVERY=1` takes each.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

use chengwen::app::Form;
use chengwen::store::{Store, VERSION};
use serde_json::Value;

use super::backup::{Told, back_up, program, restore};
use super::shared::{Place, ask, audit, certificate, ended, number, pages, start, wait_until};
use crate::http::running::Server;
use crate::registry::{accept, batches_of};
use crate::support::{app, root, run};

/// Calls that change files; those that a machine does not have are passed over.
const CHANGES: &str = "?write,?pwrite64,?fsync,?fdatasync,?rename,?renameat,?renameat2,?unlink,?unlinkat,\
                       ?ftruncate,?mkdir,?mkdirat,?link,?linkat,?chmod,?fchmod";

/// Calls that make files, among others.
const OPENS: &str = "?open,?openat";

const KEYS: [&str; 6] = ["keys", "create", "--role", "admin", "--name", "甲"];

/// A command that is killed as one of its threads makes its `at`-th call.
fn struck(place: &Place, data: &Path, calls: &str, at: usize, arguments: &[&str]) -> Command {
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={calls}")]);
    command.args(["-e", &format!("inject={calls}:signal=KILL:when={at}")]);
    command.arg(env!("CARGO_BIN_EXE_chengwen")).arg("--home").arg(root()).arg("--data").arg(data);
    command.args(arguments).current_dir(place.path("")).env_remove("CHENGWEN_DATA");
    command
}

/// Runs it to its end; no code if it was killed.
fn strike(place: &Place, data: &Path, calls: &str, at: usize, arguments: &[&str]) -> Told {
    let output = struck(place, data, calls, at, arguments).output().expect("strace is installed");
    let text = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(
        !text.contains("strace: "),
        "processes cannot be traced here; in a container this takes CAP_SYS_PTRACE: {text}"
    );
    Told { code: output.status.code(), text }
}

/// Goes through the points at which to kill, until a run ends by itself; how many kills.
fn walk(every: usize, calls: &[&str], mut killed: impl FnMut(&str, usize) -> bool) -> usize {
    let given = std::env::var_os("CRASH_EVERY").and_then(|every| every.into_string().ok());
    let given = given.and_then(|every| every.parse().ok());
    let every = given.unwrap_or(every);
    let mut kills = 0;
    for calls in calls {
        for at in (1..).step_by(every) {
            if !killed(calls, at) {
                break;
            }
            kills += 1;
        }
    }
    println!("{kills} kills, every {every}");
    kills
}

/// Insists that a directory is whole, as the program, SQLite and the system see it.
fn assert_usable(place: &Place, data: &Path) {
    let told = program(place, data, &["registry", "audit"]).with(0);
    assert!(told.contains("登记簿完整"), "{told}");
    assert_eq!(ask::<(String,)>(data, "PRAGMA integrity_check"), [("ok".to_owned(),)]);
    let version = ask::<(i64,)>(data, "SELECT max(version) FROM _sqlx_migrations");
    assert_eq!(version, [(VERSION,)]);
    for entry in fs::read_dir(data).expect("a folder").flatten() {
        let mode = entry.metadata().expect("there").permissions().mode() & 0o777;
        let wanted = if entry.path().is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, wanted, "{}: {mode:o}", entry.path().display());
    }
}

fn copied(from: &Path, to: &Path) {
    let copied = run("cp", &["-a", &from.to_string_lossy(), &to.to_string_lossy()]);
    assert!(copied.status.success(), "{copied:?}");
}

/// The names below a folder that a process may have died over.
fn unfinished(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).expect("a folder").flatten();
    let names = names.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.contains(".part") || name.starts_with("backup.db")).collect()
}

#[test]
fn killed_as_a_directory_is_made_it_is_made_the_next_time() {
    let place = Place::new();
    let mut count = 0;
    let kills = walk(5, &[CHANGES, OPENS], |calls, at| {
        count += 1;
        let data = place.path(&format!("data{count}"));
        let first = strike(&place, &data, calls, at, &KEYS);
        let shown = first.text.lines().find(|line| line.starts_with("cw_")).map(str::to_owned);
        if let Some(code) = first.code {
            assert_eq!(code, 0, "{}", first.text);
            assert!(shown.is_some());
        }
        program(&place, &data, &KEYS).with(0);
        let list = program(&place, &data, &["keys", "list"]).with(0);
        // A key that was shown is there; one that was not may be, as it was made before it was shown.
        assert!(matches!(list.matches("管理员").count(), 1 | 2), "{list}");
        if let Some(id) = shown.as_deref().and_then(|key| key.split('_').nth(1)) {
            assert!(list.contains(id), "{calls} {at}: {list}");
        }
        assert_usable(&place, &data);
        first.code.is_none()
    });
    assert!(kills > 5, "{kills}");
}

/// A database as an older program has left it, with a key in it.
pub(super) fn old(data: &Path, version: i64) {
    use sha2::{Digest, Sha384};
    fs::create_dir(data).expect("made");
    let mut sql =
        "PRAGMA journal_mode = WAL; CREATE TABLE _sqlx_migrations (version BIGINT PRIMARY KEY,
        description TEXT NOT NULL, installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
        success BOOLEAN NOT NULL, checksum BLOB NOT NULL, execution_time BIGINT NOT NULL);\n"
            .to_owned();
    let mut files: Vec<_> = fs::read_dir(root().join("src/store"))
        .expect("a folder")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "sql"))
        .collect();
    files.sort();
    assert_eq!(files.len() as i64, VERSION);
    for (file, version) in files.iter().zip(1..=version) {
        let text = fs::read_to_string(file).expect("there");
        let name = file.file_stem().expect("a name").to_string_lossy().into_owned();
        let name = name.split_once('_').expect("a number").1;
        let digest: String =
            Sha384::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        sql.push_str(&text);
        sql.push_str(&format!(
            "\nINSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                VALUES ({version}, '{name}', 1, x'{digest}', 1);\n"
        ));
    }
    sql.push_str(
        "INSERT INTO access_key (id, name, role, digest, created_at) VALUES ('0102030405', '旧钥', 'admin', x'00', 1);
        INSERT INTO journal (at, who, what, subject) VALUES (1, '张三', 'key.created', '0102030405');",
    );
    let file = data.join("chengwen.db");
    fs::write(&file, b"").expect("made");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("set");
    super::shared::change(&file, &sql);
}

#[test]
fn killed_as_an_older_directory_is_brought_up_to_date_nothing_of_it_is_lost() {
    let place = Place::new();
    let mut count = 0;
    for version in 1..VERSION {
        let before = place.path(&format!("version{version}"));
        old(&before, version);
        let kills = walk(6, &[CHANGES, OPENS], |calls, at| {
            count += 1;
            let data = place.path(&format!("data{count}"));
            copied(&before, &data);
            let first = strike(&place, &data, calls, at, &["keys", "list"]);
            let list = program(&place, &data, &["keys", "list"]).with(0);
            assert!(list.contains("0102030405") && list.contains("旧钥"), "{list}");
            let history = program(&place, &data, &["keys", "history"]).with(0);
            assert!(history.contains("张三"), "{history}");
            assert_usable(&place, &data);
            // As it was before, for whoever must go back.
            let kept = place.path(&format!("kept{count}"));
            fs::create_dir(&kept).expect("made");
            let beside = data.join(format!("chengwen.db.before-{VERSION}"));
            fs::copy(beside, kept.join("chengwen.db")).expect("kept");
            assert_eq!(ask::<(String,)>(&kept, "PRAGMA integrity_check"), [("ok".to_owned(),)]);
            let found = ask::<(i64,)>(&kept, "SELECT max(version) FROM _sqlx_migrations");
            assert_eq!(found, [(version,)]);
            assert_eq!(unfinished(&data), Vec::<String>::new(), "{calls} {at}");
            first.code.is_none()
        });
        assert!(kills > 5, "{kills}");
        // It is backed up as it is, by the newer program too.
        let to = place.path(&format!("version{version}.zip"));
        let told = program(&place, &before, &["backup", "-o", &to.to_string_lossy()]).with(0);
        assert!(told.contains(&format!("第 {version} 版")), "{told}");
        let found = ask::<(i64,)>(&before, "SELECT max(version) FROM _sqlx_migrations");
        assert_eq!(found, [(version,)]);
        let restored = place.path(&format!("restored{version}"));
        restore(&place, &to, &restored).with(0);
        assert_usable(&place, &restored);
    }
}

#[test]
fn what_a_newer_program_has_made_is_left_as_it_is() {
    let place = Place::new();
    let data = place.data();
    program(&place, &data, &KEYS).with(0);
    place.change(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
            VALUES (99, 'later', 1, x'00', 1)",
    );
    let before = fs::read(data.join("chengwen.db")).expect("there");
    let to = place.path("backup.zip").display().to_string();
    let commands: [&[&str]; 5] = [
        &["keys", "list"],
        &["purge"],
        &["registry", "audit"],
        &["serve", "--listen", "127.0.0.1:0"],
        &["backup", "-o", &to],
    ];
    for command in commands {
        let told = program(&place, &data, command).with(2);
        assert!(told.contains("第 99 版") && told.contains("更新的程序"), "{told}");
        assert!(fs::read(data.join("chengwen.db")).expect("there") == before, "{command:?}");
    }
    assert!(!Path::new(&to).exists() && !place.path("backup.zip.part").exists());
    let mut names: Vec<_> = fs::read_dir(&data).expect("a folder").flatten().collect();
    names.retain(|entry| entry.file_name().to_string_lossy().contains("before"));
    assert!(names.is_empty(), "{names:?}");
}

/// The rows of a batch that is killed.
fn rows() -> Vec<Value> {
    (1..=3).map(certificate).collect()
}

/// Has the batch made, and insists that it has the three numbers, in their order, once.
fn finish(place: &Place, data: &Path, to: &str) {
    let output = place.path(to);
    ended(start(&mut place.batch_in(data, "rows.json", &output, &[]))).with(0);
    let found: Vec<String> =
        pages(&fs::read(&output).expect("made")).into_iter().map(|(_, number)| number).collect();
    assert_eq!(found, [number(1), number(2), number(3)]);
    assert_eq!(audit(data).entries, 6, "reserved once, issued once");
    assert_eq!(ask::<(i64,)>(data, "SELECT count(*) FROM batch"), [(1,)]);
}

#[test]
fn killed_as_a_batch_is_accepted_and_printed_the_same_command_ends_well() {
    let place = Place::new();
    place.write("rows.json", rows());
    let mut count = 0;
    let kills = walk(20, &[CHANGES], |calls, at| {
        count += 1;
        let data = place.path(&format!("data{count}"));
        fs::create_dir(&data).expect("made");
        fs::set_permissions(&data, fs::Permissions::from_mode(0o700)).expect("set");
        let output = place.path(&format!("{count}.pdf")).display().to_string();
        let input = place.path("rows.json").display().to_string();
        let batch = ["batch", super::shared::CERTIFICATE, &input, "-o", &output];
        let first = strike(&place, &data, calls, at, &batch);
        // A file that has its name is whole.
        if let Ok(bytes) = fs::read(&output) {
            assert_eq!(pages(&bytes).len(), 3, "{calls} {at}");
        }
        finish(&place, &data, &format!("{count}.pdf"));
        assert_usable(&place, &data);
        first.code.is_none()
    });
    assert!(kills > 2, "{kills}");
}

/// A directory with a batch that was accepted, and that nobody has printed.
fn accepted(data: &Path) {
    fs::create_dir(data).expect("made");
    fs::set_permissions(data, fs::Permissions::from_mode(0o700)).expect("set");
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let store = Store::open(data).await.expect("opened");
        let batches = batches_of(Arc::new(app()), store.clone());
        accept(&batches, &Value::from(rows()), Form::Merged).await;
        store.close().await;
    });
}

fn signal(process: u32, name: &str) {
    let sent = run("kill", &[name, &process.to_string()]);
    assert!(sent.status.success(), "{sent:?}");
}

#[test]
fn a_server_killed_as_it_starts_leaves_what_the_next_one_needs() {
    let place = Place::new();
    place.write("rows.json", rows());
    let before = place.path("accepted");
    accepted(&before);
    let mut kills = 0;
    for (count, at) in [1, 6, 15, 30].into_iter().enumerate() {
        let data = place.path(&format!("data{count}"));
        copied(&before, &data);
        let mut server = struck(&place, &data, CHANGES, at, &["serve", "--listen", "127.0.0.1:0"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("strace is installed");
        // Either it is killed before the batch is done, or somewhere after, or told to stop.
        let mut is_done = false;
        wait_until("an end", || {
            is_done =
                ask::<(i64,)>(&data, "SELECT count(*) FROM print WHERE state = 'done'") == [(1,)];
            is_done || server.try_wait().expect("asked").is_some()
        });
        if is_done && server.try_wait().expect("asked").is_none() {
            stop_traced(&server);
        }
        kills += usize::from(server.wait().expect("it ends").code().is_none());
        finish(&place, &data, &format!("{count}.pdf"));
        assert_usable(&place, &data);
    }
    assert!(kills > 1, "{kills}");
}

/// Tells a program that runs under strace to stop.
fn stop_traced(tracer: &Child) {
    let own = tracer.id();
    let children = fs::read_to_string(format!("/proc/{own}/task/{own}/children"));
    let children = children.unwrap_or_default();
    if let Some(child) = children.split_whitespace().next().and_then(|it| it.parse().ok()) {
        signal(child, "-TERM");
    }
}

#[test]
fn a_server_killed_as_it_stops_leaves_what_the_next_one_needs() {
    let place = Place::new();
    place.write("rows.json", rows());
    let before = place.path("accepted");
    accepted(&before);
    let mut kills = 0;
    for (count, at) in [1, 2, 4].into_iter().enumerate() {
        let data = place.path(&format!("data{count}"));
        copied(&before, &data);
        let server =
            Server::start_with("127.0.0.1:0", &["--data", &data.to_string_lossy()], "开放模式");
        wait_until("the batch", || {
            ask::<(i64,)>(&data, "SELECT count(*) FROM print WHERE state = 'done'") == [(1,)]
        });
        let mut tracer = Command::new("strace")
            .args(["-f", "-qq", "-o", "/dev/null", "-e", &format!("trace={CHANGES}")])
            .args(["-e", &format!("inject={CHANGES}:signal=KILL:when={at}")])
            .args(["-p", &server.process().to_string()])
            .spawn()
            .expect("strace is installed");
        wait_until("the tracer", || is_traced(server.process()));
        server.signal("TERM");
        let (code, _) = server.end();
        kills += usize::from(code.is_none());
        // It ends with what it traces.
        tracer.wait().expect("it ends");
        finish(&place, &data, &format!("{count}.pdf"));
        assert_usable(&place, &data);
    }
    assert!(kills > 0, "{kills}");
}

/// Whether every thread of a process has a tracer, or the process has ended.
fn is_traced(process: u32) -> bool {
    let Ok(threads) = fs::read_dir(format!("/proc/{process}/task")) else { return true };
    threads.flatten().all(|thread| {
        let status = fs::read_to_string(thread.path().join("status")).unwrap_or_default();
        !status.contains("TracerPid:\t0\n")
    })
}

#[test]
fn killed_as_it_backs_up_there_is_a_whole_archive_or_none() {
    let place = Place::new();
    place.write("rows.json", rows());
    finish(&place, &place.data(), "all.pdf");
    fs::set_permissions(place.data(), fs::Permissions::from_mode(0o700)).expect("set");
    let numbers = ask::<(String,)>(&place.data(), "SELECT number FROM certificate");
    let mut count = 0;
    let kills = walk(9, &[CHANGES, OPENS], |calls, at| {
        count += 1;
        let to = place.path(&format!("{count}.zip"));
        let backup = ["backup", "-o", &to.to_string_lossy()];
        let first = strike(&place, &place.data(), calls, at, &backup);
        if !to.exists() {
            assert_eq!(first.code, None, "{}", first.text);
            program(&place, &place.data(), &backup).with(0);
        }
        let data = place.path(&format!("restored{count}"));
        restore(&place, &to, &data).with(0);
        assert_eq!(ask::<(String,)>(&data, "SELECT number FROM certificate"), numbers);
        assert_usable(&place, &place.data());
        first.code.is_none()
    });
    assert!(kills > 5, "{kills}");
    // What the last one left who died is gone with the next one.
    back_up(&place, "last.zip");
    assert_eq!(unfinished(&place.data()), Vec::<String>::new());
    place.audit();
}

#[test]
fn killed_as_it_restores_the_directory_is_refused_until_it_is_whole() {
    let place = Place::new();
    place.write("rows.json", rows());
    finish(&place, &place.data(), "all.pdf");
    let archive = back_up(&place, "backup.zip");
    let numbers = ask::<(String,)>(&place.data(), "SELECT number FROM certificate");
    let (mut count, mut refused) = (0, 0);
    let kills = walk(9, &[CHANGES, OPENS], |calls, at| {
        count += 1;
        let data = place.path(&format!("restored{count}"));
        let first = strike(&place, &data, calls, at, &["restore", &archive.to_string_lossy()]);
        if data.join("restoring").exists() {
            assert_eq!(first.code, None, "{}", first.text);
            let told = program(&place, &data, &["keys", "list"]).with(2);
            assert!(told.contains("正在恢复") && told.contains("再运行一次"), "{told}");
            refused += 1;
        }
        // Killed after its last word it may be whole; else it is restored as if nothing had been.
        let again = restore(&place, &archive, &data);
        if again.code == Some(1) {
            assert!(again.text.contains("已有东西"), "{}", again.text);
        } else {
            again.with(0);
        }
        assert_eq!(ask::<(String,)>(&data, "SELECT number FROM certificate"), numbers);
        assert!(!data.join("restoring").exists());
        assert_usable(&place, &data);
        first.code.is_none()
    });
    assert!(kills > 5 && refused > 0, "{kills} kills, {refused} refused");
}

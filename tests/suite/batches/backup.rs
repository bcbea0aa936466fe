//! Backups taken while others work, and restored: nothing is missing, nothing is twice.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::shared::{
    CERTIFICATE, Place, ask, audit, certificate, ended, holder, number, start, wait_until,
};
use crate::http::running::Server;

/// How a command ended, and all that it told.
pub(super) struct Told {
    pub(super) code: Option<i32>,
    pub(super) text: String,
}

impl Told {
    /// Insists on this exit code.
    pub(super) fn with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.text);
        self.text
    }
}

/// Runs the program in a data directory.
pub(super) fn program(place: &Place, data: &Path, arguments: &[&str]) -> Told {
    let mut command = place.command(Path::new(env!("CARGO_BIN_EXE_chengwen")));
    let output = command.arg("--data").arg(data).args(arguments).output().expect("it runs");
    let text = [output.stdout, output.stderr].concat();
    Told { code: output.status.code(), text: String::from_utf8(text).expect("UTF-8") }
}

pub(super) fn back_up(place: &Place, name: &str) -> PathBuf {
    let to = place.path(name);
    program(place, &place.data(), &["backup", "-o", &to.to_string_lossy()]).with(0);
    to
}

pub(super) fn restore(place: &Place, archive: &Path, to: &Path) -> Told {
    program(place, to, &["restore", &archive.to_string_lossy()])
}

/// Number and holder of every certificate of a directory.
fn numbered(data: &Path) -> Vec<(String, String)> {
    ask(data, "SELECT number, holder FROM certificate ORDER BY number")
}

/// Every finished print with its digest and its file.
fn printed(data: &Path) -> Vec<(String, String, Vec<u8>)> {
    let sql = "SELECT id, sha256, file FROM print WHERE state = 'done' ORDER BY id";
    let kept: Vec<(String, String, String)> = ask(data, sql);
    let file = |name: &str| fs::read(data.join("files").join(name)).expect("kept");
    kept.into_iter().map(|(id, sha256, name)| (id, sha256, file(&name))).collect()
}

fn waiting(data: &Path) -> i64 {
    ask::<(i64,)>(data, "SELECT count(*) FROM print WHERE state = 'waiting'")[0].0
}

fn serve(data: &Path) -> Server {
    Server::start_with("127.0.0.1:0", &["--data", &data.to_string_lossy()], "开放模式")
}

/// Has a server accept rows.
fn post(server: &Server, key: &str, rows: &[u8]) {
    let mut stream = TcpStream::connect(server.address).expect("it listens");
    let head = format!(
        "POST /api/v1/batches?document={CERTIFICATE} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nIdempotency-Key: {key}\r\nContent-Length: {}\r\n\r\n",
        server.address,
        rows.len()
    );
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(rows)).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
}

#[test]
fn taken_while_a_server_prints_and_rows_are_accepted_it_goes_on_where_it_was() {
    let place = Place::new();
    let settings = "[limits]\nresult_days = 9\n";
    fs::write(place.path("data/chengwen.toml"), settings).expect("written");
    place.rows("one.json", 1, 2_000);
    place.rows("two.json", 2_001, 1_000);
    let server = serve(&place.data());
    post(&server, "one", &place.bytes("one.json"));
    let accepting = start(&mut place.batch("two.json", "two.pdf", &[]));
    wait_until("work", || place.held(0) > 0);
    let archive = back_up(&place, "backup.zip");
    assert_eq!(fs::metadata(&archive).expect("there").permissions().mode() & 0o777, 0o600);
    ended(accepting).with(0);
    wait_until("the end", || waiting(&place.data()) == 0);
    drop(server);

    let data = place.path("restored");
    let told = restore(&place, &archive, &data).with(0);
    assert!(told.contains("没有印完的") && told.contains("编号照旧"), "{told}");
    assert!(waiting(&data) > 0, "it was taken in the middle");
    assert_eq!(fs::read_to_string(data.join("chengwen.toml")).expect("there"), settings);
    audit(&data);
    let (before, live) = (numbered(&data), numbered(&place.data()));
    assert!(before.len() >= 2_000 && before.iter().all(|it| live.contains(it)));

    let server = serve(&data);
    wait_until("the end of what was restored", || waiting(&data) == 0);
    drop(server);
    assert_eq!(numbered(&data), before, "no number is new");
    let live = printed(&place.data());
    let found = printed(&data);
    assert!(!found.is_empty());
    for print in &found {
        assert!(live.contains(print), "{}: other bytes", print.0);
    }
    audit(&data);
    place.audit();
}

#[test]
fn taken_at_any_moment_of_a_busy_run_it_restores_and_audits() {
    const BACKUPS: usize = 6;
    let place = Place::new();
    place.rows("1.json", 1, 400);
    place.run("1.json", "1.pdf", &[]).with(0);
    let mut archives = Vec::new();
    let mut batches = 1;
    let mut running: Option<std::process::Child> = None;
    while archives.len() < BACKUPS {
        if running.as_mut().is_none_or(|child| child.try_wait().expect("asked").is_some()) {
            if let Some(child) = running.take() {
                ended(child).with(0);
            }
            batches += 1;
            place.rows(&format!("{batches}.json"), 400 * (batches - 1) + 1, 400);
            let mut batch = place.batch(&format!("{batches}.json"), &format!("{batches}.pdf"), &[]);
            running = Some(start(&mut batch));
        }
        // Finished files go at once: what a backup has seen must be there all the same.
        let purging = place.data();
        std::thread::scope(|scope| {
            let purge = scope.spawn(|| {
                // Not those of the batch that is just handed over.
                place.change(
                    "UPDATE print SET done_at = done_at - 172800 WHERE done_at IS NOT NULL
                        AND batch <> (SELECT id FROM batch ORDER BY rowid DESC LIMIT 1)",
                );
                program(&place, &purging, &["--set", "limits.result_days=1", "purge"]).with(0)
            });
            archives.push(back_up(&place, &format!("{}.zip", archives.len())));
            purge.join().expect("purged");
        });
        // So that each is taken at another point of the run.
        std::thread::sleep(Duration::from_millis(70 * archives.len() as u64));
    }
    if let Some(child) = running {
        ended(child).with(0);
    }
    let live = numbered(&place.data());
    let mut sizes = Vec::new();
    for (at, archive) in archives.iter().enumerate() {
        let data = place.path(&format!("restored{at}"));
        restore(&place, archive, &data).with(0);
        audit(&data);
        let found = numbered(&data);
        assert!(found.iter().all(|it| live.contains(it)), "{at}: the numbers are those of the run");
        sizes.push((found.len(), waiting(&data)));
        // Every file that it needs is there, and as the ledger knows it: it can be copied whole again.
        let copy = place.path(&format!("again{at}.zip"));
        program(&place, &data, &["backup", "-o", &copy.to_string_lossy()]).with(0);
    }
    println!("certificates and waiting prints of each: {sizes:?}");
    assert!(sizes.is_sorted_by_key(|(numbers, _)| *numbers), "{sizes:?}");
    place.audit();
    place.assert_tidy();
}

#[test]
fn what_was_handed_out_since_is_skipped_and_entered_again() {
    let place = Place::new();
    place.rows("first.json", 1, 3);
    place.run("first.json", "first.pdf", &[]).with(0);
    let archive = back_up(&place, "backup.zip");
    // Issued after the backup, and lost with the disk.
    place.rows("lost.json", 4, 2);
    place.run("lost.json", "lost.pdf", &[]).with(0);
    let data = place.path("restored");
    let told = restore(&place, &archive, &data).with(0);
    assert!(told.contains(&format!("最后一号：{}", number(3))), "{told}");
    assert!(told.contains("registry skip") && told.contains("--head"), "{told}");
    let head = place.audit().head;
    let told = program(&place, &data, &["registry", "audit", "--head", &head]).with(1);
    assert!(told.contains("没有另存的签名"), "{told}");

    let skip = |number: &str, why: &str| {
        program(&place, &data, &["registry", "skip", number, "--why", why])
    };
    let told = skip(&number(2), "核对").with(1);
    assert!(told.contains("已在登记簿里"), "{told}");
    let told = skip("晋放心示〔2026〕单位号", "核对").with(1);
    assert!(told.contains("接下来不会编出"), "{told}");
    skip(&number(5), " ").with(1);
    let told = skip(&number(5), "恢复备份前已发出").with(0);
    assert!(told.contains(&number(4)) && told.contains("共 2 个"), "{told}");
    skip(&number(5), "恢复备份前已发出").with(1);
    let ranges = program(&place, &data, &["registry", "list", "--ranges"]).with(0);
    assert!(ranges.contains("跳过") && ranges.contains("恢复备份前已发出"), "{ranges}");

    // What was lost is entered again with the numbers that stand on the paper, and the next one is new.
    let lost = [4, 5].map(|at| {
        let mut row = certificate(at);
        row["number"] = number(at).into();
        row
    });
    place.write("lost-again.json", lost.to_vec());
    place.rows("next.json", 6, 1);
    let batch = |rows: &str, to: &str| {
        ended(start(&mut place.batch_in(&data, rows, &place.path(to), &[]))).with(0)
    };
    batch("lost-again.json", "lost-again.pdf");
    batch("next.json", "next.pdf");
    let wanted: Vec<(String, String)> = (1..=6).map(|at| (number(at), holder(at))).collect();
    assert_eq!(numbered(&data), wanted);
    audit(&data);
}

#[test]
fn sessions_end_and_what_was_damaged_before_is_told_at_once() {
    let place = Place::new();
    place.rows("rows.json", 1, 3);
    place.run("rows.json", "all.pdf", &[]).with(0);
    let data = place.data();
    program(&place, &data, &["keys", "create", "--role", "admin", "--name", "甲"]).with(0);
    place.change(
        "INSERT INTO session SELECT x'00', id, created_at, created_at + 1000000 FROM access_key",
    );
    let restored = place.path("restored");
    restore(&place, &back_up(&place, "sound.zip"), &restored).with(0);
    assert_eq!(ask::<(i64,)>(&restored, "SELECT count(*) FROM session"), [(0,)]);
    assert_eq!(place.count("session"), 1, "the live one is as it was");
    let history = program(&place, &restored, &["keys", "history"]).with(0);
    assert!(history.contains("恢复备份"), "{history}");
    for entry in fs::read_dir(&restored).expect("a folder").flatten() {
        let mode = entry.metadata().expect("there").permissions().mode() & 0o077;
        assert_eq!(mode, 0, "{}", entry.path().display());
    }

    // A run that rots, and the result that is gone.
    let [(run,)] =
        place.ask::<(String,)>("SELECT DISTINCT run FROM certificate").try_into().expect("one");
    let [(result,)] = place.ask::<(String,)>("SELECT file FROM print").try_into().expect("one");
    let run_file = data.join("files").join(&run);
    let mut bytes = fs::read(&run_file).expect("kept");
    bytes[100] ^= 1;
    fs::write(&run_file, bytes).expect("written");
    fs::remove_file(data.join("files").join(&result)).expect("removed");
    let spoiled = place.path("spoiled.zip");
    let told = program(&place, &data, &["backup", "-o", &spoiled.to_string_lossy()]).with(2);
    assert!(told.contains(&format!("不符：{run}")), "{told}");
    assert!(told.contains(&format!("缺少：登记簿要用的 {result}")), "{told}");
    let told = restore(&place, &spoiled, &place.path("restored-spoiled")).with(0);
    assert!(told.contains("缺少") && told.contains("不符"), "{told}");
    audit(&place.path("restored-spoiled"));
}

#[test]
fn what_is_no_data_directory_and_what_is_in_the_way_is_refused() {
    let place = Place::new();
    let to = place.path("backup.zip");
    let take =
        |data: &Path, to: &Path| program(&place, data, &["backup", "-o", &to.to_string_lossy()]);
    assert!(take(&place.path("none"), &to).with(1).contains("没有这个数据目录"));
    assert!(take(&place.data(), &to).with(1).contains("不是数据目录"));
    assert_eq!(fs::read_dir(place.data()).expect("a folder").count(), 0, "nothing was made in it");
    program(&place, &place.data(), &["keys", "create", "--role", "admin", "--name", "甲"]).with(0);
    assert!(take(&place.data(), &place.path("data/backup.zip")).with(1).contains("数据目录里面"));
    assert!(
        take(&place.data(), &place.path("no/backup.zip")).with(1).contains("没有这个文件或目录")
    );
    assert!(take(&place.data(), Path::new("-")).with(1).contains("标准输出"));
    take(&place.data(), &to).with(0);
    let first = fs::read(&to).expect("there");
    assert!(take(&place.data(), &to).with(1).contains("不覆盖"));
    assert!(fs::read(&to).expect("there") == first);

    // Into what is used, what is a file, what holds anything.
    assert!(restore(&place, &to, &place.data()).with(1).contains("已有东西"));
    assert!(restore(&place, &to, &place.path("backup.zip")).with(1).contains("不是目录"));
    fs::create_dir_all(place.path("full/of")).expect("made");
    assert!(restore(&place, &to, &place.path("full")).with(1).contains("已有东西"));
    assert_eq!(fs::read_dir(place.path("full")).expect("a folder").count(), 1);
    let none = restore(&place, &place.path("none.zip"), &place.path("new")).with(1);
    assert!(none.contains("没有这个文件") && !place.path("new").exists(), "{none}");
    // An empty one is as good as none.
    fs::create_dir(place.path("empty")).expect("made");
    restore(&place, &to, &place.path("empty")).with(0);
    let keys = program(&place, &place.path("empty"), &["keys", "list"]).with(0);
    assert!(keys.contains("甲"), "{keys}");
}

#[test]
fn while_a_backup_copies_no_file_is_removed() {
    let place = Place::new();
    place.rows("rows.json", 1, 3);
    place.run("rows.json", "all.pdf", &[]).with(0);
    let kept = printed(&place.data());
    place.change("UPDATE print SET done_at = done_at - 172800");
    // As one holds it who copies.
    let lock = fs::File::create(place.path("data/backup.lock")).expect("made");
    lock.lock().expect("locked");
    let purge =
        || program(&place, &place.data(), &["--set", "limits.result_days=1", "purge"]).with(0);
    let told = purge();
    assert!(told.contains("清除 0 个") && told.contains("正在备份"), "{told}");
    let mut files = Vec::new();
    for entry in fs::read_dir(place.path("data/files/results")).expect("a folder").flatten() {
        files.push(fs::read(entry.path()).expect("kept"));
    }
    assert_eq!(files, [kept[0].2.clone()]);
    lock.unlock().expect("unlocked");
    let told = purge();
    assert!(told.contains("清除 1 个") && !told.contains("正在备份"), "{told}");
}

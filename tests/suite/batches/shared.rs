//! What these tests share: a data directory, the program run in it, and its ledger read from outside.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use chengwen::jobs::Ledger;
use chengwen::store::Store;
use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, FromRow};

use crate::support::{root, squeezed, text_of};

pub(super) const CERTIFICATE: &str = "shanxi/certificate";

/// By this a process is known as one of a test, and so are those that it started.
const MARK: &str = "BATCHES_OF_TEST";

/// A folder with a data directory, rows and files that were made.
pub(super) struct Place {
    folder: tempfile::TempDir,
    home: PathBuf,
}

/// How the program ended.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) code: Option<i32>,
    pub(super) told: String,
}

impl Ended {
    /// Insists on this exit code.
    pub(super) fn with(self, code: i32) -> String {
        assert_eq!(self.code, Some(code), "{}", self.told);
        self.told
    }
}

impl Place {
    pub(super) fn new() -> Self {
        let place = Self { folder: tempfile::tempdir().expect("a folder"), home: root() };
        fs::create_dir(place.data()).expect("made");
        place
    }

    /// The same with another home.
    pub(super) fn at_home(home: &Path) -> Self {
        Self { home: home.to_owned(), ..Self::new() }
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(super) fn data(&self) -> PathBuf {
        self.path("data")
    }

    pub(super) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.path(name)).expect("a file")
    }

    /// Writes rows of certificates whose holders have the numbers from `first` on.
    pub(super) fn rows(&self, name: &str, first: usize, count: usize) {
        self.write(name, (first..first + count).map(certificate).collect());
    }

    pub(super) fn write(&self, name: &str, rows: Vec<Value>) {
        fs::write(self.path(name), Value::from(rows).to_string()).expect("written");
    }

    /// The command that makes a file of rows in the data directory.
    pub(super) fn batch(&self, rows: &str, output: &str, more: &[&str]) -> Command {
        self.batch_in(&self.data(), rows, &self.path(output), more)
    }

    pub(super) fn batch_in(&self, data: &Path, rows: &str, to: &Path, more: &[&str]) -> Command {
        let mut command = self.command(Path::new(env!("CARGO_BIN_EXE_chengwen")));
        command.arg("--data").arg(data).args(["batch", CERTIFICATE]);
        command.arg(self.path(rows)).arg("-o").arg(to).args(more);
        command
    }

    /// The program, which may be run by another one.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        if program != Path::new(env!("CARGO_BIN_EXE_chengwen")) {
            return command;
        }
        command.arg("--home").arg(&self.home).current_dir(self.folder.path());
        command.env(MARK, self.folder.path()).env_remove("CHENGWEN_DATA");
        command
    }

    pub(super) fn run(&self, rows: &str, output: &str, more: &[&str]) -> Ended {
        ended(start(&mut self.batch(rows, output, more)))
    }

    /// What the ledger answers.
    pub(super) fn ask<T>(&self, sql: &str) -> Vec<T>
    where
        T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
    {
        ask(&self.data(), sql)
    }

    /// How many there are of something in the ledger.
    pub(super) fn count(&self, sql: &str) -> i64 {
        self.ask::<(i64,)>(&format!("SELECT count(*) FROM {sql}"))[0].0
    }

    /// How many chunks are held, of runs (0) or of files (1); none while there is no ledger.
    pub(super) fn held(&self, stage: i64) -> i64 {
        let sql = format!("SELECT count(*) FROM chunk WHERE state = 'held' AND stage = {stage}");
        try_ask::<(i64,)>(&self.data(), &sql).first().map_or(0, |count| count.0)
    }

    /// Changes the ledger behind the program's back, as time would.
    pub(super) fn change(&self, sql: &str) {
        change(&self.data().join("chengwen.db"), sql);
    }

    /// Whether nobody is in the middle of a change.
    pub(super) fn can_be_written(&self) -> bool {
        runtime().block_on(async {
            let options = SqliteConnectOptions::new().filename(self.data().join("chengwen.db"));
            let options = options.busy_timeout(Duration::ZERO);
            let mut connection = options.connect().await.expect("a ledger");
            let begun = sqlx::query("BEGIN IMMEDIATE").execute(&mut connection).await;
            begun.is_ok() && sqlx::query("ROLLBACK").execute(&mut connection).await.is_ok()
        })
    }

    pub(super) fn audit(&self) -> chengwen::registry::Audit {
        audit(&self.data())
    }

    /// Insists that a file holds these holders in their order, each with the number of the ledger.
    pub(super) fn assert_pages(&self, output: &str, first: usize, count: usize) -> Vec<String> {
        let pages = pages(&self.bytes(output));
        let holders: Vec<&str> = pages.iter().map(|(holder, _)| holder.as_str()).collect();
        let wanted: Vec<String> = (first..first + count).map(holder).collect();
        assert!(holders == wanted, "{output}: {} pages, not in the order of rows", pages.len());
        let kept: std::collections::HashMap<String, String> = self
            .ask::<(String, String)>(
                "SELECT number, holder FROM certificate WHERE state IN ('issued', 'reprinted')",
            )
            .into_iter()
            .collect();
        for (holder, number) in &pages {
            assert_eq!(kept.get(number), Some(holder), "{output}: {number}");
        }
        pages.into_iter().map(|(_, number)| number).collect()
    }

    /// Insists that nothing is left over: no process, no file half written, none that nobody refers to.
    pub(super) fn assert_tidy(&self) {
        let patience = Instant::now();
        while let Some(process) = process_of(self.folder.path()) {
            assert!(patience.elapsed() < Duration::from_secs(5), "{process} was left over");
            std::thread::sleep(Duration::from_millis(20));
        }
        on_ledger(&self.data(), async |ledger| ledger.purge(1_000_000).await.expect("swept"));
        let mut needed: Vec<String> = self
            .ask::<(String,)>(
                "SELECT file FROM print WHERE file IS NOT NULL
                    UNION SELECT run FROM certificate WHERE run IS NOT NULL",
            )
            .into_iter()
            .map(|(file,)| file)
            .collect();
        needed.sort();
        let mut found = Vec::new();
        list(&self.data().join("files"), &mut found);
        found.sort();
        let found: Vec<String> = found
            .iter()
            .map(|path| path.strip_prefix(self.data().join("files")).expect("below"))
            .map(|path| path.to_string_lossy().into_owned())
            .collect();
        assert_eq!(found, needed);
        let mut names = Vec::new();
        list(self.folder.path(), &mut names);
        for path in names {
            let name = path.to_string_lossy();
            assert!(!name.ends_with(".part") && !name.contains("spool"), "{name} was left over");
        }
        let workers = fs::read_dir(self.data().join("workers")).expect("a folder").count();
        assert_eq!((workers, self.count("worker")), (0, 0), "workers were left over");
    }
}

/// Starts a program whose words are kept.
pub(super) fn start(command: &mut Command) -> Child {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs")
}

pub(super) fn ended(child: Child) -> Ended {
    let output = child.wait_with_output().expect("it ends");
    Ended { code: output.status.code(), told: String::from_utf8(output.stderr).expect("UTF-8") }
}

/// Waits for something as long as is reasonable.
pub(super) fn wait_until(what: &str, mut is: impl FnMut() -> bool) {
    let patience = Instant::now();
    while !is() {
        assert!(patience.elapsed() < Duration::from_secs(60), "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Asks a ledger that another process may be writing.
pub(super) fn ask<T>(data: &Path, sql: &str) -> Vec<T>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    asked(data, sql).expect("an answer")
}

/// The same of a ledger that may not even be one yet.
pub(super) fn try_ask<T>(data: &Path, sql: &str) -> Vec<T>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    asked(data, sql).unwrap_or_default()
}

fn asked<T>(data: &Path, sql: &str) -> Result<Vec<T>, sqlx::Error>
where
    T: for<'r> FromRow<'r, SqliteRow> + Send + Unpin,
{
    runtime().block_on(async {
        let options = SqliteConnectOptions::new().filename(data.join("chengwen.db"));
        let options = options.read_only(true).busy_timeout(Duration::from_secs(20));
        let mut connection = options.connect().await?;
        sqlx::query_as(AssertSqlSafe(sql.to_owned())).fetch_all(&mut connection).await
    })
}

/// Changes a database behind the program's back; another process may be writing it.
pub(super) fn change(database: &Path, sql: &str) {
    runtime().block_on(async {
        let options = SqliteConnectOptions::new().filename(database).create_if_missing(true);
        let options = options.busy_timeout(Duration::from_secs(20));
        let mut connection = options.connect().await.expect("a database");
        let sql = AssertSqlSafe(sql.to_owned());
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("changed");
        connection.close().await.expect("closed");
    });
}

pub(super) fn audit(data: &Path) -> chengwen::registry::Audit {
    let audit =
        on_ledger(data, async |ledger| ledger.registry().audit(None).await.expect("audited"));
    assert!(audit.is_whole(), "{:?}", audit.slips);
    audit
}

fn on_ledger<T>(data: &Path, what: impl AsyncFnOnce(&Ledger) -> T) -> T {
    runtime().block_on(async {
        let ledger = Ledger::of(Store::open(data).await.expect("a data directory"));
        what(&ledger).await
    })
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

pub(super) fn holder(number: usize) -> String {
    format!("太原市第{number}食品商行")
}

pub(super) fn certificate(number: usize) -> Value {
    json!({
        "holder": holder(number),
        "category": { "kind": "示范单位" },
        "term": { "from": "2026-03-05", "to": "2028-03-04" },
        "issued_on": "2026-03-05",
    })
}

/// The number that the counter gives next to its own serial.
pub(super) fn number(serial: usize) -> String {
    format!("晋放心示〔2026〕单位{serial:04}号")
}

/// Holder and number of each page.
pub(super) fn pages(pdf: &[u8]) -> Vec<(String, String)> {
    let between = |text: &str, from: &str, to: &str| {
        let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from} in {text}"));
        let (found, rest) = rest.split_once(to).expect("an end");
        assert!(!rest.contains(from), "{from} stands twice in {text}");
        format!("{from}{found}{to}")
    };
    text_of(pdf)
        .iter()
        .map(|page| {
            let text = squeezed(page);
            (between(&text, "太原市第", "食品商行"), between(&text, "晋放心示〔", "号"))
        })
        .collect()
}

fn list(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").flatten() {
        match entry.path() {
            path if path.is_dir() => list(&path, found),
            path => found.push(path),
        }
    }
}

/// A process that was started for a test and still is there.
fn process_of(folder: &Path) -> Option<String> {
    let mark = format!("{MARK}={}", folder.display());
    fs::read_dir("/proc").expect("Linux").flatten().find_map(|entry| {
        // Who has ended meanwhile is not left over.
        let environment = fs::read(entry.path().join("environ")).ok()?;
        let ours = environment.split(|&byte| byte == 0).any(|it| it == mark.as_bytes());
        ours.then(|| entry.file_name().to_string_lossy().into_owned())
    })
}

//! A real browser: Debian's chromium, which does what a person does and is looked at as a person looks.
//!
//! Nothing waits a fixed time: what is looked for is waited for until it is there, up to [`DEADLINE`]. A
//! test that fails leaves a picture of the page and its console in `target/browser/`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::wire;
use crate::support::root;

/// No page may take longer than this for anything, also on a machine that does much else.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(40);

/// Where pictures are left.
pub(super) const PICTURES: &str = "target/browser";

/// Width and height of a window.
pub(super) type Size = (u32, u32);

/// The screens of a county office.
pub(super) const DESK: Size = (1366, 768);

/// A phone held upright.
pub(super) const PHONE: Size = (390, 844);

/// A browser that ends with the test.
pub(super) struct Browser {
    driver: Child,
    address: SocketAddr,
    session: String,
    /// The browser's own process, should the driver not end it.
    process: u64,
    pub(super) downloads: TempDir,
}

impl Browser {
    /// A new browser with nothing in it.
    pub(super) fn open() -> Self {
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| panic!("no chromedriver ({error}); tests/run installs it"));
        let mut lines = BufReader::new(driver.stdout.take().expect("piped")).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let told = line.split_once("successfully on port ")?.1;
            told.trim_end_matches('.').parse::<u16>().ok()
        });
        let address = SocketAddr::from(([127, 0, 0, 1], port.expect("it tells its port")));
        let downloads = tempfile::tempdir().expect("a folder");
        let asked = wire::command(address, "POST", "/session", &wanted(downloads.path()));
        let told = asked.unwrap_or_else(|error| {
            let _ = driver.kill();
            panic!("no chromium ({error}); tests/run installs it")
        });
        let session = told["sessionId"].as_str().expect("a session").to_owned();
        let process = told["capabilities"]["goog:processID"].as_u64().unwrap_or_default();
        let browser = Self { driver, address, session, process, downloads };
        browser.size(DESK);
        browser
    }

    pub(super) fn try_command(
        &self,
        method: &str,
        what: &str,
        body: &Value,
    ) -> Result<Value, String> {
        let path = format!("/session/{}/{what}", self.session);
        wire::command(self.address, method, &path, body)
    }

    #[track_caller]
    pub(super) fn command(&self, method: &str, what: &str, body: &Value) -> Value {
        self.try_command(method, what, body).unwrap_or_else(|error| panic!("{what}: {error}"))
    }

    /// Opens an address, until the page and all it brings is there.
    #[track_caller]
    pub(super) fn go(&self, address: &str) {
        self.command("POST", "url", &json!({ "url": address }));
    }

    pub(super) fn reload(&self) {
        self.command("POST", "refresh", &json!({}));
    }

    pub(super) fn back(&self) {
        self.command("POST", "back", &json!({}));
    }

    /// Says yes to what the page asks.
    #[track_caller]
    pub(super) fn accept(&self) {
        self.until("a question", |it| it.try_command("POST", "alert/accept", &json!({})).ok());
    }

    /// Takes the network away, or gives it back.
    pub(super) fn offline(&self, offline: bool) {
        let network = json!({ "offline": offline, "latency": 0, "throughput": 100_000_000, "type": "offline" });
        self.command(
            "POST",
            "chromium/network_conditions",
            &json!({ "network_conditions": network }),
        );
    }

    /// Where it is.
    pub(super) fn address(&self) -> String {
        self.command("GET", "url", &Value::Null).as_str().unwrap_or_default().to_owned()
    }

    /// Makes the page so large; a phone's width is less than any window has.
    pub(super) fn size(&self, (width, height): Size) {
        let phone = width < 600;
        let screen = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": phone,
        });
        let what = json!({ "cmd": "Emulation.setDeviceMetricsOverride", "params": screen });
        self.command("POST", "goog/cdp/execute", &what);
    }

    /// What a script gives; the arguments are `arguments`.
    #[track_caller]
    pub(super) fn run(&self, script: &str, arguments: &[Value]) -> Value {
        self.command("POST", "execute/sync", &json!({ "script": script, "args": arguments }))
    }

    /// What a script hands to the last of its arguments.
    #[track_caller]
    pub(super) fn run_until_told(&self, script: &str) -> Value {
        self.command("POST", "execute/async", &json!({ "script": script, "args": [] }))
    }

    /// Waits for something; `what` is told when it does not come.
    #[track_caller]
    pub(super) fn until<T>(&self, what: &str, mut there: impl FnMut(&Self) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if let Some(found) = there(self) {
                return found;
            }
            assert!(started.elapsed() < DEADLINE, "in vain: {what}\n{}", self.words());
            std::thread::sleep(PAUSE);
        }
    }

    /// Everything that can be read on the page now.
    pub(super) fn words(&self) -> String {
        let body = json!({ "script": "return document.body.innerText;", "args": [] });
        let told = self.try_command("POST", "execute/sync", &body).unwrap_or_default();
        told.as_str().unwrap_or_default().to_owned()
    }

    /// What the console has said since it was last asked: warnings and errors.
    pub(super) fn console(&self) -> Vec<String> {
        let told = self.try_command("POST", "se/log", &json!({ "type": "browser" }));
        let entries = told.unwrap_or_default();
        let entries = entries.as_array().into_iter().flatten();
        entries.map(|it| format!("{} {}", text(&it["level"]), text(&it["message"]))).collect()
    }

    /// Leaves a picture of the page and its console in `target/browser/`.
    fn leave_traces(&self) {
        let folder = root().join(PICTURES);
        let name = std::thread::current().name().unwrap_or("test").replace("::", "-");
        let told = format!("{}\n{}\n{}", self.address(), self.console().join("\n"), self.words());
        let _ = fs::create_dir_all(&folder);
        let _ = fs::write(folder.join(format!("{name}.txt")), told);
        let picture = folder.join(format!("{name}.png"));
        if self.draw(&picture).is_some() {
            eprintln!("what was seen: {}", picture.display());
        }
    }

    /// A picture of the whole page.
    pub(super) fn draw(&self, path: &Path) -> Option<()> {
        let whole = json!({ "captureBeyondViewport": true });
        let what = json!({ "cmd": "Page.captureScreenshot", "params": whole });
        let coded = self.try_command("POST", "goog/cdp/execute", &what).ok()?;
        // The standard library reads no base64.
        let mut decoder = Command::new("base64")
            .arg("-d")
            .stdin(Stdio::piped())
            .stdout(fs::File::create(path).ok()?)
            .spawn()
            .ok()?;
        decoder.stdin.take()?.write_all(text(&coded["data"]).as_bytes()).ok()?;
        decoder.wait().ok()?.success().then_some(())
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.leave_traces();
        }
        let path = format!("/session/{}", self.session);
        if wire::command(self.address, "DELETE", &path, &Value::Null).is_err() && self.process > 0 {
            let _ = Command::new("kill").args(["-KILL", &self.process.to_string()]).status();
        }
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// The browser that is asked for.
fn wanted(downloads: &Path) -> Value {
    let arguments = [
        "--headless=new",
        // Test machines run as root, and have little shared memory.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-gpu",
        "--hide-scrollbars",
        "--lang=zh-CN",
        "--window-size=1366,768",
        // Nothing but the page itself asks for anything.
        "--disable-background-networking",
        "--no-first-run",
    ];
    let preferences = json!({
        "download.default_directory": downloads,
        "download.prompt_for_download": false,
        "intl.accept_languages": "zh-CN,zh",
    });
    json!({ "capabilities": { "alwaysMatch": {
        "browserName": "chrome",
        "goog:chromeOptions": { "args": arguments, "prefs": preferences },
        "goog:loggingPrefs": { "browser": "WARNING" },
        "timeouts": { "script": 60_000, "pageLoad": 60_000 },
    } } })
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

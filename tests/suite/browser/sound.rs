//! What every page must be: usable by everyone (axe-core), quiet, asking nobody else, and as wide as the
//! screen.

use std::fs;

use serde_json::Value;

use super::driver::{Browser, DESK, PHONE, PICTURES, Size};
use super::site::Site;
use crate::support::root;

/// Where `tests/run` puts axe-core.
const AXE: &str = "target/axe-core/node_modules/axe-core/axe.min.js";

/// WCAG 2.2 AA as far as it can be tested, and what axe-core calls good practice.
const RUN: &str = "
    const told = arguments[arguments.length - 1];
    const values = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] })
        .then((found) => told(found.violations), (error) => told(String(error)));";

/// The files that a page has asked of anyone but its own server.
const FOREIGN: &str = "
    return performance.getEntriesByType('resource').map((it) => it.name)
        .filter((it) => !it.startsWith(location.origin + '/') && !/^(blob|data):/.test(it));";

/// How far a page is wider than its window, and what sticks out.
const STICKING_OUT: &str = "
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const out = [...document.querySelectorAll('body *')].filter((it) =>
        it.getBoundingClientRect().right > wide + 1
        || (it.scrollWidth > it.clientWidth + 1 && getComputedStyle(it).overflowX === 'visible'));
    return [`wider than ${wide}`, ...out.slice(-5).map((it) => it.outerHTML.slice(0, 120))];";

impl Browser {
    /// Judges the page as it is now, at both sizes; it stays as large as a desk's at the end.
    #[track_caller]
    pub(super) fn judge(&self) {
        for size in [PHONE, DESK] {
            self.size(size);
            self.picture(size);
            let found = [self.barriers(), self.sticking_out(), self.strangers()].concat();
            assert!(found.is_empty(), "{} at {size:?}:\n{}", self.address(), found.join("\n"));
        }
        self.quiet();
    }

    /// Leaves a picture of every page that is judged, for whoever wants to look at them (`PICTURES=1`).
    fn picture(&self, (width, _): Size) {
        if std::env::var_os("PICTURES").is_none() {
            return;
        }
        let folder = root().join(PICTURES);
        fs::create_dir_all(&folder).expect("made");
        let before = fs::read_dir(&folder).expect("readable").count();
        let title = self.run("return document.title;", &[]);
        let title = title.as_str().unwrap_or_default().replace([' ', '/'], "");
        self.draw(&folder.join(format!("{before:03}-{width}-{title}.png"))).expect("drawn");
    }

    /// The serious findings of axe-core.
    #[track_caller]
    fn barriers(&self) -> Vec<String> {
        if self.run("return typeof axe;", &[]) == "undefined" {
            let source = fs::read_to_string(root().join(AXE)).unwrap_or_else(|error| {
                panic!("no axe-core at {AXE} ({error}); tests/run installs it")
            });
            // A script of the driver is no script of the page: its policy stays as it is.
            self.run(&source, &[]);
        }
        let found = self.run_until_told(RUN);
        let found = found.as_array().unwrap_or_else(|| panic!("axe-core failed: {found}"));
        let serious = |it: &&Value| matches!(it["impact"].as_str(), Some("serious" | "critical"));
        found.iter().filter(serious).map(written).collect()
    }

    /// What makes the page wider than its window.
    fn sticking_out(&self) -> Vec<String> {
        texts(&self.run(STICKING_OUT, &[]))
    }

    /// What the page has asked of others.
    fn strangers(&self) -> Vec<String> {
        texts(&self.run(FOREIGN, &[]))
    }

    /// Fails with every error of the console, such as what the page's policy forbids. A page that answers
    /// with a problem is no error of its own.
    #[track_caller]
    pub(super) fn quiet(&self) {
        let own = format!("SEVERE {} - Failed to load resource", self.address());
        // What the server finds in a form stands in the console too.
        let told = |line: &str| line.contains("/api/v1/") && line.contains("status of 422");
        let errors: Vec<String> = self
            .console()
            .into_iter()
            .filter(|line| !line.starts_with(&own) && !told(line))
            .collect();
        assert!(errors.is_empty(), "{}: {errors:#?}", self.address());
    }
}

#[test]
fn a_page_that_is_spoilt_is_found_out() {
    let (site, browser) = (Site::open(), Browser::open());
    browser.go(&site.at("/verify"));
    browser.judge();
    browser
        .run("document.querySelector('label').replaceWith(document.querySelector('input'));", &[]);
    let barriers = browser.barriers().concat();
    assert!(barriers.contains("label"), "{barriers}");
    browser.run("document.querySelector('h1').textContent = 'wide'.repeat(500);", &[]);
    assert!(browser.sticking_out().concat().contains("<h1>"));
    let stranger = "const told = arguments[0]; fetch('http://127.0.0.1:9/').catch(() => told(1));";
    browser.run_until_told(stranger);
    assert!(browser.console().concat().contains("Content Security Policy"));
}

fn texts(value: &Value) -> Vec<String> {
    let texts = value.as_array().into_iter().flatten();
    texts.map(|text| text.as_str().unwrap_or_default().to_owned()).collect()
}

/// A finding in words: its rule, its elements, and where it is explained.
fn written(found: &Value) -> String {
    let nodes = found["nodes"].as_array().into_iter().flatten();
    let nodes: Vec<String> = nodes
        .map(|it| {
            format!("  {}\n    {}", it["html"], it["failureSummary"]).replace("\\n", "\n    ")
        })
        .collect();
    format!(
        "{} ({}): {} {}\n{}",
        found["id"],
        found["impact"],
        found["help"],
        found["helpUrl"],
        nodes.join("\n")
    )
}

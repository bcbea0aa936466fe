//! The dashboard and the alerts ask for figures that the service really tells.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use chengwen::values::Role;
use serde_json::{Value, json};

use super::service::{MANY, Service};
use crate::support::root;

/// Labels that Prometheus adds itself.
const ADDED: [&str; 2] = ["job", "instance"];

/// What Prometheus knows of itself.
const OWN: [&str; 1] = ["up"];

/// Every figure of a service that has done something of everything, with the names of its labels and their values.
fn told() -> BTreeMap<String, BTreeMap<String, BTreeSet<String>>> {
    let service = Service::start(MANY);
    service.server.until_ready();
    let key = service.key(Role::Province);
    let post = |path: &str, body: &str| {
        let head = format!("POST /api/v1/{path}");
        let more = format!("Authorization: Bearer {key}\r\nIdempotency-Key: one\r\n");
        let answer = service.server.ask_with(&head, &more, body.as_bytes());
        String::from_utf8_lossy(&answer).into_owned()
    };
    let sample =
        fs::read_to_string(root().join("samples/shanxi-application.json")).expect("a sample");
    let answer = post("documents/shanxi/application/pdf", &sample);
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(post("documents/shanxi/application/check", "{}").starts_with("HTTP/1.1 422"));
    let row = json!([{ "holder": "太原市第一商店", "category": { "kind": "示范单位" }, "issued_on": "2026-03-05" }]);
    let answer = post("batches?document=shanxi/certificate", &row.to_string());
    assert!(answer.starts_with("HTTP/1.1 202"), "{answer}");
    let answer = service.server.ask("GET /metrics", b"");
    let text = String::from_utf8(answer).expect("UTF-8");
    let mut told: BTreeMap<String, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for line in text.lines().filter(|line| line.starts_with("chengwen_")) {
        let (name, labels) = line.split_once('{').unwrap_or((line, ""));
        let name = name.split(' ').next().unwrap_or_default();
        let own = told.entry(name.to_owned()).or_default();
        for (label, value) in labels_of(labels) {
            own.entry(label).or_default().insert(value);
        }
    }
    assert_eq!(
        text.lines().find(|line| line.starts_with("chengwen_ready")),
        Some("chengwen_ready 1")
    );
    assert!(told.contains_key("chengwen_certificates"), "{told:?}");
    told
}

/// Pairs such as `a="b"` up to the closing brace.
fn labels_of(text: &str) -> Labels {
    let inside = text.split('}').next().unwrap_or_default();
    let pairs = inside.split("\",");
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let name = name.trim_end_matches(['!', '~']).trim_matches([' ', ',']);
        Some((name.to_owned(), value.trim_matches(['"', '~', ' ']).to_owned()))
    };
    pairs.filter_map(pair).collect()
}

/// Names of labels, with what they must be.
type Labels = Vec<(String, String)>;

/// What an expression asks for.
struct Asked {
    figures: Vec<(String, Labels)>,
    kept: Vec<String>,
}

/// What an expression asks for: each figure with the labels beside it, and the labels that sums keep.
fn asked(expression: &str) -> Asked {
    let mut figures = Vec::new();
    let mut rest = expression;
    while let Some(start) = rest.find("chengwen_") {
        let name: String = rest[start..]
            .chars()
            .take_while(|mark| mark.is_ascii_alphanumeric() || *mark == '_')
            .collect();
        rest = &rest[start + name.len()..];
        let labels = rest.strip_prefix('{').map(labels_of).unwrap_or_default();
        figures.push((name, labels));
    }
    let kept = expression
        .split("by (")
        .skip(1)
        .flat_map(|by| by.split(')').next().unwrap_or_default().split(','));
    Asked { figures, kept: kept.map(|label| label.trim().to_owned()).collect() }
}

/// Every expression with the labels that its legend shows.
fn expressions() -> Vec<(String, Vec<String>)> {
    let operate = root().join("samples/operate");
    let dashboard = fs::read(operate.join("dashboard.json")).expect("the dashboard");
    let dashboard: Value = serde_json::from_slice(&dashboard).expect("JSON");
    let mut all = Vec::new();
    for panel in dashboard["panels"].as_array().expect("panels") {
        let title = panel["title"].as_str().expect("a title");
        assert!(title.chars().any(|mark| mark > '\u{4E00}'), "{title} is Chinese");
        for target in panel["targets"].as_array().expect("targets") {
            let legend = target["legendFormat"].as_str().expect("a legend");
            let shown = legend.split("{{").skip(1).filter_map(|part| part.split("}}").next());
            let expression = target["expr"].as_str().expect("an expression");
            all.push((expression.to_owned(), shown.map(str::to_owned).collect()));
        }
    }
    let (on_board, alerts) = (all.len(), fs::read_to_string(operate.join("alerts.yml")));
    for line in alerts.expect("the alerts").lines() {
        if let Some(expression) = line.trim().strip_prefix("expr: ") {
            all.push((expression.to_owned(), Vec::new()));
        }
    }
    assert!(on_board > 15 && all.len() > on_board + 5);
    all
}

#[test]
fn every_figure_that_is_asked_for_is_told() {
    let told = told();
    for (expression, shown) in expressions() {
        let Asked { figures, kept } = asked(&expression);
        let own = OWN.iter().any(|name| expression.contains(&format!("{name}{{")));
        assert!(!figures.is_empty() || own, "{expression} asks for nothing");
        for (name, labels) in &figures {
            let figure = told.get(name).unwrap_or_else(|| panic!("no {name}, in {expression}"));
            for (label, value) in labels {
                assert!(
                    ADDED.contains(&label.as_str()) || figure.contains_key(label),
                    "{name} has no {label}"
                );
                // What ended a process is told from the start; outcomes and statuses only once there is one.
                let known = figure.get(label).filter(|_| label == "reason");
                assert!(
                    known.is_none_or(|known| known.contains(value)),
                    "{name}: no {label} {value}"
                );
            }
            for label in kept.iter().chain(&shown) {
                assert!(figure.contains_key(label), "{name} has no {label}, in {expression}");
            }
        }
    }
}

#[test]
fn prometheus_reads_the_alerts_where_it_is_installed() {
    let alerts = root().join("samples/operate/alerts.yml");
    let text = fs::read_to_string(&alerts).expect("the alerts");
    assert_eq!(text.matches("- alert: ").count(), text.matches("summary: ").count());
    // Prometheus is large, and nothing else here needs it: it judges where it is.
    if let Ok(judged) = Command::new("promtool").args(["check", "rules"]).arg(&alerts).output() {
        assert!(judged.status.success(), "{}", String::from_utf8_lossy(&judged.stderr));
    }
}

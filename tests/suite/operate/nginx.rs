//! Through nginx as operators set it up: what users do works.

use std::fs;

use chengwen::finish::read_back;
use chengwen::packet::unpack;
use chengwen::values::Role;
use image::{ImageFormat, RgbImage};
use serde_json::{Value, json};

use super::front::{Front, URL, at, bearer};
use super::service::{MANY, Service};
use crate::support::root;

fn sample(name: &str) -> String {
    format!("@{}", root().join("samples").join(name).display())
}

const JSON: &str = "Content-Type: application/json";

#[test]
fn a_bureau_signs_in_and_prints_over_tls() {
    let service = Service::start(MANY);
    let front = Front::before(service.server.address);
    let jar = front.file("jar", b"");
    let login = json!({ "key": service.key(Role::Bureau) }).to_string();
    let origin = format!("Origin: {URL}");
    let session = at("/api/v1/session");
    let answer = front.ask(&["-c", &jar, "-H", JSON, "-H", &origin, "-d", &login, &session]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let cookie = answer.header("set-cookie");
    assert!(cookie.starts_with("__Host-chengwen=") && cookie.contains("; Secure"), "{cookie}");
    assert!(answer.header("strict-transport-security").contains("max-age="));
    for name in ["content-security-policy", "x-content-type-options", "referrer-policy"] {
        answer.header(name);
    }

    let pdf = at("/api/v1/documents/shanxi/notice/pdf");
    let notice = sample("shanxi-notice.json");
    let render = ["-b", &jar, "-H", JSON, "--data-binary", &notice, &pdf];
    let answer = front.ask(&[&render[..], &["-H", &origin]].concat());
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(read_back(&answer.body).expect("a PDF").pages.len(), 4);
    // The same as a page of another site would send it.
    let answer = front.ask(&[&render[..], &["-H", "Origin: https://elsewhere.example"]].concat());
    assert_eq!(answer.status, 403, "{}", answer.text());
    assert!(answer.text().contains("/problems/cross-site"));
}

#[test]
fn pages_are_reached_under_their_name_only_and_figures_not_at_all() {
    let service = Service::start(MANY);
    let front = Front::before(service.server.address);
    let page = front.ask(&["-H", "Accept: text/html", &at("/")]);
    assert_eq!((page.status, page.header("content-type")), (200, "text/html; charset=utf-8"));
    let style = front.ask(&["-H", "Accept-Encoding: gzip", &at("/assets/style.css")]);
    assert_eq!((style.status, style.header("content-encoding")), (200, "gzip"));
    let verify = front.ask(&[&at("/verify")]);
    assert!(verify.status == 200 && verify.text().contains("证书查验"), "{}", verify.text());
    assert!(verify.header("content-security-policy").starts_with("default-src 'none'"));

    let plain = front.ask(&["http://chengwen.example.gov.cn:20080/verify/ABC?x=1"]);
    assert_eq!(plain.status, 308);
    assert_eq!(plain.header("location"), "https://chengwen.example.gov.cn/verify/ABC?x=1");
    let elsewhere = front.ask(&["https://elsewhere.example:20443/"]);
    assert_eq!(elsewhere.status, 421);
    let old = front.ask(&["--tls-max", "1.2", &at("/healthz")]);
    assert_eq!(old.text(), "ok\n");

    // Not even for an administrator, however it is written; on the machine itself for everybody.
    let admin = bearer(&service.key(Role::Admin));
    for path in ["/metrics", "/metrics/", "//metrics", "/x/../metrics", "/%6Detrics"] {
        let answer = front.ask(&["--path-as-is", "-H", &admin, &at(path)]);
        assert_eq!(answer.status, 403, "{path}: {}", answer.text());
    }
    let own = service.server.ask("GET /metrics", b"");
    assert!(own.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&own));
}

#[test]
fn a_packet_of_many_megabytes_goes_through_and_refusals_arrive() {
    let service = Service::start(MANY);
    let front = Front::before(service.server.address);
    let folder = root().join("samples/packets/shanxi");
    let list = fs::read(folder.join("packet.json")).expect("a sample");
    let mut list: Value = serde_json::from_slice(&list).expect("JSON");
    // A scan with nothing to press: about seven megabytes.
    let mut state = 1_u32;
    let scan = RgbImage::from_fn(1600, 1500, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [red, green, blue, _] = state.rotate_left(16).to_be_bytes();
        image::Rgb([red, green, blue])
    });
    let mut png = std::io::Cursor::new(Vec::new());
    scan.write_to(&mut png, ImageFormat::Png).expect("a picture");
    assert!(png.get_ref().len() > 6 << 20);
    let scan = front.file("大扫描件.png", png.get_ref());
    let attachments = list["attachments"].as_array_mut().expect("attachments");
    attachments.push(json!({ "kind": 7, "title": "大扫描件", "file": "大扫描件.png" }));
    let packet = format!("packet=<{}", front.file("packet.json", list.to_string().as_bytes()));
    let mut form = vec!["-F".to_owned(), packet, "-F".to_owned(), format!("file=@{scan}")];
    for file in fs::read_dir(&folder).expect("a folder").flatten() {
        if file.file_name() != "packet.json" {
            form.extend(["-F".to_owned(), format!("file=@{}", file.path().display())]);
        }
    }
    let mut arguments: Vec<&str> = form.iter().map(String::as_str).collect();
    let packets = at("/api/v1/packets");
    arguments.push(&packets);
    let answer = front.ask(&arguments);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(unpack(&answer.body, "大扫描件.png").expect("as sent"), *png.get_ref());

    // Whoever may not, or sends too much, is told so while still sending; it is no broken connection.
    let much = front.file("much.json", &vec![b' '; 40 << 20]);
    let much = format!("@{much}");
    let batches = at("/api/v1/batches?document=shanxi/certificate");
    let pdf = at("/api/v1/documents/shanxi/application/pdf");
    for (url, status, told) in
        [(&batches, 401, "/problems/unauthorized"), (&pdf, 413, "数据不能超过 8 MiB")]
    {
        for _ in 0..5 {
            let answer =
                front.ask(&["-H", JSON, "-H", "Idempotency-Key: k", "--data-binary", &much, url]);
            assert_eq!(answer.status, status, "{}", answer.text());
            assert!(answer.text().contains(told), "{}", answer.text());
        }
    }
    // Much advice stands in headers, more than nginx takes by itself.
    let summary = root().join("samples/shanxi-summary.several-pages.json");
    let summary = fs::read_to_string(summary).expect("a sample");
    let mut summary: Value = serde_json::from_str(&summary).expect("JSON");
    for row in summary["rows"].as_array_mut().expect("rows") {
        let number = row["registration"]["number"].as_str().expect("a number");
        let (start, check) = number.split_at(17);
        let other = if check == "0" { "1" } else { "0" };
        row["registration"]["number"] = json!(format!("{start}{other}"));
    }
    let summary = format!("@{}", front.file("summary.json", summary.to_string().as_bytes()));
    let key = bearer(&service.key(Role::Bureau));
    let preview = at("/api/v1/documents/shanxi/summary/preview?page=1");
    let answer = front.ask(&["-H", &key, "-H", JSON, "--data-binary", &summary, &preview]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.header("chengwen-advice-sentences").len() > 3500);
}

#[test]
fn progress_arrives_as_it_happens() {
    let service = Service::start(MANY);
    let front = Front::before(service.server.address);
    let key = bearer(&service.key(Role::Province));
    let row = |number| json!({ "holder": format!("太原市第{number}商店"), "category": { "kind": "示范单位" }, "issued_on": "2026-03-05" });
    let rows = front
        .file("rows.json", json!((1..=60).map(row).collect::<Vec<_>>()).to_string().as_bytes());
    let held = Held::of(&service);
    let answer = front.ask(&[
        "-H",
        &key,
        "-H",
        JSON,
        "-H",
        "Idempotency-Key: one",
        "--data-binary",
        &format!("@{rows}"),
        &at("/api/v1/batches?document=shanxi/certificate&as=pdf"),
    ]);
    assert_eq!(answer.status, 202, "{}", answer.text());
    let told: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let batch = told["id"].as_str().expect("an id");
    let mut events = front.listen(&["-H", &key, &at(&format!("/api/v1/batches/{batch}/events"))]);
    // Nothing can end while the processes stand still: what comes now comes as it happens.
    events.until("event: progress");
    drop(held);
    let end = events.until("event: end");
    let (whole, rest) = events.end();
    assert!(whole && rest.contains("\"done\":60"), "{end}{rest}");
    let result = front.ask(&["-H", &key, &at(&format!("/api/v1/batches/{batch}/result"))]);
    assert_eq!(read_back(&result.body).expect("a PDF").pages.len(), 60);
}

/// The processes of a service, standing still until dropped.
struct Held(Vec<u32>);

impl Held {
    fn of(service: &Service) -> Self {
        service.server.until_ready();
        let held = Self(service.server.render_processes());
        assert!(!held.0.is_empty(), "nothing typesets");
        held.tell("-STOP");
        held
    }

    fn tell(&self, signal: &str) {
        for child in &self.0 {
            let told =
                std::process::Command::new("kill").args([signal, &child.to_string()]).status();
            assert!(told.is_ok_and(|status| status.success()), "{child}: {signal}");
        }
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.tell("-CONT");
    }
}

//! The routes of certificates, and the page by which anyone verifies one.

use std::sync::Arc;

use axum::body::Body;
use chengwen::app::{Form, Options};
use chengwen::config::Config;
use chengwen::http::Mode;
use chengwen::registry::{Certificate, printed};
use chengwen::store::Store;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::client::{Answer, House, post};
use crate::registry::{CERTIFICATE, accept, all, batches_of, issue, rows};
use crate::support::{app, render, squeezed, text_of};

const HOME: &str = "/api/v1/certificates";
const WHY: &str = "连续两次复核不合格，逾期未整改";

/// A house of this machine with four certificates.
struct Kept {
    house: House,
    certificates: Vec<Certificate>,
    _data: tempfile::TempDir,
}

async fn kept() -> Kept {
    let data = tempfile::tempdir().expect("a folder");
    let store = Store::open(data.path()).await.expect("opened");
    let app = Arc::new(app());
    let batches = batches_of(Arc::clone(&app), store);
    issue(&batches, &rows(), Form::Merged).await;
    let certificates = all(&batches).await;
    let house = House::keeping(app, Config::default(), Mode::Open, Some(batches));
    Kept { house, certificates, _data: data }
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

impl Kept {
    fn path(&self, at: usize, last: &str) -> String {
        format!("{HOME}/{}{last}", encoded(&self.certificates[at].number))
    }

    async fn post(&self, at: usize, last: &str, body: Value) -> Answer {
        self.house.post(&self.path(at, last), body.to_string()).await
    }

    async fn verify(&self, at: usize) -> (u16, String) {
        let path = format!("/verify/{}", printed(&self.certificates[at].code));
        shown(&self.house.get(&path).await)
    }
}

fn shown(answer: &Answer) -> (u16, String) {
    (answer.status.as_u16(), String::from_utf8(answer.bytes.clone()).expect("UTF-8"))
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_found_and_shown() {
    let kept = kept().await;
    let list = async |query: &str| kept.house.get(&format!("{HOME}?{query}")).await.json();
    let all = list("").await;
    assert_eq!((&all["found"], &all["skip"]), (&4.into(), &0.into()));
    let part = list("skip=1&most=2").await;
    assert_eq!(part["found"], 4);
    let numbers: Vec<&str> = part["certificates"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["number"].as_str())
        .collect();
    assert_eq!(numbers, [&kept.certificates[1].number, &kept.certificates[2].number]);
    for (query, found) in [
        (format!("text={}", encoded("晋味源")), 1),
        ("state=expired".to_owned(), 1),
        ("state=issued&year=2026".to_owned(), 3),
        (format!("document={}", encoded(CERTIFICATE)), 4),
        ("document=none".to_owned(), 0),
        (format!("batch={}", kept.certificates[0].batch), 4),
    ] {
        assert_eq!(list(&query).await["found"], found, "{query}");
    }
    let wrong = kept.house.get(&format!("{HOME}?state=good&year=x&as=doc&other=1")).await;
    let slips = wrong.problem(400, "query");
    assert_eq!(slips["parameters"].as_array().map(Vec::len), Some(4));

    let one = kept.house.get(&kept.path(1, "")).await.json();
    assert_eq!(one["record"]["number"], kept.certificates[1].number.as_str());
    let history = kept.house.get(&kept.path(1, "/history")).await.json();
    let what: Vec<&str> = history["history"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["what"].as_str())
        .collect();
    assert_eq!(what, ["reserved", "issued"]);
    for text in [one.to_string(), history.to_string(), all.to_string()] {
        assert!(kept.certificates.iter().all(|it| !text.contains(&it.code)), "no code is told");
    }
    for last in ["", "/history"] {
        let none = kept.house.get(&format!("{HOME}/{}{last}", encoded("没有的编号"))).await;
        none.problem(404, "unknown-number");
    }
    let csv = kept.house.get(&format!("{HOME}?as=csv")).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert!(csv.header("content-disposition").contains("certificates.csv"));
    assert!(shown(&csv).1.contains(",'=HYPERLINK(1),"));
    let xlsx = kept.house.get(&format!("{HOME}?as=xlsx&state=expired")).await;
    assert!(xlsx.bytes.starts_with(b"PK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn certificates_are_printed_again_and_revoked() {
    let kept = kept().await;
    let first = kept.post(0, "/reprint", json!({ "why": "原件污损" })).await;
    let second = kept.post(0, "/reprint", json!({ "why": "原件污损" })).await;
    assert_eq!(first.status, 200);
    assert_eq!(first.header("content-type"), "application/pdf");
    assert_eq!(first.bytes, second.bytes);
    assert!(squeezed(&text_of(&first.bytes).concat()).contains(&kept.certificates[0].number));
    let from = kept.post(0, "/reprint", json!({ "why": "", "from": "issued" })).await;
    assert_eq!(from.status, 200);
    for (body, status, kind) in [
        (json!({}), 422, "invalid-record"),
        (json!({ "why": "", "from": "other" }), 422, "invalid-record"),
        (json!({ "why": "", "more": 1 }), 422, "invalid-record"),
        (json!({ "why": "一\n二" }), 422, "unprintable"),
    ] {
        kept.post(0, "/reprint", body).await.problem(status, kind);
    }
    let broken = post(&kept.path(0, "/revoke")).body(Body::from("{")).expect("a request");
    kept.house.ask(broken).await.problem(400, "not-json");
    kept.post(0, "/revoke", json!({ "why": "" })).await.problem(422, "unprintable");
    kept.post(0, "/revoke", json!({ "why": WHY, "day": "2027-02-30" }))
        .await
        .problem(422, "invalid-record");
    let body = json!({ "why": WHY, "day": "2026-05-18" });
    let revoked = kept.post(0, "/revoke", body.clone()).await;
    assert_eq!(revoked.status, 200);
    let revoked = revoked.json();
    assert_eq!(revoked["numbers"], json!([kept.certificates[0].number]));
    // After a lost answer the notice is had again.
    let again = kept.house.get(&kept.path(0, "/announcement")).await;
    assert_eq!((again.status.as_u16(), &again.json()), (200, &revoked));
    kept.house.get(&kept.path(1, "/announcement")).await.problem(422, "unprintable");
    let document = revoked["document"].as_str().expect("a document");
    let made = render(&kept.house.app, document, &revoked["record"], Options::default());
    assert!(squeezed(&text_of(&made.bytes).concat()).contains("晋味源"));
    kept.post(0, "/revoke", body).await.problem(422, "unprintable");
    kept.post(0, "/reprint", json!({ "why": "" })).await.problem(422, "unprintable");
    let history = kept.house.get(&kept.path(0, "/history")).await.json();
    assert_eq!(history["history"][5]["what"], "revoked");
    assert_eq!(history["history"][5]["who"], "本机");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_data_directory_they_say_what_to_do() {
    let house = House::open();
    for path in [HOME, "/api/v1/certificates/1", "/api/v1/certificates/1/history", "/verify/0"] {
        let told = house.get(path).await.problem(409, "no-data");
        assert!(told["detail"].as_str().is_some_and(|told| told.contains("--data")), "{told}");
    }
    house.post("/api/v1/certificates/1/revoke", "{}").await.problem(409, "no-data");
    assert_eq!(house.get("/verify").await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_each_state() {
    let kept = kept().await;
    let (status, good) = kept.verify(0).await;
    let one = &kept.certificates[0];
    assert_eq!(status, 200);
    for part in [
        one.number.as_str(),
        &one.holder,
        &one.title,
        "有效",
        "2026年3月5日至2098年3月4日",
        "山西省市场监督管理局",
    ] {
        assert!(good.contains(part), "{part} in {good}");
    }
    // Nothing personal, and nothing that the paper does not say.
    for part in [one.credit_code.as_deref().expect("a code"), "迎泽区</", &one.batch, &one.digest]
    {
        assert!(!good.contains(part), "{part} in {good}");
    }
    assert!(kept.verify(2).await.1.contains("已过有效期"));
    let (_, odd) = kept.verify(3).await;
    assert!(odd.contains("<dd>=HYPERLINK(1)</dd>"), "{odd}");

    kept.post(0, "/reprint", json!({ "why": "" })).await;
    assert!(kept.verify(0).await.1.contains("<p class=\"state\">有效</p>"));
    kept.post(0, "/revoke", json!({ "why": WHY, "day": "2026-05-18" })).await;
    let revoked = kept.verify(0).await.1;
    assert!(revoked.contains("已撤销") && revoked.contains("已于2026年5月18日撤销"), "{revoked}");
    // Why is for the notice.
    assert!(!revoked.contains(WHY));
    let other = kept.certificates[3].number.as_str();
    let body = json!({ "why": "名称变更", "replaced_by": other, "day": "2026-06-01" });
    assert_eq!(kept.post(1, "/revoke", body).await.status, 200);
    let replaced = kept.verify(1).await.1;
    assert!(replaced.contains("已换发") && replaced.contains(other), "{replaced}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_tells_of_numbers_without_a_certificate() {
    let data = tempfile::tempdir().expect("a folder");
    let app = Arc::new(app());
    let store = Store::open(data.path()).await.expect("opened");
    let batches = batches_of(Arc::clone(&app), store);
    let mut rows = rows();
    rows[0]["holder"] = "<b>商会</b>&\"".into();
    let wanted = accept(&batches, &rows, Form::Merged).await;
    let certificates = all(&batches).await;
    let house = House::keeping(app, Config::default(), Mode::Open, Some(batches.clone()));
    let kept = Kept { house, certificates, _data: data };
    let (status, reserved) = kept.verify(0).await;
    assert_eq!(status, 200);
    assert!(reserved.contains("尚未颁发") && !reserved.contains("class=\"good\""), "{reserved}");
    // What looks like markup is text.
    assert!(reserved.contains("&lt;b&gt;商会") && !reserved.contains("<b>"), "{reserved}");
    assert!(batches.ledger().cancel(&wanted.batch, "省局", "名单有误").await.expect("done"));
    let void = kept.verify(0).await.1;
    assert!(void.contains("编号作废") && !void.contains("名单有误"), "{void}");
    kept.post(0, "/reprint", json!({ "why": "" })).await.problem(422, "unprintable");
}

#[tokio::test(flavor = "multi_thread")]
async fn number_and_code_can_be_typed_and_a_slip_tells_nothing() {
    let kept = kept().await;
    let one = &kept.certificates[0];
    let typed = async |number: &str, code: &str| {
        let path = format!("/verify?number={}&code={}", encoded(number), encoded(code));
        kept.house.get(&path).await
    };
    let code = printed(&one.code);
    let good = typed(&one.number, &code).await;
    assert_eq!(good.status, 200);
    assert!(shown(&good).1.contains(&one.holder));
    // As keyboards give it.
    let other = one.number.replace('〔', "[").replace('〕', " ］").replace("2026", "２０２６");
    assert_eq!(typed(&other, &code.to_lowercase()).await.status, 200);

    let foreign = printed(&kept.certificates[1].code);
    let mut bodies = Vec::new();
    for answer in [
        typed(&one.number, "0000-0000-0000-0000").await,
        typed(&one.number, "x").await,
        typed("晋放心示〔2026〕单位9999号", &code).await,
        typed(&one.number, &foreign).await,
        typed("", &code).await,
        typed("没有", "没有").await,
        kept.house.get("/verify/0000-0000-0000-0000").await,
        kept.house.get("/verify/%FF").await,
    ] {
        assert_eq!(answer.status, 404);
        let mut headers = answer.headers.clone();
        headers.remove("x-request-id");
        headers.remove("content-length");
        // What was typed stands there again, to be corrected; nothing else differs.
        let page = String::from_utf8_lossy(&answer.bytes).into_owned();
        let parts =
            page.split(" value=\"").map(|part| part.split_once('"').map_or(part, |it| it.1));
        let (first, _) = page.split_once(" value=\"").expect("a field");
        bodies.push((headers, first.to_owned(), parts.skip(1).collect::<String>()));
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert!(bodies[0].1.contains("没有查到"));
    for answer in [good, kept.house.get("/verify").await] {
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert_eq!(answer.header("x-robots-tag"), "noindex");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'") && !policy.contains("script"), "{policy}");
        assert!(!shown(&answer).1.contains("<script"));
    }
}

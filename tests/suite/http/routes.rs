//! What every route answers when all is well.

use std::io::{Cursor, Read};

use axum::body::Body;
use axum::http::{Request, header};
use chengwen::app::{Input, Options, Output, Sides};
use chengwen::catalog::{Answer, Question};
use chengwen::finish::read_back;
use chengwen::typeset::Standard;
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::client::{APPLICATION, COMMITMENT, House, get};
use crate::support::{app, sample, samples, set};

#[tokio::test]
async fn the_list_names_every_document_and_its_links_answer() {
    let house = House::open();
    let answer = house.get("/api/v1/documents").await;
    assert_eq!(answer.status, 200);
    let list = answer.json();
    let documents = list["documents"].as_array().expect("a list");
    assert_eq!(documents.len(), house.app.catalog().documents().count());
    for document in documents {
        assert!(!document["name"].as_str().expect("a name").is_empty());
        for (verb, link) in document["links"].as_object().expect("links") {
            let link = link.as_str().expect("a link");
            let answer = match verb.as_str() {
                "check" | "rows" | "pdf" | "preview" | "collect" | "xlsx" | "derive"
                | "calendar" => house.post(link, "{}").await,
                _ => house.get(link).await,
            };
            let wanted = match verb.as_str() {
                "check" | "rows" | "pdf" | "xlsx" => 422,
                // It wants to know from what.
                "derive" => 400,
                // It takes files.
                "collect" => 415,
                _ => 200,
            };
            assert_eq!(answer.status, wanted, "{link}");
        }
    }
}

#[tokio::test]
async fn the_schema_is_whole_and_the_samples_are_as_they_lie() {
    let house = House::open();
    let answer = house.get(&format!("{APPLICATION}/schema")).await;
    assert_eq!(answer.header("content-type"), "application/schema+json");
    let document = house.app.document("shanxi/application").expect("known");
    assert_eq!(answer.json(), document.schema.bundled);
    assert!(!String::from_utf8_lossy(&answer.bytes).contains("$ref"));
    for sample in samples(&house.app) {
        let case = sample.name.split_once('.').map_or("", |(_, case)| case);
        let path = format!("/api/v1/documents/{}/sample?case={case}", sample.document);
        assert_eq!(house.get(&path).await.bytes, sample.bytes, "{path}");
    }
    let plain = house.get(&format!("{APPLICATION}/sample")).await;
    assert_eq!(plain.bytes, sample(&house.app, "shanxi-application").bytes);
    assert_eq!(plain.header("content-type"), "application/json");
}

#[tokio::test]
async fn check_answers_advice_or_problems() {
    let house = House::open();
    let sample = sample(&house.app, "shanxi-application");
    let path = format!("{APPLICATION}/check");
    let sound = house.post(&path, sample.bytes.clone()).await;
    assert_eq!(sound.status, 200);
    assert_eq!(sound.json(), json!({ "sound": true, "advice": [] }));
    assert_eq!(sound.header("cache-control"), "no-store");

    let advised = house.post(&path, advised(&sample.record())).await;
    assert_eq!(advised.status, 200);
    let advice = advised.json()["advice"][0].clone();
    assert_eq!(
        (&advice["level"], &advice["code"]),
        (&json!("advice"), &json!("credit-code.check"))
    );

    let broken = house.post(&path, "{}").await.problem(422, "invalid-record");
    let wanted = house.app.check("shanxi/application", b"{}").expect("no fault").problems;
    assert_eq!(broken["problems"], serde_json::to_value(&wanted).expect("JSON"));
    assert_eq!(broken["detail"], format!("数据有 {} 个问题，改正后再试", wanted.all().len()));
}

/// The record with a wrong check character.
fn advised(record: &Value) -> String {
    let mut record = record.clone();
    let code = record["registration"]["number"].as_str().expect("a code").to_owned();
    let last = if code.ends_with('9') { '8' } else { '9' };
    let wrong = format!("{}{last}", &code[..17]);
    set(&mut record, "/registration/number", json!(wrong));
    record.to_string()
}

#[tokio::test]
async fn a_pdf_is_the_one_that_the_program_makes() {
    let house = House::open();
    let sample = sample(&house.app, "shanxi-application");
    for (query, options) in [
        ("", Options::default()),
        (
            "?sides=one&copies=3&standard=a-2u",
            Options {
                sides: Some(Sides::One),
                overprint: None,
                copies: 3,
                standard: Some(Standard::A2u),
                output: Output::Pdf,
            },
        ),
    ] {
        let answer = house.post(&format!("{APPLICATION}/pdf{query}"), sample.bytes.clone()).await;
        let wanted = house.app.render("shanxi/application", Input::Record(&sample.bytes), options);
        let wanted = wanted.expect("sound");
        assert_eq!(answer.status, 200);
        assert!(answer.bytes == wanted.bytes, "{query}: other bytes");
        assert_eq!(answer.header("content-type"), "application/pdf");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert_eq!(answer.header("chengwen-pages"), wanted.pages.to_string());
        assert_eq!(answer.header("chengwen-sheets"), wanted.sheets.to_string());
        assert_eq!(answer.header("chengwen-problems"), "0");
        assert_eq!(answer.header("chengwen-advice"), "0");
        assert_eq!(answer.header("chengwen-advice-sentences"), "%5B%5D");
        let named = answer.header("content-disposition");
        let (plain, coded) = named.split_once("; filename*=UTF-8''").expect("both names");
        assert_eq!(plain, "attachment; filename=\"shanxi-application.pdf\"");
        assert!(coded.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"%-._~".contains(&byte)));
        let name = percent_decode_str(coded).decode_utf8().expect("UTF-8");
        assert_eq!(name, wanted.file_name);
        assert!(name.ends_with("-培育申请表.pdf"), "{name}");
    }
}

#[tokio::test]
async fn advice_stands_in_headers() {
    let house = House::open();
    let record = advised(&sample(&house.app, "shanxi-application").record());
    let answer = house.post(&format!("{APPLICATION}/pdf"), record.clone()).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("chengwen-advice"), "1");
    let coded = answer.header("chengwen-advice-sentences");
    let text = percent_decode_str(coded).decode_utf8().expect("UTF-8");
    let sentences: Vec<String> = serde_json::from_str(&text).expect("a JSON array");
    let wanted = house.app.check("shanxi/application", record.as_bytes()).expect("no fault");
    let wanted: Vec<&str> =
        wanted.problems.advice().map(|advice| advice.sentence.as_str()).collect();
    assert_eq!(sentences, wanted);
}

#[tokio::test]
async fn manual_sides_give_a_zip() {
    let house = House::open();
    let record = sample(&house.app, "shanxi-application").bytes;
    let answer = house.post(&format!("{APPLICATION}/pdf?sides=manual"), record).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("content-type"), "application/zip");
    assert!(answer.header("content-disposition").contains(".zip"));
    let mut zip = zip::ZipArchive::new(Cursor::new(answer.bytes)).expect("a zip");
    assert_eq!(zip.len(), 3);
    for at in 0..2 {
        let mut bytes = Vec::new();
        zip.by_index(at).expect("a part").read_to_end(&mut bytes).expect("read");
        assert_eq!(read_back(&bytes).expect("a PDF").pages.len(), 2);
    }
}

#[tokio::test]
async fn a_preview_takes_an_unfinished_record() {
    let house = House::open();
    let path = format!("{APPLICATION}/preview");
    let empty = house.post(&path, "{}").await;
    let mut broken = sample(&house.app, "shanxi-application").record();
    set(&mut broken, "/postcode", json!("3000"));
    set(&mut broken, "/unknown", json!(1));
    let half = house.post(&format!("{path}?page=3"), broken.to_string()).await;
    let whole = sample(&house.app, "shanxi-application").bytes;
    let sound = house.post(&format!("{path}?page=3"), whole).await;
    for (answer, problems) in [(&empty, 20), (&half, 2), (&sound, 0)] {
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-type"), "image/png");
        assert!(answer.bytes.starts_with(b"\x89PNG"));
        assert_eq!(answer.header("chengwen-pages"), "4");
        assert_eq!(answer.header("chengwen-problems"), problems.to_string());
        assert!(answer.header("content-disposition").starts_with("inline; "));
    }
    assert_ne!(half.bytes, sound.bytes, "the postcode is not drawn");
    let blank = Options { output: picture(1), ..Options::default() };
    let blank = house.app.render("shanxi/application", Input::Blank(None), blank).expect("blank");
    assert!(empty.bytes == blank.bytes, "nothing is drawn of nothing");
    let beyond = house.post(&format!("{path}?page=9"), "{}").await.problem(422, "unprintable");
    assert!(beyond["detail"].as_str().expect("a text").contains("共 4 页"), "{beyond}");
}

/// The places of all questions for whose answer a reason may stand.
fn with_reasons(questions: &[Question], above: &str) -> Vec<String> {
    let mut found = Vec::new();
    for question in questions {
        let place = format!("{above}/{}", question.key);
        if let Answer::Group { fields } = &question.answer {
            found.extend(with_reasons(fields, &place));
        }
        if question.reason.is_some() {
            found.push(place);
        }
    }
    found
}

#[test]
fn a_preview_takes_a_reason_that_is_not_written_yet() {
    let app = app();
    let mut tried = 0;
    for document in app.catalog().documents() {
        let id = document.id.to_string();
        let own = samples(&app).into_iter().find(|sample| sample.document == id);
        let sample = own.expect("a sample").record();
        for place in with_reasons(&document.schema.questions(), "") {
            for reason in [json!({}), json!({ "reason": "" }), json!({ "reason": "无" })] {
                let mut record = sample.clone();
                set(&mut record, &place, reason);
                let bytes = record.to_string().into_bytes();
                let options = Options { output: picture(1), ..Options::default() };
                let made = app.render(&id, Input::Unfinished(&bytes), options);
                let made = made.unwrap_or_else(|refusal| panic!("{id} {place}: {refusal:?}"));
                assert!(made.problems.touches(&place), "{id} {place}");
                tried += 1;
            }
        }
    }
    assert!(tried >= 30, "{tried}");
}

fn picture(page: usize) -> Output {
    Output::Png { page, pixels_per_point: 2.0 }
}

#[tokio::test]
async fn blank_forms_by_name_and_with_print_options() {
    let house = House::open();
    let answer = house.get(&format!("{COMMITMENT}/blank")).await;
    let wanted =
        house.app.render("shanxi/commitment", Input::Blank(None), Options::default()).expect("one");
    assert!(answer.bytes == wanted.bytes);
    let path = format!("{COMMITMENT}/blank?name=%E7%A4%BA%E8%8C%83%E8%A1%8C%E4%B8%9A");
    let named = house.get(&path).await;
    assert_eq!(named.status, 200);
    assert!(crate::support::text_of(&named.bytes)[0].contains("示范行业"));
    let one = house.get(&format!("{APPLICATION}/blank?sides=one&copies=2")).await;
    let file = read_back(&one.bytes).expect("a PDF");
    assert_eq!((file.duplex.as_deref(), file.copies), (Some("Simplex"), Some(2)));
}

#[tokio::test]
async fn what_does_not_change_is_not_sent_twice() {
    let house = House::open();
    for path in [
        "/api/v1/documents".to_owned(),
        "/openapi.json".to_owned(),
        "/docs".to_owned(),
        "/docs/swagger-ui.css".to_owned(),
        format!("{APPLICATION}/schema"),
        format!("{APPLICATION}/sample"),
        format!("{APPLICATION}/blank"),
    ] {
        let first = house.get(&path).await;
        assert_eq!(first.header("cache-control"), "no-cache");
        let tag = first.header("etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong tag: {tag}");
        for held in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let request = get(&path).header(header::IF_NONE_MATCH, held);
            let second = house.ask(request.body(Body::empty()).expect("a request")).await;
            assert_eq!(second.status, 304, "{path}");
            assert!(second.bytes.is_empty());
            assert_eq!(second.header("etag"), tag);
        }
        let request = get(&path).header(header::IF_NONE_MATCH, "\"other\"");
        let other = house.ask(request.body(Body::empty()).expect("a request")).await;
        assert_eq!((other.status.as_u16(), other.bytes == first.bytes), (200, true));
    }
}

#[tokio::test]
async fn the_page_of_the_interface_asks_nothing_outside() {
    let house = House::open();
    let page = house.get("/docs").await;
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    let text = String::from_utf8(page.bytes).expect("UTF-8");
    let mut asked = 0;
    for attribute in
        text.split(['\n', '<']).filter(|tag| tag.contains("src=") || tag.contains("href="))
    {
        let link = attribute.split('"').find(|part| part.starts_with('/')).expect("a link of ours");
        assert_eq!(house.get(link).await.status, 200, "{link}");
        asked += 1;
    }
    assert_eq!(asked, 5);
    // The policy forbids scripts and styles inside the page.
    assert!(!text.contains("://") && !text.contains("style=") && !text.contains("<style"));
    assert_eq!(text.matches("<script").count(), text.matches("<script src=").count());
    let slash = house.get("/docs/").await;
    assert_eq!((slash.status.as_u16(), slash.header("location")), (308, "/docs"));
    assert!(String::from_utf8_lossy(&house.get("/docs/LICENSE").await.bytes).contains("Apache"));
    house.get("/docs/other.js").await.problem(404, "unknown-route");
}

#[tokio::test]
async fn every_answer_has_its_id_and_its_policy() {
    let house = House::open();
    for path in ["/healthz", "/nowhere", "/docs", "/api/v1/documents/a/b/schema"] {
        let answer = house.get(path).await;
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"));
        assert!(policy.contains("frame-ancestors 'none'"));
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
        assert!(!answer.header("x-request-id").is_empty());
    }
    let (first, second) = (house.get("/healthz").await, house.get("/healthz").await);
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
    for (given, kept) in [("abc-1.2_Z", true), ("a b", false), (&"x".repeat(65), false)] {
        let request = get("/healthz").header("x-request-id", given).body(Body::empty());
        let answer = house.ask(request.expect("a request")).await;
        assert_eq!(answer.header("x-request-id") == given, kept, "{given}");
    }
    let head = Request::head("/healthz").header(header::HOST, "[::1]:1");
    let head = house.ask(head.body(Body::empty()).expect("a request")).await;
    assert_eq!((head.status.as_u16(), head.bytes.len()), (200, 0));
}

#[tokio::test]
async fn metrics_count_by_route_and_document() {
    let house = House::open();
    let record = sample(&house.app, "shanxi-commitment").bytes;
    house.post(&format!("{COMMITMENT}/pdf"), record).await;
    house.post(&format!("{COMMITMENT}/pdf"), "{}").await;
    house.get("/no/such/place").await;
    house.get("/api/v1/documents/made/up/schema").await;
    let answer = house.get("/metrics").await;
    assert!(answer.header("content-type").starts_with("application/openmetrics-text"));
    let text = String::from_utf8(answer.bytes).expect("UTF-8");
    let route = "/api/v1/documents/{programme}/{document}/pdf";
    for line in [
        format!(
            "chengwen_http_requests_total{{method=\"POST\",route=\"{route}\",status=\"200\"}} 1"
        ),
        format!(
            "chengwen_http_requests_total{{method=\"POST\",route=\"{route}\",status=\"422\"}} 1"
        ),
        "chengwen_http_requests_total{method=\"GET\",route=\"unknown\",status=\"404\"} 1"
            .to_owned(),
        format!("chengwen_http_request_seconds_count{{route=\"{route}\"}} 2"),
        "chengwen_renders_total{document=\"shanxi/commitment\",outcome=\"done\"} 1".to_owned(),
        "chengwen_renders_total{document=\"shanxi/commitment\",outcome=\"problems\"} 1".to_owned(),
        "chengwen_render_seconds_count{document=\"shanxi/commitment\"} 2".to_owned(),
        "chengwen_desk_waiting{desk=\"render\"} 0".to_owned(),
        "chengwen_desk_running{desk=\"check\"} 0".to_owned(),
    ] {
        assert!(text.lines().any(|told| told == line), "{line} not in\n{text}");
    }
    assert!(!text.contains("made/up") && !text.contains("no/such"), "labels are bounded");
    // Another server of the same process counts for itself.
    let other = House::open().get("/metrics").await;
    assert!(!String::from_utf8_lossy(&other.bytes).contains("status=\"422\""));
}

#[tokio::test]
async fn ready_once_every_sample_has_rendered() {
    let house = House::open();
    let early = house.get("/readyz").await.problem(503, "not-ready");
    assert_eq!(early["detail"], "字体正在核对；样例正在核对");
    house.office.make_ready().expect("no faults");
    assert_eq!(house.get("/readyz").await.status, 200);
}

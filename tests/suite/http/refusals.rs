//! What every route answers when something is wrong: the client's slips, and our faults.

use axum::body::Body;
use axum::http::{Request, header};
use chengwen::config::Config;
use serde_json::json;

use super::client::{APPLICATION, COMMITMENT, House, limits, post};
use crate::homes::Spoilt;
use crate::support::{app_at, sample};

#[tokio::test]
async fn unknown_places_and_documents() {
    let house = House::open();
    for path in ["//", "/nowhere", "/api/v1/documents/", "/api/v1/documents/a/b/c"] {
        house.get(path).await.problem(404, "unknown-route");
    }
    let near = house.get("/api/v1/documents/shanxi/aplication/schema").await;
    let near = near.problem(404, "unknown-document");
    assert!(near["detail"].as_str().expect("a text").contains("是否应为 shanxi/application"));
    for path in ["/api/v1/documents/made/up/pdf", "/api/v1/documents/%FF/%FE/pdf"] {
        house.post(path, "{}").await.problem(404, "unknown-document");
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_the_right_ones() {
    let house = House::open();
    let put = Request::put(format!("{APPLICATION}/schema")).header(header::HOST, "localhost");
    let answer = house.ask(put.body(Body::empty()).expect("a request")).await;
    answer.problem(405, "method");
    assert_eq!(answer.header("allow"), "GET,HEAD");
    let answer = house.get(&format!("{APPLICATION}/pdf")).await;
    answer.problem(405, "method");
    assert_eq!(answer.header("allow"), "POST");
}

#[tokio::test]
async fn all_slips_of_a_query_are_told_at_once() {
    let house = House::open();
    let path = format!("{APPLICATION}/pdf?sides=both&copies=9&standard=x&colour=red&copies=2");
    let told = house.post(&path, "not even read").await.problem(400, "query");
    let slips = told["parameters"].as_array().expect("a list");
    let names: Vec<_> = slips.iter().filter_map(|slip| slip["name"].as_str()).collect();
    assert_eq!(names, ["sides", "standard", "copies", "colour", "copies"]);
    assert_eq!(slips[0]["allowed"], json!(["long", "short", "one", "manual"]));
    assert_eq!(
        slips[3]["sentence"],
        "没有参数“colour”，可用：sides、standard、copies、overprint、offset"
    );
    assert_eq!(slips[4]["sentence"], "参数“copies”写了两次");
    for (path, part) in [
        ("/healthz?x=1", "这个地址不带参数"),
        ("/api/v1/documents?x", "这个地址不带参数"),
        ("/docs?x", "这个地址不带参数"),
    ] {
        let told = house.get(path).await.problem(400, "query");
        assert!(told["detail"].as_str().expect("a text").contains(part), "{told}");
    }
    let told = house.get(&format!("{APPLICATION}/sample?case=none")).await.problem(400, "query");
    assert!(told["parameters"][0]["allowed"].as_array().expect("names").contains(&json!("region")));
    let told = house.get(&format!("{COMMITMENT}/blank?name=none")).await.problem(400, "query");
    assert_eq!(told["parameters"][0]["allowed"], json!(["示范区域", "示范单位", "示范行业"]));
    house.get(&format!("{APPLICATION}/blank?name=none")).await.problem(400, "query");
    for page in ["0", "-1", "x", "1.5", ""] {
        let path = format!("{APPLICATION}/preview?page={page}");
        house.post(&path, "{}").await.problem(400, "query");
    }
}

#[tokio::test]
async fn a_body_must_be_json_and_say_so() {
    let house = House::open();
    let path = format!("{APPLICATION}/check");
    for content_type in ["text/plain", "application/json; charset=gbk", "application/xml", ""] {
        let request = Request::post(&path).header(header::HOST, "localhost");
        let request = request.header(header::CONTENT_TYPE, content_type).body(Body::from("{}"));
        let answer = house.ask(request.expect("a request")).await;
        answer.problem(415, "content-type");
        assert_eq!(answer.header("accept-post"), "application/json");
    }
    let request = Request::post(&path).header(header::HOST, "localhost").body(Body::from("{}"));
    house.ask(request.expect("a request")).await.problem(415, "content-type");
    let request = post(&path).header(header::CONTENT_ENCODING, "gzip").body(Body::from("{}"));
    house.ask(request.expect("a request")).await.problem(415, "content-type");
    let request = Request::post(&path)
        .header(header::HOST, "localhost")
        .header(header::CONTENT_TYPE, "Application/JSON; charset=\"UTF-8\"")
        .body(Body::from("{}"));
    assert_eq!(house.ask(request.expect("a request")).await.status, 422);

    for (body, code) in [
        (&b"{\"name\": }"[..], "json.syntax"),
        (b"", "json.empty"),
        (b"{\"name\": \"\xE6\"}", "json.encoding"),
        (b"{\"name\": \"a\", \"name\": \"b\"}", "json.duplicate-key"),
    ] {
        for verb in ["check", "pdf", "preview"] {
            let answer = house.post(&format!("{APPLICATION}/{verb}"), body).await;
            let told = answer.problem(400, "not-json");
            let codes = told["problems"].as_array().expect("a list").iter();
            assert!(codes.map(|problem| &problem["code"]).any(|told| told == code), "{told}");
        }
    }
    // JSON of another shape is a record with problems.
    house.post(&path, "[1, 2]").await.problem(422, "invalid-record");
}

#[tokio::test]
async fn a_body_has_a_size_and_a_time() {
    let config = limits(|limits| {
        limits.body = 1 << 20;
        limits.body_time = std::time::Duration::from_millis(50);
    });
    let house = House::with(crate::support::app(), config);
    let path = format!("{APPLICATION}/check");
    let large = vec![b' '; (1 << 20) + 1];
    let told = house.post(&path, large.clone()).await.problem(413, "too-large");
    assert!(told["detail"].as_str().expect("a text").contains("1 MiB"));
    // The same without a length told beforehand.
    let told = house.post(&path, Body::new(Unsized(Some(large)))).await;
    told.problem(413, "too-large");
    let exact = vec![b' '; 1 << 20];
    house.post(&path, exact).await.problem(400, "not-json");

    let answer = house.post(&path, Body::new(Endless)).await;
    answer.problem(408, "slow-body");
    assert_eq!(answer.header("connection"), "close");
}

/// A body of one piece whose length is not told.
struct Unsized(Option<Vec<u8>>);

/// A body that never comes.
struct Endless;

type Frame = axum::body::Bytes;
type Polled = std::task::Poll<Option<Result<http_body::Frame<Frame>, std::convert::Infallible>>>;
type Context<'a> = std::task::Context<'a>;

impl http_body::Body for Unsized {
    type Data = Frame;
    type Error = std::convert::Infallible;

    fn poll_frame(mut self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Polled {
        let piece = self.0.take().map(|bytes| Ok(http_body::Frame::data(bytes.into())));
        std::task::Poll::Ready(piece)
    }
}

impl http_body::Body for Endless {
    type Data = Frame;
    type Error = std::convert::Infallible;

    fn poll_frame(self: std::pin::Pin<&mut Self>, _: &mut Context<'_>) -> Polled {
        std::task::Poll::Pending
    }
}

#[tokio::test]
async fn what_cannot_be_printed_so_is_told() {
    let house = House::open();
    let record = sample(&house.app, "shanxi-application").bytes;
    for query in ["sides=manual&copies=2", "sides=manual&standard=ua-1"] {
        let path = format!("{APPLICATION}/pdf?{query}");
        let told = house.post(&path, record.clone()).await.problem(422, "unprintable");
        assert!(told["detail"].as_str().expect("a text").contains("手动双面"), "{told}");
    }
}

#[tokio::test]
async fn our_faults_are_500_and_show_no_files() {
    let home = Spoilt::new();
    let layout = "templates/shanxi/application/document.typ";
    home.spoil(layout, "#run(", "#panic(\"broken\")\n#run(");
    let house = House::with(app_at(home.folder.path()).expect("opens"), Config::default());
    let record = sample(&house.app, "shanxi-application").bytes;
    let answer = house.post(&format!("{APPLICATION}/pdf"), record).await;
    let told = answer.problem(500, "fault");
    assert!(!told.to_string().contains("document.typ") && !told.to_string().contains("broken"));
    // The other document is none the worse for it.
    let record = sample(&house.app, "shanxi-commitment").bytes;
    assert_eq!(house.post(&format!("{COMMITMENT}/pdf"), record).await.status, 200);

    house.office.make_ready().expect_err("faults are found");
    let told = house.get("/readyz").await.problem(503, "not-ready");
    let detail = told["detail"].as_str().expect("a text");
    assert!(detail.contains("样例有") && detail.contains("个故障，见日志"), "{detail}");
    assert!(!detail.contains("字体"), "the fonts are sound: {detail}");
    assert_eq!(house.get("/healthz").await.status, 200);
}

//! The guard: only this machine is answered, and nobody in between.

use axum::body::Body;
use axum::http::{Request, header};

use super::client::{APPLICATION, House};

async fn asked(house: &House, headers: &[(&str, &str)]) -> super::client::Answer {
    let mut request = Request::post(format!("{APPLICATION}/check"))
        .header(header::CONTENT_TYPE, "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    house.ask(request.body(Body::from("{}")).expect("a request")).await
}

#[tokio::test]
async fn hosts_of_this_machine_only() {
    let house = House::open();
    for host in ["localhost", "LocalHost:9", "127.0.0.1:8080", "[::1]:8080", "[::1]"] {
        assert_eq!(asked(&house, &[("host", host)]).await.status, 422, "{host}");
    }
    for host in
        ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "192.168.0.1", ""]
    {
        asked(&house, &[("host", host)]).await.problem(421, "foreign-host");
    }
    asked(&house, &[]).await.problem(421, "foreign-host");
    let two = [("host", "localhost"), ("host", "evil.example")];
    asked(&house, &two).await.problem(421, "foreign-host");
    let absolute = Request::get("http://evil.example/healthz").header(header::HOST, "localhost");
    let absolute = house.ask(absolute.body(Body::empty()).expect("a request")).await;
    absolute.problem(421, "foreign-host");
}

#[tokio::test]
async fn origins_of_this_machine_only() {
    let house = House::open();
    for origin in ["http://localhost:3000", "http://127.0.0.1", "https://[::1]:8443"] {
        let answer = asked(&house, &[("host", "localhost"), ("origin", origin)]).await;
        assert_eq!(answer.status, 422, "{origin}");
    }
    for origin in ["http://evil.example", "null", "http://localhost.evil.example", "file://", "x"] {
        let answer = asked(&house, &[("host", "localhost"), ("origin", origin)]).await;
        answer.problem(403, "foreign-origin");
    }
}

#[tokio::test]
async fn pages_of_other_sites_may_lead_here_and_nothing_else() {
    let house = House::open();
    let ask = async |method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in [&[("host", "localhost")], headers].concat() {
            request = request.header(name, value);
        }
        house.ask(request.body(Body::empty()).expect("a request")).await
    };
    // As a picture, or a script: no origin is named.
    let blank = format!("{APPLICATION}/blank");
    for site in ["cross-site", "same-site"] {
        let answer =
            ask("GET", &blank, &[("sec-fetch-site", site), ("sec-fetch-mode", "no-cors")]).await;
        answer.problem(403, "foreign-origin");
    }
    let led = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")];
    assert_eq!(ask("GET", "/docs", &led).await.status, 200);
    assert_eq!(ask("POST", &format!("{APPLICATION}/check"), &led).await.status, 403);
    let own = [("sec-fetch-site", "same-origin"), ("sec-fetch-mode", "no-cors")];
    let answer = ask("GET", &blank, &own).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cross-origin-resource-policy"), "same-origin");
}

#[tokio::test]
async fn forwarded_requests_are_refused_everywhere() {
    let house = House::open();
    for (name, value) in [
        ("x-forwarded-for", "10.0.0.1"),
        ("x-forwarded-host", "localhost"),
        ("x-forwarded-proto", "http"),
        ("x-real-ip", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1"),
        ("via", "1.1 proxy"),
    ] {
        let told = asked(&house, &[("host", "localhost"), (name, value)]).await;
        let told = told.problem(403, "forwarded");
        assert!(told["detail"].as_str().expect("a text").contains("不能放在代理后面"));
        for path in ["/healthz", "/openapi.json", "/nowhere"] {
            let request = Request::get(path).header(header::HOST, "localhost").header(name, value);
            let answer = house.ask(request.body(Body::empty()).expect("a request")).await;
            answer.problem(403, "forwarded");
        }
    }
}

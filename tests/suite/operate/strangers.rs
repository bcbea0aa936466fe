//! Through nginx as operators set it up: what the public may ask, and what it is told.

use std::net::Ipv4Addr;

use chengwen::values::Role;
use serde_json::{Value, json};

use super::front::{Front, at, bearer};
use super::service::{MANY, Service};

#[test]
fn an_address_that_a_visitor_makes_up_is_not_believed() {
    let service = Service::start(5);
    let front = Front::before(service.server.address);
    let (one, other) = (Ipv4Addr::new(127, 0, 0, 9), Ipv4Addr::new(127, 0, 0, 10));
    let session = at("/api/v1/session");
    let asked = |from, number: u8| {
        let made_up = [
            format!("X-Forwarded-For: 203.0.113.{number}"),
            format!("X-Real-IP: 203.0.113.{number}"),
            format!("Forwarded: for=203.0.113.{number}"),
        ];
        let headers = made_up.iter().flat_map(|header| ["-H", header]);
        let arguments: Vec<&str> = headers.chain([session.as_str()]).collect();
        front.ask_from(from, &arguments).status
    };
    let told: Vec<u16> = (0..12).map(|number| asked(one, number)).collect();
    assert_eq!(told[..5], [200; 5], "{told:?}");
    assert!(told[5..].contains(&429), "one address is one visitor: {told:?}");
    assert_eq!(asked(other, 1), 200, "another is another");
}

#[test]
fn verification_is_paced_and_no_code_or_name_is_logged() {
    let service = Service::start(MANY);
    let front = Front::before(service.server.address);
    let (one, other) = (Ipv4Addr::new(127, 0, 0, 9), Ipv4Addr::new(127, 0, 0, 10));
    let verify = at("/verify/SECRETCODE123456");
    let told: Vec<_> = (0..60).map(|_| front.ask_from(one, &[&verify])).collect();
    assert_eq!(told[0].status, 404);
    let away = told.iter().find(|answer| answer.status == 429).expect("paced");
    assert!(away.text().contains("请求太频繁") && away.header("retry-after") == "10");
    away.header("strict-transport-security");
    assert_eq!(front.ask_from(other, &[&verify]).status, 404);

    let key = bearer(&service.key(Role::Province));
    for path in [
        "/api/v1/certificates?text=SECRETNAME",
        "/api/v1/certificates/SECRETNUMBER/history",
        "/registry/SECRETNUMBER",
        "/registry?text=SECRETNAME",
        "/verify?number=SECRETNUMBER&code=SECRETCODE",
    ] {
        let answer = front.ask_from(other, &["-H", &key, &at(path)]);
        assert!([200, 404].contains(&answer.status), "{path}: {}", answer.status);
    }
    let log = front.log();
    for line in [
        "GET /verify/- 404",
        "GET /api/v1/certificates 200",
        "GET /api/v1/certificates/-/history 404",
        "GET /registry/- 404",
    ] {
        assert!(log.contains(line), "{line} in\n{log}");
    }
    assert!(!log.contains("SECRET"), "{log}");
}

#[test]
fn people_and_programs_are_told_when_the_service_is_away() {
    // A port of ours where nobody answers.
    let nobody = std::net::UdpSocket::bind("127.0.0.3:0").expect("a port");
    let front = Front::before(nobody.local_addr().expect("an address"));
    for path in ["/", "/verify/ABC", "/api/v1/batches/1/events"] {
        let answer = front.ask(&["-H", "Accept: text/html,*/*", &at(path)]);
        assert_eq!((answer.status, answer.header("retry-after")), (503, "30"), "{path}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert!(answer.text().contains("暂时不能用"));
        answer.header("strict-transport-security");
        let answer = front.ask(&["-H", "Accept: application/json", &at(path)]);
        let told: Value = serde_json::from_slice(&answer.body).expect("JSON");
        assert_eq!((answer.status, &told["status"]), (503, &json!(503)), "{path}");
        assert_eq!(answer.header("content-type"), "application/problem+json");
    }
}

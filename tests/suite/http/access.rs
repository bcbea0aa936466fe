//! Who may do what: keys, sessions, and every cell of the table of routes and roles.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::{Method, Request, header};
use chengwen::access::{Access, New};
use chengwen::config::Config;
use chengwen::http::{DOORS, Mode, Peer, in_markdown};
use chengwen::store::{Store, now};
use chengwen::values::Role;
use serde_json::json;

use super::client::{APPLICATION, Answer, House, limits};
use crate::registry::batches_of;
use crate::support::{app, root, sample, updating};

/// A guarded house with a key of each role.
struct Guarded {
    house: House,
    access: Access,
    keys: Vec<(Role, Option<String>)>,
    _data: tempfile::TempDir,
}

async fn guarded(config: Config) -> Guarded {
    let data = tempfile::tempdir().expect("a folder");
    let access = Access::of(Store::open(&data.path().join("data")).await.expect("opened"));
    let mut keys = vec![(Role::Public, None)];
    for role in Role::ALL.into_iter().filter(|role| *role != Role::Public) {
        let new = New { name: format!("{} 某人", role.title()), role, expires_at: None };
        let (_, text) = access.create(&new, "test").await.expect("made");
        keys.push((role, Some(text)));
    }
    let app = Arc::new(app());
    let batches = batches_of(Arc::clone(&app), access.store().clone());
    let house = House::keeping(app, config, Mode::Guarded(access.clone()), Some(batches));
    Guarded { house, access, keys, _data: data }
}

impl Guarded {
    fn key(&self, role: Role) -> &str {
        let (_, key) = self.keys.iter().find(|(one, _)| *one == role).expect("a role");
        key.as_deref().expect("a key")
    }

    async fn ask(&self, method: &str, path: &str, key: Option<&str>, body: Vec<u8>) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "chengwen.example.gov.cn")
            .header(header::CONTENT_TYPE, "application/json")
            .extension(Peer(IpAddr::from([192, 0, 2, 7])));
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        self.house.ask(request.body(Body::from(body)).expect("a request")).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_lets_in_whom_the_table_says() {
    let guarded = guarded(Config::default()).await;
    let mut cells = 0;
    for door in DOORS {
        let path = door.path.replace("{programme}/{document}", "shanxi/application");
        let file = if path.starts_with("/assets/") { "style.css" } else { "swagger-ui.css" };
        let path = path.replace("{file}", file);
        for (role, key) in &guarded.keys {
            let path = path.replace("/packets/{programme}", "/packets/shanxi");
            let body = match (door.method, path.as_str()) {
                ("POST", "/api/v1/session") => json!({ "key": "cw_0_0" }).to_string().into_bytes(),
                ("POST", _) => sample(&guarded.house.app, "shanxi-application").bytes,
                _ => Vec::new(),
            };
            let answer = guarded.ask(door.method, &path, key.as_deref(), body).await;
            let status = answer.status.as_u16();
            let told = format!("{} {} as {role}: {status}", door.method, door.path);
            if *role < door.least {
                let (wanted, kind) =
                    if key.is_none() { (401, "unauthorized") } else { (403, "forbidden") };
                assert_eq!(status, wanted, "{told}");
                answer.problem(wanted, kind);
            } else if door.path == "/api/v1/session" && door.method == "POST" {
                assert_eq!(status, 401, "a login with a wrong key: {told}");
            } else if door.path == "/readyz" {
                // Nobody has looked at the samples.
                assert_eq!(status, 503, "{told}");
            } else if door.path.contains("{batch}") {
                // What is asked of it is looked at before it is looked for.
                assert!([400, 404].contains(&status), "there is no such batch: {told}");
            } else if door.path.ends_with("/calibration") {
                assert_eq!(status, 422, "it has no stock: {told}");
            } else if door.path.starts_with("/api/v1/batches") && door.method == "POST" {
                assert_eq!(status, 400, "neither document nor key: {told}");
            } else if ["/collect", "/packets", "/packets/preview"]
                .iter()
                .any(|end| door.path.ends_with(end))
            {
                assert_eq!(status, 415, "a record is no form: {told}");
            } else if door.path.ends_with("{document}/xlsx")
                || door.path.ends_with("/derive")
                || door.path.ends_with("/calendar")
            {
                assert_eq!(status, 404, "an application has no list, source or span: {told}");
            } else if door.path.contains("{number}") || door.path.contains("{code}") {
                assert_eq!(status, 404, "there is no such certificate: {told}");
            } else {
                assert!(matches!(status, 200 | 204 | 308), "{told}");
            }
            cells += 1;
        }
    }
    assert_eq!(cells, DOORS.len() * Role::ALL.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_manifest_says_who_may_have_its_document_printed() {
    let guarded = guarded(Config::default()).await;
    for (document, least) in [
        ("application", Role::Applicant),
        ("commitment", Role::Applicant),
        ("summary", Role::Bureau),
        ("notice", Role::Bureau),
        ("certificate", Role::Province),
    ] {
        let path = |last: &str| format!("/api/v1/documents/shanxi/{document}/{last}");
        let record = sample(&guarded.house.app, &format!("shanxi-{document}")).bytes;
        for (role, key) in &guarded.keys {
            let key = key.as_deref();
            let routes =
                [("POST", "pdf"), ("POST", "preview"), ("GET", "blank"), ("POST", "collect")];
            for (method, last) in routes {
                let body = if method == "POST" { record.clone() } else { Vec::new() };
                let status = guarded.ask(method, &path(last), key, body).await.status.as_u16();
                let wanted = match key {
                    None => 401,
                    Some(_) if *role < least => 403,
                    // A record is no form.
                    Some(_) if last == "collect" => 415,
                    Some(_) => 200,
                };
                assert_eq!(status, wanted, "{document} {last} as {role}");
            }
            // Whoever may check at all may check any.
            let checked = guarded.ask("POST", &path("check"), key, record.clone()).await;
            let wanted = if *role >= Role::Applicant { 200 } else { 401 };
            assert_eq!(checked.status.as_u16(), wanted, "{document} as {role}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_form_may_be_open_to_everyone() {
    let mut config = Config::default();
    config.server.open_to_applicants = true;
    let guarded = guarded(config).await;
    let record = sample(&guarded.house.app, "shanxi-application").bytes;
    let print = format!("{APPLICATION}/pdf");
    assert_eq!(guarded.ask("POST", &print, None, record.clone()).await.status, 200);
    let notice = "/api/v1/documents/shanxi/notice/blank";
    guarded.ask("GET", notice, None, Vec::new()).await.problem(401, "unauthorized");
    guarded.ask("GET", "/metrics", None, Vec::new()).await.problem(401, "unauthorized");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_are_wrong_revoked_or_expired_open_nothing() {
    let guarded = guarded(Config::default()).await;
    let path = "/api/v1/documents";
    let good = guarded.key(Role::Applicant).to_owned();
    assert_eq!(guarded.ask("GET", path, Some(&good), Vec::new()).await.status, 200);
    let last = if good.ends_with('0') { "1" } else { "0" };
    let wrong = format!("{}{last}", &good[..good.len() - 1]);
    for none in [wrong.as_str(), "", "cw", "cw_0123456789_x", "' OR 1=1 --"] {
        let told = guarded.ask("GET", path, Some(none), Vec::new()).await;
        assert_eq!(told.problem(401, "unauthorized")["status"], 401);
        assert_eq!(told.header("www-authenticate"), "Bearer");
    }
    let past = New { name: "过期".to_owned(), role: Role::Admin, expires_at: Some(now() - 1) };
    let (_, expired) = guarded.access.create(&past, "test").await.expect("made");
    guarded.ask("GET", path, Some(&expired), Vec::new()).await.problem(401, "unauthorized");

    let id = good.split('_').nth(1).expect("an id");
    assert!(guarded.access.revoke(id, "管理员甲").await.expect("done"));
    assert!(!guarded.access.revoke(id, "管理员甲").await.expect("done"));
    guarded.ask("GET", path, Some(&good), Vec::new()).await.problem(401, "unauthorized");

    // Who did it stands in the journal, and no secret does.
    let journal = guarded.access.store().journal(100).await.expect("read");
    assert_eq!((journal[0].who.as_str(), journal[0].what.as_str()), ("管理员甲", "key.revoked"));
    assert_eq!(journal[0].subject, id);
    assert_eq!(journal.iter().filter(|entry| entry.what == "key.created").count(), 5);
    assert!(!format!("{journal:?}").contains(&good[good.len() - 20..]));
    // Its use is written down by and by.
    let mut keys = guarded.access.keys().await.expect("read");
    let mut looks = 0;
    while keys.iter().find(|key| key.id == id).expect("the key").used_at.is_none() {
        looks += 1;
        assert!(looks < 100_000, "its use is not written down");
        tokio::task::yield_now().await;
        keys = guarded.access.keys().await.expect("read");
    }
    assert!(keys.iter().any(|key| key.used_at.is_none()));
    assert!(keys.iter().any(|key| key.id == id && key.revoked_at.is_some()));
    // Also when no key is good any more, there is no way in without.
    for key in keys {
        guarded.access.revoke(&key.id, "test").await.expect("done");
    }
    assert!(guarded.access.had_keys().await.expect("read"));
    guarded.ask("GET", path, None, Vec::new()).await.problem(401, "unauthorized");
}

/// A request of a browser with a cookie.
async fn browse(
    guarded: &Guarded,
    method: &Method,
    path: &str,
    cookie: &str,
    headers: &[(&str, &str)],
    body: Vec<u8>,
) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "chengwen.example.gov.cn")
        .header(header::CONTENT_TYPE, "application/json")
        .header(header::COOKIE, format!("other=1; {cookie}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    guarded.house.ask(request.body(Body::from(body)).expect("a request")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_opened_with_a_key_and_bound_to_its_site() {
    for (url, name, secure) in [
        (None, "chengwen=", false),
        (Some("https://chengwen.example.gov.cn"), "__Host-chengwen=", true),
    ] {
        let mut config = Config::default();
        config.server.public_url = url.map(str::to_owned);
        let guarded = guarded(config).await;
        let login = |key: &str| json!({ "key": key }).to_string().into_bytes();
        let path = "/api/v1/session";
        let large = guarded.ask("POST", path, None, login(&"x".repeat(5000))).await;
        large.problem(413, "too-large");
        let wrong = guarded.ask("POST", path, None, login("cw_0_0")).await;
        wrong.problem(401, "unauthorized");
        let key = guarded.key(Role::Bureau).to_owned();
        let opened = guarded.ask("POST", path, None, login(&key)).await;
        assert_eq!(opened.status, 200);
        assert_eq!(
            opened.json(),
            json!({ "mode": "guarded", "role": "bureau", "name": "市县局 某人" })
        );
        assert_eq!(opened.header("cache-control"), "no-store");
        let cookie = opened.header("set-cookie").to_owned();
        assert!(cookie.starts_with(name), "{cookie}");
        for part in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=43200"] {
            assert!(cookie.split("; ").any(|it| it == part), "{cookie}");
        }
        assert_eq!(cookie.ends_with("; Secure"), secure, "{cookie}");
        assert!(!cookie.contains("Domain"));
        let cookie = cookie.split(';').next().expect("a pair").to_owned();

        let who = browse(&guarded, &Method::GET, path, &cookie, &[], Vec::new()).await;
        assert_eq!(who.json()["role"], "bureau");
        let notice = sample(&guarded.house.app, "shanxi-notice").bytes;
        let print = "/api/v1/documents/shanxi/notice/pdf";
        let print = async |headers: &[(&str, &str)]| {
            browse(&guarded, &Method::POST, print, &cookie, headers, notice.clone()).await
        };
        // What a browser says of where a request comes from.
        let own = [("origin", "https://chengwen.example.gov.cn")];
        assert_eq!(print(&own).await.status, 200);
        assert_eq!(print(&[("sec-fetch-site", "same-origin")]).await.status, 200);
        for foreign in [
            &[("origin", "https://evil.example")][..],
            &[("origin", "null")],
            &[("sec-fetch-site", "cross-site")],
            &[("sec-fetch-site", "same-site")],
            &[("sec-fetch-site", "cross-site"), own[0]],
            // A cookie, and not a word of where it comes from.
            &[],
        ] {
            print(foreign).await.problem(403, "cross-site");
        }
        // More than the key allows is not to be had.
        let certificate = "/api/v1/documents/shanxi/certificate/blank";
        let told = browse(&guarded, &Method::GET, certificate, &cookie, &[], Vec::new()).await;
        told.problem(403, "forbidden");

        // Closed, it is of no more use; and another ends with its key.
        let closed = browse(&guarded, &Method::DELETE, path, &cookie, &own, Vec::new()).await;
        assert_eq!(closed.status, 204);
        assert!(closed.header("set-cookie").contains("Max-Age=0"));
        print(&own).await.problem(401, "unauthorized");
        let again = guarded.ask("POST", path, None, login(&key)).await;
        let other = again.header("set-cookie").split(';').next().expect("a pair").to_owned();
        assert_ne!(other, cookie);
        let id = key.split('_').nth(1).expect("an id");
        assert!(guarded.access.revoke(id, "test").await.expect("done"));
        let who = browse(&guarded, &Method::GET, path, &other, &[], Vec::new()).await;
        assert_eq!(who.json(), json!({ "mode": "guarded", "role": "public", "name": null }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_with_its_time_and_is_purged() {
    let guarded = guarded(Config::default()).await;
    let holder = guarded.access.holder(guarded.key(Role::Admin)).await.expect("read");
    let holder = holder.expect("good");
    let long = guarded.access.open_session(&holder, Duration::from_secs(60)).await.expect("opened");
    let over = guarded.access.open_session(&holder, Duration::ZERO).await.expect("opened");
    assert_eq!(guarded.access.holder_of_session(&over).await.expect("read"), None);
    assert_eq!(guarded.access.holder_of_session(&long).await.expect("read"), Some(holder));
    assert_eq!(guarded.access.purge_sessions().await.expect("done"), 1);
    assert_eq!(guarded.access.purge_sessions().await.expect("done"), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_keys_there_is_nothing_to_log_in_to() {
    let house = House::open();
    let answer = house.post("/api/v1/session", r#"{"key":"x"}"#).await;
    answer.problem(409, "no-keys");
    let who = house.get("/api/v1/session").await;
    assert_eq!(who.json(), json!({ "mode": "open", "role": "admin", "name": null }));
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_this_machine_and_for_admins() {
    let guarded = guarded(Config::default()).await;
    let ask = async |peer: [u8; 4], forwarded: bool| {
        let mut request = Request::get("/metrics")
            .header(header::HOST, "localhost")
            .extension(Peer(IpAddr::from(peer)));
        if forwarded {
            request = request.header("x-forwarded-for", "127.0.0.1");
        }
        guarded.house.ask(request.body(Body::empty()).expect("a request")).await.status.as_u16()
    };
    assert_eq!(ask([127, 0, 0, 1], false).await, 200);
    // Through a proxy on this machine it is anybody.
    assert_eq!(ask([127, 0, 0, 1], true).await, 401);
    assert_eq!(ask([192, 0, 2, 7], false).await, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_too_often_waits_and_others_do_not() {
    let mut config = limits(|limits| (limits.burst, limits.requests_per_second) = (20, 1));
    config.server.trusted_proxies = vec!["10.0.0.0/8".parse().expect("a network")];
    let guarded = guarded(config).await;
    let from = async |peer: [u8; 4], forwarded: Option<&str>, key: Option<&str>| {
        let mut request = Request::get("/api/v1/session")
            .header(header::HOST, "chengwen.example.gov.cn")
            .extension(Peer(IpAddr::from(peer)));
        if let Some(forwarded) = forwarded {
            request = request.header("x-forwarded-for", forwarded);
        }
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        guarded.house.ask(request.body(Body::empty()).expect("a request")).await
    };
    let until_refused = async |peer, forwarded, key| {
        for asked in 0..40 {
            let answer = from(peer, forwarded, key).await;
            if answer.status != 200 {
                answer.problem(429, "too-often");
                assert!(answer.header("retry-after").parse::<u64>().expect("seconds") >= 1);
                return asked;
            }
        }
        40
    };
    // A second or two may pass meanwhile, each with one request more.
    let about_twenty = |asked: usize| (20..30).contains(&asked);
    assert!(about_twenty(until_refused([192, 0, 2, 1], None, None).await));
    // Another address, a key from the same address, a client behind the proxy: each counts alone.
    assert_eq!(from([192, 0, 2, 2], None, None).await.status, 200);
    let key = guarded.key(Role::Bureau);
    assert!(about_twenty(until_refused([192, 0, 2, 1], None, Some(key)).await));
    assert!(about_twenty(until_refused([10, 0, 0, 1], Some("203.0.113.1"), None).await));
    assert_eq!(from([10, 0, 0, 1], Some("203.0.113.2"), None).await.status, 200);
    // Whoever tries keys is counted too.
    let wrong = format!("cw_{}_{}", "0".repeat(10), "0".repeat(64));
    let mut refused = Vec::new();
    for _ in 0..40 {
        refused.push(from([192, 0, 2, 9], None, Some(&wrong)).await.status.as_u16());
    }
    assert!(refused[..20].iter().all(|status| *status == 401), "{refused:?}");
    assert!(refused.contains(&429), "{refused:?}");
    // Who is no proxy of ours cannot make itself many.
    assert_eq!(from([192, 0, 2, 1], Some("203.0.113.3"), None).await.status, 429);
    // Whoever watches over the server is not counted.
    for _ in 0..60 {
        let request = Request::get("/healthz").extension(Peer(IpAddr::from([192, 0, 2, 1])));
        let answer = guarded.house.ask(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(answer.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn readiness_tells_of_a_disk_that_is_nearly_full() {
    let guarded = guarded(limits(|limits| limits.free_disk = 1 << 60)).await;
    let office = Arc::clone(&guarded.house.office);
    tokio::task::spawn_blocking(move || office.make_ready()).await.expect("ran").expect("sound");
    let told = guarded.ask("GET", "/readyz", None, Vec::new()).await.problem(503, "not-ready");
    let detail = told["detail"].as_str().expect("a text");
    assert!(detail.contains("磁盘") && !detail.contains("样例"), "{detail}");
}

#[test]
fn readme_shows_the_table() {
    let path = root().join("README.md");
    let text = std::fs::read_to_string(&path).expect("README");
    let (from, to) = ("<!-- roles -->\n", "<!-- /roles -->");
    let start = text.find(from).expect("the table begins") + from.len();
    let end = text.find(to).expect("the table ends");
    if updating() {
        let text = format!("{}{}{}", &text[..start], in_markdown(), &text[end..]);
        std::fs::write(&path, text).expect("written");
        return;
    }
    assert_eq!(&text[start..end], in_markdown(), "UPDATE_GOLDEN=1 writes it");
}

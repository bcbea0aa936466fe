//! The web pages as a browser gets them: what they say, what they lead to, and what they weigh.

use axum::body::Body;
use axum::http::{Request, header};
use chengwen::access::{Access, New};
use chengwen::config::Config;
use chengwen::http::{Mode, Peer};
use chengwen::store::Store;
use chengwen::values::Role;

use super::client::{Answer, House};
use crate::support::app;

/// The pages that are of no document.
const PAGES: [&str; 8] = [
    "/",
    "/help",
    "/sign-in",
    "/verify",
    "/batches",
    "/batches/new",
    "/registry",
    "/registry/ranges",
];

/// All pages that are not of one batch or one certificate.
fn pages(house: &House) -> Vec<String> {
    let catalog = house.app.catalog();
    let documents = catalog.documents().map(|document| format!("/documents/{}", document.id));
    let packets = catalog.packets().map(|packet| format!("/packets/{}", packet.programme_id));
    PAGES.map(str::to_owned).into_iter().chain(documents).chain(packets).collect()
}

/// The scripts that a script asks for.
fn imports(script: &str) -> Vec<String> {
    let found = script.split("from \"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0));
    found.filter(|address| address.starts_with("/assets/")).map(str::to_owned).collect()
}

/// What a page may weigh with all that it asks for, without pictures of documents.
const WEIGHT: usize = 150 << 10;

impl House {
    /// A page as a browser asks for it.
    pub(crate) async fn browse(&self, path: &str, key: Option<&str>) -> Answer {
        let mut request = Request::get(path)
            .header(header::HOST, "localhost")
            .header(header::ACCEPT, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8")
            .extension(Peer([127, 0, 0, 1].into()));
        if let Some(key) = key {
            request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        }
        self.ask(request.body(Body::empty()).expect("a request")).await
    }
}

fn text(answer: &Answer) -> String {
    assert!(answer.header("content-type").starts_with("text/html"), "{:?}", answer.headers);
    String::from_utf8(answer.bytes.clone()).expect("UTF-8")
}

/// What a page leads to or shows: the values of `href` and `src`.
fn addresses(page: &str) -> Vec<String> {
    let found = ["href=\"", "src=\"", "action=\""].into_iter().flat_map(|name| {
        page.split(name).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()))
    });
    found.map(|address| address.replace("&amp;", "&").replace("&#x2f;", "/")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_address_on_every_page_is_ours_and_answers() {
    let house = House::open();
    let mut seen = std::collections::BTreeSet::new();
    let mut kept: std::collections::BTreeMap<String, String> = std::collections::BTreeMap::new();
    for path in pages(&house) {
        let page = text(&house.browse(&path, None).await);
        assert!(page.contains("<html lang=\"zh-CN\">") && page.contains("<h1>"), "{path}");
        let mut weight = page.len();
        let mut assets = std::collections::BTreeSet::new();
        for address in addresses(&page) {
            assert!(
                !address.contains("//") && !address.starts_with("data:"),
                "{address} in {path}"
            );
            if let Some(id) = address.strip_prefix('#') {
                assert!(page.contains(&format!("id=\"{id}\"")), "{address} in {path}");
                continue;
            }
            if address.starts_with("/assets/") {
                assets.insert(address.clone());
            } else if !seen.contains(&address) {
                let answer = house.browse(&address, None).await;
                assert_eq!(answer.status, 200, "{address} in {path}");
            }
            seen.insert(address);
        }
        let mut waiting: Vec<String> = assets.iter().cloned().collect();
        while let Some(address) = waiting.pop() {
            // A browser keeps them; asking anew for each page would be too often.
            if !kept.contains_key(&address) {
                let answer = house.browse(&address, None).await;
                assert_eq!(answer.status, 200, "{address} in {path}");
                let script = String::from_utf8(answer.bytes).expect("UTF-8");
                kept.insert(address.clone(), script);
            }
            let script = &kept[&address];
            weight += script.len();
            waiting.extend(imports(script).into_iter().filter(|it| assets.insert(it.clone())));
        }
        assert!(weight < WEIGHT, "{path} weighs {weight} bytes");
        println!("{path}: {} KB", weight >> 10);
    }
    // Every document has its picture, and a blank form to be filled in by hand.
    for document in house.app.catalog().documents() {
        let picture = format!("/thumbnails/{}", document.id);
        assert!(seen.contains(&picture), "{picture}");
        let blank = format!("/api/v1/documents/{}/blank", document.id);
        assert!(seen.iter().any(|address| address.starts_with(&blank)), "{blank}");
        let drawn = house.browse(&picture, None).await;
        assert_eq!(drawn.header("content-type"), "image/png");
        assert!(drawn.bytes.starts_with(b"\x89PNG"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_told_in_a_page_and_a_program_in_a_document() {
    let house = House::open();
    let page = house.browse("/nowhere", None).await;
    assert_eq!(page.status, 404);
    let page = text(&page);
    for part in ["没有这个地址", "回首页", "编号"] {
        assert!(page.contains(part), "{part} in {page}");
    }
    house.get("/nowhere").await.problem(404, "unknown-route");
    // What programs ask is answered for programs, whoever asks.
    house.browse("/api/v1/nowhere", None).await.problem(404, "unknown-route");
    let slip = house.browse("/help?x=%3Cscript%3E", None).await;
    assert_eq!(slip.status, 400);
    assert!(!text(&slip).contains("<script>"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_key_does_not_open_is_shown_shut_with_the_reason() {
    let data = tempfile::tempdir().expect("a folder");
    let access = Access::of(Store::open(data.path()).await.expect("opened"));
    let new = New { name: "某商行".to_owned(), role: Role::Applicant, expires_at: None };
    let (_, key) = access.create(&new, "test").await.expect("made");
    let house = House::of(app(), Config::default(), Mode::Guarded(access));
    let public = text(&house.browse("/", None).await);
    assert_eq!(public.matches("现在不能用").count(), 3, "{public}");
    let leads = |page: &str, to: &str| addresses(page).iter().any(|it| it.contains(to));
    assert!(leads(&public, "/sign-in") && !leads(&public, "/blank"), "{public}");
    let applicant = text(&house.browse("/", Some(&key)).await);
    assert_eq!(applicant.matches("现在不能用").count(), 2, "{applicant}");
    assert!(applicant.contains("某商行（") && leads(&applicant, "/blank"), "{applicant}");
    let sign_in = text(&house.browse("/sign-in", None).await);
    assert!(sign_in.contains("for=\"key\"") && sign_in.contains("/assets/session.js"), "{sign_in}");
    // Nobody's page is kept for another.
    assert_eq!(house.browse("/", Some(&key)).await.header("cache-control"), "no-store");
}

#[tokio::test(flavor = "multi_thread")]
async fn papers_of_two_programmes_stand_apart() {
    let one = House::open();
    let page = text(&one.browse("/", None).await);
    assert!(page.contains("填写申报材料</a>"), "{page}");
    assert!(!page.contains("<h4>"), "{page}");

    let home = crate::homes::Spoilt::new();
    home.copied("shanxi", "second");
    let name = "name = \"山西省放心消费示范创建";
    home.spoil("templates/second/programme.toml", name, "name = \"另一个活动");
    let app =
        crate::support::app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let page = text(&House::with(app, Config::default()).browse("/", None).await);
    for part in [
        "填写申报材料（山西省放心消费示范创建）</a>",
        "填写申报材料（另一个活动）</a>",
        "<h3>山西省放心消费示范创建</h3>",
        "<h3>另一个活动</h3>",
        "<h4>培育申请表</h4>",
    ] {
        assert!(page.contains(part), "{part} not in {page}");
    }
}

//! POST …/collect: files in, a record out.

use chengwen::app::{App, Options};
use serde_json::{Value, json};

use super::client::{FormPart as Part, House, form, limits, send};
use crate::support::{app, render, sample};

const COLLECT: &str = "/api/v1/documents/shanxi/summary/collect";

fn printed(app: &App, name: &str) -> Vec<u8> {
    let sample = sample(app, name);
    render(app, &sample.document, &sample.record(), Options::default()).bytes
}

#[tokio::test]
async fn files_become_a_record() {
    let house = House::open();
    let one = printed(&house.app, "shanxi-application");
    let two = printed(&house.app, "shanxi-application.region");
    let files: [Part<'_>; 2] = [("file", "一.pdf", &one), ("file", "二.pdf", &two)];
    let answer = send(&house, COLLECT, form(&files)).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    let told = answer.json();
    assert_eq!(told["record"]["rows"].as_array().map(Vec::len), Some(2));
    assert_eq!((&told["problems"], &told["refused"]), (&json!([]), &json!([])));

    let mut head = sample(&house.app, "shanxi-summary").record();
    head["rows"] = json!([]);
    let head = head.to_string();
    let with: [Part<'_>; 3] = [("with", "", head.as_bytes()), files[0], files[1]];
    let told = send(&house, COLLECT, form(&with)).await.json();
    // What was built can be printed as it is.
    let record = told["record"].to_string();
    let path = "/api/v1/documents/shanxi/summary/pdf";
    assert_eq!(house.post(path, record).await.status, 200);

    let empty: [Part<'_>; 2] = [("with", "", b"{}"), files[0]];
    let told = send(&house, COLLECT, form(&empty)).await.json();
    let codes: Vec<&Value> = told["problems"].as_array().expect("a list").iter().collect();
    assert!(codes.iter().any(|problem| problem["pointer"] == "/unit"), "{told}");
}

#[tokio::test]
async fn a_table_of_a_list_that_this_one_is_made_from_is_taken() {
    let house = House::open();
    let rows = "申报主体名称,申报类别,统一社会信用代码或登记证号,行政区域,行业主管部门,申报主体联系人,联系电话
甲店,示范单位,9.11401E+17,太原市迎泽区,太原市商务局,张三,1.38E+10
乙店,示范行业,未填原因：正在换发,太原市迎泽区,太原市商务局,李四,0351-4088126
";
    let path = "/api/v1/documents/shanxi/notice/collect";
    let told = send(&house, path, form(&[("file", "汇总表.csv", rows.as_bytes())])).await.json();
    let entries = json!([
        { "name": "甲店", "category": { "kind": "示范单位" }, "region": "太原市迎泽区" },
        { "name": "乙店", "category": { "kind": "示范行业" },
          "registration": { "reason": "正在换发" }, "region": "太原市迎泽区" },
    ]);
    assert_eq!((&told["record"]["entries"], &told["refused"]), (&entries, &json!([])));
    assert_eq!(
        told["taken"][1],
        json!({ "pointer": "/entries/1", "file": "汇总表.csv", "row": 3 })
    );
    // What is lost is told where it belongs; a phone does not go over, nor does what is wrong with it.
    let problems = told["problems"].as_array().expect("a list");
    let lost = problems.iter().filter(|one| one["code"] == "table.number-rounded");
    let lost: Vec<&Value> = lost.map(|one| &one["pointer"]).collect();
    assert_eq!(lost, ["/entries/0/registration/number"]);
    assert!(problems.iter().all(|one| !one.to_string().contains("1.38E+10")), "{told}");
}

#[tokio::test]
async fn files_that_give_nothing_are_told_with_the_rest() {
    let house = House::open();
    let one = printed(&house.app, "shanxi-application");
    let letter = printed(&house.app, "shanxi-commitment");
    let files: [Part<'_>; 4] = [
        ("file", "一.pdf", &one),
        ("file", "二.pdf", &one),
        ("file", "三.pdf", &letter),
        ("file", "", b"no PDF"),
    ];
    let told = send(&house, COLLECT, form(&files)).await.problem(422, "unfit-files");
    let refused = told["refused"].as_array().expect("a list");
    let names: Vec<_> = refused.iter().map(|it| it["file"].as_str().expect("a name")).collect();
    assert_eq!(names, ["二.pdf", "三.pdf", "第4个文件"]);
    assert!(refused.iter().all(|it| it["reason"].as_str().is_some_and(|why| !why.is_empty())));
    assert_eq!(told["record"]["rows"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn what_is_asked_wrongly_is_refused() {
    let house = House::open();
    let one = printed(&house.app, "shanxi-application");
    let file: Part<'_> = ("file", "a.pdf", &one);
    let to = |path: &'static str, parts: Vec<Part<'_>>| {
        let body = form(&parts);
        let house = house.clone();
        async move { send(&house, path, body).await }
    };
    to(COLLECT, vec![]).await.problem(422, "no-files");
    to(COLLECT, vec![("with", "", b"{}")]).await.problem(422, "no-files");
    to(COLLECT, vec![file, ("more", "", b"{}")]).await.problem(400, "not-multipart");
    let twice: Vec<Part<'_>> = vec![file, ("with", "", b"{}"), ("with", "", b"{}")];
    to(COLLECT, twice).await.problem(400, "not-multipart");
    to(COLLECT, vec![file, ("with", "", b"[]")]).await.problem(422, "invalid-record");
    to(COLLECT, vec![file, ("with", "", b"{")]).await.problem(400, "not-json");
    let other = "/api/v1/documents/shanxi/certificate/collect";
    to(other, vec![file]).await.problem(404, "not-collected");
    let answer = house.post(COLLECT, "{}").await;
    answer.problem(415, "content-type");
    assert_eq!(answer.header("accept-post"), "multipart/form-data");
    send(&house, COLLECT, b"--edge\r\n".to_vec()).await.problem(400, "not-multipart");
    let asked = format!("{COLLECT}?a=1");
    send(&house, &asked, form(&[file])).await.problem(400, "query");
}

#[tokio::test]
async fn uploads_have_limits_of_their_own() {
    let few = House::with(app(), limits(|limits| limits.files = 2));
    let parts: [Part<'_>; 3] = [("file", "a", b"x"); 3];
    send(&few, COLLECT, form(&parts)).await.problem(422, "over-limit");
    let small = House::with(app(), limits(|limits| limits.upload = 1 << 20));
    let large = vec![b' '; 1 << 20];
    send(&small, COLLECT, form(&[("file", "a", &large)])).await.problem(413, "too-large");
    // What is larger than a record may be is no larger than an upload may be.
    let house = House::with(app(), limits(|limits| limits.body = 1 << 20));
    send(&house, COLLECT, form(&[("file", "a", &large)])).await.problem(422, "unfit-files");
    let full = House::with(app(), limits(|limits| limits.bodies = 1 << 10));
    send(&full, COLLECT, form(&[("file", "a", &large)])).await.problem(429, "busy");
}

//! Rows of a document: looked at, marked, and the spreadsheet they are filled into.

use axum::body::Body;
use axum::http::Request;

use super::client::House;
use crate::tables::{CERTIFICATE, HEAD, ROW};

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[tokio::test]
async fn rows_are_looked_at_over_http() {
    let house = House::open();
    let home = format!("/api/v1/documents/{CERTIFICATE}");
    let ask = async |path: &str, kind: &str, body: String| {
        let request = Request::post(format!("{home}{path}")).header("host", "localhost");
        let request = request.header("content-type", kind).body(Body::from(body));
        house.ask(request.expect("a request")).await
    };
    let sound = ask("/rows", "text/csv", format!("{HEAD}\n{ROW}\n")).await;
    assert_eq!((sound.status.as_u16(), sound.json()["rows"].as_u64()), (200, Some(1)));
    let bad = format!("{HEAD}\n{}\n", ROW.replace("示范单位", "x"));
    let answer = ask("/rows", "text/csv; charset=gb18030", bad.clone()).await;
    let problem = answer.problem(422, "invalid-record");
    assert_eq!(problem["problems"][0]["cell"], "D2");
    assert_eq!(problem["unsound_rows"], serde_json::json!([0]));
    let copy = ask("/rows?as=xlsx", "text/csv", bad).await;
    assert_eq!((copy.status.as_u16(), copy.header("content-type")), (200, XLSX));
    assert_eq!(copy.header("chengwen-problems"), "1");
    ask("/rows", "text/plain", String::new()).await.problem(415, "content-type");
    ask("/rows", XLSX, "PK".to_owned()).await.problem(422, "invalid-record");
    let form = house.get(&format!("{home}/form.xlsx")).await;
    assert_eq!((form.status.as_u16(), form.header("content-type")), (200, XLSX));
    assert!(form.header("content-disposition").contains("shanxi-certificate.xlsx"));
}

//! Rows through the faces: the command line, and HTTP.

use std::fs;
use std::process::Command;

use axum::body::Body;
use axum::http::Request;

use super::{CERTIFICATE, HEAD, ROW};
use crate::http::House;
use crate::support::root;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

#[test]
fn check_and_schema_know_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    let (marked, form) = (folder.path().join("marked.xlsx"), folder.path().join("form.xlsx"));
    fs::write(&file, format!("{HEAD}\n{}\n", ROW.replace("示范单位", "x"))).expect("written");
    let run = |arguments: &[&str]| {
        let command = Command::new(env!("CARGO_BIN_EXE_chengwen"))
            .args(["--home", &root().to_string_lossy()])
            .args(arguments)
            .output()
            .expect("run");
        (command.status.code(), String::from_utf8_lossy(&command.stderr).into_owned())
    };
    let (file, marked) = (file.to_string_lossy(), marked.to_string_lossy());
    let (code, told) = run(&["check", CERTIFICATE, &file, "--marked", &marked]);
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("问题 D2：第2行：“认定类别”"), "{told}");
    assert!(fs::read(&*marked).expect("made").starts_with(b"PK"));
    let (code, told) = run(&["check", CERTIFICATE, &file, "--marked", &file]);
    assert!(code == Some(1) && told.contains("--marked"), "{told}");
    let form = form.to_string_lossy();
    assert_eq!(run(&["schema", CERTIFICATE, "--xlsx", &form]).0, Some(0));
    assert!(fs::read(&*form).expect("made").starts_with(b"PK"));
    let (code, told) = run(&["schema", CERTIFICATE, "--xlsx", "-"]);
    assert!(code == Some(1) && told.contains("文件名"), "{told}");
}

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

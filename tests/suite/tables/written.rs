//! Rows on the command line.

use std::fs;
use std::process::Command;

use super::{CERTIFICATE, HEAD, ROW};
use crate::support::root;

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

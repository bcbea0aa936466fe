//! Rows on the command line.

use std::fs;
use std::process::Command;

use super::{CERTIFICATE, HEAD, ROW};
use crate::command_line::chengwen;
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
    assert!(told.contains(&format!("标出问题的表在 {marked}")), "{told}");
    assert!(fs::read(&*marked).expect("made").starts_with(b"PK"));
    let (code, told) = run(&["check", CERTIFICATE, &file, "--marked", &file]);
    assert!(code == Some(1) && told.contains("--marked"), "{told}");
    let form = form.to_string_lossy();
    let (code, told) = run(&["schema", CERTIFICATE, "--xlsx", &form]);
    assert!(code == Some(0) && told.contains(&*form), "{told}");
    assert!(fs::read(&*form).expect("made").starts_with(b"PK"));
    let (code, told) = run(&["schema", CERTIFICATE, "--xlsx", "-"]);
    assert!(code == Some(1) && told.contains("文件名"), "{told}");
}

#[test]
fn where_nothing_was_read_nothing_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("rows.csv");
    for (text, wanted) in [("", "文件里没有内容"), ("甲,乙\n1,2\n", "没有找到表头")]
    {
        fs::write(&file, text).expect("written");
        let ran = chengwen(&["check", CERTIFICATE, &file.to_string_lossy()]);
        assert!(ran.code == 1 && ran.told.contains(wanted), "{}", ran.told);
        assert!(!ran.told.contains("共 0 份"), "{}", ran.told);
    }
}

#[test]
fn batch_tells_places_as_check_does_and_names_the_fields_for_names() {
    let folder = tempfile::tempdir().expect("a folder");
    let place = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    fs::create_dir(place("data")).expect("made");
    fs::write(place("rows.csv"), format!("{HEAD},备注\n{ROW},x\n")).expect("written");
    let batch = |more: &[&str]| {
        let (rows, out, data) = (place("rows.csv"), place("out.zip"), place("data"));
        let fixed = ["batch", CERTIFICATE, &*rows, "-o", &*out, "--data", &*data, "--by", "王五"];
        chengwen(&[&fixed[..], more].concat())
    };
    for (names, wanted) in [("{{ 名称 }}", "英文的字段名"), ("{{ holde }}", "没有的字段")]
    {
        let ran = batch(&["--names", names]);
        assert_eq!(ran.code, 1, "{}", ran.told);
        assert!(ran.told.contains("提示 I1："), "{}", ran.told);
        for told in [wanted, "holder（名称）", "registration.number（"] {
            assert!(ran.told.contains(told), "{told}: {}", ran.told);
        }
        assert!(!ran.told.contains("syntax error"), "{}", ran.told);
    }
}

//! The command: what it prints and how it ends, in a folder that is no home.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::Value;

use super::spoilt::{specimen, specimen_with};

struct Ran {
    code: i32,
    out: String,
    told: String,
}

fn inspect(arguments: &[&str], pdf: &[u8]) -> Ran {
    let folder = tempfile::tempdir().expect("a folder");
    let mut child = Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .arg("inspect")
        .args(arguments)
        .current_dir(folder.path())
        .env_remove("CHENGWEN_HOME")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    let _ = child.stdin.take().expect("piped").write_all(pdf);
    let output = child.wait_with_output().expect("it ends");
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("UTF-8"),
        told: String::from_utf8(output.stderr).expect("UTF-8"),
    }
}

#[test]
fn a_sound_paper_ends_with_nothing_and_a_broken_one_with_one() {
    let ran = inspect(&["-", "--against", "gbt9704"], &specimen());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.told);
    assert!(ran.out.contains("不合 0，"), "{}", ran.out);

    let layout = "templates/shanxi/commitment/document.typ";
    let broken = specimen_with(&[(layout, "close(4 * 字距, date)", "close(2 * 字距, date)")]);
    let ran = inspect(&["-", "--against", "gbt9704"], &broken);
    assert_eq!(ran.code, 1, "{}", ran.out);
    assert!(
        ran.out.contains("必须改正") && ran.out.contains("7.3.5 署名和日期位置"),
        "{}",
        ran.out
    );

    let ran = inspect(&["-", "--against", "gbt9704", "--json"], &broken);
    assert_eq!(ran.code, 1);
    let told: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert_eq!((&told["sound"], &told["against"]), (&Value::Bool(false), &"gbt9704".into()));
    let findings = told["findings"].as_array().expect("a list");
    let failed: Vec<&Value> = findings.iter().filter(|it| it["verdict"] == "fail").collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    for key in ["clause", "name", "hard", "value", "wanted", "note"] {
        assert!(!failed[0][key].is_null(), "{key} in {}", failed[0]);
    }

    // Without a standard it measures and judges nothing.
    let ran = inspect(&["-"], &broken);
    assert_eq!(ran.code, 0, "{}", ran.told);
    assert!(ran.out.contains("28.99 pt") && !ran.out.contains("不合"), "{}", ran.out);
    let ran = inspect(&["-", "--json"], &broken);
    let told: Value = serde_json::from_str(&ran.out).expect("JSON");
    assert!(told["findings"][0]["value"].is_string() && told["findings"][0]["verdict"].is_null());
    assert_eq!(told["pages"].as_array().map(Vec::len), Some(5));
}

#[test]
fn what_cannot_be_read_ends_with_one_and_a_sentence() {
    let ran = inspect(&["-"], b"no PDF at all");
    assert_eq!((ran.code, ran.out.as_str()), (1, ""));
    assert!(ran.told.contains("这不是 PDF 文件"), "{}", ran.told);
    let ran = inspect(&["没有.pdf"], b"");
    assert_eq!(ran.code, 1);
    assert!(ran.told.contains("没有这个文件"), "{}", ran.told);
    let ran = inspect(&["-", "--against", "iso"], b"");
    assert_eq!(ran.code, 1, "{}", ran.told);
}

//! The program itself: what it prints, what it writes, and how it ends.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use chengwen::finish::read_back;
use serde_json::Value;

use crate::support::root;

pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: Vec<u8>,
    pub(crate) told: String,
}

pub(crate) fn chengwen(arguments: &[&str]) -> Ran {
    chengwen_with(arguments, b"")
}

fn chengwen_with(arguments: &[&str], input: &[u8]) -> Ran {
    let mut child = Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .args(arguments)
        .current_dir(root())
        .env_remove("CHENGWEN_HOME")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program runs");
    // A program that ends without reading closes the pipe; that is its right.
    let _ = child.stdin.take().expect("piped").write_all(input);
    let Output { status, stdout, stderr } = child.wait_with_output().expect("it ends");
    Ran {
        code: status.code().expect("an exit code"),
        out: stdout,
        told: String::from_utf8(stderr).expect("UTF-8"),
    }
}

const SAMPLE: &str = "samples/shanxi-application.json";

fn sample() -> Vec<u8> {
    std::fs::read(root().join(SAMPLE)).expect("readable")
}

#[test]
fn list_names_what_exists() {
    let ran = chengwen(&["list"]);
    let text = String::from_utf8(ran.out).expect("UTF-8");
    assert_eq!(ran.code, 0, "{}", ran.told);
    assert!(text.contains("shanxi/application") && text.contains("培育申请表"), "{text}");
    let ran = chengwen(&["list", "--json"]);
    let list: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert!(list["documents"].as_array().expect("a list").len() >= 2);
}

#[test]
fn list_check_looks_at_everything() {
    let ran = chengwen(&["list", "--check"]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    assert!(String::from_utf8_lossy(&ran.out).contains("检查通过"));
}

#[test]
fn schema_is_one_whole() {
    let ran = chengwen(&["schema", "shanxi/application"]);
    let schema: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert!(!schema.to_string().contains("$ref"));
    // Any validator takes it.
    let validator = jsonschema::draft202012::new(&schema).expect("a schema");
    assert!(validator.is_valid(&serde_json::from_slice(&sample()).expect("JSON")));
    let titles: Vec<&str> = schema["properties"]
        .as_object()
        .expect("properties")
        .values()
        .filter_map(|field| field["title"].as_str())
        .collect();
    assert_eq!(titles[0], "申报主体名称");
    assert_eq!(titles.len(), schema["properties"].as_object().expect("properties").len());
}

#[test]
fn check_tells_problems_and_ends_with_one() {
    let ran = chengwen_with(&["check", "shanxi/application", "-"], b"{}");
    assert_eq!(ran.code, 1);
    assert!(ran.told.contains("问题 /name：“申报主体名称”没有填写"), "{}", ran.told);
    let ran = chengwen_with(&["check", "shanxi/application", "-", "--json"], b"{}");
    assert_eq!(ran.code, 1);
    let answer: Value = serde_json::from_slice(&ran.out).expect("JSON");
    let first = &answer["problems"][0];
    for key in ["level", "pointer", "label", "code", "facts", "sentence"] {
        assert!(!first[key].is_null(), "{first}");
    }
    let ran = chengwen(&["check", "shanxi/application", SAMPLE]);
    assert_eq!((ran.code, ran.told.as_str()), (0, ""));
}

#[test]
fn render_writes_files_and_streams() {
    let folder = tempfile::tempdir().expect("a folder");
    let pdf = folder.path().join("申请表.pdf");
    let path = pdf.to_string_lossy();
    let ran = chengwen(&["render", "shanxi/application", SAMPLE, "-o", &path]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    assert!(ran.told.contains("4 页，2 张纸；双面打印，长边翻转"), "{}", ran.told);
    let written = std::fs::read(&pdf).expect("written");
    let streamed = chengwen_with(&["render", "shanxi/application", "-", "-o", "-"], &sample());
    assert_eq!(streamed.out, written);
    assert_eq!(
        std::fs::read_dir(folder.path()).expect("a folder").count(),
        1,
        "nothing is left over"
    );

    let png = folder.path().join("第3页.png");
    let path = png.to_string_lossy();
    let ran = chengwen(&["render", "shanxi/application", SAMPLE, "-o", &path, "--page", "3"]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    assert!(std::fs::read(&png).expect("written").starts_with(b"\x89PNG"));
}

#[test]
fn render_options_reach_the_file() {
    let ran = chengwen(&[
        "render",
        "shanxi/application",
        SAMPLE,
        "-o",
        "-",
        "--copies",
        "3",
        "--sides",
        "one",
        "--standard",
        "a-2u",
    ]);
    let file = read_back(&ran.out).expect("a PDF");
    assert_eq!(file.copies, Some(3));
    assert_eq!(file.duplex.as_deref(), Some("Simplex"));
    assert_eq!(file.archival.as_deref(), Some("2U"));
    let ran = chengwen(&["render", "shanxi/commitment", "--blank", "-o", "-"]);
    assert_eq!(read_back(&ran.out).expect("a PDF").pages.len(), 2);
    let ran = chengwen(&["render", "shanxi/commitment", "--blank", "示范行业", "-o", "-"]);
    assert!(crate::support::text_of(&ran.out)[0].contains("示范行业"));
}

#[test]
fn a_wrong_call_ends_with_one_and_says_so_in_chinese() {
    for (arguments, part) in [
        (
            &["render", "shanxi/aplication", SAMPLE, "-o", "x.pdf"][..],
            "是否应为 shanxi/application",
        ),
        (&["render", "shanxi/application", "没有.json", "-o", "x.pdf"], "没有这个文件"),
        (
            &["render", "shanxi/application", SAMPLE, "-o", "x.doc"],
            "-o 应以 .pdf、.png 结尾（手动双面为 .zip）",
        ),
        (&["render", "shanxi/application", SAMPLE, "-o", "x.pdf", "--sides", "manual"], ".zip"),
        (&["render", "shanxi/application", SAMPLE, "-o", "x.zip"], "--sides manual"),
        (&["render", "shanxi/application", SAMPLE, "-o", "x.pdf", "--page", "2"], "--page"),
        (&["render", "shanxi/application", SAMPLE, "-o", "x.pdf", "--copies", "9"], "--copies"),
        (
            &["render", "shanxi/application", SAMPLE, "-o", "x.pdf", "--sides", "both"],
            "可用：long、short、one、manual",
        ),
        (&["render", "shanxi/application", SAMPLE, "-o", "没有的目录/x.pdf"], "没有这个文件或目录"),
        (&["render", "shanxi/application", "-o", "x.pdf"], "缺少"),
        (
            &["render", "shanxi/commitment", "--blank", "企业", "-o", "x.pdf"],
            "可用：示范区域、示范单位、示范行业",
        ),
        (&["render", "shanxi/application", "--blank", "企业", "-o", "x.pdf"], "只有一种"),
        (&["render", "shanxi/application", SAMPLE, "--blank", "-o", "x.pdf"], "不能与"),
        (&["rendr"], "是否应为 render"),
        (&["list", "--chek"], "是否应为 --check"),
    ] {
        let ran = chengwen(arguments);
        assert_eq!(ran.code, 1, "{arguments:?}: {}", ran.told);
        assert!(
            ran.told.contains("用法有误") && ran.told.contains(part),
            "{arguments:?}: {}",
            ran.told
        );
        assert!(!ran.told.contains("error:"), "{}", ran.told);
    }
}

#[test]
fn our_fault_ends_with_two() {
    let empty = tempfile::tempdir().expect("a folder");
    // A home named in the call is the caller's; one that is broken is ours.
    let ran = chengwen(&["list", "--home", &empty.path().to_string_lossy()]);
    assert_eq!(ran.code, 1);
    assert!(ran.told.contains("用法有误") && ran.told.contains("已试"), "{}", ran.told);
    let ran = chengwen(&["list", "--fonts", &empty.path().to_string_lossy()]);
    assert_eq!(ran.code, 1, "{}", ran.told);
    let list = |home: &std::path::Path| {
        let output = Command::new(env!("CARGO_BIN_EXE_chengwen"))
            .arg("list")
            .current_dir(empty.path())
            .env("CHENGWEN_HOME", home)
            .output()
            .expect("it runs");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    // So is a place where there is none.
    let (code, told) = list(empty.path());
    assert_eq!(code, Some(1), "{told}");
    assert!(told.contains("先进入 chengwen 的目录"), "{told}");
    let home = crate::homes::Spoilt::new();
    home.spoil("templates/shanxi/notice/document.toml", "title = ", "titel = ");
    let (code, told) = list(home.folder.path());
    assert_eq!(code, Some(2), "{told}");
    assert!(told.contains("模板或数据文件有误") && !told.contains("程序故障"), "{told}");
    assert!(told.contains("--home 指到副本"), "{told}");
}

#[test]
fn nothing_is_written_of_a_bad_input() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("x.pdf");
    let arguments = ["render", "shanxi/application", "-", "-o", &path.to_string_lossy()];
    let ran = chengwen_with(&arguments, b"{\"name\": \"\xE6\"}");
    assert_eq!(ran.code, 1);
    assert!(ran.told.contains("UTF-8"), "{}", ran.told);
    assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
}

#[test]
fn fonts_tells_who_draws_a_character() {
    let ran = chengwen(&["fonts", "--check", "䶮𠀁"]);
    let text = String::from_utf8(ran.out).expect("UTF-8");
    assert_eq!(ran.code, 0, "{text}");
    assert!(
        text.contains("U+4DAE") && text.contains("U+20001") && text.contains("GW Rare"),
        "{text}"
    );
    let ran = chengwen(&["fonts", "--check", "😀", "--json"]);
    assert_eq!(ran.code, 1);
    let answer: Value = serde_json::from_slice(&ran.out).expect("JSON");
    assert_eq!(answer["missing"], 1);
    assert!(
        String::from_utf8(chengwen(&["fonts"]).out).expect("UTF-8").contains("小标宋：GW Biaosong")
    );
}

#[test]
fn demo_prints_every_sample() {
    let folder = tempfile::tempdir().expect("a folder");
    let ran = chengwen(&["demo", "-o", &folder.path().to_string_lossy(), "--contact-sheet"]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    let samples = std::fs::read_dir(root().join("samples"))
        .expect("samples")
        .flatten()
        .filter(|entry| entry.path().extension().is_some_and(|end| end == "json"))
        .count();
    let made = std::fs::read_dir(folder.path()).expect("a folder").count();
    assert!(made > samples, "{made} files of {samples} samples");
    // The contact sheet is twelve upright pages wide and holds every page of every document's samples.
    let picture = std::fs::File::open(folder.path().join("contact-sheet.png")).expect("made");
    let reader = png::Decoder::new(std::io::BufReader::new(picture)).read_info().expect("a PNG");
    let pages: usize = String::from_utf8_lossy(&ran.out)
        .lines()
        .filter(|line| !line.contains(".blank") && !line.contains("packet-"))
        .filter(|line| line.contains(" 页 "))
        .filter_map(|line| line.split(" 页").next()?.rsplit(' ').next()?.parse::<usize>().ok())
        .sum();
    let info = reader.info();
    assert_eq!(info.width, 3720);
    // Rows of upright pages are 421 + 12 pixels high; landscape ones are lower and take more width.
    assert!(info.height as usize > pages / 14 * 300, "{} for {pages} pages", info.height);
}

#[test]
fn help_is_chinese_and_whole() {
    for command in [
        &["--help"][..],
        &["render", "--help"],
        &["check", "--help"],
        &["demo", "-h"],
        &["serve", "-h"],
    ] {
        let ran = chengwen(command);
        let text = String::from_utf8(ran.out).expect("UTF-8");
        assert_eq!(ran.code, 0);
        for english in [
            "Usage",
            "Options",
            "Arguments",
            "Commands",
            "Print help",
            "default:",
            "possible values",
        ] {
            assert!(!text.contains(english), "{english} in {text}");
        }
    }
    let all = String::from_utf8(chengwen(&["--help"]).out).expect("UTF-8");
    for command in ["list", "schema", "check", "render", "fonts", "serve", "demo", "completion"] {
        assert!(all.contains(command), "{command} is not in the help");
    }
    assert!(String::from_utf8_lossy(&chengwen(&["completion", "bash"]).out).contains("complete"));
}

#[test]
fn verbose_tells_the_stages() {
    let ran = chengwen(&["-v", "render", "shanxi/application", SAMPLE, "-o", "-"]);
    assert!(ran.told.contains("typeset_ms"), "{}", ran.told);
    let quiet = chengwen(&["render", "shanxi/application", SAMPLE, "-o", "-"]);
    assert_eq!(quiet.told, "");
}

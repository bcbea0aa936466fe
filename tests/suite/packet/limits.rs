//! What one attached file may be and take, and how the program itself ends; by the command.

use std::path::Path;
use std::process::Command;

use chengwen::app::Refusal;
use serde_json::json;

use super::bound::Bound;
use super::made::{Corners, Paper, grey, png};
use super::{Given, ONE, codes};
use crate::support::{app, root};

pub(super) struct Ran {
    pub(super) code: Option<i32>,
    pub(super) out: Vec<u8>,
    pub(super) told: String,
}

/// Runs `chengwen packet` on a packet in a folder.
pub(super) fn packet(folder: &Path, arguments: &[&str]) -> Ran {
    let ran = Command::new(env!("CARGO_BIN_EXE_chengwen"))
        .arg("packet")
        .arg(folder.join("packet.json"))
        .args(arguments)
        .current_dir(root())
        .env_remove("CHENGWEN_HOME")
        .output()
        .expect("the program runs");
    let told = String::from_utf8(ran.stderr).expect("UTF-8");
    Ran { code: ran.status.code(), out: ran.stdout, told }
}

/// A packet as files in a folder, as an applicant has it.
pub(crate) fn in_folder(given: &Given) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let list = format!("{:#}", given.list);
    std::fs::write(folder.path().join("packet.json"), list).expect("written");
    for (name, bytes) in &given.files {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    folder
}

pub(super) fn pages(count: usize) -> Vec<u8> {
    let mut paper = Paper::new();
    for _ in 0..count {
        paper.page([0.0, 0.0, 100.0, 100.0], "");
    }
    paper.bytes()
}

/// A PNG that says it is so large, with few bytes behind.
fn boundless(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width, height);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().expect("a header");
    writer.write_chunk(png::chunk::IDAT, b"\x78\x9C\x63").expect("written");
    drop(writer);
    bytes
}

#[test]
fn too_much_is_told_at_once_by_each_file() {
    let item = |title: &str, file: &str| json!({ "kind": 7, "title": title, "file": file });
    let given = Given::sound()
        .with_item(item("厚", "厚.pdf"), pages(2000))
        .with_item(item("大", "大.png"), boundless(20_000, 10_000))
        .with_item(item("满", "满.pdf"), pages(301));
    let problems = given.refused(&app(), ONE);
    let found: Vec<_> = problems.to_mend().collect();
    let told: Vec<(&str, &str)> =
        found.iter().map(|it| (it.code.as_str(), it.pointer.as_str())).collect();
    assert_eq!(
        told,
        [
            ("attachment.too-many-pages", "/attachments/3/file"),
            ("attachment.too-many-pixels", "/attachments/4/file"),
            ("attachment.too-many-pages", "/attachments/5/file"),
        ]
    );
    for (problem, parts) in found.iter().zip([
        ["厚.pdf", "2000 页", "300 页", "limits.attachment_pages"],
        ["大.png", "20000 万像素", "6400 万像素", "limits.attachment_megapixels"],
        ["满.pdf", "301 页", "300 页", "pages"],
    ]) {
        for part in parts {
            assert!(problem.sentence.contains(part), "{part}: {}", problem.sentence);
        }
    }
    // Some pages of a thick file are as good as those of a thin one.
    let mut item = item("厚", "厚.pdf");
    item["pages"] = json!("1999-2000");
    let packed = Given::sound().with_item(item, pages(2000)).packed(&app(), ONE);
    let bound = Bound::of(&packed.bytes);
    assert_eq!(bound.start("附件（7）厚") + 2, bound.pages.len());
    // More files than anybody attaches.
    let mut given = Given::sound();
    for _ in 0..200 {
        given = given.listed(json!({ "kind": 7, "file": "甲.png" }));
    }
    match given.received("甲.png", png(&Corners::of(4, 4))).pack(&app(), ONE) {
        Err(Refusal::OverLimit(sentence)) => {
            assert!(sentence.contains("203 个") && sentence.contains("200 个"), "{sentence}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_program_packs_and_says_what_it_did() {
    let folder = in_folder(&Given::sound());
    let made = folder.path().join("申报.zip");
    let ran = packet(folder.path(), &["-o", &made.to_string_lossy()]);
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    for part in ["附件（1）有", "附件（5）不适用", "创建情况报告共 1600 字", "3 份", "长边翻转"]
    {
        assert!(ran.told.contains(part), "{part}: {}", ran.told);
    }
    // To standard output, the same bytes and no remarks.
    let streamed = packet(folder.path(), &["-o", "-"]);
    assert_eq!(streamed.code, Some(0), "{}", streamed.told);
    assert!(streamed.out == std::fs::read(&made).expect("written"));
    assert_eq!(streamed.told, "");
    // Files in processes of their own or in this one: the same bytes.
    let options = super::PackOptions::default();
    let text = std::fs::read(folder.path().join("packet.json")).expect("the list");
    let here = app().pack(&text, chengwen::app::Files::Folder(folder.path()), options);
    assert!(here.expect("packed").bytes == streamed.out);
}

#[test]
fn the_program_refuses_with_one_and_writes_nothing() {
    let given = Given::sound().without(1).with(7, "空.pdf", Vec::new());
    let folder = in_folder(&given);
    let made = folder.path().join("申报.zip");
    let path = made.to_string_lossy();
    let ran = packet(folder.path(), &["-o", &path]);
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    for part in ["空.pdf", "0 字节", "缺少附件（1）"] {
        assert!(ran.told.contains(part), "{part}: {}", ran.told);
    }
    assert!(!made.exists() && ran.out.is_empty());
    // As a draft it is written, and what is wrong is told all the same.
    let ran = packet(folder.path(), &["-o", &path, "--draft"]);
    assert_eq!(ran.code, Some(0), "{}", ran.told);
    assert!(
        ran.told.contains("缺少附件（1）")
            && ran.told.contains("草稿，还有 2 个问题，不能用于申报"),
        "{}",
        ran.told
    );
    for (arguments, part) in [
        (&["-o", "x.doc"][..], ".zip"),
        (&["-o", "x.pdf", "--sides", "manual"], "zip"),
        (&["-o", "x.pdf", "--copies", "12"], "1 至 9"),
        (&["-o", "x.pdf", "--copies-as", "both"], "pages"),
        (&[], "缺少"),
    ] {
        let ran = packet(folder.path(), arguments);
        assert_eq!(ran.code, Some(1), "{arguments:?}: {}", ran.told);
        assert!(ran.told.contains(part), "{arguments:?}: {}", ran.told);
    }
    assert!(!root().join("x.pdf").exists() && !root().join("x.doc").exists());
}

#[test]
fn limits_are_settings() {
    // 62 MB unpacked, and some more to be brought down; few bytes as a file.
    let given = Given::sound().with(7, "大.png", grey(7900, 7900)).with(7, "厚.pdf", pages(3));
    let folder = in_folder(&given);
    let made = folder.path().join("申报.pdf");
    let path = made.to_string_lossy();
    let usual = ["-o", &path, "--copies", "1"];
    for (settings, told) in [
        (
            &["limits.attachment_pages=2", "limits.attachment_megapixels=9"][..],
            &[
                ("厚.pdf", "2 页的限度（limits.attachment_pages）"),
                ("大.png", "6241 万像素，超过 900 万像素的限度（limits.attachment_megapixels）"),
            ][..],
        ),
        (
            &["limits.attachment_memory_mib=64"],
            &[("大.png", "64 MiB 的限度（limits.attachment_memory_mib）")],
        ),
        (
            &["limits.attachment_seconds=0.1"],
            &[("大.png", "0.1 秒的限度（limits.attachment_seconds）")],
        ),
    ] {
        let set: Vec<&str> = settings.iter().flat_map(|setting| ["--set", setting]).collect();
        let ran = packet(folder.path(), &[&usual[..], &set].concat());
        assert_eq!(ran.code, Some(1), "{settings:?}: {}", ran.told);
        for (file, part) in told {
            let line = ran.told.lines().find(|line| line.contains(part));
            let line = line.unwrap_or_else(|| panic!("{part}: {}", ran.told));
            assert!(line.contains(file), "{line}");
        }
        assert!(!made.exists());
    }
    // So is the resolution of print.
    let folder = in_folder(&Given::sound().with(7, "甲.png", png(&Corners::of(800, 1200))));
    let coarse = ["--set", "limits.print_resolution=72"];
    let [fine, coarse] = [&usual[..], &[&usual[..], &coarse].concat()].map(|arguments| {
        let ran = packet(folder.path(), arguments);
        assert_eq!(ran.code, Some(0), "{}", ran.told);
        std::fs::metadata(&made).expect("written").len()
    });
    assert!(coarse < fine, "{coarse} {fine}");
}

#[test]
fn what_is_wrong_with_one_file_is_told_beside_the_others() {
    // A stopped process takes no other file with it.
    let given = Given::sound()
        .with(7, "密.jpg", b"\xFF\xD8\xFF\xE0 broken".to_vec())
        .with(7, "厚.pdf", pages(301))
        .listed(json!({ "kind": 7, "file": "没有.pdf" }));
    let folder = in_folder(&given.clone().with(7, "大.png", grey(7900, 7900)));
    let arguments = ["-o", "-", "--set", "limits.attachment_memory_mib=64"];
    let ran = packet(folder.path(), &arguments);
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    for part in ["大.png", "limits.attachment_memory_mib", "密.jpg", "厚.pdf", "没有.pdf"] {
        assert!(ran.told.contains(part), "{part}: {}", ran.told);
    }
    assert!(ran.out.is_empty());
    // In this process, where nothing is stopped, the same but for the one that was.
    let problems = given.refused(&app(), ONE);
    assert_eq!(
        codes(&problems),
        ["attachment.damaged", "attachment.too-many-pages", "attachment.absent"]
    );
}

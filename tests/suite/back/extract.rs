//! Records taken out of files as they were put in, and files that have none.

use chengwen::app::{App, Input, Options, Refusal, extract};
use chengwen::finish::read_back;
use chengwen::typeset::Standard;
use serde_json::{Value, json};

use super::{declare, file, load, printed, saved, stranger, with_record};
use crate::command_line::chengwen;
use crate::support::{app, render, run, sample, samples};

/// Why nothing is taken out of a file.
#[track_caller]
fn refused(pdf: &[u8]) -> String {
    match extract(pdf) {
        Err(Refusal::Usage(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn every_record_comes_back_byte_for_byte() {
    let app = app();
    let mut seen = 0;
    for sample in samples(&app) {
        let document = app.catalog().document(&sample.document).expect("known");
        let made = render(&app, &sample.document, &sample.record(), Options::default()).bytes;
        if !document.manifest.carry {
            assert!(refused(&made).contains("没有随附数据"), "{}", sample.name);
            continue;
        }
        let embedded = read_back(&made).expect("readable").carried;
        let record = extract(&made).expect("a record");
        assert_eq!(Some(&record), embedded.values().next(), "{}", sample.name);
        let read: Value = serde_json::from_slice(&record).expect("JSON");
        assert_eq!(read, sample.record(), "{}", sample.name);
        seen += 1;
    }
    assert!(seen >= 12, "{seen}");
}

#[test]
fn the_program_gives_the_record_and_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    let pdf = printed(&app(), "shanxi-application");
    let path = file(&folder, "a.pdf", &pdf);
    let ran = chengwen(&["extract", &path.to_string_lossy()]);
    assert_eq!((ran.code, ran.told.as_str()), (0, ""));
    assert_eq!(ran.out, extract(&pdf).expect("a record"));
    // No home is needed, and none is looked at.
    let nowhere = folder.path().to_string_lossy().into_owned();
    let ran = chengwen(&["extract", &path.to_string_lossy(), "--home", &nowhere]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    let path = file(&folder, "b.pdf", &pdf[..pdf.len() / 2]);
    let ran = chengwen(&["extract", &path.to_string_lossy()]);
    assert_eq!((ran.code, ran.out.len()), (1, 0));
    assert!(ran.told.contains("b.pdf") && ran.told.contains("已损坏"), "{}", ran.told);
}

fn parts(app: &App) -> [(&'static str, Vec<u8>); 2] {
    ["shanxi-application", "shanxi-commitment"]
        .map(|name| (name, extract(&printed(app, name)).expect("a record")))
}

#[test]
fn a_packets_records_stand_under_their_documents() {
    let parts = parts(&app());
    let mut packet = stranger();
    let described = |name: &str| format!("packet; {name}; template sha256:00; copies=1");
    for (name, record) in &parts {
        let id = name.replace('-', "/");
        declare(&mut packet, &format!("{name}.json"), &described(&id), record);
    }
    let both = extract(&saved(packet.clone())).expect("records");
    let texts = parts.each_ref().map(|(_, record)| String::from_utf8_lossy(record));
    let [form, letter] = texts;
    let wanted = format!("{{\"shanxi/application\":{form},\"shanxi/commitment\":{letter}}}");
    assert_eq!(String::from_utf8_lossy(&both), wanted);
    // One alone stands under its document too.
    let mut one = stranger();
    declare(&mut one, "shanxi-application.json", &described("shanxi/application"), &parts[0].1);
    let one: Value =
        serde_json::from_slice(&extract(&saved(one)).expect("a record")).expect("JSON");
    assert_eq!(one["shanxi/application"]["name"], json!("太原市迎泽区晋味源食品有限公司"));
    // Which of two is meant, nobody can tell.
    declare(&mut packet, "shanxi-application.json", &described("shanxi/application"), b"{}");
    assert!(refused(&saved(packet)).contains("两份 shanxi/application"));
}

#[test]
fn what_a_file_does_not_declare_as_a_record_is_none() {
    let source = "shanxi/application; template sha256:00";
    for (name, description) in [
        ("x.json", "a table"),
        ("x.json", source),
        ("shanxi-application.json", "shanxi/application"),
        ("shanxi-commitment.json", source),
        ("shanxi-application.json", "packets; shanxi/application; template sha256:00"),
    ] {
        let mut pdf = stranger();
        declare(&mut pdf, name, description, b"{}");
        let why = refused(&saved(pdf));
        assert!(why.contains("不是本程序生成的"), "{name} {description}: {why}");
    }
    // Embedded, but not declared by the catalog.
    let mut pdf = load(&printed(&app(), "shanxi-application"));
    pdf.catalog_mut().expect("a catalog").remove(b"AF");
    assert!(refused(&saved(pdf)).contains("没有随附数据"));
}

#[test]
fn files_without_a_record_are_told_apart() {
    let app = app();
    let sound = printed(&app, "shanxi-application");
    let record = sample(&app, "shanxi-application").record();
    let with = |standard| Options { standard: Some(standard), ..Options::default() };
    let plain = render(&app, "shanxi/application", &record, with(Standard::A2u)).bytes;
    let of =
        |input| app.render("shanxi/application", input, Options::default()).expect("made").bytes;
    for pdf in [plain, of(Input::Blank(None)), of(Input::Unfinished(b"{}"))] {
        assert!(refused(&pdf).contains("由本程序生成，但没有随附数据"));
    }
    assert!(refused(&saved(stranger())).contains("不是本程序生成的"));
    for bytes in [&b""[..], b"{}", b"\xFF\xD8\xFF\xE0JFIF", b"PK\x03\x04"] {
        assert!(refused(bytes).contains("不是 PDF"));
    }
    assert!(refused(&sound[..sound.len() / 2]).contains("已损坏"));
    assert!(refused(&with_record(&sound, |record| record[..40].to_vec())).contains("已损坏"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "a.pdf", &sound);
    let locked = folder.path().join("locked.pdf");
    let [path, to] = [&path, &locked].map(|path| path.to_string_lossy().into_owned());
    assert!(run("qpdf", &["--encrypt", "user", "owner", "256", "--", &path, &to]).status.success());
    assert!(refused(&std::fs::read(&locked).expect("readable")).contains("有打开密码"));
}

#[test]
fn a_file_that_breaks_off_gives_its_record_or_nothing() {
    let sound = printed(&app(), "shanxi-application");
    let record = extract(&sound).expect("a record");
    for cut in 1..40 {
        let length = sound.len() * cut / 40;
        assert!(refused(&sound[..length]).contains("已损坏"), "cut at {cut}/40");
    }
    for lost in [1, 10, 30, 100] {
        match extract(&sound[..sound.len() - lost]) {
            Ok(found) => assert_eq!(found, record, "{lost} bytes lost"),
            Err(Refusal::Usage(why)) => assert!(why.contains("已损坏"), "{lost} bytes lost: {why}"),
            Err(other) => panic!("{other:?}"),
        }
    }
}

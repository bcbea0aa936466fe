//! Whether a paper says what its record says.

use chengwen::app::{App, Options, Sides, Verdict, extract};
use chengwen::packet::unpack;
use lopdf::{Object, Stream, dictionary};

use super::{declare, file, load, printed, saved, with_record};
use crate::command_line::chengwen;
use crate::homes::Spoilt;
use crate::support::{app, app_at, render, run, sample, samples};

fn only(app: &App, pdf: &[u8]) -> Verdict {
    let mut verdicts = app.verify(pdf).unwrap_or_else(|refusal| panic!("{refusal:?}")).verdicts;
    assert_eq!(verdicts.len(), 1);
    verdicts.remove(0)
}

#[test]
fn every_paper_agrees_with_its_record() {
    let app = app();
    for sample in samples(&app) {
        if app.catalog().document(&sample.document).expect("known").manifest.carry {
            let made = render(&app, &sample.document, &sample.record(), Options::default());
            let verdict = only(&app, &made.bytes);
            assert_eq!(verdict.differences, [""; 0], "{}", sample.name);
            assert_eq!((verdict.agreements.len(), verdict.remarks.len()), (3, 0));
        }
    }
}

#[test]
fn however_it_was_printed() {
    let app = app();
    let record = sample(&app, "shanxi-application.longest").record();
    let made = |options| render(&app, "shanxi/application", &record, options).bytes;
    for (sides, copies) in [(Sides::One, 1), (Sides::Short, 3), (Sides::Long, 5)] {
        let options = Options { sides: Some(sides), copies, ..Options::default() };
        assert_eq!(only(&app, &made(options)).differences, [""; 0], "{sides:?}");
    }
    let manual = Options { sides: Some(Sides::Manual), ..Options::default() };
    let zip = made(manual);
    for half in ["正面.pdf", "背面.pdf"] {
        let pdf = unpack(&zip, half).expect("a half");
        assert_eq!(only(&app, &pdf).differences, [""; 0], "{half}");
    }
}

#[test]
fn a_changed_record_is_found_by_digest_and_page() {
    let app = app();
    let pdf = printed(&app, "shanxi-application");
    let changed = with_record(&pdf, |record| {
        let record = String::from_utf8(record).expect("UTF-8");
        record.replace("柳巷北路88号", "柳巷北路89号").into_bytes()
    });
    let verdict = only(&app, &changed);
    let told = verdict.differences.join("\n");
    assert!(told.contains("第1页印的摘要是") || told.contains("第2页印的摘要是"), "{told}");
    assert!(told.contains("88号") && told.contains("89号"), "{told}");
    let folder = tempfile::tempdir().expect("a folder");
    let path = file(&folder, "a.pdf", &changed);
    let ran = chengwen(&["extract", "--verify", &path.to_string_lossy()]);
    assert_eq!((ran.code, ran.out.len()), (1, 0), "{}", ran.told);
    assert!(ran.told.contains("不一致 shanxi/application") && ran.told.contains("未通过"));
    let path = file(&folder, "b.pdf", &pdf);
    let ran = chengwen(&["extract", "--verify", &path.to_string_lossy()]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    assert_eq!(ran.out, extract(&pdf).expect("a record"));
    // A record that is no longer one.
    let broken = only(&app, &with_record(&pdf, |_| b"{\"name\": 1}".to_vec()));
    assert!(broken.differences[1].contains("未通过本机的检查"), "{:?}", broken.differences);
}

#[test]
fn a_changed_page_is_found() {
    let app = app();
    let mut pdf = load(&printed(&app, "shanxi-application"));
    let page = pdf.get_pages()[&2];
    let content = pdf.get_page_content(page);
    pdf.change_page_content(page, content[..content.len() / 2].to_vec()).expect("changed");
    let told = only(&app, &saved(pdf)).differences.join("\n");
    assert!(told.contains("第2页"), "{told}");
    let mut pdf = load(&printed(&app, "shanxi-application"));
    pdf.delete_pages(&[3]);
    let told = only(&app, &saved(pdf)).differences.join("\n");
    assert!(told.contains("原件共 3 页，重印的是 4 页"), "{told}");
}

#[test]
fn another_template_is_told_and_another_home_knows_nothing() {
    let pdf = printed(&app(), "shanxi-commitment");
    let home = Spoilt::new();
    let letter = "templates/shanxi/commitment/document.toml";
    home.spoil(letter, "carry = true", "carry = true # as before");
    let other = app_at(home.folder.path()).expect("sound");
    let verdict = only(&other, &pdf);
    assert_eq!(verdict.differences, [""; 0]);
    assert!(verdict.remarks[0].contains("模板"), "{:?}", verdict.remarks);
    home.spoil(letter, "各级市场监督管理部门", "市场监督管理部门");
    let other = app_at(home.folder.path()).expect("sound");
    let told = only(&other, &pdf).differences.join("\n");
    assert!(told.contains("第1页") && told.contains("各级市场监督管理部门"), "{told}");
    let home = Spoilt::new();
    // The one, and the other that is made from it.
    for name in ["summary", "notice"] {
        for sample in std::fs::read_dir(home.path("samples")).expect("samples").flatten() {
            let own = format!("shanxi-{name}");
            if sample.file_name().to_string_lossy().starts_with(&own) {
                std::fs::remove_file(sample.path()).expect("removed");
            }
        }
        let folder = home.path(&format!("templates/shanxi/{name}"));
        std::fs::remove_dir_all(folder).expect("removed");
    }
    let other = app_at(home.folder.path()).expect("sound");
    let pdf = printed(&app(), "shanxi-summary");
    let verdict = only(&other, &pdf);
    assert!(verdict.differences[0].contains("本机没有这份文书"), "{verdict:?}");
}

/// A print file of a packet: form and letter twice, with marks in the margins of every page.
fn packet(app: &App) -> lopdf::Document {
    let folder = tempfile::tempdir().expect("a folder");
    let names = ["shanxi-application", "shanxi-commitment"];
    let parts = names.map(|name| (name, printed(app, name)));
    let paths = parts.each_ref().map(|(name, pdf)| file(&folder, name, pdf));
    let [form, letter] = paths.map(|path| path.to_string_lossy().into_owned());
    let to = folder.path().join("packet.pdf").to_string_lossy().into_owned();
    let joined = ["--empty", "--pages", &form, &letter, &form, &letter, "--", &to];
    assert!(run("qpdf", &joined).status.success());
    let mut packet = load(&std::fs::read(&to).expect("readable"));
    let font = packet.add_object(dictionary! {
        "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica",
        "Encoding" => "WinAnsiEncoding",
    });
    for (number, page) in packet.get_pages() {
        let mark = format!("q BT /Mark 8 Tf 90 820 Td (Copy {number}) Tj 0 -805 Td (x) Tj ET Q");
        let mark = packet.add_object(Stream::new(dictionary! {}, mark.into_bytes()));
        let resources = packet.get_or_create_resources(page).expect("resources");
        let mut fonts =
            resources.as_dict().expect("a dictionary").get(b"Font").cloned().expect("fonts");
        if let Ok(id) = fonts.as_reference() {
            fonts = packet.get_object(id).expect("fonts").clone();
        }
        fonts.as_dict_mut().expect("fonts").set("Mark", font);
        let resources = packet.get_or_create_resources(page).expect("resources");
        resources.as_dict_mut().expect("a dictionary").set("Font", fonts);
        let own = packet.get_dictionary_mut(page).expect("a page");
        let content = own.get(b"Contents").expect("content").clone();
        let mut content = content.as_array().cloned().unwrap_or_else(|_| vec![content]);
        content.push(Object::Reference(mark));
        own.set("Contents", content);
    }
    for (name, pdf) in &parts {
        let id = name.replace('-', "/");
        let described = described(pdf);
        assert!(described.starts_with(&id));
        let record = extract(pdf).expect("a record");
        let name = format!("{name}.json");
        declare(&mut packet, &name, &format!("packet; {described}"), &record);
    }
    packet
}

/// The description of the record that a file carries.
fn described(pdf: &[u8]) -> String {
    let records = chengwen::finish::carried_records(pdf).expect("a record");
    records[0].description.clone()
}

#[test]
fn a_packets_parts_are_found_in_their_file() {
    let app = app();
    let packet = packet(&app);
    let verdicts = app.verify(&saved(packet.clone())).expect("no fault").verdicts;
    assert_eq!(verdicts.len(), 2);
    for verdict in verdicts {
        assert_eq!(verdict.differences, [""; 0], "{}", verdict.document);
        assert_eq!(verdict.agreements.len(), 3);
    }
    // The letter's first page stands on page 5, and in the second copy on page 10 or later.
    let mut spoilt = packet;
    let pages = spoilt.get_pages();
    let last = pages[&u32::try_from(pages.len()).expect("few")];
    let first_of_the_letter = pages[&5];
    for page in [last, first_of_the_letter] {
        let content = spoilt.get_page_content(page);
        spoilt.change_page_content(page, content[..content.len() / 2].to_vec()).expect("changed");
    }
    let verdicts = app.verify(&saved(spoilt)).expect("no fault").verdicts;
    assert_eq!(verdicts[0].differences, [""; 0]);
    assert!(!verdicts[1].differences.is_empty(), "{:?}", verdicts[1]);
    assert!(verdicts[1].differences[0].contains('第'), "{:?}", verdicts[1]);
}

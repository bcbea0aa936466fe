//! Broken homes: every fault of an owner's files is told with file and line when they are opened.

use std::fs;
use std::path::{Path, PathBuf};

use crate::support::{app_at, root};

/// A copy of the home whose files may be spoilt; fonts are linked, not copied.
pub(crate) struct Spoilt {
    pub(crate) folder: tempfile::TempDir,
}

impl Spoilt {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for part in ["templates", "samples"] {
            copy(&root().join(part), &folder.path().join(part));
        }
        let fonts = folder.path().join("fonts");
        fs::create_dir(&fonts).expect("made");
        for entry in fs::read_dir(root().join("fonts")).expect("fonts").flatten() {
            let target = fonts.join(entry.file_name());
            if entry.path().is_file() && fs::hard_link(entry.path(), &target).is_err() {
                fs::copy(entry.path(), &target).expect("copied");
            }
        }
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Replaces the first occurrence of a text in a file; gives the line on which it stood.
    pub(crate) fn spoil(&self, name: &str, old: &str, new: &str) -> usize {
        let path = self.path(name);
        let text = fs::read_to_string(&path).expect("readable");
        let at = text.find(old).unwrap_or_else(|| panic!("{name} has no {old}"));
        // The font files are links: never write through one.
        fs::remove_file(&path).expect("removed");
        fs::write(&path, text.replacen(old, new, 1)).expect("written");
        text[..at].lines().count().max(1)
            + usize::from(text[..at].ends_with('\n') && !text[..at].is_empty())
    }

    /// Copies a programme with its samples under another name.
    pub(crate) fn copied(&self, name: &str, other: &str) {
        let within = |folder: &str, name: &str| self.path(&format!("{folder}/{name}"));
        let renamed = |path: &Path| {
            let text = fs::read_to_string(path).expect("readable");
            let text = text.replace(&format!("\"{name}/"), &format!("\"{other}/"));
            let programme = |name: &str| format!("\"programme\": \"{name}\"");
            fs::write(path, text.replace(&programme(name), &programme(other))).expect("written");
        };
        for folder in ["templates", "samples/packets"] {
            copy(&within(folder, name), &within(folder, other));
        }
        renamed(&within("samples/packets", other).join("packet.json"));
        for folder in fs::read_dir(within("templates", other)).expect("a folder").flatten() {
            let manifest = folder.path().join("document.toml");
            if manifest.is_file() {
                renamed(&manifest);
            }
        }
        for entry in fs::read_dir(self.path("samples")).expect("samples").flatten() {
            let file = entry.file_name().to_string_lossy().into_owned();
            if let Some(rest) = file.strip_prefix(&format!("{name}-")) {
                fs::copy(entry.path(), within("samples", &format!("{other}-{rest}")))
                    .expect("copied");
            }
        }
    }

    pub(crate) fn faults(&self) -> String {
        match app_at(self.folder.path()) {
            Ok(_) => panic!("the spoilt home was opened"),
            Err(faults) => faults.to_string(),
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("a folder").flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("copied");
        }
    }
}

/// Spoils one place and expects one fault that names file, line and what is wrong.
#[track_caller]
pub(crate) fn expect(name: &str, old: &str, new: &str, told: &[&str]) {
    let home = Spoilt::new();
    let line = home.spoil(name, old, new);
    let faults = home.faults();
    let place = format!("{name}:{line}");
    assert!(faults.contains(&place), "{place} not in\n{faults}");
    for part in told {
        assert!(faults.contains(part), "{part} not in\n{faults}");
    }
}

const DOCUMENT: &str = "templates/shanxi/application/document.toml";
const LETTER: &str = "templates/shanxi/commitment/document.toml";
const RULES: &str = "templates/shanxi/application/rules.toml";
const SCHEMA: &str = "templates/shanxi/application/schema.json";
const PROGRAMME: &str = "templates/shanxi/programme.toml";

#[test]
fn a_copy_of_the_home_opens() {
    assert!(app_at(Spoilt::new().folder.path()).is_ok());
}

#[test]
fn manifests() {
    expect(DOCUMENT, "carry = true", "carries = true", &["carries"]);
    expect(DOCUMENT, "{{ name }}", "{{ nmae }}", &["file_name", "nmae"]);
    expect(DOCUMENT, "\"/filled_on\"", "\"/filled\"", &["/filled"]);
    expect(LETTER, "{{ name }}{% else %}", "{{ naame }}{% else %}", &["opening_unit", "naame"]);
    expect(LETTER, "{% if return_days %}；", "{% if return_days ；", &["articles_unit"]);
    expect(PROGRAMME, "\"2023-06-25\"", "\"2023-06-31\"", &["issued"]);
    expect(PROGRAMME, "\"140000\"", "\"14\"", &["province"]);
}

#[test]
fn a_programme_may_replace_a_sentence_but_only_one_that_exists() {
    let home = Spoilt::new();
    let path = home.path(PROGRAMME);
    let text = fs::read_to_string(&path).expect("readable");
    let with = |sentences: &str| {
        fs::write(&path, format!("{text}\n[sentences.commitment]\n{sentences}\n"))
            .expect("written");
    };
    with("addressee = \"太原市市场监督管理局：\"");
    let app = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let sample = crate::support::sample(&app, "shanxi-commitment");
    let made = crate::support::render(&app, &sample.document, &sample.record(), Default::default());
    let page = crate::support::squeezed(&crate::support::text_of(&made.bytes)[0]);
    assert!(page.contains("太原市市场监督管理局："), "{page}");

    with("adressee = \"某局：\"");
    assert!(home.faults().contains("commitment.adressee"), "{}", home.faults());
    with("addressee = \"{{ mayor }}：\"");
    let faults = home.faults();
    let line = text.lines().count() + 3;
    assert!(
        faults.contains(&format!("programme.toml:{line}")) && faults.contains("mayor"),
        "{faults}"
    );
}

#[test]
fn schemas() {
    expect(SCHEMA, "\"filled_on\": { \"title\"", "\"filled_on\": { \"titel\"", &["titel"]);
    expect(SCHEMA, "\"minItems\": 1", "\"minItems\": \"one\"", &["minItems"]);
    expect(SCHEMA, "$defs/body_name", "$defs/body_nmae", &["body_nmae"]);
    expect(SCHEMA, "\"format\": \"printable\"", "\"format\": \"printible\"", &["printible"]);
    expect(SCHEMA, "\"name\": {", "\"name\" {", &["JSON"]);
    let common = "templates/lib/schema/common.json";
    expect(common, "\"maxLength\": 60", "\"maxLength\": -60", &["maxLength"]);
}

#[test]
fn rules() {
    expect(
        RULES,
        "require = \"category.other\"",
        "require = \"category.othr\"",
        &["category.othr"],
    );
    expect(RULES, "[5:] <= programme", "[5: <= programme", &["deadline.cultivation"]);
    expect(RULES, "at = \"/postcode\"", "at = \"/post\"", &["/post"]);
    expect(RULES, "level = \"problem\"", "level = \"error\"", &["error"]);
    expect(RULES, "code = \"dates.order\"", "code = \"category.other-text\"", &["重复"]);
}

#[test]
fn layouts_and_fonts() {
    let style = "templates/lib/style.typ";
    expect(style, "#let base(body) = {", "#let base(body) = {{", &["语法错误"]);
    expect(style, "font: 字体.仿宋,", "font: \"STFangsong\",", &["STFangsong"]);
    expect("fonts/roles.toml", "GW Biaosong", "GW Biaosnog", &["GW Biaosnog"]);
    expect(
        "templates/lib/data/regions.csv",
        "140105,太原市,小店区,县级",
        "140105,太原市,小店区,县",
        &["级别"],
    );
}

#[test]
fn slips_that_a_reader_would_pass_over() {
    expect(
        SCHEMA,
        "\"required\": [\"kind\", \"subkinds\"]",
        "\"required\": [\"kind\", \"subkind\"]",
        &["subkind"],
    );

    expect(
        RULES,
        "programme.deadlines.cultivation\"",
        "programme.deadlines.cultivatoin\"",
        &["cultivatoin"],
    );
    expect(PROGRAMME, "\"07-31\"", "\"7-31\"", &["MM-DD"]);
    expect(DOCUMENT, "dated_by = \"/filled_on\"", "dated_by = \"/remarks\"", &["必填"]);
    expect(
        "templates/lib/style.typ",
        "    font: 字体.仿宋,",
        "    font: (\"STFangsong\", \"GW Kai\"),",
        &["STFangsong"],
    );
    expect(
        LETTER,
        "\"示范行业\" = { category = { kind",
        "\"示范行业\" = { category = { kinds",
        &["category.kinds"],
    );
    let home = Spoilt::new();
    home.spoil(PROGRAMME, "\"140000\"", "\"990000\"");
    assert!(home.faults().contains("990000"), "{}", home.faults());
    let home = Spoilt::new();
    fs::write(home.path("samples/shanxi-foo.json"), "{}").expect("written");
    assert!(home.faults().contains("shanxi-foo"), "{}", home.faults());
    let home = Spoilt::new();
    fs::remove_file(home.path(DOCUMENT)).expect("removed");
    assert!(home.faults().contains("缺少 document.toml"), "{}", home.faults());
}

#[test]
fn a_landscape_document_stands_across_with_its_digest() {
    let home = Spoilt::new();
    home.spoil(LETTER, "sides = \"duplex\"", "orientation = \"landscape\"\nsides = \"duplex\"");
    home.spoil(LETTER, "addressee = \"各级", "addressee = \"＿＿各级");
    let app = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let sample = crate::support::sample(&app, "shanxi-commitment");
    let made = crate::support::render(&app, &sample.document, &sample.record(), Default::default());
    let file = chengwen::finish::read_back(&made.bytes).expect("readable");
    assert!(file.pages.iter().all(|page| page.width > page.height));
}

#[test]
fn even_pages_of_a_landscape_document_have_their_head_at_the_outer_side() {
    let home = Spoilt::new();
    home.spoil(LETTER, "sides = \"duplex\"", "orientation = \"landscape\"\nsides = \"duplex\"");
    // One page after the other with the same line at its head.
    home.spoil(
        "templates/shanxi/commitment/document.typ",
        "  show: 正文\n",
        "  show: 正文\n  for _ in range(3) { par(first-line-indent: 0pt)[页首]; pagebreak() }\n",
    );
    let app = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let sample = crate::support::sample(&app, "shanxi-commitment");
    let heads = |sides| {
        let options = chengwen::app::Options { sides, ..Default::default() };
        let made = crate::support::render(&app, &sample.document, &sample.record(), options);
        let path = home.path("heads.pdf");
        fs::write(&path, made.bytes).expect("written");
        let boxes = crate::support::run("pdftotext", &["-bbox", &path.to_string_lossy(), "-"]);
        let boxes = String::from_utf8(boxes.stdout).expect("UTF-8");
        boxes
            .lines()
            .filter(|line| line.contains("页首"))
            .filter_map(|line| line.split("yMin=\"").nth(1)?.split('"').next()?.parse().ok())
            .collect::<Vec<f64>>()
    };
    // 订口 is 28 mm and 切口 26 mm wide: 2 mm are 5.67 pt.
    let both = heads(None);
    assert!((both[0] - both[1] - 5.67).abs() < 0.01 && both[2] == both[0], "{both:?}");
    let one = heads(Some(chengwen::app::Sides::One));
    assert_eq!(one, [both[0]; 3]);
}

#[test]
fn lists_and_what_is_computed() {
    let rules = "templates/shanxi/commitment/rules.toml";
    let schema = "templates/shanxi/commitment/schema.json";
    let holidays = "templates/lib/data/holidays.json";
    expect(LETTER, "sides = ", "distinct = [\"/name\"]\nsides = ", &["many = true"]);
    expect(LETTER, "carry = true", "computed = { x = \"nmae\" }", &["算出的“x”", "nmae"]);
    expect(LETTER, "carry = true", "computed = { x = \"1 +\" }", &["算出的“x”", "表达式有误"]);
    expect(LETTER, "地处{% if region %}", "地处{{ computed.y }}{% if region %}", &["computed.y"]);
    expect(
        rules,
        "at = \"/return_days\"",
        "each = \"/category\"\nat = \"\"",
        &["不是 schema 中的列表"],
    );
    expect(schema, "\"uniqueItems\": true", "\"distinct\": \"/x\"", &["distinct 用于列表"]);
    expect(holidays, "\"2026-02-14\": \"春节\"", "\"2026-02-13\": \"春节\"", &["不是周末"]);
    expect(holidays, "\"2025-01-01\"", "\"2025-13-01\"", &["不是2025年的日期"]);

    for (file, old, new, told) in [
        (LETTER, "carry = true", "carry = true\nmany = true", "many 与 carry"),
        (schema, "\"uniqueItems\": true", "\"distinct\": [\"/x\"]", "distinct 指向的 /x"),
        (schema, "\"return_days\": {", "\"computed\": {", "字段不能叫 computed"),
    ] {
        let home = Spoilt::new();
        home.spoil(file, old, new);
        assert!(home.faults().contains(told), "{told} not in {}", home.faults());
    }
}

#[test]
fn a_sentence_that_needs_an_optional_field_is_found() {
    let home = Spoilt::new();
    home.spoil(LETTER, "closing_unit = \"", "closing_unit = \"{{ return_days }}日内，");
    let app = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let faults = app.check_all(&mut |_| {}).expect_err("a fault").to_string();
    assert!(faults.contains("不填 /return_days 时") && faults.contains("closing_unit"), "{faults}");
}

#[test]
fn nesting_to_the_limit_does_not_overflow_the_stack() {
    // Typst stops calls nested 80 deep; the thread must live to hear of it.
    let home = Spoilt::new();
    home.spoil(
        "templates/shanxi/commitment/document.typ",
        "  show: 正文\n",
        "  show: 正文\n  let deep(n) = if n == 0 [底] else { block(inset: 0.1pt, grid(table(deep(n - 1)))) }\n  deep(400)\n",
    );
    let app = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let sample = crate::support::sample(&app, "shanxi-commitment");
    let refused =
        crate::support::try_render(&app, &sample.document, &sample.record(), Default::default());
    let told = format!("{:?}", refused.expect_err("nested too deep"));
    assert!(told.contains("depth exceeded"), "{told}");
    // The program goes on as before.
    let other = crate::support::sample(&app, "shanxi-application");
    crate::support::render(&app, &other.document, &other.record(), Default::default());
}

#[test]
fn missing_files() {
    let home = Spoilt::new();
    fs::remove_file(home.path("templates/shanxi/commitment/document.typ")).expect("removed");
    fs::remove_file(home.path("templates/shanxi/commitment/rules.toml")).expect("removed");
    for entry in fs::read_dir(home.path("samples")).expect("samples").flatten() {
        if entry.file_name().to_string_lossy().starts_with("shanxi-commitment") {
            fs::remove_file(entry.path()).expect("removed");
        }
    }
    let faults = home.faults();
    for part in ["document.typ", "rules.toml", "没有样例"] {
        assert!(faults.contains(part), "{part} not in\n{faults}");
    }
}

#[test]
fn a_damaged_font_is_found() {
    let home = Spoilt::new();
    let path = home.path("fonts/LiberationSerif-Regular.ttf");
    let mut bytes = fs::read(&path).expect("readable");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::remove_file(&path).expect("removed");
    fs::write(&path, bytes).expect("written");
    let app = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let faults = app.verify_fonts().expect_err("a damaged file").to_string();
    assert!(faults.contains("LiberationSerif-Regular.ttf"), "{faults}");
}

#[test]
fn an_operators_own_face_comes_first_for_its_role() {
    // A face that calls itself by no known name is told as unused, and the home opens all the same.
    let folder = tempfile::tempdir().expect("a folder");
    fs::copy(root().join("fonts/GWKai-Regular.otf"), folder.path().join("own.otf"))
        .expect("copied");
    let places = chengwen::catalog::Places { flag: Some(root()), ..Default::default() };
    let open = |fonts: &Path| {
        let fonts = Some(fonts.to_owned());
        let places = places.clone();
        chengwen::app::App::open(&chengwen::app::Setup { places, fonts, ..Default::default() })
    };
    let app = open(folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(app.catalog().fonts().unused().len(), 1);

    // The same file under a name that the role knows.
    let home = Spoilt::new();
    home.spoil("fonts/roles.toml", "\"KaiTi_GB2312\"", "\"GW Kai\"");
    let places = chengwen::catalog::Places {
        flag: Some(home.folder.path().to_owned()),
        ..Default::default()
    };
    let app = chengwen::app::App::open(&chengwen::app::Setup {
        places,
        fonts: Some(folder.path().to_owned()),
        ..Default::default()
    })
    .unwrap_or_else(|faults| panic!("{faults}"));
    let fonts = app.catalog().fonts();
    let kai = fonts.roles().iter().find(|role| role.name == "楷体").expect("a role");
    assert!(fonts.faces()[kai.chain[0]].brought && fonts.unused().is_empty());
    let sample = crate::support::sample(&app, "shanxi-application.minimal");
    let made = crate::support::render(&app, &sample.document, &sample.record(), Default::default());
    assert_eq!(made.warnings, [""; 0]);
}

#[test]
fn a_home_that_is_not_there_lists_what_was_tried() {
    let empty = tempfile::tempdir().expect("a folder");
    let places = chengwen::catalog::Places {
        current: Some(empty.path().to_owned()),
        executable: Some(empty.path().join("bin/chengwen")),
        ..Default::default()
    };
    let fault = chengwen::catalog::Home::find(&places).expect_err("no home").to_string();
    assert!(fault.contains("当前目录") && fault.contains("share/chengwen"), "{fault}");
    // A home named on purpose is not passed over.
    let places = chengwen::catalog::Places {
        flag: Some(empty.path().to_owned()),
        current: Some(root()),
        ..Default::default()
    };
    assert!(chengwen::catalog::Home::find(&places).is_err());
}

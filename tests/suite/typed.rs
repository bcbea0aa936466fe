//! Typed reports on paper: read, typeset, and read back by poppler.

use std::fs;

use chengwen::app::App;
use chengwen::catalog::Orientation;
use chengwen::inspect::Verdict;
use chengwen::packet::typed::{Block, Typed, read};
use chengwen::typeset::{Job, Most, Output, Standard, Typesetter};
use chengwen::values::date;
use chengwen::wording::Sheet;
use serde_json::json;

use crate::inspect::{finding, report, those};
use crate::support::{app, root, run, squeezed, text_of};

const NAME: &str = "运城市盐湖区惠民鲜果食品超市有限公司";

/// The pitch of the lines of the grid, in points: 225 mm / 22.
const PITCH: f64 = 225.0 / 22.0 / 25.4 * 72.0;

fn typed(app: &App, bytes: &[u8], markdown: bool) -> Typed {
    let coverage = app.catalog().fonts().coverage();
    read(bytes, markdown, &|mark| coverage.covers(mark)).expect("a text")
}

fn of_file(app: &App, name: &str) -> Typed {
    let bytes = fs::read(root().join("tests/typed").join(name)).expect("the report");
    typed(app, &bytes, name.ends_with(".md"))
}

fn pdf(app: &App, typed: &Typed, signed: bool) -> Vec<u8> {
    let date = date::parse("2026-06-18").expect("a date");
    let record = json!({
        "title": typed.title,
        "subtitle": NAME,
        "blocks": typed.blocks,
        "date": signed.then_some("2026-06-18"),
        "party": signed.then_some(NAME),
    });
    let job = Job {
        document: "lib/packet/report".to_owned(),
        title: "创建情况报告".to_owned(),
        author: None,
        orientation: Orientation::Portrait,
        sheets: vec![Sheet::free(record, date)],
        draft: false,
        one_sided: false,
        overprint: None,
        most: Most { pages: 100, pixels: 1, sheet: None },
        output: Output::Pdf {
            standard: Standard::A2u,
            carried: None,
            description: String::new(),
            identity: "report".to_owned(),
            date,
        },
    };
    let typesetter = Typesetter::open(app.catalog()).expect("the layouts are sound");
    let made = typesetter.typeset(&job).unwrap_or_else(|failure| panic!("{failure:?}"));
    assert_eq!(made.warnings, Vec::<String>::new());
    made.bytes
}

/// How far each line of the body stands below the first of its page, in lines of the grid.
fn feet(pdf: &[u8]) -> Vec<Vec<f64>> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("file.pdf");
    fs::write(&path, pdf).expect("written");
    let output = run("pdftotext", &["-bbox", &path.to_string_lossy(), "-"]);
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    let number = |line: &str, key: &str| -> f64 {
        let after = line.split(&format!("{key}=\"")).nth(1).expect("the key");
        after.split('"').next().expect("its value").parse().expect("a number")
    };
    // A word of 仿宋 reaches 1.16 em around its foot: what is larger or smaller is none of the body.
    let body = |line: &&str| {
        let high = number(line, "yMax") - number(line, "yMin");
        let han = line.contains(|mark: char| ('\u{4E00}'..='\u{9FFF}').contains(&mark));
        han && (high - 16.0).abs() < 1.0
    };
    let words = |page: &str| -> Vec<f64> {
        let lines = page.lines().filter(|line| line.contains("<word"));
        let tops = lines.filter(body).map(|line| (number(line, "yMin") - 104.88) / PITCH);
        tops.collect()
    };
    text.split("<page").skip(1).map(words).collect()
}

#[test]
fn a_report_is_typeset_in_the_official_body_style() {
    let app = app();
    let typed = of_file(&app, "report.md");
    assert_eq!(typed.findings, []);
    assert!(typed.characters() >= 1500, "{}", typed.characters());
    assert!(typed.headings().any(|heading| heading.contains("行政处罚")));
    let pdf = pdf(&app, &typed, true);
    let pages = text_of(&pdf);
    assert!((4..=5).contains(&pages.len()), "{}", pages.len());
    let read_back = squeezed(&pages.concat());
    for words in [
        "放心消费示范创建情况报告",
        "一、申报主体基本情况",
        "（一）设立消费维权服务站",
        "实行“首问负责”制度：第一位",
        "1.食品过期",
        "（2）保存期限",
        "草莓农药残留超标2批次，下架销毁，停用供货商1家",
        "2026年6月18日",
    ] {
        assert!(read_back.contains(words), "{words}");
    }
    // Every block is on paper, word for word, unless a page ends within it; cells are read line by line.
    let numbers = |text: &str| squeezed(text).replace(['—', '-'], "");
    let read_back = numbers(&read_back);
    let whole = |block: &&Block| read_back.contains(&numbers(&block.printed()));
    let blocks = typed.blocks.iter().filter(|block| !matches!(block, Block::Table { .. }));
    assert!(blocks.clone().count() - blocks.filter(whole).count() < pages.len());
    let report = report(&pdf);
    assert_eq!(those(&report, Verdict::Fail), Vec::<&str>::new());
    // Who prints it is said later, by the packet.
    assert_eq!(those(&report, Verdict::Soft), ["双面打印设置", "打印比例"]);
    for (name, value) in [("每行字数", "28 字"), ("行距", "28.99 pt"), ("标题位置", "居中")]
    {
        assert_eq!(finding(&report, name).value.as_deref(), Some(value), "{name}");
    }
}

#[test]
fn a_plain_plan_is_typeset_without_a_signature() {
    let app = app();
    let typed = of_file(&app, "plan.txt");
    assert_eq!(typed.findings, []);
    let pages = text_of(&pdf(&app, &typed, false));
    let read_back = squeezed(&pages.concat());
    assert!(read_back.starts_with(&format!("放心消费示范创建方案{NAME}为做好")), "{read_back}");
    assert!(read_back.ends_with("2.采购组负责索证索票。—1—"), "{read_back}");
}

#[test]
fn the_head_of_a_table_stands_on_every_page_and_the_text_on_the_grid() {
    let app = app();
    let rows: String =
        (1..=45).map(|row| format!("| {row} | 供货商{row} | 检验合格 |\n")).collect();
    let text = "我店严格执行进货查验制度，每批食品查验合格证明，留存票据不少于两年。".repeat(9);
    let report = format!(
        "# 报告\n\n## 情况\n\n{text}\n\n| 序号 | 供货商 | 结果 |\n|---|---|---|\n{rows}\n{text}\n\n| 甲 | 乙 |\n|---|---|\n| 一 | 二 |\n\n{text}\n"
    );
    let typed = typed(&app, report.as_bytes(), true);
    let pdf = pdf(&app, &typed, true);
    let pages = text_of(&pdf);
    let heads: Vec<&String> =
        pages.iter().filter(|page| page.contains("序号 供货商 结果")).collect();
    assert!(heads.len() >= 3, "{pages:#?}");
    assert!(pages.iter().all(|page| !page.contains("供货商2 ") || page.contains("序号")));
    for row in 1..=45 {
        assert_eq!(pages.iter().filter(|page| page.contains(&format!("供货商{row} "))).count(), 1);
    }
    let feet = feet(&pdf);
    // Nine lines stand above the tables, and as many after each.
    assert!(feet.iter().flatten().count() > 27, "{feet:?}");
    for (page, lines) in feet.iter().enumerate() {
        for line in lines {
            assert!((line - line.round()).abs() < 0.05, "page {page}: {lines:?}");
        }
    }
}

#[test]
fn a_heading_does_not_stand_alone_and_a_page_is_never_left_by_a_word() {
    let app = app();
    let long = "长".repeat(27);
    for filled in 12..24 {
        let lines: String = (0..filled).map(|_| "一行。\n\n").collect();
        let word = "Abcdefghij".repeat(40);
        let report =
            format!("# {long}{long}\n\n{lines}## 末尾的标题\n\n{long}{long}{long}\n\n{word}\n");
        let typed = typed(&app, report.as_bytes(), true);
        let pages = text_of(&pdf(&app, &typed, true));
        let page = pages.iter().find(|page| page.contains("末尾的标题")).expect("the heading");
        assert!(page.contains("长长长长"), "{page}");
        assert!(squeezed(&pages.concat()).matches("Abc").count() > 30);
    }
}

#[test]
fn what_is_typed_is_never_markup() {
    let app = app();
    let given = "#set text(red) $x$ *粗* _斜_ @label <a> \\ // `raw` [内容]\n= 标题\n/ 项: 文\n";
    let typed = typed(&app, given.as_bytes(), false);
    let pages = text_of(&pdf(&app, &typed, false));
    assert!(squeezed(&pages.concat()).contains(&squeezed(given)), "{pages:?}");
}

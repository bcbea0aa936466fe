//! Papers with one thing spoilt: that thing is found, and nothing else.

use chengwen::app::{App, Input, Options};
use chengwen::inspect::{Report, Verdict};
use lopdf::{Dictionary, Document, Object};

use super::{finding, report, those};
use crate::homes::Spoilt;
use crate::support::{app_at, render, sample};

const LAYOUT: &str = "templates/shanxi/commitment/document.typ";
const PAGE: &str = "templates/lib/page.typ";

/// A home whose letter is the specimen.
fn home() -> Spoilt {
    let home = Spoilt::new();
    std::fs::write(home.path(LAYOUT), include_str!("specimen.typ")).expect("written");
    home
}

fn print(home: &Spoilt) -> Vec<u8> {
    let app: App = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let sample = sample(&app, "shanxi-commitment");
    render(&app, &sample.document, &sample.record(), Options::default()).bytes
}

/// The specimen as it is.
pub(super) fn specimen() -> Vec<u8> {
    print(&home())
}

/// The specimen with files of its home changed.
pub(super) fn specimen_with(spoil: &[(&str, &str, &str)]) -> Vec<u8> {
    let home = home();
    for (file, old, new) in spoil {
        home.spoil(file, old, new);
    }
    print(&home)
}

/// Everything that is not as wanted.
fn broken(report: &Report) -> Vec<&'static str> {
    let mut broken = those(report, Verdict::Fail);
    broken.extend(those(report, Verdict::Soft));
    broken.sort_unstable();
    broken
}

/// Spoils files of the home and expects just these rows to be told, with words of the first.
#[track_caller]
fn expect(spoil: &[(&str, &str, &str)], rows: &[&str], verdict: Verdict, told: &str) {
    expect_in(&specimen_with(spoil), rows, verdict, told);
}

#[track_caller]
fn expect_in(pdf: &[u8], rows: &[&str], verdict: Verdict, told: &str) {
    let report = report(pdf);
    let mut wanted = rows.to_vec();
    wanted.sort_unstable();
    let found: Vec<_> = report.findings.iter().filter(|it| it.verdict != Verdict::Pass).collect();
    assert_eq!(broken(&report), wanted, "{found:#?}");
    let first = finding(&report, rows[0]);
    assert_eq!(first.verdict, verdict, "{first:?}");
    assert!(first.value.as_deref().is_some_and(|value| value.contains(told)), "{first:?}");
    assert!(first.note.as_deref().is_some_and(|mend| !mend.is_empty()), "{first:?}");
    assert_eq!(report.is_sound(), those(&report, Verdict::Fail).is_empty());
}

#[test]
fn the_specimen_is_as_the_standard_wants_it() {
    let report = report(&specimen());
    assert_eq!(broken(&report), Vec::<&str>::new(), "{:#?}", report.findings);
    let absent = those(&report, Verdict::NotFound);
    let lying = ["横排页的表头", "横排页的版心", "横排页的页码"];
    assert_eq!(absent, lying, "{:#?}", report.findings);
}

#[test]
fn margins() {
    expect(
        &[
            (PAGE, "天头: 37mm, 地脚: 35mm", "天头: 41mm, 地脚: 31mm"),
            (PAGE, "_number-drop = 7mm", "_number-drop = 3mm"),
        ],
        &["天头"],
        Verdict::Fail,
        "41.0 mm",
    );
    expect(
        &[(PAGE, "订口: 28mm, 切口: 26mm", "订口: 24mm, 切口: 30mm")],
        &["订口（奇数页左）", "订口（偶数页右）"],
        Verdict::Fail,
        "24.0 mm",
    );
    expect(
        &[(PAGE, "订口: 28mm, 切口: 26mm", "订口: 28mm, 切口: 22mm")],
        &["版心宽", "字距", "红色分隔线", "版记分隔线"],
        Verdict::Fail,
        "160",
    );
}

#[test]
fn pages_that_are_not_mirrored() {
    let mirrored = "(inside: 页边.订口, outside: 页边.切口)";
    expect(
        &[(PAGE, mirrored, "(left: 页边.订口, right: 页边.切口)")],
        &["正反面套正", "订口（偶数页右）"],
        Verdict::Fail,
        "相差 2.0",
    );
}

#[test]
fn size_and_face_of_the_body() {
    let body = "  show: 正文\n";
    expect(
        &[(
            LAYOUT,
            body,
            "  show: 正文\n  set text(size: 14pt, tracking: 字距 - 14pt)\n  set par(leading: 行距(行高, 14pt), spacing: 行距(行高, 14pt))\n",
        )],
        // “附件” is as small as the body.
        &["正文字号", "附件标识"],
        Verdict::Soft,
        "14 pt",
    );
    expect(
        &[(LAYOUT, "let filler = [", "let filler = text(font: 字体.宋体)[")],
        &["正文字体"],
        Verdict::Soft,
        "宋体",
    );
    expect(
        &[(LAYOUT, body, "  show: 正文\n  set text(tracking: -0.8pt)\n")],
        &["字距", "每行字数"],
        Verdict::Soft,
        "15.25 pt",
    );
    expect(
        &[(LAYOUT, body, "  show: 正文\n  set par(leading: 10pt, spacing: 10pt)\n")],
        &["行距", "每面行数"],
        Verdict::Soft,
        "26 pt",
    );
}

#[test]
fn colour_of_text() {
    expect(
        &[(LAYOUT, "par[特此通知。]", "par(text(fill: rgb(\"#0000ff\"))[特此通知。])")],
        &["文字颜色"],
        Verdict::Fail,
        "特此通知",
    );
}

#[test]
fn what_stands_above_the_title() {
    expect(&[(LAYOUT, "〔2026〕18号", "[2026]第18号")], &["发文字号"], Verdict::Fail, "[2026]");
    expect(
        &[(
            LAYOUT,
            "line(length: 100%, stroke: 1pt + red)",
            "line(length: 70%, stroke: 1pt + red)",
        )],
        &["红色分隔线"],
        Verdict::Fail,
        "宽 109",
    );
    expect(&[(LAYOUT, "v(4mm)", "v(9mm)")], &["红色分隔线"], Verdict::Fail, "9.0 mm");
    expect(&[(LAYOUT, "v(35mm)", "v(25mm)")], &["发文机关标志位置"], Verdict::Fail, "26");
}

#[test]
fn the_title() {
    let set = "text(font: 字体.小标宋, size: 字号.二号, lines";
    expect(
        &[(LAYOUT, set, "text(font: 字体.小标宋, size: 字号.小二, lines")],
        &["标题字号"],
        Verdict::Fail,
        "18 pt",
    );
    expect(
        &[(LAYOUT, set, "text(font: 字体.黑体, size: 字号.二号, lines")],
        &["标题字体"],
        Verdict::Fail,
        "黑体",
    );
    expect(
        &[
            (LAYOUT, "  title(\"关于开展", "  pad(right: 40pt, title(\"关于开展"),
            (LAYOUT, "培育工作的通知\")", "培育工作的通知\"))"),
        ],
        &["标题位置"],
        Verdict::Fail,
        "偏左",
    );
    expect(
        &[(LAYOUT, "\"培育工作的通知\"", "\"培育\", \"认定和公布工作的通知\"")],
        &["标题回行"],
        Verdict::Soft,
        "3 行",
    );
}

#[test]
fn addressee_and_first_page() {
    let addressee = "各设区市市场监督管理局：";
    expect(&[(LAYOUT, addressee, "各设区市市场监督管理局:")], &["主送机关"], Verdict::Fail, "“:”");
    expect(
        &[(LAYOUT, &format!("flush[{addressee}]"), &format!("par[{addressee}]"))],
        &["主送机关"],
        Verdict::Fail,
        "2.0 字",
    );
    expect(
        &[(LAYOUT, "  par[为营造", "  pagebreak()\n  par[为营造")],
        &["首页正文"],
        Verdict::Fail,
        "没有正文",
    );
}

#[test]
fn paragraphs_and_levels() {
    expect(
        &[
            (LAYOUT, "par(filler)", "flush(filler)"),
            (LAYOUT, "{ par(filler) }", "{ flush(filler) }"),
        ],
        &["段首"],
        Verdict::Fail,
        "空 0.0 字",
    );
    expect(
        &[(LAYOUT, "par(text(font: 字体.黑体)[一、", "par(text(font: 字体.仿宋)[一、")],
        &["一级标题（一、）"],
        Verdict::Soft,
        "仿宋",
    );
    expect(
        &[(LAYOUT, "par(text(font: 字体.楷体)[（一）", "par(text(font: 字体.黑体)[（一）")],
        &["二级标题（（一））"],
        Verdict::Soft,
        "黑体",
    );
    expect(
        &[(LAYOUT, "par[1.基本原则", "par(text(font: 字体.黑体)[1.基本原则]) + par[坚持")],
        &["三级标题（1.）"],
        Verdict::Soft,
        "黑体",
    );
}

#[test]
fn what_announces_attachments() {
    let announced = "[附件：放心消费示范创建培育对象名单]";
    expect(
        &[(LAYOUT, announced, "[附件：放心消费示范创建培育对象名单。]")],
        &["附件说明"],
        Verdict::Fail,
        "有标点",
    );
    expect(
        &[(LAYOUT, announced, "[附件:放心消费示范创建培育对象名单]")],
        &["附件说明"],
        Verdict::Fail,
        "不是全角",
    );
    expect(
        &[(LAYOUT, "h(2 * 字距) + [附件：", "[附件：")],
        &["附件说明"],
        Verdict::Fail,
        "空 0.0 字",
    );
    expect(
        &[(LAYOUT, announced, "[附件：放心消费示范创建对象名单]")],
        &["附件名称"],
        Verdict::Fail,
        "不在附件说明中",
    );
}

#[test]
fn signature_and_date() {
    let date = "close(4 * 字距, date)";
    expect(
        &[(LAYOUT, date, "close(2 * 字距, date)")],
        &["署名和日期位置"],
        Verdict::Fail,
        "日期右空 2.0 字",
    );
    expect(
        &[(LAYOUT, "[2026年4月20日]", "[2026年04月20日]")],
        &["成文日期"],
        Verdict::Fail,
        "2026年04月20日",
    );
    expect(
        &[(LAYOUT, "[2026年4月20日]", "[二〇二六年四月二十日]")],
        &["成文日期"],
        Verdict::Fail,
        "二〇二六年",
    );
    expect(
        &[(LAYOUT, "  v(3 * 行高)\n", "  pagebreak()\n")],
        &["日期页有正文"],
        Verdict::Soft,
        "没有正文",
    );
    expect(
        &[(LAYOUT, "par[（此件公开发布）]", "flush[（此件公开发布）]")],
        &["附注"],
        Verdict::Fail,
        "空 -0.5 字",
    );
}

#[test]
fn both_ways_of_signing_are_right() {
    let home = home();
    home.spoil(LAYOUT, "close(4 * 字距 - wider / 2, name)", "close(2 * 字距, name)");
    // 7.3.5.2: the date begins two characters to the right of the signature.
    home.spoil(LAYOUT, "close(4 * 字距, date)", "close(wider, date)");
    let report = report(&print(&home));
    assert_eq!(broken(&report), Vec::<&str>::new(), "{:?}", finding(&report, "署名和日期位置"));
    let told = finding(&report, "署名和日期位置").value.as_deref().expect("measured");
    assert!(told.contains("7.3.5.2"), "{told}");
}

#[test]
fn label_and_title_of_an_attachment() {
    let label = "flush(text(font: 纯体(\"黑体\"))[附件])";
    expect(
        &[(LAYOUT, label, "flush(text(font: 字体.仿宋)[附件])")],
        &["附件标识"],
        Verdict::Fail,
        "仿宋",
    );
    expect(
        &[(LAYOUT, label, "par(text(font: 纯体(\"黑体\"))[附件])")],
        &["附件标识"],
        Verdict::Fail,
        "空 2.0 字",
    );
    expect(
        &[(LAYOUT, "[附件])\n  v(行高)\n", "[附件])\n  v(3 * 行高)\n")],
        &["附件标题"],
        Verdict::Fail,
        "第5页在第",
    );
}

#[test]
fn page_numbers() {
    let outer = "align(if odd { right } else { left }, pad(..if odd { (right: indent) } else { (left: indent) }, body))";
    expect(&[(PAGE, outer, "align(center, body)")], &["页码位置"], Verdict::Fail, "居中");
    expect(
        &[(PAGE, outer, "align(right, pad(right: indent, body))")],
        &["页码位置"],
        Verdict::Fail,
        "第2、4页居右",
    );
    expect(
        &[(PAGE, "_outer(字号.四号, _number)", "_outer(0pt, _number)")],
        &["页码位置"],
        Verdict::Fail,
        "空 0.0 字",
    );
    expect(
        &[(PAGE, "[— #counter(page).display(\"1\") —]", "counter(page).display(\"1\")")],
        &["页码形式"],
        Verdict::Fail,
        "如“1”",
    );
    expect(
        &[(PAGE, "[— #counter(page).display(\"1\") —]", "[\\- #counter(page).display(\"1\") \\-]")],
        &["页码形式"],
        Verdict::Fail,
        "如“-1-”",
    );
    expect(
        &[(PAGE, "_number-drop = 7mm", "_number-drop = 2mm")],
        &["页码高低"],
        Verdict::Fail,
        "字顶 2.0 mm",
    );
    expect(
        &[(PAGE, "size: 字号.四号, context [—", "size: 字号.五号, context [—")],
        &["页码字号"],
        Verdict::Soft,
        "10.5 pt",
    );
    expect(
        &[(LAYOUT, "  pagebreak()\n", "  pagebreak()\n  counter(page).update(9)\n")],
        &["页码形式"],
        Verdict::Fail,
        "不连续",
    );
}

#[test]
fn imprint_and_line_ends() {
    expect(
        &[(LAYOUT, "    rule(0.35mm)\n    flush", "    rule(0.1mm)\n    flush")],
        &["版记分隔线"],
        Verdict::Soft,
        "首线 0.10 mm",
    );
    expect(
        &[(LAYOUT, "par[特此通知。]", "par[特此通知 \\ 。]")],
        &["行首行尾"],
        Verdict::Fail,
        "1 处",
    );
    let full = "par[根据有关规定和各地上报情况，经研究，决定从今起到20#linebreak(justify: true)26年底，开展工作。]";
    expect(&[(LAYOUT, "par[特此通知。]", full)], &["数字和日期"], Verdict::Soft, "20|26年");
    expect(
        &[(
            LAYOUT,
            "“安全放心”",
            "#text(font: \"Liberation Serif\")[“]安全放心#text(font: \"Liberation Serif\")[”]",
        )],
        &["引号、破折号、省略号"],
        Verdict::Soft,
        "2 处不是",
    );
}

/// The specimen's bytes after a change of its objects.
fn changed(change: impl FnOnce(&mut Document)) -> Vec<u8> {
    let mut document = Document::load_mem(&specimen()).expect("readable");
    change(&mut document);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    bytes
}

fn page(document: &mut Document, number: u32) -> &mut Dictionary {
    let id = document.get_pages()[&number];
    document.get_dictionary_mut(id).expect("a page")
}

#[test]
fn print_intent_and_paper() {
    let bare = changed(|document| {
        document.catalog_mut().expect("a catalog").remove(b"ViewerPreferences");
    });
    expect_in(&bare, &["双面打印设置", "打印比例"], Verdict::Soft, "没有写明");
    let long = changed(|document| {
        for number in 1..=document.get_pages().len() {
            let sheet = [0.0, -20.0, 595.276, 841.89].map(Object::Real).to_vec();
            page(document, u32::try_from(number).expect("few")).set("MediaBox", sheet);
        }
    });
    expect_in(&long, &["幅面"], Verdict::Fail, "304.1 mm");
}

#[test]
fn fonts_and_boxes() {
    let stripped = changed(|document| {
        for object in document.objects.values_mut() {
            if let Object::Dictionary(it) = object
                && it
                    .get(b"FontName")
                    .and_then(Object::as_name)
                    .is_ok_and(|name| name.ends_with(b"GWKai-Regular"))
            {
                it.remove(b"FontFile3");
            }
        }
    });
    expect_in(&stripped, &["字体嵌入"], Verdict::Soft, "GWKai-Regular");
    let boxed = changed(|document| {
        let id = document.get_pages()[&2];
        let mut content = document.get_and_decode_page_content(id).expect("content");
        let shown = content
            .operations
            .iter_mut()
            .flat_map(|it| &mut it.operands)
            .find_map(|operand| match operand {
                Object::Array(parts) => parts.iter_mut().find_map(|part| part.as_str_mut().ok()),
                Object::String(bytes, _) => Some(bytes),
                _ => None,
            })
            .expect("text");
        shown[..2].fill(0);
        let bytes = content.encode().expect("encoded");
        document.change_page_content(id, bytes).expect("changed");
    });
    let report = report(&boxed);
    let found = finding(&report, "字迹");
    assert_eq!(found.verdict, Verdict::Fail, "{found:?}");
    assert!(found.value.as_deref().is_some_and(|it| it.starts_with("第2页有 1 个字")), "{found:?}");
}

/// Pages of a table that lies.
fn lying() -> Vec<u8> {
    let app = crate::support::app();
    let sample = sample(&app, "shanxi-summary.several-pages");
    render(&app, &sample.document, &sample.record(), Options::default()).bytes
}

/// A file with a page turned by so much, on top of how it is shown.
fn turned(pdf: &[u8], number: u32, by: i64) -> Report {
    let mut document = Document::load_mem(pdf).expect("readable");
    page(&mut document, number).set("Rotate", by);
    let mut bytes = Vec::new();
    document.save_to(&mut bytes).expect("saved");
    report(&bytes)
}

#[test]
fn heads_of_lying_pages() {
    let row = "横排页的表头";
    let lying = lying();
    let told = report(&lying);
    assert_eq!(finding(&told, row).verdict, Verdict::Pass, "{:?}", finding(&told, row));
    // Upside down on the back: the head comes to the binding side of an even page.
    let over = turned(&lying, 2, 180);
    assert_eq!(finding(&over, row).verdict, Verdict::Fail);
    assert!(finding(&over, row).value.as_deref().is_some_and(|it| it.contains("第2页")));
    // Stood up with its head at the left, as the sheet is bound, and at the right.
    assert_eq!(finding(&turned(&lying, 2, 270), row).verdict, Verdict::Pass);
    assert_eq!(finding(&turned(&lying, 2, 90), row).verdict, Verdict::Fail);
    assert_eq!(finding(&turned(&lying, 1, 90), row).verdict, Verdict::Fail);
}

#[test]
fn upright_pages_that_are_turned() {
    let specimen = specimen();
    for (number, by, told) in [(1, 180, "第1页倒置"), (2, 90, "第2页横放"), (3, 270, "第3页横放")]
    {
        let report = turned(&specimen, number, by);
        assert_eq!(broken(&report), ["页面方向"], "{:#?}", report.findings);
        let value = finding(&report, "页面方向").value.as_deref();
        assert!(value.is_some_and(|value| value.contains(told)), "{value:?}");
    }
}

#[test]
fn a_table_that_lies_behind_upright_pages_spoils_no_measure() {
    let app = crate::support::app();
    let folder = tempfile::tempdir().expect("a folder");
    let mut paths = Vec::new();
    for name in ["shanxi-notice", "shanxi-summary"] {
        let sample = sample(&app, name);
        let made = render(&app, &sample.document, &sample.record(), Options::default());
        paths.push(folder.path().join(format!("{name}.pdf")).display().to_string());
        std::fs::write(paths.last().expect("just put"), made.bytes).expect("written");
    }
    let both = folder.path().join("both.pdf").display().to_string();
    let pages = ["--empty", "--pages", &paths[0], "1-4", &paths[1], "1-2", "--", &both];
    assert!(crate::support::run("qpdf", &pages).status.success());
    let report = report(&std::fs::read(&both).expect("made"));
    // It is true that the numbers begin anew, and that the notice announces no such table.
    assert_eq!(those(&report, Verdict::Fail), ["附件名称", "页码形式"], "{:#?}", report.findings);
    assert_eq!(finding(&report, "版心宽").value.as_deref(), Some("156.1 mm"));
}

/// The summary of several pages, from a home with this file changed so.
fn summary_with(old: &str, new: &str) -> Report {
    let home = Spoilt::new();
    home.spoil(PAGE, old, new);
    let app: App = app_at(home.folder.path()).unwrap_or_else(|faults| panic!("{faults}"));
    let sample = sample(&app, "shanxi-summary.several-pages");
    report(&render(&app, &sample.document, &sample.record(), Options::default()).bytes)
}

#[track_caller]
fn expect_of_summary(old: &str, new: &str, rows: &[&str], told: &str) {
    let report = summary_with(old, new);
    assert_eq!(those(&report, Verdict::Fail), rows, "{:#?}", report.findings);
    let first = finding(&report, rows[0]);
    assert!(first.value.as_deref().is_some_and(|value| value.contains(told)), "{first:?}");
}

#[test]
fn blocks_of_lying_pages() {
    // The number moves with the block.
    let rows = ["页码高低", "横排页的版心"];
    expect_of_summary("left: 页边.地脚", "left: 20mm", &rows, "字顶 22.0 mm");
    // The head stands too low where the table goes on.
    expect_of_summary(
        "(top: 页边.订口",
        "(top: 40mm",
        &["横排页的表头", "横排页的版心"],
        "39.9 mm",
    );
}

#[test]
fn numbers_of_lying_pages() {
    let across = "_footer(numbered) = if _landscape {";
    expect_of_summary(across, "_footer(numbered) = if false {", &["横排页的页码"], "随表横排");
    expect_of_summary(
        "rotate(90deg, reflow: true, _number)",
        "rotate(-90deg, reflow: true, _number)",
        &["横排页的页码"],
        "方向颠倒",
    );
    expect_of_summary(
        "if even { top } else { bottom }",
        "bottom",
        &["页码位置"],
        "第2、4、6页居右",
    );
    expect_of_summary("dx: -_number-drop", "dx: -2mm", &["页码高低"], "字顶 2.0 mm");
    expect_of_summary("— #counter(page)", "第#counter(page)", &["页码形式"], "第1");
}

#[test]
fn blanks_are_part_of_their_lines() {
    let app = crate::support::app();
    for document in ["shanxi/notice", "shanxi/commitment", "shanxi/summary"] {
        let made = app.render(document, Input::Blank(None), Options::default()).expect("printed");
        let report = report(&made.bytes);
        assert_eq!(broken(&report), Vec::<&str>::new(), "{document}: {:#?}", report.findings);
    }
}

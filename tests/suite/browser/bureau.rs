//! A bureau: from applicants' PDFs to the list and the notice.

use std::fs;
use std::path::Path;

use chengwen::app::Options;
use serde_json::{Value, json};

use super::driver::Browser;
use super::hands::Element;
use super::site::Site;
use crate::support::{app, render, root, sample, squeezed, text_of};

/// Five applicants of one city: name, number, region.
const APPLICANTS: [(&str, &str, &str); 5] = [
    ("太原市迎泽区晋味源食品有限公司", "91140106MA0K3T7W78", "太原市迎泽区"),
    ("太原市小店区坞城惠民超市有限责任公司", "91140105MA0HD41J6K", "太原市小店区"),
    ("太原市杏花岭区鸿宾楼餐饮有限公司", "91140107MA0H8WH95M", "太原市杏花岭区"),
    ("山西清徐老陈醋股份有限公司", "91140121MA0KBFUJ25", "太原市清徐县"),
    ("太原市尖草坪区汇丰家电有限公司", "91140171MA0JRTMG1L", "太原市尖草坪区"),
];

/// The applicants' papers as they send them, and a stranger's file; their paths, a line each.
fn papers(folder: &Path) -> String {
    let app = app();
    let mut paths = Vec::new();
    for (name, number, region) in APPLICANTS {
        let mut record = sample(&app, "shanxi-application").record();
        record["name"] = json!(name);
        record["registration"]["number"] = json!(number);
        record["region"] = json!(region);
        let made = render(&app, "shanxi/application", &record, Options::default());
        let path = folder.join(made.file_name);
        fs::write(&path, made.bytes).expect("written");
        paths.push(path.display().to_string());
    }
    paths.push(root().join("samples/packets/shanxi/食品检验报告.pdf").display().to_string());
    paths.join("\n")
}

fn wait_for(browser: &Browser, script: &str, expected: &Value) {
    browser.until(script, |browser| (browser.run(script, &[]) == *expected).then_some(()));
}

/// Types into a cell of the list: a click opens it, Enter closes it.
fn put(browser: &Browser, row: usize, column: usize, text: &str) {
    let cell = format!("tr[data-row='{row}'] td[data-column='{column}']");
    browser.click(&browser.find(&cell));
    let field = browser.find(&format!("{cell} input"));
    browser.run("arguments[0].value = '';", &[field.argument()]);
    browser.type_into(&field, &format!("{text}\u{E007}"));
}

fn give_date(browser: &Browser, selector: &str, date: &str) {
    let field = browser.find(selector);
    let script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', { bubbles: true }));";
    browser.run(script, &[field.argument(), json!(date)]);
}

#[test]
fn from_five_papers_to_the_list_and_the_notice() {
    let (site, browser) = (Site::open(), Browser::open());
    let folder = tempfile::tempdir().expect("a folder");
    browser.go(&site.at("/documents/shanxi/summary"));
    browser.judge();
    let chooser = browser.find("#gather input[type=file]");
    browser.type_into(&chooser, &papers(folder.path()));
    browser.says("从 5 个文件取来 5 行");
    browser.says("食品检验报告.pdf：这个 PDF 不是本程序生成的");
    for (selector, text) in [
        ("#q-unit", "太原市市场监督管理局"),
        ("#q-reporter", "王建国"),
        ("#q-phone", "0351-4088126"),
    ] {
        browser.type_into(&browser.find(selector), text);
    }
    give_date(&browser, "#q-reported_on", "2026-07-20");
    browser.says("都填好了。");

    // A slip in a cell is told below its row; a changed row bears what the paper says.
    let region = "return [...document.querySelectorAll('.grid thead th')].findIndex((it) => it.textContent === '行政区域') - 1;";
    let region = browser.run(region, &[]).as_u64().expect("a column") as usize;
    put(&browser, 0, region, "迎泽区");
    browser.says("缺设区市，请写作：太原市迎泽区");
    browser.says("与原件不同");
    browser.says("原件：太原市迎泽区");
    browser.judge();
    put(&browser, 0, region, "太原市迎泽区");
    browser.says("都填好了。");
    put(&browser, 1, 0, "太原市小店区坞城惠民超市");
    browser.says("原件：太原市小店区坞城惠民超市有限责任公司");
    browser.reload();
    browser.says("原件：太原市小店区坞城惠民超市有限责任公司");
    browser.says("都填好了。");

    browser.press("生成 PDF");
    let (name, pdf) = browser.download("pdf");
    assert_eq!(name, "太原市市场监督管理局-培育汇总表.pdf");
    let text = squeezed(&text_of(&pdf).join(""));
    for (_, number, _) in APPLICANTS {
        assert!(text.contains(number), "{number}");
    }
    assert!(text.contains("坞城惠民超市") && !text.contains("惠民超市有限责任"), "{text}");
    browser.press("下载电子表格（XLSX）");
    assert_eq!(browser.download("xlsx").0, "太原市市场监督管理局-培育汇总表.xlsx");

    browser.press("用这份数据接着做公示");
    wait_for(
        &browser,
        "return document.querySelectorAll('[data-key=entries] tr[data-row]').length;",
        &json!(5),
    );
    browser.click(&browser.find("input[name='q-stage'][value='cultivation']"));
    browser.type_into(&browser.find("#q-year"), "2026");
    let basis = browser.find("[data-key=basis] .grid > p button");
    browser.click(&basis);
    browser.type_into(
        &browser.find("[data-key=basis] td input"),
        "山西省放心消费创建活动实施方案\u{E007}",
    );
    browser.type_into(&browser.find("#q-period-0-working_days"), "5");
    browser.click(&browser.find("input[name='q-period-0-issue_day_counted'][value='false']"));
    for (selector, text) in [
        ("#q-objections-department", "太原市市场监督管理局消费者权益保护科"),
        ("[data-key=phones] input", "0351-4088126"),
        ("#q-objections-address", "太原市迎泽区新建南路1号"),
        ("#q-objections-postcode", "030001"),
    ] {
        browser.type_into(&browser.find(selector), text);
    }
    give_date(&browser, "#q-issued_on", "2026-09-25");
    // Over the National Day: the days are computed and shown.
    browser.says("2026年9月28日至2026年10月9日，5 个工作日");
    let held = "return document.querySelectorAll('.months td.within').length;";
    assert_eq!(browser.run(held, &[]), 12);
    browser.says("都填好了。");
    browser.judge();
    browser.press("生成 PDF");
    let (name, pdf) = browser.download("pdf");
    assert!(name.ends_with("名单公示.pdf"), "{name}");
    let text = squeezed(&text_of(&pdf).join(""));
    assert!(text.contains("2026年9月28日至2026年10月9日（5个工作日）"), "{text}");
    assert!(text.contains("坞城惠民超市") && !text.contains("13803510126"), "{text}");
    browser.quiet();
}

/// Two rows of a spreadsheet that has taken a code and a phone for numbers.
const SPREADSHEET: &str =
    "申报主体名称,申报类别,统一社会信用代码或登记证号,行政区域,行业主管部门,申报主体联系人,联系电话
太原市晋味源食品有限公司,示范单位,9.11401E+17,太原市迎泽区,太原市商务局,张三,0351-4088126
太原市鸿宾楼餐饮有限公司,示范单位,91140106MA0K3T7W78,太原市杏花岭区,太原市商务局,李四,1.38E+10
";

/// What the cells of a row say.
const CELLS: &str = "
    const line = document.querySelector(`tr[data-row='${arguments[0]}']`);
    return [...line.querySelectorAll('.shown')].map((it) => it.firstChild?.data ?? '');";

/// What has the focus: where it is in the table (column, row), and whether it is open; else its id or words.
const FOCUS: &str = "
    const it = document.activeElement;
    const place = it.closest('tr[data-row]')?.dataset.row;
    if (place === undefined) return it.id || it.textContent;
    const column = it.closest('td').dataset.column ?? it.textContent;
    return `${column} ${place}${it.matches('.open') ? ' open' : ''}`;";

const ROWS: &str = "return document.querySelectorAll('tr[data-row]').length;";

/// Gives a text to what has the focus as a spreadsheet gives it.
const PASTE: &str = "
    const clipboardData = new DataTransfer();
    clipboardData.setData('text/plain', arguments[0]);
    const event = new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true });
    document.activeElement.dispatchEvent(event);";

/// A browser with the rows of the spreadsheet in the list.
fn with_spreadsheet(site: &Site) -> Browser {
    let browser = Browser::open();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("各县名单.csv");
    fs::write(&file, SPREADSHEET).expect("written");
    browser.go(&site.at("/documents/shanxi/summary"));
    let chooser = browser.find("#gather input[type=file]");
    browser.type_into(&chooser, &file.display().to_string());
    browser.says("取来 2 行");
    browser
}

fn cell(browser: &Browser, row: usize, column: usize) -> Element {
    browser.find(&format!("tr[data-row='{row}'] td[data-column='{column}']"))
}

#[test]
fn a_press_reaches_what_it_is_meant_for_and_what_is_pasted_can_be_taken_back() {
    let site = Site::open();
    let browser = with_spreadsheet(&site);
    browser.click(&cell(&browser, 0, 5));
    assert_eq!(browser.run(FOCUS, &[]), "5 0 open");
    browser.keys(None, "太原市迎泽区商务局");
    browser.click(&cell(&browser, 1, 0));
    assert_eq!(browser.run(FOCUS, &[]), "0 1 open");
    assert_eq!(browser.run(CELLS, &[json!(0)])[5], "太原市迎泽区商务局");
    browser.click(&browser.find("#q-unit"));
    browser.keys(None, "太原市市场监督管理局");
    browser.says("与原件不同");
    assert_eq!(browser.run(FOCUS, &[]), "q-unit");
    assert_eq!(browser.run("return document.activeElement.value;", &[]), "太原市市场监督管理局");
    assert_eq!(browser.run(CELLS, &[json!(1)])[0], "太原市鸿宾楼餐饮有限公司");

    // Three rows, one of them with a line break and quotes in a cell, from the second row on.
    browser.click(&cell(&browser, 1, 0));
    let rows = "甲店\t示范单位\r\n\"乙\n\"\"老\"\"店\"\t示范行业\r\n丙店\t示范区域\r\n";
    browser.run(PASTE, &[json!(rows)]);
    browser.says("共 4 行；粘贴了 3 行、2 列");
    let names: Vec<Value> =
        (1..4).map(|row| browser.run(CELLS, &[json!(row)])[0].clone()).collect();
    assert_eq!(names, ["甲店", "乙 \"老\"店", "丙店"]);
    assert_eq!(browser.run(CELLS, &[json!(2)])[1], "示范行业");
    browser.says("第3行：“行政区域”没有填写，请填写");
    browser.judge();
    browser.press("撤销上一步");
    browser.says("共 2 行；已撤销：粘贴 3 行");
    assert_eq!(browser.run(CELLS, &[json!(1)])[0], "太原市鸿宾楼餐饮有限公司");
    browser.press("撤销上一步");
    browser.says("已撤销：改第1行的“行业主管部门”");
    browser.press("撤销上一步");
    wait_for(&browser, ROWS, &json!(0));
    browser.quiet();
}

#[test]
fn what_a_spreadsheet_has_lost_is_told_until_it_is_filled_in() {
    let site = Site::open();
    let browser = with_spreadsheet(&site);
    browser.says("2 个单元格里的内容没有取到");
    let code = "第1行：“统一社会信用代码或登记证号”现为 9.11401E+17，电子表格已把后几位改成了 0";
    browser.says(code);
    browser.says("（各县名单.csv 第2行）");
    browser.says("第2行：“联系电话”现为 1.38E+10，电子表格已把后几位改成了 0");
    browser.judge();
    browser.reload();
    browser.says(code);
    put(&browser, 0, 2, "91140107MA0H8WH95M");
    let told = "return document.getElementById('summary').textContent.includes('9.11401E+17');";
    wait_for(&browser, told, &json!(false));
    browser.says("“联系电话”现为 1.38E+10");
    let remove = browser.find("tr[data-row='1'] .act button");
    browser.click(&remove);
    let told = "return document.body.textContent.includes('1.38E+10');";
    wait_for(&browser, told, &json!(false));
    browser.press("撤销上一步");
    browser.says("“联系电话”现为 1.38E+10");
    browser.quiet();
}

#[test]
fn the_table_is_used_with_keys_alone() {
    const TAB: &str = "\u{E004}";
    const ENTER: &str = "\u{E007}";
    const CONTROL: Option<char> = Some('\u{E009}');
    let site = Site::open();
    let browser = with_spreadsheet(&site);
    let focus = |expected: &str| assert_eq!(browser.run(FOCUS, &[]), expected);
    browser.run("document.querySelector('#q-phone').focus();", &[]);
    browser.until("the table is reached", |browser| {
        browser.keys(None, TAB);
        (browser.run(FOCUS, &[]) == "0 0").then_some(())
    });
    // Down, to the end, and back by one: the first key that is typed opens the cell.
    browser.keys(None, "\u{E015}\u{E010}\u{E012}");
    focus("7 1");
    browser.keys(None, "03");
    focus("7 1 open");
    browser.keys(None, &format!("51-4088126{ENTER}"));
    focus("7 1");
    assert_eq!(browser.run(CELLS, &[json!(1)])[7], "0351-4088126");
    // What is opened and left as it was, or emptied and given up, stays.
    browser.keys(None, &format!("{ENTER}\u{E003}\u{E00C}"));
    assert_eq!(browser.run(CELLS, &[json!(1)])[7], "0351-4088126");
    browser.keys(CONTROL, "\u{E011}");
    focus("0 0");
    browser.keys(CONTROL, "\u{E010}");
    focus("8 1");
    browser.keys(None, "\u{E014}");
    focus("删去 1");
    browser.keys(None, ENTER);
    wait_for(&browser, ROWS, &json!(1));
    focus("0 0");
    browser.keys(CONTROL, "z");
    wait_for(&browser, ROWS, &json!(2));
    assert_eq!(browser.run(CELLS, &[json!(1)])[7], "0351-4088126");
    // No row's button stands in the way.
    browser.keys(None, TAB);
    focus("加一行");
    browser.keys(None, ENTER);
    focus("0 2 open");
    browser.keys(None, &format!("丙店{TAB}"));
    focus("1 2");
    assert_eq!(browser.run(CELLS, &[json!(2)])[0], "丙店");
    browser.quiet();
}

#[test]
fn an_input_method_begins_in_the_cell_and_changes_nothing_when_it_is_given_up() {
    let site = Site::open();
    let browser = with_spreadsheet(&site);
    let name = || browser.run(CELLS, &[json!(0)])[0].clone();
    let focus = |expected: &str| wait_for(&browser, FOCUS, &json!(expected));
    browser.click(&cell(&browser, 0, 0));
    browser.keys(None, "\u{E00C}");
    focus("0 0");
    browser.compose("tai");
    focus("0 0 open");
    browser.compose("");
    focus("0 0");
    // Also what is composed over the text of an open cell.
    browser.keys(None, "\u{E007}");
    focus("0 0 open");
    browser.compose("tai");
    browser.compose("");
    let typed = "return document.activeElement.value;";
    wait_for(&browser, typed, &json!("太原市晋味源食品有限公司"));
    browser.keys(None, "\u{E00C}");
    // Whoever opens nothing and goes on changes nothing.
    browser.click(&browser.find("#q-reporter"));
    focus("q-reporter");
    assert_eq!(name(), "太原市晋味源食品有限公司");
    browser.click(&cell(&browser, 0, 0));
    browser.keys(None, "\u{E00C}");
    browser.compose("jin zhong");
    browser.commit("晋中市");
    browser.keys(None, "\u{E007}");
    focus("0 0");
    assert_eq!(name(), "晋中市");
    browser.quiet();
}

#[test]
fn every_form_is_sound_at_both_sizes() {
    let (site, browser) = (Site::open(), Browser::open());
    for document in ["summary", "notice", "certificate", "revocation"] {
        browser.go(&site.at(&format!("/documents/shanxi/{document}")));
        browser.says("第 1 页，共");
        browser.judge();
    }
}

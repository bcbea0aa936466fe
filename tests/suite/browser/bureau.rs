//! A bureau: from applicants' PDFs to the list and the notice.

use std::fs;
use std::path::Path;

use chengwen::app::Options;
use serde_json::{Value, json};

use super::driver::Browser;
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

#[test]
fn every_form_is_sound_at_both_sizes() {
    let (site, browser) = (Site::open(), Browser::open());
    for document in ["summary", "notice", "certificate", "revocation"] {
        browser.go(&site.at(&format!("/documents/shanxi/{document}")));
        browser.says("第 1 页，共");
        browser.judge();
    }
}

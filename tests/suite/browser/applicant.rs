//! An applicant: from an empty form to a file to print, with mistakes made and mended.

use std::fs;
use std::path::PathBuf;

use chengwen::finish::read_back;
use serde_json::{Value, json};

use super::driver::{Browser, PHONE};
use super::site::Site;
use crate::support::{root, squeezed, text_of};

const PAGE: &str = "/packets/shanxi";

fn attached(name: &str) -> PathBuf {
    root().join("samples/packets/shanxi").join(name)
}

/// What an applicant types, by the field's selector.
const TYPED: [(&str, &str); 14] = [
    ("#p-application-name", "太原市迎泽区晋味源食品有限公司"),
    ("#p-application-registration-number", "91140106MA0K3T7W78"),
    ("#p-application-address", "山西省太原市迎泽区柳巷北路88号晋味源食品商场一层"),
    ("#p-application-industry_authority", "太原市迎泽区商务局"),
    ("#p-application-legal_representative-name", "武晋生"),
    ("#p-application-legal_representative-phone", "13803510126"),
    ("#p-application-contact-name", "郝雅琴"),
    ("#p-application-contact-phone", "0351-4088126"),
    ("#p-application-rights_mechanism-remote_return_other", "省内六家直营店通退"),
    ("#p-application-main_services", "山西特色食品、老陈醋、平遥牛肉的零售"),
    ("#p-application-honours", "2022年获太原市“诚信经营示范店”称号"),
    ("#p-application-postcode", "03000"),
    ("#p-application-remarks", "无"),
    ("#p-commitment-return_days", "7"),
];

/// What is chosen: the name of the radio buttons or boxes, and the value.
const CHOSEN: [(&str, &str); 6] = [
    ("p-application-category-kind", "示范单位"),
    ("p-application-category-subkinds", "线下市场经营主体"),
    ("p-application-rights_mechanism-no_reason_return", "是"),
    ("p-application-rights_mechanism-remote_return", "其他"),
    ("p-application-rights_mechanism-online_resolution", "是"),
    ("p-application-rights_mechanism-service_station", "是"),
];

fn choose(browser: &Browser, name: &str, value: &str) {
    let found = browser.find(&format!("input[name='{name}'][value='{value}']"));
    browser.click(&found);
    assert_eq!(browser.run("return arguments[0].checked;", &[found.argument()]), true, "{name}");
}

fn give_date(browser: &Browser, selector: &str, date: &str) {
    let field = browser.find(selector);
    let script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', { bubbles: true }));";
    browser.run(script, &[field.argument(), json!(date)]);
}

fn fill_in(browser: &Browser) {
    for (name, value) in CHOSEN {
        choose(browser, name, value);
    }
    for (selector, text) in TYPED {
        browser.type_into(&browser.find(selector), text);
    }
    let city = browser.find("#p-application-region-city");
    browser.type_into(&city, "太原市");
    let county = "太原市迎泽区";
    let script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input', { bubbles: true })); return arguments[0].value;";
    let field = browser.find("#p-application-region");
    assert_eq!(browser.run(script, &[field.argument(), json!(county)]), county);
    give_date(browser, "#p-application-established_on", "2016-04-12");
    give_date(browser, "#p-application-filled_on", "2026-06-18");
}

fn attach(browser: &Browser, kind: u8, names: &[&str]) {
    let field = browser.find(&format!(".material[data-kind='{kind}'] input[type=file]"));
    let paths: Vec<String> =
        names.iter().map(|name| attached(name).display().to_string()).collect();
    browser.type_into(&field, &paths.join("\n"));
}

fn wait_for(browser: &Browser, script: &str, expected: &Value) {
    browser.until(script, |browser| (browser.run(script, &[]) == *expected).then_some(()));
}

#[test]
fn from_an_empty_form_to_the_packet_with_mistakes_mended() {
    let (site, browser) = (Site::open(), Browser::open());
    browser.go(&site.at(PAGE));
    browser.says("第 1 页，共 4 页");
    browser.judge();

    // Nothing is filled in: all that is missing is told at once, and the list leads to the fields.
    browser.press("生成一个打印文件（3 份合一的 PDF）");
    browser.says("“申报主体名称”没有填写");
    browser.says("缺少附件（1）");
    browser.judge();
    browser.press("培育申请表：“所在行政区域”没有填写，请填写");
    wait_for(&browser, "return document.activeElement.id;", &json!("p-application-region-city"));

    fill_in(&browser);
    // A category offers its own choices only.
    let offered = "return [...document.querySelectorAll('[data-key=subkinds] .tick')].filter((it) => it.offsetParent).length;";
    assert_eq!(browser.run(offered, &[]), 3);
    // What was left with a mistake says so beside the field; the picture goes where was written.
    browser.says("要改：“邮政编码”应为6位数字，现为“03000”");
    let postcode = browser.find("#p-application-postcode");
    assert_eq!(
        browser.run("return arguments[0].getAttribute('aria-invalid');", &[postcode.argument()]),
        "true"
    );
    browser.judge();
    browser.type_into(&postcode, "1");
    wait_for(
        &browser,
        "return document.querySelector('#p-application-postcode').getAttribute('aria-invalid');",
        &Value::Null,
    );

    attach(&browser, 1, &["营业执照.jpg", "食品经营许可证.jpg"]);
    // As a person drops a file from a folder.
    let plan = fs::read_to_string(attached("创建方案.md")).expect("a sample");
    let script = "
        const files = new DataTransfer();
        files.items.add(new File([arguments[0]], '创建方案.md'));
        const place = document.querySelector('.material[data-kind=\"3\"]');
        place.dispatchEvent(new DragEvent('drop', { dataTransfer: files, bubbles: true, cancelable: true }));";
    browser.run(script, &[json!(plan)]);
    attach(&browser, 4, &["创建情况报告.txt"]);
    attach(&browser, 5, &["诚信经营示范店证书.png"]);
    attach(&browser, 7, &["食品检验报告.pdf"]);
    let shown = "return document.querySelectorAll('.item img:not([hidden])').length;";
    wait_for(&browser, shown, &json!(6));
    browser.says("都填好了。");
    browser.judge();

    browser.press("生成一个打印文件（3 份合一的 PDF）");
    let (name, pdf) = browser.download("pdf");
    assert_eq!(name, "太原市迎泽区晋味源食品有限公司-申报材料.pdf");
    browser.says("每份 26 页，一共用纸 39 张");
    browser.says("双面，长边翻转；份数选 1（3 份已在文件里）");
    let pages = read_back(&pdf).expect("a PDF").pages.len();
    let text = text_of(&pdf);
    assert_eq!(pages, text.len());
    let whole = squeezed(&text.join(""));
    for words in
        ["晋味源食品有限公司", "省内六家直营店通退", "030001", "实行7日无理由退货", "第三份"]
    {
        assert!(whole.contains(words), "{words}");
    }
    browser.quiet();
}

#[test]
fn a_draft_outlives_a_reload_a_lost_connection_and_goes_when_cleared() {
    let (site, browser) = (Site::open(), Browser::open());
    browser.go(&site.at(PAGE));
    fill_in(&browser);
    attach(&browser, 1, &["营业执照.jpg"]);
    browser.says("营业执照.jpg");
    browser.says("共 1 页");

    browser.offline(true);
    browser.type_into(&browser.find("#p-application-address"), "二层");
    browser.says("连不上服务，请检查网络后再试；填过的内容还在这一页上。");
    browser.offline(false);
    browser.console();
    browser.reload();
    browser.says("已恢复");
    let address = "return document.querySelector('#p-application-address').value;";
    wait_for(&browser, address, &json!("山西省太原市迎泽区柳巷北路88号晋味源食品商场一层二层"));
    let region = "return document.querySelector('#p-application-region').value;";
    assert_eq!(browser.run(region, &[]), "太原市迎泽区");
    wait_for(
        &browser,
        "return document.querySelectorAll('.item img:not([hidden])').length;",
        &json!(1),
    );

    // Back from another page is where one was.
    browser.press("打印说明");
    browser.says("长边翻转");
    browser.back();
    wait_for(&browser, address, &json!("山西省太原市迎泽区柳巷北路88号晋味源食品商场一层二层"));

    // As a file, which another computer opens.
    browser.press("存成文件");
    let (name, draft) = browser.download("json");
    assert_eq!(name, "申报材料-草稿.json");
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(&name);
    fs::write(&path, draft).expect("written");

    browser.press("清除");
    browser.accept();
    wait_for(&browser, address, &json!(""));
    browser.reload();
    wait_for(&browser, address, &json!(""));
    assert_eq!(browser.run("return document.querySelectorAll('.item').length;", &[]), 0);

    let chooser = browser.find("#draft-open");
    browser.type_into(&chooser, &path.display().to_string());
    wait_for(&browser, address, &json!("山西省太原市迎泽区柳巷北路88号晋味源食品商场一层二层"));
    browser.quiet();
}

#[test]
fn a_phone_shows_the_form_and_the_picture_below_each_other() {
    let (site, browser) = (Site::open(), Browser::open());
    browser.size(PHONE);
    for page in [PAGE, "/documents/shanxi/application", "/documents/shanxi/commitment"] {
        browser.go(&site.at(page));
        browser.says("自动存在这台电脑上");
        browser.judge();
    }
}

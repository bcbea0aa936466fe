//! A province: a list becomes certificates, one is printed again, one is taken back.

use std::path::{Path, PathBuf};

use rust_xlsxwriter::Workbook;

use super::driver::Browser;
use super::hands::Element;
use super::site::Site;
use crate::support::{squeezed, text_of};
use crate::tables::HEAD;

/// Enter, as WebDriver types it.
const ENTER: &str = "\u{E007}";

/// A list of so many holders; the day of the row (from 0) that `bad` names is none.
pub(super) fn list(folder: &Path, name: &str, rows: usize, bad: Option<usize>) -> PathBuf {
    let day = |row| if bad == Some(row) { "2026-02-30" } else { "2026-03-05" };
    let rows: Vec<Row> = (0..rows)
        .map(|row| [(3, "示范单位".to_owned()), (7, day(row).to_owned())].into())
        .collect();
    list_of(folder, name, &rows)
}

/// The cells of a row besides its name, by column.
pub(super) type Row = Vec<(u16, String)>;

/// A list of these rows.
pub(super) fn list_of(folder: &Path, name: &str, rows: &[Row]) -> PathBuf {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (column, label) in (0..).zip(HEAD.split(',')) {
        sheet.write_string(0, column, label).expect("written");
    }
    for (line, row) in (1..).zip(rows) {
        sheet.write_string(line, 0, format!("第{line}商行")).expect("written");
        for (column, text) in row {
            sheet.write_string(line, *column, text).expect("written");
        }
    }
    let path = folder.join(name);
    workbook.save(&path).expect("saved");
    path
}

impl Browser {
    pub(super) fn choose(&self, path: &Path) {
        self.type_into(&self.field("选文件"), &path.to_string_lossy());
    }

    /// Ticks the box, or chooses the choice, whose label begins so.
    pub(super) fn tick(&self, label: &str) {
        let field: Element = self.field(label);
        self.click(&field);
    }
}

/// The number of the serial.
pub(super) fn number(serial: usize) -> String {
    format!("晋放心示〔2026〕单位{serial:04}号")
}

#[test]
fn from_a_spreadsheet_to_certificates_a_reprint_and_a_revocation() {
    let (site, browser) = (Site::keeping(), Browser::open());
    let folder = tempfile::tempdir().expect("a folder");
    browser.go(&site.at("/"));
    browser.press("成批印制");
    browser.says("还没有批次");
    browser.judge();
    browser.press("新的一批");
    browser.judge();

    // What is no list is told, and nothing else happens.
    let stranger = folder.path().join("名单.doc");
    std::fs::write(&stranger, "no list").expect("written");
    browser.choose(&stranger);
    browser.says("“名单.doc”不是这里能读的名单");

    // A bad row is told by its cell; the list is given back with the cell marked.
    browser.choose(&list(folder.path(), "三月名单.xlsx", 40, Some(11)));
    browser.says("共 40 份，1 份要改");
    browser.says("H13");
    browser.says("只印没有问题的 39 份");
    assert!(!browser.words().contains("开始印 "), "all or nothing, unless it is said otherwise");
    browser.judge();
    // An answer that breaks off while it comes is told, and the button can be pressed again at once.
    browser.run(
        "window.whole = Response.prototype.blob; \
         Response.prototype.blob = () => Promise.reject(new TypeError('broken off'));",
        &[],
    );
    browser.press("下载标出问题的表（XLSX）");
    browser.says("连不上服务，请检查网络后再试");
    let focused = browser.run("return document.activeElement.textContent;", &[]);
    assert_eq!(focused.as_str(), Some("下载标出问题的表（XLSX）"), "it keeps the focus");
    browser.run("Response.prototype.blob = window.whole;", &[]);
    browser.press("下载标出问题的表（XLSX）");
    let (name, bytes) = browser.download("xlsx");
    assert!(name.contains("检查结果") && bytes.starts_with(b"PK"), "{name}");
    browser.tick("只印没有问题的");
    browser.says("开始印 39 份");

    // The mended list, and a reload that loses nothing.
    browser.choose(&list(folder.path(), "三月名单.xlsx", 40, None));
    browser.says("共 40 份，都没有问题");
    browser.says(&format!("{} 至 {}（40 份）", number(1), number(40)));
    browser.tick("纸上已经印好底纹");
    browser.fill("向右移", "1.5");
    // Numbers are never given back: Enter in a field starts nothing.
    browser.type_into(&browser.field("向右移"), ENTER);
    browser.judge();
    browser.press("校准页（PDF）");
    let (name, _) = browser.download("pdf");
    assert!(name.contains("校准页"), "{name}");
    browser.tick("纸上已经印好底纹");
    browser.reload();
    browser.says("三月名单.xlsx");
    browser.says("开始印 40 份");
    browser.press("开始印 40 份");

    browser.says("证书，40 份");
    let batch = browser.address();
    browser.says("印完了");
    browser.says(&number(40));
    browser.judge();
    browser.press("下载 PDF");
    let (name, bytes) = browser.download("pdf");
    assert!(name.starts_with("证书-") && name.contains("第1至40份"), "{name}");
    let pages = text_of(&bytes);
    assert_eq!(pages.len(), 40);
    for (at, page) in pages.iter().enumerate() {
        let page = squeezed(page);
        let (number, holder) = (number(at + 1), format!("第{}商行", at + 1));
        assert!(page.contains(&number) && page.contains(&holder), "page {}: {page}", at + 1);
    }

    // The same list once more: the registry knows them, and says what can be done.
    browser.go(&site.at("/batches/new"));
    browser.choose(&list(folder.path(), "三月名单.xlsx", 3, None));
    browser.says("已有这一称号的有效证书");
    browser.judge();
    browser.tick("已有证书的，也再编号发一份");
    browser.says(&format!("{} 至 {}（3 份）", number(41), number(43)));

    // Some once more.
    browser.go(&batch);
    browser.press("再印几份");
    browser.press("再印");
    browser.says("请填写“第几份”");
    browser.fill("第几份", "7-8");
    browser.type_into(&browser.field("原因"), "卡纸");
    browser.judge();
    browser.press("再印");
    browser.says("重印第 7 至 8 份");
    let results = "document.querySelectorAll('.print a.button').length === 2 || null";
    browser.until("the second file", |browser| {
        browser.run(&format!("return {results};"), &[]).as_bool()
    });
    browser.judge();

    certificate(&site, &browser);
}

/// One certificate is found, printed again and taken back; whoever verifies it sees that.
fn certificate(site: &Site, browser: &Browser) {
    browser.go(&site.at("/registry"));
    browser.says("共 40 个");
    browser.judge();
    browser.fill("编号、名称、代码或称号", "第7商行");
    browser.type_into(&browser.field("编号、名称、代码或称号"), ENTER);
    browser.says("找到 1 个");
    browser.judge();
    browser.press(&number(7));
    browser.says("有效（补印过）");
    browser.says("卡纸");
    browser.judge();
    browser.press("补印");
    browser.press("补印，下载 PDF");
    browser.says("请填写“原因”");
    browser.type_into(&browser.field("原因"), "原件污损");
    browser.press("补印，下载 PDF");
    let (name, bytes) = browser.download("pdf");
    assert!(name.contains("单位0007号-补印"), "{name}");
    let pages = text_of(&bytes);
    assert!(pages.len() == 1 && squeezed(&pages[0]).contains("第7商行"), "{pages:?}");
    browser.says("已补印");
    browser.says("原件污损");

    // What is typed elsewhere on the page stays, and hides nothing of what was done.
    browser.press("补印");
    browser.type_into(&browser.field("原因"), "还要一份");
    browser.press("撤销这个证书");
    browser.judge();
    // A dialog that is given up begins anew.
    browser.type_into(&browser.field("原因（印在公告上）"), "写错了");
    browser.press("不撤销，回去");
    browser.press("撤销这个证书");
    browser.type_into(&browser.field("原因（印在公告上）"), "连续两次复核不合格");
    browser.press("撤销");
    browser.says("请写“撤销”两个字");
    browser.type_into(&browser.field("请写“撤销”两个字"), "撤销");
    browser.press("撤销");
    browser.says("已撤销。撤销公告可以在这一页下载。");
    browser.says("要看到现在的样子，请刷新这一页");
    let typed = browser.run("return document.getElementById('reprint-why').value;", &[]);
    assert_eq!(typed.as_str(), Some("还要一份"), "what was typed is not lost");
    browser.judge();
    browser.reload();
    browser.says("连续两次复核不合格");
    browser.judge();
    browser.press("下载撤销公告（PDF）");
    let (_, bytes) = browser.download("pdf");
    let notice = squeezed(&text_of(&bytes).concat());
    assert!(notice.contains("连续两次复核不合格") && notice.contains(&number(7)), "{notice}");
    browser.quiet();

    browser.press("公众看到的查验结果");
    browser.says("已撤销");
    browser.says("第7商行");
    browser.judge();
    // Back is where one was, and a search is an address.
    browser.back();
    browser.says("变更记录");
    browser.go(&site.at("/registry?state=revoked"));
    browser.says("找到 1 个");
    browser.go(&site.at("/registry/ranges"));
    browser.says(&format!("{} 至 {}，共 40 个", number(1), number(40)));
    browser.judge();
}

//! Batches that do not simply go well: an answer that is lost, a list handed in twice, one that is cancelled,
//! one that stands still.

use std::sync::Arc;
use std::time::Duration;

use chengwen::app::Form;
use chengwen::store::Store;
use chengwen::values::Role;

use super::driver::Browser;
use super::province::{Row, list, list_of, number};
use super::site::Site;
use crate::registry::{accept, batches_of, rows};
use crate::support::app;

#[test]
fn a_lost_answer_makes_no_second_batch_and_what_is_unfinished_can_be_cancelled() {
    let (site, browser) = (Site::keeping(), Browser::open());
    let folder = tempfile::tempdir().expect("a folder");
    let april = list(folder.path(), "四月名单.xlsx", 2500, None);
    browser.go(&site.at("/batches/new"));
    browser.choose(&april);
    browser.says("开始印 2500 份");
    // Every certificate as a file of its own takes long enough to be watched.
    browser.tick("每份一个 PDF");
    browser.offline(true);
    browser.press("开始印 2500 份");
    browser.says("连不上服务，请检查网络后再试");
    browser.offline(false);
    browser.press("开始印 2500 份");
    browser.says("证书，2500 份");
    let batch = browser.address();
    // Progress comes as it happens.
    browser.until("progress", |browser| {
        let bar = "const bar = document.querySelector('progress'); return bar ? bar.value : 0;";
        browser.run(bar, &[]).as_u64().filter(|done| *done > 0)
    });
    browser.says("每秒");
    site.hold();
    browser.console();
    browser.judge();
    // A reload shows the same, and back leads to what was left, from which nothing starts twice.
    browser.reload();
    browser.says("已排好");
    browser.go(&site.at("/batches/new"));
    browser.choose(&april);
    browser.says("这份名单已经这样受理过");
    browser.judge();
    // Printed otherwise it is another request: the registry knows the rows, and tells it once.
    browser.tick("一个 PDF，一份接一份");
    browser.says("里已经编号，还没有印完：等它印完，或者到那里取消它");
    browser.judge();
    browser.tick("每份一个 PDF");
    browser.press("开始印 2500 份");
    browser.until("the same batch", |browser| (browser.address() == batch).then_some(()));

    browser.press("取消没有印完的");
    browser.press("取消这一批");
    browser.says("请填写“原因");
    browser.judge();
    browser.type_into(&browser.find("#cancel-why"), "名单有误");
    browser.press("取消这一批");
    browser.says("已取消：名单有误");
    browser.judge();
    browser.go(&site.at("/batches"));
    browser.says("已取消");
    assert_eq!(browser.words().matches("已取消").count(), 1, "{}", browser.words());
    browser.judge();
    browser.go(&site.at("/registry/ranges"));
    browser.says("作废");
    browser.says("已取消：名单有误");
    browser.judge();

    // Its numbers are over; the same list is another batch when that is meant.
    browser.go(&site.at("/batches/new"));
    browser.choose(&list(folder.path(), "四月名单.xlsx", 5, None));
    browser.says(&format!("{} 至 {}（5 份）", number(2501), number(2505)));
    browser.quiet();
}

/// A data directory in which a batch has come to a standstill.
fn standing_still() -> tempfile::TempDir {
    let data = tempfile::tempdir().expect("a folder");
    let runtime = tokio::runtime::Runtime::new().expect("threads");
    runtime.block_on(async {
        let store = Store::open(data.path()).await.expect("opened");
        let batches = batches_of(Arc::new(app()), store);
        let wanted = accept(&batches, &rows(), Form::Merged).await;
        let ledger = batches.ledger();
        let worker = ledger.worker(Duration::from_secs(30)).await.expect("a worker");
        let claim = ledger.claim(&worker, Some(&wanted.print), |_, _, _| true).await;
        let claim = claim.expect("read").expect("a chunk");
        assert!(ledger.give_up(&claim, "磁盘已满", true).await.expect("given up"));
        worker.let_go(&claim.print, claim.chunk);
        ledger.leave(&worker).await;
    });
    data
}

#[test]
fn a_batch_that_stands_still_says_why_and_goes_on() {
    let (site, browser) = (Site::with(standing_still()), Browser::open());
    browser.go(&site.at("/batches"));
    browser.says("停住了");
    browser.press("证书");
    browser.says("停住了：磁盘已满");
    browser.judge();
    browser.press("接着印");
    browser.says("印完了");
    browser.says("下载 PDF");
    browser.judge();
}

#[test]
fn numbers_of_several_counters_are_told_by_counter() {
    let (site, browser) = (Site::keeping(), Browser::open());
    let folder = tempfile::tempdir().expect("a folder");
    let row = |title: &str, own: &str| -> Row {
        let cells = [(3, title), (4, own), (7, "2026-03-05")];
        cells.map(|(column, text)| (column, text.to_owned())).into()
    };
    let rows = [
        row("示范单位", ""),
        row("示范单位", ""),
        row("示范行业", ""),
        row("示范单位", "晋放心示〔2026〕单位0888号"),
    ];
    browser.go(&site.at("/batches/new"));
    browser.choose(&list_of(folder.path(), "五月名单.xlsx", &rows));
    browser.says("由登记簿编号，从没有用过的第一个号起");
    browser.says("另有 1 份的编号名单里已经写好");
    browser.says("写在名单的“证书编号”一列");
    browser.judge();
    // The look of the paper changes nothing of what was found, and is not asked about.
    browser.run(
        "window.asked = []; const own = fetch; \
         window.fetch = (...what) => { asked.push(String(what[0])); return own(...what); };",
        &[],
    );
    browser.tick("每份一个 PDF");
    browser.tick("一个 PDF，一份接一份");
    browser.tick("纸上已经印好底纹");
    browser.until("one look", |browser| {
        let asked = browser.run("return asked;", &[]);
        let asked = asked.as_array().expect("a list").clone();
        assert!(asked.len() <= 1, "{asked:?}");
        asked.first().map(|it| assert!(it.to_string().contains("overprint=yes"), "{it}"))
    });
    browser.fill("向下移", "-0.5");
    browser.press("开始印 4 份");
    browser.says("印完了");
    browser.says("套打，向上移 0.5 毫米");
    let industry = "晋放心示〔2026〕行业0001号";
    browser.says(&format!("{} 至 {} {industry} 名单里写好的 1 个", number(1), number(2)));
    browser.judge();
    browser.go(&site.at("/batches"));
    browser.says(&format!("{} 至 {} 等 3 段", number(1), number(2)));
    browser.judge();
}

#[test]
fn a_list_is_kept_for_whoever_chose_it_and_nobody_after() {
    let site = Site::guarded(&[Role::Province, Role::Bureau]);
    let browser = Browser::open();
    let folder = tempfile::tempdir().expect("a folder");
    let enters = |role| {
        browser.go(&site.at("/sign-in"));
        browser.fill("密钥", site.key(role));
        browser.press("登录");
        browser.says("退出登录");
    };
    enters(Role::Province);
    browser.go(&site.at("/batches/new"));
    browser.choose(&list(folder.path(), "六月名单.xlsx", 2, None));
    browser.says("开始印 2 份");
    browser.reload();
    browser.says("六月名单.xlsx");
    browser.press("退出登录");
    browser.says("现在不能用");
    let left = browser.run("return JSON.stringify(sessionStorage);", &[]);
    assert_eq!(left.as_str(), Some("{}"), "nothing is left of whoever left");
    enters(Role::Bureau);
    browser.press("成批印制");
    browser.press("新的一批");
    browser.says("现在不能选：要省局的密钥");
    assert!(!browser.words().contains("六月名单"), "{}", browser.words());
}

//! Batches that do not simply go well: an answer that is lost, a list handed in twice, one that is cancelled,
//! one that stands still.

use std::sync::Arc;
use std::time::Duration;

use chengwen::app::Form;
use chengwen::store::Store;

use super::driver::Browser;
use super::province::{list, number};
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

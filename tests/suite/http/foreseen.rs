//! What a batch would come to, told before it is accepted; and which numbers were given since.

use serde_json::{Value, json};

use super::batches::{Ask, BATCHES, Kept, XLSX, assert_described, certificates, kept};
use crate::support::run;

const CHECK: &str = "/api/v1/batches/check?document=shanxi/certificate";

impl Kept {
    async fn check(&self, query: &str, key: &str, rows: String) -> Value {
        let path = format!("{CHECK}{query}");
        let ask = Ask { path: &path, request_key: Some(key), ..Ask::default() };
        let answer = ask.of(&self.house, rows).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        assert_described(&self.house, "Prospect", &answer.json()).await;
        answer.json()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_numbers_that_are_foretold_are_those_that_are_given_and_nothing_is_reserved() {
    let kept = kept(4).await;
    let mut rows: Value =
        serde_json::from_str(&certificates(&["甲商行", "乙商行", "丙协会", ""])).expect("JSON");
    rows[2]["category"]["kind"] = "示范行业".into();
    let told = kept.check("", "one", rows.to_string()).await;
    assert_eq!(
        (&told["sound"], &told["rows"], &told["sound_rows"]),
        (&false.into(), &4.into(), &3.into())
    );
    assert_eq!(told["problems"][0]["pointer"], "/3/holder");
    let numbers = json!([
        { "first": "晋放心示〔2026〕单位0001号", "last": "晋放心示〔2026〕单位0002号", "count": 2 },
        { "first": "晋放心示〔2026〕行业0001号", "last": "晋放心示〔2026〕行业0001号", "count": 1 },
    ]);
    assert_eq!(told["numbers"], numbers);
    // Told twice, it is told the same: nothing was taken.
    assert_eq!(kept.check("", "one", rows.to_string()).await["numbers"], numbers);
    assert!(kept.batches.ledger().registry().ranges().await.expect("read").is_empty());
    kept.assert_whole().await;

    let path = format!("{BATCHES}?document=shanxi/certificate&good_rows=yes");
    let ask = Ask { path: &path, request_key: Some("one"), ..Ask::default() };
    let accepted = ask.of(&kept.house, rows.to_string()).await.json();
    assert_eq!(accepted["numbers"]["first"], "晋放心示〔2026〕单位0001号");
    // With the key of a batch, the batch is told; with another, what the registry has against it.
    let known = kept.check("&good_rows=yes", "one", rows.to_string()).await;
    assert_eq!((&known["batch"], &known["numbers"]), (&accepted["id"], &json!([])));
    let again = kept.check("", "two", certificates(&["甲商行"])).await;
    assert_eq!(again["problems"][0]["code"], "holder.waiting");
    let meant = kept.check("&anew=yes", "two", certificates(&["甲商行"])).await;
    assert_eq!(meant["numbers"][0]["first"], "晋放心示〔2026〕单位0003号");
    // Neither options nor tables that do not fit are passed over.
    let path = format!("{CHECK}&as=zip&names={{{{nothing");
    let ask = Ask { path: &path, request_key: Some("three"), ..Ask::default() };
    ask.of(&kept.house, certificates(&["癸商行"])).await.problem(422, "unprintable");
    let ask = Ask { path: CHECK, request_key: Some("three"), kind: XLSX, ..Ask::default() };
    ask.of(&kept.house, "no table").await.problem(422, "invalid-record");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_a_counter_is_accounted_for() {
    let kept = kept(4).await;
    let mut rows: Value = serde_json::from_str(&certificates(&["甲", "乙", "丙"])).expect("JSON");
    // A number that someone gave by hand is passed over.
    rows[2]["number"] = "晋放心示〔2026〕单位0002号".into();
    let path = format!("{BATCHES}?document=shanxi/certificate");
    let ask = Ask { path: &path, request_key: Some("one"), ..Ask::default() };
    let first = ask.of(&kept.house, rows.to_string()).await.json();
    let print = first["print"].as_str().expect("a print");
    kept.batches.finish(print, |_| true).await.expect("printed");
    let second = kept.accept("", "two", &["丁", "戊"]).await.json();
    let id = second["id"].as_str().expect("an id");
    let cancel = format!("{BATCHES}/{id}?why=%E5%90%8D%E5%8D%95%E6%9C%89%E8%AF%AF");
    assert_eq!(kept.ask("DELETE", &cancel).await.status, 200);
    kept.accept("", "three", &["己"]).await;

    let answer = kept.ask("GET", "/api/v1/certificates/ranges").await.json();
    assert_described(&kept.house, "Ranges", &answer).await;
    let [range] = answer["ranges"].as_array().expect("a list").as_slice() else {
        panic!("one counter: {answer:#}")
    };
    assert_eq!(range["document"], "shanxi/certificate");
    assert_eq!((&range["counter"], &range["count"]), (&"2026-示范单位".into(), &6.into()));
    assert_eq!(range["last"], "晋放心示〔2026〕单位0006号");
    let runs: Vec<(&str, u64, &str)> = range["runs"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|run| {
            let text = |key: &str| run[key].as_str().unwrap_or_default();
            (text("fate"), run["count"].as_u64().expect("a number"), text("why"))
        })
        .collect();
    let cancelled = format!("批次 {id} 已取消：名单有误");
    assert_eq!(
        runs,
        [
            ("given", 1, ""),
            ("passed", 1, "这个编号已由用户给出"),
            ("given", 1, ""),
            ("void", 2, cancelled.as_str()),
            ("reserved", 1, ""),
        ]
    );
    let data = kept.data.path().to_string_lossy().into_owned();
    let told =
        run(env!("CARGO_BIN_EXE_chengwen"), &["registry", "list", "--ranges", "--data", &data]);
    let told = String::from_utf8(told.stdout).expect("UTF-8");
    for part in ["单位0001号 至 晋放心示〔2026〕单位0006号，共 6 个", "作废：批次", "跳过"]
    {
        assert!(told.contains(part), "{part} in {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_that_are_printed_again_say_why() {
    let kept = kept(4).await;
    let batch = kept.accept("", "one", &["甲", "乙"]).await.json();
    let finish = |print: &Value| {
        let print = print.as_str().expect("a print").to_owned();
        let batches = kept.batches.clone();
        async move { batches.finish(&print, |_| true).await.expect("printed") }
    };
    finish(&batch["print"]).await;
    let home = format!("{BATCHES}/{}/prints?only=2", batch["id"].as_str().expect("an id"));
    let why = "%E5%8D%A1%E7%BA%B8";
    let again = kept.ask("POST", &format!("{home}&why={why}")).await.json();
    finish(&again["print"]).await;
    let number = batch["numbers"]["last"].as_str().expect("a number");
    let history = kept.batches.ledger().registry().history_of(number).await.expect("read");
    let last = history.last().expect("an entry");
    assert_eq!((last.what.as_str(), last.why.as_str()), ("reprinted", "卡纸"));
    let long = "%41".repeat(201);
    kept.ask("POST", &format!("{home}&why={long}")).await.problem(422, "unprintable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_calibration_sheet_is_had_where_there_is_stock() {
    let kept = kept(1).await;
    let path = |document: &str, query: &str| {
        format!("/api/v1/documents/shanxi/{document}/calibration{query}")
    };
    let sheet = kept.ask("GET", &path("certificate", "?offset=1.5,-0.5")).await;
    assert_eq!(sheet.status, 200);
    assert!(sheet.header("content-disposition").contains("%E6%A0%A1%E5%87%86%E9%A1%B5"));
    let plain = kept.ask("GET", &path("certificate", "")).await;
    assert!(plain.bytes.starts_with(b"%PDF-") && plain.bytes != sheet.bytes);
    kept.ask("GET", &path("certificate", "?offset=99,0")).await.problem(400, "query");
    kept.ask("GET", &path("notice", "")).await.problem(422, "unprintable");
}

//! What is made of a record besides its print: the spreadsheet of its list, another document, a calendar.

use serde_json::{Value, json};

use super::client::{FormPart as Part, House, form, send};
use crate::support::sample;

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
const SUMMARY: &str = "/api/v1/documents/shanxi/summary";
const NOTICE: &str = "/api/v1/documents/shanxi/notice";

#[tokio::test]
async fn the_list_of_documents_says_what_each_can_be_made_from() {
    let house = House::open();
    let told = house.get("/api/v1/documents").await.json();
    let documents = told["documents"].as_array().expect("a list");
    let of = |id: &str| documents.iter().find(|it| it["document"] == id).expect("it is there");
    let notice = of("shanxi/notice");
    assert_eq!(notice["from"], json!(["shanxi/application", "shanxi/summary"]));
    assert_eq!(notice["list"], "/entries");
    for (name, last) in [
        ("collect", "collect"),
        ("xlsx", "xlsx"),
        ("derive", "derive"),
        ("calendar", "calendar"),
        ("form", "form.xlsx"),
    ] {
        assert_eq!(notice["links"][name], format!("{NOTICE}/{last}"));
    }
    let letter = of("shanxi/commitment");
    assert!(letter["links"].get("derive").is_some() && letter["links"].get("collect").is_none());
    let plain = of("shanxi/application");
    assert_eq!((&plain["from"], &plain["list"]), (&json!([]), &Value::Null));
    for name in ["collect", "xlsx", "derive", "calendar"] {
        assert!(plain["links"].get(name).is_none(), "{name}");
    }
}

#[tokio::test]
async fn a_list_is_had_as_a_spreadsheet_and_taken_back() {
    let house = House::open();
    let given = sample(&house.app, "shanxi-summary");
    let path = format!("{SUMMARY}/xlsx");
    let answer = house.post(&path, given.bytes.clone()).await;
    assert_eq!((answer.status.as_u16(), answer.header("content-type")), (200, XLSX));
    assert_eq!(answer.header("chengwen-problems"), "0");
    let named = answer.header("content-disposition");
    assert!(named.contains("filename=\"shanxi-summary.xlsx\""), "{named}");
    // 培育汇总表.xlsx
    assert!(named.ends_with("%E5%9F%B9%E8%82%B2%E6%B1%87%E6%80%BB%E8%A1%A8.xlsx"), "{named}");

    let mut head = given.record();
    head["rows"] = json!([]);
    let head = head.to_string();
    let parts: [Part<'_>; 2] =
        [("with", "", head.as_bytes()), ("file", "汇总表.xlsx", &answer.bytes)];
    let told = send(&house, &format!("{SUMMARY}/collect"), form(&parts)).await.json();
    assert_eq!(told["record"], given.record());
    let rows = given.record()["rows"].as_array().expect("rows").len();
    let taken = told["taken"].as_array().expect("a list");
    assert_eq!(taken.len(), rows);
    assert_eq!(taken[2], json!({ "pointer": "/rows/2", "file": "汇总表.xlsx", "row": 4 }));

    house.post(&path, "{}").await.problem(422, "invalid-record");
    house.post(&path, "{").await.problem(400, "not-json");
    house
        .post("/api/v1/documents/shanxi/application/xlsx", "{}")
        .await
        .problem(404, "not-collected");
    house.post(&format!("{path}?a=1"), "{}").await.problem(400, "query");
    let form = house.get(&format!("{SUMMARY}/form.xlsx")).await;
    assert_eq!((form.status.as_u16(), form.header("content-type")), (200, XLSX));
    house.get("/api/v1/documents/shanxi/revocation/form.xlsx").await.problem(422, "invalid-record");
}

#[tokio::test]
async fn problems_of_cells_are_told_of_the_record() {
    let house = House::open();
    let head = "申报主体名称,申报类别,统一社会信用代码或登记证号,行政区域,行业主管部门,申报主体联系人,联系电话";
    let row = "甲公司,示范单为,91140107MA0H8WH95M,太原市杏花岭区,商务局,曹建军,13835420318";
    let csv = format!("{head}\n{row}\n");
    let path = format!("{SUMMARY}/collect");
    let file: Part<'_> = ("file", "名单.csv", csv.as_bytes());
    let answer = send(&house, &path, form(&[file, ("with", "", b"{}")])).await;
    assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
    let told = answer.json();
    let problems = told["problems"].as_array().expect("a list");
    assert!(problems.iter().any(|one| one["pointer"] == "/rows/0/category/kind"), "{told}");
    assert!(problems.iter().any(|one| one["pointer"] == "/unit"), "{told}");
    assert_eq!(told["taken"], json!([{ "pointer": "/rows/0", "file": "名单.csv", "row": 2 }]));
    // One that cannot be read is refused; the other is taken all the same, and said where.
    let bad: Part<'_> = ("file", "乙.csv", "甲,乙\n1,2\n".as_bytes());
    let told = send(&house, &path, form(&[bad, file])).await.problem(422, "unfit-files");
    assert_eq!(told["refused"][0]["file"], "乙.csv");
    assert_eq!(told["taken"][0]["file"], "名单.csv");
}

#[tokio::test]
async fn a_notice_is_derived_from_a_summary() {
    let house = House::open();
    let summary = sample(&house.app, "shanxi-summary");
    let ask = |query: &str, body: Vec<u8>| {
        let path = format!("{NOTICE}/derive{query}");
        let house = house.clone();
        async move { house.post(&path, body).await }
    };
    let answer = ask("?from=shanxi/summary", summary.bytes.clone()).await;
    assert_eq!(answer.status, 200);
    let told = answer.json();
    let rows = summary.record()["rows"].clone();
    let entries = told["record"]["entries"].as_array().expect("a list");
    assert_eq!(entries.len(), rows.as_array().expect("rows").len());
    assert!(entries.iter().all(|entry| entry.get("contact").is_none()));
    assert_eq!(told["record"].as_object().expect("a record").len(), 1);
    let one = ask("?from=shanxi/application", sample(&house.app, "shanxi-application").bytes).await;
    assert_eq!(one.json()["record"]["entries"].as_array().map(Vec::len), Some(1));
    let none = ask("", summary.bytes.clone()).await.problem(400, "query");
    assert_eq!(none["parameters"][0]["allowed"], json!(["shanxi/application", "shanxi/summary"]));
    ask("?from=shanxi/notice", summary.bytes.clone()).await.problem(400, "query");
    ask("?from=shanxi/summary", b"[".to_vec()).await.problem(400, "not-json");
    let path = "/api/v1/documents/shanxi/application/derive?from=shanxi/summary";
    house.post(path, "{}").await.problem(404, "not-derived");
}

#[tokio::test]
async fn a_calendar_shows_the_days_of_a_notice() {
    let house = House::open();
    let path = format!("{NOTICE}/calendar");
    let ask = async |record: Value| {
        let answer = house.post(&path, record.to_string()).await;
        assert_eq!(answer.status, 200, "{}", String::from_utf8_lossy(&answer.bytes));
        answer.json()
    };
    // Nothing but what the period needs.
    let of = |issued: &str, days: u32| json!({ "issued_on": issued, "period": { "working_days": days, "issue_day_counted": false } });
    let told = ask(of("2025-09-26", 5)).await;
    assert_eq!(told["title"], "公示期");
    // 28 September makes up for the holiday, which lasts from the 1st to the 8th.
    let span = json!({ "from": "2025-09-28", "to": "2025-10-10", "working_days": 5 });
    assert_eq!(told["span"], span);
    assert_eq!((&told["problems"], &told["notes"]), (&json!([]), &json!([])));
    let months = told["months"].as_array().expect("months");
    let names: Vec<(u64, u64, usize)> = months
        .iter()
        .map(|it| {
            let number = |key: &str| it[key].as_u64().expect("a number");
            (number("year"), number("month"), it["days"].as_array().expect("days").len())
        })
        .collect();
    assert_eq!(names, [(2025, 9, 30), (2025, 10, 31)]);
    let day = |month: usize, day: usize| &months[month]["days"][day - 1];
    let wanted = json!({ "date": "2025-09-28", "weekday": 7, "kind": "made-up", "name": "国庆节", "within": true });
    assert_eq!(day(0, 28), &wanted);
    let wanted = json!({ "date": "2025-10-06", "weekday": 1, "kind": "holiday", "name": "中秋", "within": true });
    assert_eq!(day(1, 6), &wanted);
    let wanted = json!({ "date": "2025-09-27", "weekday": 6, "kind": "rest", "name": null, "within": false });
    assert_eq!(day(0, 27), &wanted);
    assert_eq!((&day(1, 10)["kind"], &day(1, 10)["within"]), (&json!("working"), &json!(true)));
    assert_eq!(day(1, 11)["within"], false);

    // Not yet: what is missing is told, and nothing of the rest of the form.
    let told = ask(json!({ "period": { "working_days": 5 } })).await;
    assert_eq!((&told["span"], &told["months"]), (&Value::Null, &json!([])));
    let pointers: Vec<&str> = told["problems"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["pointer"].as_str())
        .collect();
    assert_eq!(pointers, ["/period/issue_day_counted", "/issued_on"]);
    assert_eq!(ask(json!({})).await["span"], Value::Null);
    assert_eq!(ask(json!([])).await["span"], Value::Null);
    // A year that is not known is not guessed: no period can be counted in it, as the rules say.
    let told = ask(of("2026-12-28", 5)).await;
    assert_eq!(told["span"], Value::Null);
    let sentence = told["problems"][0]["sentence"].as_str().expect("a sentence");
    assert!(sentence.contains("holidays.json"), "{sentence}");
    // One that was given is shown, and its working days are not counted.
    let given = |from: &str, to: &str| json!({ "period": { "from": from, "to": to } });
    let told = ask(given("2026-12-28", "2027-01-05")).await;
    assert_eq!(told["span"]["working_days"], Value::Null);
    assert_eq!(told["months"][1]["days"][0]["kind"], "unknown");
    assert!(told["notes"][0].as_str().expect("a note").contains("2027年"), "{}", told["notes"]);
    let told = ask(given("2024-01-05", "2099-01-05")).await;
    assert_eq!(told["months"].as_array().map(Vec::len), Some(12));
    assert_eq!(told["notes"].as_array().map(Vec::len), Some(2));
    assert_eq!(ask(given("2026-05-05", "2026-05-01")).await["span"], Value::Null);
    house.post(&path, "{").await.problem(400, "not-json");
    house.post("/api/v1/documents/shanxi/summary/calendar", "{}").await.problem(404, "no-calendar");
}

#[tokio::test]
async fn the_calendar_says_what_the_paper_says() {
    let house = House::open();
    for name in ["shanxi-notice", "shanxi-notice.cultivation", "shanxi-notice.inline"] {
        let given = sample(&house.app, name);
        let told = house.post(&format!("{NOTICE}/calendar"), given.bytes.clone()).await.json();
        let pages = crate::support::render(
            &house.app,
            &given.document,
            &given.record(),
            chengwen::app::Options::default(),
        );
        let text = crate::support::squeezed(&crate::support::text_of(&pages.bytes).concat());
        let written = |day: &Value| {
            let day = day.as_str().expect("a day");
            let number = |part: &str| part.parse::<u32>().expect("a number");
            format!("{}年{}月{}日", &day[..4], number(&day[5..7]), number(&day[8..]))
        };
        let span = &told["span"];
        let said = format!("{}至{}", written(&span["from"]), written(&span["to"]));
        assert!(text.contains(&said), "{name}: {said}");
    }
}

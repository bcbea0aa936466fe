//! Documents made from each other, as manifests say; what is wrong there is told when they are opened.

use chengwen::intake::examine;
use chengwen::wording::{applicant_of, derive};
use serde_json::{Value, json};

use crate::homes::{Spoilt, expect};
use crate::support::{app, sample, samples};

const SUMMARY: &str = "templates/shanxi/summary/document.toml";
const LETTER: &str = "templates/shanxi/commitment/document.toml";

/// What a sample of the application gives a document.
fn derived(target: &str, name: &str) -> Value {
    let app = app();
    let catalog = app.catalog();
    let find = |name: &str| catalog.document(name).expect("the document exists");
    let (target, source) = (find(target), find("shanxi/application"));
    let bytes = sample(&app, name).bytes;
    let examined = examine(catalog, source, &bytes, usize::MAX).expect("no fault");
    let complete = examined.records[0].complete();
    derive(target, source, complete).expect("no fault").pop().expect("there is a mapping")
}

#[test]
fn an_application_gives_a_row_and_a_letter() {
    let row = derived("shanxi/summary", "shanxi-application");
    // Written out, so that the order is compared too.
    let wanted = json!({
        "name": "太原市迎泽区晋味源食品有限公司",
        "category": { "kind": "示范单位" },
        "registration": { "number": "91140106MA0K3T7W78" },
        "region": "太原市迎泽区",
        "industry_authority": "太原市迎泽区商务局",
        "contact": { "name": "郝雅琴", "phone": "0351-4088126" },
    });
    assert_eq!(row.to_string(), wanted.to_string());
    let letter = derived("shanxi/commitment", "shanxi-application");
    let wanted = json!({
        "name": "太原市迎泽区晋味源食品有限公司",
        "registration": { "number": "91140106MA0K3T7W78" },
        "region": "太原市迎泽区",
        "category": { "kind": "示范单位" },
        "service_phone": "0351-4088126",
        "committed_on": "2026-06-18",
    });
    assert_eq!(letter.to_string(), wanted.to_string());
}

#[test]
fn reasons_go_over_as_they_are() {
    let row = derived("shanxi/summary", "shanxi-application.reasons");
    assert_eq!(row["registration"], json!({ "reason": "登记证书正在换发" }));
    assert_eq!(row["industry_authority"], json!({ "reason": "无行业主管部门" }));
    assert_eq!(
        row["contact"],
        json!({ "name": { "reason": "待换届后指定" }, "phone": { "reason": "待换届后指定" } })
    );
}

#[test]
fn every_application_gives_what_the_summary_takes() {
    let app = app();
    let of = |name: &str| app.catalog().document(name).expect("the document exists");
    let (summary, application) = (of("shanxi/summary"), of("shanxi/application"));
    let (mut rows, mut keys) = (Vec::new(), Vec::new());
    let all = samples(&app);
    for sample in all.iter().filter(|sample| sample.document == "shanxi/application") {
        let examined = examine(app.catalog(), application, &sample.bytes, usize::MAX);
        let complete = examined.expect("no fault").records[0].complete().clone();
        rows.extend(derive(summary, application, &complete).expect("no fault"));
        keys.extend(applicant_of(summary, application, &complete).expect("no fault"));
    }
    let mut record = sample(&app, "shanxi-summary.minimal").record();
    assert!(rows.len() >= 5 && keys.len() == rows.len());
    assert!(keys.contains(&json!("91140106MA0K3T7W78")), "{keys:?}");
    // Without a number the name tells.
    assert!(keys.contains(&json!("长治市潞州区潞安便民商会")), "{keys:?}");
    record["rows"] = rows.into();
    let examined = app.check("shanxi/summary", record.to_string().as_bytes()).expect("no fault");
    assert!(examined.problems.is_sound(), "{:?}", examined.problems);
}

#[test]
fn a_draft_gives_what_it_has() {
    let app = app();
    let of = |name: &str| app.catalog().document(name).expect("the document exists");
    let (letter, application) = (of("shanxi/commitment"), of("shanxi/application"));
    let examined = examine(app.catalog(), application, br#"{"name": "A"}"#, usize::MAX);
    let examined = examined.expect("no fault");
    let made = derive(letter, application, examined.drafts[0].complete()).expect("no fault");
    assert_eq!(made, [json!({ "name": "A" })]);
    assert!(derive(application, letter, &Value::Null).expect("no fault").is_empty());
}

#[test]
fn a_mapping_is_checked_when_it_is_opened() {
    expect(
        SUMMARY,
        "[from.\"shanxi/application\"]\n",
        "[from.\"shanxi/aplication\"]\ncolumns = {}\n[from.\"shanxi/application\"]\n",
        &["[from.\"shanxi/aplication\"]：没有这份文书", "shanxi/application、"],
    );
    expect(SUMMARY, "into = \"/rows\"", "into = \"/unit\"", &["into 指向的 /unit 不是"]);
    expect(SUMMARY, "registration.number or name", "registration.numbr", &["registration.numbr"]);
    expect(SUMMARY, "region = \"region\"", "regio = \"region\"", &["没有字段“regio”", "region、"]);
    expect(SUMMARY, "region = \"region\"", "region = \"unit\"", &["“region”用了", "“unit”"]);
    expect(SUMMARY, "category.kind}\"", "category.kind\"", &["“category”的表达式有误"]);
    expect(SUMMARY, "contact = \"contact\"", "contact = 1", &["应为文字"]);
    expect(SUMMARY, "into = \"/rows\"", "onto = \"/rows\"", &["onto", "into"]);
    expect(
        LETTER,
        "[from.\"shanxi/application\".columns]",
        "from.\"shanxi/application\".key = \"name\"\n[from.\"shanxi/application\".columns]",
        &["须同时写 into"],
    );
}

#[test]
fn all_slips_of_mappings_are_told_at_once() {
    let home = Spoilt::new();
    home.spoil(SUMMARY, "registration.number or name", "number or name");
    home.spoil(SUMMARY, "name = \"name\"", "name = \"title\"");
    home.spoil(LETTER, "committed_on = \"filled_on\"", "committed = \"filled\"");
    let faults = home.faults();
    for part in ["“number”", "“title”", "“filled”", "没有字段“committed”"] {
        assert!(faults.contains(part), "{part} not in\n{faults}");
    }
}

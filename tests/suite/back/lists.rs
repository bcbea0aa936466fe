//! Lists made from lists: a county's into the city's, the one that is published from the one handed on.

use chengwen::app::{App, Refusal, extract};
use serde_json::{Value, json};

use super::{collected, file, printed, with_record};
use crate::command_line::chengwen;
use crate::homes::expect;
use crate::support::{app, sample, squeezed, text_of};

const SUMMARY: &str = "shanxi/summary";
const NOTICE: &str = "shanxi/notice";
const MANIFEST: &str = "templates/shanxi/notice/document.toml";

/// A sample without its list.
fn head(app: &App, name: &str, list: &str) -> Value {
    let mut head = sample(app, name).record();
    head.as_object_mut().expect("a record").shift_remove(list).expect("a list");
    head
}

#[test]
fn a_carried_list_of_the_same_document_goes_over_as_it_is() {
    let app = app();
    let county = printed(&app, "shanxi-summary.minimal");
    let rows = sample(&app, "shanxi-summary.minimal").record()["rows"].clone();
    let form = printed(&app, "shanxi-application");
    let files: [(&str, &[u8]); 2] = [("县.pdf", &county), ("丙.pdf", &form)];
    let found = collected(&app, SUMMARY, &files, Some(&head(&app, "shanxi-summary", "rows")));
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    assert!(found.problems.is_sound(), "{:?}", found.problems.all());
    let given = rows.as_array().expect("rows");
    let made = found.record["rows"].as_array().expect("rows");
    assert_eq!(&made[..given.len()], given);
    assert_eq!(made.len(), given.len() + 1);
    assert!(found.taken[..given.len()].iter().all(|it| it.file == "县.pdf" && it.row.is_none()));
    // The same file twice is the same file; the same applicant in two lists is told by the list's rule.
    let twice = collected(&app, SUMMARY, &[("a.pdf", &county), ("b.pdf", &county)], None);
    assert!(twice.refused[0].reason.contains("与 a.pdf 完全相同"), "{:?}", twice.refused);
    let other = with_record(&county, |record| {
        let record = String::from_utf8(record).expect("UTF-8");
        let reporter = sample(&app, "shanxi-summary.minimal").record()["reporter"].clone();
        record.replace(reporter.as_str().expect("a name"), "另一人").into_bytes()
    });
    let again = collected(&app, SUMMARY, &[("a.pdf", &county), ("b.pdf", &other)], None);
    assert!(again.refused.is_empty(), "{:?}", again.refused);
    let codes: Vec<&str> = again.problems.to_mend().map(|one| &*one.code).collect();
    assert_eq!(codes, vec!["list.same"; given.len()]);
}

#[test]
fn a_notice_is_made_from_summaries_and_applications() {
    let app = app();
    let summary = printed(&app, "shanxi-summary");
    let rows = sample(&app, "shanxi-summary").record()["rows"].clone();
    let rows = rows.as_array().expect("rows");
    let head = head(&app, "shanxi-notice", "entries");
    let found = collected(&app, NOTICE, &[("汇总表.pdf", &summary)], Some(&head));
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    let entries = found.record["entries"].as_array().expect("entries");
    assert_eq!(entries.len(), rows.len());
    for (entry, row) in entries.iter().zip(rows) {
        let wanted = json!({
            "name": row["name"], "category": row["category"],
            "registration": row["registration"], "region": row["region"],
        });
        // Nothing of the contact goes into what is public; the order is the paper's.
        assert_eq!(entry.to_string(), wanted.to_string());
    }
    // Whoever has a reason instead of a number cannot be published, and the check says who.
    let reasons: Vec<String> = (0..rows.len())
        .filter(|at| rows[*at]["registration"]["reason"].is_string())
        .map(|at| format!("/entries/{at}/registration"))
        .collect();
    let told: Vec<&str> = found.problems.to_mend().map(|one| &*one.pointer).collect();
    assert_eq!(told.is_empty(), reasons.is_empty(), "{told:?}");
    assert!(told.iter().all(|at| reasons.iter().any(|reason| at.starts_with(&**reason))));

    let with_reason = printed(&app, "shanxi-application.reasons");
    let sound = printed(&app, "shanxi-application");
    let files: [(&str, &[u8]); 2] = [("甲.pdf", &sound), ("乙.pdf", &with_reason)];
    let found = collected(&app, NOTICE, &files, Some(&head));
    assert!(found.refused.is_empty(), "{:?}", found.refused);
    assert_eq!(found.record["entries"][1]["registration"], json!({ "reason": "登记证书正在换发" }));
    let told: Vec<&str> = found.problems.to_mend().map(|one| &*one.pointer).collect();
    assert!(!told.is_empty() && told.iter().all(|at| at.starts_with("/entries/1/registration")));
    let mut sentences = found.problems.to_mend().map(|one| &*one.sentence);
    assert!(sentences.any(|one| one.contains("不能以未填原因代替")), "{:?}", found.problems.all());
}

#[test]
fn the_program_makes_a_notice_from_a_summary() {
    let app = app();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let head = head(&app, "shanxi-notice.cultivation", "entries");
    file(&folder, "head.json", head.to_string().as_bytes());
    let mut record = sample(&app, "shanxi-summary").record();
    let rows = record["rows"].as_array_mut().expect("rows");
    rows.retain(|row| row["registration"]["number"].is_string());
    // So few stand in the text itself.
    rows.truncate(4);
    let names: Vec<String> =
        rows.iter().map(|row| row["name"].as_str().expect("a name").to_owned()).collect();
    let made = crate::support::render(&app, SUMMARY, &record, Default::default());
    file(&folder, "汇总表.pdf", &made.bytes);
    let (summary, with, out) = (path("汇总表.pdf"), path("head.json"), path("公示.pdf"));
    let ran = chengwen(&["collect", NOTICE, &summary, "--with", &with, "-o", &out]);
    assert_eq!(ran.code, 0, "{}", ran.told);
    let pdf = std::fs::read(&out).expect("written");
    let pages = squeezed(&text_of(&pdf).concat());
    for name in &names {
        assert!(pages.contains(&squeezed(name)), "{name} is not published");
    }
    // It is public: it carries nothing.
    assert!(matches!(extract(&pdf), Err(Refusal::Usage(_))));
}

#[test]
fn what_is_derived_is_what_would_be_collected() {
    let app = app();
    let summary = sample(&app, "shanxi-summary");
    let derived = app.derive(NOTICE, SUMMARY, &summary.bytes).expect("derived");
    let collected = collected(&app, NOTICE, &[("a.pdf", &printed(&app, "shanxi-summary"))], None);
    assert_eq!(derived.record, collected.record);
    assert!(derived.problems.is_sound());
    // A document without a list gets the fields themselves.
    let application = sample(&app, "shanxi-application");
    let letter = app.derive("shanxi/commitment", "shanxi/application", &application.bytes);
    let letter = letter.expect("derived").record;
    assert_eq!(letter["committed_on"], application.record()["filled_on"]);
    // An unfinished list gives what it has, and its problems are told.
    let unfinished = br#"{"rows": [{"name": "A"}, {"name": "B", "category": {"kind": "x"}}]}"#;
    let derived = app.derive(NOTICE, SUMMARY, unfinished).expect("derived");
    assert_eq!(derived.record, json!({ "entries": [{ "name": "A" }, { "name": "B" }] }));
    assert!(derived.problems.to_mend().any(|one| one.pointer == "/rows/1/category/kind"));
    let told = |document: &str, from: &str| match app.derive(document, from, b"{}") {
        Err(Refusal::Usage(sentence)) => sentence,
        other => panic!("{other:?}"),
    };
    assert!(told(NOTICE, "shanxi/certificate").contains("可由 shanxi/application、shanxi/summary"));
    assert!(told("shanxi/application", SUMMARY).contains("不由其他文书得出"));
}

#[test]
fn a_mapping_of_lists_is_checked_when_it_is_opened() {
    expect(MANIFEST, "each = \"/rows\"", "each = \"/unit\"", &["each 指向的 /unit 不是"]);
    expect(
        MANIFEST,
        "category = \"category\"",
        "category = \"kind\"",
        &["“category”用了", "/rows"],
    );
    expect(
        MANIFEST,
        "each = \"/rows\"",
        "key = \"name\"\neach = \"/rows\"",
        &["不能与 each 同时写"],
    );
    expect(
        MANIFEST,
        "into = \"/entries\"\neach = \"/rows\"",
        "each = \"/rows\"",
        &["须同时写 into"],
    );
    expect(MANIFEST, "span = \"computed.span\"", "span = \"computed.days\"", &["computed.days"]);
    expect(MANIFEST, "span = \"computed.span\"", "span = \"period.\"", &["[calendar]"]);
    expect(MANIFEST, "title = \"公示期\"", "titel = \"公示期\"", &["titel"]);
}

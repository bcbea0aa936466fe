//! Numbered documents: numbers and counters of records, and what is refused when a home is opened.

use std::collections::BTreeMap;
use std::fs;
use std::sync::LazyLock;
use std::time::Instant;

use chengwen::app::App;
use chengwen::intake::{Record, examine, numbered};
use chengwen::wording::numbering::{counter, given_number, number, registered};
use chengwen::wording::revocation;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::homes::{Spoilt, expect};
use crate::support::{app, sample, samples};

const CERTIFICATE: &str = "shanxi/certificate";
const MANIFEST: &str = "templates/shanxi/certificate/document.toml";
const SCHEMA: &str = "templates/shanxi/certificate/schema.json";
const PROGRAMME: &str = "templates/shanxi/programme.toml";
const PATTERN: &str =
    "pattern = \"晋放心示〔{{ year }}〕{{ category.kind[2:] }}{{ serial|padded(4) }}号\"";

/// The record of an input without mistakes.
fn record(app: &App, document: &str, input: &Value) -> Record {
    let document = app.catalog().document(document).expect("the document exists");
    let bytes = input.to_string();
    let examined = examine(app.catalog(), document, bytes.as_bytes(), 1_000).expect("no fault");
    assert!(examined.problems.is_sound(), "{:?}", examined.problems);
    examined.records.into_iter().next().expect("a record")
}

fn certificate(holder: &str, kind: &str, issued_on: &str) -> Value {
    json!({ "holder": holder, "category": { "kind": kind }, "issued_on": issued_on })
}

#[test]
fn each_kind_and_year_counts_by_itself() {
    let app = app();
    let document = app.catalog().document(CERTIFICATE).expect("there");
    for (kind, on, counted, made) in [
        ("示范单位", "2026-03-05", "2026-示范单位", "晋放心示〔2026〕单位0001号"),
        ("示范行业", "2026-12-31", "2026-示范行业", "晋放心示〔2026〕行业0001号"),
        ("示范区域", "2027-01-01", "2027-示范区域", "晋放心示〔2027〕区域0001号"),
    ] {
        let record = record(&app, CERTIFICATE, &certificate("平遥古城商会", kind, on));
        assert_eq!(counter(document, &record), Ok(Some(counted.to_owned())));
        assert_eq!(number(document, &record, 1), Ok(made.to_owned()));
        assert_eq!(given_number(document, &record), None);
        let long = number(document, &record, 12_345).expect("a number");
        assert!(long.ends_with("12345号"), "{long}");
    }
}

#[test]
fn a_document_that_is_not_numbered_has_no_counter() {
    let app = app();
    let document = app.catalog().document("shanxi/notice").expect("there");
    let notice = record(&app, "shanxi/notice", &sample(&app, "shanxi-notice").record());
    assert_eq!(counter(document, &notice), Ok(None));
    assert_eq!(given_number(document, &notice), None);
    for failed in [
        number(document, &notice, 1).expect_err("no number"),
        registered(document, &notice).expect_err("nothing kept"),
        numbered(document, &notice, "1").map(|_| ()).expect_err("no place"),
    ] {
        assert!(failed.what.contains("shanxi/notice"), "{failed}");
    }
    // Nor may the record of one document take a number of another.
    let certificate = app.catalog().document(CERTIFICATE).expect("there");
    let failed = numbered(certificate, &notice, "1").map(|_| ()).expect_err("another's");
    assert!(failed.what.contains("shanxi/certificate"), "{failed}");
}

#[test]
fn a_numbered_record_is_the_one_that_came_with_its_number() {
    let app = app();
    let document = app.catalog().document(CERTIFICATE).expect("there");
    let mut seen = 0;
    for sample in samples(&app).iter().filter(|sample| sample.document == CERTIFICATE) {
        let given = match sample.record() {
            Value::Array(records) => records,
            one => vec![one],
        };
        for mut given in given {
            let Some(own) = given["number"].as_str().map(str::to_owned) else { continue };
            let whole = record(&app, CERTIFICATE, &given);
            given.as_object_mut().expect("a record").shift_remove("number");
            let without = record(&app, CERTIFICATE, &given);
            assert_ne!(without.digest(), whole.digest());
            let made = numbered(document, &without, &own).expect("no fault");
            assert_eq!(made.canonical(), whole.canonical());
            assert_eq!(made.digest(), whole.digest());
            assert_eq!(made.complete().to_string(), whole.complete().to_string());
            assert_eq!((made.date(), made.document()), (whole.date(), whole.document()));
            assert_eq!(given_number(document, &made), Some(own.as_str()));
            seen += 1;
        }
    }
    assert!(seen >= 3, "{seen}");
}

#[test]
fn the_registry_keeps_what_the_manifest_says() {
    let app = app();
    let document = app.catalog().document(CERTIFICATE).expect("there");
    let whole = record(&app, CERTIFICATE, &sample(&app, "shanxi-certificate").record());
    let kept = serde_json::to_value(registered(document, &whole).expect("kept")).expect("plain");
    let wanted = json!({
        "holder": "太原市迎泽区晋味源食品有限公司",
        "credit_code": "91140106MA0K3T7W78",
        "title": "山西省放心消费示范单位",
        "issuer": "山西省市场监督管理局",
        "from": "2026-03-05",
        "to": "2028-03-04",
        "issued_on": "2026-03-05",
    });
    assert_eq!(kept, wanted);
    let least = certificate("平遥古城商会", "示范行业", "2026-03-05");
    let least = registered(document, &record(&app, CERTIFICATE, &least)).expect("kept");
    assert_eq!((least.credit_code, least.from, least.to), (None, None, None));
    assert_eq!(least.issuer.as_deref(), Some("山西省市场监督管理局"));
}

#[test]
fn many_are_numbered_in_no_time() {
    let app = app();
    let document = app.catalog().document(CERTIFICATE).expect("there");
    let record = record(&app, CERTIFICATE, &sample(&app, "shanxi-certificate").record());
    let begun = Instant::now();
    for serial in 1..=1_000 {
        let own = number(document, &record, serial).expect("a number");
        let made = numbered(document, &record, &own).expect("no fault");
        assert_eq!(given_number(document, &made), Some(own.as_str()));
    }
    // Ten thousand take well under a second in a release; this build is slow, and not alone.
    assert!(begun.elapsed().as_secs() < 10, "{:?}", begun.elapsed());
}

/// Opened once for all cases.
static APP: LazyLock<App> = LazyLock::new(app);

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever is counted together or apart, two serials of a counter and two counters never give one number.
    #[test]
    fn distinct_serials_give_distinct_numbers(
        serials in proptest::collection::btree_set(prop_oneof![1..20_u64, 1..200_000_u64, any::<u64>()], 2..12),
        years in proptest::collection::btree_set(2023..2040_i32, 1..3),
        holder in "[\u{4e00}-\u{4fff}]{2,20}会",
    ) {
        let document = APP.catalog().document(CERTIFICATE).expect("there");
        let mut given: BTreeMap<String, (String, u64)> = BTreeMap::new();
        for year in &years {
            for kind in ["示范单位", "示范行业", "示范区域"] {
                let complete = document
                    .schema
                    .shape
                    .complete(&certificate(&holder, kind, &format!("{year}-06-30")));
                let date = format!("{year}-06-30").parse().expect("a date");
                let counter = document.counter_of(&complete, date).expect("no fault");
                for serial in &serials {
                    let number = document.number_of(&complete, date, *serial).expect("no fault");
                    prop_assert!(number.contains(&serial.to_string()), "{number} lacks {serial}");
                    let own = (counter.clone().expect("counted"), *serial);
                    let other = given.insert(number.clone(), own.clone());
                    prop_assert!(other.is_none(), "{number} is {own:?} and {other:?}");
                }
            }
        }
    }
}

#[test]
fn a_document_is_numbered_by_both_files_or_by_neither() {
    expect(MANIFEST, "at = \"/number\"", "at = \"/numbr\"", &["/numbr 不是 schema 中的文字字段"]);
    expect(MANIFEST, "at = \"/number\"", "at = \"/term\"", &["/term 不是 schema 中的文字字段"]);
    expect(MANIFEST, "at = \"/number\"", "at = \"/holder\"", &["/holder 不能必填"]);
    expect(
        MANIFEST,
        "at = \"/number\"",
        "at = \"/registration/other_certificate\"",
        &["/registration 应为必填"],
    );
    expect(
        MANIFEST,
        "credit_code = \"registration.",
        "credit_code = \"registratoin.",
        &["registratoin"],
    );
    expect(
        MANIFEST,
        "title = \"'山西省放心消费' ~",
        "title = \"'山西省放心消费' ~ (",
        &["“title”的表达式有误"],
    );
    expect(MANIFEST, "holder = \"holder\"\n", "holdr = \"holder\"\n", &["holdr", "holder"]);
    expect(
        PROGRAMME,
        "[numbers.certificate]",
        "[numbers.notice]",
        &["[numbers.notice]：这份文书不编号"],
    );
    expect(PROGRAMME, "counter = ", "counters = ", &["counters"]);

    let home = Spoilt::new();
    home.spoil(PROGRAMME, "[numbers.certificate]", "[numbers.certificat]");
    let faults = home.faults();
    assert!(faults.contains("[numbers.certificat]：没有这份文书"), "{faults}");
    assert!(faults.contains("须在 programme.toml 中写明 [numbers.certificate]"), "{faults}");

    let home = Spoilt::new();
    let serial = "\"serial\": { \"title\": \"序号\", \"type\": \"string\", \"maxLength\": 9 }";
    home.spoil(SCHEMA, "\"number\": {", &format!("{serial}, \"number\": {{"));
    assert!(home.faults().contains("不能有字段 serial"), "{}", home.faults());
}

#[test]
fn sentences_that_could_give_a_number_twice_are_refused() {
    let pattern =
        |new: &str, told: &[&str]| expect(PROGRAMME, PATTERN, &format!("pattern = {new}"), told);
    pattern("'{{ yaer }}{{ category.kind }}{{ serial }}'", &["未声明的字段“yaer”"]);
    pattern("'{{ year }}{{ category.kind '", &["pattern 有误"]);
    pattern("'〔{{ year }}〕{{ category.kind }}号'", &["pattern 没有用 serial"]);
    pattern("'{{ year }}{{ category.kind }}{{ number or serial }}'", &["用了编号自己"]);
    pattern(
        "'{{ year }}{{ category.kind }}{{ (serial|padded(6))[2:] }}'",
        &["是同一编号", "第10001号"],
    );
    pattern(
        "'{{ year }}{{ category.kind[:2] }}{{ serial|padded(4) }}'",
        &["示范行业", "是同一编号"],
    );
    pattern("'{{ year|string|last }}{{ category.kind }}{{ serial % 100 }}'", &["是同一编号"]);
    pattern("'{{ year }}{{ category.kind }} {{ serial }} '", &["首尾没有空白"]);
    pattern(
        "'{{ region }}{{ year }}{{ category.kind }}{{ serial }}'",
        &["编号写不出来", "没有填写"],
    );
    let long =
        format!("'{}{{{{ year }}}}{{{{ category.kind }}}}{{{{ serial }}}}'", "晋".repeat(40));
    pattern(&long, &["不合 schema 对 /number 的规定"]);

    let home = Spoilt::new();
    let line = home.spoil(PROGRAMME, PATTERN, "pattern = '{{ category.kind }}{{ serial }}'") + 1;
    let faults = home.faults();
    assert!(faults.contains(&format!("programme.toml:{line}")), "{faults}");
    assert!(faults.contains("按“year”分别计数"), "{faults}");

    expect(
        PROGRAMME,
        "counter = \"{{ year }}-",
        "counter = \"{{ serial }}-",
        &["未声明的字段“serial”"],
    );
    // A counter for each month, of which the number says nothing.
    expect(
        PROGRAMME,
        "counter = \"{{ year }}-",
        "counter = \"{{ issued_on[:7] }}-{{ holder }}-",
        &["按“holder”分别计数"],
    );
    let home = Spoilt::new();
    home.spoil(PROGRAMME, "counter = \"{{ year }}-", "counter = \"{{ issued_on[:7] }}-");
    assert!(home.faults().contains("是同一编号"), "{}", home.faults());
}

#[test]
fn a_broken_sample_is_not_tried() {
    let home = Spoilt::new();
    fs::write(home.path("samples/shanxi-certificate.minimal.json"), "{").expect("written");
    fs::write(home.path("samples/shanxi-certificate.latin.json"), "[1, {}]").expect("written");
    assert!(crate::support::app_at(home.folder.path()).is_ok());
}

/// Two entries as the registry tells them, the second with nothing that may be missing.
fn entries() -> [Value; 2] {
    [
        json!({
            "number": "晋放心示〔2026〕单位0001号",
            "holder": "太原市迎泽区晋味源食品有限公司",
            "credit_code": "91140106MA0K3T7W78",
            "title": "山西省放心消费示范单位",
            "issuer": "山西省市场监督管理局",
            "issued_on": "2026-03-05",
            "revoked_on": "2027-05-18",
            "why": "停止经营",
        }),
        json!({
            "number": "晋放心示〔2026〕行业0002号",
            "holder": "平遥古城商会",
            "title": "山西省放心消费示范行业",
            "issued_on": "2026-03-05",
            "revoked_on": "2027-05-20",
            "why": "注销登记",
        }),
    ]
}

#[test]
fn revoked_entries_give_the_notice() {
    let app = app();
    let document = app.catalog().document(CERTIFICATE).expect("there");
    let both = revocation(document, &entries()).expect("no fault");
    let wanted = json!({
        "issued_on": "2027-05-20",
        "entries": [
            {
                "number": "晋放心示〔2026〕单位0001号",
                "name": "太原市迎泽区晋味源食品有限公司",
                "credit_code": "91140106MA0K3T7W78",
                "title": "山西省放心消费示范单位",
                "why": "停止经营",
                "revoked_on": "2027-05-18",
            },
            {
                "number": "晋放心示〔2026〕行业0002号",
                "name": "平遥古城商会",
                "title": "山西省放心消费示范行业",
                "why": "注销登记",
                "revoked_on": "2027-05-20",
            },
        ],
    });
    assert_eq!(both, wanted);
    let one = revocation(document, &entries()[..1]).expect("no fault");
    assert_eq!(one["issuer"], "山西省市场监督管理局");
    let notice = document.manifest.numbered.as_ref().and_then(|it| it.revocation.as_ref());
    let notice = notice.expect("a notice").document.get_ref().clone();
    for data in [both, one] {
        let made = crate::support::render(&app, &notice, &data, Default::default());
        let text = crate::support::squeezed(&crate::support::text_of(&made.bytes).join(""));
        for entry in data["entries"].as_array().expect("a list") {
            for field in ["number", "name", "title", "why"] {
                let words = entry[field].as_str().expect("text");
                assert!(text.contains(words), "{words} not in {text}");
            }
        }
        assert!(text.contains("自撤销之日起作废"), "{text}");
    }
    let other = app.catalog().document("shanxi/notice").expect("there");
    let failed = revocation(other, &entries()).expect_err("no notice");
    assert!(failed.what.contains("[numbered.revocation]"), "{failed}");
}

#[test]
fn the_notice_of_a_revocation_is_checked_when_it_is_opened() {
    let told = |old: &str, new: &str, told: &[&str]| expect(MANIFEST, old, new, told);
    told("\"shanxi/revocation\"", "\"shanxi/revocatoin\"", &["没有这份文书", "shanxi/revocation"]);
    told(
        "into = \"/entries\"",
        "into = \"/basi\"",
        &["不是 shanxi/revocation 的 schema 中最外层的列表"],
    );
    told("why = \"why\"", "why = \"reason\"", &["登记的内容中未声明的字段“reason”"]);
    told("why = \"why\"", "cause = \"why\"", &["没有字段“cause”", "why"]);
    told("why = \"why\"", "why = \"why ~\"", &["“why”的表达式有误"]);
    told("issued_on = \"entries|map", "issued_on = \"rows|map", &["未声明的字段“rows”"]);
    told("issued_on = \"entries|map", "published = \"entries|map", &["没有字段“published”"]);
}

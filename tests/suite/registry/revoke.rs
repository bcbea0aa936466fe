//! Certificates taken back: all or none, with the data of the notice.

use chengwen::app::{Form, Options, Refusal};
use chrono::NaiveDate;

use super::Issued;
use crate::support::{app, render, squeezed, text_of};

const WHY: &str = "连续两次复核不合格，逾期未整改";

fn day() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 5, 18).expect("a day")
}

impl Issued {
    fn refused(&self, numbers: &[String], why: &str, other: Option<&str>) -> Refusal {
        let handle = self.runtime.handle();
        match self.batches.revoke(numbers, "省局", why, other, day(), handle) {
            Err(refusal) => refusal,
            Ok(done) => panic!("{done:?}"),
        }
    }

    fn states(&self) -> Vec<String> {
        self.numbers.iter().map(|number| self.find(number).state).collect()
    }
}

#[test]
fn a_revocation_gives_the_notice() {
    let issued = Issued::new(Form::Merged);
    let two = &issued.numbers[..2];
    let handle = issued.runtime.handle();
    let done = issued.batches.revoke(two, "省局 王五", WHY, None, day(), handle).expect("revoked");
    assert_eq!(done.numbers, two);
    let (document, record) = done.notice.expect("a notice");
    let printed = render(&app(), &document, &record, Options::default());
    let text = squeezed(&text_of(&printed.bytes).concat());
    for part in [two[0].as_str(), &two[1], "撤销", "晋味源", "511407265012348768", "2026年5月18日"]
    {
        assert!(text.contains(part), "{part} in {text}");
    }
    assert_eq!(issued.states(), ["revoked", "revoked", "issued", "issued"]);
    let registry = issued.batches.ledger().registry();
    let history = issued.runtime.block_on(registry.history_of(&two[0])).expect("read");
    let last = history.last().expect("an entry");
    assert_eq!(
        (last.what.as_str(), last.who.as_str(), last.why.as_str()),
        ("revoked", "省局 王五", WHY)
    );
    assert!(last.facts.contains("2026-05-18"));
    let reasons = issued.runtime.block_on(registry.reasons()).expect("read");
    assert_eq!(reasons.len(), 2);
    let kept = [issued.find(&two[0])];
    let csv = issued.batches.app().exported(&kept, &reasons, day(), true).expect("a table");
    assert!(String::from_utf8_lossy(&csv).contains(WHY));
    assert!(issued.runtime.block_on(registry.audit(None)).expect("read").is_whole());
}

#[test]
fn a_notice_of_one_is_one_page() {
    let issued = Issued::new(Form::Merged);
    let one = std::slice::from_ref(&issued.numbers[0]);
    let handle = issued.runtime.handle();
    let done = issued.batches.revoke(one, "省局 王五", "虚假宣传", None, day(), handle);
    let (document, record) = done.expect("revoked").notice.expect("a notice");
    let pages = text_of(&render(&app(), &document, &record, Options::default()).bytes);
    assert_eq!(pages.len(), 1, "{pages:?}");
    assert!(squeezed(&pages[0]).contains("2026年5月18日"), "{pages:?}");
}

#[test]
fn another_certificate_may_stand_for_it() {
    let issued = Issued::new(Form::Merged);
    let [old, new, ..] = issued.numbers.as_slice() else { panic!("numbers") };
    let handle = issued.runtime.handle();
    let one = std::slice::from_ref(old);
    issued.batches.revoke(one, "省局", "名称变更", Some(new), day(), handle).expect("replaced");
    let kept = issued.find(old);
    assert_eq!((kept.state.as_str(), kept.replaced_by.as_ref()), ("replaced", Some(new)));
    // What is replaced stands for nothing itself.
    let told = issued.refused(std::slice::from_ref(new), "名称变更", Some(old)).to_string();
    assert!(told.contains(old.as_str()) && told.contains("不是有效"), "{told}");
    let registry = issued.batches.ledger().registry();
    assert!(issued.runtime.block_on(registry.audit(None)).expect("read").is_whole());
}

#[test]
fn all_are_revoked_or_none() {
    let issued = Issued::new(Form::Merged);
    let [one, two, ..] = issued.numbers.as_slice() else { panic!("numbers") };
    let none = "晋放心示〔2026〕单位9999号".to_owned();
    let whole = ["issued"; 4];
    let told = issued.refused(&[one.clone(), none.clone()], WHY, None).to_string();
    assert!(told.contains(&none), "{told}");
    assert_eq!(issued.states(), whole);
    // A reason is needed, and one that the notice can bear.
    assert!(issued.refused(std::slice::from_ref(one), " ", None).to_string().contains("原因"));
    let told = issued.refused(std::slice::from_ref(one), "联系电话 0351-1234567", None);
    assert!(matches!(told, Refusal::Problems(_)), "{told:?}");
    // It cannot stand for itself.
    let told = issued.refused(&[one.clone(), two.clone()], WHY, Some(two)).to_string();
    assert!(told.contains("都没有撤销"), "{told}");
    assert_eq!(issued.states(), whole);
    // One that is revoked already keeps the others from it, and is named.
    let handle = issued.runtime.handle();
    let first = std::slice::from_ref(one);
    issued.batches.revoke(first, "省局", WHY, None, day(), handle).expect("revoked");
    let told = issued.refused(&[two.clone(), one.clone()], WHY, None).to_string();
    assert!(told.contains(one.as_str()) && told.contains("已撤销"), "{told}");
    assert_eq!(issued.states(), ["revoked", "issued", "issued", "issued"]);
    // The same number twice is one.
    let twice = [two.clone(), two.clone()];
    let done = issued.batches.revoke(&twice, "省局", WHY, None, day(), handle).expect("revoked");
    assert_eq!(done.numbers.len(), 1);
}

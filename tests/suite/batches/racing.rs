//! Batches beside one another, on one counter.

use std::collections::BTreeSet;

use serde_json::json;

use super::shared::{Place, certificate, ended, holder, number, pages, start};

#[test]
fn two_batches_on_one_new_counter_share_no_number_and_leave_no_gap() {
    let place = Place::new();
    let outputs = [("a.json", "a.pdf", 1), ("b.json", "b.pdf", 701), ("c.json", "c.pdf", 1_401)];
    for (rows, _, first) in outputs {
        place.rows(rows, first, 700);
    }
    let started = outputs.map(|(rows, output, _)| start(&mut place.batch(rows, output, &[])));
    for child in started {
        ended(child).with(0);
    }
    let mut all = BTreeSet::new();
    for (_, output, first) in outputs {
        let numbers = place.assert_pages(output, first, 700);
        // One after the other: those of a batch stand together.
        assert!(numbers.is_sorted(), "{output}");
        let at =
            numbers[0].strip_prefix("晋放心示〔2026〕单位").and_then(|it| it.strip_suffix('号'));
        let at: usize = at.and_then(|serial| serial.parse().ok()).expect("a serial");
        assert!([1, 701, 1_401].contains(&at), "{at}");
        assert_eq!(numbers[699], number(at + 699));
        all.extend(numbers);
    }
    assert_eq!(all, (1..=2_100).map(number).collect());
    assert_eq!(place.ask::<(i64,)>("SELECT last FROM counter"), [(2_100,)]);
    place.audit();
    place.assert_tidy();
}

#[test]
fn the_same_rows_at_once_are_one_batch() {
    let place = Place::new();
    place.rows("rows.json", 1, 700);
    let started = ["a.pdf", "b.pdf"].map(|to| start(&mut place.batch("rows.json", to, &[])));
    let told = started.map(|child| ended(child).with(0));
    assert_eq!(told.iter().filter(|told| told.contains("受理过")).count(), 1, "{told:?}");
    assert_eq!(place.count("batch"), 1);
    let numbers = place.assert_pages("a.pdf", 1, 700);
    assert_eq!(numbers, (1..=700).map(number).collect::<Vec<_>>());
    assert!(place.bytes("a.pdf") == place.bytes("b.pdf"), "one file");
    assert_eq!(place.audit().entries, 1_400);
    place.assert_tidy();
}

#[test]
fn numbers_that_users_give_are_passed_over_and_never_used_twice() {
    let place = Place::new();
    // The third row brings what the counter would give to the second, the fourth an older series.
    let mut rows: Vec<_> = (1..=5).map(certificate).collect();
    rows[2]["number"] = json!(number(2));
    rows[3]["number"] = json!("晋放心示〔2024〕单位0007号");
    place.write("rows.json", rows);
    place.run("rows.json", "a.pdf", &[]).with(0);
    let wanted: Vec<(String, String)> =
        [number(1), number(3), number(2), "晋放心示〔2024〕单位0007号".to_owned(), number(4)]
            .into_iter()
            .enumerate()
            .map(|(at, number)| (holder(at + 1), number))
            .collect();
    assert_eq!(pages(&place.bytes("a.pdf")), wanted);
    let passed: Vec<(String, String, String)> =
        place.ask("SELECT number, why, facts FROM history WHERE what = 'passed'");
    assert_eq!(passed.len(), 1, "{passed:?}");
    assert_eq!(passed[0].0, number(2));
    assert!(passed[0].1.contains("用户给出") && passed[0].2.contains("\"serial\":2"), "{passed:?}");
    let audit = place.audit();

    // Used by the counter, used by a user, and used twice among these rows: told all at once.
    let mut rows: Vec<_> = (11..=15).map(certificate).collect();
    rows[1]["number"] = json!(number(4));
    rows[2]["number"] = json!("晋放心示〔2024〕单位0007号");
    place.write("used.json", rows);
    let told = place.run("used.json", "b.pdf", &[]).with(1);
    for (row, number, holder) in [(2, number(4), holder(5)), (3, number(2024), holder(4))] {
        let number = number.replace("〔2026〕单位2024", "〔2024〕单位0007");
        let line = told.lines().find(|line| line.starts_with("问题") && line.contains(&number));
        let line = line.unwrap_or_else(|| panic!("nothing of {number}: {told}"));
        assert!(line.contains(&holder) && line.contains(&format!("第{row}")), "{told}");
    }
    assert!(!place.path("b.pdf").exists());
    assert_eq!((place.count("batch"), place.audit()), (1, audit), "nothing was accepted");

    let mut rows: Vec<_> = (21..=22).map(certificate).collect();
    rows.iter_mut().for_each(|row| row["number"] = json!("晋放心示〔2024〕单位0008号"));
    place.write("twice.json", rows);
    let told = place.run("twice.json", "c.pdf", &[]).with(1);
    assert!(told.contains("0008号"), "{told}");
    assert_eq!(place.count("batch"), 1);
    place.assert_tidy();
}

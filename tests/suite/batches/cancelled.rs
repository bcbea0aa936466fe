//! What is taken back, left out or printed again, and what that does to the numbers.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use super::backup::program;
use super::shared::{Place, certificate, ended, number, pages, start, wait_until};
use crate::homes::Spoilt;
use crate::support::{squeezed, text_of};

/// A batch that was killed while it was typeset.
pub(super) fn killed(place: &Place, count: usize) {
    place.rows("rows.json", 1, count);
    // One chunk at a time, so that none is about to be the last.
    let slow = ["--set", "limits.render_processes=1"];
    let mut child = start(&mut place.batch("rows.json", "a.pdf", &slow));
    wait_until("a chunk that is held", || place.held(0) > 0);
    child.kill().expect("killed");
    assert_eq!(ended(child).code, None, "killed");
    assert!(!place.path("a.pdf").exists());
}

#[test]
fn numbers_of_a_cancelled_batch_are_void_for_ever() {
    let place = Place::new();
    killed(&place, 700);
    let told = place.run("rows.json", "a.pdf", &["--cancel", "名单有误"]).with(0);
    assert!(told.contains("已取消") && told.contains("作废"), "{told}");
    assert_eq!(place.count("certificate WHERE state = 'void'"), 700);
    let whys: Vec<(String, i64)> =
        place.ask("SELECT why, count(*) FROM history WHERE what = 'voided' GROUP BY why");
    assert!(whys.len() == 1 && whys[0].1 == 700 && whys[0].0.contains("名单有误"), "{whys:?}");

    // Once more is no more, and the rows are not printed with the numbers that are void.
    for more in [&["--cancel", "再来"][..], &[], &["--only", "1-3"]] {
        let told = place.run("rows.json", "a.pdf", more).with(1);
        assert!(told.contains("取消"), "{more:?}: {told}");
        assert!(more.first() == Some(&"--cancel") || told.contains("--new"), "{more:?}: {told}");
    }
    assert!(!place.path("a.pdf").exists());
    place.run("rows.json", "a.pdf", &["--new"]).with(0);
    let wanted: Vec<String> = (701..=1_400).map(number).collect();
    assert_eq!(place.assert_pages("a.pdf", 1, 700), wanted);
    // From now on the same rows are the new batch.
    let told = place.run("rows.json", "b.pdf", &[]).with(0);
    assert!(told.contains("编号照旧") && place.bytes("a.pdf") == place.bytes("b.pdf"), "{told}");
    // Nor may a user bring one of the old numbers.
    let mut row = certificate(9_000);
    row["number"] = json!(number(1));
    place.write("given.json", vec![row]);
    let told = place.run("given.json", "c.pdf", &[]).with(1);
    assert!(told.contains(&number(1)), "{told}");
    // What is issued is not cancelled but revoked.
    let told = place.run("rows.json", "a.pdf", &["--cancel", "晚了"]).with(1);
    assert!(told.contains("registry revoke"), "{told}");
    assert_eq!(place.count("certificate WHERE state = 'void'"), 700);
    assert_eq!(place.count("certificate WHERE state = 'issued'"), 700);
    place.audit();
    place.assert_tidy();
}

#[test]
fn good_rows_go_on_without_the_others() {
    let place = Place::new();
    let mut rows: Vec<Value> = (1..=6).map(certificate).collect();
    rows[1].as_object_mut().expect("a row").shift_remove("holder");
    rows[4]["issued_on"] = json!("2026-02-30");
    place.write("rows.json", rows.clone());
    let told = place.run("rows.json", "a.pdf", &[]).with(1);
    assert!(told.contains("没有受理任何一份"), "{told}");
    assert_eq!((place.count("batch"), place.count("counter")), (0, 0));
    place.run("rows.json", "a.pdf", &["--good-rows"]).with(0);
    let found = pages(&place.bytes("a.pdf"));
    let wanted: Vec<(String, String)> = [1, 3, 4, 6]
        .into_iter()
        .enumerate()
        .map(|(at, row)| (super::shared::holder(row), number(at + 1)))
        .collect();
    assert_eq!(found, wanted);
    let bad: Value = serde_json::from_slice(&place.bytes("a-未受理.json")).expect("JSON");
    assert_eq!(bad, json!([rows[1], rows[4]]), "the bad rows as they came");
    assert_eq!(place.audit().entries, 8);
    place.assert_tidy();
}

#[test]
fn only_some_rows_reserve_nothing() {
    let place = Place::new();
    place.rows("rows.json", 1, 20);
    let told = place.run("rows.json", "some.pdf", &["--only", "3-5"]).with(1);
    assert!(told.contains("还没有受理过"), "{told}");
    assert_eq!((place.count("batch"), place.count("certificate")), (0, 0));
    place.run("rows.json", "all.pdf", &[]).with(0);
    place.run("rows.json", "some.pdf", &["--only", "3-5"]).with(0);
    assert_eq!(place.assert_pages("some.pdf", 3, 3), [number(3), number(4), number(5)]);
    let told = place.run("rows.json", "none.pdf", &["--only", "19-21"]).with(1);
    assert!(told.contains("共 20 份"), "{told}");
    assert_eq!((place.count("batch"), place.count("certificate")), (1, 20));
    assert_eq!(place.ask::<(i64,)>("SELECT last FROM counter"), [(20,)]);
    assert_eq!(place.count("certificate WHERE state = 'reprinted'"), 3);
    place.audit();
    place.assert_tidy();
}

#[test]
fn what_has_no_numbers_leaves_nothing_behind() {
    let place = Place::new();
    let folder = place.path("passing");
    fs::create_dir(&folder).expect("made");
    let sample: Value = serde_json::from_slice(
        &fs::read(crate::support::root().join("samples/shanxi-commitment.json")).expect("there"),
    )
    .expect("JSON");
    place.write("rows.json", vec![sample; 3]);
    let mut command = place.command(Path::new(env!("CARGO_BIN_EXE_chengwen")));
    command.args(["batch", "shanxi/commitment"]).arg(place.path("rows.json"));
    command.arg("-o").arg(place.path("a.zip")).env("TMPDIR", &folder);
    // One who is killed leaves his to the next one; who lives is left alone.
    let left = folder.join("chengwen-batch-0123");
    fs::create_dir(&left).expect("made");
    let held = fs::File::create(left.join("held")).expect("made");
    held.lock().expect("locked");
    ended(start(&mut command)).with(0);
    assert!(left.join("held").exists());
    drop(held);
    ended(start(&mut command)).with(0);
    assert!(place.bytes("a.zip").starts_with(b"PK"));
    assert_eq!(fs::read_dir(&folder).expect("a folder").count(), 0);
    assert_eq!(fs::read_dir(place.data()).expect("a folder").count(), 0);
}

#[test]
fn a_reprint_that_was_cancelled_can_be_asked_for_again_when_its_runs_are_gone() {
    let place = Place::new();
    place.rows("rows.json", 1, 3);
    place.run("rows.json", "all.pdf", &[]).with(0);
    place.run("rows.json", "some.pdf", &["--only", "1-2"]).with(0);
    let some = place.bytes("some.pdf");
    place.change("UPDATE print SET state = 'cancelled', file = NULL WHERE NOT issues");
    let purged = program(&place, &place.data(), &["purge"]).with(0);
    assert!(purged.contains("清除 2 个"), "{purged}");
    place.run("rows.json", "some.pdf", &["--only", "1-2"]).with(0);
    assert!(place.bytes("some.pdf") == some);
    place.audit();
    place.assert_tidy();
}

#[test]
fn a_template_that_changes_before_the_restart_is_the_only_one_in_the_file() {
    let home = Spoilt::new();
    let place = Place::at_home(home.folder.path());
    killed(&place, 2_000);
    // At least one run of the old template is there.
    let slow = ["--set", "limits.render_processes=1"];
    let mut child = start(&mut place.batch("rows.json", "a.pdf", &slow));
    wait_until("a run", || {
        place.count("chunk WHERE state = 'done'") > 0
            || child.try_wait().is_ok_and(|it| it.is_some())
    });
    child.kill().expect("killed");
    assert_eq!(ended(child).code, None, "killed");
    let before = place.ask::<(String,)>("SELECT number FROM certificate ORDER BY row");
    home.spoil(MANIFEST, OLD, NEW);
    place.run("rows.json", "a.pdf", &[]).with(0);
    let pages = text_of(&place.bytes("a.pdf"));
    assert_eq!(pages.len(), 2_000);
    let new = squeezed(NEW);
    assert!(pages.iter().all(|page| squeezed(page).contains(&new)), "one template in the file");
    let numbers = place.assert_pages("a.pdf", 1, 2_000);
    assert!(before.iter().map(|(number,)| number).eq(&numbers), "the numbers stay");
    let templates: Vec<(String, i64)> =
        place.ask("SELECT template, count(*) FROM certificate GROUP BY template");
    assert_eq!(templates.len(), 1, "{templates:?}");
    assert_eq!(place.audit().entries, 4_000);
    place.assert_tidy();
}

const MANIFEST: &str = "templates/shanxi/certificate/document.toml";
const OLD: &str = "经评估";
const NEW: &str = "经考核";

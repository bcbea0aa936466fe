//! What was accepted before: printed again without what is no longer in force, and never doubled unseen.

use serde_json::{Value, json};

use super::cancelled::killed;
use super::shared::{CERTIFICATE, Ended, Place, certificate, ended, number, pages, start};
use crate::support::{squeezed, text_of};

impl Place {
    /// The program with the data directory.
    fn with_data(&self, arguments: &[&str]) -> Ended {
        let mut command = self.command(std::path::Path::new(env!("CARGO_BIN_EXE_chengwen")));
        command.arg("--data").arg(self.data()).args(arguments);
        ended(start(&mut command))
    }

    fn numbers_in(&self, name: &str) -> Vec<String> {
        pages(&self.bytes(name)).into_iter().map(|(_, number)| number).collect()
    }
}

#[test]
fn what_was_revoked_is_left_out_and_the_registry_stays_whole() {
    let place = Place::new();
    place.rows("rows.json", 1, 5);
    place.run("rows.json", "all.pdf", &[]).with(0);
    let first = place.bytes("all.pdf");
    let notice = place.path("notice.json").display().to_string();
    let why = "连续两次复核不合格，逾期未整改";
    place.with_data(&["registry", "revoke", &number(2), "--why", why, "-o", &notice]).with(0);

    let told = place.run("rows.json", "some.pdf", &["--only", "1-3"]).with(0);
    assert!(told.contains(&format!("没有印第2份（{}，已撤销）", number(2))), "{told}");
    assert_eq!(place.numbers_in("some.pdf"), [number(1), number(3)]);
    let told = place.run("rows.json", "none.pdf", &["--only", "2"]).with(1);
    assert!(told.contains("不能再印") && !place.path("none.pdf").exists(), "{told}");
    assert_eq!(
        place.ask::<(String,)>("SELECT number FROM history WHERE what = 'reprinted'").len(),
        2
    );
    place.audit();

    // The file as it was issued is the same file, with a word of warning.
    let told = place.run("rows.json", "all.pdf", &[]).with(0);
    assert!(told.contains("不要再发出") && told.contains(&number(2)), "{told}");
    assert!(place.bytes("all.pdf") == first);
    // Also what was printed again before another one was revoked is printed anew without it.
    place.with_data(&["registry", "revoke", &number(3), "--why", why, "-o", &notice]).with(0);
    place.run("rows.json", "some.pdf", &["--only", "1-3"]).with(0);
    assert_eq!(place.numbers_in("some.pdf"), [number(1)]);
    place.audit();
    place.assert_tidy();
}

#[test]
fn a_holder_gets_no_second_certificate_unseen() {
    let place = Place::new();
    place.rows("rows.json", 1, 3);
    place.run("rows.json", "first.pdf", &[]).with(0);
    // The same list with one name mended.
    place.write("mended.json", [1, 2, 4].map(certificate).to_vec());
    let told = place.run("mended.json", "second.pdf", &[]).with(1);
    assert_eq!(told.matches("已有这一称号的有效证书").count(), 2, "{told}");
    assert!(told.contains(&number(1)) && told.contains("--new"), "{told}");
    assert_eq!((place.count("batch"), place.count("certificate")), (1, 3));
    let rows = place.path("mended.json").display().to_string();
    let told = place.with_data(&["check", CERTIFICATE, &rows]).with(1);
    assert_eq!(told.matches("已有这一称号的有效证书").count(), 2, "{told}");
    // Only the one that has none yet.
    place.run("mended.json", "good.pdf", &["--good-rows"]).with(0);
    assert_eq!(place.numbers_in("good.pdf"), [number(4)]);
    // The same command once more is the same batch, and the same file.
    let good = place.bytes("good.pdf");
    place.run("mended.json", "good.pdf", &["--good-rows"]).with(0);
    assert!(place.bytes("good.pdf") == good);
    assert_eq!((place.count("batch"), place.count("certificate")), (2, 4));
    // All of them, as it is meant.
    place.run("mended.json", "meant.pdf", &["--new"]).with(0);
    assert_eq!(place.numbers_in("meant.pdf"), [number(5), number(6), number(7)]);
    // A term that follows, and another code behind the same name, are no second one.
    let mut next = certificate(1);
    next["term"] = json!({ "from": "2028-03-05", "to": "2030-03-04" });
    place.write("next.json", vec![next]);
    place.run("next.json", "next.pdf", &[]).with(0);
    place.audit();
    place.assert_tidy();
}

#[test]
fn a_holder_is_known_by_the_code_whatever_the_name() {
    let place = Place::new();
    let coded = |name: &str, code: &str| {
        let mut row = certificate(1);
        row["holder"] = json!(name);
        row["registration"] = json!({ "number": code });
        row
    };
    let (one, other) = ("91140106MA0000015A", "91140106MA00000235");
    place.write("rows.json", vec![coded("太原市晋味源食品商行", one)]);
    place.run("rows.json", "a.pdf", &[]).with(0);
    // A slip in the name was mended.
    place.write("mended.json", vec![coded("太原市晋味園食品商行", one)]);
    let told = place.run("mended.json", "b.pdf", &[]).with(1);
    assert!(told.contains("已有这一称号的有效证书"), "{told}");
    // Another holder of the same name.
    place.write("other.json", vec![coded("太原市晋味源食品商行", other)]);
    place.run("other.json", "c.pdf", &[]).with(0);
    let twice = ["甲", "乙"]
        .map(|name| coded(&format!("太原市{name}食品商行"), "91140106MA00000310"))
        .to_vec();
    place.write("twice.json", twice);
    let told = place.run("twice.json", "d.pdf", &[]).with(1);
    assert!(told.contains("与第1份是同一持有者、同一称号"), "{told}");
    assert_eq!(place.count("certificate"), 2);
}

#[test]
fn what_waits_is_gone_on_with_or_cancelled_before_it_is_numbered_once_more() {
    let place = Place::new();
    killed(&place, 700);
    let told = place.run("rows.json", "b.pdf", &["--new"]).with(1);
    assert!(told.contains("还没有印完") && told.contains("去掉 --new"), "{told}");
    // A list of which one row was mended meanwhile.
    place.write("mended.json", [1, 2, 900].map(certificate).to_vec());
    let told = place.run("mended.json", "c.pdf", &[]).with(1);
    assert_eq!(told.matches("还没有印完").count(), 2, "{told}");
    let [(batch,)] = place.ask::<(String,)>("SELECT id FROM batch").try_into().expect("one");
    assert!(told.contains(&format!("registry cancel {batch}")), "{told}");
    place.with_data(&["registry", "cancel", &batch, "--why", "名单有误"]).with(0);
    assert_eq!(place.count("certificate WHERE state = 'void'"), 700);
    place.run("mended.json", "c.pdf", &[]).with(0);
    place.audit();
    place.assert_tidy();
}

#[test]
fn a_file_that_was_removed_is_made_again_as_it_was_or_told_as_a_reprint() {
    let place = Place::new();
    place.rows("rows.json", 1, 3);
    place.run("rows.json", "all.pdf", &[]).with(0);
    let first = place.bytes("all.pdf");
    let purged = ["--set", "limits.result_days=1", "purge"];
    let old = "UPDATE print SET done_at = done_at - 172800";
    place.change(old);
    place.with_data(&purged).with(0);
    place.run("rows.json", "all.pdf", &[]).with(0);
    assert!(place.bytes("all.pdf") == first);
    assert_eq!(place.count("history WHERE what = 'reprinted'"), 0);
    // When one was revoked since, it is no more the same file.
    place.change(old);
    place.with_data(&purged).with(0);
    let notice = place.path("notice.json").display().to_string();
    let revoke = ["registry", "revoke", &number(2), "--why", "连续两次复核不合格", "-o", &notice];
    place.with_data(&revoke).with(0);
    let told = place.run("rows.json", "all.pdf", &[]).with(0);
    assert!(told.contains("没有印第2份"), "{told}");
    assert_eq!(place.numbers_in("all.pdf"), [number(1), number(3)]);
    assert_eq!(place.count("history WHERE what = 'reprinted'"), 2);
    place.audit();
}

#[test]
fn a_row_that_stands_twice_is_told() {
    let place = Place::new();
    place.write("rows.json", vec![certificate(1), certificate(2), certificate(1)]);
    let told = place.run("rows.json", "twice.pdf", &[]).with(1);
    assert!(told.contains("与第1份是同一持有者、同一称号"), "{told}");
    assert_eq!(place.count("certificate"), 0);
    place.run("rows.json", "twice.pdf", &["--new"]).with(0);
    assert_eq!(place.numbers_in("twice.pdf").len(), 3);
    place.audit();
}

#[test]
fn a_year_that_was_mistyped_is_told_before_it_has_numbers() {
    let place = Place::new();
    let mut late = certificate(1);
    late["issued_on"] = json!("2062-03-05");
    late["term"] = json!({ "from": "2062-03-05", "to": "2064-03-04" });
    place.write("rows.json", vec![late]);
    let told = place.run("rows.json", "late.pdf", &[]).with(1);
    assert!(told.contains("晚一年以上"), "{told}");
    assert_eq!(place.count("counter"), 0);
}

#[test]
fn the_address_of_verification_may_be_set_later() {
    let place = Place::new();
    place.rows("rows.json", 1, 2);
    let told = place.run("rows.json", "all.pdf", &[]).with(0);
    assert!(told.contains("没有设查验网址"), "{told}");
    let plain = place.bytes("all.pdf");
    let set = ["--set", "server.public_url=https://fxxf.example.gov.cn"];
    let told = place.run("rows.json", "all.pdf", &set).with(0);
    assert!(told.contains("文件是受理时印的") && told.contains("--only 1-2"), "{told}");
    assert!(place.bytes("all.pdf") == plain);
    let told = place.run("rows.json", "some.pdf", &["--only", "1-2", set[0], set[1]]).with(0);
    assert!(told.contains("这次印现在的查验网址"), "{told}");
    let text = squeezed(&text_of(&place.bytes("some.pdf")).concat());
    let codes: Vec<(String,)> = place.ask("SELECT code FROM certificate ORDER BY row");
    assert_eq!(text.matches("扫码查验").count(), 2);
    for (code,) in codes {
        assert!(text.contains(&code), "{code} in {text}");
    }
    let local = ["--set", "server.public_url=http://127.0.0.1:8080", "--new"];
    let told = place.run("rows.json", "new.pdf", &local).with(0);
    assert!(told.contains("本机的地址"), "{told}");
    place.audit();
}

#[test]
fn the_notice_of_a_revocation_is_made_again() {
    let place = Place::new();
    place.rows("rows.json", 1, 2);
    place.run("rows.json", "all.pdf", &[]).with(0);
    let [one, two] = ["1.json", "2.json"].map(|name| place.path(name).display().to_string());
    let why = "连续两次复核不合格，逾期未整改";
    let number = number(2);
    place.with_data(&["registry", "notice", &number, "-o", &two]).with(1);
    let late = ["registry", "revoke", &number, "--why", why, "--day", "2999-01-01", "-o", &one];
    let told = place.with_data(&late).with(1);
    assert!(told.contains("晚于今天"), "{told}");
    let early = ["registry", "revoke", &number, "--why", why, "--day", "2020-01-01", "-o", &one];
    assert!(place.with_data(&early).with(1).contains("早于颁发的日期"));
    place.with_data(&["registry", "revoke", &number, "--why", why, "-o", &one]).with(0);
    place.with_data(&["registry", "notice", &number, "-o", &two]).with(0);
    let read = |name| serde_json::from_slice::<Value>(&place.bytes(name)).expect("JSON");
    assert_eq!(read("1.json"), read("2.json"));
    assert_eq!(read("1.json")["entries"][0]["why"], why);
}

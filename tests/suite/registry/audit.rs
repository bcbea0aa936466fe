//! The audit finds whatever was changed behind the program's back.

use chengwen::app::Form;
use chengwen::registry::Audit;
use sqlx::{Connection, SqliteConnection};

use super::Issued;

impl Issued {
    fn audit(&self, head: Option<&str>) -> Audit {
        let registry = self.batches.ledger().registry();
        self.runtime.block_on(registry.audit(head)).expect("read")
    }

    /// What somebody with the file could do.
    fn tamper(&self, sql: &'static str) {
        let address = format!("sqlite://{}", self.data().join("chengwen.db").display());
        self.runtime.block_on(async {
            let mut opened = SqliteConnection::connect(&address).await.expect("opened");
            let keys = "PRAGMA foreign_keys = OFF";
            sqlx::query(keys).execute(&mut opened).await.expect("set");
            let triggers: Vec<(String,)> =
                sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'trigger'")
                    .fetch_all(&mut opened)
                    .await
                    .expect("read");
            for (name,) in triggers {
                let drop = sqlx::AssertSqlSafe(format!("DROP TRIGGER \"{name}\""));
                sqlx::query(drop).execute(&mut opened).await.expect("dropped");
            }
            let done = sqlx::query(sql).execute(&mut opened).await.expect("done");
            assert!(done.rows_affected() > 0, "{sql} changes nothing");
        });
    }
}

#[test]
fn a_registry_that_nobody_touched_is_whole() {
    let issued = Issued::new(Form::Merged);
    let audit = issued.audit(None);
    assert!(audit.is_whole(), "{:?}", audit.slips);
    assert_eq!((audit.entries, audit.numbers, audit.kept_at), (8, 4, None));
    assert_eq!(audit.head.len(), 64);
    // A head that was kept is found again, also when more has happened.
    let handle = issued.runtime.handle();
    issued.batches.reprint(&issued.numbers[0], "省局", "", None, handle).expect("printed");
    let later = issued.audit(Some(&audit.head));
    assert!(later.is_whole() && later.kept_at == Some(8), "{later:?}");
    assert_ne!(later.head, audit.head);
    let foreign = issued.audit(Some(&"0".repeat(64)));
    assert!(foreign.slips.iter().any(|slip| slip.contains("另存的签名")), "{foreign:?}");
}

#[test]
fn every_kind_of_tampering_is_found() {
    for (sql, told) in [
        ("UPDATE certificate SET holder = '别人' WHERE issued_on < '2020'", "holder"),
        (
            "UPDATE certificate SET state = 'issued', term_to = '2098-01-01' WHERE issued_on < '2020'",
            "term_to",
        ),
        ("UPDATE certificate SET code = '0000000000000000' WHERE issued_on < '2020'", "code"),
        ("UPDATE certificate SET state = 'revoked' WHERE issued_on < '2020'", "状态"),
        ("UPDATE certificate SET record = '{}' WHERE issued_on < '2020'", "数据被改过"),
        ("UPDATE history SET why = '补记' WHERE entry = 3", "签名不符"),
        ("UPDATE history SET at = at + 1 WHERE entry = 8", "签名不符"),
        ("DELETE FROM certificate WHERE issued_on < '2020'", "登记簿里却没有"),
        ("DELETE FROM history WHERE entry = 4", "应有第4条"),
        // The end cut off: the certificates are still issued.
        ("DELETE FROM history WHERE entry > 6", "状态"),
        (
            "UPDATE history SET hash = (SELECT hash FROM history WHERE entry = 1) WHERE entry = 8",
            "签名不符",
        ),
        ("UPDATE counter SET last = last + 1", "没有去向"),
        ("UPDATE counter SET last = last - 1", "更大的序号"),
        ("DELETE FROM counter", "不见了"),
    ] {
        let issued = Issued::new(Form::Merged);
        issued.tamper(sql);
        let audit = issued.audit(None);
        assert!(audit.slips.iter().any(|slip| slip.contains(told)), "{sql}: {:?}", audit.slips);
    }
}

#[test]
fn a_registry_told_anew_without_its_end_differs_from_the_head_that_was_kept() {
    let issued = Issued::new(Form::Merged);
    let before = issued.audit(None).head;
    let handle = issued.runtime.handle();
    issued.batches.reprint(&issued.numbers[0], "省局", "", None, handle).expect("printed");
    let head = issued.audit(None).head;
    issued.tamper("DELETE FROM history WHERE entry = 9");
    issued.tamper("UPDATE certificate SET state = 'issued' WHERE state = 'reprinted'");
    // In itself it is whole; only who kept the head knows better.
    assert!(issued.audit(None).is_whole());
    assert!(issued.audit(Some(&before)).is_whole());
    assert!(!issued.audit(Some(&head)).is_whole());
}

//! The registry with the real program and a data directory: certificates issued, then everything that is
//! done with them.

mod audit;
mod command;
mod reprint;
mod revoke;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use chengwen::app::{App, Asked, BatchOptions, Batches, Form, House, RowsKind, Wanted};
use chengwen::jobs::Ledger;
use chengwen::registry::{Certificate, Search};
use chengwen::store::{Store, today};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use crate::support::app;

pub(crate) const CERTIFICATE: &str = "shanxi/certificate";
pub(crate) const ADDRESS: &str = "https://chengwen.example.gov.cn";

/// Certificates of a data directory.
pub(crate) fn batches_of(app: Arc<App>, store: Store) -> Batches {
    let house = House {
        verify_at: Some(ADDRESS.to_owned()),
        lease: Duration::from_secs(30),
        most: 10,
        at_once: 1,
    };
    Batches::of(app, Ledger::of(store), house)
}

/// Four certificates: two good ones, one whose term is over, one that looks like a formula.
pub(crate) fn rows() -> Value {
    let row = |holder: &str, code: &str, from: &str, to: &str| {
        json!({
            "holder": holder,
            "registration": { "number": code },
            "category": { "kind": "示范单位" },
            "region": "太原市迎泽区",
            "term": { "from": from, "to": to },
            "issued_on": from,
        })
    };
    json!([
        row("太原市迎泽区晋味源食品有限公司", "91140106MA0K3T7W78", "2026-03-05", "2098-03-04"),
        row("晋中市太谷区家用电器行业协会", "511407265012348768", "2026-03-05", "2098-03-04"),
        row("大同市平城区古城商会", "12140213MB1C5D92X3", "2019-03-05", "2022-03-04"),
        row("=HYPERLINK(1)", "91140106MA000CT71E", "2026-03-05", "2098-03-04"),
    ])
}

/// Has rows accepted and printed.
pub(crate) async fn issue(batches: &Batches, rows: &Value, form: Form) {
    let wanted = accept(batches, rows, form).await;
    batches.finish(&wanted.print, |_| true).await.expect("printed");
}

/// Has rows accepted; nobody prints them yet.
pub(crate) async fn accept(batches: &Batches, rows: &Value, form: Form) -> Wanted {
    let options = BatchOptions { form, sides: None, standard: None, overprint: None, names: None };
    let bytes = rows.to_string();
    let asked = Asked { who: "省局 王五", key: None, anew: false, good_rows: false };
    let (own, handle) = (batches.clone(), tokio::runtime::Handle::current());
    let looking = tokio::task::spawn_blocking(move || {
        own.examine(CERTIFICATE, bytes.as_bytes(), RowsKind::Json, asked, &handle)
    });
    let foreseen = looking.await.expect("no panic").expect("no fault");
    assert!(foreseen.examined.is_sound(), "{:?}", foreseen.examined.problems());
    batches.accept(CERTIFICATE, foreseen, &options, asked).await.expect("accepted")
}

/// Every certificate, in the order of their numbers.
pub(crate) async fn all(batches: &Batches) -> Vec<Certificate> {
    let registry = batches.ledger().registry();
    let found = registry.search(&Search::default(), today(), 0, 100).await.expect("read");
    assert_eq!(found.0 as usize, found.1.len());
    found.1
}

/// A data directory with certificates in it.
struct Issued {
    runtime: Runtime,
    batches: Batches,
    numbers: Vec<String>,
    data: tempfile::TempDir,
}

impl Issued {
    fn new(form: Form) -> Self {
        Self::with(app(), form)
    }

    fn with(app: App, form: Form) -> Self {
        Self::of(app, &rows(), form)
    }

    fn of(app: App, rows: &Value, form: Form) -> Self {
        let runtime = Runtime::new().expect("threads");
        let data = tempfile::tempdir().expect("a folder");
        let batches = runtime.block_on(async {
            let store = Store::open(data.path()).await.expect("opened");
            let batches = batches_of(Arc::new(app), store);
            issue(&batches, rows, form).await;
            batches
        });
        let kept = runtime.block_on(all(&batches));
        let numbers: Vec<String> = kept.into_iter().map(|kept| kept.number).collect();
        assert_eq!(numbers.len(), 4);
        Self { runtime, batches, numbers, data }
    }

    fn find(&self, number: &str) -> Certificate {
        let found = self.batches.ledger().registry().find(number);
        self.runtime.block_on(found).expect("read").expect("known")
    }

    fn data(&self) -> &Path {
        self.data.path()
    }
}

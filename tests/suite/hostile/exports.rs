//! What users wrote, in tables and on pages: spreadsheet programs run nothing of it, and browsers see letters.

use std::fs;

use chengwen::app::RowsKind;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

use crate::http::{House, Kept, kept};
use crate::registry::all;
use crate::tables::converted;

/// Names that a spreadsheet program would work out, or a browser run.
const HOLDERS: [&str; 12] = [
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(1,1)",
    "=HYPERLINK(\"http://127.0.0.1/\",\"点\")",
    "=cmd|'/C calc'!A0",
    "＝1+1",
    "'=1+1",
    "=WEBSERVICE(\"http://127.0.0.1/\")",
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "{{ 7*7 }}{% raw %}&lt;b&gt;",
];

/// How LibreOffice writes what its cells show, as CSV.
const SHOWN: &str = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false";

/// A service with a certificate for each of these, issued.
async fn issued() -> (Kept, String) {
    let kept = kept(4).await;
    let accepted = kept.accept("&as=zip", "hostile", &HOLDERS).await;
    assert_eq!(accepted.status, 202, "{}", String::from_utf8_lossy(&accepted.bytes));
    let accepted = accepted.json();
    let print = accepted["print"].as_str().expect("a print");
    kept.batches.finish(print, |_| true).await.expect("printed");
    (kept, accepted["id"].as_str().expect("an id").to_owned())
}

/// What a spreadsheet program shows of a table.
fn shown(bytes: &[u8], name: &str) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(name);
    fs::write(&path, bytes).expect("written");
    // A file that is CSV already is made a spreadsheet first: there it would be worked out.
    let path = if name.ends_with(".csv") { converted(&path, "xlsx") } else { path };
    fs::read_to_string(converted(&path, SHOWN)).expect("made")
}

/// A cell as CSV has it.
fn quoted(text: &str) -> String {
    if text.contains(['"', ',']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

async fn table(house: &House, path: &str) -> Vec<u8> {
    let answer = house.get(path).await;
    assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.bytes));
    answer.bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_exported_is_shown_as_it_was_written() {
    let (kept, batch) = issued().await;
    let house = &kept.house;
    for (path, name) in [
        ("/api/v1/certificates?as=xlsx".to_owned(), "registry.xlsx"),
        (format!("/api/v1/batches/{batch}/rows?as=xlsx"), "rows.xlsx"),
    ] {
        let found = shown(&table(house, &path).await, name);
        for holder in HOLDERS {
            assert!(found.contains(&quoted(holder)), "{path}: {holder} not in {found}");
        }
    }
    let found = shown(&table(house, "/api/v1/certificates?as=csv").await, "registry.csv");
    for holder in HOLDERS {
        // A mark before it keeps a formula from running; nothing else is changed.
        let risky = holder.starts_with(['=', '+', '-', '@', '＝']);
        let wanted = if risky { format!("'{holder}") } else { holder.to_owned() };
        assert!(found.contains(&quoted(&wanted)), "{holder} not in {found}");
    }
    let marked: Vec<_> = HOLDERS
        .iter()
        .map(|holder| json!({ "holder": holder, "category": { "kind": "示范单位" }, "issued_on": "不" }))
        .collect();
    let app = &house.app;
    let bytes = json!(marked).to_string().into_bytes();
    let examined = app.examine_rows("shanxi/certificate", &bytes, RowsKind::Json).expect("read");
    let found =
        shown(&app.annotated("shanxi/certificate", &examined).expect("made"), "marked.xlsx");
    for holder in HOLDERS {
        assert!(found.contains(&quoted(holder)), "{holder} not in {found}");
    }
    let zip = table(house, &format!("/api/v1/batches/{batch}/result")).await;
    assert!(zip.starts_with(b"PK"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_shown_on_pages_is_letters() {
    let (kept, batch) = issued().await;
    let house = &kept.house;
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let mut pages =
        vec!["/registry".to_owned(), "/batches".to_owned(), format!("/batches/{batch}")];
    for certificate in all(&kept.batches).await {
        pages.push(format!("/registry/{}", encoded(&certificate.number)));
        pages.push(format!("/verify/{}", certificate.code));
        pages.push(format!(
            "/verify?number={}&code={}",
            encoded("<script>alert(1)</script>"),
            certificate.code
        ));
    }
    for holder in HOLDERS {
        pages.push(format!("/registry?text={}", encoded(holder)));
        pages.push(format!("/verify/{}", encoded(holder)));
        pages.push(format!("/batches/{}", encoded(holder)));
        pages.push(format!("/registry/{}", encoded(holder)));
        pages.push(format!("/nowhere/{}", encoded(holder)));
    }
    let mut shown = 0;
    for path in pages {
        let answer = house.browse(&path, None).await;
        assert!(answer.status.as_u16() < 500, "{path}: {}", answer.status);
        let page = String::from_utf8(answer.bytes.clone()).expect("UTF-8");
        for raw in ["<script>alert", "<img src=x", "\"><img"] {
            assert!(!page.contains(raw), "{path}: {raw} in {page}");
        }
        shown += page.matches("&lt;script&gt;alert").count();
        let policy = answer.header("content-security-policy");
        assert!(
            !policy.contains("script-src") && policy.contains("default-src"),
            "{path}: {policy}"
        );
    }
    assert!(shown >= 3, "what was written is shown: {shown}");
}

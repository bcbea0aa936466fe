//! POST /api/v1/batches/check: rows looked at as a batch would be, and what it would come to.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use serde_json::{Value, json};
use tokio::runtime::Handle;

use super::asked::{Key, Ledgers, Wanted, who};
use crate::app::Asked;
use crate::http::answer::json_of;
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::problem::{Problem, is_unreadable};
use crate::http::rows::{Rows, unfit};

/// POST /api/v1/batches/check
pub(in crate::http) async fn check(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Ledgers(batches): Ledgers,
    wanted: Wanted,
    Key(key): Key,
    Rows(bytes, kind, _room): Rows,
) -> Result<Response, Problem> {
    let (who, handle) = (who(&caller), Handle::current());
    let counting = Arc::clone(&office);
    let job = move || {
        let asked =
            Asked { who: &who, key: Some(&key), anew: wanted.anew, good_rows: wanted.good_rows };
        let foreseen =
            batches.examine(&wanted.document, &bytes, kind, asked, &handle).map_err(unfit)?;
        let prospect =
            batches.prospect(&wanted.document, &foreseen, &wanted.options, asked, &handle)?;
        let examined = &foreseen.examined;
        counting.count(examined.problems());
        if is_unreadable(examined.problems()) {
            return Err(Problem::of_record(examined.problems()));
        }
        let problems: Vec<Value> =
            examined.problems().all().iter().map(|one| examined.told(one)).collect();
        Ok::<_, Problem>(json!({
            "document": wanted.document,
            "sound": examined.is_sound(),
            "rows": examined.rows().len(),
            "sound_rows": examined.sound().count(),
            "problems": problems,
            "numbers": prospect.numbers,
            "batch": prospect.batch,
            "notes": prospect.notes,
        }))
    };
    Ok(json_of(&office.checked(job).await??))
}

//! What a request about batches asks for: in its path, its query, and its key.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::HeaderName;
use axum::http::request::Parts;

use crate::app::{BatchOptions, Batches, Form, Refusal};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::problem::{NO_DATA, NO_REQUEST_KEY, Problem, UNKNOWN_BATCH};
use crate::http::query::Query;
use crate::http::words::{FORMS, SIDES, STANDARDS, YES};
use crate::jobs::Batch;
use crate::values::Role;

/// Names one request, so that it is done once however often it is sent.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// The characters of such a key.
const KEY_AT_MOST: usize = 200;

/// The batches of the data directory.
pub(in crate::http) struct Ledgers(pub(super) Batches);

/// A batch that the caller may see.
pub(in crate::http) struct Seen(pub(in crate::http) Batches, pub(in crate::http) Batch);

/// The key of a request.
pub(in crate::http) struct Key(pub(super) String);

/// What is to become of rows.
pub(in crate::http) struct Wanted {
    pub(in crate::http) document: String,
    pub(in crate::http) options: BatchOptions,
    pub(in crate::http) good_rows: bool,
    /// Whether holders may have another certificate of the title.
    pub(in crate::http) anew: bool,
}

/// Who asks, as the ledger and the registry keep it.
pub(in crate::http) fn who(caller: &Caller) -> String {
    caller.holder.as_ref().map_or_else(|| "本机".to_owned(), |holder| holder.name.clone())
}

pub(super) fn unknown(id: &str) -> Problem {
    Problem::new(UNKNOWN_BATCH, format!("没有批次 {id}"))
}

impl FromRequestParts<Arc<Office>> for Ledgers {
    type Rejection = Problem;

    async fn from_request_parts(_: &mut Parts, office: &Arc<Office>) -> Result<Self, Problem> {
        office.batches.clone().map(Self).ok_or_else(|| {
            let detail = "批次和证书要有数据目录：请管理员用 --data 目录（或环境变量 CHENGWEN_DATA）启动服务";
            Problem::new(NO_DATA, detail)
        })
    }
}

impl FromRequestParts<Arc<Office>> for Seen {
    type Rejection = Problem;

    /// What another asked for looks like what nobody did.
    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Problem> {
        let Ledgers(batches) = Ledgers::from_request_parts(parts, office).await?;
        let caller = Caller::from_request_parts(parts, office).await?;
        let path: Result<Path<String>, _> = Path::from_request_parts(parts, office).await;
        let Ok(Path(id)) = path else {
            return Err(Problem::new(UNKNOWN_BATCH, "地址不是 UTF-8 文字"));
        };
        let found = batches.ledger().batch(&id).await?;
        let seen = |batch: &Batch| caller.role >= Role::Province || batch.who == who(&caller);
        match found.filter(seen) {
            Some(batch) => Ok(Self(batches, batch)),
            None => Err(unknown(&id)),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Key {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let refuse = |what: &str| {
            let detail = format!(
                "{what}：每一批另取一个（1至{KEY_AT_MOST}个可见的 ASCII 字符，如 UUID）；\
                 没有收到答复时照原样再发，只受理一次"
            );
            Err(Problem::new(NO_REQUEST_KEY, detail))
        };
        let mut given = parts.headers.get_all(KEY).iter();
        let Some(key) = given.next() else { return refuse("请求须带 Idempotency-Key") };
        if given.next().is_some() {
            return refuse("Idempotency-Key 只能有一个");
        }
        let visible = |key: &&str| {
            (1..=KEY_AT_MOST).contains(&key.len()) && key.bytes().all(|it| it.is_ascii_graphic())
        };
        match key.to_str().ok().filter(visible) {
            Some(key) => Ok(Self(key.to_owned())),
            None => refuse("Idempotency-Key 写法不对"),
        }
    }
}

impl FromRequestParts<Arc<Office>> for Wanted {
    type Rejection = Problem;

    /// Refused before the body is read: also whoever may not have the document printed.
    async fn from_request_parts(parts: &mut Parts, office: &Arc<Office>) -> Result<Self, Problem> {
        let Ok(mut query) = Query::from_request_parts(parts, office).await;
        let document = query.text("document").unwrap_or_default();
        let options = options(&mut query);
        let good_rows = query.choice("good_rows", &YES).unwrap_or(false);
        let anew = query.choice("anew", &YES).unwrap_or(false);
        match office.app.document(&document) {
            Ok(known) => {
                query.end()?;
                let caller = Caller::from_request_parts(parts, office).await?;
                caller.must_be(known.manifest.role)?;
                Ok(Self { document, options, good_rows, anew })
            }
            Err(Refusal::Usage(_)) => {
                let known: Vec<String> =
                    office.app.catalog().documents().map(|known| known.id.to_string()).collect();
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                query.slip("document", &document, &known);
                query.end()?;
                Err(Problem::fault(vec!["有误的参数没有说出来".to_owned()]))
            }
            Err(other) => Err(other.into()),
        }
    }
}

/// `as`, `names`, `sides`, `standard`, `overprint`, `offset`.
pub(super) fn options(query: &mut Query) -> BatchOptions {
    let form = query.choice("as", &FORMS).unwrap_or(Form::Merged);
    let names = query.text("names").filter(|names| !names.is_empty());
    if let (Form::Merged, Some(names)) = (form, &names) {
        query.slip("names", names, &["同时写 as=zip 时的文件名写法"]);
    }
    BatchOptions {
        form,
        // Whoever turns stacks by hand cannot do so with hundreds of sheets.
        sides: query.choice("sides", &SIDES[..3]),
        standard: query.choice("standard", &STANDARDS),
        overprint: query.overprint(),
        names,
    }
}

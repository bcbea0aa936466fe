//! The problem document (RFC 9457): what every answer says that is no success.
//!
//! A problem travels to the outermost layer as an extension of its response. Only there are the
//! request's path and id known, and only there is what must not be shown written to the log.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;

use super::desk::Turned;
use super::pages::broken::broken;
use crate::app::Refusal;
use crate::fault::{Fault, Faults};
use crate::intake::Problems;

/// The media type of a problem document.
pub(super) const MEDIA_TYPE: &str = "application/problem+json";

/// One kind of problem: its type, status and title, as OpenAPI describes it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    /// The last part of the type (`/problems/…`); stable.
    pub(super) name: &'static str,
    pub(super) status: StatusCode,
    pub(super) title: &'static str,
}

/// Names the kinds and lists them all.
macro_rules! kinds {
    ($($constant:ident $name:literal $status:ident $title:literal)*) => {
        $(pub(super) const $constant: Kind =
            Kind { name: $name, status: StatusCode::$status, title: $title };)*
        /// Every kind, for OpenAPI.
        pub(super) const KINDS: &[Kind] = &[$($constant),*];
    };
}

kinds! {
    QUERY "query" BAD_REQUEST "查询参数有误"
    NOT_JSON "not-json" BAD_REQUEST "请求正文不是 JSON"
    NOT_MULTIPART "not-multipart" BAD_REQUEST "请求正文不是 multipart/form-data"
    INCOMPLETE "incomplete-body" BAD_REQUEST "请求正文没有收完"
    NO_REQUEST_KEY "idempotency-key" BAD_REQUEST "没有 Idempotency-Key，或者写法不对"
    UNAUTHORIZED "unauthorized" UNAUTHORIZED "没有权限，请出示密钥"
    FORBIDDEN "forbidden" FORBIDDEN "权限不够"
    CROSS_SITE "cross-site" FORBIDDEN "不答复其他网站的请求"
    FOREIGN_ORIGIN "foreign-origin" FORBIDDEN "不答复其他网站的请求"
    FORWARDED "forwarded" FORBIDDEN "不答复转发的请求"
    UNKNOWN_DOCUMENT "unknown-document" NOT_FOUND "没有这份文书"
    NOT_COLLECTED "not-collected" NOT_FOUND "这份文书不由其他文书汇总"
    NOT_DERIVED "not-derived" NOT_FOUND "这份文书不由其他文书得出"
    NO_CALENDAR "no-calendar" NOT_FOUND "这份文书没有日历"
    UNKNOWN_NUMBER "unknown-number" NOT_FOUND "没有这个编号"
    UNKNOWN_BATCH "unknown-batch" NOT_FOUND "没有这个批次"
    UNKNOWN_ROUTE "unknown-route" NOT_FOUND "没有这个地址"
    METHOD "method" METHOD_NOT_ALLOWED "这个地址不接受这种方法"
    SLOW_BODY "slow-body" REQUEST_TIMEOUT "请求正文发送太慢"
    NO_KEYS "no-keys" CONFLICT "没有设密钥"
    NO_DATA "no-data" CONFLICT "没有设数据目录"
    KEY_USED "key-used" CONFLICT "Idempotency-Key 已用于别的数据"
    UNFINISHED "unfinished" CONFLICT "还没有印完"
    OVER "over" CONFLICT "批次已经结束"
    REMOVED "removed" GONE "文件已经清除"
    TOO_LARGE "too-large" PAYLOAD_TOO_LARGE "请求正文太大"
    CONTENT_TYPE "content-type" UNSUPPORTED_MEDIA_TYPE "请求正文的类型不对"
    FOREIGN_HOST "foreign-host" MISDIRECTED_REQUEST "请求的主机名不是本机"
    INVALID_RECORD "invalid-record" UNPROCESSABLE_ENTITY "数据有问题"
    UNFIT_FILES "unfit-files" UNPROCESSABLE_ENTITY "有文件不能汇总"
    NO_FILES "no-files" UNPROCESSABLE_ENTITY "没有文件"
    OVER_LIMIT "over-limit" UNPROCESSABLE_ENTITY "超过限度，没有做完"
    UNPRINTABLE "unprintable" UNPROCESSABLE_ENTITY "不能这样打印"
    TOO_OFTEN "too-often" TOO_MANY_REQUESTS "请求太频繁"
    BUSY "busy" TOO_MANY_REQUESTS "排队的人太多"
    FAULT "fault" INTERNAL_SERVER_ERROR "程序故障"
    WAITED "waited-too-long" SERVICE_UNAVAILABLE "等候太久"
    LOST "lost" SERVICE_UNAVAILABLE "没有做完"
    NOT_READY "not-ready" SERVICE_UNAVAILABLE "尚未就绪"
}

/// One problem, on its way to the client; boxed, since most answers are none.
#[derive(Debug, Clone)]
pub(super) struct Problem(Box<Content>);

#[derive(Debug, Clone)]
struct Content {
    kind: Kind,
    detail: String,
    /// `problems`, `parameters` and the like.
    lists: Vec<(&'static str, Value)>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// What the log is told and the client is not.
    hidden: Vec<String>,
}

/// The document as it is sent.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    instance: String,
    #[serde(flatten)]
    lists: serde_json::Map<String, Value>,
}

impl Problem {
    /// A problem with one Chinese sentence.
    pub(super) fn new(kind: Kind, detail: impl Into<String>) -> Self {
        let (headers, hidden) = (Vec::new(), Vec::new());
        Self(Box::new(Content { kind, detail: detail.into(), lists: Vec::new(), headers, hidden }))
    }

    /// What is found in a query, all at once.
    pub(super) fn of_query(detail: String, parameters: Value) -> Self {
        Self::new(QUERY, detail).listing("parameters", parameters)
    }

    /// What must be mended in a record.
    pub(super) fn of_record(problems: &Problems) -> Self {
        let number = problems.to_mend().count();
        let (kind, detail) = if is_unreadable(problems) {
            let first = problems.to_mend().next();
            (NOT_JSON, first.map(|problem| problem.sentence.clone()).unwrap_or_default())
        } else {
            (INVALID_RECORD, format!("数据有 {number} 个问题，改正后再试"))
        };
        // Plain data of ours; what cannot be written would be told as no list.
        let list = serde_json::to_value(problems).unwrap_or_default();
        Self::new(kind, detail).listing("problems", list)
    }

    /// Something that is ours to mend.
    pub(super) fn fault(hidden: Vec<String>) -> Self {
        let detail = "程序出了故障，已记入日志；请把本答复中的编号告诉管理员";
        let mut problem = Self::new(FAULT, detail);
        problem.0.hidden = hidden;
        problem
    }

    /// The same problem with one more header.
    pub(super) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.0.headers.push((name, value));
        self
    }

    /// The same problem with one more list.
    pub(super) fn listing(mut self, key: &'static str, list: Value) -> Self {
        self.0.lists.push((key, list));
        self
    }

    /// Writes the document into its response, or a page that says the same to people; the log is told
    /// what the client is not.
    pub(super) fn write(&self, response: &mut Response, path: &str, id: &str, as_page: bool) {
        for hidden in &self.0.hidden {
            tracing::error!(id, "{hidden}");
        }
        let Kind { status, title, .. } = self.0.kind;
        let page = as_page.then(|| broken(status, title, &self.0.detail, id)).flatten();
        if let Some(page) = page {
            let html = HeaderValue::from_static("text/html; charset=utf-8");
            response.headers_mut().insert(header::CONTENT_TYPE, html);
            response.headers_mut().insert(header::CONTENT_LENGTH, page.len().into());
            *response.body_mut() = Body::from(page);
            return;
        }
        let document = Document {
            r#type: format!("/problems/{}", self.0.kind.name),
            title: self.0.kind.title,
            status: self.0.kind.status.as_u16(),
            detail: &self.0.detail,
            instance: format!("{path}#{id}"),
            lists: self
                .0
                .lists
                .iter()
                .map(|(key, list)| ((*key).to_owned(), list.clone()))
                .collect(),
        };
        let bytes = serde_json::to_vec(&document).unwrap_or_default();
        response.headers_mut().insert(header::CONTENT_LENGTH, bytes.len().into());
        *response.body_mut() = Body::from(bytes);
    }
}

/// Whether the input is no JSON at all, so that nothing can be said of its fields.
pub(super) fn is_unreadable(problems: &Problems) -> bool {
    problems.to_mend().any(|problem| problem.code.starts_with("json."))
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.extend(std::mem::take(&mut self.0.headers).into_iter().map(|(n, v)| (Some(n), v)));
        let mut response = (self.0.kind.status, headers).into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Usage(sentence) => Self::new(UNPRINTABLE, sentence),
            Refusal::Problems(problems) => Self::of_record(&problems),
            Refusal::OverLimit(sentence) => Self::new(OVER_LIMIT, sentence),
            Refusal::Otherwise(sentence) => Self::new(KEY_USED, sentence),
            full @ Refusal::Full(_) => {
                Self::new(BUSY, full.to_string()).with(header::RETRY_AFTER, 10.into())
            }
            Refusal::Lost => Self::new(LOST, "处理它的进程两次中途退出，请再试一次")
                .with(header::RETRY_AFTER, 1.into()),
            Refusal::Faults(faults) => faults.into(),
        }
    }
}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Self {
        Faults::from(fault).into()
    }
}

impl From<Faults> for Problem {
    fn from(faults: Faults) -> Self {
        Self::fault(faults.all().iter().map(ToString::to_string).collect())
    }
}

impl From<Turned> for Problem {
    fn from(turned: Turned) -> Self {
        let (kind, seconds) = match turned {
            Turned::Away(seconds) => (BUSY, seconds),
            Turned::Late(seconds) => (WAITED, seconds),
        };
        Self::new(kind, format!("请在 {seconds} 秒后再试"))
            .with(header::RETRY_AFTER, seconds.into())
    }
}

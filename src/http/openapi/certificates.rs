//! The routes of certificates, and the pages by which anyone verifies one.

use serde_json::{Map, Value, json};

use super::paths::{Operation, QUEUE, SERVER, answer};
use crate::http::words::LISTS;
use crate::registry::{Fate, Happened, State};

const JSON: &str = "application/json";
const HOME: &str = "/api/v1/certificates";

/// Where there is no data directory there are no certificates.
const NO_DATA: [u16; 1] = [409];

/// The routes.
pub(super) fn paths() -> Map<String, Value> {
    let operation =
        |id: &str, summary: &str, done| Operation::new(id, SERVER, summary, done).failing(&NO_DATA);
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let one = |last: &str| format!("{HOME}/{{number}}{last}");
    let mut listed = answer("证书", JSON, &reference("Certificates"));
    for kind in ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "text/csv"] {
        listed["content"][kind] = json!({});
    }
    let number = || [parameter("number", "path", "证书编号", &json!({ "type": "string" }))];
    let page = |description: &str| answer(description, "text/html", &json!({ "type": "string" }));
    let text = json!({ "type": "string" });
    [
        (
            HOME.to_owned(),
            "get",
            operation("certificates", "查找、导出证书", listed).asking(asked()).failing(&QUEUE),
        ),
        (
            format!("{HOME}/ranges"),
            "get",
            operation(
                "ranges",
                "编号的起止：每个计数从哪一号到哪一号，每一号的去向",
                answer("编号的起止", JSON, &reference("Ranges")),
            ),
        ),
        (
            one(""),
            "get",
            operation("show-certificate", "一个证书", answer("证书", JSON, &reference("Certificate")))
                .asking(number()),
        ),
        (
            one("/history"),
            "get",
            operation(
                "history",
                "一个证书的变更记录",
                answer("变更记录，从早到晚", JSON, &reference("History")),
            )
            .asking(number()),
        ),
        (
            one("/announcement"),
            "get",
            operation(
                "announcement",
                "再取一次撤销公告的数据；证书须已撤销",
                answer("公告的数据", JSON, &reference("Revoked")),
            )
            .asking(number())
            .failing(&[422])
            .failing(&QUEUE),
        ),
        (
            one("/reprint"),
            "post",
            operation(
                "reprint",
                "补印一个证书；每次得到同样的文件，并记入变更记录",
                json!({ "description": "PDF", "content": { "application/pdf": {} }, "headers": {} }),
            )
            .asking(number())
            .taking(&body(
                &["why"],
                &json!({
                    "why": { "type": "string", "description": "补印的原因" },
                    "from": {
                        "enum": ["issued", "current", null],
                        "description": "模板改动过时用哪一种：issued 颁发时的版面，current 现在的模板",
                    },
                }),
                &json!({ "why": "原件污损" }),
            ))
            .failing(&QUEUE),
        ),
        (
            one("/revoke"),
            "post",
            operation(
                "revoke",
                "撤销一个证书，得到撤销公告的数据",
                answer("已撤销", JSON, &reference("Revoked")),
            )
            .asking(number())
            .taking(&body(
                &["why"],
                &json!({
                    "why": { "type": "string", "description": "撤销的原因，印在公告上" },
                    "replaced_by": { "type": ["string", "null"], "description": "换发的新证书的编号" },
                    "day": { "type": ["string", "null"], "format": "date", "description": "撤销的日期；默认今天" },
                }),
                &json!({ "why": "连续两次复核不合格，逾期未整改" }),
            ))
            .failing(&QUEUE),
        ),
        (
            "/verify".to_owned(),
            "get",
            operation("verify-typed", "查验证书：输入编号和查验码", page("查验的网页"))
                .asking([
                    parameter("number", "query", "证书编号", &text),
                    parameter("code", "query", "查验码", &text),
                ])
                .shown(404),
        ),
        (
            "/verify/{code}".to_owned(),
            "get",
            operation("verify", "查验证书：扫码", page("证书的状态"))
                .asking([parameter("code", "path", "查验码", &text)])
                .shown(404),
        ),
    ]
    .into_iter()
    .map(|(path, method, operation)| (path, json!({ method: operation.written() })))
    .collect()
}

/// What a list may be asked by.
fn asked() -> Vec<Value> {
    let text = json!({ "type": "string" });
    let state = json!({ "type": "string", "enum": State::ALL.map(State::word) });
    let kind = json!({ "type": "string", "enum": LISTS.map(|(word, _)| word), "default": "json" });
    let number = |least: u32| json!({ "type": "integer", "minimum": least });
    let all = State::ALL.map(|state| format!("{} {}", state.word(), state.title())).join("，");
    [
        ("text", "编号、名称、代码或称号中的几个字", text.clone()),
        ("state", all.as_str(), state),
        ("year", "证书落款的年份", number(1)),
        ("document", "文书（活动/文书）", text.clone()),
        ("batch", "批次", text),
        ("skip", "略过前面多少个", number(0)),
        ("most", "最多多少个，1至1000；JSON 默认100个，表格默认全部", number(1)),
        ("as", "json、xlsx 或 csv", kind),
    ]
    .into_iter()
    .map(|(name, description, schema)| parameter(name, "query", description, &schema))
    .collect()
}

fn parameter(name: &str, place: &str, description: &str, schema: &Value) -> Value {
    json!({
        "name": name, "in": place, "required": place == "path",
        "description": description, "schema": schema,
    })
}

fn body(required: &[&str], properties: &Value, example: &Value) -> Value {
    json!({
        "required": true,
        "content": { JSON: {
            "schema": {
                "type": "object",
                "required": required,
                "properties": properties,
                "additionalProperties": false,
            },
            "examples": { "sample": { "summary": "例", "value": example } },
        } },
    })
}

/// What the routes answer.
pub(super) fn schemas() -> Map<String, Value> {
    let text = json!({ "type": "string" });
    let maybe = json!({ "type": ["string", "null"] });
    let whole = json!({ "type": "integer" });
    let object = |title: &str, required: &[&str], properties: Value| json!({ "title": title, "type": "object", "required": required, "properties": properties });
    let certificate = object(
        "证书",
        &["number", "state", "state_title", "holder", "title", "issued_on", "document", "batch"],
        json!({
            "number": text,
            "state": { "enum": State::ALL.map(State::word), "description": "今天的状态" },
            "state_title": { "enum": State::ALL.map(State::title) },
            "replaced_by": { "type": ["string", "null"], "description": "换发的新证书的编号" },
            "holder": text,
            "credit_code": maybe,
            "title": text,
            "issuer": maybe,
            "term_from": maybe,
            "term_to": maybe,
            "issued_on": { "type": "string", "format": "date", "description": "证书落款的日期" },
            "document": { "type": "string", "description": "活动/文书" },
            "batch": text,
            "row": { "type": "integer", "description": "批次中的第几份" },
            "digest": { "type": "string", "description": "数据的摘要（SHA-256）" },
            "template": { "type": ["string", "null"], "description": "颁发时模板的摘要" },
            "fonts": { "type": ["string", "null"], "description": "颁发时字体的摘要" },
            "sha256": { "type": ["string", "null"], "description": "颁发的文件的 SHA-256" },
            "page": { "type": ["integer", "null"], "description": "在那个文件的第几页，从1数起" },
            "record": { "description": "证书的数据；列表中没有" },
        }),
    );
    let certificates = object(
        "找到的证书",
        &["found", "skip", "certificates"],
        json!({
            "found": { "type": "integer", "description": "一共找到多少个" },
            "skip": whole,
            "certificates": {
                "type": "array",
                "items": { "$ref": "#/components/schemas/Certificate" },
            },
        }),
    );
    let entry = object(
        "一条变更记录",
        &["entry", "at", "who", "what", "title", "why", "facts", "hash"],
        json!({
            "entry": { "type": "integer", "description": "第几条" },
            "at": { "type": "integer", "description": "1970年以来的秒数（UTC）" },
            "who": text,
            "what": { "enum": Happened::ALL.map(Happened::word) },
            "title": text,
            "why": text,
            "facts": { "type": "object" },
            "hash": { "type": "string", "description": "到这一条为止全部记录的签名" },
        }),
    );
    let history = object(
        "变更记录",
        &["number", "history"],
        json!({ "number": text, "history": { "type": "array", "items": entry } }),
    );
    let revoked = object(
        "撤销的结果",
        &["numbers", "document", "record", "notes"],
        json!({
            "numbers": { "type": "array", "items": text },
            "notes": { "type": "array", "items": text, "description": "应当再看一遍的事" },
            "document": { "type": ["string", "null"], "description": "公告的文书；没有公告的为 null" },
            "record": { "type": ["object", "null"], "description": "公告的数据，可以直接检查、打印" },
        }),
    );
    let run = object(
        "相连而去向相同的编号",
        &["fate", "first", "last", "count", "batch", "why"],
        json!({
            "fate": {
                "enum": Fate::ALL.map(Fate::word),
                "description": Fate::ALL.map(|fate| format!("{} {}", fate.word(), fate.title())).join("，"),
            },
            "first": text,
            "last": text,
            "count": whole,
            "batch": maybe,
            "why": { "type": ["string", "null"], "description": "没有证书的原因" },
        }),
    );
    let range = object(
        "一个计数",
        &["document", "counter", "first", "last", "count", "runs"],
        json!({
            "document": { "type": "string", "description": "活动/文书" },
            "counter": { "type": "string", "description": "计数的名称" },
            "first": text,
            "last": text,
            "count": whole,
            "runs": { "type": "array", "items": run },
        }),
    );
    let ranges =
        object("编号的起止", &["ranges"], json!({ "ranges": { "type": "array", "items": range } }));
    [
        ("Ranges", ranges),
        ("Certificate", certificate),
        ("Certificates", certificates),
        ("History", history),
        ("Revoked", revoked),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

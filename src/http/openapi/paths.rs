//! The routes, one after another.

use serde_json::{Map, Value, json};

use super::components::header;
use super::forms::{collect_body, rows_body};
use super::{body_schema, schema_name};
use crate::app::{App, blanks};
use crate::catalog::Document;
use crate::http::problem::MEDIA_TYPE;
use crate::http::words::XLSX;

/// The tag of the routes that are no document's.
pub(super) const SERVER: &str = "服务";

/// What every route may answer.
const ALWAYS: [u16; 8] = [400, 401, 403, 404, 405, 421, 429, 500];
/// What a route with a body may answer besides.
const BODY: [u16; 4] = [408, 413, 415, 422];
/// What a route with a queue may answer besides.
pub(super) const QUEUE: [u16; 1] = [503];

/// The tag of a document's routes.
pub(super) fn tag(document: &Document) -> String {
    format!("{} {}", document.id, document.manifest.name)
}

/// One operation, in the making.
pub(super) struct Operation {
    id: String,
    tag: String,
    summary: String,
    parameters: Vec<Value>,
    body: Option<Value>,
    done: Value,
    pub(super) status: u16,
    failures: Vec<u16>,
    /// Failures that are told as a web page too.
    pages: Vec<u16>,
}

impl Operation {
    pub(super) fn new(id: &str, tag: &str, summary: impl Into<String>, done: Value) -> Self {
        let (id, tag, summary) = (id.to_owned(), tag.to_owned(), summary.into());
        let failures = ALWAYS.to_vec();
        let (parameters, body, status) = (Vec::new(), None, 200);
        let pages = Vec::new();
        Self { id, tag, summary, parameters, body, done, status, failures, pages }
    }

    pub(super) fn asking(mut self, parameters: impl IntoIterator<Item = Value>) -> Self {
        self.parameters.extend(parameters);
        self
    }

    pub(super) fn taking(mut self, body: &Value) -> Self {
        self.body = Some(body.clone());
        self.failing(&BODY)
    }

    pub(super) fn failing(mut self, statuses: &[u16]) -> Self {
        self.failures.extend(statuses);
        self
    }

    /// Tells this failure as a web page, or as a problem.
    pub(super) fn shown(mut self, status: u16) -> Self {
        self.pages.push(status);
        self
    }

    /// Answers 304 to whoever has it already.
    fn kept(mut self) -> Self {
        self.done["headers"]["ETag"] = header("ETag");
        self.failures.push(304);
        self
    }

    pub(super) fn written(mut self) -> Value {
        self.done["headers"]["X-Request-Id"] = header("X-Request-Id");
        self.failures.sort_unstable();
        let mut responses = Map::from_iter([(self.status.to_string(), self.done)]);
        for status in self.failures {
            let response = match status {
                304 => json!({ "description": "没有变化" }),
                page if self.pages.contains(&page) => json!({
                    "description": "网页，说没有查到；或者没有这个地址",
                    "headers": { "X-Request-Id": header("X-Request-Id") },
                    "content": {
                        "text/html": { "schema": { "type": "string" } },
                        MEDIA_TYPE: {
                            "schema": { "$ref": "#/components/schemas/ProblemDocument" },
                        },
                    },
                }),
                _ => json!({ "$ref": format!("#/components/responses/{status}") }),
            };
            responses.insert(status.to_string(), response);
        }
        let mut operation = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = Value::Array(self.parameters);
        }
        if let Some(body) = self.body {
            operation["requestBody"] = body;
        }
        operation["responses"] = Value::Object(responses);
        operation
    }
}

/// An answer of one media type.
pub(super) fn answer(description: &str, media_type: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { media_type: { "schema": schema } }, "headers": {} })
}

/// A file with its headers.
pub(super) fn file(description: &str, media_types: &[&str]) -> Value {
    let content: Map<String, Value> =
        media_types.iter().map(|media_type| ((*media_type).to_owned(), json!({}))).collect();
    let names = [
        "Content-Disposition",
        "Chengwen-Pages",
        "Chengwen-Sheets",
        "Chengwen-Problems",
        "Chengwen-Advice",
        "Chengwen-Advice-Sentences",
    ];
    let headers: Map<String, Value> =
        names.into_iter().map(|name| (name.to_owned(), header(name))).collect();
    json!({ "description": description, "headers": headers, "content": content })
}

pub(super) fn parameter(name: &str) -> Value {
    json!({ "$ref": format!("#/components/parameters/{name}") })
}

/// A parameter whose values the document's owner gave.
pub(super) fn names(name: &str, description: &str, values: &[&str]) -> Option<Value> {
    let schema = json!({ "type": "string", "enum": values });
    (!values.is_empty()).then(
        || json!({ "name": name, "in": "query", "description": description, "schema": schema }),
    )
}

/// The routes of one document.
pub(super) fn of_a_document(document: &Document, examples: &Value) -> Map<String, Value> {
    let (id, tag) = (document.id.dashed(), tag(document));
    let name = &document.manifest.name;
    let operation = |verb: &str, summary: String, done| {
        Operation::new(&format!("{verb}-{id}"), &tag, summary, done)
    };
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let json = "application/json";
    let body = json!({
        "required": true,
        "content": { json: { "schema": body_schema(document), "examples": examples } },
    });
    // Stock is overprinted where the document's owner has foreseen it.
    let printing = || {
        let stock = ["overprint", "offset"].into_iter().filter(|_| document.manifest.overprint);
        ["sides", "standard", "copies"].into_iter().chain(stock).map(parameter)
    };
    let cases: Vec<&str> = document.samples.keys().map(String::as_str).collect();
    let blank_names: Vec<&str> = blanks(document).flatten().collect();

    let schema_answer = answer("数据格式", "application/schema+json", &json!({ "type": "object" }));
    let mut sample_answer = answer("样例", json, &body_schema(document));
    sample_answer["content"][json]["examples"] = examples.clone();
    let print = file("PDF；手动双面为 zip", &["application/pdf", "application/zip"]);
    let routes = [
        (
            "schema",
            "get",
            operation("schema", format!("{name}的数据格式（JSON Schema）"), schema_answer).kept(),
        ),
        (
            "sample",
            "get",
            operation("sample", format!("{name}的样例"), sample_answer)
                .asking(names("case", "哪个样例；空为普通样例", &cases))
                .kept(),
        ),
        (
            "check",
            "post",
            operation(
                "check",
                format!("检查{name}，一次列出全部问题"),
                answer("检查通过，可能有提示", json, &reference("Checked")),
            )
            .taking(&body)
            .failing(&QUEUE),
        ),
        (
            "pdf",
            "post",
            operation("pdf", format!("打印{name}"), print.clone())
                .asking(printing())
                .taking(&body)
                .failing(&QUEUE),
        ),
        (
            "preview",
            "post",
            operation("preview", format!("预览{name}的一页；没有填完也可以"), preview_answer())
                .asking([parameter("page")])
                .taking(&preview_body(&body))
                .failing(&QUEUE),
        ),
        (
            "blank",
            "get",
            operation("blank", format!("空白的{name}"), print)
                .asking(names("name", "已填好一部分的空白表格", &blank_names))
                .asking(printing())
                .failing(&QUEUE)
                .failing(&[422])
                .kept(),
        ),
    ];
    let rows =
        operation("rows", format!("检查多份{name}，每行一份；问题带有单元格的位置"), rows_answer());
    let rows =
        rows.asking(names("as", "答复：问题的列表，或标出问题的电子表格", &["json", "xlsx"]));
    let rows =
        ("rows", "post", rows.taking(&rows_body(&schema_name(document), examples)).failing(&QUEUE));
    let form = App::has_form(document).then(|| {
        let done = answer("电子表格", XLSX, &json!({}));
        ("form.xlsx", "get", operation("form", format!("填写{name}用的电子表格"), done).kept())
    });
    let calibration = document.manifest.overprint.then(|| {
        let done = file("校准页", &["application/pdf"]);
        let summary = format!("套打{name}的校准页：量出打印机偏了多少毫米");
        let operation = operation("calibration", summary, done).asking([parameter("offset")]);
        ("calibration", "get", operation.failing(&QUEUE).failing(&[422]))
    });
    let collect = App::is_collected(document).then(|| {
        let done = answer("全部文件都已汇总", json, &reference("Collected"));
        let operation =
            operation("collect", format!("由 PDF 随附的数据、表格的各行汇总成{name}"), done);
        ("collect", "post", operation.taking(&collect_body()).failing(&QUEUE))
    });
    routes
        .into_iter()
        .chain([rows])
        .chain(form)
        .chain(calibration)
        .chain(collect)
        .map(|(last, method, operation)| {
            let path = format!("/api/v1/documents/{}/{last}", document.id);
            (path, json!({ method: operation.written() }))
        })
        .collect()
}

/// What was found in rows: as a list, or marked in a spreadsheet.
fn rows_answer() -> Value {
    let advice = json!({ "type": "array", "items": { "type": "object" } });
    let checked = json!({
        "type": "object",
        "required": ["sound", "rows", "advice"],
        "properties": {
            "sound": { "const": true },
            "rows": { "type": "integer", "minimum": 1 },
            "advice": advice,
        },
    });
    let mut done = answer("检查通过，可能有提示；或电子表格", "application/json", &checked);
    done["content"][XLSX] = json!({});
    done
}

/// A picture of one page, with what tells which pages have changed.
fn preview_answer() -> Value {
    let mut done = file("PNG，144 dpi；有问题的项目留空", &["image/png"]);
    done["headers"]["Chengwen-Page-Marks"] = header("Chengwen-Page-Marks");
    done
}

/// A preview takes what a record may become, so its schema only says that it is JSON.
fn preview_body(body: &Value) -> Value {
    let mut unfinished = body.clone();
    unfinished["content"]["application/json"]["schema"] = json!({});
    unfinished
}

/// The routes that are no document's.
pub(super) fn of_the_server() -> Map<String, Value> {
    let operation = |id: &str, summary: &str, done| Operation::new(id, SERVER, summary, done);
    let text = || json!({ "type": "string" });
    let documents = json!({ "$ref": "#/components/schemas/Documents" });
    [
        (
            "/api/v1/documents",
            operation("list", "有哪些文书", answer("全部文书", "application/json", &documents))
                .kept(),
        ),
        ("/healthz", operation("healthz", "是否在运行", answer("在运行", "text/plain", &text()))),
        (
            "/readyz",
            operation(
                "readyz",
                "是否就绪：字体已核对，每个样例都已印出",
                answer("就绪", "text/plain", &text()),
            )
            .failing(&[503]),
        ),
        (
            "/metrics",
            operation(
                "metrics",
                "运行指标（OpenMetrics）",
                answer("指标", "application/openmetrics-text", &text()),
            ),
        ),
        (
            "/openapi.json",
            operation(
                "openapi",
                "本说明",
                answer("OpenAPI 3.1", "application/json", &json!({ "type": "object" })),
            )
            .kept(),
        ),
        ("/docs", operation("docs", "接口说明的网页", answer("网页", "text/html", &text())).kept()),
    ]
    .into_iter()
    .map(|(path, operation)| (path.to_owned(), json!({ "get": operation.written() })))
    .chain([("/api/v1/session".to_owned(), session())])
    .collect()
}

/// A browser's session.
fn session() -> Value {
    let operation = |id: &str, summary: &str, done| Operation::new(id, SERVER, summary, done);
    let json = "application/json";
    let session = json!({ "$ref": "#/components/schemas/Session" });
    let key = json!({
        "type": "object",
        "required": ["key"],
        "properties": { "key": { "type": "string", "description": "密钥全文" } },
    });
    let body = json!({
        "required": true,
        "content": { json: { "schema": key, "examples": {
            "key": { "summary": "密钥", "value": { "key": "cw_0123456789_…" } },
        } } },
    });
    let who = operation("session", "现在以谁的身份", answer("身份", json, &session));
    let open = operation("login", "用密钥登录，得到 Cookie", answer("已登录", json, &session));
    let mut close =
        operation("logout", "退出登录", json!({ "description": "已退出", "headers": {} }));
    close.status = 204;
    json!({
        "get": who.written(),
        "post": open.taking(&body).failing(&[409]).written(),
        "delete": close.written(),
    })
}

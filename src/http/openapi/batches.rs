//! The routes of batches.

use serde_json::{Map, Value, json};

use super::components::header;
use super::paths::{Operation, QUEUE, SERVER, answer, names, parameter};
use crate::app::App;
use crate::http::words::{FORMS, XLSX};

const JSON: &str = "application/json";

/// What a batch is called in the path.
fn batch() -> Value {
    json!({
        "name": "batch", "in": "path", "required": true, "description": "批次的编号",
        "schema": { "type": "string" },
    })
}

fn query(name: &str, description: &str) -> Value {
    let schema = json!({ "type": "string" });
    json!({ "name": name, "in": "query", "description": description, "schema": schema })
}

fn required(mut parameter: Value) -> Value {
    parameter["required"] = true.into();
    parameter
}

/// Rows of the document that the query names.
fn rows_body() -> Value {
    let rows = json!({ "type": "array", "items": { "type": "object" }, "minItems": 1 });
    json!({
        "required": true,
        "content": {
            JSON: { "schema": rows, "examples": {} },
            "text/csv": { "schema": { "type": "string" } },
            XLSX: {},
        },
    })
}

/// What rows become.
fn printing() -> Vec<Value> {
    let forms = FORMS.map(|(word, _)| word);
    let form = names("as", "pdf 合成一个文件（默认），zip 每份一个文件", &forms);
    let sides = names("sides", "默认按文书", &["long", "short", "one"]);
    let pattern =
        "zip 中的文件名，如 {{ number }}-{{ holder }}（数据中的栏目）；默认按文书，前加序号";
    let rest = ["standard", "overprint", "offset"].map(parameter);
    form.into_iter().chain([query("names", pattern)]).chain(sides).chain(rest).collect()
}

/// The routes.
pub(super) fn of_batches(app: &App) -> Map<String, Value> {
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let told = |description: &str, name: &str| answer(description, JSON, &reference(name));
    let operation =
        |id: &str, summary: &str, done| Operation::new(id, SERVER, summary, done).failing(&[409]);
    let documents: Vec<String> =
        app.catalog().documents().map(|document| document.id.to_string()).collect();
    let documents: Vec<&str> = documents.iter().map(String::as_str).collect();
    let key = json!({
        "name": "Idempotency-Key", "in": "header", "required": true,
        "description": "每一批另取一个；没有收到答复时照原样再发，只受理一次，只占一套编号",
        "schema": { "type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]+$" },
    });
    let yes = ["yes", "no"];
    let good_rows =
        "yes 只受理没有问题的行（印不出来的行也只影响自己）；默认 no，有一行不对就都不受理";
    let anew = "yes 即使持有者已有这一称号的有效证书，也再编号印发；默认 no";
    let mut located = told("已受理，在后台印制；再次发来而已经印完时为200", "AcceptedBatch");
    located["headers"]["Location"] = header("Location");
    let mut accept = operation("batch", "受理一批：检查全部行，占用编号，在后台印制", located)
        .asking(names("document", "文书（活动/文书）", &documents).map(required))
        .asking(names("good_rows", good_rows, &yes))
        .asking(names("anew", anew, &yes))
        .asking(printing())
        .asking([key.clone()])
        .taking(&rows_body())
        .failing(&QUEUE);
    accept.status = 202;
    let looked = "受理前检查一批：问题、预告的编号；什么也不占用，别人先受理的话编号会变";
    let check = operation("check-batch", looked, told("检查的结果", "Prospect"))
        .asking(names("document", "文书（活动/文书）", &documents).map(required))
        .asking(names("good_rows", good_rows, &yes))
        .asking(names("anew", anew, &yes))
        .asking(printing())
        .asking([key])
        .taking(&rows_body())
        .failing(&[422])
        .failing(&QUEUE);
    let list =
        operation("batches", "最近的100批；省局看全部，其余只看自己的", told("批次", "Batches"));
    let one = operation("batch-state", "一批的情况", told("批次", "Batch")).asking([batch()]);
    let why = required(query("why", "取消的原因，作废的编号都记上它"));
    let cancel =
        operation("cancel-batch", "取消一批：没有印完的不再印，编号作废", told("批次", "Batch"))
            .asking([batch(), why]);
    let print = || query("print", "哪一次印制；默认首次");
    let event = json!({
        "type": "object",
        "required": ["event", "data"],
        "properties": {
            "event": { "enum": ["progress", "end"] },
            "data": { "type": "string", "contentMediaType": JSON, "description": "JSON" },
            "retry": { "type": "integer", "description": "断开后过多少毫秒再连" },
        },
    });
    let events = "进度：事件 progress（done、rows、state、per_second、seconds_left），最后是 end";
    let events = operation("batch-events", events, answer("事件", "text/event-stream", &event))
        .asking([batch(), print()]);
    let mut rows = answer("各行的结果", JSON, &json!({ "type": "object" }));
    rows["content"][XLSX] = json!({});
    let rows = operation("batch-rows", "各行的编号和结果", rows)
        .asking([batch()])
        .asking(names("as", "JSON 或电子表格", &["json", "xlsx"]))
        .failing(&[422])
        .failing(&QUEUE);
    let mut file = answer("印成的文件", "application/pdf", &json!({}));
    file["content"]["application/zip"] = json!({});
    file["headers"]["Content-Disposition"] = header("Content-Disposition");
    let result = operation("batch-result", "印成的文件；没有印完为409，已过保留期为410", file)
        .asking([batch(), print()])
        .failing(&[410]);
    let mut located = told("已受理；同样的已经印好时为200", "Print");
    located["headers"]["Location"] = header("Location");
    let mut again = operation("print-again", "按原来的编号重印一批中的若干份", located)
        .asking([
            batch(),
            query("only", "第几份到第几份，如 120-130；默认全部"),
            query("why", "重印的原因，记入各证书的变更记录"),
        ])
        .asking(printing())
        .failing(&[422]);
    again.status = 202;
    let home = "/api/v1/batches";
    [
        (home.to_owned(), json!({ "get": list.written(), "post": accepting(accept) })),
        (format!("{home}/check"), json!({ "post": check.written() })),
        (format!("{home}/{{batch}}"), json!({ "get": one.written(), "delete": cancel.written() })),
        (format!("{home}/{{batch}}/events"), json!({ "get": events.written() })),
        (format!("{home}/{{batch}}/rows"), json!({ "get": rows.written() })),
        (format!("{home}/{{batch}}/result"), json!({ "get": result.written() })),
        (format!("{home}/{{batch}}/prints"), json!({ "post": accepting(again) })),
    ]
    .into_iter()
    .collect()
}

/// What is answered with 202 is answered with 200 when it is done already.
fn accepting(operation: Operation) -> Value {
    let mut written = operation.written();
    written["responses"]["200"] = written["responses"]["202"].clone();
    written
}

/// What is told of batches.
pub(super) fn schemas() -> Map<String, Value> {
    let text = || json!({ "type": "string" });
    let maybe = |kind: &str| json!({ "type": [kind, "null"] });
    let number = || json!({ "type": "integer", "minimum": 0 });
    let state = json!({ "enum": ["waiting", "done", "stalled", "cancelled"] });
    let links = json!({ "type": "object", "additionalProperties": text() });
    let numbers = json!({
        "type": ["object", "null"],
        "required": ["first", "last"],
        "properties": { "first": text(), "last": text() },
        "description": "首尾编号；不编号的文书为空",
    });
    let notes =
        json!({ "type": "array", "items": text(), "description": "应当知道的事，如二维码的网址" });
    let object = |title: &str, properties: Value, more: &[&str]| {
        let named = properties.as_object().into_iter().flat_map(Map::keys).cloned();
        let required: Vec<String> = named.filter(|key| !more.contains(&key.as_str())).collect();
        json!({ "title": title, "type": "object", "required": required, "properties": properties })
    };
    let print = object(
        "一次印制",
        json!({
            "print": text(), "batch": text(), "state": state, "rows": number(), "done": number(),
            "why": maybe("string"), "per_second": maybe("number"), "seconds_left": maybe("integer"),
            "first": number(), "last": number(), "issues": { "type": "boolean" },
            "options": maybe("object"), "sha256": maybe("string"), "bytes": maybe("integer"),
            "pages": maybe("integer"), "removed": { "type": "boolean" }, "notes": notes, "links": links,
        }),
        &["batch", "notes"],
    );
    let prints = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Print" } });
    let batch = object(
        "一批",
        json!({
            "id": text(), "document": text(), "who": text(),
            "at": { "type": "string", "format": "date-time", "description": "何时受理" },
            "rows": number(), "failed": number(), "numbers": numbers,
            "cancelled": maybe("string"), "state": state, "prints": prints, "links": links,
        }),
        &[],
    );
    let problems = json!({ "type": "array", "items": { "type": "object" } });
    let accepted = object(
        "受理的一批",
        json!({
            "id": text(), "print": text(), "document": text(), "rows": number(),
            "numbers": numbers, "state": state, "notes": notes, "links": links, "problems": problems,
            "unsound_rows": { "type": "array", "items": number(), "description": "没有受理的行，从0数" },
        }),
        &["problems", "unsound_rows"],
    );
    let expected =
        object("预告的编号", json!({ "first": text(), "last": text(), "count": number() }), &[]);
    let prospect = object(
        "受理前的检查",
        json!({
            "document": text(), "sound": { "type": "boolean" }, "rows": number(),
            "sound_rows": { "type": "integer", "minimum": 0, "description": "没有问题的行数" },
            "problems": problems,
            "numbers": { "type": "array", "items": expected, "description": "没有问题的行会得到的编号，按计数分列" },
            "batch": { "type": ["string", "null"], "description": "同一个 Idempotency-Key 已受理的批次" },
            "notes": notes,
        }),
        &[],
    );
    let list = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Batch" } });
    [
        ("Print", print),
        ("Batch", batch),
        ("AcceptedBatch", accepted),
        ("Prospect", prospect),
        ("Batches", object("批次", json!({ "batches": list }), &[])),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

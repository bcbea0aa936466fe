//! The routes of what is made of a document's record besides its print.

use std::collections::BTreeMap;

use axum::body::Bytes;
use serde_json::{Map, Value, json};

use super::paths::{Operation, QUEUE, answer, names, tag};
use super::{body_schema, examples};
use crate::app::App;
use crate::catalog::Document;
use crate::http::words::XLSX;

/// The samples' bytes, by document and case.
type Samples = BTreeMap<String, BTreeMap<String, Bytes>>;

/// The routes that a document has.
pub(super) fn of_a_document(
    app: &App,
    document: &Document,
    samples: &Samples,
) -> Map<String, Value> {
    let (id, tag, name) = (document.id.dashed(), tag(document), &document.manifest.name);
    let operation = |verb: &str, summary: String, done| {
        Operation::new(&format!("{verb}-{id}"), &tag, summary, done).failing(&QUEUE)
    };
    let own = samples.get(&document.id.to_string());
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let xlsx = App::is_collected(document).then(|| {
        let done = answer("电子表格", XLSX, &json!({}));
        let body = body(&body_schema(document), &examples(document, own));
        ("xlsx", operation("xlsx", format!("{name}的列表，存为电子表格"), done).taking(&body))
    });
    let sources: Vec<&str> = App::sources(document).collect();
    let derive = names("from", "由哪份文书的数据得出；必须写", &sources).map(|mut from| {
        from["required"] = true.into();
        let known = sources.iter().filter_map(|name| app.catalog().document(name));
        let shown = known.filter_map(|source| {
            let own = samples.get(&source.id.to_string());
            let shown = examples(source, own).as_object()?.values().next()?.clone();
            Some((source.id.dashed(), shown))
        });
        let body = body(&json!({}), &shown.collect());
        let done = answer("得出的数据", "application/json", &reference("Derived"));
        let summary = format!("由另一份文书的数据得出{name}的数据；没有填完也可以");
        ("derive", operation("derive", summary, done).asking([from]).taking(&body))
    });
    let calendar = document.manifest.calendar.as_ref().map(|calendar| {
        let done = answer("逐日列出", "application/json", &reference("SpanShown"));
        let summary = format!("{name}的{}，逐日列出；没有填完也可以", calendar.title);
        let body = body(&json!({}), &examples(document, own));
        ("calendar", operation("calendar", summary, done).taking(&body))
    });
    let routes = [xlsx, derive, calendar].into_iter().flatten();
    let written = routes.map(|(last, operation)| {
        let path = format!("/api/v1/documents/{}/{last}", document.id);
        (path, json!({ "post": operation.written() }))
    });
    written.collect()
}

fn body(schema: &Value, examples: &Value) -> Value {
    json!({
        "required": true,
        "content": { "application/json": { "schema": schema, "examples": examples } },
    })
}

/// The schemas of what is answered.
pub(super) fn schemas() -> Vec<(String, Value)> {
    let text = json!({ "type": "string" });
    let date = json!({ "type": "string", "format": "date" });
    let problems = json!({ "type": "array", "items": { "$ref": "#/components/schemas/Problem" } });
    let object = |title: &str, required: &[&str], properties: Value| json!({ "title": title, "type": "object", "required": required, "properties": properties });
    let derived = object(
        "得出的数据",
        &["record", "problems"],
        json!({
            "record": { "type": "object", "description": "只有得出的各项；是否合格由 check 检查" },
            "problems": problems,
        }),
    );
    let day = object(
        "一天",
        &["date", "weekday", "kind", "name", "within"],
        json!({
            "date": date,
            "weekday": { "type": "integer", "minimum": 1, "maximum": 7, "description": "星期一为 1" },
            "kind": {
                "enum": ["working", "rest", "holiday", "made-up", "unknown"],
                "description": "working 工作日，rest 周末，holiday 放假，made-up 调休上班，unknown 这一年的安排不知道",
            },
            "name": { "type": ["string", "null"], "description": "节日的名称" },
            "within": { "type": "boolean", "description": "是否在这段时间里" },
        }),
    );
    let month = object(
        "一个月",
        &["year", "month", "days"],
        json!({
            "year": { "type": "integer" },
            "month": { "type": "integer", "minimum": 1, "maximum": 12 },
            "days": { "type": "array", "items": day },
        }),
    );
    let days = object(
        "起止日期",
        &["from", "to", "working_days"],
        json!({
            "from": date,
            "to": date,
            "working_days": { "type": ["integer", "null"], "description": "其中的工作日；有一年的安排不知道时为 null" },
        }),
    );
    let span = object(
        "一段时间",
        &["title", "span", "problems", "notes", "months"],
        json!({
            "title": text,
            "span": { "anyOf": [days, { "type": "null" }], "description": "还算不出时为 null" },
            "problems": problems,
            "notes": { "type": "array", "items": text, "description": "须知道的话" },
            "months": { "type": "array", "maxItems": 12, "items": month },
        }),
    );
    vec![("Derived".to_owned(), derived), ("SpanShown".to_owned(), span)]
}

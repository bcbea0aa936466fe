//! What the routes have in common: schemas of problems, parameters, headers, error answers.

use serde_json::{Map, Value, json};

use crate::config::Limits;
use crate::http::problem::{KINDS, Kind, MEDIA_TYPE};
use crate::http::words::{COPIES, SIDES, STANDARDS};
use crate::values::Role;

/// The error answers by status, with the statuses' kinds of problem.
pub(super) fn responses(limits: &Limits) -> Value {
    let mut responses = Map::new();
    for kind in KINDS {
        let status = kind.status.as_u16();
        let kinds: Vec<&Kind> = KINDS.iter().filter(|other| other.status == kind.status).collect();
        let told: Vec<String> =
            kinds.iter().map(|kind| format!("`/problems/{}` {}", kind.name, kind.title)).collect();
        let mut description = told.join("；");
        if status == 413 {
            let (body, upload) = (limits.body >> 20, limits.upload >> 20);
            description.push_str(&format!("（不超过 {body} MiB，上传文件不超过 {upload} MiB）"));
        }
        let mut headers = json!({ "X-Request-Id": header("X-Request-Id") });
        let own = match status {
            405 => Some("Allow"),
            415 => Some("Accept-Post"),
            429 | 503 => Some("Retry-After"),
            _ => None,
        };
        if let Some(name) = own {
            headers[name] = header(name);
        }
        let types: Vec<String> =
            kinds.iter().map(|kind| format!("/problems/{}", kind.name)).collect();
        let schema = json!({
            "allOf": [{ "$ref": "#/components/schemas/ProblemDocument" }],
            "properties": { "type": { "enum": types }, "status": { "const": status } },
        });
        responses.insert(
            status.to_string(),
            json!({
                "description": description,
                "headers": headers,
                "content": { MEDIA_TYPE: { "schema": schema } },
            }),
        );
    }
    Value::Object(responses)
}

/// A header by reference.
pub(super) fn header(name: &str) -> Value {
    json!({ "$ref": format!("#/components/headers/{name}") })
}

pub(super) fn headers() -> Value {
    let number = json!({ "type": "integer", "minimum": 0 });
    let text = json!({ "type": "string" });
    let headers = [
        (
            "X-Request-Id",
            "本次请求的编号；请求带有的（1至64个字母、数字、-、_、.）照原样答复",
            &text,
        ),
        ("ETag", "内容的标记；下次以 If-None-Match 询问，没有变化时答复 304", &text),
        ("Content-Disposition", "文件名；中文名在 filename* 中（RFC 8187）", &text),
        ("Chengwen-Problems", "须改正的问题的个数", &number),
        ("Chengwen-Advice", "提示的个数", &number),
        (
            "Chengwen-Advice-Sentences",
            "各条提示：JSON 数组，按 UTF-8 百分号编码（decodeURIComponent 后 JSON.parse）；编码后不超过4096字节，超出时略去后面的",
            &text,
        ),
        ("Chengwen-Problem-Sentences", "要改的各条，写法与提示相同", &text),
        ("Chengwen-Pages", "页数，含补足的空白页", &number),
        (
            "Chengwen-Page-Marks",
            "各页的标记，以逗号分开，至多100页；与上一次预览的不同，那一页就变了样",
            &text,
        ),
        ("Chengwen-Sheets", "一份用几张纸", &number),
        ("Location", "受理的批次的地址", &text),
        ("Retry-After", "请在这么多秒后再试", &number),
        ("Allow", "这个地址接受的方法", &text),
        ("Accept-Post", "接受的正文类型", &text),
    ];
    let described = headers.into_iter().map(|(name, description, schema)| {
        (name.to_owned(), json!({ "description": description, "schema": schema }))
    });
    Value::Object(described.collect())
}

pub(super) fn parameters() -> Value {
    let words = |words: Vec<&str>| json!({ "type": "string", "enum": words });
    let sides = words(SIDES.iter().map(|(word, _)| *word).collect());
    let standards = words(STANDARDS.iter().map(|(word, _)| *word).collect());
    let copies = json!({
        "type": "integer", "minimum": COPIES.start(), "maximum": COPIES.end(), "default": 1,
    });
    let page = json!({ "type": "integer", "minimum": 1, "default": 1 });
    let parameters = [
        (
            "sides",
            "long 长边翻转，short 短边翻转，one 单面，manual 手动双面（答复 zip）；默认按文书",
            sides,
        ),
        (
            "standard",
            "PDF 标准：a-2u、a-2a（带标签）、ua-1（无障碍，兼 a-2a）、a-3u（随附数据）或 none；默认按文书",
            standards,
        ),
        ("copies", "请打印机打印几份", copies),
        (
            "overprint",
            "yes 套打：只印文字，不印底纸上已有的边框和红字；只用于可以套打的文书",
            json!({ "type": "string", "enum": ["yes", "no"], "default": "no" }),
        ),
        (
            "offset",
            "套打时整页移动的毫米数：向右,向下，如 1.5,-0.5，各不超过20",
            json!({ "type": "string", "examples": ["1.5,-0.5"] }),
        ),
        ("page", "第几页", page),
    ];
    let described = parameters.into_iter().map(|(name, description, schema)| {
        let parameter =
            json!({ "name": name, "in": "query", "description": description, "schema": schema });
        (name.to_owned(), parameter)
    });
    Value::Object(described.collect())
}

pub(super) fn schemas() -> Map<String, Value> {
    let text = json!({ "type": "string" });
    let texts = json!({ "type": "array", "items": text });
    let reference = |name: &str| json!({ "$ref": format!("#/components/schemas/{name}") });
    let list = |name: &str| json!({ "type": "array", "items": reference(name) });
    let object = |title: &str, required: &[&str], properties: Value| json!({ "title": title, "type": "object", "required": required, "properties": properties });
    let problem = object(
        "问题或提示",
        &["level", "pointer", "label", "code", "facts", "sentence"],
        json!({
            "level": { "enum": ["problem", "advice"], "description": "problem 须改正；advice 请知道" },
            "pointer": { "type": "string", "description": "在数据中的位置（JSON Pointer）；空为全文" },
            "label": { "type": "string", "description": "纸上的项目名称" },
            "code": { "type": "string", "description": "供程序使用的代码，不变" },
            "facts": { "type": "object", "description": "句子所说的事实，供程序使用" },
            "sentence": { "type": "string", "description": "一句话，说明怎样改" },
        }),
    );
    let slip = object(
        "有误的参数",
        &["name", "value", "allowed", "sentence"],
        json!({ "name": text, "value": text, "allowed": texts, "sentence": text }),
    );
    let document = object(
        "出错的答复（RFC 9457）",
        &["type", "title", "status", "detail", "instance"],
        json!({
            "type": { "type": "string", "format": "uri-reference", "description": "哪一种，不变" },
            "title": text,
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "一句话" },
            "instance": { "type": "string", "description": "请求的地址，# 后为请求的编号" },
            "problems": list("Problem"),
            "parameters": list("Slip"),
            "refused": list("Refused"),
            "taken": list("Taken"),
            "record": { "description": "汇总时由其余文件得到的数据" },
        }),
    );
    let session = object(
        "身份",
        &["mode", "role", "name"],
        json!({
            "mode": { "enum": ["open", "guarded"], "description": "open 开放模式；guarded 凭密钥使用" },
            "role": { "enum": Role::ALL.map(Role::word), "description": "权限，大的含小的" },
            "name": { "type": ["string", "null"], "description": "密钥是给谁的" },
        }),
    );
    let checked = object(
        "检查通过",
        &["sound", "advice"],
        json!({ "sound": { "const": true }, "advice": list("Problem") }),
    );
    let links = json!({ "type": "object", "additionalProperties": text });
    let listed = object(
        "一份文书",
        &[
            "document",
            "name",
            "title",
            "programme",
            "role",
            "samples",
            "blanks",
            "from",
            "list",
            "digest",
            "links",
        ],
        json!({
            "document": { "type": "string", "description": "活动/文书" },
            "name": text,
            "title": text,
            "programme": { "type": "string", "description": "活动的名称" },
            "role": { "enum": Role::ALL.map(Role::word), "description": "至少要什么权限才能打印" },
            "samples": { "type": "array", "items": text, "description": "样例的名称；空为普通样例" },
            "blanks": { "type": "array", "items": text, "description": "已填好一部分的空白表格的名称" },
            "from": { "type": "array", "items": text, "description": "可由哪些文书的数据得出" },
            "list": { "type": ["string", "null"], "description": "汇总到哪个列表（JSON Pointer）；不汇总的为 null" },
            "digest": { "type": "string", "description": "模板的摘要（SHA-256）" },
            "links": links,
        }),
    );
    let refused = object(
        "不能汇总的文件",
        &["file", "reason"],
        json!({ "file": text, "reason": { "type": "string", "description": "一句话，说明怎样改" } }),
    );
    let taken = object(
        "一项的来源",
        &["pointer", "file", "row"],
        json!({
            "pointer": { "type": "string", "description": "这一项在数据中的位置（JSON Pointer）" },
            "file": { "type": "string", "description": "来自哪个文件" },
            "row": { "type": ["integer", "null"], "minimum": 1, "description": "表格的第几行；PDF 为 null" },
        }),
    );
    let collected = object(
        "汇总的结果",
        &["record", "problems", "taken", "refused"],
        json!({
            "record": { "type": "object", "description": "汇总成的数据；没有表头时只有列表" },
            "problems": list("Problem"),
            "taken": list("Taken"),
            "refused": { "type": "array", "maxItems": 0, "items": reference("Refused") },
        }),
    );
    let documents = object("全部文书", &["documents"], json!({ "documents": list("Document") }));
    [
        ("Problem", problem),
        ("Slip", slip),
        ("ProblemDocument", document),
        ("Session", session),
        ("Checked", checked),
        ("Document", listed),
        ("Documents", documents),
        ("Refused", refused),
        ("Taken", taken),
        ("Collected", collected),
    ]
    .into_iter()
    .map(|(name, schema)| (name.to_owned(), schema))
    .collect()
}

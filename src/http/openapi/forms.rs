//! Bodies that bring files.

use serde_json::{Value, json};

use crate::http::words::{COPIES_AS, FORM, PACKED_COPIES, SIDES, WRAPPINGS, XLSX, YES};

/// Files and a head.
pub(super) fn collect_body() -> Value {
    let file = json!({ "type": "string", "format": "binary" });
    json!({
        "required": true,
        "content": { FORM: {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {
                    "file": {
                        "type": "array",
                        "items": file,
                        "minItems": 1,
                        "description": "本程序生成的 PDF，或表格（.xlsx、.csv，每行一项；文件名的后缀须写明），按汇总的顺序；每个文件一个部分",
                    },
                    "with": {
                        "type": "object",
                        "description": "表头数据（JSON）：列表以外的各项；其中已有的行排在前面",
                    },
                },
                "additionalProperties": false,
            },
            "encoding": {
                "file": { "contentType": format!("application/pdf, text/csv, {XLSX}") },
                "with": { "contentType": "application/json" },
            },
        } },
    })
}

/// Rows, in any of the forms in which staff keep them.
pub(super) fn rows_body(record: &str, examples: &Value) -> Value {
    // A record alone is shown as the only one of its rows.
    let rows = |example: &Value| {
        let mut example = example.clone();
        if example.get("value").is_some_and(|value| !value.is_array()) {
            example["value"] = json!([example["value"]]);
        }
        example
    };
    let examples = examples.as_object().into_iter().flatten();
    let examples: serde_json::Map<String, Value> =
        examples.map(|(name, example)| (name.clone(), rows(example))).collect();
    let item = json!({ "$ref": format!("#/components/schemas/{record}") });
    let schema = json!({ "type": "array", "items": item, "minItems": 1 });
    json!({
        "required": true,
        "content": {
            "application/json": { "schema": schema, "examples": examples },
            "text/csv": { "schema": { "type": "string" } },
            XLSX: {},
        },
    })
}

/// A packet's list and its files.
pub(super) fn packet_body() -> Value {
    let file = json!({ "type": "string", "format": "binary" });
    json!({
        "required": true,
        "content": { FORM: {
            "schema": {
                "type": "object",
                "required": ["packet"],
                "properties": {
                    "packet": {
                        "type": "object",
                        "description": "申报材料的数据（packet.json）：活动、各文书的数据、附件的列表",
                    },
                    "file": {
                        "type": "array",
                        "items": file,
                        "description": "附件；文件名与列表中的 file 相同，每个文件一个部分",
                    },
                },
                "additionalProperties": false,
            },
            "encoding": { "packet": { "contentType": "application/json" } },
        } },
    })
}

/// What may be asked of a packet in the query.
pub(super) fn packet_parameters() -> Vec<Value> {
    let words = |words: Vec<&str>| json!({ "type": "string", "enum": words });
    let of = |choices: &[&str]| words(choices.to_vec());
    let yes: Vec<&str> = YES.iter().map(|(word, _)| *word).collect();
    let copies = json!({ "type": "integer", "minimum": PACKED_COPIES.start(), "maximum": PACKED_COPIES.end() });
    let sides: Vec<&str> = SIDES.iter().map(|(word, _)| *word).collect();
    let copies_as: Vec<&str> = COPIES_AS.iter().map(|(word, _)| *word).collect();
    let wrappings: Vec<&str> = WRAPPINGS.iter().map(|(word, _)| *word).collect();
    let parameters = [
        ("as", "zip 另含各部分、附件原件和清单（默认），pdf 只要打印文件", of(&wrappings)),
        ("copies", "几份，默认按活动的规定", copies),
        (
            "copies_as",
            "pages 各份依次排在文件里（默认），viewer 由打印对话框指定份数",
            of(&copies_as),
        ),
        ("named", "页脚是否印“第一份”等，默认 yes", of(&yes)),
        (
            "sides",
            "long 长边翻转（默认），short 短边翻转，one 单面，manual 手动双面（须为 zip）",
            of(&sides),
        ),
        ("draft", "缺材料或有问题也印，每页印“草稿”；默认 no", of(&yes)),
        ("pdfa", "打印文件做成 PDF/A-3u，附件中的 PDF 转成图片；默认 no", of(&yes)),
    ];
    let described = parameters.into_iter().map(|(name, description, schema)| {
        json!({ "name": name, "in": "query", "description": description, "schema": schema })
    });
    described.collect()
}

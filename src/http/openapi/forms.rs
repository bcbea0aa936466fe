//! Bodies that bring files.

use serde_json::{Value, json};

use crate::http::multipart::FORM;

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
                        "description": "本程序生成的 PDF，按汇总的顺序；每个文件一个部分",
                    },
                    "with": {
                        "type": "string",
                        "description": "表头数据（JSON）：列表以外的各项；其中已有的行排在前面",
                    },
                },
                "additionalProperties": false,
            },
            "encoding": {
                "file": { "contentType": "application/pdf" },
                "with": { "contentType": "application/json" },
            },
        } },
    })
}

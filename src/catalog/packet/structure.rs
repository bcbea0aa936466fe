//! The structure of `packet.json`, made of what a programme says.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::manifest::Manifest;
use crate::catalog::{Document, DocumentId};

/// The schema of `packet.json`.
pub(super) fn structure(
    programme: &str,
    manifest: &Manifest,
    documents: &BTreeMap<DocumentId, Document>,
) -> Value {
    let mut properties = serde_json::Map::new();
    properties.insert(
        "programme".to_owned(),
        json!({ "title": "活动", "type": "string", "enum": [programme] }),
    );
    let mut required = vec!["programme".to_owned()];
    for paper in &manifest.papers {
        let document = documents.get(&paper.id(programme));
        let title = document.map_or(paper.key(), |document| document.manifest.name.as_str());
        let schema = match paper.from {
            None => json!({ "title": title, "type": "object" }),
            Some(_) => json!({
                "title": title,
                "if": { "type": "string" },
                "then": { "type": "string", "enum": paper.words_for_same() },
                "else": { "type": "object" },
            }),
        };
        properties.insert(paper.key().to_owned(), schema);
        // A letter that has been signed already may come as a scan.
        if paper.material.is_none() {
            required.push(paper.key().to_owned());
        }
    }
    let attachment = json!({
        "title": "附件",
        "type": "object",
        "properties": {
            "kind": {
                "title": "材料种类", "type": "integer",
                "description": "申报须知所列材料的序号",
            },
            "title": {
                "title": "名称", "type": "string", "format": "printable", "minLength": 1, "maxLength": 40,
            },
            "file": { "title": "文件", "type": "string", "minLength": 1, "maxLength": 200 },
            "pages": {
                "title": "页", "type": "string", "maxLength": 200,
                "description": "要附的页，例如 1-3 或 1,4-6；不写为全部",
            },
            "rotation": {
                "title": "旋转", "type": "integer",
                "description": "顺时针旋转的度数：0、90、180 或 270",
            },
        },
        "required": ["kind", "file"],
        "additionalProperties": false,
    });
    properties.insert(
        "attachments".to_owned(),
        json!({ "title": "附件", "type": "array", "items": attachment }),
    );
    required.push("attachments".to_owned());
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": manifest.title,
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

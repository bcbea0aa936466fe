//! `/openapi.json`: OpenAPI 3.1, made from the catalog.
//!
//! Each document has paths of its own, so that each body has its real schema: the dialect of
//! OpenAPI 3.1 is that of our schemas. What the routes have in common stands in `components`.

mod batches;
mod certificates;
mod components;
mod forms;
mod keys;
mod made;
mod packets;
mod paths;

use std::collections::BTreeMap;

use axum::body::Bytes;
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::catalog::Document;
use crate::config::Limits;
use crate::values::Role;

/// Describes every route of a program; where keys are set, whoever shows none is of the role `without`.
pub(super) fn describe(
    app: &App,
    samples: &BTreeMap<String, BTreeMap<String, Bytes>>,
    limits: &Limits,
    without: Option<Role>,
) -> Value {
    let mut all = Map::new();
    let mut schemas = components::schemas();
    schemas.extend(certificates::schemas());
    schemas.extend(made::schemas());
    all.extend(paths::of_the_server());
    all.extend(packets::paths(app));
    schemas.extend(packets::schemas());
    all.extend(batches::of_batches(app));
    schemas.extend(batches::schemas());
    all.extend(certificates::paths());
    for document in app.catalog().documents() {
        let own = samples.get(&document.id.to_string());
        all.extend(paths::of_a_document(document, &examples(document, own)));
        all.extend(made::of_a_document(app, document, samples));
        schemas.insert(schema_name(document), record_schema(document));
    }
    let tags: Vec<Value> = app
        .catalog()
        .documents()
        .map(|document| {
            let tag = paths::tag(document);
            json!({ "name": tag, "description": format!("{}（{}）", document.manifest.title, document.id) })
        })
        .chain([json!({ "name": paths::SERVER, "description": "有哪些文书；服务的状态" })])
        .collect();
    let mut components = json!({
        "schemas": schemas,
        "parameters": components::parameters(),
        "headers": components::headers(),
        "responses": components::responses(limits),
    });
    if let Some(without) = without {
        keys::ask(&mut all, without);
        components["securitySchemes"] = keys::schemes();
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "成文",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "填写官方文书，生成可直接双面打印的 A4 PDF。出错时的答复是 application/problem+json（RFC 9457）。",
            "license": { "name": "Apache-2.0", "identifier": "Apache-2.0" },
        },
        "servers": [{ "url": "/" }],
        "tags": tags,
        "paths": all,
        "components": components,
    })
}

/// What a body may be: a record, or many at once if the document takes them.
fn body_schema(document: &Document) -> Value {
    let one = json!({ "$ref": format!("#/components/schemas/{}", schema_name(document)) });
    if document.manifest.many {
        json!({ "anyOf": [one, { "type": "array", "items": one, "minItems": 1 }] })
    } else {
        one
    }
}

/// The schema of a record, as a component: the dialect stands at the top.
fn record_schema(document: &Document) -> Value {
    let mut schema = document.schema.bundled.clone();
    if let Value::Object(map) = &mut schema {
        for key in ["$schema", "$id"] {
            map.shift_remove(key);
        }
    }
    schema
}

/// A component's name: letters, digits, `.`, `-`, `_`; another character by its code point.
fn schema_name(document: &Document) -> String {
    let mut name = String::from("record.");
    for mark in document.id.dashed().chars() {
        if mark.is_ascii_alphanumeric() || "-_".contains(mark) {
            name.push(mark);
        } else {
            name.push_str(&format!(".{:X}", u32::from(mark)));
        }
    }
    name
}

/// The samples as examples, by case.
fn examples(document: &Document, samples: Option<&BTreeMap<String, Bytes>>) -> Value {
    let examples: Map<String, Value> = samples
        .into_iter()
        .flatten()
        .filter_map(|(case, bytes)| {
            // A sample that is no JSON is told by `/readyz`.
            let value: Value = serde_json::from_slice(bytes).ok()?;
            let name = if case.is_empty() { "sample" } else { case };
            let summary = format!("{} 样例 {case}", document.manifest.name);
            Some((name.to_owned(), json!({ "summary": summary.trim_end(), "value": value })))
        })
        .collect();
    Value::Object(examples)
}

//! `/openapi.json`: as it was agreed, whole in itself, and true.

use std::collections::BTreeSet;

use axum::body::Body;
use chengwen::http::DOORS;
use serde_json::Value;

use super::client::House;
use crate::support::{assert_golden, root};

#[tokio::test]
async fn it_is_as_agreed() {
    let house = House::open();
    let found = house.get("/openapi.json").await.json();
    assert_golden(&root().join("tests/golden/openapi.json"), &format!("{found:#}\n"));
}

#[tokio::test]
async fn every_route_of_programs_is_described() {
    let house = House::open();
    let found = house.get("/openapi.json").await.json();
    let paths = found["paths"].as_object().expect("paths");
    for door in DOORS.iter().filter(|door| door.path.starts_with("/api/")) {
        let method = door.method.to_ascii_lowercase();
        let (before, after) =
            door.path.split_once("{programme}/{document}").unwrap_or((door.path, ""));
        let described = paths.iter().any(|(path, item)| {
            let of_a_document = !after.is_empty()
                && path.starts_with(before)
                && path.ends_with(after)
                && path.matches('/').count() == door.path.matches('/').count();
            (path == door.path || of_a_document) && item.get(&method).is_some()
        });
        assert!(described, "{} {}", door.method, door.path);
    }
}

/// Every value below, with its pointer.
fn walk<'a>(value: &'a Value, pointer: &str, visit: &mut dyn FnMut(&str, &'a Value)) {
    visit(pointer, value);
    match value {
        Value::Object(map) => {
            for (key, inner) in map {
                let key = key.replace('~', "~0").replace('/', "~1");
                walk(inner, &format!("{pointer}/{key}"), visit);
            }
        }
        Value::Array(items) => {
            for (at, inner) in items.iter().enumerate() {
                walk(inner, &format!("{pointer}/{at}"), visit);
            }
        }
        _ => {}
    }
}

#[tokio::test]
async fn every_reference_leads_somewhere_and_every_component_is_used() {
    let house = House::open();
    let found = house.get("/openapi.json").await.json();
    let mut targets = BTreeSet::new();
    walk(&found, "", &mut |pointer, value| {
        let Some(target) = value.get("$ref").and_then(Value::as_str) else { return };
        let inside = target.strip_prefix('#').expect("no outside reference");
        assert!(found.pointer(inside).is_some(), "{pointer} leads to {target}");
        targets.insert(inside.to_owned());
    });
    for (kind, components) in found["components"].as_object().expect("components") {
        for name in components.as_object().expect("components").keys() {
            let own = format!("/components/{kind}/{name}");
            assert!(targets.contains(&own), "{own} is not used");
            let plain = |mark: char| mark.is_ascii_alphanumeric() || "-_.".contains(mark);
            assert!(name.chars().all(plain), "{own}");
        }
    }
}

#[tokio::test]
async fn every_schema_is_one_and_every_example_keeps_to_it() {
    let house = House::open();
    let found = house.get("/openapi.json").await.json();
    let mut examples = 0;
    for (path, item) in found["paths"].as_object().expect("paths") {
        for (_, operation) in item.as_object().expect("an item") {
            let body = &operation["requestBody"]["content"]["application/json"];
            if body.is_null() {
                continue;
            }
            let mut schema = body["schema"].clone();
            schema["components"] = found["components"].clone();
            let validator = jsonschema::draft202012::new(&schema).expect("a schema");
            for (name, example) in body["examples"].as_object().expect("examples") {
                assert!(validator.is_valid(&example["value"]), "{path} {name}");
                examples += 1;
            }
            let unfinished = ["/preview", "/calendar", "/derive", "/packets/check"];
            if !unfinished.iter().any(|last| path.ends_with(last)) {
                assert!(!validator.is_valid(&serde_json::json!({})), "{path} takes anything");
            }
        }
    }
    assert!(examples >= 24, "{examples}");
    for (name, schema) in found["components"]["schemas"].as_object().expect("schemas") {
        assert!(jsonschema::draft202012::meta::is_valid(schema), "{name}");
    }
}

#[tokio::test]
async fn what_it_says_of_answers_is_true() {
    let house = House::open();
    let found = house.get("/openapi.json").await.json();
    let components = &found["components"];
    let keeps_to = |schema: &Value, value: &Value| {
        let mut schema = schema.clone();
        schema["components"] = components.clone();
        let validator = jsonschema::draft202012::new(&schema).expect("a schema");
        let wrong: Vec<String> =
            validator.iter_errors(value).map(|error| error.to_string()).collect();
        assert!(wrong.is_empty(), "{wrong:?} in {value}");
    };
    let reference =
        |name: &str| serde_json::json!({ "$ref": format!("#/components/schemas/{name}") });
    keeps_to(&reference("Documents"), &house.get("/api/v1/documents").await.json());
    let mut asked = 0;
    for (path, item) in found["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("an item") {
            let ask = async |verb: &str, path: &str, body: &'static str| {
                let request = super::client::post(path).method(verb);
                house.ask(request.body(Body::from(body)).expect("a request")).await
            };
            let verb = method.to_uppercase();
            let answers = [
                ask(&verb, path, "{}").await,
                ask(&verb, path, "{").await,
                ask(&verb, &format!("{path}?none=1"), "{}").await,
                ask("PUT", path, "{}").await,
            ];
            for answer in answers {
                let status = answer.status.as_u16().to_string();
                let told = &operation["responses"][&status];
                assert!(!told.is_null(), "{method} {path} answers {status}");
                let told = match told["$ref"].as_str() {
                    Some(reference) => found.pointer(&reference[1..]).expect("it leads somewhere"),
                    None => told,
                };
                for name in told["headers"].as_object().expect("headers").keys() {
                    // One answer of 503 has no time to tell: it is not known when we are ready.
                    if name != "Retry-After" || answer.headers.contains_key("retry-after") {
                        answer.header(name);
                    }
                }
                if answer.status == 204 {
                    continue;
                }
                let media = answer.header("content-type");
                let media = media.split(';').next().expect("a type");
                let content = &told["content"][media];
                assert!(!content.is_null(), "{method} {path} {status} {media}");
                if media.ends_with("json") {
                    keeps_to(&content["schema"], &answer.json());
                }
                asked += 1;
            }
        }
    }
    assert!(asked >= 54, "{asked}");
}

//! The prints of a batch on its page: what each makes, how far it is, and its file.

use minijinja::value::Serde;
use minijinja::{Value, context};
use serde_json::Value as Json;

use crate::http::batches::options;
use crate::jobs::{Batch, Print, PrintState};

/// A print, as the page shows it.
pub(super) fn described(batch: &Batch, print: &Print) -> Value {
    let home = format!("/api/v1/batches/{}", batch.id);
    let one = if print.issues { String::new() } else { format!("?print={}", print.id) };
    let asked = options(&print.options);
    context! {
        id => &print.id,
        issues => print.issues,
        first => print.range.0,
        last => print.range.1,
        rows => print.rows,
        done => print.done,
        state => Serde(print.state),
        why => &print.why,
        how => how(&asked),
        // By the words of the interface, to ask for the same once more.
        again => Serde(again(&asked)),
        offset => asked["offset"].as_str(),
        kind => if asked["as"] == "zip" { "压缩包" } else { "PDF" },
        pages => print.pages,
        size => print.bytes.map(size),
        removed => print.state == PrintState::Done && print.file.is_none(),
        result => format!("{home}/result{one}"),
        events => format!("{home}/events{one}"),
    }
}

/// The options in words.
fn how(asked: &Json) -> String {
    let mut words = vec![match asked["as"].as_str() {
        Some("zip") => "每份一个 PDF，装在压缩包里".to_owned(),
        _ => "一个 PDF".to_owned(),
    }];
    words.extend(asked["sides"].as_str().map(|sides| {
        let side = match sides {
            "one" => "单面",
            "short" => "双面，短边翻转",
            _ => "双面，长边翻转",
        };
        side.to_owned()
    }));
    words.extend(asked["offset"].as_str().map(|offset| match offset.split_once(',') {
        None => "套打".to_owned(),
        Some((right, down)) => {
            let moved = [moved(right, "右", "左"), moved(down, "下", "上")];
            let moved: Vec<String> = moved.into_iter().flatten().collect();
            if moved.is_empty() {
                "套打".to_owned()
            } else {
                format!("套打，{}", moved.join("、"))
            }
        }
    }));
    words.extend(asked["standard"].as_str().map(|standard| match standard {
        "none" => "不按存档的标准".to_owned(),
        "ua-1" => "无障碍的格式 PDF/UA-1".to_owned(),
        archived => format!("存档的格式 PDF/{}", archived.replacen('a', "A", 1)),
    }));
    words.join("；")
}

/// How far a paper is moved in a direction, or in the other one; nothing if it is not.
fn moved(millimetres: &str, there: &str, back: &str) -> Option<String> {
    match millimetres.strip_prefix('-') {
        Some(less) => Some(format!("向{back}移 {less} 毫米")),
        None if millimetres == "0" => None,
        None => Some(format!("向{there}移 {millimetres} 毫米")),
    }
}

/// The options as a query.
fn again(asked: &Json) -> Json {
    let mut again = serde_json::Map::new();
    for key in ["as", "sides", "standard", "names"] {
        if let Some(word) = asked[key].as_str() {
            again.insert(key.to_owned(), word.into());
        }
    }
    if let Some(offset) = asked["offset"].as_str() {
        again.insert("overprint".to_owned(), "yes".into());
        again.insert("offset".to_owned(), offset.into());
    }
    Json::Object(again)
}

/// Bytes as people read them.
fn size(bytes: i64) -> String {
    match bytes >> 10 {
        kilobytes @ 0..1024 => format!("{} KB", kilobytes.max(1)),
        kilobytes => format!("{:.1} MB", kilobytes as f64 / 1024.0),
    }
}

//! User text is data: markup, code and template syntax print as they are written.

use chengwen::app::Options;
use serde_json::json;

use crate::support::{app, render, sample, set, squeezed, text_of};

const HOSTILE: [&str; 8] = [
    "测试＿＿公司",
    "一、二商店。分店",
    "#set text(red) $x$",
    "{{ 7 * 7 }}{% if true %}x{% endif %}",
    "#eval(\"1\")",
    "*粗* _斜_ `码` <标> @引 = 题",
    "\\u{4e00} // 注 /* 注 */",
    "\"]} #panic()",
];

#[test]
fn hostile_text_prints_exactly_so() {
    let app = app();
    let sample = sample(&app, "shanxi-application");
    for text in HOSTILE {
        let mut record = sample.record();
        for pointer in ["/name", "/main_services", "/industry_authority", "/contact/name"] {
            set(&mut record, pointer, json!(text));
        }
        let made = render(&app, &sample.document, &record, Options::default());
        let page = squeezed(&text_of(&made.bytes).concat());
        let wanted = squeezed(text);
        assert!(page.matches(&wanted).count() >= 3, "{text} in {page}");
        assert!(!made.file_name.contains(['/', '\\', '"', '*', '<', '>', '|', ':', '?']));
    }
}

#[test]
fn hostile_text_prints_exactly_so_in_sentences() {
    let app = app();
    let sample = sample(&app, "shanxi-commitment");
    for text in HOSTILE {
        let mut record = sample.record();
        set(&mut record, "/name", json!(text));
        set(&mut record, "/own_promises", json!([format!("{text}一二三四")]));
        let made = render(&app, &sample.document, &record, Options::default());
        let page = squeezed(&text_of(&made.bytes).concat());
        assert!(page.matches(&squeezed(text)).count() >= 2, "{text} in {page}");
    }
}

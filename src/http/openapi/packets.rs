//! The routes of packets: one file of everything, and what is looked at before.

use serde_json::{Map, Value, json};

use super::components::header;
use super::forms::{packet_body, packet_parameters};
use super::paths::{Operation, QUEUE, SERVER, answer, file, parameter};
use crate::app::App;

/// The routes by their paths.
pub(super) fn paths(app: &App) -> Map<String, Value> {
    let operation = |id: &str, summary: &str, done| Operation::new(id, SERVER, summary, done);
    let packed = operation(
        "packet",
        "把申请表、承诺书和附件合成申报材料",
        file("申报材料", &["application/zip", "application/pdf"]),
    )
    .asking(packet_parameters())
    .taking(&packet_body())
    .failing(&QUEUE);
    let seen = json!({ "$ref": "#/components/schemas/PacketSeen" });
    let check = operation(
        "check-packet",
        "只看申报材料的清单：缺什么、哪里要改；附件不用上传",
        answer("看到的全部", "application/json", &seen),
    )
    .taking(&list_body(app))
    .failing(&QUEUE);
    let mut picture = file("PNG，70 dpi", &["image/png"]);
    picture["headers"]["Chengwen-Problem-Sentences"] = header("Chengwen-Problem-Sentences");
    let preview = operation(
        "preview-attachment",
        "看清单中第一个附件印出来的一页；清单里的附件都要上传，字数和章节一并检查",
        picture,
    )
    .asking([parameter("page")])
    .taking(&packet_body())
    .failing(&QUEUE);
    let posted = [
        ("/api/v1/packets", packed),
        ("/api/v1/packets/check", check),
        ("/api/v1/packets/preview", preview),
    ];
    let written = posted.map(|(path, it)| (path.to_owned(), json!({ "post": it.written() })));
    written.into_iter().collect()
}

/// A packet's list alone, which may lack anything: it is looked at as far as it has come. What its papers hold
/// is described by their own schemas.
fn list_body(app: &App) -> Value {
    let mut examples = Map::new();
    for packet in app.catalog().packets() {
        let lists = packet.samples.values().filter_map(|path| std::fs::read(path).ok());
        let mut lists = lists.filter_map(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
        if let Some(value) = lists.next() {
            let summary = format!("{} 样例", packet.manifest.name);
            examples
                .insert(packet.programme_id.clone(), json!({ "summary": summary, "value": value }));
        }
    }
    json!({
        "required": true,
        "content": { "application/json": { "schema": {}, "examples": examples } },
    })
}

/// What is answered.
pub(super) fn schemas() -> Map<String, Value> {
    let problem = json!({ "$ref": "#/components/schemas/Problem" });
    let standings = ["present", "missing", "not-applicable", "optional"];
    let line = json!({
        "type": "object",
        "required": ["number", "name", "standing", "reason"],
        "properties": {
            "number": { "type": "integer", "minimum": 1 },
            "name": { "type": "string" },
            "standing": { "type": "string", "enum": standings },
            "reason": { "type": ["string", "null"], "description": "为什么不用附" },
        },
    });
    let seen = json!({
        "type": "object",
        "required": ["sound", "problems", "materials", "sections", "papers"],
        "properties": {
            "sound": { "type": "boolean", "description": "清单没有要改的；附件本身要上传后才知道" },
            "problems": { "type": "array", "items": problem },
            "materials": { "type": "array", "items": line },
            "sections": {
                "type": "object",
                "description": "各种材料的文字里应有的章节，按材料的序号",
                "additionalProperties": { "type": "array", "items": { "type": "string" } },
            },
            "papers": {
                "type": "object",
                "description": "各文书的数据，从别的文书取来的也在其中",
                "additionalProperties": { "type": "object" },
            },
        },
    });
    Map::from_iter([("PacketSeen".to_owned(), seen)])
}

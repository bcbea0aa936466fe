//! What is asked: checks, pictures, papers and packets, each with records that differ, so that no cache
//! answers with the last one's page.

use std::net::SocketAddr;
use std::path::Path;

use serde_json::{Value, json};

use super::wire::{Answer, Connection, request};

/// How many different requests there are of each kind.
const DIFFERENT: usize = 256;

/// One kind of request.
pub(crate) struct Kind {
    pub(crate) name: String,
    /// Of a hundred requests of the mix.
    pub(crate) share: f64,
    pub(crate) requests: Vec<Vec<u8>>,
    answer: Whole,
}

/// What a whole answer looks like.
#[derive(Clone, Copy)]
enum Whole {
    Json,
    Png,
    Pdf,
}

impl Kind {
    /// Whether an answer of success is one, to its last byte.
    pub(crate) fn is_whole(&self, answer: &Answer) -> bool {
        let (body, kind) = (&answer.body, answer.content_type.as_str());
        match self.answer {
            Whole::Json => {
                kind.starts_with("application/json")
                    && serde_json::from_slice::<Value>(body).is_ok()
            }
            Whole::Png => {
                kind == "image/png"
                    && body.starts_with(b"\x89PNG")
                    && body.ends_with(b"IEND\xaeB`\x82")
            }
            Whole::Pdf => {
                kind == "application/pdf"
                    && body.starts_with(b"%PDF-")
                    && body.trim_ascii_end().ends_with(b"%%EOF")
            }
        }
    }
}

/// The mix: of a hundred requests fifty are checks, twenty-five pictures, twenty papers, five packets; of each
/// document as many.
pub(crate) async fn mix(address: SocketAddr, home: &Path) -> Vec<Kind> {
    let mut wire = Connection::open(address).await.expect("it listens");
    let told = wire.ask(&request("GET", "/api/v1/documents", "", b"")).await.expect("an answer");
    let told: Value = serde_json::from_slice(&told.body).expect("JSON");
    let documents: Vec<String> = told["documents"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["document"].as_str().map(str::to_owned))
        .collect();
    let mut kinds = Vec::new();
    for (verb, share, whole) in
        [("check", 50.0, Whole::Json), ("preview", 25.0, Whole::Png), ("pdf", 20.0, Whole::Pdf)]
    {
        for document in &documents {
            let path = format!("/api/v1/documents/{document}");
            let sample = request("GET", &format!("{path}/sample"), "", b"");
            let sample = wire.ask(&sample).await.expect("an answer");
            let sample: Value = serde_json::from_slice(&sample.body).expect("JSON");
            let field = changeable(&mut wire, &path, &sample).await;
            let requests = (0..DIFFERENT).map(|number| {
                let body = changed(&sample, &field, number).to_string();
                request("POST", &format!("{path}/{verb}"), "application/json", body.as_bytes())
            });
            kinds.push(Kind {
                name: format!("{verb} {document}"),
                share: share / documents.len() as f64,
                requests: requests.collect(),
                answer: whole,
            });
        }
    }
    kinds.push(Kind {
        name: "packet".to_owned(),
        share: 5.0,
        requests: packets(&home.join("samples/packets/shanxi")),
        answer: Whole::Pdf,
    });
    kinds
}

/// The first text of a record that may be followed by a number.
async fn changeable(wire: &mut Connection, path: &str, sample: &Value) -> String {
    for field in texts(sample, "") {
        let body = changed(sample, &field, 1).to_string();
        let asked = request("POST", &format!("{path}/check"), "application/json", body.as_bytes());
        if wire.ask(&asked).await.expect("an answer").status == 200 {
            return field;
        }
    }
    panic!("{path} has no text that can be changed");
}

/// The pointers of all texts.
fn texts(value: &Value, at: &str) -> Vec<String> {
    match value {
        Value::String(_) => vec![at.to_owned()],
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(index, item)| texts(item, &format!("{at}/{index}"))).collect()
        }
        Value::Object(fields) => {
            fields.iter().flat_map(|(key, item)| texts(item, &format!("{at}/{key}"))).collect()
        }
        _ => Vec::new(),
    }
}

fn changed(sample: &Value, field: &str, number: usize) -> Value {
    let mut record = sample.clone();
    if let Some(Value::String(text)) = record.pointer_mut(field) {
        text.push_str(&format!("{number}号"));
    }
    record
}

/// The sample packet, of different applicants.
fn packets(folder: &Path) -> Vec<Vec<u8>> {
    let read = |name: &str| std::fs::read(folder.join(name)).expect("a sample");
    let list: Value = serde_json::from_slice(&read("packet.json")).expect("JSON");
    let mut names: Vec<&str> = list["attachments"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|it| it["file"].as_str())
        .collect();
    names.sort_unstable();
    names.dedup();
    let mut files = Vec::new();
    for name in names {
        let head = format!(
            "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
        );
        files.extend(head.into_bytes());
        files.extend(read(name));
        files.extend(b"\r\n");
    }
    files.extend(b"--edge--\r\n");
    let packet = |number| {
        let mut list = list.clone();
        list["application"]["name"] = json!(format!("太原市迎泽区第{number}食品有限公司"));
        let head = "--edge\r\nContent-Disposition: form-data; name=\"packet\"\r\n\r\n";
        let mut body = format!("{head}{list}\r\n").into_bytes();
        body.extend(&files);
        let kind = "multipart/form-data; boundary=edge";
        request("POST", "/api/v1/packets?as=pdf", kind, &body)
    };
    // Each is most of a megabyte.
    (0..DIFFERENT / 8).map(packet).collect()
}

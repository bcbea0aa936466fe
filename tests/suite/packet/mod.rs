//! The application packet: samples, and files that the tests make, judged by other programs.

mod appearances;
mod archival;
mod archive;
mod assembly;
pub(crate) mod bound;
mod budget;
mod checklist;
mod copies;
mod limits;
pub(crate) use limits::in_folder;
mod listed;
pub(crate) mod made;
mod placement;
mod producers;
mod property;
mod refused;
mod samples;

use std::sync::Arc;

use chengwen::app::{
    App, Files, Most, MostOfAttachments, PackOptions, Packed, Refusal, Setup, Wrapping,
};
use chengwen::catalog::Places;
use chengwen::intake::Problems;
use chengwen::packet::MostAttached;
use serde_json::{Value, json};

use crate::support::{root, set};
use made::{Corners, png};

/// One copy as a print file: what most tests look at.
pub(crate) const ONE: PackOptions = PackOptions {
    copies: Some(1),
    copies_as: chengwen::app::CopiesAs::Pages,
    named: true,
    sides: None,
    draft: false,
    archival: false,
    wrapping: Wrapping::Pdf,
};

/// The program with other limits of attached files.
pub(crate) fn bounded(attachments: MostOfAttachments) -> App {
    let places = Places { flag: Some(root()), ..Places::default() };
    let most = Most { attachments, ..Most::default() };
    App::open(&Setup { places, most, ..Setup::default() }).expect("it opens")
}

/// The program with another resolution of print: pictures are made and judged faster.
pub(crate) fn coarse(resolution: f64) -> App {
    let made = MostAttached { pages: 300, pixels: 64_000_000, resolution };
    bounded(MostOfAttachments { made, ..MostOfAttachments::default() })
}

/// A packet in the making: its list, and the files that come with it.
#[derive(Clone)]
pub(crate) struct Given {
    pub(crate) list: Value,
    pub(crate) files: Vec<(String, Arc<[u8]>)>,
}

impl Given {
    /// A packet in which nothing is wrong: form and letter, a certificate, a plan, a report.
    pub(crate) fn sound() -> Self {
        let list = std::fs::read(root().join("samples/packets/shanxi/packet.json"));
        let mut list: Value = serde_json::from_slice(&list.expect("the sample")).expect("JSON");
        set(&mut list, "/application/honours", json!({ "reason": "暂未获得" }));
        list["attachments"] = json!([]);
        Self { list, files: Vec::new() }
            .with(1, "登记证书.png", png(&Corners::of(40, 60)))
            .with(3, "创建方案.txt", "一、目标\n让顾客放心。\n".into())
            .with(4, "创建情况报告.txt", report(1600).into())
    }

    /// Without the materials of this kind and their files.
    pub(crate) fn without(mut self, kind: u8) -> Self {
        let listed = self.list["attachments"].as_array_mut().expect("a list");
        let (gone, kept) = std::mem::take(listed).into_iter().partition(|it| it["kind"] == kind);
        *listed = kept;
        let gone: Vec<Value> = gone;
        self.files.retain(|(name, _)| !gone.iter().any(|it| it["file"] == name.as_str()));
        self
    }

    /// With one more file, of this kind of material.
    pub(crate) fn with(self, kind: u8, name: &str, bytes: Vec<u8>) -> Self {
        self.with_item(json!({ "kind": kind, "file": name }), bytes)
    }

    /// With one more file, listed so.
    pub(crate) fn with_item(self, item: Value, bytes: Vec<u8>) -> Self {
        let name = item["file"].as_str().expect("a name").to_owned();
        self.listed(item).received(&name, bytes)
    }

    /// With one more line in the list.
    pub(crate) fn listed(mut self, item: Value) -> Self {
        self.list["attachments"].as_array_mut().expect("a list").push(item);
        self
    }

    /// With one more file that came.
    pub(crate) fn received(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.files.push((name.to_owned(), bytes.into()));
        self
    }

    pub(crate) fn pack(&self, app: &App, options: PackOptions) -> Result<Packed, Refusal> {
        app.pack(self.list.to_string().as_bytes(), Files::Received(&self.files), options)
    }

    /// The packet, which must be sound.
    pub(crate) fn packed(&self, app: &App, options: PackOptions) -> Packed {
        self.pack(app, options).unwrap_or_else(|refusal| panic!("{refusal:#?}"))
    }

    /// What is wrong with it.
    pub(crate) fn refused(&self, app: &App, options: PackOptions) -> Problems {
        match self.pack(app, options) {
            Err(Refusal::Problems(problems)) => *problems,
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("it was packed: {:#}", self.list),
        }
    }
}

/// A text of at least so many characters as Word counts them, with the sections that a report must have.
pub(crate) fn report(characters: usize) -> String {
    let head = "一、基本情况\n";
    let line = "我店坚持明码标价，诚信经营。";
    let counted = |text: &str| text.chars().filter(|mark| !mark.is_whitespace()).count();
    let mut text = head.to_owned();
    let mut left = characters - counted(head);
    while left > 0 {
        let part: String = line.chars().take(left).collect();
        left -= counted(&part);
        text.push_str(&part);
    }
    text.push('\n');
    text
}

/// The codes of what must be mended, each once, in their order.
pub(crate) fn codes(problems: &Problems) -> Vec<&str> {
    let mut codes: Vec<&str> = Vec::new();
    for problem in problems.to_mend() {
        if !codes.contains(&problem.code.as_str()) {
            codes.push(&problem.code);
        }
    }
    codes
}

/// The codes of the advice.
pub(crate) fn advised(problems: &Problems) -> Vec<&str> {
    problems.advice().map(|problem| problem.code.as_str()).collect()
}

//! A packet's list: how it is to be made, then `packet.json`. It is looked at and packed with small files,
//! or its problems are told.

use std::sync::Arc;

use chengwen::app::{CopiesAs, Files, NamedFile, PackOptions, Refusal, Sides, Wrapping};
use serde_json::{Value, json};

use super::{Target, app, attachment, headed, laws, one_in, root, with_head, words_of_schemas};

pub(super) const TARGET: Target = Target { name: "packet", run, seeds, words, tried: 250 };

fn seeds() -> Vec<Vec<u8>> {
    let names: Vec<&str> = attachment::small().iter().map(|(name, _)| *name).collect();
    let mut seeds = Vec::new();
    for (packet, head) in [
        ("shanxi", "pack draft"),
        ("shanxi", "pack draft one copies=2"),
        ("shanxi.industry", "pack draft zip manual copies=2"),
        ("shanxi.industry", "look"),
    ] {
        let path = root().join("samples/packets").join(packet).join("packet.json");
        let list = std::fs::read(path).expect("the sample");
        let mut list: Value = serde_json::from_slice(&list).expect("JSON");
        let attached = list["attachments"].as_array_mut().expect("a list");
        for (at, item) in attached.iter_mut().enumerate() {
            item["file"] = json!(names[at % names.len()]);
            item["pages"].take();
            item.as_object_mut().expect("an item").remove("pages");
        }
        seeds.push(with_head(head, list.to_string().as_bytes()));
    }
    seeds
}

fn words() -> Vec<Vec<u8>> {
    let own = [
        "\"同申请表\"",
        "\"attachments\"",
        "\"application\"",
        "\"commitment\"",
        "\"programme\"",
        "\"kind\"",
        "\"pages\"",
        "\"rotation\"",
        "\"title\"",
        "\"file\"",
        "90",
        "-90",
        "360",
        "1",
        "7",
        "255",
        "256",
        "\"1-2,3\"",
        "\"1-99999999999\"",
        "\"照片.jpg\"",
        "\"一页.pdf\"",
        "\"说明.md\"",
        "\"../x\"",
        "\"CON\"",
        "\"a/b\"",
    ];
    own.iter().map(|word| word.as_bytes().to_vec()).chain(words_of_schemas()).collect()
}

fn run(input: &[u8]) {
    let Some((head, list)) = headed(input) else { return };
    let app = app();
    match app.look_at_packet(list) {
        Ok(seen) => {
            laws::problems(&seen.problems);
            assert!(!seen.lines.is_empty());
        }
        Err(refusal) => laws::refusal(&refusal),
    }
    let names = app.files_of_packet(list);
    // Pages take long.
    if !head.starts_with("pack") || !one_in(4, input) {
        return;
    }
    let files = attachment::small().iter().filter(|(name, _)| names.iter().any(|it| it == name));
    let files: Vec<NamedFile> =
        files.map(|(name, bytes)| ((*name).to_owned(), Arc::from(bytes.as_slice()))).collect();
    let options = options(head);
    match app.pack(list, Files::Received(&files), options) {
        Ok(packed) => {
            laws::problems(&packed.problems);
            assert!(options.draft || packed.problems.is_sound());
            assert!(
                packed.pages.is_multiple_of(2) || options.sides == Some(Sides::One),
                "{}",
                packed.pages
            );
            laws::sentence(&packed.file_name);
            if options.wrapping == Wrapping::Pdf {
                let copies = if options.copies_as == CopiesAs::Viewer {
                    1
                } else {
                    usize::from(packed.copies)
                };
                assert_eq!(laws::paper(&packed.bytes).pages.len(), packed.pages * copies);
            } else {
                let archive = zip::ZipArchive::new(std::io::Cursor::new(&packed.bytes));
                assert!(archive.expect("an archive").len() > 1);
            }
        }
        Err(Refusal::Problems(found)) => {
            laws::problems(&found);
            assert!(!found.is_sound(), "refused without a reason");
        }
        Err(refusal) => laws::refusal(&refusal),
    }
}

fn options(head: &str) -> PackOptions {
    let is = |word: &str| head.split(' ').any(|own| own == word);
    let copies = head.split(' ').find_map(|word| word.strip_prefix("copies=")?.parse().ok());
    PackOptions {
        copies: Some(copies.unwrap_or(1)),
        copies_as: if is("viewer") { CopiesAs::Viewer } else { CopiesAs::Pages },
        named: !is("unnamed"),
        sides: [("one", Sides::One), ("manual", Sides::Manual), ("short", Sides::Short)]
            .into_iter()
            .find_map(|(word, sides)| is(word).then_some(sides)),
        draft: is("draft"),
        archival: false,
        wrapping: if is("zip") { Wrapping::Zip } else { Wrapping::Pdf },
    }
}

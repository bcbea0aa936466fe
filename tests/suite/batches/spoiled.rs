//! Archives that are not as they were taken: refused with what is wrong, and nothing is left.

use std::fs;
use std::io::{Cursor, Read, Write};
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use super::backup::{back_up, restore};
use super::shared::{Place, audit, change};

/// The members of an archive, the manifest last.
type Members = Vec<(String, Vec<u8>)>;

fn members(bytes: &[u8]) -> Members {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("an archive");
    (0..archive.len())
        .map(|at| {
            let mut member = archive.by_index(at).expect("a member");
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).expect("whole");
            (member.name().expect("a name").into_owned(), bytes)
        })
        .collect()
}

fn archive(members: &Members, method: CompressionMethod) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in members {
        // A manifest is never compressed.
        let method = if name == "manifest.json" { CompressionMethod::Stored } else { method };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(name, options).expect("begun");
        writer.write_all(bytes).expect("written");
    }
    writer.finish().expect("finished").into_inner()
}

/// Changes the manifest of some members.
fn with_manifest(members: &Members, change: impl FnOnce(&mut Value)) -> Members {
    let mut members = members.clone();
    let manifest = members.last_mut().expect("a manifest");
    let mut value: Value = serde_json::from_slice(&manifest.1).expect("JSON");
    change(&mut value);
    manifest.1 = value.to_string().into_bytes();
    members
}

/// A member as a manifest tells it.
fn told(name: &str, bytes: &[u8]) -> Value {
    let sha256 = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    json!({ "name": name, "bytes": bytes.len(), "sha256": sha256 })
}

struct Spoiling {
    place: Place,
    good: Vec<u8>,
}

impl Spoiling {
    fn new() -> Self {
        let place = Place::new();
        place.rows("rows.json", 1, 3);
        place.run("rows.json", "all.pdf", &[]).with(0);
        let good = fs::read(back_up(&place, "good.zip")).expect("there");
        Self { place, good }
    }

    /// Insists that an archive is refused, and that nothing is left; what was told.
    fn refused(&self, what: &str, bytes: &[u8]) -> String {
        let (file, to) = (self.place.path("spoiled.zip"), self.place.path("new"));
        fs::write(&file, bytes).expect("written");
        let told = restore(&self.place, &file, &to);
        assert_eq!(told.code, Some(1), "{what}: {}", told.text);
        assert!(!to.exists(), "{what}: something is left");
        told.text
    }
}

#[test]
fn a_flipped_bit_is_found_wherever_it_matters() {
    let spoiling = Spoiling::new();
    let (file, to) = (spoiling.place.path("flipped.zip"), spoiling.place.path("new"));
    let good = members(&spoiling.good);
    let (mut refused, mut harmless) = (0, 0);
    let every = spoiling.good.len() / 90;
    for at in (0..spoiling.good.len()).step_by(every) {
        let mut bytes = spoiling.good.clone();
        bytes[at] ^= 1 << (at % 8);
        fs::write(&file, &bytes).expect("written");
        let told = restore(&spoiling.place, &file, &to);
        if told.code == Some(0) {
            // Dates and the like are of no meaning here: all that matters is the same.
            assert!(members(&bytes) == good, "{at}: other bytes were restored");
            audit(&to);
            fs::remove_dir_all(&to).expect("removed");
            harmless += 1;
        } else {
            assert_eq!(told.code, Some(1), "{at}: {}", told.text);
            assert!(!to.exists(), "{at}: something is left");
            refused += 1;
        }
    }
    println!("{refused} refused, {harmless} of no meaning");
    assert!(refused > 80 && harmless < refused / 10, "{refused} refused, {harmless} harmless");
}

#[test]
fn an_archive_that_was_cut_off_or_is_none_is_refused() {
    let spoiling = Spoiling::new();
    let good = &spoiling.good;
    for kept in [0, 1, 1_000, good.len() / 2, good.len() - 1] {
        let told = spoiling.refused(&kept.to_string(), &good[..kept]);
        assert!(told.contains("不是备份") || told.contains("不完整"), "{kept}: {told}");
    }
    spoiling.refused("another file", b"%PDF-1.7");
    let others: Members = vec![("清单.csv".to_owned(), b"1".to_vec())];
    let told = spoiling.refused("another zip", &archive(&others, CompressionMethod::Deflated));
    assert!(told.contains("没有清单"), "{told}");
}

#[test]
fn members_that_lack_or_that_nobody_told_are_refused() {
    let spoiling = Spoiling::new();
    let good = members(&spoiling.good);
    let stored = |members: &Members| archive(members, CompressionMethod::Stored);
    for (name, _) in &good {
        let mut members = good.clone();
        members.retain(|(other, _)| other != name);
        let told = spoiling.refused(name, &stored(&members));
        assert!(told.contains("缺少") || told.contains("没有清单"), "{name}: {told}");
        if name.starts_with("files/") {
            // Also where the manifest says nothing of it.
            let members = with_manifest(&members, |manifest| {
                let files = manifest["files"].as_array_mut().expect("a list");
                files.retain(|member| member["name"] != *name);
            });
            let told = spoiling.refused(name, &stored(&members));
            assert!(told.contains("缺少登记簿要用的"), "{name}: {told}");
        }
    }
    let mut members = good.clone();
    members.insert(0, ("extra.txt".to_owned(), b"1".to_vec()));
    let said = spoiling.refused("extra", &stored(&members));
    assert!(said.contains("多出“extra.txt”"), "{said}");
    let strange = [
        "../evil",
        "/etc/evil",
        "files/../../evil",
        "files/runs/../../evil",
        "files\\runs\\evil",
        "files/runs/.hidden",
        "files/other/a.pdf",
        "files/runs/a/b.pdf",
        "workers/a",
        "chengwen.lock",
        "files/runs/",
        "restoring",
    ];
    for name in strange {
        let mut members = with_manifest(&good, |manifest| {
            manifest["files"].as_array_mut().expect("a list").push(told(name, b"1"));
        });
        members.insert(0, (name.to_owned(), b"1".to_vec()));
        let said = spoiling.refused(name, &stored(&members));
        assert!(said.contains("不该有"), "{name}: {said}");
        assert!(!spoiling.place.path("evil").exists() && !Path::new("/etc/evil").exists());
    }
}

#[test]
fn what_grows_as_it_is_opened_is_refused_before_it_is() {
    let spoiling = Spoiling::new();
    let good = members(&spoiling.good);
    let said = spoiling.refused("packed", &archive(&good, CompressionMethod::Deflated));
    assert!(said.contains("是压缩过的"), "{said}");
    let bomb = vec![0; 64 << 20];
    let mut members = with_manifest(&good, |manifest| {
        manifest["files"].as_array_mut().expect("a list").push(told("files/runs/a.pdf", &bomb));
    });
    members.insert(0, ("files/runs/a.pdf".to_owned(), bomb));
    let said = spoiling.refused("bomb", &archive(&members, CompressionMethod::Deflated));
    assert!(said.contains("是压缩过的"), "{said}");
    // A manifest that promises less than there is.
    let members = with_manifest(&good, |manifest| manifest["files"][0]["bytes"] = 1.into());
    let said = spoiling.refused("short", &archive(&members, CompressionMethod::Stored));
    assert!(said.contains("长度不对"), "{said}");
}

#[test]
fn a_database_that_was_changed_or_is_of_a_newer_program_is_refused() {
    let spoiling = Spoiling::new();
    let good = members(&spoiling.good);
    let stored = |members: &Members| archive(members, CompressionMethod::Stored);
    // Somebody who knows how: digests and all are right, the history is not.
    let database = spoiling.place.path("changed.db");
    fs::write(&database, &good[0].1).expect("written");
    let sql =
        "DROP TRIGGER history_is_not_changed; UPDATE history SET who = '他人' WHERE entry = 2;";
    change(&database, sql);
    let bytes = fs::read(&database).expect("there");
    let mut members = with_manifest(&good, |manifest| {
        manifest["files"][0] = told("chengwen.db", &bytes);
    });
    members[0].1 = bytes;
    let said = spoiling.refused("history", &stored(&members));
    assert!(said.contains("通不过审计") && said.contains("第2条"), "{said}");

    for (key, value) in [("tables", 99), ("format", 2)] {
        let members = with_manifest(&good, |manifest| manifest[key] = value.into());
        let said = spoiling.refused(key, &stored(&members));
        assert!(said.contains("更新的程序"), "{said}");
    }
    let members = with_manifest(&good, |manifest| {
        manifest.as_object_mut().expect("an object").remove("files");
    });
    assert!(spoiling.refused("no list", &stored(&members)).contains("清单读不懂"));
}

//! What all attached files of a packet may take together; and that originals are never written over.

use std::time::Duration;

use chengwen::app::{MostOfAttachments, Refusal};
use serde_json::json;

use super::limits::{in_folder, packet};
use super::made::Paper;
use super::{Given, ONE, bounded, codes};
use crate::support::app;

#[test]
fn all_files_together_have_limits() {
    let mut given = Given::sound();
    for number in 0..3 {
        given = given.with(7, &format!("{number}.pdf"), super::limits::pages(4));
    }
    let folder = in_folder(&given);
    let made = folder.path().join("made.pdf");
    let path = made.to_string_lossy();
    let ran = packet(folder.path(), &["-o", &path, "--set", "limits.files=3"]);
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    assert!(ran.told.contains("超过限度") && ran.told.contains("limits.files"), "{}", ran.told);
    assert!(!made.exists());
    let hurried = bounded(MostOfAttachments { time: Duration::ZERO, ..Default::default() });
    match given.pack(&hurried, ONE) {
        Err(Refusal::OverLimit(told)) => assert!(told.contains("limits.packet_seconds"), "{told}"),
        other => panic!("{other:?}"),
    }
    // Noise cannot be packed: two pictures of it are more than a MiB.
    let noise = |seed: u32| {
        let mut state = seed;
        let picture = image::RgbImage::from_fn(700, 700, |_, _| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            image::Rgb([(state >> 24) as u8, (state >> 16) as u8, (state >> 8) as u8])
        });
        let mut bytes = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut bytes, image::ImageFormat::Png).expect("a picture");
        bytes.into_inner()
    };
    let loud = Given::sound().with(7, "一.png", noise(1)).with(7, "二.png", noise(2));
    let folder = in_folder(&loud);
    let ran = packet(folder.path(), &["-o", "-", "--set", "limits.packet_mib=1"]);
    assert_eq!(ran.code, Some(1), "{}", ran.told);
    assert!(ran.told.contains("limits.packet_mib") && ran.out.is_empty(), "{}", ran.told);
}

#[test]
fn what_is_read_is_not_written_over() {
    let given = Given::sound().with(7, "原件.pdf", Paper::of("").bytes());
    let folder = in_folder(&given);
    for name in ["原件.pdf", "packet.json"] {
        let path = folder.path().join(name);
        let before = std::fs::read(&path).expect("there");
        let ran = packet(folder.path(), &["-o", &path.to_string_lossy()]);
        assert_eq!(ran.code, Some(1), "{name}: {}", ran.told);
        assert_eq!(std::fs::read(&path).expect("there"), before, "{name}");
    }
}

#[test]
fn doubles_are_advised_of() {
    let app = app();
    let given = Given::sound().with(2, "签好的承诺书.pdf", Paper::of("").bytes());
    let packed = given.packed(&app, ONE);
    assert!(packed.problems.advice().any(|it| it.code == "packet.twice"));
    let file = Paper::of("").bytes();
    let again = json!({ "kind": 7, "title": "再来", "file": "甲.pdf" });
    let given = Given::sound().with(7, "甲.pdf", file).listed(again);
    let problems = given.packed(&app, ONE).problems;
    assert!(problems.advice().any(|it| it.code == "attachment.repeated"));
    assert!(codes(&problems).is_empty());
}

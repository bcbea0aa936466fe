//! /api/v1/packets: a packet's list and files to a print file or an archive; and what is looked at before.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts as Head;
use axum::response::Response;
use serde_json::json;

use super::answer;
use super::asked::Record;
use super::caller::Caller;
use super::multipart::{Part, Parts};
use super::office::Office;
use super::problem::{NO_FILES, NOT_MULTIPART, Problem, is_unreadable};
use super::query::{NoQuery, Query};
use super::words::{COPIES_AS, PACKED_COPIES, SIDES, WRAPPINGS, YES};
use crate::app::{NamedFile, PackOptions};

/// `copies`, `copies_as`, `named`, `sides`, `draft`, `pdfa`, `as`; refused before the body is read.
pub(super) struct Packing(PackOptions);

impl FromRequestParts<Arc<Office>> for Packing {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Head, office: &Arc<Office>) -> Result<Self, Problem> {
        let Ok(mut query) = Query::from_request_parts(parts, office).await;
        let usual = PackOptions::default();
        let copies =
            query.number("copies", PACKED_COPIES).and_then(|copies| u8::try_from(copies).ok());
        let options = PackOptions {
            copies,
            copies_as: query.choice("copies_as", &COPIES_AS).unwrap_or(usual.copies_as),
            named: query.choice("named", &YES).unwrap_or(usual.named),
            sides: query.choice("sides", &SIDES),
            draft: query.choice("draft", &YES).unwrap_or(usual.draft),
            archival: query.choice("pdfa", &YES).unwrap_or(usual.archival),
            wrapping: query.choice("as", &WRAPPINGS).unwrap_or(usual.wrapping),
        };
        query.end().map(|()| Self(options))
    }
}

pub(super) async fn packets(
    State(office): State<Arc<Office>>,
    caller: Caller,
    Packing(options): Packing,
    Parts(parts, _room): Parts,
) -> Result<Response, Problem> {
    let (list, files) = asked(parts)?;
    for role in office.app.roles_of_packet(&list)? {
        caller.must_be(role)?;
    }
    let packed = office.pack(list, files, options).await?;
    Ok(answer::packet(packed))
}

/// POST /api/v1/packets/check
pub(super) async fn check(
    State(office): State<Arc<Office>>,
    caller: Caller,
    _: NoQuery,
    Record(list, _room): Record,
) -> Result<Response, Problem> {
    for role in office.app.roles_of_packet(&list)? {
        caller.must_be(role)?;
    }
    let app = Arc::clone(&office.app);
    let seen = office.checked(move || app.look_at_packet(&list)).await??;
    office.count(&seen.problems);
    // Of what is no JSON there is nothing to be looked at.
    if is_unreadable(&seen.problems) {
        return Err(Problem::of_record(&seen.problems));
    }
    Ok(answer::json_of(&json!({
        "sound": seen.problems.is_sound(),
        "problems": seen.problems,
        "materials": seen.lines,
        "sections": seen.sections,
        "papers": seen.papers,
    })))
}

/// POST /api/v1/packets/preview
pub(super) async fn preview(
    State(office): State<Arc<Office>>,
    caller: Caller,
    mut query: Query,
    Parts(parts, _room): Parts,
) -> Result<Response, Problem> {
    let page = query.number("page", 1..=usize::MAX).unwrap_or(1);
    query.end()?;
    let (list, files) = asked(parts)?;
    for role in office.app.roles_of_packet(&list)? {
        caller.must_be(role)?;
    }
    let shown = office.show_attached(list, files, page).await?;
    Ok(answer::picture(shown))
}

/// The list, and the files with the names that the client gives.
fn asked(parts: Vec<Part>) -> Result<(Bytes, Vec<NamedFile>), Problem> {
    let (mut list, mut files) = (None, Vec::new());
    for part in parts {
        match part.name.as_str() {
            "packet" if list.is_none() => list = Some(part.bytes),
            "packet" => return Err(Problem::new(NOT_MULTIPART, "packet 只能有一个")),
            "file" => match part.file_name {
                Some(name) => files.push((name, Arc::from(&part.bytes[..]))),
                None => {
                    let detail = format!("第{}个 file 没有文件名（filename）", files.len() + 1);
                    return Err(Problem::new(NOT_MULTIPART, detail));
                }
            },
            other => {
                let detail = format!("没有“{other}”这一部分，可用：packet、file（可以多个）");
                return Err(Problem::new(NOT_MULTIPART, detail));
            }
        }
    }
    let list = list.ok_or_else(|| {
        Problem::new(NO_FILES, "没有 packet：申报材料的数据（JSON）放在名为 packet 的部分里")
    })?;
    Ok((list, files))
}

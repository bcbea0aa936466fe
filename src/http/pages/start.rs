//! The first page: three doors, and behind each the documents that are printed there.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::{Value, context};

use super::{encoded, page, visitor};
use crate::app::App;
use crate::catalog::{Document, Packet};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::problem::Problem;
use crate::http::query::NoQuery;
use crate::values::Role;

/// The doors: for whom, what they are called, and what is done there.
const DOORS: [(Role, &str, &str); 3] = [
    (Role::Applicant, "申报主体", "在网上填表，连同附件合成要交的材料，一次印好。"),
    (Role::Bureau, "市县局", "由交来的表汇总，检查名单，印公示。"),
    (Role::Province, "省局", "按名单编号印证书，补印、撤销，查登记簿。"),
];

/// The pages of work that is no single paper: behind which door, what they are called, where they are.
const WORKS: [(Role, &str, &str); 3] = [
    (Role::Bureau, "成批印制", "/batches"),
    (Role::Province, "成批印制", "/batches"),
    (Role::Province, "证书登记簿", "/registry"),
];

/// GET /
pub(in crate::http) async fn start(
    State(office): State<Arc<Office>>,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let every = office.app.catalog().documents();
    let every: BTreeSet<&str> = every.map(|it| it.programme.name.as_str()).collect();
    let several = every.len() > 1;
    let doors: Vec<Value> = DOORS
        .into_iter()
        .map(|(role, name, about)| {
            let own = office.app.catalog().documents().filter(|it| it.manifest.role == role);
            let mut own: Vec<&Document> = own.collect();
            // What is made from another comes after it.
            own.sort_by_key(|document| App::sources(document).count());
            let programmes: BTreeSet<&str> =
                own.iter().map(|document| document.programme.name.as_str()).collect();
            // Papers of one programme stand together; with a single one nobody needs its name.
            let documents: Vec<Value> = programmes
                .iter()
                .map(|programme| {
                    let own = own.iter().filter(|it| it.programme.name == **programme);
                    let papers: Vec<Value> = own.map(|it| described(it, &caller)).collect();
                    context! { name => several.then_some(*programme), papers }
                })
                .collect();
            let packets: Vec<Value> = office
                .app
                .catalog()
                .packets()
                .filter(|packet| least_of(&office, packet) == role)
                .map(|packet| {
                    context! {
                        name => &packet.manifest.name,
                        programme => several.then_some(&packet.programme.name),
                        title => &packet.manifest.title,
                        page => format!("/packets/{}", packet.programme_id),
                    }
                })
                .collect();
            let works: Vec<Value> = WORKS
                .into_iter()
                .filter(|(behind, ..)| *behind == role)
                .map(|(_, name, page)| context! { name, page })
                .collect();
            context! { name, about, programmes => documents, packets, works, open => caller.role >= role }
        })
        .collect();
    let kept = office.batches.is_some();
    let seen = context! { visitor => visitor(&office.mode, &caller), doors, kept };
    page(StatusCode::OK, "start.html", seen)
}

/// The least role that may have all papers of a packet printed.
pub(super) fn least_of(office: &Office, packet: &Packet) -> Role {
    let papers = packet.manifest.papers.iter();
    let documents = papers.filter_map(|paper| {
        office.app.catalog().document(&paper.id(&packet.programme_id).to_string())
    });
    documents.map(|document| document.manifest.role).max().unwrap_or(Role::Applicant)
}

/// A document on the page, with what can be had of it now.
fn described(document: &Document, caller: &Caller) -> Value {
    let home = format!("/api/v1/documents/{}", document.id);
    let blanks: Vec<Value> = document
        .blanks
        .keys()
        .map(|name| context! { name, address => format!("{home}/blank?name={}", encoded(name)) })
        .collect();
    context! {
        name => &document.manifest.name,
        title => &document.manifest.title,
        programme => &document.programme.name,
        picture => format!("/thumbnails/{}", document.id),
        page => format!("/documents/{}", document.id),
        blank => format!("{home}/blank"),
        blanks,
        calibration => document.manifest.overprint.then(|| format!("{home}/calibration")),
        form => App::has_form(document).then(|| format!("{home}/form.xlsx")),
        open => caller.role >= document.manifest.role,
        needs => document.manifest.role.title(),
    }
}

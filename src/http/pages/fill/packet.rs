//! All that an applicant hands in: the papers that are filled in, and the files that are attached.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use minijinja::value::Serde;
use minijinja::{Value, context};

use super::asks_for;
use super::regions::regions;
use crate::catalog::{Document, Material, Packet, Paper, Question};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::pages::start::least_of;
use crate::http::pages::{page, visitor};
use crate::http::problem::{Problem, UNKNOWN_ROUTE};
use crate::http::query::NoQuery;

/// GET /packets/{programme}
pub(in crate::http) async fn packet(
    State(office): State<Arc<Office>>,
    Path(programme): Path<String>,
    _: NoQuery,
    caller: Caller,
) -> Result<Response, Problem> {
    let catalog = office.app.catalog();
    let unknown = || Problem::new(UNKNOWN_ROUTE, format!("没有活动“{programme}”的申报材料"));
    let packet = catalog.packet(&programme).ok_or_else(unknown)?;
    let manifest = &packet.manifest;
    let papers: Vec<(&Paper, &Document)> = manifest
        .papers
        .iter()
        .filter_map(|paper| Some((paper, catalog.document(&paper.id(&programme).to_string())?)))
        .collect();
    caller.must_be(least_of(&office, packet))?;
    let asked: Vec<Asked<'_>> =
        papers.iter().map(|(paper, document)| Asked::of(packet, paper, document)).collect();
    let questions: Vec<&[Question]> =
        asked.iter().flat_map(|it| [&it.own[..], &it.taken[..]]).collect();
    let regions = if questions.iter().any(|questions| asks_for(questions, "region")) {
        regions(catalog, packet.programme.province.get_ref())
    } else {
        Vec::new()
    };
    let form = context! {
        id => format!("packet:{programme}"),
        title => &manifest.name,
        programme => &programme,
        papers => asked.iter().map(Asked::named).collect::<Vec<_>>(),
        materials => manifest.materials.iter().map(described).collect::<Vec<_>>(),
    };
    let seen = context! {
        visitor => visitor(&office.mode, &caller),
        title => &manifest.title,
        papers => asked.iter().map(Asked::shown).collect::<Vec<_>>(),
        has_list => false,
        calendar => (),
        copies => manifest.copies,
        name => &manifest.name,
        regions,
        form,
    };
    page(StatusCode::OK, "packet.html", seen)
}

/// A paper with what is asked for it.
struct Asked<'a> {
    paper: &'a Paper,
    document: &'a Document,
    /// The name of the kind of material that it is, if it is one: it may be a scan instead.
    material: Option<&'a Material>,
    /// What no other paper says.
    own: Vec<Question>,
    /// What is taken from another paper unless it is filled in here.
    taken: Vec<Question>,
}

impl<'a> Asked<'a> {
    fn of(packet: &'a Packet, paper: &'a Paper, document: &'a Document) -> Self {
        let source = paper.from().map(|from| format!("{}/{from}", packet.programme_id));
        let mapping = document.manifest.from.iter().find_map(|(name, mapping)| {
            (Some(name.get_ref()) == source.as_ref()).then_some(mapping)
        });
        let is_taken = |question: &Question| {
            mapping.is_some_and(|mapping| {
                mapping.columns.keys().any(|column| *column.get_ref() == question.key)
            })
        };
        let (mut taken, own): (Vec<Question>, Vec<Question>) =
            document.schema.questions().into_iter().partition(is_taken);
        for question in &mut taken {
            question.required = false;
        }
        let material = paper.material.and_then(|number| packet.manifest.material(number));
        Self { paper, document, material, own, taken }
    }

    fn named(&self) -> Value {
        context! {
            key => self.paper.key(),
            document => self.document.id.to_string(),
            name => &self.document.manifest.name,
        }
    }

    fn shown(&self) -> Value {
        context! {
            key => self.paper.key(),
            name => &self.document.manifest.name,
            title => &self.document.manifest.title,
            scan => self.material.map(|material| context! { number => material.number, label => &material.label }),
            own => Serde(&self.own),
            taken => Serde(&self.taken),
        }
    }
}

fn described(material: &Material) -> Value {
    context! {
        number => material.number,
        name => &material.name,
        label => &material.label,
        typed => material.typed,
        least => material.least,
        together => material.least.is_some() || !material.sections.is_empty(),
    }
}

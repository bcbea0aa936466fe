//! Pages on which a document, or all that an applicant hands in, is filled in; drawn from the schemas.

mod document;
mod packet;
mod regions;

use axum::http::StatusCode;
use axum::response::Response;
use minijinja::context;

use super::{page, visitor};
use crate::catalog::{Answer, Question};
use crate::http::caller::Caller;
use crate::http::office::Office;
use crate::http::problem::Problem;
use crate::values::Role;

pub(in crate::http) use document::document;
pub(in crate::http) use packet::packet;

/// The page in the place of a form that the caller may not have printed.
fn refused(
    office: &Office,
    caller: &Caller,
    title: &str,
    least: Role,
) -> Result<Response, Problem> {
    let visitor = visitor(&office.mode, caller);
    page(StatusCode::FORBIDDEN, "refused.html", context! { visitor, title, needs => least.title() })
}

/// Whether some question asks for a text of this domain format.
fn asks_for(questions: &[Question], wanted: &str) -> bool {
    questions.iter().any(|question| match &question.answer {
        Answer::Text { format, .. } => format.as_deref() == Some(wanted),
        Answer::Group { fields } | Answer::List { fields, .. } => asks_for(fields, wanted),
        Answer::Ways { ways } => ways.iter().any(|fields| asks_for(fields, wanted)),
        _ => false,
    })
}

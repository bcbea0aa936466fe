//! Pages on which a document, or all that an applicant hands in, is filled in; drawn from the schemas.

mod document;
mod packet;
mod regions;

use crate::catalog::{Answer, Question};

pub(in crate::http) use document::document;
pub(in crate::http) use packet::packet;

/// Whether some question asks for a text of this domain format.
fn asks_for(questions: &[Question], wanted: &str) -> bool {
    questions.iter().any(|question| match &question.answer {
        Answer::Text { format, .. } => format.as_deref() == Some(wanted),
        Answer::Group { fields } | Answer::List { fields, .. } => asks_for(fields, wanted),
        Answer::Ways { ways } => ways.iter().any(|fields| asks_for(fields, wanted)),
        _ => false,
    })
}

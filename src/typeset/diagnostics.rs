//! Typst's diagnostics as lines of text: `file:line:column: message`, then hints.

use typst::diag::SourceDiagnostic;
use typst::syntax::DiagSpan;
use typst::{World, WorldExt};

use super::world::Desk;

/// One line for each diagnostic, with its hints and the calls that led to it.
pub(super) fn lines(desk: &Desk<'_>, diagnostics: &[SourceDiagnostic]) -> Vec<String> {
    diagnostics
        .iter()
        .map(|diagnostic| {
            let mut line = format!("{}{}", place(desk, diagnostic.span), diagnostic.message);
            for hint in &diagnostic.hints {
                line.push('（');
                line.push_str(&hint.v);
                line.push('）');
            }
            for call in &diagnostic.trace {
                line.push_str(&format!("\n    {}{}", place(desk, call.span.into()), call.v));
            }
            line
        })
        .collect()
}

fn place(desk: &Desk<'_>, span: DiagSpan) -> String {
    let Some(id) = span.id() else { return String::new() };
    let path = format!("templates{}", id.get().vpath().get_with_slash());
    let position = desk.range(span).and_then(|range| {
        let source = desk.source(id).ok()?;
        let (line, column) = source.lines().byte_to_line_column(range.start)?;
        Some((line + 1, column + 1))
    });
    match position {
        Some((line, column)) => format!("{path}:{line}:{column}: "),
        None => format!("{path}: "),
    }
}

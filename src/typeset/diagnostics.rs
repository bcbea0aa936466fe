//! Typst's diagnostics as lines of text: `file:line:column: message`, then hints.

use typst::diag::SourceDiagnostic;
use typst::syntax::DiagSpan;
use typst::{World, WorldExt};

use super::world::Desk;

/// What the paths of layouts begin with that all documents share.
const SHARED: &str = "templates/lib/";

/// One line for each diagnostic, with its hints and the calls that led to it. An owner's own file comes
/// first: what a shared layout says is mostly said of how it was called.
pub(super) fn lines(desk: &Desk<'_>, diagnostics: &[SourceDiagnostic]) -> Vec<String> {
    diagnostics.iter().map(|diagnostic| line(desk, diagnostic)).collect()
}

fn line(desk: &Desk<'_>, diagnostic: &SourceDiagnostic) -> String {
    let place_of = |span: DiagSpan| place(desk, span);
    let own = place_of(diagnostic.span);
    let calls: Vec<(String, String)> = diagnostic
        .trace
        .iter()
        .map(|call| (place_of(call.span.into()), call.v.to_string()))
        .collect();
    let owners = |place: &str| !place.is_empty() && !place.starts_with(SHARED);
    let first = match calls.iter().find(|(place, _)| owners(place)) {
        Some((place, _)) if own.starts_with(SHARED) => place.clone(),
        _ => own.clone(),
    };
    let mut line = format!("{first}{}", diagnostic.message);
    for hint in &diagnostic.hints {
        line.push('（');
        line.push_str(&hint.v);
        line.push('）');
    }
    if first != own {
        line.push_str(&format!("\n    {own}"));
    }
    for (place, what) in calls {
        line.push_str(&format!("\n    {place}{what}"));
    }
    line
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

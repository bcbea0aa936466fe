//! Plain text: every line that is not empty is a paragraph or a heading.

use super::block::{Block, Head, Run};
use super::headings::{self, Kind};
use super::ledger::Ledger;
use crate::values::Finding;

/// The title and the blocks of a text.
pub(super) fn read(text: &str, ledger: &mut Ledger<'_>) -> (Option<String>, Vec<Block>) {
    let mut title = None;
    let mut blocks = Vec::new();
    let lines: Vec<String> = text
        .lines()
        .enumerate()
        .map(|(at, line)| ledger.clean(at + 1, line).trim().to_owned())
        .collect();
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| !line.is_empty()) {
        told_of_markdown(at + 1, line, ledger);
        let followed = lines.get(at + 1).is_some_and(String::is_empty);
        let first = title.is_none() && blocks.is_empty();
        if first && followed && is_title(line) && lines[at + 1..].iter().any(|it| !it.is_empty()) {
            title = Some(line.clone());
        } else {
            blocks.push(block(at + 1, line));
        }
    }
    (title, blocks)
}

fn is_title(line: &str) -> bool {
    headings::is_short(line)
        && !headings::ends_a_sentence(line)
        && headings::numbered(line).is_none()
}

/// A line as a block.
fn block(line: usize, text: &str) -> Block {
    let text = text.to_owned();
    match headings::kind_of(&text) {
        Kind::Heading(level) => Block::Heading { line, level, number: None, text },
        kind => paragraph(line, kind, vec![Run { text, strong: false }]),
    }
}

/// A paragraph of this kind; its head is taken off the runs.
pub(super) fn paragraph(line: usize, kind: Kind, mut runs: Vec<Run>) -> Block {
    let Kind::Headed(level, length) = kind else {
        return Block::Paragraph { line, head: None, runs };
    };
    let mut text = String::new();
    while text.len() < length && !runs.is_empty() {
        let left = length - text.len();
        if runs[0].text.len() <= left {
            text.push_str(&runs.remove(0).text);
        } else {
            let rest = runs[0].text.split_off(left);
            text.push_str(&std::mem::replace(&mut runs[0].text, rest));
        }
    }
    Block::Paragraph { line, head: Some(Head { level, text }), runs }
}

/// Markdown in a file that is called plain text would be printed with all its marks.
fn told_of_markdown(line: usize, text: &str, ledger: &mut Ledger<'_>) {
    let heading = text.trim_start_matches('#');
    let marks = if heading.starts_with(' ') && (1..=6).contains(&(text.len() - heading.len())) {
        "#"
    } else if text.matches("**").count() >= 2 {
        "**"
    } else {
        return;
    };
    ledger.note(line, Finding::advice("typed.markdown").with("marks", marks));
}
